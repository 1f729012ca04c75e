/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What motion must be, worked out from its limits alone, in long double: shares
 * neither numbers nor formulas with hw/. Seconds and steps.
 */
#ifndef TESTS_REFERENCE_H
#define TESTS_REFERENCE_H

#include "../../hw/motion.h"

struct reference {
	long double distance;
	long double speed; /* reached */
	long double acceleration;
	long double jerk; /* 0: none */
	long double rise; /* duration of each constant jerk */
	long double hold; /* of each constant acceleration */
	long double cruise;
	long double total;
};

/* The shortest move from rest to rest over @distance > 0 under the limits. */
struct reference reference_move(long double distance, long double speed,
				long double acceleration, long double jerk);

/* The same, but so long. */
void reference_stretch(struct reference *reference, long double total);

/* When the move is @position from its start. */
long double reference_time(const struct reference *reference, long double position);

/* What an axis does at an instant. */
struct at {
	long double position;
	long double speed;
	long double acceleration;
	long double jerk;
};

struct bounds {
	long double speed;
	long double acceleration;
	long double jerk; /* 0: none */
};

/*
 * Change to @speed at constant acceleration 0, as fast as acceleration and jerk of
 * @bounds allow; how long that takes. NAN if another speed came of it.
 */
long double reference_change(struct at *at, long double speed, const struct bounds *bounds);

/*
 * How long it takes to rest on @target, if the axis changes to one speed, goes on with
 * it, and stops: an upper bound of the shortest time.
 */
long double reference_rest_time(struct at from, long double target, const struct bounds *bounds);

/* The cubic of @axis as its fixed point has it, @part of the way through @segment. */
struct at reference_at(const struct segment *segment, unsigned int axis, long double part);

/* What one unit of the last place of its coefficients is, with room for two. */
struct at reference_resolution(const struct segment *segment, unsigned int axis);

/* Real numbers to and from long double, exactly. */
struct real real_make(long double value);
long double real_value(struct real real);

#endif
