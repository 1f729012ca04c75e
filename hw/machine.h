/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine: what each command does to the axes. A line is a transaction: its
 * commands run on a copy of the state and on staged motion; if one is bad all
 * is forgotten, else all takes effect at once.
 *
 * The host (kernel driver or userspace driver) serialises all calls of one
 * machine but motion_run(&machine->motion), which its timer calls. No function
 * here sleeps; all may be called where the host's process-side lock may be held.
 */
#ifndef HW_MACHINE_H
#define HW_MACHINE_H

#include "state.h"
#include "switches.h"

/* A machine without axes. */
void machine_init(struct machine *machine, struct pins *pins);

/*
 * Add an axis with the default settings. Its number (from 0), or -EINVAL
 * (not a name, reserved, taken) or -ENOSPC (AXES_MAX reached), with @report
 * filled. Names are kept in capitals. Before the first session.
 */
int machine_add_axis(struct machine *machine, const char *name,
		     struct error_report *report);

/* How steps reach the motor of the axis, if not by STEP and DIR. Before the first session. */
void machine_set_drive(struct machine *machine, unsigned int axis, enum drive drive);

/*
 * From when an edge is due until it is out the host needs @edge_ns, at best: refuse
 * what it cannot serve when all axes move. After their drives are set.
 */
void machine_limit_rate(struct machine *machine, u64 edge_ns);

/* The axis has this switch (SWITCH_HOME(axis) etc.), or the machine SWITCH_ESTOP. */
void machine_add_switch(struct machine *machine, u32 line);

/*
 * Apply settings as hardware descriptions carry them: "SCALE 32000/360; MIN 0". 0, or a
 * negative errno with @report filled: those before the wrong one are applied. Before the
 * first session.
 */
int machine_configure(struct machine *machine, unsigned int axis,
		      const char *settings, struct error_report *report);

/*
 * Where a motor stands, beside the position of its axis: in the round of its phases, and
 * in the play of its gear, as in struct motion_axis. For a host that keeps both over a
 * time when it is off.
 */
struct stand {
	u8 phase;
	s64 play;
};

struct stand machine_stand(struct machine *machine, unsigned int axis);

/* To be called with the axis at rest, its position and its settings known. */
void machine_set_stand(struct machine *machine, unsigned int axis, const struct stand *stand);

/*
 * To be called when the time that it returned last has come, and after each
 * write: retires what is done and plans what is due. Returns when it wants to be
 * called next, ns, or U64_MAX. Afterwards the host wakes all who wait.
 */
u64 machine_service(struct machine *machine, u64 now_ns);

/* Write the line that `?` answers, with its LF. */
void machine_status(struct machine *machine, struct text *answer, u64 now_ns);

/* The host goes away or sleeps: as HALT, and all driver outputs off. */
void machine_shut_down(struct machine *machine, u64 now_ns);

/* Whether an alarm is latched, and whether the queue takes another entry. */
bool machine_alarm(const struct machine *machine);
bool machine_has_room(const struct machine *machine);

/* Waiting for all that is queued now: SYNC and fsync(2). */
struct machine_wait {
	bool stopped; /* before it began, and the client has not acknowledged */
	bool idle; /* nothing was under way: what ended the last move does not matter */
	u32 number; /* of the last entry queued */
	u32 stops;
};

void machine_wait_begin(const struct machine *machine, const struct client *client,
			struct machine_wait *wait);

/*
 * 0: all is done; -EINPROGRESS: not yet; -ECANCELED: it was stopped;
 * -ESHUTDOWN: an alarm ended it. machine_service() first brings it up to date.
 */
int machine_wait_result(const struct machine *machine,
			const struct machine_wait *wait);

/* How a line that ran ended; for session.c. */
struct line_result {
	char tag[TAG_MAX + 1];
	bool blank; /* no command in it: no answer is due */
	bool late; /* -EAGAIN only because time ran on: run it again at once */
	bool only_sync; /* SYNC and nothing else: may be run again */
	bool sync; /* the write waits (or, if -EAGAIN, would have to) for: */
	struct machine_wait wait;
};

/*
 * Run one line. 0 with answers in @answer (without the final OK); -EAGAIN if
 * the queue has no room for all of it or is due to others, or if SYNC must wait
 * and @nonblocking is set (nothing was done: run it again later); else a
 * negative errno with @report filled, and nothing was done.
 */
int machine_run_line(struct machine *machine, struct client *client,
		     const char *bytes, unsigned int length, bool nonblocking,
		     u64 now_ns, struct text *answer,
		     struct line_result *result, struct error_report *report);

#endif
