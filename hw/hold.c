// SPDX-License-Identifier: GPL-2.0
#include "hold.h"

void hold_init(struct hold *hold)
{
	hold->held.first = SEGMENT_NONE;
	hold->path = SEGMENT_NONE;
	hold->linked = SEGMENT_NONE;
}

void hold_drop(struct hold *hold, struct pool *pool)
{
	pool_free(pool, hold->held.first, SEGMENT_NONE);
	hold->held.first = SEGMENT_NONE;
}

u16 hold_begin(struct hold *hold, struct pool *pool, u16 cut)
{
	u16 index = pool_take(pool);

	if (index != SEGMENT_NONE)
		pool->segment[index] = pool->segment[cut];
	hold->path = index;
	return index;
}

void hold_keep(struct hold *hold, struct pool *pool)
{
	u16 *end;

	hold->held = hold->staged;
	pool_free(pool, hold->path, hold->held.first);
	hold->path = SEGMENT_NONE;
	if (!hold_any(hold))
		return;
	end = &pool->segment[hold->held.last].next;
	pool_free(pool, *end, SEGMENT_NONE);
	*end = SEGMENT_NONE;
}

void hold_link(struct hold *hold, struct pool *pool, struct chain *staged, u16 first,
	       u64 later_ns, u32 later_fraction)
{
	hold->linked = first;
	hold->linked_behind = staged->last;
	hold->linked_ns = later_ns;
	hold->linked_fraction = later_fraction;
	pool_shift(pool, first, later_ns, later_fraction);
	pool_link(pool, staged, first, hold->held.last);
}

void hold_release(struct hold *hold, struct pool *pool)
{
	pool_free(pool, hold->held.first, hold->linked);
	hold->held.first = SEGMENT_NONE;
	hold->linked = SEGMENT_NONE;
}

static void unlink_held(struct hold *hold, struct pool *pool, struct chain *staged)
{
	if (hold->linked == SEGMENT_NONE)
		return;
	/* 2^-32 ns less is a whole one less, and that fraction short of it more */
	pool_shift(pool, hold->linked, -hold->linked_ns - (hold->linked_fraction != 0),
		   -hold->linked_fraction);
	pool_cut(pool, staged, hold->linked_behind);
	hold->linked = SEGMENT_NONE;
}

void hold_abandon(struct hold *hold, struct pool *pool, struct chain *staged)
{
	unlink_held(hold, pool, staged);
	if (hold->path == SEGMENT_NONE)
		return;
	pool->segment[hold->path].next = SEGMENT_NONE;
	pool_free(pool, hold->path, SEGMENT_NONE);
	hold->path = SEGMENT_NONE;
}
