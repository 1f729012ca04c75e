/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The step generator: when the next step of an axis is due. Step k is due when
 * the axis's cubic crosses k - 1/2 on the way up, k + 1/2 on the way down, so
 * the motor is never more than half a step from the plan. Every time is a root
 * of its own, counted from its segment's start; none is made from an interval.
 */
#ifndef HW_STEPGEN_H
#define HW_STEPGEN_H

#include "segment.h"

struct stepgen {
	s64 steps; /* position after the last step that was found */
	/* The last roots in the present segment's time, latest first; may be before it. */
	u64 root[3];
	u64 guess; /* the next one, foretold from the last four */
	u16 segment; /* the present one, or SEGMENT_NONE */
	u8 axis;
	u8 roots; /* how many of them there are, up to 4 */
};

/* Go on at the start of @segment, at @steps. */
void stepgen_start(struct stepgen *stepgen, u16 segment, s64 steps);

/*
 * Find the next step: false if the plan in @pool has none, else its plan time,
 * to the nearest ns, and whether it goes up. Any context; no more than 96
 * evaluations of the cubic, one or two for all steps but those around a rest.
 */
bool stepgen_next(struct stepgen *stepgen, const struct segment *pool,
		  u64 *time_ns, bool *up);

#endif
