/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clock that all times of stepperd are of.
 */
#ifndef USERSPACE_STEPPERD_CLOCK_H
#define USERSPACE_STEPPERD_CLOCK_H

#include <time.h>

#include "../parser/number.h"

static inline u64 clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * NS_PER_S + now.tv_nsec;
}

#endif
