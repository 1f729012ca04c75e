// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the manual: copies a page from stdin to stdout, and where a line says
 * @COMMANDS@, @SETTINGS@ or @ERRORS@ puts the list that the tables of parser/
 * give. All else is in the page.
 */
#include <stdio.h>
#include <string.h>

#include "../parser/help.h"

#define LINE_MAX_BYTES 1000

static const struct {
	const char *line;
	bool (*print)(struct text *text, const char *word);
} lists[] = {
	{ "@COMMANDS@\n", help_commands },
	{ "@SETTINGS@\n", help_settings },
	{ "@ERRORS@\n", help_errors },
};

/* So that it comes out as it is, wherever it stands. */
static void print_character(char c)
{
	switch (c) {
	case '-':
		fputs("\\-", stdout);
		break;
	case '~':
		fputs("\\(ti", stdout);
		break;
	case '\'':
		fputs("\\(aq", stdout);
		break;
	case '\\':
		fputs("\\e", stdout);
		break;
	default:
		putchar(c);
	}
}

/* Words of the language are bold; what users put there themselves is italic. */
static char font_of(char c)
{
	if (char_is_letter(c))
		return c == char_upper(c) ? 'B' : 'I';
	return char_is_digit(c) || strchr("?!~-", c) ? 'B' : 'R';
}

static void print_usage(const char *usage, size_t length)
{
	char font = 'R';
	size_t i;

	for (i = 0; i < length; i++) {
		if (font != font_of(usage[i]) && usage[i] != ' ') {
			font = font_of(usage[i]);
			printf("\\f%c", font);
		}
		print_character(usage[i]);
	}
	puts("\\fR");
}

/* Each line "usage  - help" becomes a paragraph of its own. */
static void print_list(bool (*print)(struct text *text, const char *word))
{
	static char bytes[1 << 16];
	char *line, *next, *help;
	struct text text;

	text_init(&text, bytes, sizeof(bytes));
	print(&text, "");
	for (line = bytes; *line; line = next) {
		next = strchr(line, '\n') + 1;
		help = strstr(line, "  - ");
		puts(".TP");
		print_usage(line, help - line);
		for (help += 4; *help != '\n'; help++)
			print_character(*help);
		puts(".");
	}
}

int main(void)
{
	char line[LINE_MAX_BYTES];
	unsigned int i;

	while (fgets(line, sizeof(line), stdin)) {
		for (i = 0; i < ARRAY_SIZE(lists); i++)
			if (!strcmp(line, lists[i].line))
				break;
		if (i < ARRAY_SIZE(lists))
			print_list(lists[i].print);
		else
			fputs(line, stdout);
	}
	return ferror(stdin) || fflush(stdout) ? 1 : 0;
}
