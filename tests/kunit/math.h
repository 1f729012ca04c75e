/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The functions of the C library that the unit tests use and the kernel has not,
 * by instructions of the x87.
 */
#ifndef TESTS_KUNIT_MATH_H
#define TESTS_KUNIT_MATH_H

#define M_PI 3.14159265358979323846

static inline double sqrt(double x)
{
	long double root = x;

	asm("fsqrt"
	    : "+t"(root));
	return root;
}

static inline double sin(double x)
{
	long double value = x;

	asm("fsin"
	    : "+t"(value));
	return value;
}

static inline double cos(double x)
{
	long double value = x;

	asm("fcos"
	    : "+t"(value));
	return value;
}

/* Of @base > 0. */
static inline long double powl(long double base, long double exponent)
{
	long double power, whole;

	asm("fyl2x"
	    : "=t"(power)
	    : "0"(base), "u"(exponent)
	    : "st(1)");
	asm("frndint"
	    : "=t"(whole)
	    : "0"(power));
	power -= whole;
	asm("f2xm1"
	    : "+t"(power));
	power += 1;
	asm("fscale"
	    : "+t"(power)
	    : "u"(whole));
	return power;
}

#endif
