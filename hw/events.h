/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the machine tells unasked. Private to the machine; what files take of it
 * is in machine.h.
 */
#ifndef HW_EVENTS_H
#define HW_EVENTS_H

#include "machine.h"

/* Add a line, with its LF, for files that WATCH; @tag of the line that caused it. */
void events_add(struct machine *machine, const char *tag, const char *format, ...)
	__printf(3, 4);

/* Add events for what has changed since this was called last, by the line with @tag. */
void events_tell_changes(struct machine *machine, const char *tag);

/* The state that `?` and events show, and its name. */
enum machine_mode machine_mode(const struct machine_state *state);
extern const char *const machine_mode_names[];

#endif
