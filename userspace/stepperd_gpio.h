/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines of GPIO chips.
 */
#ifndef USERSPACE_STEPPERD_GPIO_H
#define USERSPACE_STEPPERD_GPIO_H

#include "../hw/pins.h"

#define OUTPUT_PINS 64 /* bits of the words in hw/pins.h */

enum pull {
	PULL_NONE,
	PULL_UP,
	PULL_DOWN,
};

/* Where a pin of hw/pins.h or a switch of hw/switches.h leads. */
struct pin {
	u64 mask; /* its bit; those of several axes, if they share an enable line; or: */
	u32 input; /* that of a switch */
	char chip[24]; /* in /dev */
	unsigned int line;
	bool low; /* active low */
	enum pull pull; /* of a switch */
};

struct gpio;

/*
 * Take the lines of these pins as outputs, at their inactive level. NULL if that
 * cannot be: stderr has been told. @pin stays in use; the lines are held until the
 * process ends, and keep their level.
 */
struct gpio *gpio_request(const struct pin *pin, unsigned int count);

/* As set() of hw/pins.h. 0, or an errno: the chip is gone. Edge side. */
int gpio_set(struct gpio *gpio, u64 lines, u64 levels);

struct gpio_input;

/*
 * Take the line of @pin as an input. NULL if that cannot be: stderr has been told. Of
 * @events can be read when the level has changed; -1: the line does not tell of that.
 */
struct gpio_input *gpio_input_request(const struct pin *pin, int *events);

/* Whether the line is active, 1 or 0; -1: the chip is gone. */
int gpio_input_level(struct gpio_input *input);

#endif
