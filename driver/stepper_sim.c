// SPDX-License-Identifier: GPL-2.0
/*
 * stepper-sim.ko: the virtual pan/tilt head of hw/sim/ behind a GPIO chip, and a
 * stepper device that is wired to it, for any PC. What the head saw is in
 * /sys/kernel/debug/stepper-sim/, and its emergency stop. The chip has no module
 * owner, so that the module may go at any time: an unplugged cable to all devices that
 * use its lines.
 */
#include <linux/debugfs.h>
#include <linux/gpio/driver.h>
#include <linux/gpio/machine.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "../hw/sim/head.h"
#include "compat.h"

#define MICRO_PER_UNIT 1000000ULL

static bool no_interrupts;
module_param(no_interrupts, bool, 0444);
MODULE_PARM_DESC(no_interrupts, "switches tell of no change, as on simple expanders");

struct sim {
	struct gpio_chip chip;
	/* A change of a switch interrupts later: a pin never does so while it is set. */
	struct irq_work change_work;
	/*
	 * Protects the head. Raw, since lines are set in hard interrupts even
	 * on PREEMPT_RT.
	 */
	raw_spinlock_t lock;
	struct head head;
	unsigned long switches; /* levels that were told of, a bit for each line */
	struct fwnode_handle *node;
	struct fwnode_handle *axis_node[HEAD_AXES];
	struct platform_device *stepper;
	struct dentry *debugfs;
};

static struct sim *sim;

/* The switches that are tripped, a bit for each line. With the lock held. */
static unsigned long sim_switches(void)
{
	unsigned long switches = 0;
	unsigned int line;

	for (line = 0; line < HEAD_LINES; line++)
		if (head_line_is_output(line) && head_level(&sim->head, line))
			switches |= BIT(line);
	return switches;
}

/* In a hard interrupt, as that of a GPIO controller would be. */
static void sim_interrupt(struct irq_work *work)
{
	unsigned long changed, switches;
	unsigned int line;

	raw_spin_lock(&sim->lock);
	switches = sim_switches();
	changed = switches ^ sim->switches;
	sim->switches = switches;
	raw_spin_unlock(&sim->lock);
	for_each_set_bit(line, &changed, HEAD_LINES)
		generic_handle_domain_irq(sim->chip.irq.domain, line);
}

/* With the lock held. */
static void sim_tell_switches(void)
{
	if (!no_interrupts && sim_switches() != sim->switches)
		irq_work_queue(&sim->change_work);
}

static gpio_set_result sim_set(struct gpio_chip *chip, unsigned int line,
			       int level)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&sim->lock, flags);
	head_set(&sim->head, line, level, ktime_get_ns());
	sim_tell_switches();
	raw_spin_unlock_irqrestore(&sim->lock, flags);
	return GPIO_IS_SET;
}

static gpio_set_result sim_set_multiple(struct gpio_chip *chip,
					unsigned long *lines,
					unsigned long *levels)
{
	unsigned long flags;
	unsigned int line;
	u64 now_ns;

	raw_spin_lock_irqsave(&sim->lock, flags);
	now_ns = ktime_get_ns();
	for_each_set_bit(line, lines, HEAD_LINES)
		head_set(&sim->head, line, test_bit(line, levels), now_ns);
	sim_tell_switches();
	raw_spin_unlock_irqrestore(&sim->lock, flags);
	return GPIO_IS_SET;
}

static int sim_get(struct gpio_chip *chip, unsigned int line)
{
	unsigned long flags;
	bool level;

	raw_spin_lock_irqsave(&sim->lock, flags);
	level = head_level(&sim->head, line);
	raw_spin_unlock_irqrestore(&sim->lock, flags);
	return level;
}

static int sim_get_direction(struct gpio_chip *chip, unsigned int line)
{
	return head_line_is_output(line) ? GPIO_LINE_DIRECTION_IN :
					   GPIO_LINE_DIRECTION_OUT;
}

/* The wires cannot be turned round; -EINVAL as from pins of one direction. */
static int sim_direction_input(struct gpio_chip *chip, unsigned int line)
{
	return head_line_is_output(line) ? 0 : -EINVAL;
}

static int sim_direction_output(struct gpio_chip *chip, unsigned int line,
				int level)
{
	if (head_line_is_output(line))
		return -EINVAL;
	sim_set(chip, line, level);
	return 0;
}

static int position_show(struct seq_file *seq, void *unused)
{
	enum head_axis axis;

	for (axis = 0; axis < HEAD_AXES; axis++) {
		s64 steps, angle;
		u64 size, whole;

		raw_spin_lock_irq(&sim->lock);
		steps = sim->head.position[axis];
		angle = head_angle_micro(&sim->head, axis);
		raw_spin_unlock_irq(&sim->lock);
		size = abs(angle);
		whole = div64_u64(size, MICRO_PER_UNIT);
		seq_printf(seq, "%s %lld %s%llu.%06llu\n",
			   head_axis_data[axis].name, steps,
			   angle < 0 ? "-" : "", whole,
			   size - whole * MICRO_PER_UNIT);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(position);

static int faults_show(struct seq_file *seq, void *unused)
{
	enum head_fault fault;
	u64 count;

	for (fault = 0; fault < HEAD_FAULTS; fault++) {
		raw_spin_lock_irq(&sim->lock);
		count = sim->head.faults[fault];
		raw_spin_unlock_irq(&sim->lock);
		seq_printf(seq, "%s %llu\n", head_fault_name[fault], count);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(faults);

/* The place in the file is the number of the edge; those gone are passed over. */
static void *edges_start(struct seq_file *seq, loff_t *number)
{
	u64 oldest, end;

	raw_spin_lock_irq(&sim->lock);
	oldest = head_oldest_edge(&sim->head);
	end = sim->head.edges;
	raw_spin_unlock_irq(&sim->lock);
	*number = max_t(u64, *number, oldest);
	return *number < end ? number : NULL;
}

static void *edges_next(struct seq_file *seq, void *unused, loff_t *number)
{
	++*number;
	return edges_start(seq, number);
}

static void edges_stop(struct seq_file *seq, void *unused)
{
}

static int edges_show(struct seq_file *seq, void *number)
{
	struct head_edge edge;

	raw_spin_lock_irq(&sim->lock);
	edge = head_edge(&sim->head, *(loff_t *)number);
	raw_spin_unlock_irq(&sim->lock);
	seq_printf(seq, "%llu %s %d\n", edge.t_ns, head_line_name[edge.line],
		   edge.level);
	return 0;
}

static const struct seq_operations edges_sops = {
	.start = edges_start,
	.next = edges_next,
	.stop = edges_stop,
	.show = edges_show,
};
DEFINE_SEQ_ATTRIBUTE(edges);

static int estop_get(void *unused, u64 *pressed)
{
	*pressed = READ_ONCE(sim->head.estop);
	return 0;
}

static int estop_set(void *unused, u64 pressed)
{
	raw_spin_lock_irq(&sim->lock);
	sim->head.estop = pressed;
	sim_tell_switches();
	raw_spin_unlock_irq(&sim->lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(estop_fops, estop_get, estop_set, "%llu\n");

static void sim_irq_mask(struct irq_data *data)
{
	gpiochip_disable_irq(irq_data_get_irq_chip_data(data),
			     irqd_to_hwirq(data));
}

static void sim_irq_unmask(struct irq_data *data)
{
	gpiochip_enable_irq(irq_data_get_irq_chip_data(data),
			    irqd_to_hwirq(data));
}

/* Both edges are told of; whoever wants one of them looks at the level. */
static int sim_irq_set_type(struct irq_data *data, unsigned int type)
{
	return type == IRQ_TYPE_EDGE_BOTH ? 0 : -EINVAL;
}

static const struct irq_chip sim_irq_chip = {
	.name = "stepper-sim",
	.irq_mask = sim_irq_mask,
	.irq_unmask = sim_irq_unmask,
	.irq_set_type = sim_irq_set_type,
	.flags = IRQCHIP_IMMUTABLE,
	GPIOCHIP_IRQ_RESOURCE_HELPERS,
};

static int sim_add_chip(struct device *dev)
{
	struct gpio_chip *chip = &sim->chip;
	int err;

	chip->parent = dev;
	chip->label = "stepper-sim";
	chip->base = -1;
	chip->ngpio = HEAD_LINES;
	chip->names = head_line_name;
	chip->can_sleep = false;
	chip->set = sim_set;
	chip->set_multiple = sim_set_multiple;
	chip->get = sim_get;
	chip->get_direction = sim_get_direction;
	chip->direction_input = sim_direction_input;
	chip->direction_output = sim_direction_output;
	if (!no_interrupts) {
		gpio_irq_chip_set_chip(&chip->irq, &sim_irq_chip);
		chip->irq.handler = handle_simple_irq;
		chip->irq.default_type = IRQ_TYPE_NONE;
	}
	/* The chip would take it for its own, and the module could not go. */
	dev->driver->owner = NULL;
	err = gpiochip_add_data(chip, NULL);
	dev->driver->owner = THIS_MODULE;
	return err;
}

#define SIM_LINE(axis, wire, name, flags) \
	GPIO_LOOKUP("stepper-sim", HEAD_LINE(axis, wire), name, flags)

/* The name is that of the device which sim_add_stepper() makes. */
static struct gpiod_lookup_table sim_lines = {
	.dev_id = "stepper-gpio",
	.table = {
		SIM_LINE(HEAD_PAN, HEAD_STEP, "pan-step", GPIO_ACTIVE_HIGH),
		SIM_LINE(HEAD_PAN, HEAD_DIR, "pan-dir", GPIO_ACTIVE_HIGH),
		SIM_LINE(HEAD_PAN, HEAD_ENABLE, "pan-enable", GPIO_ACTIVE_LOW),
		SIM_LINE(HEAD_PAN, HEAD_HOME, "pan-home", GPIO_ACTIVE_HIGH),
		SIM_LINE(HEAD_PAN, HEAD_MIN, "pan-limit-min", GPIO_ACTIVE_HIGH),
		SIM_LINE(HEAD_PAN, HEAD_MAX, "pan-limit-max", GPIO_ACTIVE_HIGH),
		SIM_LINE(HEAD_TILT, HEAD_STEP, "tilt-step", GPIO_ACTIVE_HIGH),
		SIM_LINE(HEAD_TILT, HEAD_DIR, "tilt-dir", GPIO_ACTIVE_HIGH),
		SIM_LINE(HEAD_TILT, HEAD_ENABLE, "tilt-enable", GPIO_ACTIVE_LOW),
		SIM_LINE(HEAD_TILT, HEAD_HOME, "tilt-home", GPIO_ACTIVE_HIGH),
		SIM_LINE(HEAD_TILT, HEAD_MIN, "tilt-limit-min", GPIO_ACTIVE_HIGH),
		SIM_LINE(HEAD_TILT, HEAD_MAX, "tilt-limit-max", GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP("stepper-sim", HEAD_AUXILIARY, "aux", GPIO_ACTIVE_HIGH),
		GPIO_LOOKUP("stepper-sim", HEAD_ESTOP, "estop", GPIO_ACTIVE_HIGH),
		{},
	},
};

static void sim_remove_nodes(void)
{
	enum head_axis axis;

	for (axis = 0; axis < HEAD_AXES; axis++)
		fwnode_remove_software_node(sim->axis_node[axis]);
	fwnode_remove_software_node(sim->node);
}

/* The description that a device tree would give: a node, and in it the axes. */
static int sim_add_nodes(void)
{
	enum head_axis axis;

	sim->node = fwnode_create_software_node(NULL, NULL);
	if (IS_ERR(sim->node))
		return PTR_ERR(sim->node);
	for (axis = 0; axis < HEAD_AXES; axis++) {
		const struct head_axis_data *data = &head_axis_data[axis];
		const struct property_entry properties[] = {
			PROPERTY_ENTRY_STRING("label", data->name),
			PROPERTY_ENTRY_STRING_ARRAY_LEN("settings", data->settings,
							data->settings_count),
			{}
		};

		sim->axis_node[axis] = fwnode_create_software_node(properties, sim->node);
		if (IS_ERR(sim->axis_node[axis])) {
			sim_remove_nodes();
			return PTR_ERR(sim->axis_node[axis]);
		}
	}
	return 0;
}

static int sim_add_stepper(void)
{
	const struct platform_device_info info = {
		.name = "stepper-gpio",
		.id = PLATFORM_DEVID_NONE,
		.fwnode = sim->node,
	};

	sim->stepper = platform_device_register_full(&info);
	return PTR_ERR_OR_ZERO(sim->stepper);
}

/* Whoever used the lines has been unbound. */
static void sim_take_away(void *unused)
{
	debugfs_remove(sim->debugfs);
	platform_device_unregister(sim->stepper);
	irq_work_sync(&sim->change_work);
	sim_remove_nodes();
	gpiod_remove_lookup_table(&sim_lines);
	gpiochip_remove(&sim->chip);
	kvfree(sim);
}

static int __init sim_probe(struct platform_device *pdev)
{
	int err;

	sim = kvzalloc(sizeof(*sim), GFP_KERNEL);
	if (!sim)
		return -ENOMEM;
	raw_spin_lock_init(&sim->lock);
	sim->change_work = IRQ_WORK_INIT_HARD(sim_interrupt);
	head_init(&sim->head);
	err = sim_add_chip(&pdev->dev);
	if (err)
		goto free;
	gpiod_add_lookup_table(&sim_lines);
	err = sim_add_nodes();
	if (err)
		goto remove_lines;
	err = sim_add_stepper();
	if (err)
		goto remove_nodes;
	/* Without debugfs the head turns all the same: errors are of no interest. */
	sim->debugfs = debugfs_create_dir("stepper-sim", NULL);
	debugfs_create_file("position", 0444, sim->debugfs, NULL,
			    &position_fops);
	debugfs_create_file("faults", 0444, sim->debugfs, NULL, &faults_fops);
	debugfs_create_file("edges", 0444, sim->debugfs, NULL, &edges_fops);
	debugfs_create_file_unsafe("estop", 0644, sim->debugfs, NULL,
				   &estop_fops);
	return devm_add_action_or_reset(&pdev->dev, sim_take_away, NULL);

remove_nodes:
	sim_remove_nodes();
remove_lines:
	gpiod_remove_lookup_table(&sim_lines);
	gpiochip_remove(&sim->chip);
free:
	kvfree(sim);
	return err;
}

static struct platform_driver sim_driver = {
	.driver.name = "stepper-sim",
};

static struct platform_device *sim_device;

static int __init sim_init(void)
{
	sim_device = platform_create_bundle(&sim_driver, sim_probe, NULL, 0, NULL, 0);
	return PTR_ERR_OR_ZERO(sim_device);
}
module_init(sim_init);

static void __exit sim_exit(void)
{
	platform_device_unregister(sim_device);
	platform_driver_unregister(&sim_driver);
}
module_exit(sim_exit);

MODULE_DESCRIPTION("Virtual pan/tilt head for stepper");
MODULE_LICENSE("GPL");
