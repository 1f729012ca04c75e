/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stepctl's sub-commands are called and which options they take: one table,
 * that getopt, --help and the completion of shells are made from.
 */
#ifndef USERSPACE_OPTIONS_H
#define USERSPACE_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

struct option_row {
	const char *name; /* without its --; NULL ends the table */
	const char *value; /* what follows it, in capitals; NULL: nothing */
	const char *help; /* lines after the first begin below the first */
};

struct subcommand {
	const char *name; /* "": a command of the device's language */
	const char *arguments; /* as in a synopsis, behind the options */
	const char *summary; /* a line */
	const char *description; /* whole lines */
	bool uses_device; /* takes --device and --host, too */
	const struct option_row *options;
	const char *examples; /* whole lines */
	/* Has its arguments from its own name on; returns the exit status. */
	int (*run)(int count, char **arguments);
};

extern const struct subcommand send_command, run_command, keyframes_command, plan_command,
	watch_command, capture_command, doctor_command, completion_command;
extern const struct subcommand *const subcommands[];
extern const unsigned int subcommands_count;

/* The options that all have, and those of all that use a device. */
extern const struct option_row help_option;
extern const struct option_row device_options[];

enum {
	OPTION_END = -1,
	OPTION_HELP = -2, /* it was printed */
	OPTION_WRONG = -3, /* stderr was told */
};

/*
 * The next option, as its number in the table: getopt_long()'s optarg and optind are
 * set. Options come before all else. --device and --host are taken here.
 */
int options_next(const struct subcommand *command, int count, char **arguments);

/* Tell on stderr that the arguments are wrong, and usage: the exit status. */
int options_wrong(const struct subcommand *command, const char *message);

void options_print_help(const struct subcommand *command, FILE *out);

#endif
