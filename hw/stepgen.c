// SPDX-License-Identifier: GPL-2.0
/*
 * Roots of cubics in fixed point. How many steps a segment has and which way
 * they go is known beforehand (cubic.last), so that rounding here can move a
 * step by a ns but never add or lose one.
 */
#include "stepgen.h"

/* A correction below this is the last one: the error left is its square over a radius. */
#define LAST_CORRECTION_NS 16
/* Rounds of Newton's method before halving, which takes at most 63 more. */
#define NEWTON_ROUNDS 32

void stepgen_start(struct stepgen *stepgen, u16 segment, s64 steps)
{
	stepgen->steps = steps;
	stepgen->segment = segment;
	stepgen->roots = 0;
	memset(stepgen->root, 0, sizeof(stepgen->root));
	stepgen->guess = 0;
}

/* @time, in units that are 2^@shift times those of the result, or 2^-@shift. */
static u64 change_unit(u64 time, int shift)
{
	return shift >= 0 ? time << shift : (u64)((s64)time >> -shift);
}

/*
 * Go to the next segment, and take the roots along in its time: they say well
 * enough where its first step will be. Only where one segment follows the other
 * at once and their units are not too different; else begin anew.
 */
static noinline void enter_next(struct stepgen *stepgen, const struct segment *pool)
{
	const struct segment *old = &pool[stepgen->segment];
	const struct segment *new = &pool[old->next];
	u64 ago = old->end - stepgen->root[2];
	unsigned int i;
	int shift;

	if (old->next == SEGMENT_NONE || old->at_rest || stepgen->roots < 3) {
		stepgen_start(stepgen, old->next, stepgen->steps);
		return;
	}
	shift = old->time_shift - new->time_shift;
	if (shift > 60 || shift < -60 || ago >> (62 - max(shift, 0))) {
		stepgen_start(stepgen, old->next, stepgen->steps);
		return;
	}
	stepgen->segment = old->next;
	for (i = 0; i < 3; i++)
		stepgen->root[i] = change_unit(stepgen->root[i] - old->end, shift);
	stepgen->guess = change_unit(stepgen->guess - old->end, shift);
}

/* The first derivative of the position, with fraction_bits - 1. */
static s64 slope_at(const struct cubic *cubic, s64 u)
{
	s64 slope = 3 * (mul_high_s64(cubic->c[3], u) >> 2) + (cubic->c[2] >> 1);

	return mul_high_s64(slope, u) + (cubic->c[1] >> 2);
}

/* @distance * 2^62 / @slope to 31 bits; more than any u if there is no answer. */
static u64 quotient(u64 distance, u64 slope)
{
	int left = 64 - fls64(distance);
	int right = max(fls64(slope) - 32, 0);
	int shift = 62 - left - right;
	u64 ratio;

	if (!distance)
		return 0;
	if (!slope)
		return U64_MAX;
	ratio = div_u64(distance << left, slope >> right);
	if (shift < 0)
		return shift > -64 ? ratio >> -shift : 0;
	return fls64(ratio) + shift < 64 ? ratio << shift : U64_MAX;
}

/*
 * Newton's method, kept between @low and @high, where the root is known to be;
 * a step that would leave them halves their distance instead. Sure to end
 * whatever the cubic.
 */
static s64 search(const struct cubic *cubic, s64 crossing, bool up, s64 guess,
		  s64 low, s64 high, unsigned int to_ns)
{
	int round;

	for (round = 0; (high - low) >> (to_ns - 1); round++) {
		s64 beyond = cubic_at(cubic, guess) - crossing;
		s64 slope = slope_at(cubic, guess);
		u64 correction;

		if (!up) {
			beyond = -beyond;
			slope = -slope;
		}
		if (beyond > 0)
			high = guess;
		else
			low = guess;
		correction = quotient(beyond < 0 ? -beyond : beyond,
				      slope > 0 ? slope : 0);
		if (round >= NEWTON_ROUNDS || correction > (u64)(high - low)) {
			guess = low + ((high - low) >> 1);
			continue;
		}
		guess += beyond > 0 ? -(s64)correction : (s64)correction;
		if (correction >> to_ns < LAST_CORRECTION_NS)
			break;
	}
	return guess;
}

/* Where no extrapolation serves: around a rest, and at the first steps of a segment. */
static noinline s64 search_from_last(const struct stepgen *stepgen,
				     const struct segment *segment,
				     s64 crossing, bool up)
{
	s64 last = stepgen->root[0];
	s64 low = last > 0 ? last : 0;
	s64 guess = stepgen->roots > 3 ? (s64)stepgen->guess : low;

	if (guess < low || guess > segment->end)
		guess = low;
	return search(&segment->cubic[stepgen->axis], crossing, up, guess, low,
		      segment->end, 63 - segment->time_shift);
}

/*
 * The usual case, without a division. The last roots foretell the next one, and
 * how much time a fraction of a step takes there (du/dk, from the backward
 * differences); the distance to the crossing then gives the correction. False
 * where the intervals change too fast for that.
 */
static inline bool extrapolate(const struct stepgen *stepgen,
			       const struct segment *segment, s64 crossing,
			       bool up, u64 *root)
{
	const struct cubic *cubic = &segment->cubic[stepgen->axis];
	unsigned int bits = segment->fraction_bits[stepgen->axis];
	unsigned int to_ns = 63 - segment->time_shift;
	u64 interval = stepgen->guess - stepgen->root[0];
	u64 last = stepgen->root[0] - stepgen->root[1];
	s64 second = interval - last;
	/* Wraps while the roots are strangers still; it is judged below. */
	s64 third = (u64)second - (last - (stepgen->root[1] - stepgen->root[2]));
	s64 step = interval + (second >> 1) + (third >> 2);
	int round;

	if (stepgen->roots < 4 || interval >> 60 ||
	    (u64)second + (interval >> 3) > interval >> 2)
		return false;
	if (up)
		step = -step;
	*root = stepgen->guess;
	for (round = 0; round < 3 && *root <= (u64)segment->end; round++) {
		s64 beyond = cubic_at(cubic, *root) - crossing;
		s64 correction;

		if (((u64)beyond + (1ULL << (bits - 1))) >> bits)
			return false; /* not even within half a step */
		correction = mul_high_s64(beyond * (1LL << (62 - bits)), step);
		*root += (u64)correction << 2;
		if ((u64)(correction < 0 ? -correction : correction) >>
		    (to_ns - 2) < LAST_CORRECTION_NS)
			return *root <= (u64)segment->end;
	}
	return false;
}

/* Take the root into account and foretell the next: third differences are constant. */
static inline void remember(struct stepgen *stepgen, u64 root)
{
	stepgen->guess = 4 * root - (6 * stepgen->root[0] - 4 * stepgen->root[1] +
				     stepgen->root[2]);
	stepgen->root[2] = stepgen->root[1];
	stepgen->root[1] = stepgen->root[0];
	stepgen->root[0] = root;
	if (stepgen->roots < 4)
		stepgen->roots++;
}

bool stepgen_next(struct stepgen *stepgen, const struct segment *pool,
		  u64 *time_ns, bool *up)
{
	const struct segment *segment;
	const struct cubic *cubic;
	s64 crossing;
	u64 root;

	for (;;) {
		if (stepgen->segment == SEGMENT_NONE)
			return false;
		segment = &pool[stepgen->segment];
		cubic = &segment->cubic[stepgen->axis];
		if (cubic->last != stepgen->steps)
			break;
		enter_next(stepgen, pool);
	}
	*up = cubic->last > stepgen->steps;
	crossing = ((stepgen->steps - cubic->base) * 2 + (*up ? 1 : -1)) *
		   (1LL << (segment->fraction_bits[stepgen->axis] - 1));
	if (!extrapolate(stepgen, segment, crossing, *up, &root))
		root = search_from_last(stepgen, segment, crossing, *up);
	stepgen->steps += *up ? 1 : -1;
	remember(stepgen, root);
	*time_ns = segment_time_ns(segment, root);
	return true;
}
