// SPDX-License-Identifier: GPL-2.0
/*
 * The lines of switches: by interrupt, or looked at now and then where a line has
 * none, or where the description wants it. Tells the machine their levels; what these
 * mean, and that contacts bounce, is the affair of hw/switches.c.
 */
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "stepper.h"

struct stepper_switch {
	struct stepper *stepper;
	struct gpio_desc *desc;
	u32 line; /* as in hw/switches.h */
	bool polled;
};

static void report(struct stepper_switch *input)
{
	int level;

	if (gpiod_cansleep(input->desc))
		level = gpiod_get_value_cansleep(input->desc);
	else
		level = gpiod_get_value(input->desc);
	if (level >= 0)
		switches_report(&input->stepper->machine, input->line, level,
				ktime_get_ns());
}

static irqreturn_t switch_changes(int irq, void *data)
{
	struct stepper_switch *input = data;

	report(input);
	queue_work(system_highpri_wq, &input->stepper->service_work);
	return IRQ_HANDLED;
}

/*
 * In a thread if the line, or the lock that the machine then takes, can sleep.
 * Else in the interrupt, even on PREEMPT_RT. 0 or a negative errno.
 */
static int request_interrupt(struct device *dev, struct stepper_switch *input)
{
	bool thread = input->stepper->can_sleep || gpiod_cansleep(input->desc);
	int irq = gpiod_to_irq(input->desc);

	if (irq < 0)
		return irq;
	return devm_request_threaded_irq(dev, irq, thread ? NULL : switch_changes,
					 thread ? switch_changes : NULL,
					 IRQF_TRIGGER_RISING | IRQF_TRIGGER_FALLING |
						 (thread ? IRQF_ONESHOT : IRQF_NO_THREAD),
					 dev_name(dev), input);
}

void stepper_read_switches(struct stepper *stepper, bool all)
{
	u32 before = switches_active(&stepper->machine);
	unsigned int i;

	for (i = 0; i < stepper->switch_count; i++)
		if (all || stepper->switches[i].polled)
			report(&stepper->switches[i]);
	if (all || switches_active(&stepper->machine) != before ||
	    switches_next_ns(&stepper->machine) != U64_MAX)
		queue_work(system_highpri_wq, &stepper->service_work);
}

static void poll_switches(struct work_struct *work)
{
	struct stepper *stepper = container_of(to_delayed_work(work),
					       struct stepper, poll_work);

	stepper_read_switches(stepper, false);
	queue_delayed_work(system_highpri_wq, &stepper->poll_work, stepper->poll_jiffies);
}

static void stop_polling(void *data)
{
	struct stepper *stepper = data;

	cancel_delayed_work_sync(&stepper->poll_work);
}

int stepper_add_switch(struct stepper *stepper, struct device *dev, u32 line,
		       struct gpio_desc *desc)
{
	struct stepper_switch *grown;

	grown = devm_krealloc(dev, stepper->switches,
			      (stepper->switch_count + 1) * sizeof(*grown),
			      GFP_KERNEL);
	if (!grown)
		return -ENOMEM;
	stepper->switches = grown;
	grown[stepper->switch_count++] = (struct stepper_switch){
		.stepper = stepper,
		.desc = desc,
		.line = line,
	};
	machine_add_switch(&stepper->machine, line);
	return 0;
}

int stepper_start_switches(struct stepper *stepper, struct device *dev)
{
	unsigned int i, polled = 0;
	u32 poll_ms = 0;
	int err;

	device_property_read_u32(dev, "poll-interval", &poll_ms);
	/* what has no interrupt, as often as a work can run */
	stepper->poll_jiffies = max(msecs_to_jiffies(poll_ms), 1UL);
	for (i = 0; i < stepper->switch_count; i++) {
		struct stepper_switch *input = &stepper->switches[i];

		err = poll_ms ? -ENXIO : request_interrupt(dev, input);
		if (err == -EPROBE_DEFER || err == -ENOMEM)
			return err;
		input->polled = err;
		polled += input->polled;
	}
	INIT_DELAYED_WORK(&stepper->poll_work, poll_switches);
	stepper_read_switches(stepper, true);
	if (!polled)
		return 0;
	dev_info(dev, "%u of %u switches are polled, each %u ms\n", polled,
		 stepper->switch_count, jiffies_to_msecs(stepper->poll_jiffies));
	queue_delayed_work(system_highpri_wq, &stepper->poll_work, stepper->poll_jiffies);
	return devm_add_action_or_reset(dev, stop_polling, stepper);
}
