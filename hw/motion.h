/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Motion: a plan of cubics with absolute times, and the edges made from it.
 *
 * Two sides share struct motion. The process side (callers serialised by the
 * host) stages segments and publishes them; the edge side, motion_run(), is
 * called by a timer interrupt, never waits, never allocates, and takes what is
 * published. pins->lock() keeps the edge side out for the instant of a publish.
 *
 * Positions are whole steps in the frame of the steps really emitted (up minus
 * down since motion_init()); what they mean in degrees is the machine's affair.
 *
 * Times are ns of the host's monotonic clock. If an edge could not be served in
 * time the whole plan slips by the lateness: functions take and return real
 * times, the slip is accounted for inside.
 */
#ifndef HW_MOTION_H
#define HW_MOTION_H

#include "hold.h"
#include "outputs.h"
#include "pins.h"
#include "plan.h"
#include "profile.h"
#include "pulse.h"
#include "stepgen.h"

/* From staging to the first instant of a new plan: publishing, setting a timer. */
#define MOTION_LEAD_NS 200000
/* From staging to the instant at which a running plan is replaced. */
#define MOTION_HANDOVER_NS 2000000

/* Segments kept free of moves, so that there is always room for a stop. */
#define SEGMENTS_FOR_STOP 128

/* Lateness of edges since motion_init(), for statistics. */
struct motion_lateness {
	u64 late_edges; /* served so late that the plan had to slip */
	u64 max_ns; /* the latest */
	u64 slip_ns; /* the sum of the slips */
};

/* A stream of points whose last one the next may follow, in place of the stop behind it. */
struct stream {
	u16 segment; /* ends at the point; none: there is no such stream */
	u64 end_ns;
	u32 end_fraction; /* and of a ns, in 2^-32: after a hold */
	struct real rate; /* at which the plan goes through the point: below 1 after a hold */
	s64 steps[AXES_MAX]; /* whole ones that were made there */
	s64 play[AXES_MAX]; /* and where in the play of the axes that is */
	struct state state[AXES_MAX]; /* at rate 1; positions in the frame of struct motion */
};

struct motion_axis {
	struct stepgen stepgen;
	struct pulse pulse;
	s64 steps; /* emitted, up minus down */
	/*
	 * What a gear has of play, in steps, and where in it the motor is: from -backlash,
	 * as a way down leaves it, to 0, as one up does. Between, the load stands still.
	 */
	s64 backlash;
	s64 play;
};

/* @axis made a step. */
static inline void motion_count_step(struct motion_axis *axis, bool up)
{
	axis->steps += up ? 1 : -1;
	if (axis->backlash)
		axis->play = clamp_t(s64, axis->play + (up ? 1 : -1), -axis->backlash, 0);
}

/*
 * The fields are for motion.c, edges.c, the planner, their tests and stepctl, which counts
 * steps without edges. Nothing in it points into it: it may be moved while nobody
 * uses it.
 */
struct motion {
	struct pins *pins;
	unsigned int axes; /* may grow until something is staged */

	/* The edge side and a publish, under pins->lock() */
	struct motion_axis axis[AXES_MAX];
	u64 slip_ns; /* real time is plan time plus this */
	u64 run_ns; /* plan time up to which edges were emitted */
	u64 end_ns; /* of the published plan */
	u32 halts; /* times that the plan was dropped */
	u32 blocked[2]; /* axes that must not step down, up */
	bool tripped; /* that dropped the plan since somebody cleared this */
	struct motion_lateness lateness;
	struct outputs outputs;

	/* The process side: the published segments, in order */
	u16 first;
	u16 last;
	u32 halts_seen;
	struct stream stream;
	struct stream accepted; /* on hold: where the next point would go on; no segment */
	struct hold hold;

	/* The process side: what is staged */
	u64 stage_ns; /* where it begins: publish before then */
	u64 earliest_ns; /* that a cut may be */
	u64 staged_end_ns;
	u64 staged_commit_ns; /* by plan_move() */
	struct stream staged_stream;
	const struct stream *from; /* the next point goes on there, wherever the staged plan ends */
	s64 staged_steps[AXES_MAX];
	struct chain staged;
	u32 stage_halts;
	bool cut; /* what follows stage_ns is to be dropped: */
	u16 cut_segment; /* the one that the cut is in or after; none: all go */
	u16 cut_before; /* the one before it, or none */
	s64 cut_u;
	s64 cut_steps[AXES_MAX]; /* where that leaves the axes */
	enum cut_outputs cut_outputs;
	struct outputs staged_outputs;
	struct profile profile[AXES_MAX]; /* scratch of plan.c */

	struct pool pool;
};

void motion_init(struct motion *motion, unsigned int axes, struct pins *pins);

/* How the edges of an axis look; at rest only. Process side. */
void motion_set_timing(struct motion *motion, unsigned int axis,
		       const struct pulse_timing *timing);

/*
 * The play of an axis is @backlash steps, @play of them as in struct motion_axis; at
 * rest only. Process side.
 */
void motion_set_backlash(struct motion *motion, unsigned int axis, s64 backlash, s64 play);

/* Where an axis is in the round of its phases, to be kept and set again; at rest only. */
u8 motion_phase(struct motion *motion, unsigned int axis);
void motion_set_phase(struct motion *motion, unsigned int axis, u8 phase);

/*
 * Switch the motors of @axes, bits, on or off: their ENABLE lines, and phases, which
 * come on as they were. Process side, @axes at rest.
 */
void motion_enable(struct motion *motion, u32 axes, bool on);

/*
 * Begin to stage. What is staged will follow the published plan, starting at
 * its end or at @now_ns + MOTION_LEAD_NS, whichever is later.
 */
void motion_stage(struct motion *motion, u64 now_ns);

/*
 * Begin to stage anew, in place of all that the published plan holds after the
 * hand-over instant @now_ns + MOTION_HANDOVER_NS (a stop, a retarget). Axes may
 * be moving then.
 */
void motion_stage_cut(struct motion *motion, u64 now_ns);

/* The same, so much later. */
void motion_stage_cut_after(struct motion *motion, u64 now_ns, u64 delay_ns);

/*
 * The same, but from plan time @cut_ns on, or as soon as can be if that is too early;
 * edges of auxiliary lines stay as they are.
 */
void motion_stage_cut_at(struct motion *motion, u64 now_ns, u64 cut_ns);

/*
 * Stage rest until @until_ns (plan time, as motion_staged_end_ns() gives it);
 * nothing if that is before the staged end.
 */
void motion_stage_rest(struct motion *motion, u64 until_ns);

/*
 * Stage an edge of the auxiliary @lines (PIN_AUX()), each to its bit in @levels,
 * at plan time @at_ns, not before the staged plan begins. A cut of the plan drops
 * the edges after it, and a halt all: lines that are high fall then. 0, or
 * -ENOSPC if too many are pending.
 */
int motion_stage_output(struct motion *motion, u64 at_ns, u32 lines, u32 levels);

/* When the staged plan ends (plan time), and where it leaves an axis at rest. */
u64 motion_staged_end_ns(const struct motion *motion);
s64 motion_staged_steps(const struct motion *motion, unsigned int axis);

/* Where that leaves the motor in the play of the axis: -backlash to 0 steps. */
s64 motion_staged_play(struct motion *motion, unsigned int axis);

/*
 * The play after the segments from @first on, up to @end and without it, where it is @play
 * at @steps before.
 */
s64 motion_play_along(const struct motion *motion, unsigned int axis, s64 play, s64 steps,
		      u16 first, u16 end);

/* Forget what was staged. */
void motion_abandon(struct motion *motion);

/*
 * Put what was staged in force. 0, or -EAGAIN if the instant at which it begins
 * has passed meanwhile or motion_halt() was called: abandon and stage again.
 */
int motion_publish(struct motion *motion, u64 now_ns);

/*
 * No more steps, now; the plan is dropped and the axes rest where the steps
 * emitted so far have them. A STEP that is high falls after its time. Any
 * context; takes pins->lock() itself. Returns whether an axis was moving.
 */
bool motion_halt(struct motion *motion, u64 now_ns);

/*
 * From now on the axes in @down and @up, bits, take no step in that direction: as
 * soon as one is due, all is dropped as by motion_halt(), and tripped is set. Any
 * context, with the edge side locked out.
 */
void motion_block(struct motion *motion, u32 down, u32 up);

/* Whether all published motion is over, its last edge included. */
bool motion_idle(struct motion *motion, u64 now_ns);

/* When the published plan ends, as far as it has slipped. */
u64 motion_end_ns(struct motion *motion);

/*
 * Whether plan time @plan_ns (as motion_staged_end_ns() gave it) has passed, slips
 * included, and all edges that were due by then are out.
 */
bool motion_passed(struct motion *motion, u64 plan_ns, u64 now_ns);

/* The real time of plan time @plan_ns, as far as the plan has slipped. */
u64 motion_real_ns(struct motion *motion, u64 plan_ns);

/* Where the plan has the axis now, in steps with their fraction; at rest whole. */
struct real motion_position(struct motion *motion, unsigned int axis, u64 now_ns);

/* Steps emitted, up minus down, since motion_init(). */
s64 motion_steps(struct motion *motion, unsigned int axis);

/* Where the motor is in the play of the axis, as in struct motion_axis. */
s64 motion_play(struct motion *motion, unsigned int axis);

/* Whether DIR is set for steps down: so the last ones went. */
bool motion_went_down(struct motion *motion, unsigned int axis);

struct motion_lateness motion_lateness(struct motion *motion);

/*
 * The first of the published segments that are kept, or the one after @segment;
 * NULL at the end. After motion_halt() none, until something is staged. Process
 * side.
 */
const struct segment *motion_next_segment(const struct motion *motion,
					  const struct segment *segment);

/* Free segments for moves (a move takes up to 7), as of the last motion_stage(). */
unsigned int motion_room(const struct motion *motion);

/*
 * Emit every edge that is due at @now_ns, in order, edges due together in one
 * pins->set(); falls, which may wait for edges of other axes, in one behind them.
 * Returns when the next edge is due (may be before now if the
 * bounded work of one call was used up: call again), or U64_MAX when none is
 * planned. Edge side: hard interrupt; bounded work, no division loop. The
 * caller holds what pins->lock() takes.
 */
u64 motion_run(struct motion *motion, u64 now_ns);

/*
 * For the planner: a segment at the end of what is staged, or NULL if none is free.
 * The caller fills it, and moves staged_end_ns and staged_steps on.
 */
struct segment *motion_append(struct motion *motion);

/* For the planner: the last segment of the move that segment @index is in. */
u16 motion_end_of_move(const struct motion *motion, u16 index);

/* For the planner: let the cut be the end of the published segment @index instead. */
void motion_cut_at_end(struct motion *motion, u16 index);

/* Whether a stream is held, and to forget it. */
static inline bool motion_holds(const struct motion *motion)
{
	return hold_any(&motion->hold);
}

static inline void motion_drop_held(struct motion *motion)
{
	hold_drop(&motion->hold, &motion->pool);
}

/* For the planner: whether the axes move at the cut; if not, a stop has nothing to do. */
bool motion_cut_moving(const struct motion *motion);

#endif
