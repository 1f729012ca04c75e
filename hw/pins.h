/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The seam to real pins: the one small table of calls through which the
 * machine reaches the world. The kernel driver puts GPIO descriptors and an
 * hrtimer behind it, the userspace driver libgpiod, the tests a recorder.
 */
#ifndef HW_PINS_H
#define HW_PINS_H

#include "../parser/portable.h"

/* Lines are bits of a word; levels are logical (active-low is the host's affair). */
#define PIN_STEP(axis) (1U << (axis))
#define PIN_DIR(axis) (1U << (8 + (axis)))
#define PIN_ENABLE(axis) (1U << (16 + (axis)))
#define PIN_AUX(n) (1U << (24 + (n))) /* auxiliary output n, from 0 */
#define AUX_MAX 8

struct pins {
	/*
	 * Set each line in @lines to its bit in @levels, all in one go. Called
	 * by motion_run() in its context (a hard interrupt in the kernel), and
	 * from process context with the edge side locked out.
	 */
	void (*set)(struct pins *pins, u32 lines, u32 levels);
	/*
	 * Keep motion_run() out, and let it in again. Held for at most a few
	 * microseconds, never nested. In the kernel a raw spinlock with
	 * interrupts off.
	 */
	void (*lock)(struct pins *pins);
	void (*unlock)(struct pins *pins);
	/*
	 * The plan changed: the next edge may be due earlier than the time that
	 * motion_run() last returned. Called with the edge side locked out.
	 */
	void (*rearm)(struct pins *pins);
};

#endif
