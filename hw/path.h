/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Look-ahead: straight moves that follow each other without a stop, as one path
 * with one speed along it. What the path is made of the queue says; segments
 * come out, as from plan.c.
 *
 * The path has a unit of its own, in which each axis counts by its acceleration:
 * an acceleration of 1 along the path is then allowed in every direction, and the
 * same for all legs, whichever way they go.
 */
#ifndef HW_PATH_H
#define HW_PATH_H

#include "motion.h"

#define PATH_LEGS_MAX 64

struct path_leg {
	u32 moving; /* bit n: axis n moves in it */
	struct real direction[AXES_MAX]; /* steps in a unit of the path */
	s64 base[AXES_MAX]; /* it begins at these steps, in the frame of struct motion, */
	struct real offset[AXES_MAX]; /* and so much beyond them */
	s64 target[AXES_MAX]; /* the whole steps nearest to its end */
	struct real length;
	struct limits limits; /* along the path, in ns */
	struct real easing; /* what letting go of the brake may take; see path.c */
	struct real corner; /* the highest speed at its end */
	bool level; /* at its end the acceleration is 0: behind it less is allowed */
	bool tail; /* its corner is so slow for what is behind the path's last leg */
	u64 end_ns; /* plan time */
};

struct plan_path {
	unsigned int axes;
	unsigned int count;
	u64 start_ns;
	u64 move_start_ns;
	bool at_rest; /* it begins so */
	s64 base[AXES_MAX]; /* where the last leg ends, likewise */
	struct state end[AXES_MAX]; /* and before there is one, how it begins */
	struct state start; /* along the path */
	s64 steps[AXES_MAX]; /* whole steps, at the start and while it is staged */
	s64 lowest[AXES_MAX], highest[AXES_MAX]; /* soft limits, steps; by default there are none */
	struct real tiny; /* a distance that is none */
	u64 commit_ns; /* until then no leg that is added later changes anything */
	struct path_leg leg[PATH_LEGS_MAX];
};

/* How a leg is made from a move. */
struct path_choice {
	struct real metric[AXES_MAX]; /* steps/ns^2 of each axis for 1 of the path */
	/*
	 * Allow what the leg's own direction does, not what every direction does: for
	 * legs that begin at rest or go on straight where such a leg ends.
	 */
	bool exact;
	/*
	 * If exact, limits along the path (speed counts for nothing) to be taken instead
	 * of its own where rounding alone makes the difference: those of the leg before,
	 * or of this one when it was planned before. 0: none.
	 */
	struct limits limits;
};

/*
 * Begin a path: at rest on the steps of the staged end (the caller may put into end[]
 * how far beyond them), or in the state of the cut of motion_stage_cut_at(). Process
 * side, as all here.
 */
void path_begin(struct plan_path *path, const struct motion *motion);

/*
 * Add the leg of @move (its duration counts for nothing). The axes that are not
 * in it stay. False, and nothing is added, if no axis moves 2^-8 of a step. The limits and
 * corners of all axes count, in @move or not.
 */
bool path_add(struct plan_path *path, const struct plan_move *move,
	      const struct path_choice *choice);

/* Whether @path, whose last leg began with such a choice, would go on straight with @move. */
bool path_is_straight(const struct plan_path *path, const struct plan_move *move,
		      const struct path_choice *choice);

/*
 * Stage the path, as fast as its limits allow, to rest at its end, or, if @stop,
 * to rest as soon as they allow. Fills end_ns of the legs that it comes to the end
 * of (others: U64_MAX), and commit_ns. 0 or -ENOSPC.
 */
int path_plan(struct plan_path *path, struct motion *motion, bool stop);

#endif
