// SPDX-License-Identifier: GPL-2.0
/*
 * What a move costs that comes in a stream of short ones through a full queue: to
 * parse and accept its line, and its share of planning the path; no edges.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../hw/machine.h"
#include "bench.h"

#define MOVES 4000
#define RUNS 11

static struct machine machine;
static struct client client = { .privileged = true };
static u64 now_ns;
static double spent;
static unsigned int plans;

/* 0 or -EAGAIN. */
static int say(const char *line)
{
	static char bytes[ANSWER_MAX];
	struct error_report report = {};
	struct line_result result;
	struct text answer;
	int error;

	text_init(&answer, bytes, sizeof(bytes));
	error = machine_run_line(&machine, &client, line, strlen(line), false, now_ns, &answer,
				 &result, &report);
	if (!error || error == -EAGAIN)
		return error;
	fprintf(stderr, "%s: %s\n", line, report.text);
	exit(EXIT_FAILURE);
}

static u64 service(void)
{
	u32 planned = machine.state.planned;
	double start = seconds();
	u64 next_ns = machine_service(&machine, now_ns);

	spent += seconds() - start;
	plans += machine.state.planned != planned;
	return next_ns;
}

static void begin(void)
{
	struct error_report report;

	machine_init(&machine, &pins);
	machine_add_axis(&machine, "PAN", &report);
	machine_add_axis(&machine, "TILT", &report);
	now_ns = NS_PER_S;
	say("SET PAN MAXSPEED 2000; SET PAN SPEED 2000");
	say("SET TILT MAXSPEED 2000; SET TILT SPEED 2000");
	say("SET PAN MAXACCEL 90000; SET PAN ACCEL 90000");
	say("SET TILT MAXACCEL 90000; SET TILT ACCEL 90000");
	say("SET PAN MAXJERK 9000000; SET PAN JERK 9000000");
	say("SET TILT MAXJERK 9000000; SET TILT JERK 9000000");
}

/* A circle of 30 deg, in moves of @length deg: moves a second, and us a move. */
static void stream(double length, double *rate, double *us)
{
	char line[64];
	u64 next_ns, start_ns;
	double start;
	int move;

	begin();
	spent = 0;
	plans = 0;
	start_ns = now_ns;
	for (move = 1; move <= MOVES;) {
		double angle = move * length / 30;

		snprintf(line, sizeof(line), "PAN %.6f TILT %.6f", 30 * sin(angle),
			 30 - 30 * cos(angle));
		start = seconds();
		if (!say(line)) {
			spent += seconds() - start;
			move++;
			service();
			continue;
		}
		next_ns = min(motion_run(&machine.motion, now_ns), service());
		now_ns = max(next_ns, now_ns);
	}
	*rate = MOVES / ((now_ns - start_ns) / 1e9);
	*us = spent / MOVES * 1e6;
}

static int by_size(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

int main(void)
{
	static const double lengths[] = { 1, 0.1, 0.02 };
	unsigned int i, run;

	printf("%-24s %8s %8s %8s %8s\n", "moves of", "moves/s", "plans", "us", "best");
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		double us[RUNS], rate;

		for (run = 0; run < RUNS; run++)
			stream(lengths[i], &rate, &us[run]);
		qsort(us, RUNS, sizeof(us[0]), by_size);
		printf("%-4g deg, two axes %16.0f %8u %8.1f %8.1f\n", lengths[i], rate, plans,
		       us[RUNS / 2], us[0]);
	}
	return 0;
}
