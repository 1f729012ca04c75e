/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decimal numbers and their units, kept exactly: in millionths of the unit.
 */
#ifndef PARSER_NUMBER_H
#define PARSER_NUMBER_H

#include "portable.h"

#define MICRO 1000000LL
#define NS_PER_US 1000ULL
#define NS_PER_S 1000000000ULL

enum unit {
	UNIT_NONE, /* none was written: the axis's own */
	UNIT_DEG,
	UNIT_RAD,
	UNIT_REV,
	UNIT_MM,
	UNIT_CM,
	UNIT_IN,
	UNIT_STEPS,
	UNIT_PERCENT, /* of the axis limit; speeds only */
};

/* A number as it was written. */
struct quantity {
	s64 micro;
	enum unit unit;
	u16 column;
};

/* "deg", "mm" …; "" for UNIT_NONE. */
const char *unit_name(enum unit unit);

#endif
