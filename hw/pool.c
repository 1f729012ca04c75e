// SPDX-License-Identifier: GPL-2.0
#include "pool.h"

void pool_init(struct pool *pool)
{
	unsigned int i;

	for (i = 0; i < SEGMENTS_MAX; i++)
		pool->segment[i].next = i + 1 < SEGMENTS_MAX ? i + 1 : SEGMENT_NONE;
	pool->free = 0;
	pool->free_count = SEGMENTS_MAX;
}

u16 pool_take(struct pool *pool)
{
	u16 index = pool->free;

	if (index == SEGMENT_NONE)
		return SEGMENT_NONE;
	pool->free = pool->segment[index].next;
	pool->free_count--;
	pool->segment[index].next = SEGMENT_NONE;
	return index;
}

void pool_free(struct pool *pool, u16 first, u16 end)
{
	while (first != end) {
		u16 next = pool->segment[first].next;

		pool->segment[first].next = pool->free;
		pool->free = first;
		pool->free_count++;
		first = next;
	}
}

void pool_link(struct pool *pool, struct chain *chain, u16 first, u16 last)
{
	if (chain->last == SEGMENT_NONE)
		chain->first = first;
	else
		pool->segment[chain->last].next = first;
	chain->last = last;
}

u16 pool_cut(struct pool *pool, struct chain *chain, u16 index)
{
	u16 *link = index == SEGMENT_NONE ? &chain->first : &pool->segment[index].next;
	u16 behind = *link;

	*link = SEGMENT_NONE;
	chain->last = index;
	return behind;
}

void pool_shift(struct pool *pool, u16 first, u64 later_ns, u32 later_fraction)
{
	struct segment *segment;

	for (; first != SEGMENT_NONE; first = segment->next) {
		segment = &pool->segment[first];
		segment->start_fraction += later_fraction;
		segment->start_ns += later_ns + (segment->start_fraction < later_fraction);
		segment->move_start_ns += later_ns;
	}
}
