/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The queue: what was accepted, in order, until the plan has passed its end.
 * Entries are accepted without being planned; they are planned many at a time,
 * when the plan comes near the instant from which on it would be another with them.
 */
#ifndef HW_QUEUE_H
#define HW_QUEUE_H

#include "state.h"

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
 * Stage the entries of @state that are not planned, up to the first HOME, as many as there
 * are segments for: behind the plan, or, where they flow on from it, in place of its end. With
 * @begun behind what is staged already. 0 or -EAGAIN: all must be abandoned then.
 */
int queue_plan(struct machine *machine, struct machine_state *state, u64 now_ns, bool begun);

/* What queue_plan() staged is published: let the entries know. */
void queue_planned(struct machine *machine);

/* When to plan, real time; U64_MAX: all that can be is planned, or held. */
u64 queue_due_ns(struct machine *machine);

/*
 * After motion_stage_cut(): stage that the axes come to rest on the path that
 * they are on. 0; -ENOENT if the axes do not follow a path, or not only those in
 * @axes; -EAGAIN.
 */
int queue_stop(struct machine *machine, const struct machine_state *state, u32 axes, u64 now_ns);

/*
 * After motion_stage_cut(): if what moves then is a stream of points, stage that it is held
 * on its path. 0, with @held_ns filled; -ENOENT; -ENOSPC.
 */
int queue_hold_stream(struct machine *machine, const struct machine_state *state, u64 *held_ns);

/*
 * What was over at plan time @held_ns is not planned anew; of a WAIT only what is left. A
 * stream that is held goes on as it is; all else is planned anew.
 */
void queue_hold(struct machine *machine, u64 held_ns);

/*
 * The axes of @state rest elsewhere than what it has queued, by absolute targets and HOME,
 * was accepted for: from there on it is.
 */
void queue_set_out(struct machine *machine, struct machine_state *state);

/* The entries that had not ended will not be done: say why. Tells those who WATCH. */
void queue_drop(struct machine *machine, enum entry_outcome outcome);

/* When an entry ends, plan time. */
u64 queue_end_ns(struct machine *machine, const struct queue_entry *entry);

#endif
