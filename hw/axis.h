/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An axis as its user knows it: settings in axis units, the position that was
 * commanded, and the exact conversion between units and steps.
 */
#ifndef HW_AXIS_H
#define HW_AXIS_H

#include "../parser/command.h"
#include "plan.h"
#include "pulse.h"

/* What is known of the motor's position; the words are in `?`. */
enum trust {
	TRUST_UNKNOWN, /* there is a home switch, and it was not looked for yet */
	TRUST_LOST, /* steps may have been lost */
	TRUST_KNOWN,
};

struct axis {
	s64 setting[SETTING_COUNT]; /* millionths, ns, a unit or a flag */
	u64 scale_numerator; /* SCALE: steps per axis unit */
	u64 scale_denominator;
	s64 target; /* commanded position, millionths of the unit */
	s64 rest; /* the same, of the last entry that ended */
	/* Where in the play of its gear the motor is then; see struct motion_axis. */
	s64 play; /* at the target */
	s64 rest_play;
	s64 origin; /* steps emitted when at position 0, reached from below */
	/*
	 * The strongest acceleration and jerk (S64_MAX: none) that were in force
	 * since the axis was at rest, but are not now; 0 if there were none.
	 */
	s64 past_acceleration;
	s64 past_jerk;
	enum trust trust;
	enum drive drive; /* a fact, as its wires are */
};

/* Axis with the default settings of every kind. */
void axis_init(struct axis *axis);

/* Steps of a position, rounded half away from zero; saturates. */
s64 axis_steps(const struct axis *axis, s64 micro);

/* Millionths of the axis unit of a position in steps, rounded likewise. */
s64 axis_micro(const struct axis *axis, struct real steps);

/* How much further than axis_steps() of it a position is exactly; |result| <= 1/2. */
struct real axis_beyond(const struct axis *axis, s64 micro);

/* BACKLASH in steps. */
s64 axis_backlash(const struct axis *axis);

/* Let the play be what it is when the target is reached from @from (millionths). */
void axis_approach(struct axis *axis, s64 from);

/* What was commanded since the axis rested was not done. */
void axis_forget_target(struct axis *axis);

/* The axis rests where @steps were emitted, @play as in struct motion_axis: call it @micro. */
void axis_set_origin(struct axis *axis, s64 steps, s64 micro, s64 play);

/*
 * The position to show for an axis that rests at @steps: @candidate if that is
 * a position with these steps, else that of the steps.
 */
s64 axis_resting_position(const struct axis *axis, s64 steps, s64 candidate);

/* A rate in millionths of the unit per s (or s²) in steps per s (or s²). */
struct real axis_rate(const struct axis *axis, s64 micro);

/* How its edges are to be. */
struct pulse_timing axis_timing(const struct axis *axis);

/* Steps/s that STEPLEN and STEPSPACE leave time for, rounded down. */
u64 axis_pulse_rate(const struct axis *axis);

/*
 * For the planner: the commanded target, from below, and the limits of the axis with this
 * highest speed (millionths of the unit per s).
 */
struct plan_axis axis_limits(const struct axis *axis, s64 speed);

/*
 * The same for a plan that takes over from motion: what was begun under stronger
 * limits can only be ended under them.
 */
struct plan_axis axis_limits_in_motion(const struct axis *axis, s64 speed);

/* Acceleration or jerk of an axis in motion are about to be changed. */
void axis_remember_limits(struct axis *axis);

/* The axis is at rest: what was in force before is of no interest. */
void axis_forget_limits(struct axis *axis);

/*
 * A quantity in the unit it was written with, as millionths of the axis unit.
 * 0, or -EINVAL if a rotary unit is given to a linear axis or the reverse.
 */
int axis_convert(const struct axis *axis, const struct quantity *quantity,
		 s64 *micro);

#endif
