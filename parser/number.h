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

/*
 * Read the decimal number that @bytes begin with: optional sign, at most 9 digits
 * before and 6 after the point. Returns how many bytes it has, or -EINVAL if there
 * is no number and -ERANGE if it has too many digits.
 */
int number_parse(const char *bytes, unsigned int length, s64 *micro);

/*
 * Read a time of the day that is all of @bytes: seconds since 1970, no sign, at
 * most 9 digits after the point. 0 with @ns filled; -EINVAL if it is no such
 * number, -ERANGE if it has too many digits or is more than S64_MAX ns.
 */
int instant_parse(const char *bytes, unsigned int length, u64 *ns);

/* "deg", "mm" …; "" for UNIT_NONE. */
const char *unit_name(enum unit unit);

/* The unit of this name, in any case; UNIT_NONE if there is none. */
enum unit unit_find(const char *word, unsigned int length);

/*
 * @micro millionths (0 to 999999999999999) of the unit of time @word (us ms s min
 * h, any case) in ns, halves of a ns rounded up. 0, -EINVAL if there is no such
 * unit, -ERANGE if it is more than S64_MAX ns (292 years).
 */
int duration_ns(u64 micro, const char *word, unsigned int length, u64 *ns);

/* Divide both, which are greater than 0, by their greatest common divisor. */
void ratio_reduce(u64 *numerator, u64 *denominator);

#endif
