// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl capture: the pulses of a script, or those that a virtual head saw, as a Value
 * Change Dump (IEEE 1364), each edge at its time in ns, as PulseView and GTKWave open it.
 */
#include <getopt.h> /* optarg, optind */
#include <stdlib.h>

#include "options.h"
#include "rehearsal.h"
#include "source.h"
#include "stepctl.h"

enum {
	OPTION_VCD,
	OPTION_EDGES,
};

static const struct option_row options[] = {
	[OPTION_VCD] = { "vcd", "FILE.vcd", "where to; -: standard output" },
	[OPTION_EDGES] = { "edges", NULL,
			   "FILE is no script, but edges: lines \"TIME_NS NAME LEVEL\", as in\n"
			   "/sys/kernel/debug/stepper-sim/edges, or of stepperd --edges" },
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

static bool capture(struct source *script)
{
	static const struct observer observer = { .edges = print_edges };
	struct rehearsal *rehearsal = rehearsal_new(&observer, NULL, 0);
	bool good;

	if (!rehearsal) {
		perror("stepctl");
		return false;
	}
	print_variables(&rehearsal->machine);
	good = source_rehearse(script, rehearsal, script->name);
	if (good)
		rehearsal_end(rehearsal);
	fprintf(dump.out, "#%llu\n", rehearsal_time_ns(rehearsal));
	rehearsal_free(rehearsal);
	return good;
}

/* More than any head has. */
#define LINES_MAX 64

struct edge {
	unsigned long long time_ns;
	unsigned int line;
	int level;
};

/* A list of edges in order of time, and the lines that they are of. */
struct edges {
	struct edge *edge;
	size_t count;
	char name[LINES_MAX][32];
	unsigned int lines;
};

/* The number of the line, which may be a new one; LINES_MAX: there are too many. */
static unsigned int line_called(struct edges *edges, const char *name)
{
	unsigned int i;

	for (i = 0; i < edges->lines; i++)
		if (!strcmp(edges->name[i], name))
			return i;
	if (i < LINES_MAX)
		snprintf(edges->name[edges->lines++], sizeof(edges->name[0]), "%s", name);
	return i;
}

static bool add_edge(struct edges *edges, const char *text)
{
	struct edge edge, *longer;
	char name[32];

	if (sscanf(text, "%llu %31s %d", &edge.time_ns, name, &edge.level) != 3 ||
	    (edge.level & ~1) ||
	    (edges->count && edge.time_ns < edges->edge[edges->count - 1].time_ns))
		return false;
	edge.line = line_called(edges, name);
	if (edge.line == LINES_MAX)
		return false;
	if (!(edges->count & (edges->count - 1))) { /* grow at 0 and the powers of 2 */
		longer = realloc(edges->edge, (2 * edges->count + 1) * sizeof(edge));
		if (!longer)
			return false;
		edges->edge = longer;
	}
	edges->edge[edges->count++] = edge;
	return true;
}

/* Time 0 is 1 ms before the first edge. Before its first edge a line had the other level. */
static void print_edge_list(const struct edges *edges)
{
	unsigned long long begin_ns = edges->count ? edges->edge[0].time_ns - 1000000 : 0;
	int first[LINES_MAX] = {};
	unsigned int i;
	size_t j;

	fprintf(dump.out, "$timescale 1 ns $end\n$scope module stepper $end\n");
	for (i = 0; i < edges->lines; i++)
		fprintf(dump.out, "$var wire 1 %c %s $end\n", sign_of(i), edges->name[i]);
	fprintf(dump.out, "$upscope $end\n$enddefinitions $end\n#0\n");
	for (j = edges->count; j-- > 0;)
		first[edges->edge[j].line] = edges->edge[j].level;
	for (i = 0; i < edges->lines; i++)
		fprintf(dump.out, "%d%c\n", !first[i], sign_of(i));
	for (j = 0; j < edges->count; j++) {
		const struct edge *edge = &edges->edge[j];

		if (!j || edge->time_ns != edge[-1].time_ns)
			fprintf(dump.out, "#%llu\n", edge->time_ns - begin_ns);
		fprintf(dump.out, "%d%c\n", edge->level, sign_of(edge->line));
	}
}

static bool convert(struct source *list)
{
	char text[LINE_BYTES_MAX + 3];
	struct edges edges = {};
	bool good = true;

	while (good && source_next(list, text))
		good = add_edge(&edges, text);
	if (good)
		print_edge_list(&edges);
	else
		fprintf(stderr, "%s:%u:1: error: an edge is TIME_NS NAME LEVEL, in order of time\n",
			list->name, list->number);
	free(edges.edge);
	return good;
}

static int run(int count, char **arguments)
{
	bool edges = false, good = false;
	const char *vcd = NULL;
	struct source source;
	int option;

	while ((option = options_next(&capture_command, count, arguments)) != OPTION_END) {
		if (option < 0)
			return option == OPTION_HELP ? STATUS_OK : STATUS_USAGE;
		edges |= option == OPTION_EDGES;
		if (option == OPTION_VCD)
			vcd = optarg;
	}
	if (!vcd || optind != count - 1)
		return options_wrong(&capture_command, "it takes --vcd and one FILE");
	if (!source_read(&source, arguments[optind], 1))
		return STATUS_ERROR;
	dump.out = strcmp(vcd, "-") ? fopen(vcd, "w") : stdout;
	if (dump.out)
		good = edges ? convert(&source) : capture(&source);
	source_free(&source);
	if (!dump.out || fflush(dump.out) || ferror(dump.out)) {
		fprintf(stderr, "stepctl: %s: %s\n", vcd, strerror(errno));
		good = false;
	}
	return good ? STATUS_OK : STATUS_ERROR;
}

const struct subcommand capture_command = {
	.name = "capture",
	.arguments = "FILE",
	.summary = "the pulses of a script or a virtual head, for PulseView and GTKWave",
	.description =
		"Plays the commands in FILE (-: standard input) as stepctl plan does, and writes the\n"
		"changes of all lines, each at its time in ns. Or takes the edges that a virtual head,\n"
		"of the module or of stepperd --sim, has really seen.\n",
	.options = options,
	.examples =
		"  stepctl capture --vcd shot.vcd shot.move\n"
		"  echo 'PAN 1' | stepctl capture --vcd - - | less\n"
		"  sudo stepctl capture --vcd seen.vcd --edges /sys/kernel/debug/stepper-sim/edges\n"
		"  stepperd --sim --mount rig --edges seen &  stepctl capture --vcd seen.vcd --edges seen\n",
	.run = run,
};
