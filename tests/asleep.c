// SPDX-License-Identifier: GPL-2.0
/*
 * Loaded before the C library (LD_PRELOAD): as soon as there is a file "asleep", the
 * system has been asleep for a minute, as its clocks tell.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
	static typeof(clock_gettime) *next;

	if (!next)
		next = (typeof(next))dlsym(RTLD_NEXT, "clock_gettime");
	if (next(clock, now))
		return -1;
	if (clock == CLOCK_BOOTTIME && !access("asleep", F_OK))
		now->tv_sec += 60;
	return 0;
}
