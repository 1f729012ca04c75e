// SPDX-License-Identifier: GPL-2.0
/*
 * Making segments from real numbers, and reading them back. The planner decides
 * what goes into them; stepgen.c finds the steps.
 */
#include "segment.h"

/* Coefficients stay below 2^62, so that Horner's sums stay below 2^63. */
#define COEFFICIENT_BITS 62
#define FRACTION_BITS_MAX 60

struct state state_after(const struct state *state, struct real time_ns)
{
	struct state after = *state;
	struct real part;

	if (!real_sign(time_ns))
		return after;
	/* Horner: p + t (v + t/2 (a + t/3 j)) and its derivatives, as far as there are any */
	if (real_sign(state->jerk)) {
		after.acceleration = real_add_product(state->acceleration, time_ns, state->jerk);
		part = real_shift(real_add(state->acceleration, after.acceleration), -1);
		after.speed = real_add_product(state->speed, time_ns, part);
		part = real_add_product(state->acceleration, state->jerk,
					real_mul(real_third, time_ns));
	} else {
		after.speed = real_add_product(state->speed, time_ns, state->acceleration);
		part = state->acceleration;
	}
	part = real_add_product(state->speed, real_shift(time_ns, -1), part);
	after.position = real_add_product(state->position, time_ns, part);
	return after;
}

struct state state_towards(const struct state *from, const struct state *to,
			   struct real time_ns)
{
	struct real average = real_div(real_sub(to->position, from->position), time_ns);
	struct real sum = real_add(from->speed, to->speed);
	struct state cubic = *from;

	/* a = (6 average - 4 v0 - 2 v1) / T, j = 6 (v0 + v1 - 2 average) / T^2 */
	cubic.acceleration = real_sub(real_mul(real_from(3), average), real_add(sum, from->speed));
	cubic.acceleration = real_div(real_shift(cubic.acceleration, 1), time_ns);
	cubic.jerk = real_mul(real_from(6), real_sub(sum, real_shift(average, 1)));
	cubic.jerk = real_div(real_div(cubic.jerk, time_ns), time_ns);
	return cubic;
}

struct state state_scaled(const struct state *state, struct real factor)
{
	struct state scaled = {
		.position = real_mul(state->position, factor),
		.speed = real_mul(state->speed, factor),
		.acceleration = real_mul(state->acceleration, factor),
		.jerk = real_mul(state->jerk, factor),
	};

	return scaled;
}

/* @time = whole ns and a fraction in 2^-32 ns. @time >= 0. */
static u64 split_time(struct real time, u32 *fraction)
{
	int right = -time.exponent; /* shift that leaves whole ns */

	*fraction = 0;
	if (right >= 64 + 32)
		return 0;
	if (right >= 32)
		*fraction = time.mantissa >> (right - 32);
	else if (right > 0)
		*fraction = time.mantissa << (32 - right);
	return right < 64 ? time.mantissa >> right : 0;
}

void segment_set_time(struct segment *segment, u64 origin_ns,
		      struct real offset_ns, struct real duration_ns)
{
	int shift = max(duration_ns.exponent + 64, 0);

	segment->start_ns = origin_ns + split_time(offset_ns, &segment->start_fraction);
	segment->time_shift = shift;
	segment->end = real_round(real_shift(duration_ns, 63 - shift));
	segment->end = min(segment->end, S64_MAX);
	segment->next = SEGMENT_NONE;
	segment->move_start_ns = origin_ns;
	segment->at_rest = false;
}

/* As many of @bits as leave |@a| below 2^@room. */
static int fitting(int bits, struct real a, int room)
{
	return a.mantissa ? min(bits, room - a.exponent - 64) : bits;
}

/* @a with @bits of fraction, the upper ones lost if they are too many for 64. */
static inline s64 to_fixed(struct real a, int bits)
{
	int right = -a.exponent - bits;
	u64 fixed = 0;

	if (right > 0 && right <= 64)
		fixed = (right < 64 ? a.mantissa >> right : 0) + (a.mantissa >> (right - 1) & 1);
	else if (right <= 0 && right > -64)
		fixed = a.mantissa << -right;
	return a.negative ? -fixed : fixed;
}

void segment_set_axis(struct segment *segment, unsigned int axis, s64 origin,
		      const struct state *state, bool up, s64 previous)
{
	struct cubic *cubic = &segment->cubic[axis];
	s64 whole = real_round(state->position);
	int shift = segment->time_shift;
	int bits = FRACTION_BITS_MAX; /* as many as c[0] leaves, which is at most 1/2 */
	struct real c1 = real_shift(state->speed, shift);
	struct real c2 = real_shift(state->acceleration, 2 * shift - 1);
	struct real c3 = real_shift(real_mul(state->jerk, real_third), 3 * shift - 1);

	bits = fitting(bits, c1, COEFFICIENT_BITS - 1);
	bits = fitting(bits, c2, COEFFICIENT_BITS - 2);
	bits = fitting(bits, c3, COEFFICIENT_BITS - 3);
	bits = max(bits, 1);
	cubic->c[0] = (u64)to_fixed(state->position, bits) - ((u64)whole << bits);
	cubic->c[1] = to_fixed(c1, bits + 1);
	cubic->c[2] = to_fixed(c2, bits + 2);
	cubic->c[3] = to_fixed(c3, bits + 3);
	cubic->base = origin + whole;
	segment->fraction_bits[axis] = bits;
	cubic->last = segment_steps(segment, axis, segment->end, up, previous);
}

void segment_set_rest(struct segment *segment, unsigned int axis, s64 steps)
{
	struct cubic *cubic = &segment->cubic[axis];

	memset(cubic, 0, sizeof(*cubic));
	cubic->base = steps;
	cubic->last = steps;
	segment->fraction_bits[axis] = FRACTION_BITS_MAX;
}

s64 segment_steps(const struct segment *segment, unsigned int axis, s64 u,
		  bool up, s64 previous)
{
	const struct cubic *cubic = &segment->cubic[axis];
	unsigned int bits = segment->fraction_bits[axis];
	s64 half = 1LL << (bits - 1);
	s64 position = cubic_at(cubic, u);

	/* Step k is due at k - 1/2 on the way up, at k + 1/2 on the way down. */
	if (up)
		return max(previous, cubic->base + ((position + half) >> bits));
	return min(previous, cubic->base - ((half - position) >> bits));
}

struct state segment_state(const struct segment *segment, unsigned int axis,
			   s64 u)
{
	const struct cubic *cubic = &segment->cubic[axis];
	int bits = segment->fraction_bits[axis];
	int shift = segment->time_shift;
	struct state start = {
		.position = real_shift(real_from(cubic->c[0]), -bits),
		.speed = real_shift(real_from(cubic->c[1]), -bits - 1 - shift),
		.acceleration = real_shift(real_from(cubic->c[2]),
					   -bits - 1 - 2 * shift),
		.jerk = real_mul(real_from(6), real_shift(real_from(cubic->c[3]),
							  -bits - 3 - 3 * shift)),
	};

	return state_after(&start, real_shift(real_from(u), shift - 63));
}

s64 segment_u(const struct segment *segment, u64 ns)
{
	bool begins_later = segment->start_fraction; /* than at its whole ns */
	u64 since, u;

	if (ns <= segment->start_ns)
		return 0;
	since = ns - segment->start_ns;
	if ((since - begins_later) >> segment->time_shift)
		return segment->end;
	u = since << (63 - segment->time_shift);
	since = (u64)segment->start_fraction << 31 >> segment->time_shift;
	u = u > since ? u - since : 0;
	return min_t(u64, u, segment->end);
}

u64 segment_end_ns(const struct segment *segment)
{
	u64 fraction = (u32)((u64)segment->end << segment->time_shift << 1 >> 32);

	fraction += (u64)segment->start_fraction + U32_MAX;
	return segment->start_ns +
	       ((u64)segment->end >> (63 - segment->time_shift)) +
	       (fraction >> 32);
}
