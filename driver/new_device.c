// SPDX-License-Identifier: GPL-2.0
/*
 * Devices described by a line of text, for boards without a device tree: the
 * driver's files new_device and delete_device. Makes of the line what a device
 * tree would be, nodes and a table of GPIO lines, which probe.c then reads.
 */
#define pr_fmt(fmt) "stepper-gpio: new_device: " fmt

#include <linux/gpio/machine.h>
#include <linux/idr.h>
#include <linux/kernel.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "stepper.h"

#define DEVICE_NAME "stepper-gpio"

/* What probe.c asks for. */
static const char *const device_functions[] = { "enable", "aux", "estop" };
static const char *const axis_functions[] = {
	"step", "dir", "phase-a", "phase-b", "phase-c", "phase-d",
	"enable", "home", "limit-min", "limit-max"
};

/* Strings that an axis may have, beside lines. */
static const char *const axis_strings[] = { "drive", "settings" };

#define LINES_MAX (AXES_MAX * ARRAY_SIZE(axis_functions) + 2 + AUX_MAX)

static const struct {
	const char *name;
	unsigned long flag;
} line_flags[] = {
	{ "low", GPIO_ACTIVE_LOW },
	{ "pull-up", GPIO_PULL_UP },
	{ "pull-down", GPIO_PULL_DOWN },
};

/* A number that the device may have. */
#define POLL_INTERVAL "poll-interval"

struct axis_description {
	/* its name and its strings; the last stays empty */
	struct property_entry properties[ARRAY_SIZE(axis_strings) + 2];
	struct fwnode_handle *node;
};

/* Texts in it are pieces of the line that was written. */
struct description {
	char *text;
	int id;
	char device_name[sizeof(DEVICE_NAME) + 12];
	struct platform_device *device;
	struct property_entry properties[2];
	struct fwnode_handle *node;
	unsigned int axes;
	struct axis_description axis[AXES_MAX];
	unsigned int lines;
	char line_name[LINES_MAX][LINE_NAME_MAX];
	struct gpiod_lookup_table *lookups;
};

static DEFINE_IDR(descriptions); /* NULL: being made */
static DEFINE_MUTEX(descriptions_lock); /* protects descriptions */

/* Take ",low" and the like off the end of a line. 0 or -EINVAL. */
static int take_flags(char *line, unsigned long *flags)
{
	unsigned int i;
	char *comma;

	while ((comma = strrchr(line, ','))) {
		for (i = 0; i < ARRAY_SIZE(line_flags); i++)
			if (!strcmp(comma + 1, line_flags[i].name))
				break;
		if (i == ARRAY_SIZE(line_flags)) {
			pr_err("%s: a line has no flag \"%s\"\n", line, comma + 1);
			return -EINVAL;
		}
		*flags |= line_flags[i].flag;
		*comma = '\0';
	}
	return 0;
}

/* @line is CHIP:OFFSET or the name of a line, with flags behind it. */
static int add_line(struct description *description, const char *line_name,
		    char *line)
{
	char *name = description->line_name[description->lines];
	unsigned long flags = GPIO_ACTIVE_HIGH;
	unsigned int i, index = 0;
	u16 offset = U16_MAX; /* by name */
	char *colon;
	int err;

	for (i = 0; i < description->lines; i++)
		index += !strcmp(description->line_name[i], line_name);
	if (index >= (strcmp(line_name, "aux") ? 1 : AUX_MAX)) {
		pr_err("too many lines %s\n", line_name);
		return -EINVAL;
	}
	err = take_flags(line, &flags);
	if (err)
		return err;
	colon = strrchr(line, ':');
	if (colon && !kstrtou16(colon + 1, 10, &offset))
		*colon = '\0';
	strscpy(name, line_name, LINE_NAME_MAX);
	description->lookups->table[description->lines++] =
		GPIO_LOOKUP_IDX(line, offset, name, index, flags);
	return 0;
}

static const char *axis_name(struct description *description, unsigned int axis)
{
	return description->axis[axis].properties[0].value.str[0];
}

/* Whether that is a name probe.c will tell. */
static int add_axis(struct description *description, const char *name)
{
	if (description->axes == AXES_MAX) {
		pr_err("more than %d axes\n", AXES_MAX);
		return -ENOSPC;
	}
	description->axis[description->axes++].properties[0] =
		PROPERTY_ENTRY_STRING("label", name);
	return 0;
}

static int add_string(struct description *description, unsigned int axis,
		      const char *name, const char *value)
{
	struct property_entry *string = description->axis[axis].properties;

	for (; string->name; string++) {
		if (!strcmp(string->name, name)) {
			pr_err("%s: %s given twice\n", axis_name(description, axis), name);
			return -EINVAL;
		}
	}
	*string = PROPERTY_ENTRY_STRING(name, value);
	return 0;
}

static int set_poll_interval(struct description *description, const char *value)
{
	u32 ms;

	if (kstrtou32(value, 10, &ms)) {
		pr_err(POLL_INTERVAL ": \"%s\" is no number of ms\n", value);
		return -EINVAL;
	}
	description->properties[0] = PROPERTY_ENTRY_U32(POLL_INTERVAL, ms);
	return 0;
}

/* NAME=VALUE, of the axis named before or, before all axes, of the device. */
static int add_property(struct description *description, const char *name,
			char *value)
{
	unsigned int axis = description->axes - 1;
	char line_name[LINE_NAME_MAX];

	if (!description->axes) {
		if (!strcmp(name, POLL_INTERVAL))
			return set_poll_interval(description, value);
		if (match_string(device_functions, ARRAY_SIZE(device_functions),
				 name) >= 0)
			return add_line(description, name, value);
		pr_err("no line of the device is called \"%s\"\n", name);
		return -EINVAL;
	}
	if (match_string(axis_strings, ARRAY_SIZE(axis_strings), name) >= 0)
		return add_string(description, axis, name, value);
	if (match_string(axis_functions, ARRAY_SIZE(axis_functions), name) < 0) {
		pr_err("%s: no line of an axis is called \"%s\"\n",
		       axis_name(description, axis), name);
		return -EINVAL;
	}
	snprintf(line_name, sizeof(line_name), "%s-%s",
		 axis_name(description, axis), name);
	return add_line(description, line_name, value);
}

/*
 *	PAN step=stepper-sim:0 dir=stepper-sim:1          one axis
 *	PAN step=STEP dir=DIR settings="MIN -45; MAX 90"  lines by their names
 *	enable=gpio:22,low PAN step=gpio:17 dir=gpio:27 TILT step=gpio:23 dir=gpio:24
 */
static int parse(struct description *description, char *text)
{
	char *word, *value;
	int err;

	text = strim(text);
	while (*text) {
		text = next_arg(text, &word, &value);
		if (value)
			err = add_property(description, word, value);
		else
			err = add_axis(description, word);
		if (err)
			return err;
	}
	return 0;
}

/*
 * 0 if probe.c took it. What is not there is not waited for: whoever wrote the
 * line should be told.
 */
static int add_device(struct description *description)
{
	int result = -ENOMEM; /* all that the probe could not be reached for */
	const struct platform_device_info info = {
		.name = DEVICE_NAME,
		.id = description->id,
		.fwnode = description->node,
		.data = &result, /* copied, and set by the probe */
		.size_data = sizeof(result),
	};

	description->device = platform_device_register_full(&info);
	if (IS_ERR(description->device))
		return PTR_ERR(description->device);
	result = *(int *)dev_get_platdata(&description->device->dev);
	if (!result)
		return 0;
	platform_device_unregister(description->device);
	if (result != -EPROBE_DEFER)
		return result;
	pr_err("there is no such GPIO chip or line\n");
	return -ENODEV;
}

static void remove_nodes(struct description *description)
{
	unsigned int axis;

	for (axis = 0; axis < description->axes; axis++)
		fwnode_remove_software_node(description->axis[axis].node);
	fwnode_remove_software_node(description->node);
}

/*
 * Of the kernel's own copies of all that is in them: it may keep nodes for longer than
 * they are needed, and finds those of others by their address. Have no names, as one
 * on its way out may still have it. 0 or -ENOMEM.
 */
static int add_nodes(struct description *description)
{
	unsigned int axis;

	description->node = fwnode_create_software_node(description->properties, NULL);
	if (IS_ERR(description->node))
		return PTR_ERR(description->node);
	for (axis = 0; axis < description->axes; axis++) {
		struct axis_description *part = &description->axis[axis];

		part->node = fwnode_create_software_node(part->properties, description->node);
		if (IS_ERR(part->node)) {
			remove_nodes(description);
			return PTR_ERR(part->node);
		}
	}
	return 0;
}

static int register_description(struct description *description)
{
	int err = add_nodes(description);

	if (err)
		return err;
	snprintf(description->device_name, sizeof(description->device_name),
		 DEVICE_NAME ".%d", description->id);
	description->lookups->dev_id = description->device_name;
	gpiod_add_lookup_table(description->lookups);
	err = add_device(description);
	if (err) {
		gpiod_remove_lookup_table(description->lookups);
		remove_nodes(description);
	}
	return err;
}

static void free_description(struct description *description)
{
	kfree(description->lookups);
	kfree(description->text);
	kfree(description);
}

static struct description *make_description(const char *text, size_t length)
{
	struct description *description;

	description = kzalloc(sizeof(*description), GFP_KERNEL);
	if (!description)
		return NULL;
	description->text = kstrndup(text, length, GFP_KERNEL);
	description->lookups = kzalloc(struct_size(description->lookups, table,
						   LINES_MAX + 1),
				       GFP_KERNEL);
	if (description->text && description->lookups)
		return description;
	free_description(description);
	return NULL;
}

static ssize_t new_device_store(struct device_driver *driver, const char *text,
				size_t length)
{
	struct description *description = make_description(text, length);
	int err;

	if (!description)
		return -ENOMEM;
	err = parse(description, description->text);
	if (err)
		goto free;
	mutex_lock(&descriptions_lock);
	err = idr_alloc(&descriptions, NULL, 0, 0, GFP_KERNEL);
	mutex_unlock(&descriptions_lock);
	if (err < 0)
		goto free;
	description->id = err;
	err = register_description(description);
	mutex_lock(&descriptions_lock);
	if (err)
		idr_remove(&descriptions, description->id);
	else
		idr_replace(&descriptions, description, description->id);
	mutex_unlock(&descriptions_lock);
	if (!err)
		return length;
free:
	free_description(description);
	return err;
}
static DRIVER_ATTR_WO(new_device);

static void delete_description(struct description *description)
{
	platform_device_unregister(description->device);
	gpiod_remove_lookup_table(description->lookups);
	remove_nodes(description);
	free_description(description);
}

static ssize_t delete_device_store(struct device_driver *driver,
				   const char *text, size_t length)
{
	struct description *description;
	unsigned int id;

	if (!str_has_prefix(text, DEVICE_NAME ".") ||
	    kstrtouint(text + sizeof(DEVICE_NAME), 10, &id))
		return -EINVAL;
	mutex_lock(&descriptions_lock);
	description = idr_find(&descriptions, id);
	if (description)
		idr_remove(&descriptions, id);
	mutex_unlock(&descriptions_lock);
	if (!description)
		return -ENODEV;
	delete_description(description);
	return length;
}
static DRIVER_ATTR_WO(delete_device);

static struct attribute *stepper_driver_attrs[] = {
	&driver_attr_new_device.attr,
	&driver_attr_delete_device.attr,
	NULL,
};

static const struct attribute_group stepper_driver_group = {
	.attrs = stepper_driver_attrs,
};

const struct attribute_group *stepper_driver_groups[] = {
	&stepper_driver_group,
	NULL,
};

void stepper_delete_devices(void)
{
	struct description *description;
	int id;

	idr_for_each_entry(&descriptions, description, id)
		delete_description(description);
	idr_destroy(&descriptions);
}
