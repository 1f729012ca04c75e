// SPDX-License-Identifier: GPL-2.0
/*
 * The clock and the pins: a hard timer interrupt, or a thread where pins can
 * sleep, that lets motion_run() emit the edges that are due; the GPIO descriptors
 * behind hw/pins.h; and the call of machine_service() when its time has come.
 * What is due when is told in hw/.
 */
#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "stepper.h"

/*
 * An edge closer than this is waited for in the interrupt: to leave it and to be
 * called again takes a small board about as long, and could not be on time.
 */
#define SPIN_NS 5000

/*
 * When an interrupt has gone on for so long it ends before the next edge that
 * leaves REST_NS and SPIN_NS of time, and after twice as long before any edge …
 */
#define BUSY_NS 200000

/*
 * … and then leaves the processor to others for so long, even if it gets late. To
 * ask for a time that has passed would be to ask for more: after three of these in
 * a row hrtimer_interrupt() takes a pause as long as all of them took.
 */
#define REST_NS 10000

/* So long before an edge that is waited for, what can be done before it is. */
#define PREPARE_NS 1000

/* Edges that tell how fast the pins are, and how far they are apart. */
#define TRIALS 16
#define TRIAL_NS 200000

/* For the last STEP to fall after a halt; STEPLEN is at most 1 ms. */
#define HALT_POLL_US 200
#define HALT_POLLS 20

/* The one line that enables several axes is on while any of them is enabled. */
#define ENABLE_PINS (PIN_ENABLE(AXES_MAX) - PIN_ENABLE(0))

#define EARLY_MAX_US 100

static unsigned int early_us;
module_param(early_us, uint, 0644);
MODULE_PARM_DESC(early_us, "wake so many us before an edge and wait for it: less jitter, more load (0 to 100)");

static u64 early_ns(void)
{
	return min_t(u64, READ_ONCE(early_us), EARLY_MAX_US) * NSEC_PER_USEC;
}

/*
 * What is due after the end of the timers' numbers, in 292 years, would be in
 * the past for them, and they would fire without end.
 */
static void start_timer(struct hrtimer *timer, u64 at_ns, enum hrtimer_mode mode)
{
	hrtimer_start(timer, min_t(u64, at_ns, KTIME_MAX), mode);
}

static void put_array(struct stepper *stepper, u64 lines, u64 levels)
{
	struct gpio_desc **descs = stepper->set_desc;
	unsigned long *values = stepper->set_level;
	unsigned int pin, count = 0;
	u64 left;

	for (left = lines; left; left &= left - 1) {
		pin = __ffs64(left);
		if (!stepper->pin[pin])
			continue;
		__assign_bit(count, values, levels >> pin & 1);
		descs[count++] = stepper->pin[pin];
	}
	if (stepper->shared_enable && (lines & ENABLE_PINS)) {
		stepper->enabled = (stepper->enabled & ~lines) | (levels & lines & ENABLE_PINS);
		__assign_bit(count, values, stepper->enabled);
		descs[count++] = stepper->shared_enable;
	}
	if (stepper->can_sleep)
		gpiod_set_array_value_cansleep(count, descs, NULL, values);
	else
		gpiod_set_array_value(count, descs, NULL, values);
}

static void put(struct stepper *stepper, u64 lines, u64 levels)
{
	if (is_power_of_2(lines) && !(lines & ENABLE_PINS) && !stepper->can_sleep)
		gpiod_set_value(stepper->pin[__ffs64(lines)], levels & lines ? 1 : 0);
	else
		put_array(stepper, lines, levels);
	stepper->set_ns = ktime_get_ns();
}

/* Returns the time, which may be later. */
static u64 wait_until(u64 ns)
{
	u64 now_ns;

	while ((now_ns = ktime_get_ns()) < ns)
		cpu_relax();
	return now_ns;
}

/* Let the edges leave that were held until they are due. */
static void put_held(struct stepper *stepper)
{
	wait_until(stepper->due_ns);
	stepper->due_ns = 0;
	put(stepper, stepper->held, stepper->held_levels);
	stepper->held = 0;
}

static void engine_set(struct pins *pins, u64 lines, u64 levels)
{
	struct stepper *stepper = container_of(pins, struct stepper, pins);

	if (stepper->held)
		put_held(stepper);
	if (!stepper->due_ns) {
		put(stepper, lines, levels);
		return;
	}
	stepper->held = lines;
	stepper->held_levels = levels;
}

static void timer_lock(struct pins *pins)
	__acquires(edge_lock)
{
	struct stepper *stepper = container_of(pins, struct stepper, pins);
	unsigned long flags;

	raw_spin_lock_irqsave(&stepper->edge_lock, flags);
	stepper->edge_flags = flags;
}

static void timer_unlock(struct pins *pins)
	__releases(edge_lock)
{
	struct stepper *stepper = container_of(pins, struct stepper, pins);

	raw_spin_unlock_irqrestore(&stepper->edge_lock, stepper->edge_flags);
}

/* The interrupt that comes at once asks motion_run() when the next is due. */
static void timer_rearm(struct pins *pins)
{
	struct stepper *stepper = container_of(pins, struct stepper, pins);

	if (!stepper->edges_stopped)
		hrtimer_start(&stepper->edge_timer, 0, HRTIMER_MODE_ABS_HARD);
}

/* With priority inheritance: who holds the lock must not wait for others. */
static void thread_lock(struct pins *pins)
{
	rt_mutex_lock(&container_of(pins, struct stepper, pins)->edge_mutex);
}

static void thread_unlock(struct pins *pins)
{
	rt_mutex_unlock(&container_of(pins, struct stepper, pins)->edge_mutex);
}

static void thread_rearm(struct pins *pins)
{
	struct stepper *stepper = container_of(pins, struct stepper, pins);

	WRITE_ONCE(stepper->rearmed, true);
	wake_up_process(stepper->edge_thread);
}

/*
 * An edge of DIR, which moves nothing, or phases that are off set to off, to see how
 * long after @due_ns, when it was asked for, it is out.
 */
static void engine_try(struct stepper *stepper, u64 due_ns)
{
	u64 lines = drive_pins(stepper->machine.motion.axis[0].pulse.timing.drive, 0);

	stepper->trials--;
	engine_set(&stepper->pins, lines & PIN_DIR(0) ?: lines,
		   stepper->trials & 1 ? PIN_DIR(0) : 0);
	stepper->edge_ns = min(stepper->edge_ns, stepper->set_ns - due_ns);
	if (!stepper->trials)
		complete(&stepper->tried);
}

/*
 * Emit what is due at *@now_ns, or @due_ns if that is yet to come, by at most PREPARE_NS:
 * then all is computed before, and waits. When the next edge is, or U64_MAX, and in
 * *@now_ns the time, nearly. With the edge side locked.
 *
 * An edge leaves later than the time that motion_run() is given, above all the
 * first one after a pause, with cold caches. The next edge waits as much longer,
 * or STEP would be high for less than STEPLEN.
 */
static u64 engine_emit(struct stepper *stepper, u64 *now_ns, u64 due_ns)
{
	u64 at_ns = max(*now_ns, due_ns), next_ns;

	if (stepper->edges_stopped)
		return U64_MAX;
	stepper->due_ns = due_ns > *now_ns ? due_ns : 0;
	next_ns = motion_run(&stepper->machine.motion, at_ns);
	if (stepper->held)
		put_held(stepper);
	stepper->due_ns = 0;
	if (unlikely(stepper->machine.motion.tripped))
		queue_work(system_highpri_wq, &stepper->service_work);
	if (stepper->set_ns <= at_ns)
		return next_ns;
	*now_ns = stepper->set_ns;
	return next_ns == U64_MAX ? next_ns : next_ns + stepper->set_ns - at_ns;
}

/*
 * Whether the timer is to fire again, at @wake_ns. A rearm may have put it back
 * into its queue while the interrupt waited for an edge: then it fires anyway,
 * and its time is no longer the interrupt's to change. A rearm after this
 * leaves the time that is set here, or sets its own, both under locks.
 */
static enum hrtimer_restart sleep_until(struct hrtimer *timer, u64 wake_ns)
{
	if (wake_ns == U64_MAX || hrtimer_is_queued(timer))
		return HRTIMER_NORESTART;
	hrtimer_set_expires(timer, min_t(u64, wake_ns, KTIME_MAX));
	return HRTIMER_RESTART;
}

/*
 * When the interrupt that began at @began_ns is to be called again for an edge at
 * @next_ns, or 0: it is to go on.
 */
static u64 wake_time(u64 began_ns, u64 now_ns, u64 next_ns)
{
	/* What early_us is worth is less than a slip of the plan. */
	u64 early = now_ns < began_ns + BUSY_NS ? early_ns() : 0;

	if (next_ns == U64_MAX)
		return next_ns;
	if (next_ns >= now_ns + SPIN_NS + early)
		return next_ns - early;
	if (now_ns < began_ns + BUSY_NS ||
	    (next_ns < now_ns + SPIN_NS + REST_NS && now_ns < began_ns + 2 * BUSY_NS))
		return 0;
	return now_ns + REST_NS;
}

/* The lock is free while an edge is waited for: STOP need not wait as well. */
static enum hrtimer_restart edge_timer_fires(struct hrtimer *timer)
{
	struct stepper *stepper =
		container_of(timer, struct stepper, edge_timer);
	u64 began_ns = ktime_get_ns(), now_ns = began_ns, next_ns = 0, wake_ns;
	enum hrtimer_restart restart;

	if (unlikely(stepper->trials)) {
		u64 due_ns = ktime_to_ns(hrtimer_get_expires(timer));

		/* The last trial lets others set the timer. */
		hrtimer_set_expires(timer, began_ns + TRIAL_NS);
		engine_try(stepper, due_ns);
		return stepper->trials ? HRTIMER_RESTART : HRTIMER_NORESTART;
	}
	for (;;) {
		raw_spin_lock(&stepper->edge_lock);
		next_ns = engine_emit(stepper, &now_ns, next_ns);
		wake_ns = wake_time(began_ns, now_ns, next_ns);
		if (wake_ns)
			break;
		raw_spin_unlock(&stepper->edge_lock);
		now_ns = wait_until(next_ns - min_t(u64, next_ns, PREPARE_NS));
	}
	restart = sleep_until(timer, wake_ns);
	raw_spin_unlock(&stepper->edge_lock);
	return restart;
}

/* Sleep until @at_ns, U64_MAX for ever, or until somebody comes by thread_rearm(). */
static void thread_sleep(struct stepper *stepper, u64 at_ns)
{
	ktime_t at = min_t(u64, at_ns, KTIME_MAX);

	set_current_state(TASK_IDLE);
	if (!READ_ONCE(stepper->rearmed) && !kthread_should_stop())
		schedule_hrtimeout(&at, HRTIMER_MODE_ABS);
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(stepper->rearmed, false);
}

/* What the interrupt does, for pins that can sleep. */
static int edge_thread_runs(void *data)
{
	struct stepper *stepper = data;
	u64 now_ns, next_ns, early;

	while (stepper->trials) {
		next_ns = ktime_get_ns() + TRIAL_NS;
		thread_sleep(stepper, next_ns);
		engine_try(stepper, next_ns);
	}
	while (!kthread_should_stop()) {
		now_ns = ktime_get_ns();
		thread_lock(&stepper->pins);
		next_ns = engine_emit(stepper, &now_ns, 0);
		thread_unlock(&stepper->pins);
		early = early_ns();
		if (next_ns >= now_ns + SPIN_NS + early)
			thread_sleep(stepper, next_ns - (next_ns == U64_MAX ? 0 : early));
		else
			wait_until(next_ns);
	}
	return 0;
}

void stepper_serve(struct stepper *stepper, bool changed)
{
	u64 next_ns = machine_service(&stepper->machine, ktime_get_ns());

	if (next_ns != U64_MAX)
		start_timer(&stepper->service_timer, next_ns, HRTIMER_MODE_ABS);
	if (changed) {
		stepper->changes++;
		wake_up(&stepper->wait);
		kill_fasync(&stepper->async, SIGIO, POLL_OUT);
	}
}

static void service(struct work_struct *work)
{
	struct stepper *stepper =
		container_of(work, struct stepper, service_work);

	mutex_lock(&stepper->lock);
	if (!stepper->gone)
		stepper_serve(stepper, true);
	mutex_unlock(&stepper->lock);
}

/* A work alone would come a jiffy late: SYNC should not take 4 ms more. */
static enum hrtimer_restart service_timer_fires(struct hrtimer *timer)
{
	struct stepper *stepper =
		container_of(timer, struct stepper, service_timer);

	queue_work(system_highpri_wq, &stepper->service_work);
	return HRTIMER_NORESTART;
}

void stepper_engine_init(struct stepper *stepper)
{
	raw_spin_lock_init(&stepper->edge_lock);
	rt_mutex_init(&stepper->edge_mutex);
	stepper->pins.set = engine_set;
	stepper->pins.lock = timer_lock;
	stepper->pins.unlock = timer_unlock;
	stepper->pins.rearm = timer_rearm;
	/* A setting may ask for edges before it is known whether pins can sleep. */
	stepper->edges_stopped = true;
	hrtimer_setup(&stepper->edge_timer, edge_timer_fires, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_HARD);
	hrtimer_setup(&stepper->service_timer, service_timer_fires,
		      CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	INIT_WORK(&stepper->service_work, service);
}

static int start_edge_thread(struct stepper *stepper)
{
	struct task_struct *thread;

	thread = kthread_create(edge_thread_runs, stepper, "stepper-edges");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	sched_set_fifo(thread);
	stepper->edge_thread = thread;
	stepper->pins.lock = thread_lock;
	stepper->pins.unlock = thread_unlock;
	stepper->pins.rearm = thread_rearm;
	wake_up_process(thread);
	return 0;
}

int stepper_engine_start(struct stepper *stepper)
{
	int err = 0;

	stepper->trials = TRIALS;
	stepper->edge_ns = U64_MAX;
	init_completion(&stepper->tried);
	if (stepper->can_sleep)
		err = start_edge_thread(stepper);
	else
		start_timer(&stepper->edge_timer, ktime_get_ns() + TRIAL_NS,
			    HRTIMER_MODE_ABS_HARD);
	if (err)
		return err;
	wait_for_completion(&stepper->tried);
	stepper->pins.lock(&stepper->pins);
	stepper->edges_stopped = false;
	stepper->pins.rearm(&stepper->pins);
	stepper->pins.unlock(&stepper->pins);
	/* The instruments of KASAN take the speed that tests of all the rest need. */
	machine_limit_rate(&stepper->machine,
			   IS_ENABLED(CONFIG_KASAN) ? 1000 : stepper->edge_ns);
	return 0;
}

void stepper_engine_halt(struct stepper *stepper)
{
	struct motion *motion = &stepper->machine.motion;
	unsigned int polls;

	machine_shut_down(&stepper->machine, ktime_get_ns());
	for (polls = 0; polls < HALT_POLLS; polls++) {
		if (motion_idle(motion, ktime_get_ns()))
			break;
		usleep_range(HALT_POLL_US, 2 * HALT_POLL_US);
	}
}

void stepper_engine_stop(struct stepper *stepper)
{
	stepper->pins.lock(&stepper->pins);
	stepper->edges_stopped = true;
	stepper->pins.unlock(&stepper->pins);
	hrtimer_cancel(&stepper->edge_timer);
	if (stepper->edge_thread)
		kthread_stop(stepper->edge_thread);
	/* gone is set: the work does not start the timer again. */
	hrtimer_cancel(&stepper->service_timer);
	cancel_work_sync(&stepper->service_work);
}
