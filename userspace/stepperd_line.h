/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A line of the language that no file wrote.
 */
#ifndef USERSPACE_STEPPERD_LINE_H
#define USERSPACE_STEPPERD_LINE_H

#include "../hw/machine.h"

/* Run a line that nobody wrote, with all privileges. 0, or a negative errno. */
int run_own_line(struct machine *machine, const char *line, struct error_report *report);

#endif
