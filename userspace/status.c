// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a device, and a machine that is like it; see status.h.
 */
#include <stdlib.h>
#include <time.h>

#include "status.h"

static void copy(char *to, size_t size, const char *from, size_t length)
{
	length = min(length, size - 1);
	memcpy(to, from, length);
	to[length] = '\0';
}

static void take_axis(struct device_status *status, const char *word,
		      size_t key_length, const char *value, size_t length)
{
	unsigned int axis = status->axes.count;

	if (axis == AXES_MAX)
		return;
	copy(status->axes.name[axis], sizeof(status->axes.name[axis]), word,
	     key_length);
	copy(status->position[axis], sizeof(status->position[axis]), value, length);
	status->axes.count++;
}

/* The axes, bits, that are in @list, with commas between them. */
static u32 axes_named(const struct device_status *status, const char *list, size_t length)
{
	u32 axes = 0;
	unsigned int i;

	while (length) {
		const char *comma = memchr(list, ',', length);
		size_t name = comma ? (size_t)(comma - list) : length;

		for (i = 0; i < status->axes.count; i++)
			if (word_is(list, name, status->axes.name[i]))
				axes |= BIT(i);
		list += name + !!comma;
		length -= name + !!comma;
	}
	return axes;
}

/* Between STATE and QUEUE stand the axes; of keys behind there may be more. */
static void take_word(struct device_status *status, const char *word, size_t length)
{
	const char *equals = memchr(word, '=', length);
	size_t key_length = equals ? equals - word : 0;
	const char *value = equals + 1;

	if (!equals)
		return;
	length -= key_length + 1;
	if (word_is(word, key_length, "STATE"))
		copy(status->state, sizeof(status->state), value, length);
	else if (word_is(word, key_length, "QUEUE"))
		sscanf(value, "%u/%u", &status->queue, &status->places);
	else if (word_is(word, key_length, "HOMES"))
		status->homes = axes_named(status, value, length);
	else if (word_is(word, key_length, "ALARM"))
		copy(status->alarm, sizeof(status->alarm), value, length);
	else if (word_is(word, key_length, "UNTRUSTED"))
		copy(status->untrusted, sizeof(status->untrusted), value, length);
	else if (word_is(word, key_length, "UNKNOWN"))
		copy(status->unknown, sizeof(status->unknown), value, length);
	else if (word_is(word, key_length, "SWITCHES"))
		copy(status->switches, sizeof(status->switches), value, length);
	else if (!status->places)
		take_axis(status, word, key_length, value, length);
}

bool status_parse(struct device_status *status, const char *text)
{
	struct device_status found = {};

	while (*text) {
		size_t length = strcspn(text, " ");

		take_word(&found, text, length);
		text += length + strspn(text + length, " ");
	}
	if (!found.state[0] || !found.places)
		return false;
	*status = found;
	return true;
}

static void take_status(void *context, const char *text)
{
	status_parse(context, text);
}

bool status_ask(struct device_status *status, struct channel *channel)
{
	memset(status, 0, sizeof(*status));
	if (!channel_ask(channel, "?", take_status, status))
		return false;
	if (status->places)
		return true;
	fprintf(stderr, "stepctl: this does not answer as a stepper device does\n");
	return false;
}

bool status_moves(const struct device_status *status)
{
	return !strcmp(status->state, "RUN") || !strcmp(status->state, "HOMING");
}

struct setup {
	struct rehearsal *rehearsal;
	bool good;
};

static void set_up(void *context, const char *line)
{
	struct setup *setup = context;

	setup->good = rehearsal_set_up(setup->rehearsal, line) && setup->good;
}

static s64 realtime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * (s64)NS_PER_S + now.tv_nsec;
}

struct rehearsal *status_rehearsal(const struct device_status *status,
				   struct channel *channel,
				   const struct observer *observer)
{
	struct setup setup = { rehearsal_new(observer, &status->axes, status->homes),
			       true };
	char line[LINE_BYTES_MAX];
	unsigned int i;

	if (!setup.rehearsal) {
		fprintf(stderr, "stepctl: out of memory\n");
		return NULL;
	}
	if (!channel_ask(channel, "GET", set_up, &setup)) {
		rehearsal_free(setup.rehearsal);
		return NULL;
	}
	for (i = 0; i < status->axes.count; i++) {
		snprintf(line, sizeof(line), "%s IS %s", status->axes.name[i],
			 status->position[i]);
		set_up(&setup, line);
	}
	if (!setup.good) {
		fprintf(stderr, "stepctl: the device has unknown settings; is it newer?\n");
		rehearsal_free(setup.rehearsal);
		return NULL;
	}
	setup.rehearsal->machine.realtime_offset_ns = realtime_ns() - REHEARSAL_BEGIN_NS;
	return setup.rehearsal;
}
