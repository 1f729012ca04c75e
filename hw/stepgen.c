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
	stepgen->u = 0;
	stepgen->interval = 0;
	stepgen->second = 0;
	stepgen->third = 0;
	stepgen->roots = 0;
}

/*
 * Go to the next segment, and take the differences along in its unit of time:
 * they say well enough where its first step will be. Only where one segment
 * follows the other at once; else begin anew.
 */
static void enter_next(struct stepgen *stepgen, const struct segment *pool)
{
	const struct segment *old = &pool[stepgen->segment];
	const struct segment *new;
	int shift;

	if (old->next == SEGMENT_NONE || old->at_rest ||
	    pool[old->next].start_ns - old->start_ns >
	    ((u64)old->end >> (63 - old->time_shift)) + 1 || !stepgen->roots) {
		stepgen_start(stepgen, old->next, stepgen->steps);
		return;
	}
	new = &pool[old->next];
	shift = old->time_shift - new->time_shift;
	stepgen->u -= old->end;
	stepgen->segment = old->next;
	if (shift <= 0) {
		shift = min(-shift, 63);
		stepgen->u >>= shift;
		stepgen->interval >>= shift;
		stepgen->second >>= shift;
		stepgen->third >>= shift;
	} else if (shift < 62 && stepgen->u > -(S64_MAX >> 2 >> shift) &&
		   stepgen->interval < S64_MAX >> 2 >> shift) {
		stepgen->u *= 1LL << shift;
		stepgen->interval *= 1LL << shift;
		stepgen->second *= 1LL << shift;
		stepgen->third *= 1LL << shift;
	} else {
		stepgen_start(stepgen, old->next, stepgen->steps);
	}
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

	for (round = 0; high - low > 1 && (high - low) >> (to_ns - 1); round++) {
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

/*
 * The usual case, without a division. The differences of the roots so far
 * foretell the next root, and how much time a fraction of a step takes there;
 * the distance to the crossing then gives the correction. False where the
 * intervals change too fast for that: around a rest.
 */
static bool extrapolate(const struct stepgen *stepgen, const struct cubic *cubic,
			unsigned int fraction_bits, s64 crossing, bool up,
			s64 end, unsigned int to_ns, s64 *root)
{
	s64 second = stepgen->second + stepgen->third;
	s64 interval = stepgen->interval + second;
	/* du/dk at the new root, from the backward differences there */
	s64 step = interval + (second >> 1) + (stepgen->third >> 2);
	s64 correction;
	int round;

	if (stepgen->roots < 4 ||
	    (u64)second + (interval >> 3) > (u64)interval >> 2 ||
	    (u64)(stepgen->u + interval) > (u64)end)
		return false;
	*root = stepgen->u + interval;
	for (round = 0; round < 3; round++) {
		s64 beyond = cubic_at(cubic, *root) - crossing;

		if (((u64)beyond + (1ULL << (fraction_bits - 1))) >> fraction_bits)
			return false; /* not even within half a step */
		correction = mul_high_s64(beyond * (1LL << (62 - fraction_bits)), step);
		*root -= up ? correction * 4 : -correction * 4;
		if (correction < 0)
			correction = -correction;
		if (correction >> (to_ns - 2) < LAST_CORRECTION_NS)
			return (u64)*root <= (u64)end;
	}
	return false;
}

static void remember(struct stepgen *stepgen, s64 root)
{
	u64 interval = (u64)root - (u64)stepgen->u;
	s64 second = (s64)interval - stepgen->interval;

	stepgen->u = root;
	if (interval >> 60) { /* few steps in the segment: search for each */
		stepgen->interval = 0;
		stepgen->second = 0;
		stepgen->roots = 0;
		return;
	}
	stepgen->interval = interval;
	stepgen->third = second - stepgen->second;
	stepgen->second = second;
	if (stepgen->roots < 4)
		stepgen->roots++;
}

bool stepgen_next(struct stepgen *stepgen, const struct segment *pool,
		  u64 *time_ns, bool *up)
{
	const struct segment *segment;
	const struct cubic *cubic;
	unsigned int bits, to_ns;
	s64 crossing, root;

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
	bits = segment->fraction_bits[stepgen->axis];
	to_ns = 63 - segment->time_shift;
	crossing = ((stepgen->steps - cubic->base) * 2 + (*up ? 1 : -1)) *
		   (1LL << (bits - 1));
	if (!extrapolate(stepgen, cubic, bits, crossing, *up, segment->end,
			 to_ns, &root)) {
		s64 low = max(stepgen->u, 0LL);
		s64 guess = low;

		if (stepgen->roots > 2)
			guess = stepgen->u + stepgen->interval + stepgen->second;
		if (guess < low || guess > segment->end)
			guess = low;
		root = search(cubic, crossing, *up, guess, low, segment->end, to_ns);
	}
	stepgen->steps += *up ? 1 : -1;
	remember(stepgen, root);
	*time_ns = segment_time_ns(segment, root);
	return true;
}
