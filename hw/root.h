/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Roots of what has no closed form, for planning: where a function that grows
 * passes zero. The caller keeps the loop, and says when it is near enough.
 */
#ifndef HW_ROOT_H
#define HW_ROOT_H

#include "real.h"

/*
 * A root between two places, by the rule of false position; the end that stays
 * counts half (Dowell and Jarratt, 1971), and every fourth guess is the middle,
 * so that it is sure to end.
 */
struct root_bracket {
	struct real low, high;
	struct real below, above; /* values there: <= 0 and > 0 */
	unsigned int rounds;
	int last;
};

/* Rounds before a root is taken as it is: the middle alone gives 60 bits by then. */
#define ROOT_ROUNDS 240

/* The place to try next. Process context. */
struct real root_guess(struct root_bracket *bracket);

/* The value at the place tried is @value. */
void root_put(struct root_bracket *bracket, struct real guess, struct real value);

#endif
