/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pool that segments are taken from, and chains of them, linked by index.
 * Process context.
 */
#ifndef HW_POOL_H
#define HW_POOL_H

#include "segment.h"

#define SEGMENTS_MAX 640

struct pool {
	u16 free; /* the first that is */
	u16 free_count;
	struct segment segment[SEGMENTS_MAX];
};

/* A chain of segments; both SEGMENT_NONE if it has none. */
struct chain {
	u16 first;
	u16 last;
};

void pool_init(struct pool *pool);

/* A segment, of no chain, or SEGMENT_NONE if none is free. */
u16 pool_take(struct pool *pool);

/* Give back the segments from @first on, up to @end and without it: SEGMENT_NONE, all. */
void pool_free(struct pool *pool, u16 first, u16 end);

/* Let the segments from @first on follow @chain; @last is the last of them. */
void pool_link(struct pool *pool, struct chain *chain, u16 first, u16 last);

/* Let @chain end with @index, or be empty. The first of those that came behind, or none. */
u16 pool_cut(struct pool *pool, struct chain *chain, u16 index);

/* Let the segments from @first on begin so much later. */
void pool_shift(struct pool *pool, u16 first, u64 later_ns, u32 later_fraction);

#endif
