// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl: the command-line tool. Finds the sub-command; what it does is in a
 * file of its own.
 */
#include <getopt.h> /* optind */
#include <string.h>
#include <unistd.h>

#include "../hw/machine.h"
#include "options.h"
#include "prompt.h"
#include "send.h"
#include "stepctl.h"

const struct subcommand *const subcommands[] = {
	&send_command,
	&run_command,
	&keyframes_command,
	&plan_command,
	&watch_command,
	&capture_command,
	&doctor_command,
	&completion_command,
};

const unsigned int subcommands_count = ARRAY_SIZE(subcommands);

static void print_help(void)
{
	unsigned int i;

	options_print_help(&send_command, stdout);
	printf("\nsub-commands, each with a --help of its own:\n");
	for (i = 1; i < subcommands_count; i++)
		printf("  stepctl %-12s%s\n", subcommands[i]->name,
		       subcommands[i]->summary);
	printf("\nThe whole story is in stepctl(1), the language in stepper(4).\n");
}

/* The sub-command that has the rest of the arguments, or the language. */
static int dispatch(const struct send_options *options, int count, char **arguments)
{
	const struct subcommand *command;
	unsigned int i;

	for (i = 1; count && i < subcommands_count; i++) {
		command = subcommands[i];
		if (strcmp(arguments[0], command->name))
			continue;
		if (options->wait || options->json)
			return options_wrong(command,
					     "its options stand behind its name");
		optind = 0; /* anew */
		return command->run(count, arguments);
	}
	if (!count && isatty(STDIN_FILENO))
		return prompt();
	if (!count)
		return options_wrong(&send_command, "nothing to do");
	return send_words(options, count, arguments);
}

int main(int count, char **arguments)
{
	struct send_options options = {};
	int option;

	if (count == 2 && (!strcmp(arguments[1], "--help") || !strcmp(arguments[1], "-h"))) {
		print_help();
		return STATUS_OK;
	}
	if (count == 2 && !strcmp(arguments[1], "--version")) {
		printf("stepctl %s\n", MACHINE_VERSION);
		return STATUS_OK;
	}
	while ((option = options_next(&send_command, count, arguments)) != OPTION_END)
		if (!send_take_option(&options, option))
			return option == OPTION_HELP ? STATUS_OK : STATUS_USAGE;
	return dispatch(&options, count - optind, arguments + optind);
}
