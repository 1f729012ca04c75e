/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The law of an axis within a segment, as people read it: in seconds, and in steps
 * or the axis's unit. From fixed point without loss that matters: long double has
 * 64 bits of mantissa or more on PCs and 64-bit ARM.
 */
#ifndef USERSPACE_LAW_H
#define USERSPACE_LAW_H

#include "rehearsal.h"

struct law {
	long double position;
	long double speed;
	long double acceleration;
	long double jerk;
};

/* When @segment begins, in ns of virtual time, and how long it lasts. */
long double segment_start(const struct segment *segment);
long double segment_duration(const struct segment *segment);

/* What @axis does from the start of @segment on, in steps. */
struct law law_of(const struct segment *segment, unsigned int axis);

/* The law @time_s later. */
struct law law_after(const struct law *law, long double time_s);

/*
 * From steps to the unit of @axis, by its present settings: where the load is if the
 * motor is at @play in the play of its gear (steps, see struct motion_axis).
 */
struct law law_in_units(const struct law *law, const struct axis *axis, s64 play);

#endif
