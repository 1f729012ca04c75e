/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A plan, printed for those who would play it.
 */
#ifndef USERSPACE_PLAN_H
#define USERSPACE_PLAN_H

#include "source.h"

/*
 * Print the summary of what @source would do on the device as it is now, once. The
 * exit status; stderr has been told.
 */
int plan_print(const struct source *source);

#endif
