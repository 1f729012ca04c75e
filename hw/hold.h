/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is left of a stream that was held: segments that are in no plan, until they
 * follow one again. Process context.
 */
#ifndef HW_HOLD_H
#define HW_HOLD_H

#include "pool.h"

/* Their times are those that they had, and say when one comes after the other. */
struct held {
	u16 first; /* none: nothing is held */
	s64 u; /* where in it the axes came to rest */
	u16 last;
};

struct hold {
	struct held held;
	/* What is staged: */
	u16 path; /* a copy of the segment that the cut is in, before what is dropped */
	struct held staged; /* of that, what will be held */
	bool resumes; /* what is held goes on: of it these are linked, at later times: */
	u16 linked;
	u16 linked_behind;
	u64 linked_ns;
	u32 linked_fraction; /* of a ns, in 2^-32 */
};

void hold_init(struct hold *hold);

/* Whether something is held, and to forget it. */
static inline bool hold_any(const struct hold *hold)
{
	return hold->held.first != SEGMENT_NONE;
}

void hold_drop(struct hold *hold, struct pool *pool);

/*
 * Segment @cut, in which the published plan is to be cut, and what is behind it are to be
 * held: a copy of it, or SEGMENT_NONE: no room. To be followed by hold->staged, and
 * hold_keep() when they are cut off, or hold_abandon().
 */
u16 hold_begin(struct hold *hold, struct pool *pool, u16 cut);
void hold_keep(struct hold *hold, struct pool *pool);

/*
 * Let what is held, from segment @first on, follow the @staged plan, so much later. To be
 * followed by hold_release() when that is published, or hold_abandon().
 */
void hold_link(struct hold *hold, struct pool *pool, struct chain *staged, u16 first,
	       u64 later_ns, u32 later_fraction);
void hold_release(struct hold *hold, struct pool *pool);

/* It is not to be: what was held before is held again, and not in @staged. */
void hold_abandon(struct hold *hold, struct pool *pool, struct chain *staged);

#endif
