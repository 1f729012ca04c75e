// SPDX-License-Identifier: GPL-2.0
/*
 * The clock and the pins of stepperd: a thread that sleeps to the absolute time of
 * the next edge and lets motion_run() emit what is due, and the lines behind
 * hw/pins.h. What is due when is told in hw/.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../hw/switches.h"
#include "stepperd_engine.h"
#include "stepperd_clock.h"

/*
 * An edge closer than this is waited for without sleep: to sleep and to be woken
 * takes a small board about as long.
 */
#define SPIN_NS 20000

/* The thread goes on so long without a sleep at most … */
#define BUSY_NS 1000000

/* … and then leaves the lock and the processor to others for so long. */
#define REST_NS 20000

/* Edges that tell how fast the pins are; even, so that they end as they began. */
#define TRIALS 16
#define TRIAL_NS 200000

/* The system was asleep if its clocks are so far apart; they are read one by one. */
#define SLEEP_NS 100000000

/* Below the threads of interrupts, which have 50. */
#define PRIORITY 40

/* More than the thread needs, and less to lock in memory than the default of 8 MiB. */
#define STACK_SIZE (PTHREAD_STACK_MIN + 65536)

static struct engine *of_pins(struct pins *pins)
{
	return (struct engine *)((char *)pins - offsetof(struct engine, pins));
}

static u32 head_switches(const struct head *head)
{
	u32 lines = head_level(head, HEAD_ESTOP) ? SWITCH_ESTOP : 0;
	unsigned int axis;

	for (axis = 0; axis < HEAD_AXES; axis++) {
		if (head_level(head, HEAD_LINE(axis, HEAD_HOME)))
			lines |= SWITCH_HOME(axis);
		if (head_level(head, HEAD_LINE(axis, HEAD_MIN)))
			lines |= SWITCH_MIN(axis);
		if (head_level(head, HEAD_LINE(axis, HEAD_MAX)))
			lines |= SWITCH_MAX(axis);
	}
	return lines;
}

/* As a line of a GPIO chip does by an event. With the lock held. */
static void tell_head_switches(struct engine *engine)
{
	u32 lines = head_switches(engine->head);

	if (lines != engine->head_switches)
		eventfd_write(engine->head_changed, 1);
	engine->head_switches = lines;
}

u32 engine_head_switches(struct engine *engine)
{
	u32 lines;

	pthread_mutex_lock(&engine->lock);
	lines = head_switches(engine->head);
	pthread_mutex_unlock(&engine->lock);
	return lines;
}

void engine_press_stop(struct engine *engine, bool pressed)
{
	pthread_mutex_lock(&engine->lock);
	engine->head->estop = pressed;
	tell_head_switches(engine);
	pthread_mutex_unlock(&engine->lock);
}

/* DIR and ENABLE before STEP, as they are wired to be seen. */
static void set_head(struct head *head, u64 lines, u64 levels, u64 now_ns)
{
	unsigned int axis;

	for (axis = 0; axis < HEAD_AXES; axis++) {
		if (lines & PIN_DIR(axis))
			head_set(head, HEAD_LINE(axis, HEAD_DIR),
				 levels & PIN_DIR(axis), now_ns);
		if (lines & PIN_ENABLE(axis))
			head_set(head, HEAD_LINE(axis, HEAD_ENABLE),
				 !(levels & PIN_ENABLE(axis)), now_ns);
	}
	for (axis = 0; axis < HEAD_AXES; axis++)
		if (lines & PIN_STEP(axis))
			head_set(head, HEAD_LINE(axis, HEAD_STEP),
				 levels & PIN_STEP(axis), now_ns);
	if (lines & PIN_AUX(0))
		head_set(head, HEAD_AUXILIARY, levels & PIN_AUX(0), now_ns);
}

/* Without its pins the process is of no use: as if it were told to end. */
static void set_lines(struct engine *engine, u64 lines, u64 levels)
{
	engine->failed = gpio_set(engine->gpio, lines, levels);
	if (engine->failed)
		kill(getpid(), SIGTERM);
}

static void engine_set(struct pins *pins, u64 lines, u64 levels)
{
	struct engine *engine = of_pins(pins);

	if (engine->head) {
		set_head(engine->head, lines, levels, clock_ns());
		tell_head_switches(engine);
	} else if (engine->gpio && !engine->failed) {
		set_lines(engine, lines, levels);
	}
	engine->set_ns = clock_ns();
}

/*
 * How long the system has slept since it was booted. The clocks cannot be read at once:
 * what passes between makes it less, never more.
 */
static u64 time_asleep_ns(void)
{
	struct timespec boot;
	u64 boot_ns;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	boot_ns = (u64)boot.tv_sec * NS_PER_S + boot.tv_nsec;
	return boot_ns - clock_ns();
}

bool engine_slept(const struct engine *engine)
{
	return (s64)(time_asleep_ns() - engine->asleep_ns) > SLEEP_NS;
}

void engine_wake(struct engine *engine)
{
	pthread_mutex_lock(&engine->lock);
	engine->asleep_ns = time_asleep_ns();
	pthread_cond_signal(&engine->wake);
	pthread_mutex_unlock(&engine->lock);
}

static void engine_lock(struct pins *pins)
{
	pthread_mutex_lock(&of_pins(pins)->lock);
}

static void engine_unlock(struct pins *pins)
{
	pthread_mutex_unlock(&of_pins(pins)->lock);
}

static void engine_rearm(struct pins *pins)
{
	pthread_cond_signal(&of_pins(pins)->wake);
}

void engine_init(struct engine *engine, struct motion *motion)
{
	pthread_mutexattr_t inherit;
	pthread_condattr_t monotonic;

	engine->pins = (struct pins){ engine_set, engine_lock, engine_unlock,
				      engine_rearm };
	engine->motion = motion;
	engine->head_changed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	engine->asleep_ns = time_asleep_ns();
	engine->attention = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutexattr_init(&inherit);
	pthread_mutexattr_setprotocol(&inherit, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&engine->lock, &inherit);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&engine->wake, &monotonic);
}

/* Sleep until then or until the plan changes, with the lock let go meanwhile. */
static void sleep_until(struct engine *engine, u64 until_ns)
{
	struct timespec until = {
		.tv_sec = until_ns / NS_PER_S,
		.tv_nsec = until_ns % NS_PER_S,
	};

	if (until_ns > S64_MAX)
		pthread_cond_wait(&engine->wake, &engine->lock);
	else
		pthread_cond_timedwait(&engine->wake, &engine->lock, &until);
}

/*
 * Emit what is due; returns when the next edge is. An edge leaves later than the
 * time that motion_run() is given; the next waits as much longer, or STEP would be
 * high for less than STEPLEN.
 */
static u64 emit(struct engine *engine)
{
	u64 now_ns = clock_ns();
	u64 next_ns = motion_run(engine->motion, now_ns);

	if (engine->motion->tripped)
		eventfd_write(engine->attention, 1);
	if (next_ns != U64_MAX && engine->set_ns > now_ns)
		next_ns += engine->set_ns - now_ns;
	return next_ns;
}

static void *edge_thread(void *data)
{
	struct engine *engine = data;
	u64 busy_until_ns = clock_ns() + BUSY_NS;
	u64 next_ns, now_ns;

	/* Without a real-time priority timers may be 50 us late on purpose. */
	prctl(PR_SET_TIMERSLACK, 1);
	pthread_mutex_lock(&engine->lock);
	while (!engine->stopped) {
		next_ns = emit(engine);
		now_ns = clock_ns();
		if (next_ns < now_ns + SPIN_NS && now_ns < busy_until_ns) {
			/* STOP need not wait as well. */
			pthread_mutex_unlock(&engine->lock);
			while (clock_ns() < next_ns)
				;
			pthread_mutex_lock(&engine->lock);
			continue;
		}
		if (now_ns >= busy_until_ns)
			next_ns = max(next_ns, now_ns + REST_NS);
		sleep_until(engine, next_ns);
		/* The plan is for motors that did not stop. */
		while (engine_slept(engine) && !engine->stopped) {
			eventfd_write(engine->attention, 1);
			sleep_until(engine, U64_MAX);
		}
		busy_until_ns = clock_ns() + BUSY_NS;
	}
	pthread_mutex_unlock(&engine->lock);
	return NULL;
}

int engine_start_thread(pthread_t *thread, int priority, void *(*run)(void *), void *data)
{
	struct sched_param param = { .sched_priority = priority };
	pthread_attr_t attributes;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
	pthread_attr_setschedparam(&attributes, &param);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	error = pthread_create(thread, &attributes, run, data);
	if (error == EPERM) {
		pthread_attr_setinheritsched(&attributes, PTHREAD_INHERIT_SCHED);
		error = pthread_create(thread, &attributes, run, data);
	}
	pthread_attr_destroy(&attributes);
	return error;
}

/* The result of a measurement. */
struct measured {
	struct engine *engine;
	u64 edge_ns;
};

/* As edge_thread() does: sleep until an edge is due, and let it leave. */
static void *measure(void *data)
{
	struct measured *measured = data;
	struct engine *engine = measured->engine;
	/* DIR of a motor at rest moves nothing, nor do phases that stay off. */
	u64 lines = drive_pins(engine->motion->axis[0].pulse.timing.drive, 0);
	unsigned int trial;

	prctl(PR_SET_TIMERSLACK, 1);
	pthread_mutex_lock(&engine->lock);
	measured->edge_ns = U64_MAX;
	for (trial = 0; trial < TRIALS; trial++) {
		u64 due_ns = clock_ns() + TRIAL_NS;

		while (clock_ns() < due_ns)
			sleep_until(engine, due_ns);
		engine_set(&engine->pins, lines & PIN_DIR(0) ?: lines,
			   trial & 1 ? 0 : PIN_DIR(0));
		measured->edge_ns = min(measured->edge_ns, engine->set_ns - due_ns);
	}
	pthread_mutex_unlock(&engine->lock);
	return NULL;
}

u64 engine_measure(struct engine *engine)
{
	struct measured measured = { .engine = engine };
	pthread_t thread;

	if (engine_start_thread(&thread, PRIORITY, measure, &measured))
		return 0;
	pthread_join(thread, NULL);
	return measured.edge_ns;
}

int engine_start(struct engine *engine)
{
	return engine_start_thread(&engine->thread, PRIORITY, edge_thread, engine);
}

void engine_stop(struct engine *engine)
{
	while (!motion_idle(engine->motion, clock_ns()))
		nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
	pthread_mutex_lock(&engine->lock);
	engine->stopped = true;
	pthread_cond_signal(&engine->wake);
	pthread_mutex_unlock(&engine->lock);
	pthread_join(engine->thread, NULL);
}
