/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the machine tells unasked.
 */
#ifndef HW_EVENTS_H
#define HW_EVENTS_H

#include "state.h"

/* Add a line, with its LF, for files that WATCH; @tag of the line that caused it. */
void events_add(struct machine *machine, const char *tag, const char *format, ...)
	__printf(3, 4);

/* Add events for what has changed since this was called last, by the line with @tag. */
void events_tell_changes(struct machine *machine, const char *tag);

/* Keep an error for ERROR?, of a client that cannot read answers. */
void events_note_error(struct machine *machine,
		       const struct error_report *report);

/*
 * The oldest event that @client, who watches, was not told: a line, or NULL if
 * there is none. Events that are gone are passed over, their number in @lost.
 */
const char *events_next(const struct machine *machine,
			struct client *client, u32 *lost);

#endif
