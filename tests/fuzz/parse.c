// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes line assembly and the parser. The first byte of an input says into which
 * pieces the rest of it is cut; that is a stream of lines. What the machine does
 * with commands is fuzzed in machine.c.
 */
#include "../../parser/command.h"
#include "../../parser/help.h"
#include "../../parser/line.h"
#include <check.h>

#define QUANTITY_MAX 999999999999999LL

static const struct axis_names names = { 3, { "PAN", "TILT", "SLIDE" } };

static void check_printable(const char *text, size_t length, const char *also)
{
	size_t i;

	for (i = 0; i < length; i++)
		ck_assert_msg((text[i] >= 0x20 && text[i] <= 0x7e) || strchr(also, text[i]),
			      "byte 0x%02x", (u8)text[i]);
}

static void check_report(const struct error_report *report, int status, unsigned int length)
{
	size_t size = strnlen(report->text, ERROR_TEXT_MAX);

	ck_assert(size && size < ERROR_TEXT_MAX);
	check_printable(report->text, size, "\xff");
	ck_assert_int_eq(report->number, -status);
	ck_assert_int_eq(error_find(report->number)->number, report->number);
	ck_assert_msg(report->column <= length + 1, "column %u of %u", report->column, length);
}

/* The only command of a line that must be good. */
static void parse_one(const char *line, struct command *command)
{
	struct error_report report;
	struct command none;
	struct parser parser;

	ck_assert(strlen(line) <= LINE_BYTES_MAX);
	ck_assert(!parser_begin(&parser, &names, line, strlen(line), &report));
	ck_assert_msg(parser_next(&parser, command, &report) == 1, "%s: %s", line, report.text);
	ck_assert(!parser_next(&parser, &none, &report));
}

/* The value as GET prints it, which must be read as the same. */
static void check_setting(const struct command *command)
{
	const struct setting_value *value = &command->setting_value, *read;
	char line[LINE_BYTES_MAX + 1];
	struct command again;
	struct text text;

	text_init(&text, line, sizeof(line));
	text_printf(&text, "SET %s %s ", names.name[__builtin_ctz(command->axes)],
		    setting_name(command->setting));
	switch (setting_kind(command->setting)) {
	case KIND_RATIO:
		text_ratio(&text, value->numerator, value->denominator);
		break;
	case KIND_DURATION:
		text_duration(&text, value->duration_ns);
		break;
	case KIND_UNIT:
		text_printf(&text, "%s", unit_name(value->unit));
		break;
	default:
		text_micro(&text, value->quantity.micro, false);
	}
	ck_assert(!text.overflow);
	parse_one(line, &again);
	read = &again.setting_value;
	ck_assert(again.setting == command->setting && again.axes == command->axes);
	ck_assert(read->quantity.micro == value->quantity.micro && read->unit == value->unit);
	ck_assert(read->duration_ns == value->duration_ns);
	/* As a fraction: terms so long that they are shown in millionths are not reduced. */
	ck_assert(mul_high_u64(read->numerator, value->denominator) ==
		  mul_high_u64(value->numerator, read->denominator));
	ck_assert(read->numerator * value->denominator == value->numerator * read->denominator);
}

/* Every line is printable, and its first word in capitals is one that HELP knows. */
static void check_help(const struct command *command)
{
	static char help[1 << 14];
	char question[LINE_BYTES_MAX + 1];
	const char *line, *end, *word;
	struct command again;
	struct text text;

	text_init(&text, help, sizeof(help));
	ck_assert(!help_print(&text, command->name));
	check_printable(help, text.length, "\n");
	ck_assert(text.length && help[text.length - 1] == '\n');
	for (line = help; *line; line = end + 1) {
		end = strchr(line, '\n');
		ck_assert(end - line <= 100);
		for (word = line; char_is_letter(*word) && char_upper(*word) == *word;)
			word++;
		if (word == line || *word != ' ')
			continue;
		snprintf(question, sizeof(question), "HELP %.*s", (int)(word - line), line);
		if (strcmp(question, "HELP ERR")) /* the answer's, not a command's */
			parse_one(question, &again);
	}
}

static void check_quantity(const struct quantity *quantity, unsigned int length)
{
	ck_assert(quantity->micro >= -QUANTITY_MAX && quantity->micro <= QUANTITY_MAX);
	ck_assert(quantity->unit <= UNIT_PERCENT);
	ck_assert(quantity->column <= length);
}

static void check_command(const struct command *command, unsigned int length)
{
	unsigned int i;

	ck_assert(command->verb < VERB_COUNT);
	ck_assert(command->column && command->column <= length);
	ck_assert(command->duration_column <= length && command->value_column <= length + 1);
	ck_assert(!(command->axes >> names.count) && !(command->relative & ~command->axes));
	for (i = 0; i < AXES_MAX; i++) {
		check_quantity(&command->value[i], length);
		if (command->verb == VERB_RUN || command->verb == VERB_PVT)
			check_quantity(&command->velocity[i], length);
	}
	check_quantity(&command->speed, length);
	ck_assert(command->duration_ns <= S64_MAX);
	switch (command->verb) {
	case VERB_SET:
		check_setting(command);
		break;
	case VERB_HELP:
		check_help(command);
		break;
	case VERB_SAVE:
	case VERB_GO:
	case VERB_FORGET:
		ck_assert(command->name[0] && strnlen(command->name, sizeof(command->name)) <=
						      PRESET_NAME_MAX);
		break;
	default:
		break;
	}
}

static void parse(const struct line *line)
{
	struct error_report report;
	struct command command;
	struct parser parser;
	unsigned int at = 0, column = 0;
	/* In memory of its own, so that to read past its end is found. */
	char *bytes = malloc(line->length);
	int status;

	memcpy(bytes, line->bytes, line->length);
	status = parser_begin(&parser, &names, bytes, line->length, &report);
	ck_assert(strnlen(parser.tag, sizeof(parser.tag)) <= TAG_MAX);
	if (!status) {
		while ((status = parser_next(&parser, &command, &report)) > 0) {
			ck_assert(parser.at > at && parser.at <= line->length);
			ck_assert(command.column > column);
			at = parser.at;
			column = command.column;
			check_command(&command, line->length);
		}
	}
	if (status < 0)
		check_report(&report, status, line->length);
	free(bytes);
}

static u32 next_random(u32 *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 16;
}

/*
 * Take a line in pieces, as write(2) does; now and then take back what came and let
 * it come again. Returns how many bytes were taken.
 */
static size_t take_in_pieces(struct line *line, const char *bytes, size_t count, u32 *random)
{
	size_t at = 0, back, piece, taken;
	bool again = true;

	while (at < count && !line->complete) {
		piece = min(count - at, (size_t)1 + next_random(random) % 64);
		taken = line_take(line, bytes + at, piece);
		ck_assert(taken == piece || (taken < piece && line->complete));
		at += taken;
		back = next_random(random) % at;
		if (!again || *random % 8 || back > LINE_BYTES_MAX + 1)
			continue;
		line_shorten(line, back);
		at = back;
		again = false;
	}
	return at;
}

static void check_same(const struct line *a, const struct line *b)
{
	ck_assert(a->length == b->length && !memcmp(a->bytes, b->bytes, a->length));
	ck_assert(a->came == b->came && a->complete == b->complete);
	ck_assert(a->too_long == b->too_long && a->foreign == b->foreign);
	ck_assert(!a->foreign || a->foreign_byte == b->foreign_byte);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	const char *bytes = (const char *)data + 1;
	struct line whole, pieces;
	struct error_report report;
	size_t at = 0, taken;
	u32 random;
	int status;

	if (!size)
		return 0;
	random = data[0];
	for (size--; at < size; at += taken) {
		const char *end = memchr(bytes + at, '\n', size - at);

		line_clear(&whole);
		line_clear(&pieces);
		taken = line_take(&whole, bytes + at, size - at);
		ck_assert(taken == (end ? end + 1 - bytes - at : size - at));
		ck_assert(whole.complete == !!end);
		ck_assert(take_in_pieces(&pieces, bytes + at, size - at, &random) == taken);
		check_same(&whole, &pieces);
		ck_assert(line_finish(&whole) == !end);
		ck_assert(whole.complete && whole.length <= LINE_BYTES_MAX);
		ck_assert(!line_take(&whole, bytes, size) && !line_finish(&whole));
		status = line_check(&whole, &report);
		if (status)
			check_report(&report, status, U16_MAX);
		else
			parse(&whole);
	}
	return 0;
}
