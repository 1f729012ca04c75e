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

#include "../parser/text.h"
#include "axis.h"
#include "home.h"
#include "queue.h"
#include "switches.h"

#define MACHINE_VERSION "0.1.0"
#define LANGUAGE_VERSION "1"

#define PRESETS_MAX 16
#define ERRORS_MAX 16
#define EVENTS_MAX 32
#define EVENT_TEXT_MAX 64

/* GET of every setting of every axis; what a line asks for beyond that is lost. */
#define ANSWER_MAX (AXES_MAX * SETTING_COUNT * 64)

/* What the machine knows of who writes a line. */
struct client {
	bool privileged; /* may change what guards the machine */
	bool behind; /* others have waited longer for places in the queue */
	u32 stops; /* how many stops it knows of */
	bool watch; /* wants events: */
	u32 events_seen; /* of machine->events */
};

struct preset {
	char name[PRESET_NAME_MAX + 1]; /* "": none */
	s64 target[AXES_MAX]; /* millionths */
};

/* Why nothing may move until RESET; of two the later in this list is told. */
enum machine_alarm {
	ALARM_NONE,
	ALARM_HALTED,
	ALARM_HOME,
	ALARM_LIMIT,
	ALARM_ESTOP,
};

extern const char *const machine_alarm_names[];

/* All that a line may change but the motion itself; copied for each line. */
struct machine_state {
	struct axis axis[AXES_MAX];
	u32 enabled; /* bit n: axis n's driver output is on */
	u64 settled_ns[AXES_MAX]; /* when its ENABLEDELAY is over */
	enum machine_alarm alarm;
	bool hold; /* PAUSE: what is queued is not planned */
	u32 stops; /* STOP and HALT commands so far */
	u32 queued; /* number of the last entry queued */
	u32 planned; /* number of the last entry that is in the plan */
	u64 commit_ns; /* plan time until which the plan stays as it is, whatever follows */
	u32 done; /* number of the last entry that ended */
	s64 stream_play[AXES_MAX]; /* of the axes where the PVT stream began */
	struct home home;
	u32 errors_taken; /* of machine->errors */
	struct preset preset[PRESETS_MAX];
};

enum machine_mode {
	MODE_IDLE,
	MODE_RUN,
	MODE_HOLD,
	MODE_HOMING,
	MODE_ALARM,
};

struct session;

struct machine {
	struct axis_names names;
	struct pins *pins;
	/* By the host: */
	unsigned int outputs; /* auxiliary outputs that there are */
	u32 highest_rate; /* steps/s of each axis that it can serve; 0: any */
	struct machine_state state;
	struct machine_state staged;
	/* By number; twice as many, as a line may drop a queue and fill it. */
	struct queue_entry queue[2 * QUEUE_MAX];
	/* For ERROR?: the latest errors that no reader was told, by number. */
	struct error_report error[ERRORS_MAX];
	u32 errors;
	/* For files that WATCH: the latest events, lines with their LF, by number. */
	char event[EVENTS_MAX][EVENT_TEXT_MAX];
	u32 events;
	u32 planned_from; /* number of the first entry that queue_plan() has staged */
	enum machine_mode mode; /* that events told of last */
	enum machine_alarm alarm; /* likewise */
	u64 late_edges; /* likewise */
	u64 idle_ns; /* when the last motion ended */
	s64 realtime_offset_ns; /* the host's CLOCK_REALTIME less its monotonic time */
	char answer[ANSWER_MAX];
	struct session *waiting; /* the first who waits for the queue; see session.c */
	struct switches switches;
	struct plan_path path; /* scratch of queue.c */
	/* Scratch of all who ask the planner: too large for the stack. */
	union {
		struct plan_change change[AXES_MAX];
		struct plan_pvt pvt;
	} asked;
	struct motion motion;
};

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

/* The axis has this switch (SWITCH_HOME(axis) etc.), or the machine SWITCH_ESTOP. */
void machine_add_switch(struct machine *machine, u32 line);

/*
 * Apply one setting as hardware descriptions carry it: "SCALE 32000/360". 0 or
 * a negative errno with @report filled. Before the first session.
 */
int machine_configure(struct machine *machine, unsigned int axis,
		      const char *setting, struct error_report *report);

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

/* Lower @rate, steps/s, to what the pulses of @axis and the host allow. */
void machine_lower_rate(const struct machine *machine, const struct axis *axis,
			struct real *rate);

/* Keep an error for ERROR?, of a client that cannot read answers. */
void machine_note_error(struct machine *machine,
			const struct error_report *report);

/*
 * The oldest event that @client, who watches, was not told: a line, or NULL if
 * there is none. Events that are gone are passed over, their number in @lost.
 */
const char *machine_next_event(const struct machine *machine,
			       struct client *client, u32 *lost);

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
