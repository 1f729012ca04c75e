// SPDX-License-Identifier: GPL-2.0
/*
 * What a step costs and how exact its time is, generator alone, on the three
 * moves that others were measured on, and over lengths from 10 to 10^8 steps.
 */
#include <math.h>
#include <stdlib.h>

#include "../unit/reference.h"
#include "bench.h"

#define RUNS 21

struct move {
	const char *name;
	s64 steps;
	double speed;
	double acceleration;
	double jerk;
};

static const struct move moves[] = {
	{ "M1", 10000, 20000, 50000, 0 },
	{ "M2", 200, 20000, 50000, 0 },
	{ "M3", 1000000, 200000, 1000000, 0 },
	{ "M1 jerk", 10000, 20000, 50000, 500000 },
	{ "M2 jerk", 200, 20000, 50000, 500000 },
	{ "M3 jerk", 1000000, 200000, 1000000, 10000000 },
	{ "10", 10, 200000, 1000000, 10000000 },
	{ "10^2", 100, 200000, 1000000, 10000000 },
	{ "10^3", 1000, 200000, 1000000, 10000000 },
	{ "10^4", 10000, 200000, 1000000, 10000000 },
	{ "10^5", 100000, 200000, 1000000, 10000000 },
	{ "10^6", 1000000, 200000, 1000000, 10000000 },
	{ "10^7", 10000000, 200000, 1000000, 10000000 },
	{ "10^8", 100000000, 200000, 1000000, 10000000 },
};

static struct motion motion;

static int by_size(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

static u64 stage(const struct move *move)
{
	struct plan_move plan = { .axes = 1 };
	u64 shortest_ns;

	plan.axis[0].target = move->steps;
	plan.axis[0].speed = real_make(move->speed);
	plan.axis[0].acceleration = real_make(move->acceleration);
	plan.axis[0].jerk = real_make(move->jerk);
	motion_stage(&motion, 0);
	if (plan_move(&motion, &plan, &shortest_ns))
		abort();
	return motion.stage_ns;
}

/* All steps of the staged move; their number. */
static s64 generate(u64 *sum)
{
	struct stepgen stepgen = {};
	u64 time_ns;
	bool up;
	s64 count = 0;

	stepgen_start(&stepgen, motion.staged.first, 0);
	while (stepgen_next(&stepgen, motion.pool.segment, &time_ns, &up)) {
		*sum += time_ns;
		count++;
	}
	return count;
}

/* The median of some runs; @best is the fastest, undisturbed by other processes. */
static double cost_ns(const struct move *move, double *best)
{
	s64 repeats = 1 + 1000000 / move->steps, i;
	double cost[RUNS], start;
	int run, runs = move->steps > 1000000 ? 3 : RUNS;
	u64 sum = 0;

	for (run = 0; run < runs; run++) {
		s64 count = 0;

		start = processor_seconds();
		for (i = 0; i < repeats; i++)
			count += generate(&sum);
		cost[run] = (processor_seconds() - start) * 1e9 / count;
		if (count != repeats * move->steps)
			abort();
	}
	qsort(cost, runs, sizeof(cost[0]), by_size);
	*best = cost[0];
	return sum ? cost[runs / 2] : 0;
}

/* The largest distance of a step's time from the reference, ns. */
static double error_ns(const struct move *move, u64 start_ns)
{
	long double worst = 0, error;
	struct reference reference = reference_move(move->steps, move->speed,
						    move->acceleration, move->jerk);
	struct stepgen stepgen = {};
	s64 k = 0, every = 1 + move->steps / 100000;
	u64 time_ns;
	bool up;

	stepgen_start(&stepgen, motion.staged.first, 0);
	while (stepgen_next(&stepgen, motion.pool.segment, &time_ns, &up)) {
		k++;
		if (k % every && k < move->steps - 1000 && k > 1000)
			continue;
		error = reference_time(&reference, k - 0.5L) * 1e9L;
		error = fabsl(error - (long double)(time_ns - start_ns));
		worst = fmaxl(worst, error);
	}
	return worst;
}

/* Planning one move and publishing it nowhere. */
static double plan_cost_ns(const struct move *move)
{
	const int repeats = 20000;
	double start = processor_seconds();
	int i;

	for (i = 0; i < repeats; i++) {
		stage(move);
		motion_abandon(&motion);
	}
	return (processor_seconds() - start) * 1e9 / repeats;
}

int main(void)
{
	unsigned int i;

	motion_init(&motion, 1, &pins);
	printf("%-8s %8s %8s %13s %8s %9s\n", "move", "ns/step", "best",
	       "max error ns", "plan ns", "segments");
	for (i = 0; i < ARRAY_SIZE(moves); i++) {
		double plan = plan_cost_ns(&moves[i]);
		u64 start_ns = stage(&moves[i]);
		double best, cost = cost_ns(&moves[i], &best);

		printf("%-8s %8.1f %8.1f %13.2f %8.0f %9u\n", moves[i].name, cost, best,
		       error_ns(&moves[i], start_ns), plan, SEGMENTS_MAX - motion.pool.free_count);
		motion_abandon(&motion);
	}
	printf("all memory: %zu bytes, whatever the move, of %zu for a segment\n", sizeof(motion),
	       sizeof(struct segment));
	return 0;
}
