// SPDX-License-Identifier: GPL-2.0
/*
 * The reference for motion; see reference.h. Peak speeds and times are found by
 * halving, which needs no formula and cannot go wrong quietly.
 */
#include <math.h>

#include "reference.h"

/* How long a ramp from rest to @speed takes, and the jerk's part of it. */
static long double ramp_time(long double speed, long double acceleration,
			     long double jerk, long double *rise)
{
	*rise = 0;
	if (jerk == 0)
		return speed / acceleration;
	*rise = fminl(acceleration / jerk, sqrtl(speed / jerk));
	/* a trapezoid of acceleration: its area is the speed */
	return speed / (jerk * *rise) + *rise;
}

struct reference reference_move(long double distance, long double speed,
				long double acceleration, long double jerk)
{
	long double low = 0, high = speed, ramp;
	struct reference reference = { .distance = distance };
	int i;

	reference.speed = speed;
	ramp = ramp_time(speed, acceleration, jerk, &reference.rise);
	if (speed * ramp > distance) {
		for (i = 0; i < 200; i++) {
			reference.speed = (low + high) / 2;
			ramp = ramp_time(reference.speed, acceleration, jerk,
					 &reference.rise);
			if (reference.speed * ramp > distance)
				high = reference.speed;
			else
				low = reference.speed;
		}
	}
	reference.hold = ramp - 2 * reference.rise;
	reference.cruise = fmaxl(0, distance / reference.speed - ramp);
	reference.acceleration = reference.speed / (ramp - reference.rise);
	reference.jerk = jerk == 0 ? 0 : reference.acceleration / reference.rise;
	reference.total = 2 * ramp + reference.cruise;
	return reference;
}

void reference_stretch(struct reference *reference, long double total)
{
	long double factor = total / reference->total;

	reference->rise *= factor;
	reference->hold *= factor;
	reference->cruise *= factor;
	reference->speed /= factor;
	reference->acceleration /= factor * factor;
	reference->jerk /= factor * factor * factor;
	reference->total = total;
}

/* Position at @time of the first half. */
static long double position(const struct reference *r, long double time)
{
	long double speed = r->jerk * r->rise * r->rise / 2;
	long double sum = 0, t = fminl(time, r->rise);

	sum += r->jerk * t * t * t / 6;
	time -= t;
	t = fminl(time, r->hold);
	sum += speed * t + r->acceleration * t * t / 2;
	speed += r->acceleration * r->hold;
	time -= t;
	t = fminl(time, r->rise);
	sum += speed * t + r->acceleration * t * t / 2 - r->jerk * t * t * t / 6;
	time -= t;
	return sum + r->speed * time;
}

long double reference_time(const struct reference *reference, long double sought)
{
	long double low = 0, high = reference->total / 2;
	long double middle;
	int i;

	if (sought > reference->distance / 2)
		return reference->total -
		       reference_time(reference, reference->distance - sought);
	for (i = 0; i < 80; i++) {
		middle = (low + high) / 2;
		if (position(reference, middle) < sought)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

struct real real_make(long double value)
{
	struct real real;
	long double mantissa;
	int exponent;

	mantissa = frexpl(fabsl(value), &exponent);
	real = real_shift(real_from(mantissa * 0x1p62L), exponent - 62);

	/* the last two of 64 bits */
	mantissa = mantissa * 0x1p62L - (s64)(mantissa * 0x1p62L);
	real = real_add(real, real_shift(real_from(mantissa * 4), exponent - 64));
	return value < 0 ? real_negate(real) : real;
}

long double real_value(struct real real)
{
	long double value = ldexpl(real.mantissa, real.exponent);

	return real.negative ? -value : value;
}
