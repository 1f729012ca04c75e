// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration of stepperd: where the pins of each axis lead, and its settings
 * as the lines of the language that set them.
 */
#define _GNU_SOURCE /* strtok_r() */
#include <stdlib.h>

#include "stepperd_config.h"
#include "stepperd_line.h"

#define WORDS_MAX 8

/* Bytes of the file: as far as a column is counted. */
#define TEXT_MAX U16_MAX

#define ENABLE_PINS (PIN_ENABLE(AXES_MAX) - PIN_ENABLE(0))

/*
 * The file is looked at line by line. What it sets is not done at once: of a copy of its
 * text all else becomes blanks, and what is left is one line to the machine, which takes
 * effect as a whole or not at all.
 */
struct reader {
	struct config *config;
	struct machine *machine;
	const char *file;
	const char *text; /* as it is in the file */
	char *settings; /* the copy, in which each byte has the same place */
	enum config_use use;
};

/* @place is one of reader->settings, NULL: of the file as a whole. */
static bool complain(const struct reader *reader, const char *place, const char *what,
		     const char *word)
{
	const char *end = reader->text + (place ? place - reader->settings : 0);
	const char *begin = reader->text; /* of the line */
	unsigned int line = 1;
	const char *next;

	while ((next = memchr(begin, '\n', end - begin))) {
		begin = next + 1;
		line++;
	}
	fprintf(stderr, "stepperd: %s:", reader->file);
	if (place)
		fprintf(stderr, "%u:%td:", line, end - begin + 1);
	fprintf(stderr, " %s%s\n", what, word);
	return false;
}

/* The axis of this name, which is added if it is new; -1 if it cannot be. */
static int find_axis(struct reader *reader, const char *name)
{
	struct machine *machine = reader->machine;
	struct error_report report;
	unsigned int i;
	int axis;

	for (i = 0; i < machine->names.count; i++)
		if (!strcasecmp(machine->names.name[i], name))
			return i;
	if (reader->use == CONFIG_AGAIN) {
		complain(reader, name, "a restart is needed for a new axis, ", name);
		return -1;
	}
	axis = machine_add_axis(machine, name, &report);
	if (axis < 0)
		complain(reader, name, report.text, "");
	return axis < 0 ? -1 : axis;
}

/* The output of "STEP", the switch of "HOME". False: there is none of that name. */
static bool find_function(unsigned int axis, const char *function, struct pin *pin)
{
	const struct {
		const char *function;
		u64 mask;
		u32 input;
	} rows[] = {
		{ "STEP", PIN_STEP(axis), 0 },
		{ "DIR", PIN_DIR(axis), 0 },
		{ "PHASE-A", PIN_PHASE(axis, 0), 0 },
		{ "PHASE-B", PIN_PHASE(axis, 1), 0 },
		{ "PHASE-C", PIN_PHASE(axis, 2), 0 },
		{ "PHASE-D", PIN_PHASE(axis, 3), 0 },
		{ "ENABLE", PIN_ENABLE(axis), 0 },
		{ "HOME", 0, SWITCH_HOME(axis) },
		{ "LIMIT-MIN", 0, SWITCH_MIN(axis) },
		{ "LIMIT-MAX", 0, SWITCH_MAX(axis) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcasecmp(function, rows[i].function))
			continue;
		pin->mask = rows[i].mask;
		pin->input = rows[i].input;
		return true;
	}
	return false;
}

/* Those of "PAN STEP". False: stderr has been told. */
static bool find_axis_pin(struct reader *reader, const char *name, const char *function,
			  struct pin *pin)
{
	int axis = find_axis(reader, name);

	if (axis < 0)
		return false;
	return find_function(axis, function, pin) ||
	       complain(reader, function, "no output or switch of an axis is called ", function);
}

/* "AUX 1" */
static bool find_output(struct reader *reader, const char *word, struct pin *pin)
{
	struct machine *machine = reader->machine;
	unsigned long number;
	char *end;

	number = strtoul(word, &end, 10);
	if (*end || number < 1 || number > AUX_MAX)
		return complain(reader, word, "no auxiliary output ", word);
	if (reader->use == CONFIG_FIRST)
		machine->outputs = max(machine->outputs, (unsigned int)number);
	pin->mask = PIN_AUX(number - 1);
	return true;
}

/* Add a pin, or let it share the line of one that is there. */
static bool add_pin(struct reader *reader, const char *place, const struct pin *pin)
{
	struct config *config = reader->config;
	struct pin *other;

	for (other = config->pin; other < config->pin + config->pins; other++) {
		if ((other->mask & pin->mask) || (other->input & pin->input))
			return complain(reader, place, "this pin is given twice", "");
		if (other->line != pin->line || strcmp(other->chip, pin->chip))
			continue;
		if (!(other->mask & ENABLE_PINS) || other->low != pin->low || pin->input ||
		    ((other->mask | pin->mask) & ~ENABLE_PINS))
			return complain(reader, place, "only ENABLE lines can be shared", "");
		other->mask |= pin->mask;
		return true;
	}
	config->pin[config->pins++] = *pin;
	return true;
}

/* What may stand behind a line. */
static bool take_flag(struct reader *reader, const char *word, struct pin *pin)
{
	if (!strcasecmp(word, "LOW"))
		pin->low = true;
	else if (pin->input && !strcasecmp(word, "PULL-UP"))
		pin->pull = PULL_UP;
	else if (pin->input && !strcasecmp(word, "PULL-DOWN"))
		pin->pull = PULL_DOWN;
	else
		return complain(reader, word,
				pin->input ? "LOW, PULL-UP or PULL-DOWN, not " : "LOW, not ",
				word);
	return true;
}

/* How many words the line has, WORDS_MAX at most. */
static unsigned int split(char *line, char **word)
{
	unsigned int count = 0;

	while (count < WORDS_MAX && (word[count] = strtok_r(line, " \t", &line)))
		count++;
	return count;
}

/*
 *	PIN PAN STEP gpiochip0 17
 *	PIN PAN HOME gpiochip0 5 LOW PULL-UP
 *	PIN ESTOP gpiochip0 6
 */
static bool take_pin(struct reader *reader, char *line)
{
	char *word[WORDS_MAX], *end;
	unsigned int count = split(line, word);
	struct pin pin = {};
	bool good = true, stop;
	unsigned int place, i;

	stop = count > 1 && !strcasecmp(word[1], "ESTOP");
	place = stop ? 2 : 3;
	if (count < place + 2 || count > place + 4)
		return complain(reader, line, "not PIN AXIS FUNCTION CHIP LINE [LOW]", "");
	if (strlen(word[place]) >= sizeof(pin.chip))
		return complain(reader, word[place], "no chip ", word[place]);
	strcpy(pin.chip, word[place]);
	pin.line = strtoul(word[place + 1], &end, 10);
	if (*end)
		return complain(reader, word[place + 1], "the number of a line, not ",
				word[place + 1]);
	if (stop)
		pin.input = SWITCH_ESTOP;
	else if (!strcasecmp(word[1], "AUX"))
		good = find_output(reader, word[2], &pin);
	else
		good = find_axis_pin(reader, word[1], word[2], &pin);
	for (i = place + 2; good && i < count; i++)
		good = take_flag(reader, word[i], &pin);
	return good && add_pin(reader, line, &pin);
}

/* DRIVE AXIS WORD */
static bool take_drive(struct reader *reader, char *line)
{
	char *word[WORDS_MAX];
	int axis, drive;

	if (split(line, word) != 3)
		return complain(reader, line, "not DRIVE AXIS WORD", "");
	axis = find_axis(reader, word[1]);
	if (axis < 0)
		return false;
	drive = drive_find(word[2]);
	if (drive < 0)
		return complain(reader, word[2], "no drive is called ", word[2]);
	reader->config->drive[axis] = drive;
	if (reader->use == CONFIG_FIRST)
		machine_set_drive(reader->machine, axis, drive);
	return true;
}

/* Whether each command of the line is SET: nothing is to move here. */
static bool only_sets(const char *line)
{
	for (;;) {
		line += strspn(line, " \t;");
		if (!*line)
			return true;
		if (strncasecmp(line, "SET ", 4))
			return false;
		line += strcspn(line, ";");
	}
}

/* Of a line that is left as what it sets, or blank. */
static bool take_line(struct reader *reader, char *line)
{
	size_t length = strlen(line);
	char *comment = line + strcspn(line, "#\r");
	char *word;
	bool good;

	memset(comment, ' ', line + length - comment);
	word = line + strspn(line, " \t");
	if (!*word)
		return true;
	if (!strncasecmp(word, "SET ", 4))
		return only_sets(word) ||
		       complain(reader, word, "PIN, DRIVE or SET, not ", word);
	if (!strncasecmp(word, "PIN ", 4))
		good = reader->use == CONFIG_SIM || take_pin(reader, word);
	else if (!strncasecmp(word, "DRIVE ", 6))
		good = reader->use == CONFIG_SIM || take_drive(reader, word);
	else
		good = complain(reader, word, "PIN, DRIVE or SET, not ", word);
	memset(line, ' ', length);
	return good;
}

/* Leave one line of the language of the text: all that it sets. */
static bool take_lines(struct reader *reader)
{
	char *line = reader->settings;
	bool good = true;

	while (good && *line) {
		size_t length = strcspn(line, "\n");
		bool last = !line[length];

		line[length] = '\0';
		good = take_line(reader, line);
		line += length;
		if (!last)
			*line++ = ';';
	}
	return good;
}

static bool take_settings(struct reader *reader)
{
	struct error_report report;

	if (!run_own_line(reader->machine, reader->settings, &report))
		return true;
	return complain(reader,
			report.column ? reader->settings + report.column - 1 : NULL,
			report.text, "");
}

/* Whether the axis has the pins that its drive needs. */
static bool has_pins(const struct config *config, unsigned int axis)
{
	u64 needed = drive_pins(config->drive[axis], axis);
	unsigned int i;

	for (i = 0; i < config->pins; i++)
		needed &= ~config->pin[i].mask;
	return !needed;
}

static bool is_complete(const struct reader *reader)
{
	const struct axis_names *names = &reader->machine->names;
	unsigned int i;

	if (reader->use == CONFIG_SIM)
		return true;
	for (i = 0; i < names->count; i++)
		if (!has_pins(reader->config, i))
			return complain(reader, NULL, "STEP, DIR or a phase is missing of ",
					names->name[i]);
	return names->count || complain(reader, NULL, "no axis: no PIN line", "");
}

/* The text of the file, to be freed. NULL: stderr has been told. */
static char *read_text(const char *path)
{
	char *text = calloc(1, TEXT_MAX + 2);
	FILE *file = fopen(path, "re");
	int error = 0;

	if (!file || !text) {
		error = errno;
	} else {
		size_t length = fread(text, 1, TEXT_MAX + 1, file);

		if (ferror(file))
			error = errno;
		else if (length > TEXT_MAX)
			error = EFBIG;
		else if (strlen(text) != length)
			error = EILSEQ;
	}
	if (file)
		fclose(file);
	if (!error)
		return text;
	fprintf(stderr, "stepperd: %s: %s\n", path, strerror(error));
	free(text);
	return NULL;
}

/* Pins and drives first, which nothing is done with here but at the start. */
static bool take_text(struct reader *reader, const struct config *present)
{
	if (!take_lines(reader) || !is_complete(reader))
		return false;
	if (reader->use == CONFIG_AGAIN && memcmp(reader->config, present, sizeof(*present)))
		return complain(reader, NULL, "a restart is needed for other pins or drives", "");
	return take_settings(reader);
}

bool config_read(struct config *config, struct machine *machine, const char *path,
		 enum config_use use)
{
	static struct config found;
	char *text = read_text(path);
	struct reader reader = {
		.config = &found,
		.machine = machine,
		.file = path,
		.text = text,
		.settings = text ? strdup(text) : NULL,
		.use = use,
	};
	bool good;

	memset(&found, 0, sizeof(found));
	good = reader.settings && take_text(&reader, config);
	if (good)
		*config = found;
	free(reader.settings);
	free(text);
	return good;
}
