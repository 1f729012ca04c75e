/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Switches: the ends of travel, home, and the emergency stop. The host reports
 * levels as they change, from any context; what follows from them is decided
 * here. A limit blocks steps towards it, all axes halt at the first such step;
 * the emergency stop halts all at once.
 */
#ifndef HW_SWITCHES_H
#define HW_SWITCHES_H

#include "state.h"

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
