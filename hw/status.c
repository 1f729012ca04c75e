// SPDX-License-Identifier: GPL-2.0
/*
 * The line that `?` answers and a file open for reading only reads.
 */
#include "home.h"
#include "status.h"
#include "switches.h"

/* " KEY=PAN,TILT": the @axes, bits. */
static void print_axes(const struct machine *machine, const char *key, u32 axes,
		       struct text *answer)
{
	const char *separator = "";
	unsigned int i;

	text_printf(answer, " %s=", key);
	for (i = 0; i < machine->names.count; i++) {
		if (!(axes & BIT(i)))
			continue;
		text_printf(answer, "%s%s", separator, machine->names.name[i]);
		separator = ",";
	}
}

/* The axes whose position is of that trust. */
static u32 axes_of(const struct machine *machine, const struct machine_state *state,
		   enum trust trust)
{
	u32 axes = 0;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++)
		if (state->axis[i].trust == trust)
			axes |= BIT(i);
	return axes;
}

/* " SWITCHES=PAN-HOME,ESTOP": those that are tripped. */
static void print_switches(struct machine *machine, struct text *answer)
{
	static const char *const kinds[] = { "MIN", "MAX", "HOME" };
	u32 active = switches_active(machine);
	const char *separator = "";
	unsigned int i, kind;

	text_string(answer, " SWITCHES=");
	for (i = 0; i < machine->names.count; i++) {
		for (kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
			if (!(active & SWITCH_MIN(i) << AXES_MAX * kind))
				continue;
			text_printf(answer, "%s%s-%s", separator,
				    machine->names.name[i], kinds[kind]);
			separator = ",";
		}
	}
	if (active & SWITCH_ESTOP)
		text_printf(answer, "%sESTOP", separator);
}

void status_print(struct machine *machine,
		  const struct machine_state *state,
		  struct text *answer, u64 now_ns)
{
	unsigned int i;

	text_string(answer, "STATE=");
	text_string(answer, machine_mode_names[machine_mode(machine, state)]);
	for (i = 0; i < machine->names.count; i++) {
		text_string(answer, " ");
		text_string(answer, machine->names.name[i]);
		text_string(answer, "=");
		text_micro(answer, machine_position(machine, state, i, now_ns),
			   true);
	}
	text_printf(answer, " QUEUE=%u/%u", state->queued - state->done, QUEUE_MAX);
	print_axes(machine, "HOMES", home_axes(machine), answer);
	text_printf(answer, " ALARM=%s", machine_alarm_names[state->alarm]);
	print_axes(machine, "UNTRUSTED", axes_of(machine, state, TRUST_LOST), answer);
	print_axes(machine, "UNKNOWN", axes_of(machine, state, TRUST_UNKNOWN), answer);
	print_switches(machine, answer);
	text_end_line(answer);
}
