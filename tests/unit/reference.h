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

/* Real numbers to and from long double, exactly. */
struct real real_make(long double value);
long double real_value(struct real real);

#endif
