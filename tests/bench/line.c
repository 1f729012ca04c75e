// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to parse and accept a line, the ten commonest ones, on a machine
 * whose pins are not there; and to plan, of those lines that act at once and so cannot
 * leave that for later. Under QEMU's -icount shift=1 an instruction takes 2 ns. The
 * functions that plan are linked with --wrap: they are timed here.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../hw/machine.h"
#include "bench.h"
#include "planner.h"

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

static double planning_ns; /* since it was set to 0, of the planner alone */
static int plans; /* calls that make it up */

static int planned(int result, double start)
{
	planning_ns += (seconds() - start) * 1e9;
	plans++;
	return result;
}

int __wrap_plan_change(struct motion *motion, const struct plan_change change[AXES_MAX])
{
	double start = seconds();

	return planned(__real_plan_change(motion, change), start);
}

int __wrap_plan_pvt(struct motion *motion, const struct plan_pvt *pvt, u64 *end_ns,
		    struct plan_fault *fault)
{
	double start = seconds();

	return planned(__real_plan_pvt(motion, pvt, end_ns, fault), start);
}

int __wrap_queue_stop(struct machine *of, const struct machine_state *state, u32 axes, u64 ns)
{
	double start = seconds();

	return planned(__real_queue_stop(of, state, axes, ns), start);
}

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

static double median(double *ns)
{
	qsort(ns, ROUNDS, sizeof(*ns), by_size);
	return ns[ROUNDS / 2];
}

/* To take the time takes time, too. */
static double clock_cost(void)
{
	double ns[ROUNDS], start;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		start = seconds();
		ns[round] = (seconds() - start) * 1e9;
	}
	return median(ns);
}

struct cost {
	double line_ns; /* without: */
	double planning_ns;
	double best_ns; /* of the line */
};

static struct cost line_cost(const char *format, const char *before, double clock_ns)
{
	double ns[ROUNDS], planning[ROUNDS], start;
	struct cost cost;
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
		planning_ns = 0;
		plans = 0;
		start = seconds();
		say(line);
		ns[round] = (seconds() - start) * 1e9 - planning_ns - (1 + plans) * clock_ns;
		planning[round] = planning_ns - plans * clock_ns;
	}
	cost.line_ns = median(ns);
	cost.best_ns = ns[0];
	cost.planning_ns = median(planning);
	return cost;
}

int main(void)
{
	double clock_ns = clock_cost();
	unsigned int i;
	char line[64];

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		struct cost cost = line_cost(lines[i].line, lines[i].before, clock_ns);

		snprintf(line, sizeof(line), lines[i].line, 1);
		printf("%8.0f %8.0f %8.0f %s\n", cost.line_ns, cost.best_ns, cost.planning_ns,
		       line);
	}
	return 0;
}
