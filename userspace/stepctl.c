// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl: the command-line tool. Finds the sub-command; what it does is in a
 * file of its own.
 */
#include <stdio.h>
#include <string.h>

#include "../hw/machine.h"
#include "stepctl.h"

static const struct {
	const char *name;
	int (*run)(int count, char **arguments);
	const char *help;
} commands[] = {
	{ "plan", stepctl_plan, "play a script without a device: what would move when" },
};

static void print_usage(FILE *out)
{
	unsigned int i;

	fprintf(out, "usage: stepctl COMMAND [ARGUMENT]...\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s%s\n", commands[i].name, commands[i].help);
	fprintf(out, "\n\"stepctl COMMAND --help\" tells more, as does stepctl(1).\n");
}

int main(int count, char **arguments)
{
	unsigned int i;

	for (i = 0; count > 1 && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(arguments[1], commands[i].name))
			return commands[i].run(count - 1, arguments + 1);
	if (count > 1 && !strcmp(arguments[1], "--help")) {
		print_usage(stdout);
		return STATUS_OK;
	}
	if (count > 1 && !strcmp(arguments[1], "--version")) {
		printf("stepctl %s\n", MACHINE_VERSION);
		return STATUS_OK;
	}
	print_usage(stderr);
	return STATUS_USAGE;
}
