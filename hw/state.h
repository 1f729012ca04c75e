/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the machine is made of: axes, queue, switches, a HOME under way, presets, and
 * what is to be told. Who changes what is said in the rooms above: queue.c, switches.c,
 * alarm.c, home.c, and the commands of lines, through transaction.c.
 */
#ifndef HW_STATE_H
#define HW_STATE_H

#include "../parser/text.h"
#include "axis.h"
#include "path.h"

#define MACHINE_VERSION "0.1.0"
#define LANGUAGE_VERSION "1"

#define QUEUE_MAX 64

enum entry_outcome {
	ENTRY_PENDING,
	ENTRY_DONE,
	ENTRY_STOPPED,
	ENTRY_HALTED,
};

enum entry_kind {
	ENTRY_STOP, /* slowing down: nothing to plan anew */
	ENTRY_MOVE, /* straight */
	ENTRY_NOW,
	ENTRY_RUN,
	ENTRY_WAIT,
	ENTRY_UNTIL,
	ENTRY_TRIGGER,
	ENTRY_POINT, /* PVT */
	ENTRY_HOME, /* what follows is planned when it is over */
};

/* Limits of an axis, in millionths of its unit per s, s^2 (jerk 0: none). */
struct entry_limits {
	s64 speed;
	s64 acceleration;
	s64 jerk;
	s64 corner;
};

struct queue_entry {
	u32 number; /* counts all entries ever queued, from 1 */
	enum entry_outcome outcome;
	enum entry_kind kind;
	u32 axes; /* MOVE, HOME: bit n: axis n is named; WAIT, TRIGGER: none */
	struct entry_limits limits[AXES_MAX]; /* MOVE, NOW, RUN, POINT: of all axes; HOME: named */
	u64 duration_ns; /* MOVE: what is left of that, from rest to rest; 0: it flows; POINT */
	u64 settled_ns; /* not to begin before: drivers were switched on for it */
	u64 time_ns; /* how long to WAIT, TRIGGER or MOVE in all, or UNTIL when (monotonic) */
	u32 lines; /* TRIGGER */
	u64 point_ns; /* when a point ends if another follows it, plan time */
	u64 staged_point_ns;
	u64 end_ns; /* plan time, of a HOME that of its phase; U64_MAX: not planned */
	u64 staged_end_ns; /* the same, of a plan that is not in force yet */
	s64 target[AXES_MAX]; /* of all axes at its end, millionths */
	s64 play[AXES_MAX]; /* likewise; a MOVE takes it up before it begins */
	union {
		struct { /* MOVE, planned */
			s64 metric[AXES_MAX]; /* struct path_choice, millionths per s^2 */
			bool exact; /* likewise */
			struct limits along; /* likewise */
			s8 leg; /* of the path that is being laid; -1: none */
		};
		struct { /* POINT: of the axes named; see struct plan_point */
			struct real position[AXES_MAX];
			struct real velocity[AXES_MAX];
			s64 begin_play[AXES_MAX]; /* play where its stream began */
			bool begins; /* the stream begins with it */
		} point;
	};
	char tag[TAG_MAX + 1]; /* of its line */
};

/* Whether @entry has limits of its own, and a target that it goes to. */
static inline bool queue_goes(const struct queue_entry *entry)
{
	return entry->kind == ENTRY_MOVE || entry->kind == ENTRY_NOW || entry->kind == ENTRY_RUN;
}

/* Of all axes together: the next begins when all have come to rest. */
enum home_phase {
	HOME_ENABLE, /* all comes to rest, the drivers settle */
	HOME_SEEK, /* to the switch */
	HOME_LEAVE, /* away until it opens */
	HOME_BACK_OFF, /* by BACKOFF */
	HOME_TOUCH, /* to it again, slowly */
	HOME_RETURN, /* to the step at which it tripped */
};

/* The HOME that is next to be done, once it has begun. */
struct home {
	u32 axes; /* that look for their switches; 0: none has begun */
	u32 left; /* of these, those whose switch has not done yet what the phase waits for */
	enum home_phase phase;
	bool late; /* what was due could not be published: again soon */
};

/* A switch is a bit of a word. */
#define SWITCH_MIN(axis) (1U << (axis))
#define SWITCH_MAX(axis) (1U << (8 + (axis)))
#define SWITCH_HOME(axis) (1U << (16 + (axis)))
#define SWITCHES_MAX 25
#define SWITCH_ESTOP (1U << (SWITCHES_MAX - 1))

/*
 * Contacts bounce for some ms. A switch counts as tripped from the first report
 * that it is, and no longer when it has been open for so long.
 */
#define SWITCH_OPEN_NS 10000000

struct switches {
	u32 present; /* those that there are; by the host, before the first report */
	/* With the edge side locked out: */
	u32 closed; /* as last reported */
	u32 active; /* without bounces */
	u32 sought; /* limits that HOME seeks: they block nothing */
	u32 seen; /* tripped since switches_seek() */
	bool moved; /* the emergency stop found an axis moving */
	u64 opened_ns[SWITCHES_MAX];
	s64 place[SWITCHES_MAX]; /* of its axis when it tripped last: steps less the play */
};

#define PRESETS_MAX 16
#define ERRORS_MAX 16
#define EVENTS_MAX (2 * QUEUE_MAX) /* STOP drops a queue at once */
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
	u32 highest_rate; /* steps/s of each axis; machine_limit_rate(), 0: any */
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
	u64 replan_ns; /* while a plan is in force, the queue is not planned before */
	s64 realtime_offset_ns; /* the host's CLOCK_REALTIME less its monotonic time */
	char answer[ANSWER_MAX];
	struct session *waiting; /* the first who waits for the queue; see session.c */
	struct switches switches;
	struct plan_path path; /* scratch of queue.c */
	/* Scratch of all who ask the planner: too large for the stack. */
	union {
		struct plan_change change[AXES_MAX];
		struct {
			struct plan_pvt pvt;
			struct stream stream; /* one that begins on hold */
		};
	} asked;
	struct motion motion;
};

/* The entry with this number; of the last 2 * QUEUE_MAX. */
static inline struct queue_entry *machine_entry(struct machine *machine, u32 number)
{
	return &machine->queue[number % ARRAY_SIZE(machine->queue)];
}

/* The state that `?` and events show, and its name. */
enum machine_mode machine_mode(struct machine *machine, const struct machine_state *state);
extern const char *const machine_mode_names[];

/* Lower @rate, steps/s, to what the pulses of @axis and the host allow. */
void machine_lower_rate(const struct machine *machine, const struct axis *axis,
			struct real *rate);

/*
 * Where the plan has an axis now, in millionths of its unit by the settings in
 * @state; at rest exactly its target.
 */
s64 machine_position(struct machine *machine, const struct machine_state *state,
		     unsigned int axis, u64 now_ns);

#endif
