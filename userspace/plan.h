/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A plan, printed for those who would play it.
 */
#ifndef USERSPACE_PLAN_H
#define USERSPACE_PLAN_H

#include "rehearsal.h"
#include "source.h"

/*
 * Print the summary of what @source would do on the device as it is now, in all its
 * passes. The exit status; stderr has been told.
 */
int plan_print(struct source *source, bool json);

/* Draw into @picture what it would do; false if that failed: stderr has been told. */
bool plan_plot(struct rehearsal *rehearsal, const struct source *script,
	       const char *picture);

/* A time with its unit, as 10ms, more than 0. */
bool plan_parse_time(const char *word, u64 *time_ns);

#endif
