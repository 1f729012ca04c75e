/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The queue: what was accepted, in order, until the plan has passed its end.
 * Entries are accepted without being planned; they are planned many at a time,
 * when the plan comes near the instant from which on it would be another with them.
 */
#ifndef HW_QUEUE_H
#define HW_QUEUE_H

#include "path.h"

#define QUEUE_MAX 64

struct machine;
struct machine_state;

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
	ENTRY_HOME, /* nothing follows it until it is done */
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
	u32 axes; /* MOVE: bit n: axis n is named */
	struct entry_limits limits[AXES_MAX]; /* MOVE, NOW, RUN: of all axes */
	u64 duration_ns; /* MOVE: exactly so long, from rest to rest; 0: it flows */
	u64 settled_ns; /* not to begin before: drivers were switched on for it */
	u64 time_ns; /* how long to WAIT or TRIGGER, or UNTIL when (monotonic) */
	u32 lines; /* TRIGGER */
	u64 point_ns; /* when a point ends if another follows it, plan time */
	u64 end_ns; /* plan time; U64_MAX: not planned */
	u64 staged_end_ns; /* the same, of a plan that is not in force yet */
	s64 target[AXES_MAX]; /* of all axes at its end, millionths */
	s64 play[AXES_MAX]; /* likewise; a MOVE takes it up before it begins */
	s64 metric[AXES_MAX]; /* MOVE, planned: struct path_choice, millionths per s^2 */
	bool exact; /* likewise */
	struct limits along; /* likewise */
	bool whole; /* MOVE, planned: to the step; not where it flows on, so as to be straight */
	s8 leg; /* of the path that is being laid; -1: none */
	char tag[TAG_MAX + 1]; /* of its line */
};

/* Whether @entry has limits of its own, and a target that it goes to. */
static inline bool queue_goes(const struct queue_entry *entry)
{
	return entry->kind == ENTRY_MOVE || entry->kind == ENTRY_NOW || entry->kind == ENTRY_RUN;
}

/* The entry with this number; of the last 2 * QUEUE_MAX. */
struct queue_entry *machine_entry(struct machine *machine, u32 number);

/* The plan_move of a MOVE, NOW or RUN. */
void queue_fill_move(struct machine *machine, const struct machine_state *state,
		     const struct queue_entry *entry, struct plan_move *move);

/* Axes turn round: the move that brings their play from @play, at rest at 0, to @wanted. */
void queue_fill_take_up(const struct machine *machine, const struct machine_state *state,
			const s64 wanted[AXES_MAX], const s64 play[AXES_MAX],
			struct plan_move *move);

/* Stage it, from where the staged plan leaves the axes. 0, -EDOM if it lasts too long, -ENOSPC. */
int queue_take_up(struct machine *machine, const struct machine_state *state,
		  const s64 wanted[AXES_MAX]);

/*
 * Stage the entries of @state that are not planned, as many as there are segments
 * for: behind the plan, or, where they flow on from it, in place of its end. With
 * @begun behind what is staged already. 0 or -EAGAIN: all must be abandoned then.
 */
int queue_plan(struct machine *machine, struct machine_state *state, u64 now_ns, bool begun);

/* What queue_plan() staged is published: let the entries know. */
void queue_planned(struct machine *machine);

/* When to plan, real time; U64_MAX: all is planned, or held. */
u64 queue_due_ns(struct machine *machine);

/*
 * After motion_stage_cut(): stage that the axes come to rest on the path that
 * they are on. 0; -ENOENT if the axes do not follow a path, or not only those in
 * @axes; -EAGAIN.
 */
int queue_stop(struct machine *machine, const struct machine_state *state, u32 axes, u64 now_ns);

/* What was over at plan time @held_ns is not planned anew; of a WAIT only what is left. */
void queue_hold(struct machine *machine, u64 held_ns);

/* When an entry ends, plan time. */
u64 queue_end_ns(struct machine *machine, const struct queue_entry *entry);

#endif
