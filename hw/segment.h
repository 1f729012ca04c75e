/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments: pieces of the plan in which every axis follows one cubic of time and
 * no axis turns round. Fixed point, so that the interrupt can follow them, and
 * an absolute start, so that nothing adds up from segment to segment.
 */
#ifndef HW_SEGMENT_H
#define HW_SEGMENT_H

#include "../parser/command.h"
#include "real.h"

#define SEGMENT_NONE U16_MAX

/*
 * What is shorter than 2^-12 ns becomes no segment: rounding made it, and the fixed point
 * of a segment so short would tell little of its acceleration.
 */
#define SEGMENT_SHORTEST_BITS (-12)

/*
 * An axis within a segment. Its position, in steps, at u (0 <= u < 1, the
 * segment's own unit of time, 2^time_shift ns; held as a fraction of 2^63) is
 *
 *	base + c[0] + c[1] u + c[2] u^2 + c[3] u^3
 *
 * where c[i] has fraction_bits + i bits of fraction: Horner's rule with upper
 * halves of products loses one bit at each multiplication and ends with
 * fraction_bits. As many of them as the largest coefficient leaves room for.
 */
struct cubic {
	s64 c[4];
	s64 base; /* steps */
	s64 last; /* steps when the segment is over: all were emitted */
};

struct segment {
	u64 start_ns; /* plan time */
	u32 start_fraction; /* of a ns, in 2^-32: durations need no rounding */
	u16 next; /* index in the pool, or SEGMENT_NONE */
	u8 time_shift;
	bool at_rest; /* ends at rest: the last one of a move or a stop */
	u8 fraction_bits[AXES_MAX];
	u64 move_start_ns; /* when the axes were at rest last */
	s64 end; /* u at its end */
	struct cubic cubic[AXES_MAX];
};

/* Position (steps), speed, acceleration and jerk of an axis at an instant, per ns. */
struct state {
	struct real position;
	struct real speed;
	struct real acceleration;
	struct real jerk;
};

/* The state @time_ns later, under constant jerk. */
struct state state_after(const struct state *state, struct real time_ns);

/*
 * The cubic (Hermite's) from the position and speed of @from to those of @to in @time_ns, as
 * the state that it begins in.
 */
struct state state_towards(const struct state *from, const struct state *to,
			   struct real time_ns);

/* Every quantity times @factor. */
struct state state_scaled(const struct state *state, struct real factor);

/*
 * Let @segment begin @offset_ns after @origin_ns and last @duration_ns (> 0,
 * below 2^60). Process context, as all below but segment_position().
 */
void segment_set_time(struct segment *segment, u64 origin_ns,
		      struct real offset_ns, struct real duration_ns);

/*
 * Let @axis begin in @state, its position relative to @origin steps; magnitudes
 * below 2^60 steps. After segment_set_time(). It must not turn round within the
 * segment; @up says which way it goes. @previous is where (in whole steps) the
 * segment before leaves it.
 */
void segment_set_axis(struct segment *segment, unsigned int axis, s64 origin,
		      const struct state *state, bool up, s64 previous);

/* Let @axis rest at @steps. */
void segment_set_rest(struct segment *segment, unsigned int axis, s64 steps);

/*
 * The position of @axis at @u, relative to the base, with fraction_bits. Any
 * context.
 */
static inline s64 cubic_at(const struct cubic *cubic, s64 u)
{
	s64 position = mul_high_s64(cubic->c[3], u) + cubic->c[2];

	position = mul_high_s64(position, u) + cubic->c[1];
	return mul_high_s64(position, u) + cubic->c[0];
}

/* The whole step that @axis, on its way up or down from @previous, has reached at @u. */
s64 segment_steps(const struct segment *segment, unsigned int axis, s64 u,
		  bool up, s64 previous);

/* The state of @axis at @u, its position relative to the base. */
struct state segment_state(const struct segment *segment, unsigned int axis,
			   s64 u);

static inline bool segment_moves(const struct segment *segment, unsigned int axis)
{
	const s64 *c = segment->cubic[axis].c;

	return c[1] || c[2] || c[3];
}

/* u of the instant @ns (plan time, whole ns), kept within the segment. */
s64 segment_u(const struct segment *segment, u64 ns);

/* Plan time of @u, rounded to a ns. Any context. */
static inline u64 segment_time_ns(const struct segment *segment, s64 u)
{
	u64 fraction = (u32)((u64)u << segment->time_shift << 1 >> 32);

	fraction += (u64)segment->start_fraction + (1ULL << 31);
	return segment->start_ns + ((u64)u >> (63 - segment->time_shift)) +
	       (fraction >> 32);
}

/* The first whole ns at which @segment is over. */
u64 segment_end_ns(const struct segment *segment);

#endif
