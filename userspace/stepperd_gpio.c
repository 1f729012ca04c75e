// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of GPIO chips, by libgpiod: version 1 or 2, as its header says. All lines of
 * a chip are one request, so that those that change together leave in one call.
 */
#include <gpiod.h>
#include <stdlib.h>

#include "stepperd_gpio.h"

#define CHIPS_MAX 4

struct chip {
	const char *name;
	unsigned int count;
	const struct pin *pin[OUTPUT_PINS];
	unsigned int offset[OUTPUT_PINS];
	u64 mask; /* all that its lines stand for */
#ifdef GPIOD_LINE_BULK_MAX_LINES
	struct gpiod_line_bulk lines;
#else
	struct gpiod_line_request *lines;
#endif
};

/* A switch is a request of its own: lines of different kinds cannot be one. */
struct gpio_input {
#ifdef GPIOD_LINE_BULK_MAX_LINES
	struct gpiod_line *line;
#else
	struct gpiod_line_request *line;
	unsigned int offset;
#endif
};

struct gpio {
	u64 levels; /* last set, logical */
	unsigned int count;
	struct chip chip[CHIPS_MAX];
};

/* One line may stand for several bits: the enable line that axes share. */
static bool level(const struct chip *chip, unsigned int line, u64 levels)
{
	const struct pin *pin = chip->pin[line];

	return !(levels & pin->mask) == pin->low;
}

#ifdef GPIOD_LINE_BULK_MAX_LINES

static int set_chip(struct chip *chip, u64 levels)
{
	int values[OUTPUT_PINS];
	unsigned int i;

	for (i = 0; i < chip->count; i++)
		values[i] = level(chip, i, levels);
	return gpiod_line_set_value_bulk(&chip->lines, values);
}

/* The chip stays open for as long as its lines are held: to the end. */
static int request_chip(struct chip *chip)
{
	struct gpiod_chip *opened = gpiod_chip_open_by_name(chip->name);
	int values[OUTPUT_PINS];
	unsigned int i;

	if (!opened || gpiod_chip_get_lines(opened, chip->offset, chip->count, &chip->lines))
		return -1;
	for (i = 0; i < chip->count; i++)
		values[i] = level(chip, i, 0);
	return gpiod_line_request_bulk_output(&chip->lines, "stepperd", values);
}

static int request_input(struct gpio_input *input, const struct pin *pin, bool tells)
{
	static const int biases[] = {
		[PULL_UP] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP,
		[PULL_DOWN] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN,
	};
	const struct gpiod_line_request_config config = {
		.consumer = "stepperd",
		.request_type = tells ? GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES :
					GPIOD_LINE_REQUEST_DIRECTION_INPUT,
		.flags = (pin->low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0) |
			 biases[pin->pull],
	};
	struct gpiod_chip *opened = gpiod_chip_open_by_name(pin->chip);

	input->line = opened ? gpiod_chip_get_line(opened, pin->line) : NULL;
	if (input->line && !gpiod_line_request(input->line, &config, 0))
		return 0;
	if (opened)
		gpiod_chip_close(opened);
	return -1;
}

static int input_events(struct gpio_input *input)
{
	return gpiod_line_event_get_fd(input->line);
}

int gpio_input_level(struct gpio_input *input)
{
	return gpiod_line_get_value(input->line);
}

#else

static int set_chip(struct chip *chip, u64 levels)
{
	enum gpiod_line_value values[OUTPUT_PINS];
	unsigned int i;

	for (i = 0; i < chip->count; i++)
		values[i] = level(chip, i, levels) ? GPIOD_LINE_VALUE_ACTIVE :
						     GPIOD_LINE_VALUE_INACTIVE;
	return gpiod_line_request_set_values(chip->lines, values);
}

static int add_line(struct gpiod_line_config *config, struct gpiod_line_settings *settings,
		    const struct chip *chip, unsigned int line)
{
	gpiod_line_settings_set_output_value(settings, level(chip, line, 0) ?
							       GPIOD_LINE_VALUE_ACTIVE :
							       GPIOD_LINE_VALUE_INACTIVE);
	return gpiod_line_config_add_line_settings(config, &chip->offset[line], 1, settings);
}

/* Those of @config, of the chip of this name; NULL if it cannot be. */
static struct gpiod_line_request *request_lines(const char *name, struct gpiod_line_config *config)
{
	struct gpiod_request_config *request = gpiod_request_config_new();
	char path[sizeof(((struct pin *)0)->chip) + sizeof("/dev/")];
	struct gpiod_line_request *lines = NULL;
	struct gpiod_chip *opened;

	snprintf(path, sizeof(path), "/dev/%s", name);
	opened = gpiod_chip_open(path);
	if (opened && request) {
		gpiod_request_config_set_consumer(request, "stepperd");
		lines = gpiod_chip_request_lines(opened, request, config);
	}
	if (request)
		gpiod_request_config_free(request);
	if (opened)
		gpiod_chip_close(opened);
	return lines;
}

static int request_chip(struct chip *chip)
{
	struct gpiod_line_settings *settings = gpiod_line_settings_new();
	struct gpiod_line_config *config = gpiod_line_config_new();
	unsigned int i;

	if (!settings || !config ||
	    gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT))
		return -1;
	for (i = 0; i < chip->count; i++)
		if (add_line(config, settings, chip, i))
			return -1;
	chip->lines = request_lines(chip->name, config);
	gpiod_line_settings_free(settings);
	gpiod_line_config_free(config);
	return chip->lines ? 0 : -1;
}

static int request_input(struct gpio_input *input, const struct pin *pin, bool tells)
{
	static const enum gpiod_line_bias biases[] = {
		[PULL_NONE] = GPIOD_LINE_BIAS_AS_IS,
		[PULL_UP] = GPIOD_LINE_BIAS_PULL_UP,
		[PULL_DOWN] = GPIOD_LINE_BIAS_PULL_DOWN,
	};
	struct gpiod_line_settings *settings = gpiod_line_settings_new();
	struct gpiod_line_config *config = gpiod_line_config_new();

	if (!settings || !config)
		return -1;
	gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
	gpiod_line_settings_set_active_low(settings, pin->low);
	gpiod_line_settings_set_bias(settings, biases[pin->pull]);
	gpiod_line_settings_set_edge_detection(settings, tells ? GPIOD_LINE_EDGE_BOTH :
								 GPIOD_LINE_EDGE_NONE);
	if (gpiod_line_config_add_line_settings(config, &pin->line, 1, settings))
		return -1;
	input->offset = pin->line;
	input->line = request_lines(pin->chip, config);
	gpiod_line_settings_free(settings);
	gpiod_line_config_free(config);
	return input->line ? 0 : -1;
}

static int input_events(struct gpio_input *input)
{
	return gpiod_line_request_get_fd(input->line);
}

int gpio_input_level(struct gpio_input *input)
{
	return gpiod_line_request_get_value(input->line, input->offset);
}

#endif

static struct chip *find_chip(struct gpio *gpio, const char *name)
{
	unsigned int i;

	for (i = 0; i < gpio->count; i++)
		if (!strcmp(gpio->chip[i].name, name))
			return &gpio->chip[i];
	if (gpio->count == CHIPS_MAX)
		return NULL;
	gpio->chip[gpio->count].name = name;
	return &gpio->chip[gpio->count++];
}

struct gpio *gpio_request(const struct pin *pin, unsigned int count)
{
	struct gpio *gpio = calloc(1, sizeof(*gpio));
	struct chip *chip;
	unsigned int i;

	if (!gpio)
		return NULL;
	for (i = 0; i < count; i++) {
		if (pin[i].input)
			continue;
		chip = find_chip(gpio, pin[i].chip);
		if (!chip) {
			fprintf(stderr, "stepperd: pins on more than %d chips\n", CHIPS_MAX);
			return NULL;
		}
		chip->pin[chip->count] = &pin[i];
		chip->offset[chip->count++] = pin[i].line;
		chip->mask |= pin[i].mask;
	}
	for (i = 0; i < gpio->count; i++) {
		if (!request_chip(&gpio->chip[i]))
			continue;
		fprintf(stderr, "stepperd: the pins on %s: %s\n", gpio->chip[i].name,
			strerror(errno));
		return NULL;
	}
	return gpio;
}

int gpio_set(struct gpio *gpio, u64 lines, u64 levels)
{
	unsigned int i;

	gpio->levels = (gpio->levels & ~lines) | (levels & lines);
	for (i = 0; i < gpio->count; i++)
		if ((gpio->chip[i].mask & lines) && set_chip(&gpio->chip[i], gpio->levels))
			return errno;
	return 0;
}

struct gpio_input *gpio_input_request(const struct pin *pin, int *events)
{
	struct gpio_input *input = calloc(1, sizeof(*input));

	if (input && !request_input(input, pin, true)) {
		*events = input_events(input);
		return input;
	}
	*events = -1;
	if (input && !request_input(input, pin, false))
		return input;
	fprintf(stderr, "stepperd: the switch on line %u of %s: %s\n", pin->line, pin->chip,
		strerror(errno));
	free(input);
	return NULL;
}
