// SPDX-License-Identifier: GPL-2.0
/*
 * The clock and the pins: a hard timer interrupt that lets motion_run() emit the
 * edges that are due, the GPIO descriptors behind hw/pins.h, and the call of
 * machine_service() when its time has come. What is due when is told in hw/.
 */
#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/processor.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "stepper.h"

/*
 * An edge closer than this is waited for in the interrupt: to leave it and to be
 * called again takes a small board about as long, and could not be on time.
 */
#define SPIN_NS 5000

/* One interrupt goes on so long at most, however many edges are due … */
#define BUSY_NS 200000

/* … and then leaves the processor to others for so long, even if it gets late. */
#define REST_NS 10000

/* For the last STEP to fall after a halt; STEPLEN is at most 1 ms. */
#define HALT_POLL_US 200
#define HALT_POLLS 20

/* The one line that enables several axes is on while any of them is enabled. */
#define ENABLE_PINS (PIN_ENABLE(AXES_MAX) - PIN_ENABLE(0))

/*
 * What is due after the end of the timers' numbers, in 292 years, would be in
 * the past for them, and they would fire without end.
 */
static void start_timer(struct hrtimer *timer, u64 at_ns, enum hrtimer_mode mode)
{
	hrtimer_start(timer, min_t(u64, at_ns, KTIME_MAX), mode);
}

static void engine_set(struct pins *pins, u32 lines, u32 levels)
{
	struct stepper *stepper = container_of(pins, struct stepper, pins);
	struct gpio_desc **descs = stepper->set_desc;
	unsigned long *values = stepper->set_level;
	unsigned long left = lines;
	unsigned int pin, count = 0;

	stepper->levels = (stepper->levels & ~lines) | (levels & lines);
	for_each_set_bit(pin, &left, STEPPER_PINS) {
		if (!stepper->pin[pin])
			continue;
		__assign_bit(count, values, levels & BIT(pin));
		descs[count++] = stepper->pin[pin];
	}
	if (stepper->shared_enable && (lines & ENABLE_PINS)) {
		__assign_bit(count, values, stepper->levels & ENABLE_PINS);
		descs[count++] = stepper->shared_enable;
	}

	if (count == 1)
		gpiod_set_value(descs[0], test_bit(0, values));
	else if (count)
		gpiod_set_array_value(count, descs, NULL, values);
	stepper->set_ns = ktime_get_ns();
}

static void engine_lock(struct pins *pins)
	__acquires(edge_lock)
{
	struct stepper *stepper = container_of(pins, struct stepper, pins);
	unsigned long flags;

	raw_spin_lock_irqsave(&stepper->edge_lock, flags);
	stepper->edge_flags = flags;
}

static void engine_unlock(struct pins *pins)
	__releases(edge_lock)
{
	struct stepper *stepper = container_of(pins, struct stepper, pins);

	raw_spin_unlock_irqrestore(&stepper->edge_lock, stepper->edge_flags);
}

/* The interrupt that comes at once asks motion_run() when the next is due. */
static void engine_rearm(struct pins *pins)
{
	struct stepper *stepper = container_of(pins, struct stepper, pins);

	if (!stepper->edges_stopped)
		hrtimer_start(&stepper->edge_timer, 0, HRTIMER_MODE_ABS_HARD);
}

/*
 * Emit what is due. When the next edge is, or U64_MAX. With the edge side locked.
 *
 * An edge leaves later than the time that motion_run() is given, above all the
 * first one after a pause, with cold caches. The next edge waits as much longer,
 * or STEP would be high for less than STEPLEN.
 */
static u64 engine_emit(struct stepper *stepper)
{
	u64 now_ns = ktime_get_ns();
	u64 next_ns;

	if (stepper->edges_stopped)
		return U64_MAX;
	next_ns = motion_run(&stepper->machine.motion, now_ns);
	if (next_ns != U64_MAX && stepper->set_ns > now_ns)
		next_ns += stepper->set_ns - now_ns;
	return next_ns;
}

/*
 * Whether the timer is to fire for the next edge. A rearm may have put it back
 * into its queue while the interrupt waited for an edge: then it fires anyway,
 * and its time is no longer the interrupt's to change. A rearm after this
 * leaves the time that is set here, or sets its own, both under locks.
 */
static enum hrtimer_restart sleep_until(struct hrtimer *timer, u64 next_ns)
{
	if (next_ns == U64_MAX || hrtimer_is_queued(timer))
		return HRTIMER_NORESTART;
	hrtimer_set_expires(timer, min_t(u64, next_ns, KTIME_MAX));
	return HRTIMER_RESTART;
}

/* The lock is free while an edge is waited for: STOP need not wait as well. */
static enum hrtimer_restart edge_timer_fires(struct hrtimer *timer)
{
	struct stepper *stepper =
		container_of(timer, struct stepper, edge_timer);
	u64 until_ns = ktime_get_ns() + BUSY_NS;
	enum hrtimer_restart restart;
	u64 now_ns, next_ns;

	for (;;) {
		raw_spin_lock(&stepper->edge_lock);
		next_ns = engine_emit(stepper);
		now_ns = ktime_get_ns();
		if (next_ns >= now_ns + SPIN_NS || now_ns >= until_ns)
			break;
		raw_spin_unlock(&stepper->edge_lock);
		while (ktime_get_ns() < next_ns)
			cpu_relax();
	}
	if (next_ns < now_ns + REST_NS && now_ns >= until_ns)
		next_ns = now_ns + REST_NS;
	restart = sleep_until(timer, next_ns);
	raw_spin_unlock(&stepper->edge_lock);
	return restart;
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
	stepper->pins.set = engine_set;
	stepper->pins.lock = engine_lock;
	stepper->pins.unlock = engine_unlock;
	stepper->pins.rearm = engine_rearm;
	hrtimer_setup(&stepper->edge_timer, edge_timer_fires, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_HARD);
	hrtimer_setup(&stepper->service_timer, service_timer_fires,
		      CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	INIT_WORK(&stepper->service_work, service);
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
	raw_spin_lock_irq(&stepper->edge_lock);
	stepper->edges_stopped = true;
	raw_spin_unlock_irq(&stepper->edge_lock);
	hrtimer_cancel(&stepper->edge_timer);
	/* gone is set: the work does not start the timer again. */
	hrtimer_cancel(&stepper->service_timer);
	cancel_work_sync(&stepper->service_work);
}
