/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The differences between the kernels that this module builds for, 6.1 and
 * later. Each HAVE_ macro comes from Kbuild, which looks for the feature in the
 * headers of the kernel at hand; a version says nothing about back-ports.
 */
#ifndef DRIVER_COMPAT_H
#define DRIVER_COMPAT_H

#include <linux/device.h>
#include <linux/gpio/driver.h>
#include <linux/hrtimer.h>

/* hrtimer_setup() came with 6.13; hrtimer_init() went with 6.15. */
#ifndef HAVE_HRTIMER_SETUP
static inline void
hrtimer_setup(struct hrtimer *timer,
	      enum hrtimer_restart (*function)(struct hrtimer *timer),
	      clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/* The hardware behind a line; NULL: none that the kernel knows. gpio_device came with 6.7. */
static inline struct device *gpio_hardware(struct gpio_desc *desc)
{
#ifdef HAVE_GPIO_DEVICE
	return gpio_device_to_device(gpiod_to_gpio_device(desc))->parent;
#else
	return gpiod_to_chip(desc)->parent;
#endif
}

/* A gpio_chip's set() and set_multiple() may fail since 6.17. */
#ifdef HAVE_GPIO_SET_RESULT
#define gpio_set_result int
#define GPIO_IS_SET 0
#else
#define gpio_set_result void
#define GPIO_IS_SET
#endif

#endif
