/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of stepper.ko share: one stepper device. probe.c makes it from
 * its description, which may be new_device.c's of a line of text, device.c is its
 * face as a file, engine.c its clock and pins, switches.c its inputs. What lines
 * mean and how motors move is told in hw/ alone.
 */
#ifndef DRIVER_STEPPER_H
#define DRIVER_STEPPER_H

#include <linux/completion.h>
#include <linux/gpio/consumer.h>
#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/rtmutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../hw/machine.h"

struct fasync_struct;

#define STEPPER_PINS 64 /* bits of the words in hw/pins.h */

/* The name of a line of an axis, as "pan-limit-min" */
#define LINE_NAME_MAX (AXIS_NAME_MAX + 11)

struct stepper_switch;

struct stepper {
	struct kref kref; /* held by the binding and by each open file */
	struct miscdevice misc;
	int number;
	char name[20];

	/*
	 * The process side: the machine (but for what the edge side uses of
	 * machine.motion), all sessions, gone and changes. Never held while
	 * waiting for the machine or touching user memory.
	 */
	struct mutex lock;
	struct machine machine;
	bool gone; /* the hardware is; files that are still open get -ENODEV */
	unsigned int changes; /* goes up whenever waiters should look again */
	wait_queue_head_t wait;
	struct fasync_struct *async;
	struct hrtimer service_timer;
	struct work_struct service_work;

	/*
	 * The edge side: motion_run(), the pins, and the instants in which the
	 * process side touches any of these. edge_timer has a raw spinlock with
	 * interrupts off, since it runs in hard interrupts even on PREEMPT_RT;
	 * edge_thread, for pins that can sleep, a mutex. Taken inside lock, never
	 * around it.
	 */
	raw_spinlock_t edge_lock;
	unsigned long edge_flags; /* of whoever came by pins.lock() */
	struct rt_mutex edge_mutex;
	bool can_sleep; /* some pin: edge_thread is used */
	bool edges_stopped;
	struct hrtimer edge_timer;
	struct task_struct *edge_thread;
	bool rearmed; /* edge_thread is not to sleep */
	unsigned int trials; /* left, until the pins have been measured */
	struct completion tried;
	u64 edge_ns; /* at best from when an edge is due to when it is out */
	struct pins pins;
	u64 due_ns; /* the first set is to be held until then; 0: none is */
	u64 held; /* these lines … */
	u64 held_levels; /* … and what to set them to */
	u64 set_ns; /* just after pins were set last */
	struct gpio_desc *pin[STEPPER_PINS]; /* NULL: no such line */
	struct stepper_switch *switches;
	unsigned int switch_count;
	struct delayed_work poll_work; /* for those without interrupt … */
	unsigned long poll_jiffies; /* … so often */
	struct gpio_desc *shared_enable; /* one line for many axes, or NULL */
	u64 enabled; /* the axes that want it to be on, as bits of their own lines */
	/* Scratch of a set: on the stack, the kernel would clear it each time. */
	struct gpio_desc *set_desc[STEPPER_PINS + 1];
	DECLARE_BITMAP(set_level, STEPPER_PINS + 1);
};

/* engine.c */
void stepper_engine_init(struct stepper *stepper);

/*
 * To be called when can_sleep and all pins are known: measure how fast they are,
 * for machine.highest_rate; no edge leaves before. 0 or -ENOMEM. Sleeps for some ms.
 */
int stepper_engine_start(struct stepper *stepper);

/*
 * No more pulses and driver outputs off, as by HALT; returns when the last edge
 * is out. The process side, lock held; sleeps for a few ms at most.
 */
void stepper_engine_halt(struct stepper *stepper);

/*
 * No interrupt, thread or work of the engine after this. gone must be set if it was
 * registered. Sleeps.
 */
void stepper_engine_stop(struct stepper *stepper);

/*
 * To be called with lock held after the machine was given something: retires
 * what is done, arranges to be called when more will be, and, if @changed,
 * wakes all who wait.
 */
void stepper_serve(struct stepper *stepper, bool changed);

/* switches.c */

/* The machine has this switch (a bit of hw/switches.h). 0 or -ENOMEM. Probe. */
int stepper_add_switch(struct stepper *stepper, struct device *dev, u32 line,
		       struct gpio_desc *desc);

/*
 * From now on the machine is told of switches, until the device is unbound. After
 * stepper_engine_start(). 0 or a negative errno. Sleeps.
 */
int stepper_start_switches(struct stepper *stepper, struct device *dev);

/* Tell the machine how switches are, @all or those that are polled. Sleeps. */
void stepper_read_switches(struct stepper *stepper, bool all);

/* sysfs.c: of the misc device */
extern const struct attribute_group *stepper_groups[];

/* new_device.c */

/* The files new_device and delete_device of the driver. */
extern const struct attribute_group *stepper_driver_groups[];

/* Delete what new_device made. When the driver is gone; sleeps. */
void stepper_delete_devices(void);

/* device.c */

/* Give the device its number and its file. 0 or a negative errno. Sleeps. */
int stepper_register(struct stepper *stepper, struct device *parent);

/*
 * Take the file away. Open ones live on but say -ENODEV, and whoever waits in
 * one is woken, and the motors stand. Sleeps.
 */
void stepper_unregister(struct stepper *stepper);

/*
 * The same to those who have it open, but the file stays: the computer goes down,
 * and nobody is to move the motors any more. Sleeps.
 */
void stepper_shut_down(struct stepper *stepper);

/* Let a reference go; frees the device with the last. */
void stepper_put(struct stepper *stepper);

#endif
