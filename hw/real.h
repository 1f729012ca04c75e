/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Real numbers for planning, made of integers: 64 bits of mantissa and a wide
 * exponent, the same result on every processor, no floating-point unit. Planning
 * spans microseconds to hours and one step to 2^31; this removes every question
 * of scaling and overflow from it. For process context; the interrupt uses the
 * fixed-point cubics that are made from these.
 */
#ifndef HW_REAL_H
#define HW_REAL_H

#include "../parser/portable.h"

/* (-1)^negative * mantissa * 2^exponent; the mantissa's top bit is set, or it is 0. */
struct real {
	u64 mantissa;
	s32 exponent;
	bool negative;
};

struct real real_from(s64 value);
/* @numerator / @denominator; @denominator > 0. */
struct real real_ratio(s64 numerator, u64 denominator);
extern const struct real real_third; /* 1 / 3 */
extern const struct real real_sixth;
extern const struct real real_nano; /* 10^-9 */
struct real real_add(struct real a, struct real b);
struct real real_sub(struct real a, struct real b);
struct real real_mul(struct real a, struct real b);
/* @sum + @a * @b */
struct real real_add_product(struct real sum, struct real a, struct real b);
/* @b must not be 0. */
struct real real_div(struct real a, struct real b);
/* @a >= 0 */
struct real real_sqrt(struct real a);
/* @a >= 0 */
struct real real_cbrt(struct real a);
/* -1, 0, 1 */
int real_compare(struct real a, struct real b);
/* Round half away from zero; saturates at the ends of s64. */
s64 real_round(struct real a);
/* The next whole number up; saturates. */
s64 real_ceil(struct real a);

static inline int real_sign(struct real a)
{
	return a.mantissa ? (a.negative ? -1 : 1) : 0;
}

static inline struct real real_negate(struct real a)
{
	a.negative = a.mantissa && !a.negative;
	return a;
}

static inline struct real real_absolute(struct real a)
{
	a.negative = false;
	return a;
}

/* Times 2^@power. */
static inline struct real real_shift(struct real a, int power)
{
	if (a.mantissa)
		a.exponent += power;
	return a;
}

/* Whether |@a| < 2^@power. */
static inline bool real_is_below(struct real a, int power)
{
	return !a.mantissa || a.exponent + 64 <= power;
}

#endif
