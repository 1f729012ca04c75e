// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of GPIO chips, by libgpiod: version 1 or 2, as its header says. All lines of
 * a chip are one request, so that those that change together leave in one call.
 */
#include <gpiod.h>
#include <stdlib.h>

#include "stepperd.h"

#define CHIPS_MAX 4

struct chip {
	const char *name;
	unsigned int count;
	const struct pin *pin[PINS_MAX];
	unsigned int offset[PINS_MAX];
	u32 mask; /* all that its lines stand for */
#ifdef GPIOD_LINE_BULK_MAX_LINES
	struct gpiod_line_bulk lines;
#else
	struct gpiod_line_request *lines;
#endif
};

struct gpio {
	u32 levels; /* last set, logical */
	unsigned int count;
	struct chip chip[CHIPS_MAX];
};

/* One line may stand for several bits: the enable line that axes share. */
static bool level(const struct chip *chip, unsigned int line, u32 levels)
{
	const struct pin *pin = chip->pin[line];

	return !(levels & pin->mask) == pin->low;
}

#ifdef GPIOD_LINE_BULK_MAX_LINES

static int set_chip(struct chip *chip, u32 levels)
{
	int values[PINS_MAX];
	unsigned int i;

	for (i = 0; i < chip->count; i++)
		values[i] = level(chip, i, levels);
	return gpiod_line_set_value_bulk(&chip->lines, values);
}

/* The chip stays open for as long as its lines are held: to the end. */
static int request_chip(struct chip *chip)
{
	struct gpiod_chip *opened = gpiod_chip_open_by_name(chip->name);
	int values[PINS_MAX];
	unsigned int i;

	if (!opened || gpiod_chip_get_lines(opened, chip->offset, chip->count, &chip->lines))
		return -1;
	for (i = 0; i < chip->count; i++)
		values[i] = level(chip, i, 0);
	return gpiod_line_request_bulk_output(&chip->lines, "stepperd", values);
}

#else

static int set_chip(struct chip *chip, u32 levels)
{
	enum gpiod_line_value values[PINS_MAX];
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

static int request_chip(struct chip *chip)
{
	struct gpiod_request_config *request = gpiod_request_config_new();
	struct gpiod_line_settings *settings = gpiod_line_settings_new();
	struct gpiod_line_config *config = gpiod_line_config_new();
	char path[sizeof(chip->pin[0]->chip) + sizeof("/dev/")];
	struct gpiod_chip *opened;
	unsigned int i;

	snprintf(path, sizeof(path), "/dev/%s", chip->name);
	opened = gpiod_chip_open(path);
	if (!opened || !request || !settings || !config)
		return -1;
	gpiod_request_config_set_consumer(request, "stepperd");
	if (gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT))
		return -1;
	for (i = 0; i < chip->count; i++)
		if (add_line(config, settings, chip, i))
			return -1;
	chip->lines = gpiod_chip_request_lines(opened, request, config);
	gpiod_request_config_free(request);
	gpiod_line_settings_free(settings);
	gpiod_line_config_free(config);
	gpiod_chip_close(opened);
	return chip->lines ? 0 : -1;
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

int gpio_set(struct gpio *gpio, u32 lines, u32 levels)
{
	unsigned int i;

	gpio->levels = (gpio->levels & ~lines) | (levels & lines);
	for (i = 0; i < gpio->count; i++)
		if ((gpio->chip[i].mask & lines) && set_chip(&gpio->chip[i], gpio->levels))
			return errno;
	return 0;
}
