// SPDX-License-Identifier: GPL-2.0
/*
 * Lines to commands. A form is the function that reads what follows the first
 * word of a command; it is put together from helpers that each read one thing
 * (a word, an axis, a number with its unit, the end) or report why they cannot.
 * What a command means, and what an axis can do, is for hw/.
 *
 *	PAN 30 tilt -10.5deg AT 50% IN 12s	both axes, together
 *	SLIDE 3 IN 5s				IN and a number: the time
 *	SLIDE 3 in IN 5s; SLIDE 3in		otherwise: inches
 *	RUN PAN 5 TILT -2 FOR 500ms		speeds may be negative here
 *	PVT PAN 30 12.5 TILT 4 -1 IN 40ms	a position, a speed, of each axis
 *	WAIT UNTIL 1790000000.250		a time of the day, to the ns
 */
#include "command.h"
#include "help.h"
#include "text.h"

#define SHOWN_MAX 24 /* bytes of a word that error texts repeat */

static const char *const keywords[] = {
	"AT", "BY", "IN", "IS", "FOR", "UNTIL", "ON", "OFF"
};

/* The keys of the status line that are not names of axes. */
static const char *const status_keys[] = { "STATE", "QUEUE", "ALARM", "UNTRUSTED" };

struct setting_row {
	const char *name;
	enum setting_kind kind;
	bool guarded;
	s64 lowest;
	s64 highest;
};

static const struct setting_row settings[] = {
#define SETTING(id, kind, guarded, lowest, highest, help) \
	[SETTING_##id] = { #id, kind, guarded, lowest, highest },
	SETTINGS
#undef SETTING
};

typedef int command_form(struct parser *parser, struct command *command);
#define COMMAND(verb, word, form, usage, help) static command_form form_##form;
COMMANDS
#undef COMMAND

static const struct {
	const char *word;
	command_form *form;
} commands[] = {
#define COMMAND(verb, word, form, usage, help) \
	[VERB_##verb] = { word, form_##form },
	COMMANDS
#undef COMMAND
};

/* Commands that have a spelling of one character beside their word, as on GRBL. */
static const struct {
	char sign;
	enum verb verb;
} signs[] = {
	{ '?', VERB_STATUS },
	{ '!', VERB_PAUSE },
	{ '~', VERB_RESUME },
};

/* What a number with a unit may be, and so how its unit is written. */
struct dimension {
	const char *noun;
	const char *per; /* follows the unit of length or angle */
	bool percent;
	bool before_time; /* the word IN may follow */
};

static const struct dimension position = { "a position", "", false, true };
static const struct dimension waypoint = { "a position", "", false, false };
static const struct dimension speed = { "a speed", "/s", false, false };
static const struct dimension run_speed = { "a speed", "/s", true, false };
static const struct dimension move_speed = { "a speed", "/s", true, true };
static const struct dimension acceleration = { "an acceleration", "/s2", false, false };
static const struct dimension jerk = { "a jerk", "/s3", false, false };

/* Helpers that look, and do not take. */

static unsigned int column_here(const struct parser *parser)
{
	return parser->at + 1;
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Skip white space and the comment; the byte there, or ';' at the end of the command. */
static char look(struct parser *parser)
{
	while (parser->at < parser->length) {
		char c = parser->bytes[parser->at];

		if (c == '#')
			parser->length = parser->at;
		else if (is_white(c))
			parser->at++;
		else
			return c;
	}
	return ';';
}

/* The length of the name that begins here: a letter, then letters, digits, '_'. */
static unsigned int name_length(const struct parser *parser)
{
	const char *bytes = parser->bytes + parser->at;
	unsigned int i, rest = parser->length - parser->at;

	if (!rest || !char_is_letter(bytes[0]))
		return 0;
	for (i = 1; i < rest; i++)
		if (!char_is_letter(bytes[i]) && !char_is_digit(bytes[i]) && bytes[i] != '_')
			break;
	return i;
}

/* The length of the letters, digits, '-' and '_' that stand here. */
static unsigned int label_length(const struct parser *parser)
{
	unsigned int i;

	for (i = parser->at; i < parser->length; i++) {
		char c = parser->bytes[i];

		if (!char_is_letter(c) && !char_is_digit(c) && c != '-' && c != '_')
			break;
	}
	return i - parser->at;
}

/* The length of what stands here up to white space, ';', '#' or the end. */
static unsigned int token_length(const struct parser *parser)
{
	unsigned int i;

	for (i = parser->at; i < parser->length; i++) {
		char c = parser->bytes[i];

		if (is_white(c) || c == ';' || c == '#')
			break;
	}
	return i - parser->at;
}

/* @word is in capitals. */
static bool word_here_is(struct parser *parser, const char *word)
{
	/* Most often the first letter decides; the rest is not looked at then. */
	if (char_upper(look(parser)) != word[0])
		return false;
	return word_is(parser->bytes + parser->at, name_length(parser), word);
}

static bool number_begins(char c)
{
	return char_is_digit(c) || c == '.' || c == '+' || c == '-';
}

/* Whether a number with a unit of time stands here. */
static bool time_is_here(struct parser *parser)
{
	unsigned int start = parser->at;
	bool found = false;
	s64 micro;
	u64 ns;
	int length;

	look(parser);
	length = number_parse(parser->bytes + parser->at, parser->length - parser->at, &micro);
	if (length > 0) {
		parser->at += length;
		look(parser);
		found = duration_ns(0, parser->bytes + parser->at, token_length(parser), &ns) == 0;
	}
	parser->at = start;
	return found;
}

/* The number of the axis whose name stands here, or -1. */
static int axis_here(const struct parser *parser)
{
	unsigned int axis, length = name_length(parser);

	for (axis = 0; length && axis < parser->axes->count; axis++)
		if (word_is(parser->bytes + parser->at, length, parser->axes->name[axis]))
			return axis;
	return -1;
}

/* Whether this is a word of the language. */
static bool is_reserved(const char *word, unsigned int length)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keywords); i++)
		if (word_is(word, length, keywords[i]))
			return true;
	for (i = 0; i < ARRAY_SIZE(status_keys); i++)
		if (word_is(word, length, status_keys[i]))
			return true;
	for (i = 0; i < VERB_COUNT; i++)
		if (word_is(word, length, commands[i].word))
			return true;
	for (i = 0; i < SETTING_COUNT; i++)
		if (word_is(word, length, settings[i].name))
			return true;
	return unit_find(word, length) != UNIT_NONE;
}

/* Whether the name of an axis stands here, or a word that may be meant to be one. */
static bool name_is_here(struct parser *parser)
{
	if (!char_is_letter(look(parser)))
		return false;
	return axis_here(parser) >= 0 ||
	       !is_reserved(parser->bytes + parser->at, name_length(parser));
}

/* Helpers that report. All return -EINVAL and take nothing. */

/* The token here, fit to be repeated in an error text; @shown has SHOWN_MAX + 4 bytes. */
static const char *show(const struct parser *parser, char *shown)
{
	unsigned int length = token_length(parser);

	memcpy(shown, parser->bytes + parser->at, min_t(unsigned int, length, SHOWN_MAX));
	if (length > SHOWN_MAX)
		memcpy(shown + SHOWN_MAX, "...", 4);
	else
		shown[length] = '\0';
	return shown;
}

static int report_missing(const struct parser *parser, const char *owner, const char *what)
{
	return error_set(parser->report, EINVAL, column_here(parser), "%s needs %s",
			 owner, what);
}

static int report_twice(const struct parser *parser, const char *word)
{
	return error_set(parser->report, EINVAL, column_here(parser), "%s comes twice", word);
}

static int report_no(const struct parser *parser, const char *what)
{
	char shown[SHOWN_MAX + 4];

	return error_set(parser->report, EINVAL, column_here(parser), "no %s named %s",
			 what, show(parser, shown));
}

static int report_not(const struct parser *parser, const char *what)
{
	char shown[SHOWN_MAX + 4];

	return error_set(parser->report, EINVAL, column_here(parser), "\"%s\" is not %s",
			 show(parser, shown), what);
}

static int report_no_unit(const struct parser *parser)
{
	char shown[SHOWN_MAX + 4];

	return error_set(parser->report, EINVAL, column_here(parser), "no unit \"%s\"",
			 show(parser, shown));
}

/* Helpers that read one thing. 0, or -EINVAL and a report. */

static int read_end(struct parser *parser, const char *after)
{
	char shown[SHOWN_MAX + 4];

	if (look(parser) == ';')
		return 0;
	return error_set(parser->report, EINVAL, column_here(parser),
			 "extra word %s after %s", show(parser, shown), after);
}

static bool take_word(struct parser *parser, const char *word)
{
	if (!word_here_is(parser, word))
		return false;
	parser->at += name_length(parser);
	return true;
}

/*
 * Returns the number of the axis and notes it in @axes, where it may not be yet.
 * @what: that, or what else could have stood there.
 */
static int read_axis(struct parser *parser, const char *owner, const char *what, u32 *axes)
{
	int axis;

	if (look(parser) == ';')
		return report_missing(parser, owner, "an axis");
	axis = axis_here(parser);
	if (axis < 0)
		return report_no(parser, what);
	if (*axes & BIT(axis))
		return report_twice(parser, parser->axes->name[axis]);
	*axes |= BIT(axis);
	parser->at += name_length(parser);
	return axis;
}

/* Only the number: what may follow it without a blank is for the caller. */
static int read_number(struct parser *parser, const char *owner, const char *what,
		       s64 *micro)
{
	char first = look(parser);
	int length = number_parse(parser->bytes + parser->at,
				  parser->length - parser->at, micro);

	if (length == -ERANGE)
		return error_set(parser->report, EINVAL, column_here(parser),
				 "too many digits: at most 9 before the point, 6 after it");
	if (length < 0 && (first == ';' || char_is_letter(first)))
		return report_missing(parser, owner, what);
	if (length < 0)
		return report_not(parser, "a number");
	parser->at += length;
	return 0;
}

/* The unit, if there is one, of the number that began at @start and ends here. */
static int read_unit(struct parser *parser, unsigned int start,
		     const struct dimension *dimension, enum unit *unit)
{
	unsigned int end = parser->at, letters = 0, length;
	const char *token;
	bool glued;
	char next;

	look(parser);
	token = parser->bytes + parser->at;
	length = token_length(parser);
	glued = parser->at == end && length;
	while (letters < length && (char_is_letter(token[letters]) || token[letters] == '%'))
		letters++;

	*unit = unit_find(token, letters);
	if (*unit == UNIT_NONE) {
		if (glued && letters == length)
			return report_no_unit(parser);
		parser->at = glued ? start : end;
		return glued ? report_not(parser, "a number") : 0;
	}

	parser->at += length;
	next = look(parser);
	/* "IN" that cannot be inches is the word before a duration. */
	if (*unit == UNIT_IN && !glued && letters == length &&
	    (time_is_here(parser) ||
	     (dimension->before_time && (number_begins(next) || *dimension->per)))) {
		*unit = UNIT_NONE;
		parser->at = end;
		return 0;
	}
	if (*unit == UNIT_PERCENT && dimension->percent && length == 1)
		return 0;
	if (*unit != UNIT_PERCENT &&
	    word_is(token + letters, length - letters, dimension->per))
		return 0;

	parser->at = token - parser->bytes;
	if (*unit == UNIT_PERCENT)
		return report_no_unit(parser);
	return error_set(parser->report, EINVAL, column_here(parser),
			 "%s is written in %s%s", dimension->noun, unit_name(*unit),
			 dimension->per);
}

static int read_quantity(struct parser *parser, const char *owner,
			 const struct dimension *dimension, struct quantity *quantity)
{
	unsigned int start;
	int error;

	look(parser);
	start = parser->at;
	quantity->column = column_here(parser);
	error = read_number(parser, owner, dimension->noun, &quantity->micro);
	if (error)
		return error;
	return read_unit(parser, start, dimension, &quantity->unit);
}

static int read_duration(struct parser *parser, const char *owner, u64 *ns)
{
	unsigned int start, end, length;
	s64 micro;
	int error;

	look(parser);
	start = parser->at;
	error = read_number(parser, owner, "a duration", &micro);
	if (error)
		return error;

	end = parser->at;
	look(parser);
	length = token_length(parser);
	error = duration_ns(micro < 0 ? 0 : micro, parser->bytes + parser->at, length, ns);
	if (error == -EINVAL) {
		if (parser->at == end && length)
			return report_no_unit(parser);
		return error_set(parser->report, EINVAL, start + 1,
				 "a duration needs a unit: us ms s min h");
	}
	if (error)
		return error_set(parser->report, EINVAL, start + 1,
				 "a duration of more than 292 years");
	if (micro < 0)
		return error_set(parser->report, EINVAL, start + 1,
				 "a duration cannot be negative");
	parser->at += length;
	return 0;
}

/* Seconds since 1970. */
static int read_instant(struct parser *parser, const char *owner, u64 *ns)
{
	unsigned int length;
	int error;

	if (look(parser) == ';')
		return report_missing(parser, owner, "seconds since 1970");
	length = token_length(parser);
	error = instant_parse(parser->bytes + parser->at, length, ns);
	if (error == -ERANGE)
		return error_set(parser->report, EINVAL, column_here(parser),
				 "seconds from 0 to 9223372036, with 9 decimals at most");
	if (error)
		return report_not(parser, "seconds since 1970");
	parser->at += length;
	return 0;
}

/* A number that has no unit, and so must end with its token or before a '/'. */
static int read_bare_number(struct parser *parser, const char *owner, const char *what,
			    s64 *micro)
{
	unsigned int start;
	int error;

	look(parser);
	start = parser->at;
	error = read_number(parser, owner, what, micro);
	if (error)
		return error;
	if (!token_length(parser) || parser->bytes[parser->at] == '/')
		return 0;
	parser->at = start;
	return report_not(parser, what);
}

static int read_ratio(struct parser *parser, const char *owner,
		      struct setting_value *value)
{
	s64 numerator, denominator = MICRO;
	unsigned int start;
	int error;

	look(parser);
	start = parser->at;
	error = read_bare_number(parser, owner, "a ratio", &numerator);
	if (!error && look(parser) == '/') {
		parser->at++;
		error = read_bare_number(parser, "/", "a number", &denominator);
	}
	if (error)
		return error;
	if (numerator <= 0 || denominator <= 0)
		return error_set(parser->report, EINVAL, start + 1,
				 "a ratio must be greater than 0");
	value->numerator = numerator;
	value->denominator = denominator;
	ratio_reduce(&value->numerator, &value->denominator);
	return 0;
}

/* A ratio's value in millionths, rounded down: what the table of settings limits. */
static s64 ratio_micro(const struct setting_value *value)
{
	u64 rest, micro = div64_u64_rem(value->numerator, value->denominator, &rest);
	int decimal;

	if (micro >= S64_MAX / MICRO)
		return S64_MAX;
	/* Digit by digit: the numerator times a million may exceed 64 bits. */
	for (decimal = 0; decimal < 6; decimal++)
		micro = micro * 10 + div64_u64_rem(rest * 10, value->denominator, &rest);
	return micro;
}

static int read_choice(struct parser *parser, const char *owner, const char *choice,
		       struct quantity *quantity)
{
	look(parser);
	quantity->column = column_here(parser);
	return read_bare_number(parser, owner, choice, &quantity->micro);
}

static int read_unit_name(struct parser *parser, const char *owner, enum unit *unit)
{
	unsigned int length;

	if (look(parser) == ';')
		return report_missing(parser, owner, "a unit");
	length = token_length(parser);
	*unit = unit_find(parser->bytes + parser->at, length);
	if (*unit == UNIT_NONE || *unit == UNIT_PERCENT)
		return report_no_unit(parser);
	parser->at += length;
	return 0;
}

/* Of a preset. It is kept as it is written. */
static int read_name(struct parser *parser, const char *owner, char *name)
{
	unsigned int length;

	if (look(parser) == ';')
		return report_missing(parser, owner, "a name");
	length = label_length(parser);
	if (!length || length > PRESET_NAME_MAX || length < token_length(parser))
		return error_set(parser->report, EINVAL, column_here(parser),
				 "a name is 1 to %d letters, digits, - or _", PRESET_NAME_MAX);
	memcpy(name, parser->bytes + parser->at, length);
	parser->at += length;
	return 0;
}

static int read_setting(struct parser *parser, const char *owner, enum setting *setting)
{
	unsigned int i, length;

	if (look(parser) == ';')
		return report_missing(parser, owner, "a setting");
	length = name_length(parser);
	for (i = 0; i < SETTING_COUNT; i++) {
		if (!word_is(parser->bytes + parser->at, length, settings[i].name))
			continue;
		*setting = i;
		parser->at += length;
		return 0;
	}
	return report_no(parser, "setting");
}

static int check_setting(const struct parser *parser, const struct command *command, s64 value)
{
	return setting_check(command->setting, value, command->value_column, parser->report);
}

static int read_setting_value(struct parser *parser, struct command *command)
{
	struct setting_value *value = &command->setting_value;
	const char *name = settings[command->setting].name;
	int error;

	look(parser);
	command->value_column = column_here(parser);
	switch (settings[command->setting].kind) {
	case KIND_SPEED:
		/* a percentage is one of MAXSPEED */
		error = read_quantity(parser, name,
				      command->setting == SETTING_MAXSPEED ? &speed : &run_speed,
				      &value->quantity);
		break;
	case KIND_ACCELERATION:
		error = read_quantity(parser, name, &acceleration, &value->quantity);
		break;
	case KIND_JERK:
		error = read_quantity(parser, name, &jerk, &value->quantity);
		break;
	case KIND_POSITION:
		error = read_quantity(parser, name, &position, &value->quantity);
		break;
	case KIND_FLAG:
		error = read_choice(parser, name, "0 or 1", &value->quantity);
		break;
	case KIND_DIRECTION:
		error = read_choice(parser, name, "-1 or 1", &value->quantity);
		break;
	case KIND_RATIO:
		error = read_ratio(parser, name, value);
		if (error)
			return error;
		return check_setting(parser, command, ratio_micro(value));
	case KIND_DURATION:
		error = read_duration(parser, name, &value->duration_ns);
		if (error)
			return error;
		return check_setting(parser, command, value->duration_ns);
	default:
		return read_unit_name(parser, name, &value->unit);
	}
	return error ? error : check_setting(parser, command, value->quantity.micro);
}

/* Forms: the rest of a command, from where its first word (not an axis) ended. */

/* The axis that begins a part of a command; as read_axis(). */
static int read_named_axis(struct parser *parser, struct command *command)
{
	return read_axis(parser, commands[command->verb].word, "axis", &command->axes);
}

/* The same where it may follow a number. */
static int read_next_axis(struct parser *parser, struct command *command)
{
	return read_axis(parser, commands[command->verb].word,
			 command->axes ? "axis or unit" : "axis", &command->axes);
}

/* A time, and where it stands; any other word of the command may precede it. */
static int read_time(struct parser *parser, struct command *command, const char *owner)
{
	command->has_duration = true;
	look(parser);
	command->duration_column = column_here(parser);
	return read_duration(parser, owner, &command->duration_ns);
}

/* axis [BY] position */
static int read_target(struct parser *parser, struct command *command)
{
	int axis = read_next_axis(parser, command);

	if (axis < 0)
		return axis;
	if (char_is_letter(look(parser)) && take_word(parser, "BY"))
		command->relative |= BIT(axis);
	return read_quantity(parser, parser->axes->name[axis], &position,
			     &command->value[axis]);
}

/* AT speed, IN time: each once, in either order. */
static int read_clauses(struct parser *parser, struct command *command)
{
	int error = 0;

	while (!error && look(parser) != ';') {
		if (word_here_is(parser, "AT")) {
			if (command->has_speed)
				return report_twice(parser, "AT");
			take_word(parser, "AT");
			command->has_speed = true;
			error = read_quantity(parser, "AT", &move_speed, &command->speed);
			if (!error && command->speed.micro <= 0)
				error = error_set(parser->report, EINVAL, command->speed.column,
						  "a speed must be greater than 0");
		} else if (word_here_is(parser, "IN")) {
			if (command->has_duration)
				return report_twice(parser, "IN");
			take_word(parser, "IN");
			error = read_time(parser, command, "IN");
		} else {
			return read_end(parser, "the move");
		}
	}
	return error;
}

static int form_move(struct parser *parser, struct command *command)
{
	int error;

	do {
		error = read_target(parser, command);
		if (error)
			return error;
	} while (name_is_here(parser));
	return read_clauses(parser, command);
}

static int form_run(struct parser *parser, struct command *command)
{
	int axis, error;

	do {
		axis = read_next_axis(parser, command);
		if (axis < 0)
			return axis;
		error = read_quantity(parser, parser->axes->name[axis], &run_speed,
				      &command->velocity[axis]);
		if (error)
			return error;
	} while (name_is_here(parser));
	if (!take_word(parser, "FOR"))
		return read_end(parser, "the speed");
	error = read_time(parser, command, "FOR");
	return error ? error : read_end(parser, "the time");
}

static int form_pvt(struct parser *parser, struct command *command)
{
	int axis, error;

	do {
		axis = read_next_axis(parser, command);
		if (axis < 0)
			return axis;
		error = read_quantity(parser, parser->axes->name[axis], &waypoint,
				      &command->value[axis]);
		if (!error)
			error = read_quantity(parser, parser->axes->name[axis], &move_speed,
					      &command->velocity[axis]);
		if (error)
			return error;
	} while (name_is_here(parser));
	if (!take_word(parser, "IN"))
		return report_missing(parser, "PVT", "IN and a duration");
	error = read_time(parser, command, "IN");
	return error ? error : read_end(parser, "the time");
}

static int form_wait(struct parser *parser, struct command *command)
{
	int error;

	if (take_word(parser, "UNTIL")) {
		command->until = true;
		look(parser);
		command->duration_column = column_here(parser);
		error = read_instant(parser, "UNTIL", &command->realtime_ns);
	} else {
		error = read_time(parser, command, "WAIT");
	}
	return error ? error : read_end(parser, "the time");
}

static int form_trigger(struct parser *parser, struct command *command)
{
	u64 rest, output;
	s64 micro;
	int error;

	look(parser);
	command->value_column = column_here(parser);
	error = read_bare_number(parser, "TRIGGER", "an output", &micro);
	if (error)
		return error;
	output = div64_u64_rem(micro < 0 ? 0 : micro, MICRO, &rest);
	if (!output || rest)
		return error_set(parser->report, EINVAL, command->value_column,
				 "outputs are numbered 1, 2, 3 ...");
	command->output = output;
	error = read_time(parser, command, "TRIGGER");
	return error ? error : read_end(parser, "the time");
}

static int form_name(struct parser *parser, struct command *command)
{
	look(parser);
	command->value_column = column_here(parser);
	return read_name(parser, commands[command->verb].word, command->name);
}

static int form_preset(struct parser *parser, struct command *command)
{
	int error = form_name(parser, command);

	return error ? error : read_end(parser, "the name");
}

static int form_go(struct parser *parser, struct command *command)
{
	int error = form_name(parser, command);

	return error ? error : read_clauses(parser, command);
}

static int form_error(struct parser *parser, struct command *command)
{
	if (look(parser) != '?')
		return report_missing(parser, "ERROR", "?");
	parser->at++;
	return read_end(parser, "?");
}

static int form_help(struct parser *parser, struct command *command)
{
	unsigned int length;
	char nothing[1];
	struct text text;

	look(parser);
	command->value_column = column_here(parser);
	if (axis_here(parser) >= 0) {
		read_named_axis(parser, command);
		return read_end(parser, "the axis");
	}
	length = token_length(parser);
	text_init(&text, nothing, sizeof(nothing));
	if (length <= PRESET_NAME_MAX)
		memcpy(command->name, parser->bytes + parser->at, length);
	if (length > PRESET_NAME_MAX || help_print(&text, command->name))
		return report_no(parser, "command, axis, setting or error");
	parser->at += length;
	return read_end(parser, "the word");
}

static int form_watch(struct parser *parser, struct command *command)
{
	if (look(parser) == ';')
		return report_missing(parser, "WATCH", "ON or OFF");
	command->on = take_word(parser, "ON");
	if (!command->on && !take_word(parser, "OFF"))
		return report_not(parser, "ON or OFF");
	return read_end(parser, command->on ? "ON" : "OFF");
}

static int form_is(struct parser *parser, struct command *command)
{
	int axis = read_named_axis(parser, command);
	int error;

	if (axis < 0)
		return axis;
	take_word(parser, "IS");
	error = read_quantity(parser, parser->axes->name[axis], &position, &command->value[axis]);
	return error ? error : read_end(parser, "the position");
}

static int form_position(struct parser *parser, struct command *command)
{
	int axis = read_named_axis(parser, command);

	if (axis < 0)
		return axis;
	look(parser);
	parser->at++;
	return read_end(parser, "?");
}

static int form_axes(struct parser *parser, struct command *command)
{
	int axis = 0;

	while (axis >= 0 && look(parser) != ';')
		axis = read_named_axis(parser, command);
	return axis < 0 ? axis : 0;
}

static int form_set(struct parser *parser, struct command *command)
{
	int axis = read_named_axis(parser, command);
	int error;

	if (axis < 0)
		return axis;
	command->has_setting = true;
	error = read_setting(parser, "SET", &command->setting);
	if (!error)
		error = read_setting_value(parser, command);
	return error ? error : read_end(parser, "the value");
}

static int form_get(struct parser *parser, struct command *command)
{
	int error;

	if (look(parser) == ';')
		return 0;
	error = read_named_axis(parser, command);
	if (error < 0)
		return error;
	if (look(parser) == ';')
		return 0;
	command->has_setting = true;
	error = read_setting(parser, "GET", &command->setting);
	return error ? error : read_end(parser, "the setting");
}

static int form_none(struct parser *parser, struct command *command)
{
	return read_end(parser, commands[command->verb].word);
}

/* Which of the commands that begin with an axis this is: told by what follows. */
static enum verb axis_verb(struct parser *parser)
{
	unsigned int start = parser->at;
	enum verb verb = VERB_MOVE;
	char next;

	parser->at += name_length(parser);
	next = look(parser);
	if (next == '?')
		verb = VERB_POSITION;
	else if (char_is_letter(next) && word_here_is(parser, "IS"))
		verb = VERB_IS;
	parser->at = start;
	return verb;
}

/* Find the command by its first word, and take that unless it is an axis. */
static int read_verb(struct parser *parser, enum verb *verb)
{
	unsigned int i, length = name_length(parser);
	char first = char_upper(parser->bytes[parser->at]);

	if (axis_here(parser) >= 0) {
		*verb = axis_verb(parser);
		return 0;
	}
	for (i = 0; length && i < VERB_COUNT; i++) {
		/* Most often the first letter decides. */
		if (commands[i].word[0] != first ||
		    !word_is(parser->bytes + parser->at, length, commands[i].word))
			continue;
		*verb = i;
		parser->at += length;
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(signs); i++) {
		if (signs[i].sign != first)
			continue;
		*verb = signs[i].verb;
		parser->at++;
		return 0;
	}
	return report_no(parser, "command or axis");
}

int parser_next(struct parser *parser, struct command *command,
		struct error_report *report)
{
	int error;

	parser->report = report;
	while (look(parser) == ';') {
		if (parser->at == parser->length)
			return 0;
		parser->at++;
	}
	memset(command, 0, sizeof(*command));
	command->column = column_here(parser);
	error = read_verb(parser, &command->verb);
	if (!error)
		error = commands[command->verb].form(parser, command);
	return error ? error : 1;
}

int parser_begin(struct parser *parser, const struct axis_names *axes,
		 const char *bytes, unsigned int length,
		 struct error_report *report)
{
	unsigned int tag_length;

	parser->axes = axes;
	parser->bytes = bytes;
	parser->length = length;
	parser->at = 0;
	parser->tag[0] = '\0';
	parser->report = report;
	if (look(parser) != '@')
		return 0;

	parser->at++;
	tag_length = label_length(parser);
	if (!tag_length || tag_length > TAG_MAX || tag_length < token_length(parser))
		return error_set(report, EINVAL, parser->at,
				 "a tag is @ and 1 to %d letters, digits, - or _", TAG_MAX);
	memcpy(parser->tag, parser->bytes + parser->at, tag_length);
	parser->tag[tag_length] = '\0';
	parser->at += tag_length;
	return 0;
}

bool parser_is_reserved(const char *word)
{
	return is_reserved(word, strlen(word));
}

const char *setting_name(enum setting setting)
{
	return settings[setting].name;
}

enum setting_kind setting_kind(enum setting setting)
{
	return settings[setting].kind;
}

bool setting_is_guarded(enum setting setting)
{
	return settings[setting].guarded;
}

int setting_check(enum setting setting, s64 value, unsigned int column,
		  struct error_report *report)
{
	const struct setting_row *row = &settings[setting];
	bool either = row->kind == KIND_FLAG || row->kind == KIND_DIRECTION;
	char range[ERROR_TEXT_MAX];
	struct text text;

	if (value >= row->lowest && value <= row->highest &&
	    (!either || value == row->lowest || value == row->highest))
		return 0;

	text_init(&text, range, sizeof(range));
	text_printf(&text, "%s takes ", row->name);
	if (row->kind == KIND_DURATION) {
		text_duration(&text, row->lowest);
		text_printf(&text, " to ");
		text_duration(&text, row->highest);
	} else {
		text_micro(&text, row->lowest, false);
		text_printf(&text, either ? " or " : " to ");
		text_micro(&text, row->highest, false);
	}
	return error_set(report, EINVAL, column, "%s", range);
}
