/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine: what each command does to the axes. A line is a transaction: its
 * commands run on a copy of the state and on staged motion; if one is bad all
 * is forgotten, else all takes effect at once.
 *
 * The host (kernel driver or userspace driver) serialises all calls of one
 * machine but motion_run(&machine->motion), which its timer calls.
 */
#ifndef HW_MACHINE_H
#define HW_MACHINE_H

#include "../parser/text.h"
#include "axis.h"
#include "motion.h"

#define QUEUE_MAX 64
/* The longest answer to one line: GET of every setting of every axis. */
#define ANSWER_MAX 8192

struct session;

enum machine_state {
	MACHINE_IDLE,
	MACHINE_RUN,
	MACHINE_ALARM,
};

/* An entry of the queue: a move, until the plan has passed its end. */
struct queue_entry {
	u64 end_ns; /* plan time */
	u32 number; /* counts all entries ever queued */
};

/* All that a line may change but the motion itself; copied for each line. */
struct machine_state_copy {
	struct axis axis[AXES_MAX];
	u32 enabled; /* bit n: axis n's driver output is on */
	bool alarm; /* HALTED */
	u32 stops; /* STOP and HALT commands so far */
	u32 queued; /* number of the last entry queued */
};

struct machine {
	struct axis_names names;
	struct pins *pins;
	struct machine_state_copy state;
	struct machine_state_copy staged;
	struct queue_entry queue[QUEUE_MAX]; /* ring by number */
	u32 done; /* number of the last entry that ended */
	u32 cancelled; /* entries up to this number were stopped, not done */
	bool cancelled_by_alarm;
	char answer_bytes[ANSWER_MAX];
	struct motion motion;
};

/* A machine without axes. */
void machine_init(struct machine *machine, struct pins *pins);

/*
 * Add an axis with the default settings. Its number (from 0), or -EINVAL
 * (name empty, too long, reserved, taken), -ENOSPC (AXES_MAX reached).
 * Before the first session.
 */
int machine_add_axis(struct machine *machine, const char *name,
		     struct error_report *report);

/*
 * Apply one setting as hardware descriptions carry it: "SCALE 32000/360". 0 or
 * a negative errno with @report filled. Before the first session.
 */
int machine_configure(struct machine *machine, unsigned int axis,
		      const char *setting, struct error_report *report);

/*
 * To be called in process context when the time that it returned last has come,
 * and after each line: retires what is done. Returns when it wants to be called
 * next, ns, or U64_MAX. Afterwards the host wakes all who wait.
 */
u64 machine_service(struct machine *machine, u64 now_ns);

/* Write the line that `?` answers, with its LF. */
void machine_status(struct machine *machine, struct text *answer, u64 now_ns);

/* The host goes away or sleeps: as HALT, and all driver outputs off. */
void machine_shut_down(struct machine *machine, u64 now_ns);

/* How a line ended; for session.c */
struct line_result {
	u32 sync; /* wait until the entry of this number is done; 0: no wait */
};

/*
 * Run one line. 0 with answers in @answer (without the final OK); -EAGAIN if
 * the queue has no room for all of it (nothing was done: run it again later);
 * else a negative errno with @report filled, and nothing was done.
 */
int machine_run_line(struct machine *machine, struct session *session,
		     const char *bytes, unsigned int length, u64 now_ns,
		     struct text *answer, struct line_result *result,
		     struct error_report *report);

#endif
