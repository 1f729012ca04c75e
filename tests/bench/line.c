// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to parse and accept a line, the ten commonest ones, on a machine
 * whose pins are not there. Under QEMU's -icount shift=1 an instruction takes 2 ns.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../hw/machine.h"
#include "bench.h"

#define ROUNDS 1000
#define BATCH 16 /* lines of a kind until the queue is dropped */

static const struct {
	const char *line; /* %d: anew each time, so that there is a way to go */
	const char *before; /* not measured, 100 ms earlier */
} lines[] = {
	{ "PAN %d", NULL },
	{ "PAN %d TILT -10", NULL },
	{ "PAN %d AT 50%%", NULL },
	{ "PAN %d TILT -10 IN 12s", NULL },
	{ "PVT PAN 0.%02d 0.25 TILT 0 0 IN 40ms", NULL },
	{ "RUN PAN 5 TILT -2 FOR 500ms", "RUN PAN 5 TILT -2 FOR 500ms" },
	{ "WAIT 500ms", NULL },
	{ "STOP", "PAN 30" },
	{ "?", "PAN 30" },
	{ "PAN?", "PAN 30" },
};

static struct machine machine;
static struct client client;
static u64 now_ns;

static void check(int error, const char *what, const struct error_report *report)
{
	if (!error)
		return;
	fprintf(stderr, "%s: %s\n", what, report->text);
	exit(EXIT_FAILURE);
}

static void say(const char *line)
{
	static char bytes[ANSWER_MAX];
	struct error_report report = {};
	struct line_result result;
	struct text answer;

	text_init(&answer, bytes, sizeof(bytes));
	check(machine_run_line(&machine, &client, line, strlen(line), false, now_ns, &answer,
			       &result, &report),
	      line, &report);
}

static void pass(u64 time_ns)
{
	u64 until_ns = now_ns + time_ns, next_ns = now_ns;

	while (next_ns <= until_ns) {
		now_ns = max(now_ns, next_ns);
		next_ns = min(motion_run(&machine.motion, now_ns),
			      machine_service(&machine, now_ns));
	}
	now_ns = until_ns;
}

/* All is at rest at 0, and has been for a while. */
static void begin(void)
{
	static const char *const axes[] = { "PAN", "TILT" };
	struct error_report report;
	unsigned int i;

	machine_init(&machine, &pins);
	for (i = 0; i < ARRAY_SIZE(axes); i++)
		if (machine_add_axis(&machine, axes[i], &report) < 0)
			exit(EXIT_FAILURE);
	now_ns = NS_PER_S;
	client = (struct client){};
	say("ENABLE");
	pass(NS_PER_S);
}

static int by_size(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

struct cost {
	double median_ns;
	double best_ns;
};

static struct cost cost_of(double *ns)
{
	qsort(ns, ROUNDS, sizeof(*ns), by_size);
	return (struct cost){ ns[ROUNDS / 2], ns[0] };
}

/* To take the time takes time, too. */
static struct cost clock_cost(void)
{
	double ns[ROUNDS], start;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		start = seconds();
		ns[round] = (seconds() - start) * 1e9;
	}
	return cost_of(ns);
}

static struct cost line_cost(const char *format, const char *before)
{
	double ns[ROUNDS], start;
	char line[64];
	int round;

	for (round = 0; round < ROUNDS; round++) {
		if (round % BATCH == 0)
			begin();
		if (before) {
			say(before);
			pass(NS_PER_S / 10);
		}
		snprintf(line, sizeof(line), format, round % BATCH + 1);
		start = seconds();
		say(line);
		ns[round] = (seconds() - start) * 1e9;
	}
	return cost_of(ns);
}

int main(void)
{
	struct cost clock = clock_cost();
	unsigned int i;
	char line[64];

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		struct cost cost = line_cost(lines[i].line, lines[i].before);

		snprintf(line, sizeof(line), lines[i].line, 1);
		printf("%8.0f %8.0f %s\n", cost.median_ns - clock.median_ns,
		       cost.best_ns - clock.best_ns, line);
	}
	return 0;
}
