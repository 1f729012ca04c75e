// SPDX-License-Identifier: GPL-2.0
/*
 * What the device says of itself beside the language: what its pins can be served
 * at, and how late edges were. The files are described in
 * driver/ABI/sysfs-class-misc-stepper.
 */
#include <linux/sysfs.h>

#include "stepper.h"

static struct stepper *stepper_of(struct device *dev)
{
	return container_of((struct miscdevice *)dev_get_drvdata(dev),
			    struct stepper, misc);
}

static ssize_t steps_per_second_max_show(struct device *dev,
					 struct device_attribute *attribute,
					 char *buffer)
{
	return sysfs_emit(buffer, "%u\n", stepper_of(dev)->machine.highest_rate);
}
static DEVICE_ATTR_RO(steps_per_second_max);

static ssize_t late_edges_show(struct device *dev,
			       struct device_attribute *attribute, char *buffer)
{
	struct motion *motion = &stepper_of(dev)->machine.motion;

	return sysfs_emit(buffer, "%llu\n", motion_lateness(motion).late_edges);
}
static DEVICE_ATTR_RO(late_edges);

static ssize_t late_max_ns_show(struct device *dev,
				struct device_attribute *attribute, char *buffer)
{
	struct motion *motion = &stepper_of(dev)->machine.motion;

	return sysfs_emit(buffer, "%llu\n", motion_lateness(motion).max_ns);
}
static DEVICE_ATTR_RO(late_max_ns);

static ssize_t slip_total_ns_show(struct device *dev,
				  struct device_attribute *attribute,
				  char *buffer)
{
	struct motion *motion = &stepper_of(dev)->machine.motion;

	return sysfs_emit(buffer, "%llu\n", motion_lateness(motion).slip_ns);
}
static DEVICE_ATTR_RO(slip_total_ns);

static struct attribute *stepper_attrs[] = {
	&dev_attr_steps_per_second_max.attr,
	&dev_attr_late_edges.attr,
	&dev_attr_late_max_ns.attr,
	&dev_attr_slip_total_ns.attr,
	NULL
};

static const struct attribute_group stepper_group = {
	.attrs = stepper_attrs,
};

const struct attribute_group *stepper_groups[] = { &stepper_group, NULL };
