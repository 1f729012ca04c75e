// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of the language that no file wrote: of the configuration, of what is kept.
 */
#include "stepperd_line.h"
#include "stepperd_clock.h"

int run_own_line(struct machine *machine, const char *line, struct error_report *report)
{
	struct client client = { .privileged = true, .stops = machine->state.stops };
	struct line_result result;
	struct text answer;
	int status;

	do { /* A plan may come too late to begin when it should, and then be made again. */
		text_init(&answer, machine->answer, sizeof(machine->answer));
		status = machine_run_line(machine, &client, line, strlen(line), true,
					  clock_ns(), &answer, &result, report);
	} while (status == -EAGAIN);
	return status;
}
