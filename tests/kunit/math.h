/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The functions of the C library that the unit tests use and the kernel has not,
 * by instructions of the x87.
 */
#ifndef TESTS_KUNIT_MATH_H
#define TESTS_KUNIT_MATH_H

#define M_PI 3.14159265358979323846
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")

/* These the compiler does by itself. */
#define fabs __builtin_fabs
#define fabsl __builtin_fabsl
#define copysignl __builtin_copysignl
#define isnan __builtin_isnan

static inline long double sqrtl(long double x)
{
	asm("fsqrt"
	    : "+t"(x));
	return x;
}

static inline long double sinl(long double x)
{
	asm("fsin"
	    : "+t"(x));
	return x;
}

static inline long double cosl(long double x)
{
	asm("fcos"
	    : "+t"(x));
	return x;
}

#define sqrt(x) ((double)sqrtl(x))
#define sin(x) ((double)sinl(x))
#define cos(x) ((double)cosl(x))

static inline long double fminl(long double a, long double b)
{
	return b < a ? b : a;
}

static inline long double fmaxl(long double a, long double b)
{
	return b > a ? b : a;
}

/* To the nearest, of two the even one. */
static inline long double rintl(long double x)
{
	asm("frndint"
	    : "+t"(x));
	return x;
}

static inline long double ceill(long double x)
{
	long double whole = rintl(x);

	return whole < x ? whole + 1 : whole;
}

/* Halves away from 0. */
static inline long double roundl(long double x)
{
	long double whole = rintl(x);

	if (fabsl(x - whole) == 0.5L && fabsl(whole) < fabsl(x))
		whole += x < 0 ? -1 : 1;
	return whole;
}

#define llroundl(x) ((long long)roundl(x))

static inline long double ldexpl(long double x, int exponent)
{
	asm("fscale"
	    : "+t"(x)
	    : "u"((long double)exponent));
	return x;
}

/* Of @x >= 0. */
static inline long double frexpl(long double x, int *exponent)
{
	long double binary, mantissa;

	*exponent = 0;
	if (x == 0)
		return 0;
	asm("fxtract"
	    : "=t"(mantissa), "=u"(binary)
	    : "0"(x));
	*exponent = binary + 1;
	return mantissa / 2;
}

/* Of @base > 0. */
static inline long double powl(long double base, long double exponent)
{
	long double power, whole;

	asm("fyl2x"
	    : "=t"(power)
	    : "0"(base), "u"(exponent)
	    : "st(1)");
	whole = rintl(power);
	power -= whole;
	asm("f2xm1"
	    : "+t"(power));
	return ldexpl(power + 1, whole);
}

/* Of @x > 0: a power that rounds, and a step of Newton's that mends it. */
static inline long double cbrtl(long double x)
{
	long double root = powl(x, 1 / 3.0L);

	return root - (root * root * root - x) / (3 * root * root);
}

#endif
