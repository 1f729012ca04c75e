/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Switches: the ends of travel, home, and the emergency stop. The host reports
 * levels as they change, from any context; what follows from them is decided
 * here. A limit blocks steps towards it, all axes halt at the first such step;
 * the emergency stop halts all at once.
 */
#ifndef HW_SWITCHES_H
#define HW_SWITCHES_H

#include "../parser/command.h"

struct machine;

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

/*
 * The switch @line (one bit) is tripped, or is not any more. Halts all axes if it
 * is the emergency stop. The host then calls machine_service() soon. Any context
 * that pins->lock() may be called in.
 */
void switches_report(struct machine *machine, u32 line, bool tripped, u64 now_ns);

/*
 * Take note of switches that have been open for long enough, and raise the alarm
 * if there is reason. Process side.
 */
void switches_look(struct machine *machine, u64 now_ns);

/* When switches_look() is due next for a switch that has opened, or U64_MAX. */
u64 switches_next_ns(struct machine *machine);

/*
 * HOME is looking for @lines, which do not block steps meanwhile; 0: no more. What
 * was seen before is forgotten.
 */
void switches_seek(struct machine *machine, u32 lines);

/* The switches that are tripped, or were since switches_seek(). */
u32 switches_seen(struct machine *machine);

/* Where its axis was when the switch @line tripped last: motion_steps() - motion_play(). */
s64 switches_place(struct machine *machine, u32 line);

/* The switches that are tripped. */
u32 switches_active(struct machine *machine);

#endif
