// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of parser/: lines, numbers, commands, errors, answers, text. What
 * commands do to a machine is tested elsewhere.
 */
#include <check.h>
#include <stdlib.h>

#include "../../parser/answers.h"
#include "../../parser/command.h"
#include "../../parser/error.h"
#include "../../parser/line.h"
#include "../../parser/number.h"
#include "../../parser/text.h"

Suite *parser_suite(void);

static const struct axis_names names = { 3, { "PAN", "TILT", "SLIDE" } };

enum {
	PAN,
	TILT,
	SLIDE,
};

/* A small generator of its own, so that every run sees the same numbers. */
static u64 random_state = 88172645463325252ULL;

static u32 random_below(u32 limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (u32)(random_state >> 32) % limit;
}

/* line */

static struct line line;

static size_t take(const char *bytes)
{
	return line_take(&line, bytes, strlen(bytes));
}

static void assert_line(const char *expected)
{
	ck_assert(line.complete);
	ck_assert_uint_eq(line.length, strlen(expected));
	ck_assert_mem_eq(line.bytes, expected, line.length);
}

static int check_errno(unsigned int *column)
{
	struct error_report report = { 0 };
	int error = line_check(&line, &report);

	ck_assert_int_eq(report.number, -error);
	*column = report.column;
	return error;
}

START_TEST(line_ends_with_lf_or_cr_lf)
{
	line_clear(&line);
	ck_assert_uint_eq(take("PAN 30\nTILT"), 7);
	assert_line("PAN 30");
	line_clear(&line);
	ck_assert_uint_eq(take("PAN 30\r\n"), 8);
	assert_line("PAN 30");
	line_clear(&line);
	ck_assert_uint_eq(take("\n"), 1);
	assert_line("");
	line_clear(&line);
	ck_assert_uint_eq(take("\r\n"), 2);
	assert_line("");
	/* Only the CR before LF belongs to the line's end. */
	line_clear(&line);
	take("A\rB\r\r\n");
	assert_line("A\rB\r");
}
END_TEST

START_TEST(line_comes_in_pieces)
{
	line_clear(&line);
	ck_assert_uint_eq(take("PA"), 2);
	ck_assert(!line.complete);
	ck_assert_uint_eq(line_take(&line, "", 0), 0);
	ck_assert_uint_eq(take("N 30\r"), 5);
	ck_assert(!line.complete);
	ck_assert_uint_eq(take("\nTILT 5\n"), 1);
	assert_line("PAN 30");
	/* A complete line takes nothing. */
	ck_assert_uint_eq(take("TILT 5\n"), 0);
	assert_line("PAN 30");
}
END_TEST

START_TEST(line_ends_with_the_file)
{
	line_clear(&line);
	ck_assert(!line_finish(&line));
	ck_assert(!line.complete);
	take("PAN 30");
	ck_assert(line_finish(&line));
	assert_line("PAN 30");
	/* It is no line without an LF any more. */
	ck_assert(!line_finish(&line));
	line_clear(&line);
	take("PAN 30\r");
	ck_assert(line_finish(&line));
	assert_line("PAN 30");
}
END_TEST

/* @count bytes 'a', then @end; returns line_check()'s errno. */
static int long_line(unsigned int count, const char *end, unsigned int *column)
{
	static const char a[] = "aaaaaaaaaaaaaaaa";

	line_clear(&line);
	while (count) {
		unsigned int piece = min(count, 16U);

		ck_assert_uint_eq(line_take(&line, a, piece), piece);
		count -= piece;
	}
	ck_assert_uint_eq(take(end), strlen(end));
	ck_assert(line.complete || line_finish(&line));
	ck_assert_uint_le(line.length, LINE_BYTES_MAX);
	return check_errno(column);
}

START_TEST(line_has_at_most_255_bytes)
{
	unsigned int column;

	ck_assert_int_eq(long_line(255, "\n", &column), 0);
	ck_assert_uint_eq(line.length, 255);
	ck_assert_int_eq(long_line(255, "\r\n", &column), 0);
	ck_assert_uint_eq(line.length, 255);
	ck_assert_int_eq(long_line(255, "", &column), 0);
	ck_assert_int_eq(long_line(255, "\r", &column), 0);
	ck_assert_int_eq(long_line(256, "\n", &column), -EMSGSIZE);
	ck_assert_uint_eq(column, 256);
	ck_assert_int_eq(long_line(256, "\r\n", &column), -EMSGSIZE);
	ck_assert_int_eq(long_line(256, "", &column), -EMSGSIZE);
	ck_assert_int_eq(long_line(255, "\r\r\n", &column), -EMSGSIZE);
	ck_assert_int_eq(long_line(255, "\ra\n", &column), -EMSGSIZE);
	ck_assert_int_eq(long_line(255, "\ra\r\n", &column), -EMSGSIZE);
	ck_assert_int_eq(long_line(1000000, "\n", &column), -EMSGSIZE);
}
END_TEST

START_TEST(line_names_the_first_foreign_byte)
{
	struct error_report report;
	int byte;

	for (byte = 0; byte < 256; byte++) {
		char bytes[] = { 'P', byte, '\x01', '\n' };
		bool good = (byte >= 0x20 && byte <= 0x7e) || byte == '\t' || byte == '\r';
		char shown[8];

		if (byte == '\n')
			continue;
		line_clear(&line);
		ck_assert_uint_eq(line_take(&line, bytes, 4), 4);
		ck_assert_int_eq(line_check(&line, &report), -EILSEQ);
		ck_assert_uint_eq(report.column, good ? 3 : 2);
		snprintf(shown, sizeof(shown), "0x%02x ", good ? 1 : byte);
		ck_assert_ptr_nonnull(strstr(report.text, shown));
		bytes[2] = ' ';
		line_clear(&line);
		line_take(&line, bytes, 4);
		ck_assert_int_eq(line_check(&line, &report), good ? 0 : -EILSEQ);
	}
}
END_TEST

START_TEST(line_foreign_wins_over_too_long)
{
	unsigned int column;

	ck_assert_int_eq(long_line(300, "\x80\n", &column), -EILSEQ);
	ck_assert_uint_eq(column, 301);
	ck_assert_int_eq(long_line(70000, "\x80\n", &column), -EILSEQ);
	ck_assert_uint_eq(column, 65535);
	/* The next line knows nothing of it. */
	line_clear(&line);
	take("PAN 30\n");
	ck_assert_int_eq(check_errno(&column), 0);
	assert_line("PAN 30");
}
END_TEST

START_TEST(line_gives_bytes_back)
{
	unsigned int column;

	line_clear(&line);
	take("PAN 3");
	take("0; HALT\x01\n");
	line_shorten(&line, 5);
	ck_assert(!line.complete);
	take("\r\n");
	assert_line("PAN 3");
	ck_assert_int_eq(check_errno(&column), 0);

	ck_assert_int_eq(long_line(300, "\n", &column), -EMSGSIZE);
	line_shorten(&line, 255);
	take("\n");
	ck_assert_int_eq(check_errno(&column), 0);
	ck_assert_uint_eq(line.length, 255);

	/* What is wrong with the bytes that stay is still known. */
	line_clear(&line);
	take("P\x01N 3");
	take("0\n");
	line_shorten(&line, 5);
	take("\n");
	ck_assert_int_eq(check_errno(&column), -EILSEQ);
	ck_assert_uint_eq(column, 2);
}
END_TEST

static TCase *line_case(void)
{
	TCase *tcase = tcase_create("line");

	tcase_add_test(tcase, line_ends_with_lf_or_cr_lf);
	tcase_add_test(tcase, line_comes_in_pieces);
	tcase_add_test(tcase, line_ends_with_the_file);
	tcase_add_test(tcase, line_has_at_most_255_bytes);
	tcase_add_test(tcase, line_names_the_first_foreign_byte);
	tcase_add_test(tcase, line_foreign_wins_over_too_long);
	tcase_add_test(tcase, line_gives_bytes_back);
	return tcase;
}

/* number */

static const struct {
	const char *text;
	int result; /* bytes read, or a negative errno */
	s64 micro;
} numbers[] = {
	{ "30", 2, 30000000 },
	{ "+30", 3, 30000000 },
	{ "-30", 3, -30000000 },
	{ "5.", 2, 5000000 },
	{ ".5", 2, 500000 },
	{ "-.5deg", 3, -500000 },
	{ "0.000001", 8, 1 },
	{ "-0", 2, 0 },
	{ "999999999.999999", 16, 999999999999999 },
	{ "-999999999.999999", 17, -999999999999999 },
	{ "000000000", 9, 0 },
	{ "12 34", 2, 12000000 },
	{ "1e3", 1, 1000000 },
	{ "0x10", 1, 0 },
	{ "1.2.3", 3, 1200000 },
	{ "1000000000", -ERANGE, 0 },
	{ "0000000001", -ERANGE, 0 },
	{ "0.0000001", -ERANGE, 0 },
	{ "0.0000000", -ERANGE, 0 },
	{ "99999999999999999999999999999999999999999", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ ".", -EINVAL, 0 },
	{ "-", -EINVAL, 0 },
	{ "-.", -EINVAL, 0 },
	{ "--5", -EINVAL, 0 },
	{ "+-5", -EINVAL, 0 },
	{ "x", -EINVAL, 0 },
	{ " 5", -EINVAL, 0 },
};

START_TEST(number_is_exact)
{
	s64 micro = 0;

	ck_assert_int_eq(number_parse(numbers[_i].text, strlen(numbers[_i].text), &micro),
			 numbers[_i].result);
	ck_assert_int_eq(micro, numbers[_i].micro);
}
END_TEST

START_TEST(number_stays_within_its_length)
{
	s64 micro;

	ck_assert_int_eq(number_parse("123.456", 2, &micro), 2);
	ck_assert_int_eq(micro, 12000000);
	ck_assert_int_eq(number_parse("123.456", 5, &micro), 5);
	ck_assert_int_eq(micro, 123400000);
	ck_assert_int_eq(number_parse("5", 0, &micro), -EINVAL);
}
END_TEST

START_TEST(number_units_have_names)
{
	unsigned int unit;

	for (unit = UNIT_DEG; unit <= UNIT_PERCENT; unit++)
		ck_assert_uint_eq(unit_find(unit_name(unit), strlen(unit_name(unit))), unit);
	ck_assert_str_eq(unit_name(UNIT_NONE), "");
	ck_assert_uint_eq(unit_find("DeG", 3), UNIT_DEG);
	ck_assert_uint_eq(unit_find("degs", 4), UNIT_NONE);
	ck_assert_uint_eq(unit_find("degs", 2), UNIT_NONE);
	ck_assert_uint_eq(unit_find("", 0), UNIT_NONE);
}
END_TEST

static const struct {
	u64 micro;
	const char *unit;
	int result;
	u64 ns;
} durations[] = {
	{ 1500000, "s", 0, 1500000000 },
	{ 1, "s", 0, 1000 },
	{ 1, "MS", 0, 1 },
	{ 2000000, "us", 0, 2000 },
	{ 1, "us", 0, 0 },
	{ 499, "us", 0, 0 },
	{ 500, "us", 0, 1 }, /* 0.0005us: half a ns, rounded up */
	{ 1499, "us", 0, 1 },
	{ 1500, "us", 0, 2 },
	{ 2000000, "min", 0, 120000000000 },
	{ 1000000, "h", 0, 3600000000000 },
	{ 999999999999999, "us", 0, 1000000000000 },
	{ 999999999999999, "s", 0, 999999999999999000 },
	{ 2562047788015, "h", 0, 9223372036854000000 },
	{ 2562047788016, "h", -ERANGE, 0 },
	{ 999999999999999, "h", -ERANGE, 0 },
	{ 1, "", -EINVAL, 0 },
	{ 1, "sec", -EINVAL, 0 },
	{ 1, "ns", -EINVAL, 0 },
	{ 1, "m", -EINVAL, 0 },
};

START_TEST(number_durations_are_in_ns)
{
	u64 ns = 0;

	ck_assert_int_eq(duration_ns(durations[_i].micro, durations[_i].unit,
				     strlen(durations[_i].unit), &ns),
			 durations[_i].result);
	ck_assert_uint_eq(ns, durations[_i].ns);
}
END_TEST

START_TEST(number_ratios_are_reduced)
{
	u64 numerator = 32000000000, denominator = 360000000;

	ratio_reduce(&numerator, &denominator);
	ck_assert_uint_eq(numerator, 800);
	ck_assert_uint_eq(denominator, 9);
	ratio_reduce(&numerator, &denominator);
	ck_assert_uint_eq(numerator, 800);
	ck_assert_uint_eq(denominator, 9);
	numerator = 999999999999999;
	denominator = 999999999999999;
	ratio_reduce(&numerator, &denominator);
	ck_assert_uint_eq(numerator, 1);
	ck_assert_uint_eq(denominator, 1);
}
END_TEST

static TCase *number_case(void)
{
	TCase *tcase = tcase_create("number");

	tcase_add_loop_test(tcase, number_is_exact, 0, ARRAY_SIZE(numbers));
	tcase_add_test(tcase, number_stays_within_its_length);
	tcase_add_test(tcase, number_units_have_names);
	tcase_add_loop_test(tcase, number_durations_are_in_ns, 0, ARRAY_SIZE(durations));
	tcase_add_test(tcase, number_ratios_are_reduced);
	return tcase;
}

/* command */

static struct parser parser;
static struct error_report report;
static struct command command;

/* The first command of a line that must be good, alone in it. */
static const struct command *parse(const char *text)
{
	struct command none;
	int result;

	memset(&command, 0xff, sizeof(command));
	result = parser_begin(&parser, &names, text, strlen(text), &report);
	if (!result)
		result = parser_next(&parser, &command, &report);
	ck_assert_msg(result == 1, "%s: %d, column %u, %s", text, result, report.column,
		      report.text);
	ck_assert_msg(!parser_next(&parser, &none, &report), "%s: more", text);
	return &command;
}

/* Parse a line to its end or its first error; how many commands it has. */
static int count_commands(const char *text, unsigned int length)
{
	int result, count = 0;

	result = parser_begin(&parser, &names, text, length, &report);
	if (result)
		return result;
	while ((result = parser_next(&parser, &command, &report)) > 0)
		count++;
	return result ? result : count;
}

static void assert_quantity(const struct quantity *quantity, s64 micro, enum unit unit,
			    unsigned int column)
{
	ck_assert_int_eq(quantity->micro, micro);
	ck_assert_uint_eq(quantity->unit, unit);
	ck_assert_uint_eq(quantity->column, column);
}

START_TEST(command_move_names_axes)
{
	const struct command *move = parse("PAN 30 tilt -10");

	ck_assert_uint_eq(move->verb, VERB_MOVE);
	ck_assert_uint_eq(move->column, 1);
	ck_assert_uint_eq(move->axes, BIT(PAN) | BIT(TILT));
	ck_assert_uint_eq(move->relative, 0);
	assert_quantity(&move->value[PAN], 30 * MICRO, UNIT_NONE, 5);
	assert_quantity(&move->value[TILT], -10 * MICRO, UNIT_NONE, 13);
	assert_quantity(&move->value[SLIDE], 0, UNIT_NONE, 0);
	ck_assert(!move->has_speed && !move->has_duration && !move->has_setting);
}
END_TEST

START_TEST(command_move_is_relative_by_axis)
{
	const struct command *move = parse("\tTILT by 1.5deg\tPan -2 steps SLIDE BY .5cm\r");

	ck_assert_uint_eq(move->column, 2);
	ck_assert_uint_eq(move->axes, BIT(PAN) | BIT(TILT) | BIT(SLIDE));
	ck_assert_uint_eq(move->relative, BIT(TILT) | BIT(SLIDE));
	assert_quantity(&move->value[TILT], 1500000, UNIT_DEG, 10);
	assert_quantity(&move->value[PAN], -2 * MICRO, UNIT_STEPS, 21);
	assert_quantity(&move->value[SLIDE], 500000, UNIT_CM, 39);
}
END_TEST

START_TEST(command_move_has_speed_and_time)
{
	const struct command *move = parse("PAN 30 AT 20 IN 12s");

	ck_assert(move->has_speed);
	assert_quantity(&move->speed, 20 * MICRO, UNIT_NONE, 11);
	ck_assert(move->has_duration);
	ck_assert_uint_eq(move->duration_ns, 12 * NS_PER_S);
	ck_assert_uint_eq(move->duration_column, 17);

	move = parse("PAN 30 in 1.5 min at 50 %");
	ck_assert_uint_eq(move->duration_ns, 90 * NS_PER_S);
	ck_assert_uint_eq(move->duration_column, 11);
	assert_quantity(&move->speed, 50 * MICRO, UNIT_PERCENT, 22);

	assert_quantity(&parse("PAN 1 AT 50%")->speed, 50 * MICRO, UNIT_PERCENT, 10);
	assert_quantity(&parse("PAN 1 AT 2Deg/S")->speed, 2 * MICRO, UNIT_DEG, 10);
	assert_quantity(&parse("PAN 1 AT 2 rev/s")->speed, 2 * MICRO, UNIT_REV, 10);
	assert_quantity(&parse("PAN 1 AT 900steps/s")->speed, 900 * MICRO, UNIT_STEPS, 10);
	ck_assert_uint_eq(parse("PAN 1 IN 0s")->duration_ns, 0);
}
END_TEST

START_TEST(command_in_is_inches_or_a_time)
{
	const struct command *move = parse("SLIDE 3 IN 5s");

	assert_quantity(&move->value[SLIDE], 3 * MICRO, UNIT_NONE, 7);
	ck_assert_uint_eq(move->duration_ns, 5 * NS_PER_S);

	move = parse("SLIDE 3 in IN 5s");
	assert_quantity(&move->value[SLIDE], 3 * MICRO, UNIT_IN, 7);
	ck_assert_uint_eq(move->duration_ns, 5 * NS_PER_S);

	move = parse("SLIDE 3in IN .5 s");
	assert_quantity(&move->value[SLIDE], 3 * MICRO, UNIT_IN, 7);
	ck_assert_uint_eq(move->duration_ns, NS_PER_S / 2);

	move = parse("SLIDE 3 IN PAN 4");
	assert_quantity(&move->value[SLIDE], 3 * MICRO, UNIT_IN, 7);
	ck_assert_uint_eq(move->axes, BIT(SLIDE) | BIT(PAN));
	ck_assert(!move->has_duration);

	assert_quantity(&parse("SLIDE 3 in")->value[SLIDE], 3 * MICRO, UNIT_IN, 7);
	assert_quantity(&parse("SLIDE IS 3 in")->value[SLIDE], 3 * MICRO, UNIT_IN, 10);

	move = parse("SLIDE 3 AT 4 IN 5s");
	assert_quantity(&move->speed, 4 * MICRO, UNIT_NONE, 12);
	ck_assert_uint_eq(move->duration_ns, 5 * NS_PER_S);
	move = parse("SLIDE 3 AT 4 in/s IN 5s");
	assert_quantity(&move->speed, 4 * MICRO, UNIT_IN, 12);
	ck_assert_uint_eq(move->duration_ns, 5 * NS_PER_S);
}
END_TEST

START_TEST(command_begins_with_an_axis)
{
	const struct command *is = parse("pan is -2.5 deg");

	ck_assert_uint_eq(is->verb, VERB_IS);
	ck_assert_uint_eq(is->axes, BIT(PAN));
	assert_quantity(&is->value[PAN], -2500000, UNIT_DEG, 8);

	ck_assert_uint_eq(parse("TILT?")->verb, VERB_POSITION);
	ck_assert_uint_eq(command.axes, BIT(TILT));
	ck_assert_uint_eq(parse("TILT ?")->verb, VERB_POSITION);
}
END_TEST

START_TEST(command_words)
{
	ck_assert_uint_eq(parse("?")->verb, VERB_STATUS);
	ck_assert_uint_eq(parse("halt")->verb, VERB_HALT);
	ck_assert_uint_eq(parse("Reset")->verb, VERB_RESET);
	ck_assert_uint_eq(parse("SYNC")->verb, VERB_SYNC);
	ck_assert_uint_eq(parse("STOP")->verb, VERB_STOP);
	ck_assert_uint_eq(command.axes, 0);
	ck_assert_uint_eq(parse("STOP SLIDE pan")->axes, BIT(SLIDE) | BIT(PAN));
	ck_assert_uint_eq(parse("GET")->verb, VERB_GET);
	ck_assert_uint_eq(command.axes, 0);
	ck_assert_uint_eq(parse("GET TILT")->axes, BIT(TILT));
	ck_assert(!command.has_setting);
	ck_assert_uint_eq(parse("GET TILT maxspeed")->setting, SETTING_MAXSPEED);
	ck_assert(command.has_setting);
}
END_TEST

START_TEST(command_set_reads_each_kind)
{
	const struct command *set = parse("SET TILT SPEED 20");

	ck_assert_uint_eq(set->verb, VERB_SET);
	ck_assert_uint_eq(set->axes, BIT(TILT));
	ck_assert(set->has_setting);
	ck_assert_uint_eq(set->setting, SETTING_SPEED);
	ck_assert_uint_eq(set->value_column, 16);
	assert_quantity(&set->setting_value.quantity, 20 * MICRO, UNIT_NONE, 16);

	set = parse("SET PAN MAXACCEL 2 rev/s2");
	assert_quantity(&set->setting_value.quantity, 2 * MICRO, UNIT_REV, 18);
	set = parse("SET PAN MIN -170deg");
	assert_quantity(&set->setting_value.quantity, -170 * MICRO, UNIT_DEG, 13);
	set = parse("SET PAN STEPLEN 2.5us");
	ck_assert_uint_eq(set->setting_value.duration_ns, 2500);
	set = parse("SET PAN UNIT Rev");
	ck_assert_uint_eq(set->setting_value.unit, UNIT_REV);
	set = parse("SET SLIDE UNIT in");
	ck_assert_uint_eq(set->setting_value.unit, UNIT_IN);
	ck_assert_int_eq(parse("SET PAN INVERT 0")->setting_value.quantity.micro, 0);
	ck_assert_int_eq(parse("SET PAN INVERT 1")->setting_value.quantity.micro, MICRO);
}
END_TEST

static void assert_ratio(const char *text, u64 numerator, u64 denominator)
{
	const struct setting_value *value = &parse(text)->setting_value;

	ck_assert_uint_eq(value->numerator, numerator);
	ck_assert_uint_eq(value->denominator, denominator);
}

START_TEST(command_set_reads_ratios)
{
	assert_ratio("SET PAN SCALE 32000/360", 800, 9);
	assert_ratio("SET PAN SCALE 32000 / 360", 800, 9);
	assert_ratio("SET PAN SCALE 88.888889", 88888889, 1000000);
	assert_ratio("SET PAN SCALE 1.5/.25", 6, 1);
	assert_ratio("SET PAN SCALE 100", 100, 1);
	assert_ratio("SET PAN SCALE 0.000001", 1, 1000000);
	assert_ratio("SET PAN SCALE 999999999.999999", 999999999999999, 1000000);
	assert_ratio("SET PAN SCALE 999999999.999999/999999999.999998",
		     999999999999999, 999999999999998);
}
END_TEST

START_TEST(command_settings_read_their_limits)
{
	ck_assert_uint_eq(parse("SET PAN STEPLEN 0.1us")->setting_value.duration_ns, 100);
	ck_assert_uint_eq(parse("SET PAN STEPLEN 1ms")->setting_value.duration_ns, 1000000);
	ck_assert_uint_eq(parse("SET PAN ENABLEDELAY 10s")->setting_value.duration_ns,
			  10 * NS_PER_S);
	ck_assert_int_eq(parse("SET PAN SPEED 0.000001")->setting_value.quantity.micro, 1);
	ck_assert_int_eq(parse("SET PAN MIN -999999999.999999")->setting_value.quantity.micro,
			 -999999999999999);
}
END_TEST

START_TEST(command_settings_describe_themselves)
{
	ck_assert_str_eq(setting_name(SETTING_SPEED), "SPEED");
	ck_assert_str_eq(setting_name(SETTING_ENABLEDELAY), "ENABLEDELAY");
	ck_assert_uint_eq(setting_kind(SETTING_SCALE), KIND_RATIO);
	ck_assert_uint_eq(setting_kind(SETTING_UNIT), KIND_UNIT);
	ck_assert(!setting_is_guarded(SETTING_ACCEL));
	ck_assert(setting_is_guarded(SETTING_MAXSPEED));
}
END_TEST

static const struct {
	const char *text;
	int count;
} lines[] = {
	{ "", 0 },
	{ " \t\r", 0 },
	{ ";", 0 },
	{ " ; ;; ", 0 },
	{ "# PAN 30; HALT", 0 },
	{ "#", 0 },
	{ "@cam-1", 0 },
	{ "@cam-1 # nothing", 0 },
	{ "PAN 30", 1 },
	{ "PAN 30#; TILT 3", 1 },
	{ "PAN 30deg#; TILT 3", 1 },
	{ "PAN 30;TILT 3", 2 },
	{ ";PAN 30;;TILT? ; ?;", 3 },
	{ "PAN 30;HALT# ; foo", 2 },
	{ "@a PAN 30; PAN BY 2", 2 },
	{ "@a;PAN 30", 1 },
	{ "PAN-5 TILT.5", 1 },
	{ "PAN+5", 1 },
};

START_TEST(command_lines_hold_several)
{
	ck_assert_int_eq(count_commands(lines[_i].text, strlen(lines[_i].text)),
			 lines[_i].count);
}
END_TEST

START_TEST(command_columns_count_in_the_line)
{
	ck_assert_int_eq(parser_begin(&parser, &names, "@x PAN 1; TILT 2", 16, &report), 0);
	ck_assert_int_eq(parser_next(&parser, &command, &report), 1);
	ck_assert_uint_eq(command.column, 4);
	assert_quantity(&command.value[PAN], MICRO, UNIT_NONE, 8);
	ck_assert_int_eq(parser_next(&parser, &command, &report), 1);
	ck_assert_uint_eq(command.column, 11);
	/* Nothing of the first command is left in the second. */
	ck_assert_uint_eq(command.axes, BIT(TILT));
	assert_quantity(&command.value[PAN], 0, UNIT_NONE, 0);
	ck_assert_int_eq(parser_next(&parser, &command, &report), 0);
	ck_assert_int_eq(parser_next(&parser, &command, &report), 0);
}
END_TEST

START_TEST(command_line_has_a_tag)
{
	parse("@cam-1_A PAN 30");
	ck_assert_str_eq(parser.tag, "cam-1_A");
	parse(" @123456789012345\tPAN 30");
	ck_assert_str_eq(parser.tag, "123456789012345");
	parse("PAN 30");
	ck_assert_str_eq(parser.tag, "");
}
END_TEST

START_TEST(command_length_ends_the_line)
{
	ck_assert_int_eq(count_commands("PAN 30;HALT", 7), 1);
	ck_assert_int_eq(count_commands("PAN 3012", 5), 1);
	assert_quantity(&command.value[PAN], 3 * MICRO, UNIT_NONE, 5);
}
END_TEST

/* Every message, with the column it points to. */
static const struct {
	const char *line;
	unsigned int column;
	const char *text;
} bad_lines[] = {
	{ "FOO", 1, "no command or axis named FOO" },
	{ "PAN 1; foo 3", 8, "no command or axis named foo" },
	{ "FOO?", 1, "no command or axis named FOO?" },
	{ "??", 2, "extra word ? after ?" },
	{ "30", 1, "no command or axis named 30" },
	{ "=", 1, "no command or axis named =" },
	{ "PAN30", 1, "no command or axis named PAN30" },
	{ "PANORAMA 3", 1, "no command or axis named PANORAMA" },
	{ "PA 3", 1, "no command or axis named PA" },
	{ "BY PAN 3", 1, "no command or axis named BY" },
	{ "PAN @tag", 5, "\"@tag\" is not a number" },
	{ "PAN 30 PNA 3", 8, "no axis named PNA" },
	{ "PAN", 4, "PAN needs a position" },
	{ "pan ;", 5, "PAN needs a position" },
	{ "PAN # 30", 5, "PAN needs a position" },
	{ "PAN TILT 3", 5, "PAN needs a position" },
	{ "PAN BY", 7, "PAN needs a position" },
	{ "PAN BY BY 3", 8, "PAN needs a position" },
	{ "PAN 3 PAN 4", 7, "PAN comes twice" },
	{ "PAN 3 TILT 4 pan BY 4", 14, "PAN comes twice" },
	{ "PAN 30 40", 8, "extra word 40 after the move" },
	{ "PAN 30 ?", 8, "extra word ? after the move" },
	{ "PAN 30 HALT", 8, "no axis named HALT" },
	{ "PAN .", 5, "\".\" is not a number" },
	{ "PAN --5", 5, "\"--5\" is not a number" },
	{ "PAN - 5", 5, "\"-\" is not a number" },
	{ "PAN 1e3", 5, "\"1e3\" is not a number" },
	{ "PAN 0x10", 5, "\"0x10\" is not a number" },
	{ "PAN 30,5", 5, "\"30,5\" is not a number" },
	{ "PAN 1.2.3", 5, "\"1.2.3\" is not a number" },
	{ "PAN 30x", 7, "no unit \"x\"" },
	{ "PAN 30foo", 7, "no unit \"foo\"" },
	{ "PAN 30%", 7, "no unit \"%\"" },
	{ "PAN 30deg/s", 7, "a position is written in deg" },
	{ "PAN 30 deg5", 8, "a position is written in deg" },
	{ "PAN 0000000001", 5, "too many digits: at most 9 before the point, 6 after it" },
	{ "PAN 0.0000001", 5, "too many digits: at most 9 before the point, 6 after it" },
	{ "PAN 3 AT", 9, "AT needs a speed" },
	{ "PAN 3 AT fast", 10, "AT needs a speed" },
	{ "PAN 3 AT 0", 10, "a speed must be greater than 0" },
	{ "PAN 3 AT -5", 10, "a speed must be greater than 0" },
	{ "PAN 3 AT 20deg", 12, "a speed is written in deg/s" },
	{ "PAN 3 AT 20 mm", 13, "a speed is written in mm/s" },
	{ "PAN 3 AT 20%%", 12, "no unit \"%%\"" },
	{ "PAN 3 AT 5 AT 6", 12, "AT comes twice" },
	{ "PAN 3 AT 5 TILT 6", 12, "extra word TILT after the move" },
	{ "PAN 3 AT 5 IN", 14, "IN needs a duration" },
	{ "PAN 3 IN 5", 10, "a duration needs a unit: us ms s min h" },
	{ "PAN 3 IN 5 TILT", 10, "a duration needs a unit: us ms s min h" },
	{ "PAN 3 IN 5foo", 11, "no unit \"foo\"" },
	{ "PAN 3 IN 5deg", 11, "no unit \"deg\"" },
	{ "PAN 3 IN -5s", 10, "a duration cannot be negative" },
	{ "PAN 3 IN 999999999h", 10, "a duration of more than 292 years" },
	{ "PAN 3 IN 0.0000005s", 10,
	  "too many digits: at most 9 before the point, 6 after it" },
	{ "PAN 3 IN 5s IN 6s", 13, "IN comes twice" },
	{ "PAN 3 AT 5 IN s", 15, "IN needs a duration" },
	{ "SET PAN SCALE fine", 15, "SCALE needs a ratio" },
	{ "PAN 3 IN 5s now", 13, "extra word now after the move" },
	{ "PAN IS", 7, "PAN needs a position" },
	{ "PAN IS 0 TILT IS 0", 10, "extra word TILT after the position" },
	{ "PAN? TILT?", 6, "extra word TILT? after ?" },
	{ "HALT FOO", 6, "extra word FOO after HALT" },
	{ "HALT!", 5, "extra word ! after HALT" },
	{ "STOP PNA", 6, "no axis named PNA" },
	{ "STOP PAN pan", 10, "PAN comes twice" },
	{ "STOP PAN,TILT", 9, "no axis named ,TILT" },
	{ "SET", 4, "SET needs an axis" },
	{ "SET SPEED 3", 5, "no axis named SPEED" },
	{ "SET PAN", 8, "SET needs a setting" },
	{ "SET PAN SPED 3", 9, "no setting named SPED" },
	{ "SET PAN SPEED", 14, "SPEED needs a speed" },
	{ "SET PAN SPEED=20", 14, "\"=20\" is not a number" },
	{ "SET PAN SPEED 0", 15, "SPEED takes 0.000001 to 999999999.999999" },
	{ "SET PAN ACCEL -1", 15, "ACCEL takes 0.000001 to 999999999.999999" },
	{ "SET PAN SPEED 50%", 17, "no unit \"%\"" },
	{ "SET PAN SPEED 20 30", 18, "extra word 30 after the value" },
	{ "SET PAN ACCEL 5deg/s", 16, "an acceleration is written in deg/s2" },
	{ "SET PAN SCALE", 14, "SCALE needs a ratio" },
	{ "SET PAN SCALE 0", 15, "a ratio must be greater than 0" },
	{ "SET PAN SCALE -8/-9", 15, "a ratio must be greater than 0" },
	{ "SET PAN SCALE 8/0", 15, "a ratio must be greater than 0" },
	{ "SET PAN SCALE 8/", 17, "/ needs a number" },
	{ "SET PAN SCALE 8/9/3", 18, "extra word /3 after the value" },
	{ "SET PAN SCALE 30x", 15, "\"30x\" is not a number" },
	{ "SET PAN SCALE 0.000001/2", 15, "SCALE takes 0.000001 to 999999999.999999" },
	{ "SET PAN SCALE 999999999/0.000001", 15,
	  "SCALE takes 0.000001 to 999999999.999999" },
	{ "SET PAN STEPLEN 2", 17, "a duration needs a unit: us ms s min h" },
	{ "SET PAN STEPLEN 0.099us", 17, "STEPLEN takes 0.1us to 1ms" },
	{ "SET PAN STEPLEN 1.000001ms", 17, "STEPLEN takes 0.1us to 1ms" },
	{ "SET PAN ENABLEDELAY 11s", 21, "ENABLEDELAY takes 0us to 10s" },
	{ "SET PAN INVERT", 15, "INVERT needs 0 or 1" },
	{ "SET PAN INVERT 2", 16, "INVERT takes 0 or 1" },
	{ "SET PAN INVERT 0.5", 16, "INVERT takes 0 or 1" },
	{ "SET PAN INVERT 1deg", 16, "\"1deg\" is not a number" },
	{ "SET PAN UNIT", 13, "UNIT needs a unit" },
	{ "SET PAN UNIT foo", 14, "no unit \"foo\"" },
	{ "SET PAN UNIT %", 14, "no unit \"%\"" },
	{ "GET PNA", 5, "no axis named PNA" },
	{ "GET PAN SPED", 9, "no setting named SPED" },
	{ "GET PAN SPEED 3", 15, "extra word 3 after the setting" },
	{ "@", 1, "a tag is @ and 1 to 15 letters, digits, - or _" },
	{ "@ x", 1, "a tag is @ and 1 to 15 letters, digits, - or _" },
	{ " @a.b PAN 3", 2, "a tag is @ and 1 to 15 letters, digits, - or _" },
	{ "@1234567890123456 ?", 1, "a tag is @ and 1 to 15 letters, digits, - or _" },
	{ "@a @b PAN 3", 4, "no command or axis named @b" },
	{ "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1,
	  "no command or axis named ABCDEFGHIJKLMNOPQRSTUVWX..." },
	{ "ABCDEFGHIJKLMNOPQRSTUVWX", 1,
	  "no command or axis named ABCDEFGHIJKLMNOPQRSTUVWX" },
};

START_TEST(command_says_what_is_wrong)
{
	const char *text = bad_lines[_i].line;
	int result = count_commands(text, strlen(text));

	ck_assert_msg(result == -EINVAL, "%s: %d", text, result);
	ck_assert_int_eq(report.number, EINVAL);
	ck_assert_msg(!strcmp(report.text, bad_lines[_i].text), "%s: %s", text, report.text);
	ck_assert_msg(report.column == bad_lines[_i].column, "%s: column %u", text,
		      report.column);
}
END_TEST

START_TEST(command_reserved_words_name_no_axis)
{
	static const char *const reserved[] = {
		"HALT", "stop", "Get", "AT", "by", "IN", "IS", "deg", "STEPS", "SPEED",
		"min", "STATE", "queue", "alarm", "?", ""
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reserved); i++)
		ck_assert_msg(parser_is_reserved(reserved[i]), "%s", reserved[i]);
	for (i = 0; i < names.count; i++)
		ck_assert(!parser_is_reserved(names.name[i]));
	ck_assert(!parser_is_reserved("HAL"));
	ck_assert(!parser_is_reserved("HALTS"));
}
END_TEST

/* Lines of words of the language and of any bytes: always an answer that can be shown. */
START_TEST(command_survives_any_line)
{
	static const char *const words[] = {
		"PAN", "TILT", "BY", "AT", "IN", "IS", "?", ";", "#", "@a", "SET", "GET",
		"SPEED", "SCALE", "UNIT", "STEPLEN", "INVERT", "STOP", "HALT", "30",
		"-1.5", "999999999.999999", "/", "%", "deg", "in", "deg/s", "5s", "us",
		"h", ".", " "
	};
	unsigned int round, good = 0;

	for (round = 0; round < 50000; round++) {
		char text[LINE_BYTES_MAX + 1] = "";
		unsigned int length = 0, count = random_below(12);
		int result;

		while (count-- && length < LINE_BYTES_MAX - 20) {
			if (random_below(20))
				length += sprintf(text + length, "%s%s",
						  words[random_below(ARRAY_SIZE(words))],
						  random_below(4) ? " " : "");
			else
				text[length++] = random_below(256);
		}
		result = count_commands(text, length);
		good += result > 0;
		if (result >= 0)
			continue;
		if (result != -EINVAL || !report.column || report.column > length + 1)
			ck_abort_msg("%d, column %u of %u", result, report.column, length);
		if (!report.text[0])
			ck_abort_msg("no text");
		for (count = 0; report.text[count]; count++)
			if (report.text[count] < 0x20 || report.text[count] > 0x7e)
				ck_abort_msg("byte %u of \"%s\"", count, report.text);
	}
	/* The generator makes good lines too, not only bad ones. */
	ck_assert_uint_gt(good, 500);
}
END_TEST

static TCase *command_case(void)
{
	TCase *tcase = tcase_create("command");

	tcase_add_test(tcase, command_move_names_axes);
	tcase_add_test(tcase, command_move_is_relative_by_axis);
	tcase_add_test(tcase, command_move_has_speed_and_time);
	tcase_add_test(tcase, command_in_is_inches_or_a_time);
	tcase_add_test(tcase, command_begins_with_an_axis);
	tcase_add_test(tcase, command_words);
	tcase_add_test(tcase, command_set_reads_each_kind);
	tcase_add_test(tcase, command_set_reads_ratios);
	tcase_add_test(tcase, command_settings_read_their_limits);
	tcase_add_test(tcase, command_settings_describe_themselves);
	tcase_add_loop_test(tcase, command_lines_hold_several, 0, ARRAY_SIZE(lines));
	tcase_add_test(tcase, command_columns_count_in_the_line);
	tcase_add_test(tcase, command_line_has_a_tag);
	tcase_add_test(tcase, command_length_ends_the_line);
	tcase_add_loop_test(tcase, command_says_what_is_wrong, 0, ARRAY_SIZE(bad_lines));
	tcase_add_test(tcase, command_reserved_words_name_no_axis);
	tcase_add_test(tcase, command_survives_any_line);
	return tcase;
}

/* error */

START_TEST(error_table_is_sound)
{
	unsigned int i, j;

	for (i = 0; i < error_table_size; i++) {
		const struct error_entry *entry = &error_table[i];

		ck_assert_ptr_eq(error_find(entry->number), entry);
		ck_assert_uint_lt(strlen(entry->text), ERROR_TEXT_MAX);
		for (j = 0; j < i; j++)
			ck_assert_int_ne(entry->number, error_table[j].number);
	}
	ck_assert_str_eq(error_find(ESHUTDOWN)->name, "ESHUTDOWN");
	ck_assert_str_eq(error_find(EDOM)->name, "EDOM");
	ck_assert_str_eq(error_find(12345)->name, "EINVAL");
	ck_assert_str_eq(error_find(0)->name, "EINVAL");
}
END_TEST

START_TEST(error_set_fills_a_report)
{
	ck_assert_int_eq(error_set(&report, EBUSY, 7, "%s is %d", "PAN", 3), -EBUSY);
	ck_assert_int_eq(report.number, EBUSY);
	ck_assert_uint_eq(report.column, 7);
	ck_assert_str_eq(report.text, "PAN is 3");
}
END_TEST

START_TEST(error_text_is_cut_and_clean)
{
	char text[100];

	memset(text, 'x', sizeof(text));
	text[ERROR_TEXT_MAX - 1] = '\0';
	error_set(&report, EINVAL, 1, "%s", text);
	ck_assert_str_eq(report.text, text);
	text[ERROR_TEXT_MAX - 1] = 'x';
	text[ERROR_TEXT_MAX] = '\0';
	error_set(&report, EINVAL, 1, "%s", text);
	ck_assert_uint_eq(strlen(report.text), ERROR_TEXT_MAX - 1);
	ck_assert_str_eq(report.text + ERROR_TEXT_MAX - 5, "x...");

	error_set(&report, EINVAL, 1, "a\x1b[2J\x80\n\x7f~ b");
	ck_assert_str_eq(report.text, "a?[2J???~ b");
}
END_TEST

static TCase *error_case(void)
{
	TCase *tcase = tcase_create("error");

	tcase_add_test(tcase, error_table_is_sound);
	tcase_add_test(tcase, error_set_fills_a_report);
	tcase_add_test(tcase, error_text_is_cut_and_clean);
	return tcase;
}

/* answers */

static struct answers answers;

static void put(const char *lines)
{
	answers_put(&answers, lines, strlen(lines));
}

/* Take up to @size bytes, which must be @expected. */
static void assert_taken(size_t size, const char *expected)
{
	char bytes[2 * ANSWERS_SIZE];
	size_t taken = answers_take(&answers, bytes, size);

	bytes[taken] = '\0';
	ck_assert_str_eq(bytes, expected);
}

/* A line of @length bytes with its LF: the letter, repeated. */
static const char *letters(char letter, size_t length)
{
	static char bytes[2 * ANSWERS_SIZE];

	memset(bytes, letter, length - 1);
	bytes[length - 1] = '\n';
	bytes[length] = '\0';
	return bytes;
}

START_TEST(answers_come_in_order)
{
	answers_init(&answers);
	ck_assert(!answers_waiting(&answers));
	assert_taken(100, "");
	put("OK\n");
	put("PAN=1\nOK\n");
	ck_assert(answers_waiting(&answers));
	assert_taken(0, "");
	assert_taken(5, "OK\nPA");
	ck_assert(answers_waiting(&answers));
	assert_taken(100, "N=1\nOK\n");
	ck_assert(!answers_waiting(&answers));
}
END_TEST

START_TEST(answers_ring_holds_its_size)
{
	answers_init(&answers);
	/* Positions may wrap, in the ring and in 32 bits. */
	answers.head = -100U;
	answers.tail = -100U;
	put(letters('a', ANSWERS_SIZE - 3));
	put("OK\n");
	assert_taken(ANSWERS_SIZE - 3, letters('a', ANSWERS_SIZE - 3));
	assert_taken(100, "OK\n");
	ck_assert(!answers_waiting(&answers));
}
END_TEST

START_TEST(answers_drop_the_oldest_lines)
{
	answers_init(&answers);
	put("the first\n");
	put("the second, longer\n");
	put(letters('a', ANSWERS_SIZE - 29));
	/* Full. The first makes room for this, the second for telling so. */
	put("OK\n");
	assert_taken(9, "* LOST 2\n");
	assert_taken(ANSWERS_SIZE - 29, letters('a', ANSWERS_SIZE - 29));
	assert_taken(100, "OK\n");
	ck_assert(!answers_waiting(&answers));
	/* It is told once. */
	put("OK\n");
	assert_taken(100, "OK\n");
}
END_TEST

START_TEST(answers_rest_of_a_line_is_never_dropped)
{
	answers_init(&answers);
	put("first\nsecond\n");
	assert_taken(2, "fi");
	put(letters('a', ANSWERS_SIZE - 40));
	put(letters('b', 30));
	put("last\n");
	assert_taken(6, "rst\n* ");
	/* The line that tells of the loss is a line that has been begun, too. */
	put(letters('c', ANSWERS_SIZE - 30));
	assert_taken(7, "LOST 2\n");
	assert_taken(9, "* LOST 2\n");
	assert_taken(ANSWERS_SIZE, letters('c', ANSWERS_SIZE - 30));
	ck_assert(!answers_waiting(&answers));
}
END_TEST

START_TEST(answers_line_beyond_the_ring_is_lost)
{
	answers_init(&answers);
	put("OK\n");
	put(letters('a', ANSWERS_SIZE + 1));
	ck_assert(answers_waiting(&answers));
	assert_taken(100, "* LOST 2\n");
	ck_assert(!answers_waiting(&answers));

	/* Neither does it push out what has been begun. */
	put(letters('b', 50));
	assert_taken(45, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
	put(letters('a', ANSWERS_SIZE));
	assert_taken(100, "bbbb\n* LOST 1\n");
	ck_assert(!answers_waiting(&answers));
}
END_TEST

START_TEST(answers_take_whole_lines_only)
{
	answers_init(&answers);
	put("OK\nhalf");
	assert_taken(100, "OK\n");
	ck_assert(!answers_waiting(&answers));
}
END_TEST

/*
 * Numbered lines go in, and come out in pieces of any size: whole, in order, and
 * wherever some are missing a line says how many.
 */
START_TEST(answers_account_for_every_line)
{
	unsigned int round, next = 0, number = 0, told, losses = 0;
	char bytes[512], out[ANSWERS_SIZE];
	size_t length = 0, taken, i;

	answers_init(&answers);
	for (round = 0; round < 50000; round++) {
		if (random_below(1000) < 505) {
			int n = sprintf(bytes, "%u ", number++);
			unsigned int fill = random_below(random_below(3) ? 20 : 400);

			memset(bytes + n, 'x', fill);
			bytes[n + fill] = '\n';
			answers_put(&answers, bytes, n + fill + 1);
			continue;
		}
		taken = answers_take(&answers, bytes,
				     random_below(random_below(4) ? 40 : sizeof(bytes)));
		for (i = 0; i < taken; i++) {
			if (length == sizeof(out) - 1)
				ck_abort_msg("a line without end");
			out[length++] = bytes[i];
			if (bytes[i] != '\n')
				continue;
			out[length] = '\0';
			length = 0;
			if (sscanf(out, "* LOST %u\n", &told) == 1) {
				ck_assert_uint_gt(told, 0);
				next += told;
				losses++;
				continue;
			}
			ck_assert_int_eq(sscanf(out, "%u x", &told), 1);
			ck_assert_uint_eq(told, next);
			next++;
		}
	}
	ck_assert_uint_gt(losses, 100);
	ck_assert_uint_gt(next, 10000);
}
END_TEST

static TCase *answers_case(void)
{
	TCase *tcase = tcase_create("answers");

	tcase_add_test(tcase, answers_come_in_order);
	tcase_add_test(tcase, answers_ring_holds_its_size);
	tcase_add_test(tcase, answers_drop_the_oldest_lines);
	tcase_add_test(tcase, answers_rest_of_a_line_is_never_dropped);
	tcase_add_test(tcase, answers_line_beyond_the_ring_is_lost);
	tcase_add_test(tcase, answers_take_whole_lines_only);
	tcase_add_test(tcase, answers_account_for_every_line);
	return tcase;
}

/* text */

static char buffer[64];
static struct text text;

static void begin_text(size_t size)
{
	memset(buffer, '~', sizeof(buffer));
	text_init(&text, buffer, size);
}

START_TEST(text_appends)
{
	begin_text(sizeof(buffer));
	ck_assert_str_eq(buffer, "");
	text_printf(&text, "STATE=%s", "IDLE");
	text_printf(&text, " QUEUE=%u/%u", 0U, 64U);
	ck_assert(text_end_line(&text));
	ck_assert_str_eq(buffer, "STATE=IDLE QUEUE=0/64\n");
	ck_assert_uint_eq(text.length, strlen(buffer));
}
END_TEST

START_TEST(text_leaves_out_what_does_not_fit)
{
	begin_text(12);
	text_printf(&text, "one");
	ck_assert(text_end_line(&text));
	/* The third piece has no room, nor, after that gap, has the fourth. */
	text_printf(&text, "two ");
	text_printf(&text, "threefour");
	text_printf(&text, "5");
	ck_assert(text.overflow);
	ck_assert(!text_end_line(&text));
	ck_assert_str_eq(buffer, "one\n");
	/* A shorter line still fits, to the last byte. */
	text_printf(&text, "123456");
	ck_assert(text_end_line(&text));
	ck_assert_str_eq(buffer, "one\n123456\n");
	ck_assert_uint_eq(text.length, 11);
	/* Not even an empty one now; and nothing was written past the end. */
	ck_assert(!text_end_line(&text));
	ck_assert_str_eq(buffer, "one\n123456\n");
	ck_assert_int_eq(buffer[12], '~');

	/* The LF counts, too. */
	begin_text(4);
	text_printf(&text, "abc");
	ck_assert(!text_end_line(&text));
	ck_assert_str_eq(buffer, "");
}
END_TEST

static const struct {
	s64 micro;
	const char *full;
	const char *brief;
} micros[] = {
	{ 0, "0.000000", "0" },
	{ 12345000, "12.345000", "12.345" },
	{ 60000000, "60.000000", "60" },
	{ 500000, "0.500000", "0.5" },
	{ -500000, "-0.500000", "-0.5" },
	{ -1, "-0.000001", "-0.000001" },
	{ 1000001, "1.000001", "1.000001" },
	{ 100000000000000, "100000000.000000", "100000000" },
	{ -999999999999999, "-999999999.999999", "-999999999.999999" },
	{ S64_MIN, "-9223372036854.775808", "-9223372036854.775808" },
	{ S64_MAX, "9223372036854.775807", "9223372036854.775807" },
};

START_TEST(text_prints_millionths)
{
	begin_text(sizeof(buffer));
	text_micro(&text, micros[_i].micro, true);
	ck_assert_str_eq(buffer, micros[_i].full);
	begin_text(sizeof(buffer));
	text_micro(&text, micros[_i].micro, false);
	ck_assert_str_eq(buffer, micros[_i].brief);
}
END_TEST

static const struct {
	u64 ns;
	const char *text;
} printed_durations[] = {
	{ 0, "0us" },
	{ 1, "0.001us" },
	{ 100, "0.1us" },
	{ 2000, "2us" },
	{ 999999, "999.999us" },
	{ 1000000, "1ms" },
	{ 1500001, "1.500001ms" },
	{ 999999999, "999.999999ms" },
	{ 1000000000, "1s" },
	{ 1000000001, "1000.000001ms" },
	{ 1000001000, "1.000001s" },
	{ 999999999999999, "999999999.999999ms" },
	{ 3600000000000, "3600s" },
};

START_TEST(text_prints_durations)
{
	begin_text(sizeof(buffer));
	text_duration(&text, printed_durations[_i].ns);
	ck_assert_str_eq(buffer, printed_durations[_i].text);
}
END_TEST

START_TEST(text_prints_ratios)
{
	begin_text(sizeof(buffer));
	text_ratio(&text, 800, 9);
	text_printf(&text, " ");
	text_ratio(&text, 100, 1);
	text_printf(&text, " ");
	text_ratio(&text, 88888889, 1000000);
	text_printf(&text, " ");
	text_ratio(&text, 999999999999999, 1);
	ck_assert_str_eq(buffer, "800/9 100 88888889/1000000 999999999.999999/0.000001");
}
END_TEST

/* What is printed for a setting reads back as the same value. */
START_TEST(text_can_be_read_back)
{
	static const u64 limits[] = { 10, 1000000, 999999999999999 };
	unsigned int round;

	for (round = 0; round < 20000; round++) {
		u64 limit = limits[random_below(3)], a, b, below;

		div64_u64_rem((u64)random_below(U32_MAX) << 32 | random_below(U32_MAX),
			      limit, &a);
		div64_u64_rem((u64)random_below(U32_MAX) << 32 | random_below(U32_MAX),
			      limit, &b);
		a++;
		b++;
		div64_u64_rem(a, 10 * NS_PER_S, &below);

		begin_text(sizeof(buffer));
		text_printf(&text, "SET PAN MAX ");
		text_micro(&text, a, random_below(2));
		ck_assert_int_eq(parse(buffer)->setting_value.quantity.micro, a);

		begin_text(sizeof(buffer));
		text_printf(&text, "SET PAN ENABLEDELAY ");
		text_duration(&text, below);
		ck_assert_uint_eq(parse(buffer)->setting_value.duration_ns, below);

		if (a / b >= 999999999 || b / a >= 1000000)
			continue;
		ratio_reduce(&a, &b);
		begin_text(sizeof(buffer));
		text_printf(&text, "SET PAN SCALE ");
		text_ratio(&text, a, b);
		assert_ratio(buffer, a, b);
	}
}
END_TEST

static TCase *text_case(void)
{
	TCase *tcase = tcase_create("text");

	tcase_add_test(tcase, text_appends);
	tcase_add_test(tcase, text_leaves_out_what_does_not_fit);
	tcase_add_loop_test(tcase, text_prints_millionths, 0, ARRAY_SIZE(micros));
	tcase_add_loop_test(tcase, text_prints_durations, 0, ARRAY_SIZE(printed_durations));
	tcase_add_test(tcase, text_prints_ratios);
	tcase_add_test(tcase, text_can_be_read_back);
	return tcase;
}

Suite *parser_suite(void)
{
	Suite *suite = suite_create("parser");

	suite_add_tcase(suite, line_case());
	suite_add_tcase(suite, number_case());
	suite_add_tcase(suite, command_case());
	suite_add_tcase(suite, answers_case());
	suite_add_tcase(suite, error_case());
	suite_add_tcase(suite, text_case());
	return suite;
}
