// SPDX-License-Identifier: GPL-2.0
/*
 * What planning costs, publishing included: a move from rest to rest, changes of
 * running motion, and points of streams.
 */
#include <math.h>
#include <stdlib.h>

#include "../unit/reference.h"
#include "bench.h"

#define RUNS 21
#define ROUNDS 1000

static struct motion motion;
static u64 now_ns;

static void check(int error)
{
	if (error)
		abort();
}

static void run_until(u64 until_ns)
{
	u64 next_ns;

	while ((next_ns = motion_run(&motion, now_ns)) <= until_ns)
		now_ns = next_ns > now_ns ? next_ns : now_ns;
	now_ns = until_ns;
}

static struct plan_axis limits_to(s64 target)
{
	return (struct plan_axis){
		.target = target,
		.speed = real_make(20000),
		.acceleration = real_make(50000),
		.jerk = real_make(500000),
	};
}

static void move(int round, unsigned int axes)
{
	struct plan_move plan = { .axes = (1U << axes) - 1 };
	u64 shortest_ns;
	unsigned int i;

	for (i = 0; i < axes; i++)
		plan.axis[i] = limits_to(round & 1 ? 0 : 1000 + i);
	motion_stage(&motion, now_ns);
	check(plan_move(&motion, &plan, &shortest_ns));
	check(motion_publish(&motion, now_ns));
}

static void retarget(int round, unsigned int axes)
{
	struct plan_change change[AXES_MAX] = {};
	unsigned int i;

	for (i = 0; i < axes; i++) {
		change[i].what = PLAN_GO;
		change[i].axis = limits_to((round * 7919 % 2000 - 1000) * (s64)(i + 1));
	}
	motion_stage_cut(&motion, now_ns);
	check(plan_change(&motion, change));
	check(motion_publish(&motion, now_ns));
}

static void run(int round, unsigned int axes)
{
	struct plan_change change[AXES_MAX] = {};
	unsigned int i;

	for (i = 0; i < axes; i++) {
		change[i].what = PLAN_RUN;
		change[i].axis = limits_to(0);
		change[i].velocity = real_make(round * 7919 % 20000 - 10000);
		change[i].lowest = -100000000;
		change[i].highest = 100000000;
	}
	motion_stage_cut(&motion, now_ns);
	check(plan_change(&motion, change));
	check(motion_publish(&motion, now_ns));
}

static void point(int round, unsigned int axes)
{
	struct plan_pvt pvt = { .axes = (1U << axes) - 1, .duration_ns = 1000000 };
	struct plan_fault fault;
	u64 end_ns;
	unsigned int i;

	for (i = 0; i < axes; i++) {
		double time = (round + 1) * .001;

		pvt.axis[i].axis = limits_to(0);
		pvt.axis[i].position = real_make(1000 * (1 - cos(3 * time)));
		pvt.axis[i].velocity = real_make(3000 * sin(3 * time));
		pvt.axis[i].lowest = -100000;
		pvt.axis[i].highest = 100000;
	}
	motion_stage(&motion, now_ns);
	check(plan_pvt(&motion, &pvt, &end_ns, &fault));
	check(motion_publish(&motion, now_ns));
}

static int by_size(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

/* What the @place-th of all runs costs in each round, their mean. */
static double mean_of(double cost[ROUNDS][RUNS], int place)
{
	double sum = 0;
	int round;

	for (round = 0; round < ROUNDS; round++)
		sum += cost[round][place];
	return sum / ROUNDS;
}

/*
 * One a @period_ns of plan time. All runs do the same: of each round the median of the
 * runs counts, and the fastest, so that others on the computer do not.
 */
static void measure(const char *name, void (*plan)(int round, unsigned int axes),
		    unsigned int axes, u64 period_ns)
{
	static double cost[ROUNDS][RUNS];
	double start;
	int run, round;

	for (run = 0; run < RUNS; run++) {
		motion_init(&motion, axes, &pins);
		now_ns = NS_PER_S;
		for (round = 0; round < ROUNDS; round++) {
			start = seconds();
			plan(round, axes);
			cost[round][run] = (seconds() - start) * 1e6;
			/* a few points of a stream are always ahead */
			if (plan != point || round > 4)
				run_until(now_ns + period_ns);
		}
	}
	for (round = 0; round < ROUNDS; round++)
		qsort(cost[round], RUNS, sizeof(cost[0][0]), by_size);
	printf("%-24s %5u %8.1f %8.1f\n", name, axes, mean_of(cost, RUNS / 2), mean_of(cost, 0));
}

int main(void)
{
	unsigned int axes;

	printf("%-24s %5s %8s %8s\n", "", "axes", "us", "best");
	for (axes = 1; axes <= AXES_MAX; axes = axes * 2) {
		measure("move, rest to rest", move, axes, 2 * NS_PER_S);
		measure("retarget (NOW)", retarget, axes, 1000000);
		measure("change of speed (RUN)", run, axes, 1000000);
		measure("point of a stream (PVT)", point, axes, 1000000);
	}
	return 0;
}
