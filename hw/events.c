// SPDX-License-Identifier: GPL-2.0
/*
 * What the machine tells unasked: events for files that WATCH, and the errors that
 * nobody could read, for ERROR?. Rings: who comes late finds the latest.
 */
#include "events.h"

void events_add(struct machine *machine, const char *tag, const char *format, ...)
{
	char *event = machine->event[machine->events++ % EVENTS_MAX];
	va_list arguments;
	int length = 0;

	if (tag[0])
		length = snprintf(event, EVENT_TEXT_MAX, "@%s ", tag);
	va_start(arguments, format);
	vsnprintf(event + length, EVENT_TEXT_MAX - length, format, arguments);
	va_end(arguments);
}

void events_tell_changes(struct machine *machine, const char *tag)
{
	struct motion_lateness late = motion_lateness(&machine->motion);
	enum machine_mode mode = machine_mode(machine, &machine->state);

	if (mode != machine->mode) {
		events_add(machine, tag, "* STATE %s\n", machine_mode_names[mode]);
		machine->mode = mode;
	}
	if (machine->state.alarm > machine->alarm)
		events_add(machine, tag, "* ALARM %s\n",
			   machine_alarm_names[machine->state.alarm]);
	machine->alarm = machine->state.alarm;
	if (late.late_edges != machine->late_edges) {
		events_add(machine, "", "* LATE EDGES=%llu SLIP_NS=%llu\n",
			   late.late_edges, late.slip_ns);
		machine->late_edges = late.late_edges;
	}
}

const char *events_next(const struct machine *machine,
			struct client *client, u32 *lost)
{
	u32 kept = machine->events - client->events_seen;

	*lost = 0;
	if (!client->watch || !kept)
		return NULL;
	if (kept > EVENTS_MAX) {
		*lost = kept - EVENTS_MAX;
		client->events_seen += *lost;
	}
	return machine->event[client->events_seen++ % EVENTS_MAX];
}

void events_note_error(struct machine *machine,
		       const struct error_report *report)
{
	machine->error[machine->errors++ % ERRORS_MAX] = *report;
}
