/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pulse trains: from step times to edges of STEP and DIR that a driver chip
 * can follow, or to the currents of a motor's phases. The terms are those of
 * LinuxCNC's stepgen.
 */
#ifndef HW_PULSE_H
#define HW_PULSE_H

#include "pins.h"

/* How steps reach a motor. */
enum drive {
	DRIVE_STEP_DIR, /* a pulse of STEP is a step, and DIR its direction */
	DRIVE_BOTH_EDGES, /* the same, but each edge of STEP is a step */
	DRIVE_FULL_STEPS, /* the motor's phases, two on at a time */
	DRIVE_HALF_STEPS, /* one and two in turn: half the angle */
};

/*
 * The drive of that name in a description of hardware: "step-dir", "both-edges",
 * "full-steps" or "half-steps"; -EINVAL if it is none.
 */
int drive_find(const char *name);

/* The lines that an axis with this drive cannot do without. */
u64 drive_pins(enum drive drive, unsigned int axis);

/*
 * Where every edge of STEP, or every change of the phases, is a step there are
 * no pulses: then two steps are apart by the longer of steplen_ns and stepspace_ns,
 * and a step is what the times of DIR count from.
 */
struct pulse_timing {
	u32 steplen_ns; /* STEP high */
	u32 stepspace_ns; /* STEP low at least, from fall to next rise */
	u32 dirsetup_ns; /* from a change of DIR to the next rise of STEP */
	u32 dirhold_ns; /* from the fall of STEP to a change of DIR */
	bool invert; /* DIR high is down; phases are in reverse order */
	enum drive drive;
};

enum pulse_edge {
	PULSE_NONE,
	PULSE_FALL, /* of STEP */
	PULSE_DIR, /* DIR changes */
	PULSE_STEP, /* the step: STEP rises, or changes, or phases do */
};

/* One axis's edges. All times are plan times, ns. */
struct pulse {
	struct pulse_timing timing;
	u64 due_ns; /* the next edge; U64_MAX if there is none */
	u64 latest_ns; /* the same; a fall may wait until then to share a wake-up */
	u64 step_ns; /* the next step, as the plan wants it */
	u64 planned_ns; /* when it leaves if no edge before it is late */
	u64 slack_ns; /* how much later it may be */
	u64 fall_ns; /* of the last pulse, past or to come; or the last step */
	u64 dir_ns; /* when DIR changed last */
	enum pulse_edge edge; /* the next one */
	bool step; /* there is a next step */
	bool up; /* its direction */
	bool high; /* in a pulse */
	u8 phase; /* steps forward less those back, modulo 256 */
	bool dir_up; /* what the level of DIR means, or the last step was */
	bool dir_known; /* DIR was set: before, its level may be any */
};

void pulse_init(struct pulse *pulse);

/* The motor stands at @phase of its round; nothing where there are no phases. At rest. */
void pulse_set_phase(struct pulse *pulse, u8 phase);

/* From a step to the next at least. */
u32 pulse_interval_ns(const struct pulse_timing *timing);

/*
 * The next step is due at @step_ns, and should be no more than @slack_ns late.
 * Any context, as all below.
 */
void pulse_step(struct pulse *pulse, u64 step_ns, bool up, u64 slack_ns,
		u64 now_ns);

/* There is no next step. A pulse that has begun ends in its time. */
void pulse_no_step(struct pulse *pulse, u64 now_ns);

/*
 * The lines, of this axis, that the edge which is due changes, and in @levels
 * what it changes them to.
 */
u64 pulse_lines(const struct pulse *pulse, unsigned int axis, u64 *levels);

/*
 * The lines of this axis that switch its motor on, and in @levels what they are
 * when it is: ENABLE, and the phases that hold it where it stands.
 */
u64 pulse_enable_lines(const struct pulse *pulse, unsigned int axis, u64 *levels);

/*
 * The edge that was due happened at @now_ns. After a step there is no next one
 * until pulse_step() tells of it.
 */
void pulse_served(struct pulse *pulse, u64 now_ns);

/* How much later than its slack allows the step will be, for edges that were late. */
u64 pulse_excess(const struct pulse *pulse);

/*
 * Plan time is @ns less than it was (or more, if negative) and @now_ns now: what
 * happened keeps its real time, what is planned its plan time.
 */
void pulse_slip(struct pulse *pulse, s64 ns, u64 now_ns);

#endif
