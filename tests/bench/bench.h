/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benches of motion share: pins that are not there, and a clock.
 */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <time.h>

#include "../../hw/pins.h"

static void no_set(struct pins *pins, u64 lines, u64 levels)
{
	(void)pins;
	(void)lines;
	(void)levels;
}

static void nothing(struct pins *pins)
{
	(void)pins;
}

static struct pins pins = { no_set, nothing, nothing, nothing };

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

#endif
