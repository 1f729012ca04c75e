/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Halts and alarms. Private to the machine. Process side.
 */
#ifndef HW_ALARM_H
#define HW_ALARM_H

#include "state.h"

/* The axes of @state rest on the steps that they have made, in mid-move: in their own units. */
void alarm_rest_on_steps(struct machine *machine, struct machine_state *state);

/*
 * No more steps, now; the queue is dropped, and positions are no longer trusted if an
 * axis moves, or if @moved: if one was stopped in motion before. Whether anything was
 * under way: the axes rest elsewhere then.
 */
bool alarm_halt(struct machine *machine, bool moved, u64 now_ns);

/* All driver outputs off. */
void alarm_drivers_off(struct machine *machine);

/*
 * Nothing may move until RESET; the queue is dropped and streams are cancelled.
 * @moved: an axis was stopped in motion, and may have lost steps.
 */
void alarm_raise(struct machine *machine, enum machine_alarm alarm, bool moved,
		 u64 now_ns);

#endif
