// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl run: a script, played to its end. How is in player.c.
 */
#include <getopt.h> /* optarg, optind */
#include <stdlib.h>

#include "options.h"
#include "player.h"
#include "plan.h"
#include "rehearsal.h"
#include "stepctl.h"

enum {
	OPTION_LOOP,
	OPTION_FROM,
	OPTION_DRY_RUN,
	OPTION_JSON,
};

static const struct option_row options[] = {
	[OPTION_LOOP] = { "loop", "N", "play it N times; 0: until it is stopped" },
	[OPTION_FROM] = { "from", "LINE", "leave out the lines before this one" },
	[OPTION_DRY_RUN] = { "dry-run", NULL,
			     "move nothing; print the plan, as stepctl plan does" },
	[OPTION_JSON] = { "json", NULL, "answers as JSON, a line of it for each line;\n"
					"with --dry-run the plan" },
	{},
};

static bool parse_count(const char *word, unsigned int *count)
{
	char *end;
	unsigned long value = strtoul(word, &end, 10);

	*count = value;
	return word[0] >= '0' && word[0] <= '9' && !*end && value < SOURCE_ENDLESS;
}

/* Time is that of the whole play: in a second round its marks have passed. */
static bool has_marks(const struct source *source)
{
	return !strncmp(source->text, TIME_MARK, strlen(TIME_MARK)) ||
	       strstr(source->text, "\n" TIME_MARK);
}

static int run(int count, char **arguments)
{
	unsigned int loops = 1, first = 1;
	struct source source;
	struct play play = { .source = &source, .wait = true, .timed = true };
	bool dry = false;
	int option;

	while ((option = options_next(&run_command, count, arguments)) != OPTION_END) {
		if (option < 0)
			return option == OPTION_HELP ? STATUS_OK : STATUS_USAGE;
		if (option == OPTION_LOOP && !parse_count(optarg, &loops))
			return options_wrong(&run_command, "--loop takes a number");
		if (option == OPTION_FROM && (!parse_count(optarg, &first) || !first))
			return options_wrong(&run_command, "--from takes the number of a line");
		dry |= option == OPTION_DRY_RUN;
		play.json |= option == OPTION_JSON;
	}
	if (optind != count - 1)
		return options_wrong(&run_command, "one FILE is needed");
	if (dry && !loops)
		return options_wrong(&run_command, "a plan of --loop 0 has no end");
	if (!source_read(&source, arguments[optind], first))
		return STATUS_ERROR;
	source.passes = loops ? loops - 1 : SOURCE_ENDLESS;
	if (source.passes && has_marks(&source)) {
		source_free(&source);
		return options_wrong(&run_command,
				     "a script with times (" TIME_MARK ") cannot be looped");
	}
	option = dry ? plan_print(&source, play.json) : player_play(&play);
	source_free(&source);
	return option;
}

const struct subcommand run_command = {
	.name = "run",
	.arguments = "FILE",
	.summary = "play a script, showing how far it is; Ctrl-C stops the motors",
	.description =
		"Plays the script FILE (-: standard input) on the device, to the end of its last\n"
		"move. Where the device can be rehearsed, a bad line is found before anything\n"
		"moves. Ctrl-C lets the motors slow down and stop; a second one halts them.\n"
		"A line \"#@ 1.250\" lets those after it wait until that many seconds have passed.\n",
	.uses_device = true,
	.options = options,
	.examples =
		"  stepctl run shot.move\n"
		"  stepctl run --loop 0 --host user@pi turntable.move\n"
		"  stepctl run --dry-run --from 12 shot.move\n"
		"  #!/usr/bin/env -S stepctl run      (the first line of an executable script)\n",
	.run = run,
};
