/* SPDX-License-Identifier: GPL-2.0 */
/* For motion.c: what it asks and tells the edge side under the lock. */
#ifndef HW_EDGES_H
#define HW_EDGES_H

#include "motion.h"

static inline void motion_lock(const struct motion *motion)
{
	motion->pins->lock(motion->pins);
}

static inline void motion_unlock(const struct motion *motion)
{
	motion->pins->unlock(motion->pins);
}

/* Plan time of the real time @now_ns. All below under the lock. */
static inline u64 edges_plan_ns(const struct motion *motion, u64 now_ns)
{
	return now_ns > motion->slip_ns ? now_ns - motion->slip_ns : 0;
}

/* If all is over at @now_ns, let plan time be real time again. */
void edges_end_slip(struct motion *motion, u64 now_ns);

/* At plan time @now_ns: look for the next step of @axis from the start of @segment on. */
void edges_start(struct motion *motion, unsigned int axis, u16 segment, u64 now_ns);

#endif
