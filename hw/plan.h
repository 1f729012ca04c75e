/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The planner: what moves become, in segments, under the limits of the axes.
 * It stages into struct motion (motion_stage() first) and touches no pin.
 */
#ifndef HW_PLAN_H
#define HW_PLAN_H

#include "../parser/command.h"
#include "real.h"

struct motion;

struct plan_axis {
	s64 target; /* steps, in the frame of struct motion */
	struct real speed; /* limits, in steps and seconds; > 0 */
	struct real acceleration;
	struct real jerk; /* 0: none, trapezoid */
};

struct plan_move {
	u32 axes; /* bit n: axis n moves (or stays: its target may be where it is) */
	struct plan_axis axis[AXES_MAX];
	u64 duration_ns; /* exactly so long; 0: as short as the limits allow */
};

/*
 * Stage a straight move of all axes in it, from rest at the staged end to rest
 * at the targets: all start and end together. Process side. 0; -EDOM if the
 * limits do not allow the duration (@shortest_ns is then the shortest that they
 * do, rounded up); -ENOSPC if segments run out: nothing is staged then.
 */
int plan_move(struct motion *motion, const struct plan_move *move,
	      u64 *shortest_ns);

/*
 * Stage a controlled stop from the hand-over of motion_stage_cut(): the axes in
 * @axes slow down to rest under the limits in @limits; axes that move together
 * and are all in @axes stay on their path. Axes not in @axes finish the move
 * they are in. All rest on a whole step at the end. 0 or -ENOSPC.
 */
int plan_stop(struct motion *motion, u32 axes,
	      const struct plan_axis limits[AXES_MAX]);

#endif
