// SPDX-License-Identifier: GPL-2.0
/*
 * The least that can make pulses from a kernel timer: a hard hrtimer that
 * toggles one GPIO line through its descriptor. The benchmark compares the
 * driver with it; there is nothing between the two but what the driver adds.
 *
 * insmod toggle.ko gpio=504 period_ns=100000 edges=1000
 */
#include <linux/gpio.h>
#include <linux/gpio/consumer.h>
#include <linux/hrtimer.h>
#include <linux/module.h>

static unsigned int gpio;
module_param(gpio, uint, 0444);
MODULE_PARM_DESC(gpio, "global number of the line");

static unsigned int period_ns = 100000;
module_param(period_ns, uint, 0444);
MODULE_PARM_DESC(period_ns, "from one edge to the next");

static unsigned int edges = 1000;
module_param(edges, uint, 0444);
MODULE_PARM_DESC(edges, "how many edges to make");

static unsigned int missed;
module_param(missed, uint, 0444);
MODULE_PARM_DESC(missed, "edges that were so late that it was the turn of the next");

static struct gpio_desc *line;
static struct hrtimer timer;
static unsigned int made;

static enum hrtimer_restart toggle(struct hrtimer *expired)
{
	made++;
	gpiod_set_value(line, made & 1);
	if (made >= edges)
		return HRTIMER_NORESTART;
	missed += hrtimer_forward_now(expired, ns_to_ktime(period_ns)) - 1;
	return HRTIMER_RESTART;
}

static int __init toggle_init(void)
{
	int error;

	if (!period_ns || !edges)
		return -EINVAL;
	error = gpio_request_one(gpio, GPIOF_OUT_INIT_LOW, "toggle");
	if (error)
		return error;
	line = gpio_to_desc(gpio);
	if (gpiod_cansleep(line)) {
		gpio_free(gpio);
		return -EINVAL;
	}
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
	timer.function = toggle;
	hrtimer_start(&timer, ktime_add_ns(ktime_get(), period_ns),
		      HRTIMER_MODE_ABS_HARD);
	return 0;
}
module_init(toggle_init);

static void __exit toggle_exit(void)
{
	hrtimer_cancel(&timer);
	gpio_free(gpio);
}
module_exit(toggle_exit);

MODULE_DESCRIPTION("Toggles one GPIO line from a hard hrtimer, to compare with");
MODULE_LICENSE("GPL");
