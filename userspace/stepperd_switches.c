// SPDX-License-Identifier: GPL-2.0
/*
 * The lines of switches, or those of the virtual head: a thread that looks at them when
 * they tell of a change, and now and then where they cannot. Tells the machine their
 * levels; what these mean, and that contacts bounce, is the affair of hw/switches.c.
 */
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "stepperd_switches.h"
#include "stepperd_clock.h"

/* How long apart lines are looked at that tell of no change. */
#define POLL_MS 4

/* Before the edges, which it may have to stop; below the threads of interrupts. */
#define PRIORITY 41

struct input {
	u32 line; /* as in hw/switches.h */
	struct gpio_input *gpio; /* or NULL: of the virtual head */
};

static struct inputs {
	struct engine *engine;
	struct machine *machine;
	unsigned int count;
	unsigned int polled;
	struct input input[SWITCHES_MAX];
	struct pollfd events[SWITCHES_MAX]; /* of each */
} inputs;

static void add(u32 line, struct gpio_input *gpio, int events)
{
	inputs.input[inputs.count] = (struct input){ line, gpio };
	inputs.events[inputs.count++] = (struct pollfd){ events, POLLIN, 0 };
	inputs.polled += events < 0;
	machine_add_switch(inputs.machine, line);
}

static void add_head(void)
{
	int events = inputs.engine->head_changed;
	unsigned int axis;

	for (axis = 0; axis < HEAD_AXES; axis++) {
		add(SWITCH_HOME(axis), NULL, events);
		add(SWITCH_MIN(axis), NULL, events);
		add(SWITCH_MAX(axis), NULL, events);
	}
	add(SWITCH_ESTOP, NULL, events);
}

bool inputs_add(struct engine *engine, struct machine *machine, const struct config *config)
{
	const struct pin *pin;

	inputs.engine = engine;
	inputs.machine = machine;
	if (engine->head) {
		add_head();
		return true;
	}
	for (pin = config->pin; pin < config->pin + config->pins; pin++) {
		struct gpio_input *gpio;
		int events;

		if (!pin->input)
			continue;
		gpio = gpio_input_request(pin, &events);
		if (!gpio)
			return false;
		add(pin->input, gpio, events);
	}
	if (inputs.polled)
		fprintf(stderr, "stepperd: %u of %u switches tell of no change and are polled\n",
			inputs.polled, inputs.count);
	return true;
}

static void report(const struct input *input)
{
	int level;

	if (input->gpio)
		level = gpio_input_level(input->gpio);
	else
		level = !!(engine_head_switches(inputs.engine) & input->line);
	if (level >= 0)
		switches_report(inputs.machine, input->line, level, clock_ns());
}

/* What the events were does not matter: the levels do. A line that is gone has none. */
static bool take_events(void)
{
	char bytes[1024];
	bool any = false;
	unsigned int i;

	for (i = 0; i < inputs.count; i++) {
		if (!inputs.events[i].revents)
			continue;
		any = true;
		if (read(inputs.events[i].fd, bytes, sizeof(bytes)) >= 0 || errno == EAGAIN)
			continue;
		inputs.events[i].fd = -1;
		inputs.polled++;
	}
	return any;
}

/* Before any is looked at, all are taken: the lines of the head share theirs. */
static void look(void)
{
	u32 before = switches_active(inputs.machine);
	bool any = take_events();
	unsigned int i;

	for (i = 0; i < inputs.count; i++)
		if (inputs.events[i].revents || inputs.events[i].fd < 0)
			report(&inputs.input[i]);
	if (any || switches_active(inputs.machine) != before ||
	    switches_next_ns(inputs.machine) != U64_MAX)
		eventfd_write(inputs.engine->attention, 1);
}

static void *look_thread(void *data)
{
	for (;;) {
		if (poll(inputs.events, inputs.count, inputs.polled ? POLL_MS : -1) >= 0)
			look();
	}
	return NULL;
}

int inputs_start(void)
{
	pthread_t thread;
	unsigned int i;

	for (i = 0; i < inputs.count; i++)
		report(&inputs.input[i]);
	return inputs.count ? engine_start_thread(&thread, PRIORITY, look_thread, NULL) : 0;
}
