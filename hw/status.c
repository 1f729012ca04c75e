// SPDX-License-Identifier: GPL-2.0
/*
 * The line that `?` answers and a file open for reading only reads.
 */
#include "status.h"
#include "switches.h"

/* " KEY=PAN,TILT": the axes whose position is of that trust. */
static void print_axes_of(const struct machine *machine,
			  const struct machine_state *state, const char *key,
			  enum trust trust, struct text *answer)
{
	const char *separator = "";
	unsigned int i;

	text_printf(answer, " %s=", key);
	for (i = 0; i < machine->names.count; i++) {
		if (state->axis[i].trust != trust)
			continue;
		text_printf(answer, "%s%s", separator, machine->names.name[i]);
		separator = ",";
	}
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
	text_printf(answer, " QUEUE=%u/%u ALARM=%s",
		    state->queued - state->done, QUEUE_MAX,
		    machine_alarm_names[state->alarm]);
	print_axes_of(machine, state, "UNTRUSTED", TRUST_LOST, answer);
	print_axes_of(machine, state, "UNKNOWN", TRUST_UNKNOWN, answer);
	print_switches(machine, answer);
	text_end_line(answer);
}
