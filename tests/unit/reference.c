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

/* Let @at go on for @time under this jerk. */
static void go_on(struct at *at, long double time, long double jerk)
{
	at->position += time * (at->speed + time / 2 * (at->acceleration + time / 3 * jerk));
	at->speed += time * (at->acceleration + time / 2 * jerk);
	at->acceleration += time * jerk;
}

/* A trapezoid of acceleration: up (or down) to a peak, on with it, and to 0. */
long double reference_change(struct at *at, long double speed, const struct bounds *bounds)
{
	long double tolerance = 1e-9L * (fabsl(speed) + fabsl(at->speed) + bounds->speed);
	long double gain, peak, rise, hold = 0, fall, direction;

	if (bounds->jerk == 0) {
		rise = fabsl(speed - at->speed) / bounds->acceleration;
		at->acceleration = (speed < at->speed ? -1 : 1) * bounds->acceleration;
		go_on(at, rise, 0);
		at->acceleration = 0;
		return rise;
	}
	gain = at->acceleration * fabsl(at->acceleration) / 2 / bounds->jerk;
	direction = speed >= at->speed + gain ? 1 : -1;
	gain = direction * (speed - at->speed);
	peak = at->acceleration * at->acceleration / 2 + bounds->jerk * gain;
	peak = fminl(sqrtl(fmaxl(0, peak)), bounds->acceleration);
	rise = (peak - direction * at->acceleration) / bounds->jerk;
	fall = peak / bounds->jerk;
	gain -= (peak + direction * at->acceleration) / 2 * fabsl(rise) + peak / 2 * fall;
	if (peak == bounds->acceleration)
		hold = fmaxl(0, gain / peak);
	go_on(at, fabsl(rise), direction * copysignl(bounds->jerk, rise));
	go_on(at, hold, 0);
	go_on(at, fall, -direction * bounds->jerk);
	if (fabsl(at->speed - speed) > tolerance)
		return NAN;
	at->speed = speed;
	at->acceleration = 0;
	return fabsl(rise) + hold + fall;
}

/* Change to @speed and stop; how long that takes, and in @position where it ends. */
static long double there_and_stop(struct at from, long double speed, const struct bounds *bounds,
				  long double *position)
{
	long double time = reference_change(&from, speed, bounds);

	time += reference_change(&from, 0, bounds);
	*position = from.position;
	return time;
}

long double reference_rest_time(struct at from, long double target, const struct bounds *bounds)
{
	long double low = -bounds->speed, high = bounds->speed, middle, end, time;
	int i;

	if (from.position == target && !from.speed && !from.acceleration)
		return 0; /* by halves it would take a µs */
	time = there_and_stop(from, high, bounds, &end);
	if (end <= target)
		return time + (target - end) / high;
	time = there_and_stop(from, low, bounds, &end);
	if (end >= target)
		return time + (target - end) / low;
	for (i = 0; i < 70; i++) {
		middle = (low + high) / 2;
		time = there_and_stop(from, middle, bounds, &end);
		if (end > target)
			high = middle;
		else
			low = middle;
	}
	return time;
}

struct at reference_at(const struct segment *segment, unsigned int axis, long double part)
{
	const struct cubic *cubic = &segment->cubic[axis];
	long double unit = ldexpl(1e-9L, segment->time_shift);
	long double u = part * ldexpl(segment->end, -63);
	int bits = segment->fraction_bits[axis];
	long double c[4];
	int i;

	for (i = 0; i < 4; i++)
		c[i] = ldexpl(cubic->c[i], -bits - i);
	return (struct at){
		.position = cubic->base + c[0] + u * (c[1] + u * (c[2] + u * c[3])),
		.speed = (c[1] + u * (2 * c[2] + u * 3 * c[3])) / unit,
		.acceleration = (2 * c[2] + 6 * c[3] * u) / unit / unit,
		.jerk = 6 * c[3] / unit / unit / unit,
	};
}

struct at reference_resolution(const struct segment *segment, unsigned int axis)
{
	long double unit = ldexpl(1e-9L, segment->time_shift);
	int bits = segment->fraction_bits[axis];

	return (struct at){
		.position = ldexpl(1, 1 - bits),
		.speed = ldexpl(1, 2 - bits) / unit,
		.acceleration = ldexpl(6, 1 - bits) / unit / unit,
		.jerk = ldexpl(6, -1 - bits) / unit / unit / unit,
	};
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
