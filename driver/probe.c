// SPDX-License-Identifier: GPL-2.0
/*
 * From a description of the hardware to a stepper device: the platform driver
 * "stepper-gpio". Each child node is an axis; see hw/boards/ for the binding.
 */
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "compat.h"
#include "stepper.h"

/*
 * The kernel does not ask whether the chip of a line has gone before it sets it. With
 * this whoever takes the chip away takes the device away before. 0 or -ENOMEM.
 */
static int follow(struct device *dev, struct gpio_desc *desc)
{
	struct device *hardware = gpio_hardware(desc);

	if (!hardware || !hardware->driver ||
	    device_link_add(dev, hardware, DL_FLAG_AUTOREMOVE_CONSUMER))
		return 0;
	return -ENOMEM;
}

/* One of the lines that the device itself may have; NULL: it has not. */
static int get_device_line(struct device *dev, const char *function, unsigned int index,
			   enum gpiod_flags flags, struct gpio_desc **line)
{
	struct gpio_desc *desc =
		devm_gpiod_get_index_optional(dev, function, index, flags);

	if (IS_ERR(desc))
		return dev_err_probe(dev, PTR_ERR(desc), "%s-gpios\n", function);
	*line = desc;
	return desc ? follow(dev, desc) : 0;
}

/*
 * A line of an axis. Before 6.2 kernels know no GPIOs in software nodes: there
 * the device itself looks for "pan-step", which whoever makes the device puts
 * into a look-up table.
 */
static int get_line(struct device *dev, struct fwnode_handle *node,
		    const char *axis, const char *function,
		    enum gpiod_flags flags, struct gpio_desc **line)
{
	char name[LINE_NAME_MAX];
	struct gpio_desc *desc;

	snprintf(name, sizeof(name), "%s-%s", axis, function);
	if (is_software_node(node))
		desc = devm_gpiod_get(dev, name, flags);
	else
		desc = devm_fwnode_gpiod_get(dev, node, function, flags, name);
	if (IS_ERR(desc))
		return PTR_ERR(desc);
	*line = desc;
	return follow(dev, desc);
}

static int get_axis_lines(struct stepper *stepper, struct device *dev,
			  struct fwnode_handle *node, const char *name,
			  unsigned int axis)
{
	const struct {
		const char *function;
		u64 pin;
	} rows[] = {
		{ "step", PIN_STEP(axis) },
		{ "dir", PIN_DIR(axis) },
		{ "phase-a", PIN_PHASE(axis, 0) },
		{ "phase-b", PIN_PHASE(axis, 1) },
		{ "phase-c", PIN_PHASE(axis, 2) },
		{ "phase-d", PIN_PHASE(axis, 3) },
		{ "enable", PIN_ENABLE(axis) },
	};
	const char *word = "step-dir";
	unsigned int i;
	int drive, err;
	u64 needed;

	fwnode_property_read_string(node, "drive", &word);
	drive = drive_find(word);
	if (drive < 0)
		return dev_err_probe(dev, drive, "%s: no drive is called \"%s\"\n",
				     name, word);
	machine_set_drive(&stepper->machine, axis, drive);
	needed = drive_pins(drive, axis);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!(rows[i].pin & (needed | PIN_ENABLE(axis))))
			continue;
		err = get_line(dev, node, name, rows[i].function,
			       GPIOD_OUT_LOW, &stepper->pin[ilog2(rows[i].pin)]);
		if (err == -ENOENT && (rows[i].pin & needed))
			return dev_err_probe(dev, -EINVAL, "%s: no %s-gpios\n",
					     name, rows[i].function);
		if (err && err != -ENOENT)
			return dev_err_probe(dev, err, "%s: %s-gpios\n", name,
					     rows[i].function);
	}
	return 0;
}

static int get_axis_switches(struct stepper *stepper, struct device *dev,
			     struct fwnode_handle *node, const char *name,
			     unsigned int axis)
{
	const struct {
		const char *function;
		u32 line;
	} rows[] = {
		{ "home", SWITCH_HOME(axis) },
		{ "limit-min", SWITCH_MIN(axis) },
		{ "limit-max", SWITCH_MAX(axis) },
	};
	struct gpio_desc *desc;
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		err = get_line(dev, node, name, rows[i].function, GPIOD_IN, &desc);
		if (err == -ENOENT)
			continue;
		if (!err)
			err = stepper_add_switch(stepper, dev, rows[i].line, desc);
		if (err)
			return dev_err_probe(dev, err, "%s: %s-gpios\n", name,
					     rows[i].function);
	}
	return 0;
}

static int configure_axis(struct stepper *stepper, struct device *dev,
			  struct fwnode_handle *node, const char *name,
			  unsigned int axis)
{
	struct error_report report;
	const char **settings;
	int count, i, err;

	count = fwnode_property_string_array_count(node, "settings");
	if (count <= 0)
		return 0;
	settings = kcalloc(count, sizeof(*settings), GFP_KERNEL);
	if (!settings)
		return -ENOMEM;
	err = fwnode_property_read_string_array(node, "settings", settings,
						count);
	for (i = 0; i < count && err >= 0; i++) {
		err = machine_configure(&stepper->machine, axis, settings[i], &report);
		if (err)
			dev_err_probe(dev, err, "%s: settings \"%s\": %s\n", name,
				      settings[i], report.text);
	}
	kfree(settings);
	return err;
}

/* An axis's: that of its node without the unit address, unless "label" says another. */
static void read_name(struct fwnode_handle *node, char *name, size_t size)
{
	const char *label;

	if (!fwnode_property_read_string(node, "label", &label)) {
		strscpy(name, label, size);
		return;
	}
	strscpy(name, fwnode_get_name(node), size);
	name[strcspn(name, "@")] = '\0';
}

static int add_axis(struct stepper *stepper, struct device *dev,
		    struct fwnode_handle *node)
{
	char name[AXIS_NAME_MAX + 2]; /* one more, so that too long is seen */
	struct error_report report;
	int axis, err;

	read_name(node, name, sizeof(name));
	axis = machine_add_axis(&stepper->machine, name, &report);
	if (axis < 0)
		return dev_err_probe(dev, axis, "%pfw: %s\n", node,
				     report.text);
	err = get_axis_lines(stepper, dev, node, name, axis);
	if (!err)
		err = get_axis_switches(stepper, dev, node, name, axis);
	if (err)
		return err;
	return configure_axis(stepper, dev, node, name, axis);
}

/* Add the children whose "reg" is @reg, or those that have none if it is -1. */
static int add_axes_of(struct stepper *stepper, struct device *dev, int reg)
{
	struct fwnode_handle *node;
	u32 found;
	int err;

	device_for_each_child_node(dev, node) {
		if (fwnode_property_read_u32(node, "reg", &found))
			found = -1;
		if (found != (u32)reg)
			continue;
		err = add_axis(stepper, dev, node);
		if (err) {
			fwnode_handle_put(node);
			return err;
		}
	}
	return 0;
}

/*
 * By "reg", since the order of nodes is nobody's promise: an overlay turns it
 * round. Those without one follow as they stand.
 */
static int add_axes(struct stepper *stepper, struct device *dev)
{
	int reg, err;

	for (reg = 0; reg < AXES_MAX; reg++) {
		err = add_axes_of(stepper, dev, reg);
		if (err)
			return err;
	}
	err = add_axes_of(stepper, dev, -1);
	if (err)
		return err;
	if (!stepper->machine.names.count)
		return dev_err_probe(dev, -EINVAL, "no child node, no axis\n");

	/* One line for all axes cannot be requested by each: the parent has it. */
	return get_device_line(dev, "enable", 0, GPIOD_OUT_LOW,
			       &stepper->shared_enable);
}

/* Auxiliary outputs: as many lines as "aux-gpios" has. */
static int add_outputs(struct stepper *stepper, struct device *dev)
{
	int count = gpiod_count(dev, "aux");
	int i, err;

	if (count < 0)
		return 0; /* it has none */
	count = min(count, AUX_MAX);
	for (i = 0; i < count; i++) {
		err = get_device_line(dev, "aux", i, GPIOD_OUT_LOW,
				      &stepper->pin[ilog2(PIN_AUX(i))]);
		if (err)
			return err;
	}
	stepper->machine.outputs = count;
	return 0;
}

static int add_emergency_stop(struct stepper *stepper, struct device *dev)
{
	struct gpio_desc *desc;
	int err = get_device_line(dev, "estop", 0, GPIOD_IN, &desc);

	if (err || !desc)
		return err;
	return stepper_add_switch(stepper, dev, SWITCH_ESTOP, desc);
}

/* Pins that can sleep need a thread; measure what can be served. */
static int start_engine(struct stepper *stepper, struct device *dev)
{
	unsigned int i;
	int err;

	for (i = 0; i < STEPPER_PINS; i++)
		if (stepper->pin[i] && gpiod_cansleep(stepper->pin[i]))
			stepper->can_sleep = true;
	if (stepper->shared_enable && gpiod_cansleep(stepper->shared_enable))
		stepper->can_sleep = true;
	err = stepper_engine_start(stepper);
	if (err)
		return dev_err_probe(dev, err, "no thread for the edges\n");
	dev_info(dev, "edges by %s, up to %u steps/s on each axis\n",
		 stepper->can_sleep ? "thread" : "timer",
		 stepper->machine.highest_rate);
	return 0;
}

static void put_stepper(void *data)
{
	stepper_put(data);
}

static void stop_engine(void *data)
{
	stepper_engine_stop(data);
}

static void unregister_stepper(void *data)
{
	stepper_unregister(data);
}

/* Undone by devm in reverse: the file goes first, then the clock, lines, memory. */
static int make_stepper(struct device *dev)
{
	struct stepper *stepper;
	int err;

	stepper = kvzalloc(sizeof(*stepper), GFP_KERNEL);
	if (!stepper)
		return -ENOMEM;
	kref_init(&stepper->kref);
	mutex_init(&stepper->lock);
	init_waitqueue_head(&stepper->wait);
	stepper_engine_init(stepper);
	machine_init(&stepper->machine, &stepper->pins);
	err = devm_add_action_or_reset(dev, put_stepper, stepper);
	if (err)
		return err;
	dev_set_drvdata(dev, stepper);

	err = add_axes(stepper, dev);
	if (!err)
		err = add_outputs(stepper, dev);
	if (!err)
		err = add_emergency_stop(stepper, dev);
	if (!err)
		err = start_engine(stepper, dev);
	if (err)
		return err;
	err = devm_add_action_or_reset(dev, stop_engine, stepper);
	if (!err)
		err = stepper_start_switches(stepper, dev);
	if (err)
		return err;
	err = stepper_register(stepper, dev);
	if (err)
		return dev_err_probe(dev, err, "no device file\n");
	return devm_add_action_or_reset(dev, unregister_stepper, stepper);
}

/* Whoever makes a device with an int for platform data finds the result there. */
static int stepper_probe(struct platform_device *pdev)
{
	int *result = dev_get_platdata(&pdev->dev);
	int err = make_stepper(&pdev->dev);

	if (result)
		*result = err;
	return err;
}

/* Motors do not run on by themselves. */
static int stepper_suspend(struct device *dev)
{
	struct stepper *stepper = dev_get_drvdata(dev);

	mutex_lock(&stepper->lock);
	stepper_engine_halt(stepper);
	stepper_serve(stepper, true);
	mutex_unlock(&stepper->lock);
	return 0;
}

/* What happened to switches meanwhile, no interrupt told of. */
static int stepper_resume(struct device *dev)
{
	stepper_read_switches(dev_get_drvdata(dev), true);
	return 0;
}

/* Reboot, power-off, kexec: programs still run, and must not start the motors again. */
static void stepper_shutdown(struct platform_device *pdev)
{
	stepper_shut_down(platform_get_drvdata(pdev));
}

static DEFINE_SIMPLE_DEV_PM_OPS(stepper_pm_ops, stepper_suspend,
				stepper_resume);

static const struct of_device_id stepper_of_match[] = {
	{ .compatible = "stepper-gpio" },
	{}
};
MODULE_DEVICE_TABLE(of, stepper_of_match);

static struct platform_driver stepper_driver = {
	.probe = stepper_probe,
	.shutdown = stepper_shutdown,
	.driver = {
		.name = "stepper-gpio",
		.of_match_table = stepper_of_match,
		.pm = pm_sleep_ptr(&stepper_pm_ops),
		.groups = stepper_driver_groups,
		/* new_device wants the result */
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
	},
};

static int __init stepper_init(void)
{
	return platform_driver_register(&stepper_driver);
}
module_init(stepper_init);

/* The files of the driver go first, so that no device comes any more. */
static void __exit stepper_exit(void)
{
	platform_driver_unregister(&stepper_driver);
	stepper_delete_devices();
}
module_exit(stepper_exit);

MODULE_ALIAS("platform:stepper-gpio");
MODULE_DESCRIPTION("Stepper motors moved by lines written to /dev/stepper");
MODULE_LICENSE("GPL");
