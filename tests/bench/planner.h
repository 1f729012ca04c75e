/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The functions that plan, as a bench sees them that is linked with --wrap: what calls
 * NAME() comes to __wrap_NAME(), and the function itself is __real_NAME().
 */
#ifndef TESTS_PLANNER_H
#define TESTS_PLANNER_H

#include "../../hw/queue.h"

int __real_plan_change(struct motion *motion, const struct plan_change change[AXES_MAX]);
int __wrap_plan_change(struct motion *motion, const struct plan_change change[AXES_MAX]);

int __real_plan_pvt(struct motion *motion, const struct plan_pvt *pvt, u64 *end_ns,
		    struct plan_fault *fault);
int __wrap_plan_pvt(struct motion *motion, const struct plan_pvt *pvt, u64 *end_ns,
		    struct plan_fault *fault);

int __real_queue_stop(struct machine *machine, const struct machine_state *state, u32 axes,
		      u64 now_ns);
int __wrap_queue_stop(struct machine *machine, const struct machine_state *state, u32 axes,
		      u64 now_ns);

#endif
