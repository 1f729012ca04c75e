// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl PAN 30: commands of the language, from the arguments or standard input, to
 * the device. How they are played is in player.c.
 */
#include <getopt.h> /* optind */
#include <stdlib.h>
#include <unistd.h>

#include "options.h"
#include "player.h"
#include "send.h"
#include "stepctl.h"

enum {
	OPTION_WAIT,
	OPTION_JSON,
};

static const struct option_row options[] = {
	[OPTION_WAIT] = { "wait", NULL, "until all is done, showing how far it is" },
	[OPTION_JSON] = { "json", NULL, "answers as JSON, a line of it for each line sent" },
	{},
};

/* The arguments as one line. */
static char *join(int count, char **arguments)
{
	size_t length = 1;
	char *line;
	int i;

	for (i = 0; i < count; i++)
		length += strlen(arguments[i]) + 1;
	line = calloc(1, length);
	for (i = 0; line && i < count; i++) {
		if (i)
			strcat(line, " ");
		strcat(line, arguments[i]);
	}
	return line;
}

int send_words(const struct send_options *options, int count, char **arguments)
{
	struct source source = { .file = -1 };
	struct play play = {
		.source = &source,
		.wait = options->wait,
		.json = options->json,
	};
	int i;

	if (count == 1 && !strcmp(arguments[0], "-")) {
		source_stream(&source, STDIN_FILENO, "<stdin>");
		return player_play(&play);
	}
	for (i = 0; i < count; i++)
		if (!strncmp(arguments[i], "--", 2))
			return options_wrong(&send_command,
					     "options stand before the commands");
	source.text = join(count, arguments);
	if (!source.text) {
		perror("stepctl");
		return STATUS_ERROR;
	}
	source.size = strlen(source.text);
	i = player_play(&play);
	source_free(&source);
	return i;
}

bool send_take_option(struct send_options *taken, int option)
{
	taken->wait |= option == OPTION_WAIT;
	taken->json |= option == OPTION_JSON;
	return option >= 0;
}

const struct subcommand send_command = {
	.name = "",
	.arguments = "[COMMAND... | -]",
	.summary = "send commands of stepper(4) to the device",
	.description =
		"Sends one line of commands, or the lines of standard input (-), to the device,\n"
		"prints what it answers, and ends with an error as soon as it refuses a line.\n"
		"With nothing to send, on a terminal, it is a prompt.\n",
	.uses_device = true,
	.options = options,
	.examples =
		"  stepctl PAN 30 TILT -10\n"
		"  stepctl --wait 'PAN 30 IN 12s; TRIGGER 1 50ms; PAN 0'\n"
		"  stepctl PAN?\n"
		"  stepctl --json '?'\n"
		"  generate-path | stepctl --host user@pi -\n",
};
