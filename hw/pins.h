/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The seam to real pins: the one small table of calls through which the
 * machine reaches the world. The kernel driver puts GPIO descriptors and an
 * hrtimer behind it, the userspace driver libgpiod, the tests a recorder.
 */
#ifndef HW_PINS_H
#define HW_PINS_H

#include "../parser/portable.h"

/*
 * Lines are bits of a word; levels are logical (active-low is the host's affair).
 * Which of them an axis has is told by drive_pins() in pulse.h.
 */
#define PIN_STEP(axis) (1ULL << (axis))
#define PIN_DIR(axis) (1ULL << (8 + (axis)))
#define PIN_ENABLE(axis) (1ULL << (16 + (axis)))
#define PIN_AUX(n) (1ULL << (24 + (n))) /* auxiliary output n, from 0 */
#define AUX_MAX 8
/* Phases of a motor, A to D from 0: bits that follow one another. */
#define PHASES 4
#define PIN_PHASE(axis, phase) (1ULL << (32 + PHASES * (axis) + (phase)))

struct pins {
	/*
	 * Set each line in @lines to its bit in @levels, all in one go. Called
	 * by motion_run() in its context (a hard interrupt in the kernel), and
	 * from process context with the edge side locked out.
	 */
	void (*set)(struct pins *pins, u64 lines, u64 levels);
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
