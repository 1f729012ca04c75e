// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl capture: the pulses of a script as a Value Change Dump (IEEE 1364), each edge
 * at its time in ns, as PulseView and GTKWave open it.
 */
#include <getopt.h> /* optarg, optind */
#include <stdlib.h>

#include "options.h"
#include "rehearsal.h"
#include "stepctl.h"

enum {
	OPTION_VCD,
};

static const struct option_row options[] = {
	[OPTION_VCD] = { "vcd", "FILE.vcd", "where to; -: standard output" },
	{},
};

static struct {
	FILE *out;
	u64 levels; /* of all lines, by bits as in pins.h */
	u64 time_ns; /* that was printed last */
} dump;

/* A sign for each line, from '!' on. */
static char sign_of(unsigned int line)
{
	return '!' + line;
}

static void print_variables(const struct machine *machine)
{
	unsigned int i;

	fprintf(dump.out, "$timescale 1 ns $end\n$scope module stepper $end\n");
	for (i = 0; i < machine->names.count; i++) {
		const char *name = machine->names.name[i];

		fprintf(dump.out, "$var wire 1 %c %s-step $end\n",
			sign_of(__ffs64(PIN_STEP(i))), name);
		fprintf(dump.out, "$var wire 1 %c %s-dir $end\n",
			sign_of(__ffs64(PIN_DIR(i))), name);
		fprintf(dump.out, "$var wire 1 %c %s-enable $end\n",
			sign_of(__ffs64(PIN_ENABLE(i))), name);
	}
	for (i = 0; i < machine->outputs; i++)
		fprintf(dump.out, "$var wire 1 %c output-%u $end\n",
			sign_of(__ffs64(PIN_AUX(i))), i + 1);
	fprintf(dump.out, "$upscope $end\n$enddefinitions $end\n#0\n");
	for (i = 0; i < machine->names.count; i++)
		fprintf(dump.out, "0%c\n0%c\n0%c\n", sign_of(__ffs64(PIN_STEP(i))),
			sign_of(__ffs64(PIN_DIR(i))), sign_of(__ffs64(PIN_ENABLE(i))));
	for (i = 0; i < machine->outputs; i++)
		fprintf(dump.out, "0%c\n", sign_of(__ffs64(PIN_AUX(i))));
}

static void print_edges(struct rehearsal *rehearsal, u64 lines, u64 levels)
{
	u64 changed = lines & (levels ^ dump.levels);
	u64 time_ns = rehearsal_time_ns(rehearsal);

	dump.levels ^= changed;
	if (changed && time_ns != dump.time_ns) {
		fprintf(dump.out, "#%llu\n", time_ns);
		dump.time_ns = time_ns;
	}
	for (; changed; changed &= changed - 1) {
		unsigned int line = __ffs64(changed);

		fprintf(dump.out, "%d%c\n", (int)(dump.levels >> line & 1), sign_of(line));
	}
}

static bool capture(FILE *script, const char *name)
{
	static const struct observer observer = { .edges = print_edges };
	struct rehearsal *rehearsal = rehearsal_new(&observer, NULL);
	bool good;

	if (!rehearsal) {
		perror("stepctl");
		return false;
	}
	print_variables(&rehearsal->machine);
	good = rehearsal_play(rehearsal, script, name);
	fprintf(dump.out, "#%llu\n", rehearsal_time_ns(rehearsal));
	rehearsal_free(rehearsal);
	return good;
}

static FILE *open_file(const char *name, FILE *standard, const char *mode)
{
	FILE *file = strcmp(name, "-") ? fopen(name, mode) : standard;

	if (!file)
		fprintf(stderr, "stepctl: %s: %s\n", name, strerror(errno));
	return file;
}

static int run(int count, char **arguments)
{
	const char *vcd = NULL;
	FILE *script;
	bool good;
	int option;

	while ((option = options_next(&capture_command, count, arguments)) != OPTION_END) {
		if (option < 0)
			return option == OPTION_HELP ? STATUS_OK : STATUS_USAGE;
		vcd = optarg;
	}
	if (!vcd || optind != count - 1)
		return options_wrong(&capture_command, "it takes --vcd and one FILE");
	script = open_file(arguments[optind], stdin, "r");
	if (!script)
		return STATUS_ERROR;
	dump.out = open_file(vcd, stdout, "w");
	if (!dump.out)
		return STATUS_ERROR;
	good = capture(script, script == stdin ? "<stdin>" : arguments[optind]);
	if (fflush(dump.out) || ferror(dump.out)) {
		fprintf(stderr, "stepctl: %s: %s\n", vcd, strerror(errno));
		good = false;
	}
	return good ? STATUS_OK : STATUS_ERROR;
}

const struct subcommand capture_command = {
	.name = "capture",
	.arguments = "FILE",
	.summary = "the pulses that a script would make, for PulseView and GTKWave",
	.description =
		"Plays the commands in FILE (-: standard input) as stepctl plan does, and writes the\n"
		"changes of all lines, each at its time in ns.\n",
	.options = options,
	.examples =
		"  stepctl capture --vcd shot.vcd shot.move\n"
		"  echo 'PAN 1' | stepctl capture --vcd - - | less\n",
	.run = run,
};
