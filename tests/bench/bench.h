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

static inline double clock_seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static inline double seconds(void)
{
	return clock_seconds(CLOCK_MONOTONIC);
}

/* Of the processor, without what others on the computer take; slow to ask for. */
static inline double processor_seconds(void)
{
	return clock_seconds(CLOCK_THREAD_CPUTIME_ID);
}

#endif
