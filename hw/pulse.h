/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pulse trains: from step times to edges of STEP and DIR that a driver chip
 * can follow. The terms are those of LinuxCNC's stepgen.
 */
#ifndef HW_PULSE_H
#define HW_PULSE_H

#include "../parser/portable.h"

struct pulse_timing {
	u32 steplen_ns; /* STEP high */
	u32 stepspace_ns; /* STEP low at least, from fall to next rise */
	u32 dirsetup_ns; /* from a change of DIR to the next rise of STEP */
	u32 dirhold_ns; /* from the fall of STEP to a change of DIR */
	bool invert; /* DIR high is down */
};

enum pulse_edge {
	PULSE_NONE,
	PULSE_FALL, /* of STEP */
	PULSE_DIR, /* DIR changes */
	PULSE_RISE, /* of STEP */
};

/* One axis's edges. All times are plan times, ns. */
struct pulse {
	struct pulse_timing timing;
	u64 due_ns; /* the next edge; U64_MAX if there is none */
	u64 step_ns; /* the next step, as the plan wants it */
	u64 planned_ns; /* its rise if no edge before it is late */
	u64 slack_ns; /* how much later it may be */
	u64 fall_ns; /* of the last pulse, past or to come */
	u64 dir_ns; /* when DIR changed last */
	enum pulse_edge edge; /* the next one */
	bool step; /* there is a next step */
	bool up; /* its direction */
	bool high; /* level of STEP */
	bool dir_up; /* what the level of DIR means */
	bool dir_known; /* DIR was set: before, its level may be any */
};

void pulse_init(struct pulse *pulse);

/*
 * The next step is due at @step_ns, and should be no more than @slack_ns late.
 * Any context, as all below.
 */
void pulse_step(struct pulse *pulse, u64 step_ns, bool up, u64 slack_ns,
		u64 now_ns);

/* There is no next step. A pulse that has begun ends in its time. */
void pulse_no_step(struct pulse *pulse, u64 now_ns);

/* The level that the edge which is due gives its line. */
bool pulse_level(const struct pulse *pulse);

/*
 * The edge that was due happened at @now_ns. After a rise there is no next step
 * until pulse_step() tells of one.
 */
void pulse_served(struct pulse *pulse, u64 now_ns);

/* How much later than its slack allows the rise will be, for edges that were late. */
u64 pulse_excess(const struct pulse *pulse);

/*
 * Plan time is @ns less than it was (or more, if negative) and @now_ns now: what
 * happened keeps its real time, what is planned its plan time.
 */
void pulse_slip(struct pulse *pulse, s64 ns, u64 now_ns);

#endif
