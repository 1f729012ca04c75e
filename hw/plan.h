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
	struct real beyond; /* of a move: how much further it goes, |beyond| <= 1/2 */
	struct real speed; /* limits, in steps and seconds; > 0 */
	struct real acceleration;
	struct real jerk; /* 0: none, trapezoid */
	union {
		/* of a leg of a path: steps/s, by how much the speed may jump at a corner */
		struct real corner;
		/* of a single move: how far beyond the step it begins, as beyond */
		struct real rests;
		/* of a change: steps/s, no limit of jerk may lead beyond; 0: any */
		struct real highest;
	};
};

/* Longest move, steps, as a power of two: positions need bits for fractions too. */
#define PLAN_DISTANCE_BITS 48
/*
 * And shortest, if it makes no step: of less than 2^-8 no direction can be told; and an
 * axis that has less than 2^-24 to go rests.
 */
#define PLAN_NEAR_BITS (-8)
#define PLAN_STILL_BITS (-24)
/* Longest duration, ns, as a power of two: 9 years. */
#define PLAN_DURATION_BITS 58

struct plan_move {
	u32 axes; /* bit n: axis n moves (or stays: its target may be where it is) */
	struct plan_axis axis[AXES_MAX];
	u64 duration_ns; /* exactly so long; 0: as short as the limits allow */
};

/*
 * Stage a straight move of all axes in it, from rest at the staged end to rest
 * at the targets, exactly, and with the whole steps made: all start and end together.
 * Process side. 0; -EDOM if the limits do not allow the duration (@shortest_ns is then
 * the shortest that they do, rounded up); -ENOSPC if segments run out: nothing is staged
 * then.
 */
int plan_move(struct motion *motion, const struct plan_move *move,
	      u64 *shortest_ns);

/*
 * Whether plan_move() would do @move from rest at @from. 0 or -EDOM, @shortest_ns
 * as there.
 */
int plan_check_move(unsigned int axes, const struct plan_move *move,
		    const s64 from[AXES_MAX], u64 *shortest_ns);

enum plan_what {
	PLAN_FINISH, /* go on with what it does, until all rest together */
	PLAN_STOP,
	PLAN_GO, /* to the target */
	PLAN_RUN, /* at a speed */
};

/* What an axis is to do from the hand-over on, whatever it does then. */
struct plan_change {
	enum plan_what what;
	struct plan_axis axis; /* target (GO) and limits; not for FINISH */
	struct real velocity; /* RUN: steps/s, signed, |velocity| <= axis.speed */
	s64 lowest, highest; /* soft limits, steps: RUN comes to rest exactly there */
	bool ranged; /* for what is no RUN there are such limits, too */
	u64 run_ns; /* RUN: from the hand-over until the stop begins; 0: no end */
};

/*
 * Stage what each axis does from the hand-over of motion_stage_cut() on, from the
 * position, speed and acceleration that it has then. Axes that GO come to rest
 * on their targets together, the others each in its time. Limits that are
 * exceeded at the hand-over are met as soon as the other limits allow, but for an
 * acceleration that would come to more than the highest speed before the jerk's limit
 * has let go of it: that jumps. An axis that cannot stop before its soft limit under its
 * jerk's limit, as a point of a stream may lead to it, has as high a one as it takes, if
 * any does. An axis that runs outwards beyond its soft limit, or that cannot stop before
 * it, stops. Targets and soft limits are what they are from below;
 * from above there is the play of the axis between. All that do not rest on a target rest
 * on the whole step nearest to where they come to rest. Process side. 0; -EDOM if a
 * target is farther away than 2^48 steps or 2^58 ns; -ENOSPC.
 */
int plan_change(struct motion *motion, const struct plan_change change[AXES_MAX]);

/* Where an axis is to be at the end of a point of a stream, and how fast. */
struct plan_point {
	struct real position; /* steps, in the frame of struct motion; need not be whole */
	struct real velocity; /* steps/s, signed */
	s64 lowest, highest; /* soft limits, steps */
	struct plan_axis axis; /* limits; the jerk only for stops */
};

struct plan_pvt {
	u32 axes; /* bit n: axis n has a point; others come to rest */
	struct plan_point axis[AXES_MAX]; /* the limits of all of them */
	u64 duration_ns;
	bool accepted; /* before, and looked at then */
};

enum plan_limit {
	PLAN_LIMIT_SPEED,
	PLAN_LIMIT_ACCELERATION,
	PLAN_LIMIT_RANGE, /* the point, a turn before it, or the stop behind it */
};

struct plan_fault {
	unsigned int axis;
	enum plan_limit limit;
};

/*
 * Stage a point of a stream: after motion_stage(), or after another point staged
 * since. Each axis in it follows the cubic of time from where it is, as fast as
 * it is, to the point. It begins where the stream's last point ends, if that is
 * staged or is at least MOTION_LEAD_NS ahead and nothing else was planned after
 * it; else from rest at the staged end. Behind the point a stop follows, which
 * the next point takes the place of: a stream that starves comes to rest, on the
 * whole steps nearest to where it does. @end_ns is the plan time of the point;
 * the staged end is that of the stop. Acceleration is held to its limit, but may
 * jump at a point. Process side. 0; -EDOM if a limit does not allow it (@fault
 * says which); -ENOSPC. After an error all that is staged must be abandoned.
 */
int plan_pvt(struct motion *motion, const struct plan_pvt *pvt, u64 *end_ns,
	     struct plan_fault *fault);

/* Whether plan_pvt() would go on with a stream; if not it begins one, at rest. */
bool plan_pvt_goes_on(const struct motion *motion);

/* For the files of the planner: the limits of an axis in ns. */
struct limits plan_limits(const struct plan_axis *axis);

#endif
