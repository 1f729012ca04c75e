// SPDX-License-Identifier: GPL-2.0
/*
 * The commands that ask, and WATCH. Settings are in settings.c.
 */
#include "../parser/help.h"
#include "status.h"
#include "transaction.h"

int command_POSITION(struct transaction *line, const struct command *command)
{
	struct machine *machine = line->machine;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		if (!(command->axes & BIT(i)))
			continue;
		text_string(line->answer, line->machine->names.name[i]);
		text_string(line->answer, "=");
		text_micro(line->answer,
			   machine_position(machine, line->state, i, line->now_ns),
			   true);
		text_printf(line->answer, " STEPS=%lld",
			    motion_steps(&machine->motion, i));
		text_end_line(line->answer);
	}
	return 0;
}

int command_STATUS(struct transaction *line, const struct command *command)
{
	status_print(line->machine, line->state, line->answer,
		     line->now_ns);
	return 0;
}

int command_ERROR(struct transaction *line, const struct command *command)
{
	struct machine *machine = line->machine;
	const struct error_report *report;
	u32 *taken = &line->state->errors_taken;

	if (machine->errors - *taken > ERRORS_MAX)
		*taken = machine->errors - ERRORS_MAX;
	if (*taken == machine->errors) {
		text_printf(line->answer, "0 no error");
	} else {
		report = &machine->error[(*taken)++ % ERRORS_MAX];
		text_printf(line->answer, "%d %s %u %s", report->number,
			    error_find(report->number)->name, report->column,
			    report->text);
	}
	text_end_line(line->answer);
	return 0;
}

int command_HELP(struct transaction *line, const struct command *command)
{
	if (command->axes) {
		help_axis(line->answer);
		return 0;
	}
	if (!help_print(line->answer, command->name))
		return 0;
	return error_set(line->report, EINVAL, command->value_column,
			 "no help on %s", command->name);
}

int command_VERSION(struct transaction *line, const struct command *command)
{
	text_printf(line->answer, "DRIVER=%s LANGUAGE=%s", MACHINE_VERSION,
		    LANGUAGE_VERSION);
	text_end_line(line->answer);
	return 0;
}

int command_WATCH(struct transaction *line, const struct command *command)
{
	line->watch = command->on;
	return 0;
}
