// SPDX-License-Identifier: GPL-2.0
/*
 * Usage as text, from the tables that parse. Whether a word must be one of
 * theirs, and who reads the lines, is for others.
 */
#include "command.h"
#include "help.h"

static const struct {
	const char *verb;
	const char *usage;
	const char *help;
} commands[] = {
#define COMMAND(verb, word, form, usage, help) { #verb, usage, help },
	COMMANDS
#undef COMMAND
};

static const struct {
	const char *name;
	enum setting_kind kind;
	bool guarded;
	s64 lowest;
	s64 highest;
	const char *help;
} settings[] = {
#define SETTING(id, kind, guarded, lowest, highest, help) \
	{ #id, kind, guarded, lowest, highest, help },
	SETTINGS
#undef SETTING
};

static const char *const values[] = {
	[KIND_SPEED] = "speed",
	[KIND_ACCELERATION] = "acceleration",
	[KIND_JERK] = "jerk",
	[KIND_POSITION] = "position",
	[KIND_RATIO] = "steps[/units]",
	[KIND_DURATION] = "time",
	[KIND_UNIT] = "deg | rad | rev | mm | cm | in | steps",
	[KIND_FLAG] = "0 | 1",
	[KIND_DIRECTION] = "-1 | 1",
};

static bool name_is(const char *word, const char *name)
{
	return word_is(word, strlen(word), name);
}

/*
 * Whether @usage has @word as a whole word. What a user would put there himself is
 * in small letters, and so never equal to the word's capitals.
 */
static bool usage_has(const char *usage, const char *word)
{
	const char *start;
	unsigned int i;

	/* The marks that show what may be left out, chosen or repeated are no words. */
	if (word[strcspn(word, "[]|.")])
		return false;
	for (start = usage; *start; start++) {
		if (start > usage && char_is_letter(start[-1]))
			continue;
		for (i = 0; word[i] && start[i] == char_upper(word[i]); i++)
			;
		if (!word[i] && !char_is_letter(start[i]))
			return true;
	}
	return false;
}

static void print_command(struct text *text, unsigned int i)
{
	text_printf(text, "%s  - %s", commands[i].usage, commands[i].help);
	text_end_line(text);
}

bool help_commands(struct text *text, const char *word)
{
	bool found = false;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (word[0] && !name_is(word, commands[i].verb) &&
		    !usage_has(commands[i].usage, word))
			continue;
		print_command(text, i);
		found = true;
	}
	return found;
}

void help_axis(struct text *text)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (strstr(commands[i].usage, "axis"))
			print_command(text, i);
}

bool help_settings(struct text *text, const char *word)
{
	bool found = false;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		if (word[0] && !name_is(word, settings[i].name))
			continue;
		text_printf(text, "SET axis %s %s  - %s", settings[i].name,
			    values[settings[i].kind], settings[i].help);
		if (settings[i].kind == KIND_DURATION) {
			text_printf(text, " (");
			text_duration(text, settings[i].lowest);
			text_printf(text, " to ");
			text_duration(text, settings[i].highest);
			text_printf(text, ")");
		}
		text_printf(text, "%s", settings[i].guarded ? " [guarded]" : "");
		text_end_line(text);
		found = true;
	}
	return found;
}

bool help_errors(struct text *text, const char *word)
{
	bool found = false;
	unsigned int i;
	char number[12];

	for (i = 0; i < error_table_size; i++) {
		snprintf(number, sizeof(number), "%d", error_table[i].number);
		if (word[0] && !name_is(word, error_table[i].name) && !name_is(word, number))
			continue;
		text_printf(text, "ERR %s %s  - %s", number, error_table[i].name,
			    error_table[i].text);
		text_end_line(text);
		found = true;
	}
	return found;
}

int help_print(struct text *text, const char *word)
{
	bool found = help_commands(text, word);

	found |= help_settings(text, word);
	found |= help_errors(text, word);
	return found ? 0 : -EINVAL;
}
