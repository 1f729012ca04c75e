// SPDX-License-Identifier: GPL-2.0
/*
 * The rule of false position, sped up; see root.h. What the function is the
 * caller knows.
 */
#include "root.h"

struct real root_guess(struct root_bracket *bracket)
{
	struct real width = real_sub(bracket->high, bracket->low);
	struct real part = real_negate(bracket->below);
	struct real whole = real_add(bracket->above, part);

	/* Rounding may make both values 0. */
	if (++bracket->rounds % 4 == 0 || !real_sign(whole))
		return real_add(bracket->low, real_shift(width, -1));
	return real_add(bracket->low, real_mul(width, real_div(part, whole)));
}

void root_put(struct root_bracket *bracket, struct real guess, struct real value)
{
	if (real_sign(value) <= 0) {
		bracket->low = guess;
		bracket->below = value;
		if (bracket->last < 0)
			bracket->above = real_shift(bracket->above, -1);
		bracket->last = -1;
	} else {
		bracket->high = guess;
		bracket->above = value;
		if (bracket->last > 0)
			bracket->below = real_shift(bracket->below, -1);
		bracket->last = 1;
	}
}
