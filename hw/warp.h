/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A path whose time runs slower or faster: how a stream of points is held and goes on.
 * The path is a chain of segments, whatever they came from; at the rate r the axes go
 * along it r times as fast as it says, and r changes no faster than their accelerations
 * allow. What comes of it are segments again, within WARP_ERROR_BITS of the path.
 */
#ifndef HW_WARP_H
#define HW_WARP_H

#include "motion.h"

/* How far they may be from the path, steps, as a power of two. */
#define WARP_ERROR_BITS (-6)

/* On its way along a path, staging. */
struct warp {
	struct motion *motion;
	struct real acceleration[AXES_MAX]; /* limits, steps per ns^2 */
	bool faster; /* to rate 1, else to 0 */
	u16 segment; /* where it is in the path; none: at its end */
	u16 last; /* of the path */
	struct real at_ns; /* since the start of that segment */
	struct real rate;
	u64 origin_ns; /* plan time at which it began; since then: */
	struct real now_ns;
	u64 move_start_ns;
	s64 steps[AXES_MAX];
};

/*
 * Begin at @u in @segment of the path that ends with @last, at @rate, where the staged
 * plan ends; to be at rate 1 or at rest as soon as @warp->acceleration allows.
 */
void warp_begin(struct warp *warp, struct motion *motion, u16 segment, s64 u, u16 last,
		struct real rate, bool faster);

/*
 * Let what is staged behind segment @before be the path, from the rate of @stream to 1;
 * @stream moves on to the end of its segment @mark. 0 or -ENOSPC.
 */
int warp_staged(struct warp *warp, u16 before, u16 mark, u64 move_start_ns,
		struct stream *stream);

/*
 * After motion_stage_cut(), with axes that move: stage that they come to rest on the path
 * that the published plan up to plan time @end_ns is; what is left of it is held at the
 * publish. To be followed by warp_hold_until() with times of that path, in their order, the
 * last @end_ns, and warp_hold_end(). 0 or -ENOSPC.
 */
int warp_hold_begin(struct warp *warp, struct motion *motion, u64 end_ns);

/* Stage up to @path_ns, which is @plan_ns now, unless they rest before. 0 or -ENOSPC. */
int warp_hold_until(struct warp *warp, u64 path_ns, u64 *plan_ns);

/* Returns the time in the path at which they rest. */
u64 warp_hold_end(struct warp *warp, u64 end_ns);

/*
 * After motion_stage(): what is held goes on. To be followed by warp_resume_until() with
 * times of what is held, in their order, and warp_resume_end().
 */
struct resume {
	struct warp warp;
	u16 mark; /* the segment of motion->stream, as it is now; none if it is not passed yet */
	struct real mark_ns;
	struct real rate; /* there */
	u64 left_ns; /* when the segment that it left last ended */
	bool linked; /* the rest goes on as it was, only later: */
	u64 later_ns;
	u32 later_fraction; /* of a ns, in 2^-32 */
};

/* @resume->warp.acceleration is to be set. */
void warp_resume_begin(struct resume *resume, struct motion *motion);

/* Stage up to plan time @held_ns of what is held, which is @plan_ns now. 0 or -ENOSPC. */
int warp_resume_until(struct resume *resume, u64 held_ns, u64 *plan_ns);

/* Stage all the rest. 0 or -ENOSPC. */
int warp_resume_end(struct resume *resume);

#endif
