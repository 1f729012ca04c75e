// SPDX-License-Identifier: GPL-2.0
/*
 * An axis as its user knows it: default settings and the exact conversion
 * between units and steps. What may be set when is the machine's affair.
 */
#include "axis.h"

/* pi in units of 1e-15, for radians: more digits than any position has. */
#define PI_E15 3141592653589793ULL
#define ONE_E15 1000000000000000ULL

void axis_init(struct axis *axis)
{
	memset(axis, 0, sizeof(*axis));
	axis->setting[SETTING_SPEED] = 60 * MICRO;
	axis->setting[SETTING_ACCEL] = 120 * MICRO;
	axis->setting[SETTING_MAXSPEED] = 90 * MICRO;
	axis->setting[SETTING_MAXACCEL] = 180 * MICRO;
	axis->setting[SETTING_JERK] = 1200 * MICRO;
	axis->setting[SETTING_MAXJERK] = 1800 * MICRO;
	axis->setting[SETTING_MIN] = -170 * MICRO;
	axis->setting[SETTING_MAX] = 170 * MICRO;
	axis->setting[SETTING_UNIT] = UNIT_DEG;
	/* What an A4988 or DRV8825 needs, with a margin. */
	axis->setting[SETTING_STEPLEN] = 2000;
	axis->setting[SETTING_STEPSPACE] = 2000;
	axis->setting[SETTING_DIRSETUP] = 1000;
	axis->setting[SETTING_DIRHOLD] = 1000;
	axis->setting[SETTING_ENABLEDELAY] = 1000000;
	axis->setting[SETTING_HOMESPEED] = 10 * MICRO;
	axis->setting[SETTING_HOMEDIR] = -MICRO;
	axis->setting[SETTING_CORNER] = 2 * MICRO;
	axis->scale_numerator = 800; /* 32000/360 */
	axis->scale_denominator = 9;
	axis->trust = TRUST_KNOWN;
}

/* @a * @b / @divisor, rounded half up; saturates at S64_MAX. */
static u64 multiply_divide(u64 a, u64 b, u64 divisor)
{
	u64 high, low, remainder = 0, quotient = 0;
	u64 a_high = a >> 32, a_low = (u32)a, b_high = b >> 32, b_low = (u32)b;
	u64 middle = a_high * b_low + ((a_low * b_low) >> 32);
	int bit;

	high = a_high * b_high + (middle >> 32);
	middle = (u32)middle + a_low * b_high;
	high += middle >> 32;
	low = a * b;
	if (high >= divisor)
		return S64_MAX;
	if (!high) {
		quotient = div64_u64_rem(low, divisor, &remainder);
	} else {
		/* Rare. One bit at a time is fast enough. */
		for (bit = 63, remainder = high; bit >= 0; bit--) {
			bool carry = remainder >> 63;

			remainder = remainder << 1 | (low >> bit & 1);
			quotient <<= 1;
			if (carry || remainder >= divisor) {
				remainder -= divisor;
				quotient |= 1;
			}
		}
	}
	if (remainder >= divisor - remainder)
		quotient++;
	return quotient > S64_MAX ? S64_MAX : quotient;
}

static s64 scale(s64 value, u64 numerator, u64 denominator)
{
	u64 magnitude = value < 0 ? -(u64)value : (u64)value;
	s64 scaled = multiply_divide(magnitude, numerator, denominator);

	return value < 0 ? -scaled : scaled;
}

s64 axis_steps(const struct axis *axis, s64 micro)
{
	return scale(micro, axis->scale_numerator,
		     axis->scale_denominator * MICRO);
}

s64 axis_micro(const struct axis *axis, struct real steps)
{
	struct real unit = real_ratio(axis->scale_denominator * MICRO,
				      axis->scale_numerator);

	return real_round(real_mul(steps, unit));
}

s64 axis_backlash(const struct axis *axis)
{
	return axis_steps(axis, axis->setting[SETTING_BACKLASH]);
}

void axis_approach(struct axis *axis, s64 from)
{
	s64 way;

	if (!axis->setting[SETTING_BACKLASH])
		return;
	way = axis_steps(axis, axis->target) - axis_steps(axis, from);
	if (way)
		axis->play = way > 0 ? 0 : -axis_backlash(axis);
}

void axis_forget_target(struct axis *axis)
{
	axis->target = axis->rest;
	axis->play = axis->rest_play;
}

void axis_set_origin(struct axis *axis, s64 steps, s64 micro, s64 play)
{
	axis->origin = steps - play - axis_steps(axis, micro);
	axis->rest = micro;
	axis->rest_play = play;
}

s64 axis_resting_position(const struct axis *axis, s64 steps, s64 candidate)
{
	if (axis_steps(axis, candidate) == steps)
		return candidate;
	return axis_micro(axis, real_from(steps));
}

struct real axis_rate(const struct axis *axis, s64 micro)
{
	struct real steps_per_unit = real_ratio(axis->scale_numerator,
						axis->scale_denominator * MICRO);

	return real_mul(real_from(micro), steps_per_unit);
}

struct pulse_timing axis_timing(const struct axis *axis)
{
	return (struct pulse_timing){
		.steplen_ns = axis->setting[SETTING_STEPLEN],
		.stepspace_ns = axis->setting[SETTING_STEPSPACE],
		.dirsetup_ns = axis->setting[SETTING_DIRSETUP],
		.dirhold_ns = axis->setting[SETTING_DIRHOLD],
		.invert = axis->setting[SETTING_INVERT],
		.drive = axis->drive,
	};
}

u64 axis_pulse_rate(const struct axis *axis)
{
	struct pulse_timing timing = axis_timing(axis);

	return div64_u64(NS_PER_S, pulse_interval_ns(&timing));
}

struct real axis_beyond(const struct axis *axis, s64 micro)
{
	return real_sub(axis_rate(axis, micro), real_from(axis_steps(axis, micro)));
}

/* S64_MAX where it is not limited. */
static s64 jerk_of(const struct axis *axis)
{
	s64 jerk = axis->setting[SETTING_JERK];

	return jerk ? jerk : S64_MAX;
}

static struct plan_axis limits(const struct axis *axis, s64 speed,
			       s64 acceleration, s64 jerk)
{
	struct plan_axis plan = {
		.target = axis_steps(axis, axis->target) + axis->origin,
		.speed = axis_rate(axis, speed),
		.acceleration = axis_rate(axis, acceleration),
		.jerk = axis_rate(axis, jerk == S64_MAX ? 0 : jerk),
		.highest = axis_rate(axis, axis->setting[SETTING_MAXSPEED]),
	};
	struct real pulses = real_from(axis_pulse_rate(axis));

	if (real_compare(plan.highest, pulses) > 0)
		plan.highest = pulses;
	return plan;
}

struct plan_axis axis_limits(const struct axis *axis, s64 speed)
{
	return limits(axis, speed, axis->setting[SETTING_ACCEL], jerk_of(axis));
}

struct plan_axis axis_limits_in_motion(const struct axis *axis, s64 speed)
{
	return limits(axis, speed,
		      max(axis->setting[SETTING_ACCEL], axis->past_acceleration),
		      max(jerk_of(axis), axis->past_jerk));
}

void axis_remember_limits(struct axis *axis)
{
	axis->past_acceleration = max(axis->setting[SETTING_ACCEL], axis->past_acceleration);
	axis->past_jerk = max(jerk_of(axis), axis->past_jerk);
}

void axis_forget_limits(struct axis *axis)
{
	axis->past_acceleration = 0;
	axis->past_jerk = 0;
}

/* The size of a unit as a ratio: in degrees, or in tenths of a mm. */
static bool unit_size(enum unit unit, bool *rotary, u64 *numerator,
		      u64 *denominator)
{
	*rotary = unit == UNIT_DEG || unit == UNIT_RAD || unit == UNIT_REV;
	*numerator = 1;
	*denominator = 1;
	switch (unit) {
	case UNIT_DEG:
		return true;
	case UNIT_REV:
		*numerator = 360;
		return true;
	case UNIT_RAD:
		*numerator = 180 * ONE_E15;
		*denominator = PI_E15;
		return true;
	case UNIT_MM:
		*numerator = 10;
		return true;
	case UNIT_CM:
		*numerator = 100;
		return true;
	case UNIT_IN:
		*numerator = 254;
		return true;
	default:
		return false;
	}
}

int axis_convert(const struct axis *axis, const struct quantity *quantity,
		 s64 *micro)
{
	enum unit own = axis->setting[SETTING_UNIT];
	u64 numerator, denominator, own_numerator, own_denominator;
	bool rotary, own_rotary;

	*micro = quantity->micro;
	if (quantity->unit == UNIT_NONE || quantity->unit == own)
		return 0;
	if (quantity->unit == UNIT_STEPS) {
		*micro = scale(quantity->micro, axis->scale_denominator,
			       axis->scale_numerator);
		return 0;
	}
	if (!unit_size(quantity->unit, &rotary, &numerator, &denominator) ||
	    !unit_size(own, &own_rotary, &own_numerator, &own_denominator) ||
	    rotary != own_rotary)
		return -EINVAL;
	*micro = scale(quantity->micro, numerator * own_denominator,
		       denominator * own_numerator);
	return 0;
}
