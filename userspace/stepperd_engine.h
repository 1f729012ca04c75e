/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The edge side of stepperd: its clock and its pins.
 */
#ifndef USERSPACE_STEPPERD_ENGINE_H
#define USERSPACE_STEPPERD_ENGINE_H

#include <pthread.h>

#include "../hw/motion.h"
#include "../hw/sim/head.h"
#include "stepperd_gpio.h"

/*
 * The edge side: a thread that emits the edges that are due. All but the thread's
 * own is under lock, which inherits priority and is held for microseconds. Taken
 * for the machine by way of pins.
 */
struct engine {
	struct pins pins;
	struct motion *motion;
	struct head *head; /* the virtual head, or NULL: then */
	struct gpio *gpio;
	u32 head_switches; /* of the head, as they were told of last: */
	int head_changed; /* an eventfd for that */
	int attention; /* an eventfd: the process side should look at switches, and for sleep */
	int failed; /* errno of setting a pin, or 0 */
	pthread_mutex_t lock;
	pthread_cond_t wake; /* the plan changed, or stopped is set */
	pthread_t thread;
	u64 set_ns; /* just after pins were set last */
	u64 asleep_ns; /* the system has slept for so long; if it is longer, no edge leaves */
	bool stopped;
};

/* Before the machine has an axis: no pin is set, until head or gpio is. */
void engine_init(struct engine *engine, struct motion *motion);

/* How long after it is due an edge is out, at best, ns: what machine_limit_rate() wants. */
u64 engine_measure(struct engine *engine);

/* Start the thread, at a real-time priority if that is allowed. 0 or an errno. */
int engine_start(struct engine *engine);

/* Start a thread of this real-time priority, or of none if that is not allowed. */
int engine_start_thread(pthread_t *thread, int priority, void *(*run)(void *), void *data);

/* Wait for the last edge, and end the thread. After machine_shut_down(). */
void engine_stop(struct engine *engine);

/* Whether the system was asleep since it woke last: edges wait for engine_wake(). */
bool engine_slept(const struct engine *engine);

/* After machine_shut_down(), as motors stopped without notice. */
void engine_wake(struct engine *engine);

/* The switches of the virtual head that are tripped, as in hw/switches.h. */
u32 engine_head_switches(struct engine *engine);

/* Press its emergency stop, or let it go. */
void engine_press_stop(struct engine *engine, bool pressed);

#endif
