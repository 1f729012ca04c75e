// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of parser/: lines, numbers, commands, errors, answers, text, help, and
 * the manual's examples. What commands do to a machine is tested elsewhere.
 */
#include <check.h>
#include <stdlib.h>

#include "../../parser/answers.h"
#include "../../parser/command.h"
#include "../../parser/error.h"
#include "../../parser/help.h"
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
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		const char *text = numbers[i].text;
		s64 micro = 0;
		int result = number_parse(text, strlen(text), &micro);

		ck_assert_msg(result == numbers[i].result && micro == numbers[i].micro,
			      "\"%s\": %d, %lld", text, result, micro);
	}
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
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(durations); i++) {
		const char *unit = durations[i].unit;
		u64 ns = 0;
		int result = duration_ns(durations[i].micro, unit, strlen(unit), &ns);

		ck_assert_msg(result == durations[i].result && ns == durations[i].ns,
			      "%llu of \"%s\": %d, %llu", durations[i].micro, unit, result, ns);
	}
}
END_TEST

static const struct {
	const char *text;
	int result;
	u64 ns;
} instants[] = {
	{ "1790000000.250", 0, 1790000000250000000 },
	{ "1790000000", 0, 1790000000000000000 },
	{ "0", 0, 0 },
	{ ".000000001", 0, 1 },
	{ "5.", 0, 5000000000 },
	{ "9223372036.854775807", 0, S64_MAX },
	{ "9223372036.854775808", -ERANGE, 0 },
	{ "9999999999.999999999", -ERANGE, 0 },
	{ "10000000000", -ERANGE, 0 },
	{ "1.0000000000", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ ".", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
	{ "+1", -EINVAL, 0 },
	{ "1s", -EINVAL, 0 },
	{ "1.5.2", -EINVAL, 0 },
};

START_TEST(number_instants_are_in_ns)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(instants); i++) {
		const char *text = instants[i].text;
		u64 ns = 0;
		int result = instant_parse(text, strlen(text), &ns);

		ck_assert_msg(result == instants[i].result && (result || ns == instants[i].ns),
			      "\"%s\": %d, %llu", text, result, ns);
	}
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

	tcase_add_test(tcase, number_is_exact);
	tcase_add_test(tcase, number_stays_within_its_length);
	tcase_add_test(tcase, number_units_have_names);
	tcase_add_test(tcase, number_durations_are_in_ns);
	tcase_add_test(tcase, number_instants_are_in_ns);
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

START_TEST(command_now_is_a_move)
{
	const struct command *now = parse("now PAN 10 TILT BY -2 AT 50% IN 3s");

	ck_assert_uint_eq(now->verb, VERB_NOW);
	ck_assert_uint_eq(now->axes, BIT(PAN) | BIT(TILT));
	ck_assert_uint_eq(now->relative, BIT(TILT));
	assert_quantity(&now->value[PAN], 10 * MICRO, UNIT_NONE, 9);
	assert_quantity(&now->speed, 50 * MICRO, UNIT_PERCENT, 26);
	ck_assert_uint_eq(now->duration_ns, 3 * NS_PER_S);
}
END_TEST

START_TEST(command_run_has_speeds)
{
	const struct command *run = parse("RUN PAN 5 TILT -2.5deg/s SLIDE 0%");

	ck_assert_uint_eq(run->verb, VERB_RUN);
	ck_assert_uint_eq(run->axes, BIT(PAN) | BIT(TILT) | BIT(SLIDE));
	assert_quantity(&run->velocity[PAN], 5 * MICRO, UNIT_NONE, 9);
	assert_quantity(&run->velocity[TILT], -2500000, UNIT_DEG, 16);
	assert_quantity(&run->velocity[SLIDE], 0, UNIT_PERCENT, 32);
	ck_assert(!run->has_duration && !run->has_speed);

	run = parse("RUN PAN 5 FOR 500ms");
	ck_assert(run->has_duration);
	ck_assert_uint_eq(run->duration_ns, NS_PER_S / 2);
	ck_assert_uint_eq(run->duration_column, 15);
	assert_quantity(&run->velocity[TILT], 0, UNIT_NONE, 0);
	assert_quantity(&parse("RUN SLIDE 3 in/s FOR 1s")->velocity[SLIDE], 3 * MICRO, UNIT_IN, 11);
}
END_TEST

START_TEST(command_pvt_has_positions_and_speeds)
{
	const struct command *pvt = parse("PVT PAN 30 12.5 TILT 4 -1 IN 40ms");

	ck_assert_uint_eq(pvt->verb, VERB_PVT);
	ck_assert_uint_eq(pvt->axes, BIT(PAN) | BIT(TILT));
	ck_assert_uint_eq(pvt->relative, 0);
	assert_quantity(&pvt->value[PAN], 30 * MICRO, UNIT_NONE, 9);
	assert_quantity(&pvt->velocity[PAN], 12500000, UNIT_NONE, 12);
	assert_quantity(&pvt->value[TILT], 4 * MICRO, UNIT_NONE, 22);
	assert_quantity(&pvt->velocity[TILT], -MICRO, UNIT_NONE, 24);
	ck_assert_uint_eq(pvt->duration_ns, 40000000);
	ck_assert_uint_eq(pvt->duration_column, 30);

	pvt = parse("pvt pan 1rev -5% slide 3 in 5 in 10ms");
	assert_quantity(&pvt->value[PAN], MICRO, UNIT_REV, 9);
	assert_quantity(&pvt->velocity[PAN], -5 * MICRO, UNIT_PERCENT, 14);
	assert_quantity(&pvt->value[SLIDE], 3 * MICRO, UNIT_IN, 24);
	assert_quantity(&pvt->velocity[SLIDE], 5 * MICRO, UNIT_NONE, 29);
	ck_assert_uint_eq(pvt->duration_ns, 10000000);
	pvt = parse("PVT SLIDE 3 IN 5 in/s IN 10ms");
	assert_quantity(&pvt->velocity[SLIDE], 5 * MICRO, UNIT_IN, 16);
}
END_TEST

START_TEST(command_wait_and_trigger_have_times)
{
	const struct command *wait = parse("WAIT 500ms");

	ck_assert_uint_eq(wait->verb, VERB_WAIT);
	ck_assert(!wait->until && wait->has_duration);
	ck_assert_uint_eq(wait->duration_ns, NS_PER_S / 2);
	ck_assert_uint_eq(wait->duration_column, 6);

	wait = parse("wait until 1790000000.250");
	ck_assert(wait->until && !wait->has_duration);
	ck_assert_uint_eq(wait->realtime_ns, 1790000000250000000);
	ck_assert_uint_eq(wait->duration_column, 12);

	ck_assert_uint_eq(parse("TRIGGER 1 50ms")->verb, VERB_TRIGGER);
	ck_assert_uint_eq(command.output, 1);
	ck_assert_uint_eq(command.value_column, 9);
	ck_assert_uint_eq(command.duration_ns, 50000000);
	ck_assert_uint_eq(command.duration_column, 11);
	ck_assert_uint_eq(parse("trigger 999999999 1h")->output, 999999999);
}
END_TEST

START_TEST(command_presets_have_names)
{
	const struct command *go = parse("GO Shot_1-a AT 50% IN 5s");

	ck_assert_uint_eq(go->verb, VERB_GO);
	ck_assert_str_eq(go->name, "Shot_1-a");
	ck_assert_uint_eq(go->value_column, 4);
	ck_assert_uint_eq(go->duration_ns, 5 * NS_PER_S);
	assert_quantity(&go->speed, 50 * MICRO, UNIT_PERCENT, 16);

	ck_assert_uint_eq(parse("SAVE 123456789012345")->verb, VERB_SAVE);
	ck_assert_str_eq(command.name, "123456789012345");
	ck_assert_uint_eq(parse("forget PAN")->verb, VERB_FORGET);
	ck_assert_str_eq(command.name, "PAN");
	/* Any word can be a name: it always stands in the same place. */
	go = parse("GO IN IN 5s");
	ck_assert_str_eq(go->name, "IN");
	ck_assert(go->has_duration && !go->has_speed);
}
END_TEST

START_TEST(command_pause_and_resume_have_signs)
{
	ck_assert_uint_eq(parse("PAUSE")->verb, VERB_PAUSE);
	ck_assert_uint_eq(parse("!")->verb, VERB_PAUSE);
	ck_assert_uint_eq(parse("!# ~")->verb, VERB_PAUSE);
	ck_assert_uint_eq(parse("resume")->verb, VERB_RESUME);
	ck_assert_uint_eq(parse("~\r")->verb, VERB_RESUME);
	ck_assert_uint_eq(parse("@a ~;")->verb, VERB_RESUME);
	ck_assert_int_eq(count_commands("!;~;PAN 3", 9), 3);
	ck_assert_int_eq(count_commands("# !", 3), 0);
}
END_TEST

START_TEST(command_drivers_errors_and_events)
{
	ck_assert_uint_eq(parse("HOME")->verb, VERB_HOME);
	ck_assert_uint_eq(command.axes, 0);
	ck_assert_uint_eq(parse("HOME TILT PAN")->axes, BIT(PAN) | BIT(TILT));
	ck_assert_uint_eq(parse("ENABLE SLIDE")->verb, VERB_ENABLE);
	ck_assert_uint_eq(command.axes, BIT(SLIDE));
	ck_assert_uint_eq(parse("RELEASE")->verb, VERB_RELEASE);
	ck_assert_uint_eq(parse("ERROR?")->verb, VERB_ERROR);
	ck_assert_uint_eq(parse("error ?")->verb, VERB_ERROR);
	ck_assert_uint_eq(parse("VERSION")->verb, VERB_VERSION);
	ck_assert_uint_eq(parse("WATCH ON")->verb, VERB_WATCH);
	ck_assert(command.on);
	ck_assert(!parse("watch off")->on);
	ck_assert_uint_eq(parse("HELP")->verb, VERB_HELP);
	ck_assert_str_eq(command.name, "");
	ck_assert_str_eq(parse("HELP maxspeed # what")->name, "maxspeed");
	ck_assert_uint_eq(command.value_column, 6);
	ck_assert_str_eq(parse("HELP ERROR?")->name, "ERROR?");
	ck_assert_uint_eq(command.axes, 0);
	ck_assert_uint_eq(parse("HELP tilt")->axes, BIT(TILT));
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
	ck_assert_int_eq(parse("SET PAN HOMEDIR 1")->setting_value.quantity.micro, MICRO);
	ck_assert_int_eq(parse("SET PAN HOMEDIR -1")->setting_value.quantity.micro, -MICRO);
	assert_quantity(&parse("SET PAN SPEED 20%")->setting_value.quantity, 20 * MICRO,
			UNIT_PERCENT, 15);
	set = parse("SET PAN JERK 500 deg/s3");
	assert_quantity(&set->setting_value.quantity, 500 * MICRO, UNIT_DEG, 14);
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
	ck_assert_uint_eq(parse("SET PAN IDLE 1000h")->setting_value.duration_ns,
			  3600000 * NS_PER_S);
	ck_assert_uint_eq(parse("SET PAN IDLE 0s")->setting_value.duration_ns, 0);
	ck_assert_int_eq(parse("SET PAN JERK 0")->setting_value.quantity.micro, 0);
	ck_assert_int_eq(parse("SET PAN SPEED 0.000001")->setting_value.quantity.micro, 1);
	ck_assert_int_eq(parse("SET PAN MIN -999999999.999999")->setting_value.quantity.micro,
			 -999999999999999);
}
END_TEST

START_TEST(command_settings_describe_themselves)
{
	unsigned int setting;

	ck_assert_str_eq(setting_name(SETTING_SPEED), "SPEED");
	ck_assert_str_eq(setting_name(SETTING_ENABLEDELAY), "ENABLEDELAY");
	ck_assert_uint_eq(setting_kind(SETTING_SCALE), KIND_RATIO);
	ck_assert_uint_eq(setting_kind(SETTING_UNIT), KIND_UNIT);
	ck_assert(!setting_is_guarded(SETTING_ACCEL));
	ck_assert(!setting_is_guarded(SETTING_JERK));
	for (setting = SETTING_MAXSPEED; setting < SETTING_COUNT; setting++)
		ck_assert(setting_is_guarded(setting));
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
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		int count = count_commands(lines[i].text, strlen(lines[i].text));

		ck_assert_msg(count == lines[i].count, "\"%s\": %d", lines[i].text, count);
	}
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
	{ "PAN 30 PNA 3", 8, "no axis or unit named PNA" },
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
	{ "PAN 30 IN -5", 11, "a duration needs a unit: us ms s min h" },
	{ "PAN 30 IN +5", 11, "a duration needs a unit: us ms s min h" },
	{ "PAN 30 IN .5", 11, "a duration needs a unit: us ms s min h" },
	{ "PAN 30 degrees", 8, "no axis or unit named degrees" },
	{ "PAN 30 HALT", 8, "extra word HALT after the move" },
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
	{ "SET PAN MAXSPEED 50%", 20, "no unit \"%\"" },
	{ "SET PAN SPEED 20 30", 18, "extra word 30 after the value" },
	{ "SET PAN ACCEL 5deg/s", 16, "an acceleration is written in deg/s2" },
	{ "SET PAN SCALE", 14, "SCALE needs a ratio" },
	{ "SET PAN SCALE 0", 15, "a ratio must be greater than 0" },
	{ "SET PAN SCALE -8/-9", 15, "a ratio must be greater than 0" },
	{ "SET PAN SCALE 8/0", 15, "a ratio must be greater than 0" },
	{ "SET PAN SCALE 8/", 17, "/ needs a number" },
	{ "SET PAN SCALE 8/9/3", 18, "extra word /3 after the value" },
	{ "SET PAN SCALE 30x", 15, "\"30x\" is not a ratio" },
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
	{ "SET PAN INVERT 1deg", 16, "\"1deg\" is not 0 or 1" },
	{ "SET PAN UNIT", 13, "UNIT needs a unit" },
	{ "SET PAN UNIT foo", 14, "no unit \"foo\"" },
	{ "SET PAN UNIT %", 14, "no unit \"%\"" },
	{ "GET PNA", 5, "no axis named PNA" },
	{ "GET PAN SPED", 9, "no setting named SPED" },
	{ "GET PAN SPEED 3", 15, "extra word 3 after the setting" },
	{ "NOW", 4, "NOW needs an axis" },
	{ "NOW 3", 5, "no axis named 3" },
	{ "NOW PAN", 8, "PAN needs a position" },
	{ "NOW PAN IS 3", 9, "PAN needs a position" },
	{ "NOW PAN?", 8, "\"?\" is not a number" },
	{ "RUN", 4, "RUN needs an axis" },
	{ "RUN FOR 5s", 5, "no axis named FOR" },
	{ "RUN PAN", 8, "PAN needs a speed" },
	{ "RUN PAN BY 3", 9, "PAN needs a speed" },
	{ "RUN PAN 5 PAN 5", 11, "PAN comes twice" },
	{ "RUN PAN 5deg", 10, "a speed is written in deg/s" },
	{ "RUN SLIDE 5 in", 13, "a speed is written in in/s" },
	{ "RUN PAN 5 IN 5s", 11, "extra word IN after the speed" },
	{ "RUN PAN 5 AT 5", 11, "extra word AT after the speed" },
	{ "RUN PAN 5 6", 11, "extra word 6 after the speed" },
	{ "RUN PAN 5 FOR", 14, "FOR needs a duration" },
	{ "RUN PAN 5 FOR 5", 15, "a duration needs a unit: us ms s min h" },
	{ "RUN PAN 5 FOR -5s", 15, "a duration cannot be negative" },
	{ "RUN PAN 5 FOR 1s FOR 2s", 18, "extra word FOR after the time" },
	{ "PVT", 4, "PVT needs an axis" },
	{ "PVT PAN", 8, "PAN needs a position" },
	{ "PVT PAN BY 3 4 IN 1s", 9, "PAN needs a position" },
	{ "PVT PAN 30", 11, "PAN needs a speed" },
	{ "PVT PAN 30 IN 40ms", 12, "PAN needs a speed" },
	{ "PVT PAN 30 IN 40 ms", 12, "PAN needs a speed" },
	{ "PVT SLIDE 3 in IN 40ms", 16, "SLIDE needs a speed" },
	{ "PVT PAN 30 TILT 4", 12, "PAN needs a speed" },
	{ "PVT PAN 30 5deg IN 1s", 13, "a speed is written in deg/s" },
	{ "PVT PAN 30 5", 13, "PVT needs IN and a duration" },
	{ "PVT PAN 30 5 ; HALT", 14, "PVT needs IN and a duration" },
	{ "PVT PAN 30 5 6", 14, "PVT needs IN and a duration" },
	{ "PVT PAN 30 5 AT 6 IN 1s", 14, "PVT needs IN and a duration" },
	{ "PVT PAN 30 5 PAN 30 5 IN 1s", 14, "PAN comes twice" },
	{ "PVT PAN 30 5 IN", 16, "IN needs a duration" },
	{ "PVT PAN 30 5 IN 40ms AT 6", 22, "extra word AT after the time" },
	{ "WAIT", 5, "WAIT needs a duration" },
	{ "WAIT 5", 6, "a duration needs a unit: us ms s min h" },
	{ "WAIT WAIT 5s", 6, "WAIT needs a duration" },
	{ "WAIT 5s 6s", 9, "extra word 6s after the time" },
	{ "WAIT UNTIL", 11, "UNTIL needs seconds since 1970" },
	{ "WAIT UNTIL noon", 12, "\"noon\" is not seconds since 1970" },
	{ "WAIT UNTIL -5", 12, "\"-5\" is not seconds since 1970" },
	{ "WAIT UNTIL 5s", 12, "\"5s\" is not seconds since 1970" },
	{ "WAIT UNTIL 9223372037", 12, "seconds from 0 to 9223372036, with 9 decimals at most" },
	{ "WAIT UNTIL 5 5", 14, "extra word 5 after the time" },
	{ "TRIGGER", 8, "TRIGGER needs an output" },
	{ "TRIGGER 1", 10, "TRIGGER needs a duration" },
	{ "TRIGGER 0 5ms", 9, "outputs are numbered 1, 2, 3 ..." },
	{ "TRIGGER -1 5ms", 9, "outputs are numbered 1, 2, 3 ..." },
	{ "TRIGGER 1.5 5ms", 9, "outputs are numbered 1, 2, 3 ..." },
	{ "TRIGGER 5ms", 9, "\"5ms\" is not an output" },
	{ "TRIGGER 1 5ms 2", 15, "extra word 2 after the time" },
	{ "HOME PNA", 6, "no axis named PNA" },
	{ "ENABLE PAN PAN", 12, "PAN comes twice" },
	{ "RELEASE 1", 9, "no axis named 1" },
	{ "SAVE", 5, "SAVE needs a name" },
	{ "GO ; PAN 3", 4, "GO needs a name" },
	{ "FORGET a.b", 8, "a name is 1 to 15 letters, digits, - or _" },
	{ "SAVE 1234567890123456", 6, "a name is 1 to 15 letters, digits, - or _" },
	{ "SAVE ?", 6, "a name is 1 to 15 letters, digits, - or _" },
	{ "SAVE a b", 8, "extra word b after the name" },
	{ "GO home FOR 5s", 9, "extra word FOR after the move" },
	{ "GO home AT 0", 12, "a speed must be greater than 0" },
	{ "PAUSE 5", 7, "extra word 5 after PAUSE" },
	{ "!~", 2, "extra word ~ after PAUSE" },
	{ "~ PAN 3", 3, "extra word PAN after RESUME" },
	{ "PAN 30!", 5, "\"30!\" is not a number" },
	{ "ERROR", 6, "ERROR needs ?" },
	{ "ERROR? 5", 8, "extra word 5 after ?" },
	{ "VERSION 2", 9, "extra word 2 after VERSION" },
	{ "WATCH", 6, "WATCH needs ON or OFF" },
	{ "WATCH ONE", 7, "\"ONE\" is not ON or OFF" },
	{ "WATCH ON OFF", 10, "extra word OFF after ON" },
	{ "WATCH OFF ON", 11, "extra word ON after OFF" },
	{ "HELP PNA", 6, "no command, axis, setting or error named PNA" },
	{ "HELP axis", 6, "no command, axis, setting or error named axis" },
	{ "HELP MAXSPEEDMAXSPEED", 6, "no command, axis, setting or error named MAXSPEEDMAXSPEED" },
	{ "HELP STOP HALT", 11, "extra word HALT after the word" },
	{ "HELP PAN TILT", 10, "extra word TILT after the axis" },
	{ "SET PAN ACCEL 20%", 17, "no unit \"%\"" },
	{ "SET PAN JERK -1", 14, "JERK takes 0 to 999999999.999999" },
	{ "SET PAN JERK 1deg/s2", 15, "a jerk is written in deg/s3" },
	{ "SET PAN MAXJERK 0", 17, "MAXJERK takes 0.000001 to 999999999.999999" },
	{ "SET PAN BACKOFF -1", 17, "BACKOFF takes 0 to 999999999.999999" },
	{ "SET PAN IDLE 1001h", 14, "IDLE takes 0us to 3600000s" },
	{ "SET PAN HOMEDIR", 16, "HOMEDIR needs -1 or 1" },
	{ "SET PAN HOMEDIR 0", 17, "HOMEDIR takes -1 or 1" },
	{ "SET PAN BACKOFF -0.5", 17, "BACKOFF takes 0 to 999999999.999999" },
	{ "SET SLIDE SPEED 3 in", 19, "a speed is written in in/s" },
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
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_lines); i++) {
		const char *text = bad_lines[i].line;
		int result = count_commands(text, strlen(text));

		ck_assert_msg(result == -EINVAL && report.number == EINVAL, "%s: %d", text, result);
		ck_assert_msg(!strcmp(report.text, bad_lines[i].text), "%s: %s", text, report.text);
		ck_assert_msg(report.column == bad_lines[i].column, "%s: column %u", text,
			      report.column);
	}
}
END_TEST

START_TEST(command_reserved_words_name_no_axis)
{
	static const char *const reserved[] = {
		"HALT", "stop", "Get", "AT", "by", "IN", "IS", "deg", "STEPS", "SPEED",
		"min", "STATE", "queue", "alarm", "?", "", "for", "UNTIL", "ON", "Off", "NOW",
		"RUN", "error", "BACKOFF"
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
		"h", ".", " ", "NOW", "RUN", "FOR", "PVT", "WAIT", "UNTIL", "TRIGGER", "GO",
		"SAVE", "HELP", "WATCH", "ON", "ERROR", "!", "~", "JERK", "HOMEDIR", "1", "name"
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
	tcase_add_test(tcase, command_now_is_a_move);
	tcase_add_test(tcase, command_run_has_speeds);
	tcase_add_test(tcase, command_pvt_has_positions_and_speeds);
	tcase_add_test(tcase, command_wait_and_trigger_have_times);
	tcase_add_test(tcase, command_presets_have_names);
	tcase_add_test(tcase, command_pause_and_resume_have_signs);
	tcase_add_test(tcase, command_drivers_errors_and_events);
	tcase_add_test(tcase, command_set_reads_each_kind);
	tcase_add_test(tcase, command_set_reads_ratios);
	tcase_add_test(tcase, command_settings_read_their_limits);
	tcase_add_test(tcase, command_settings_describe_themselves);
	tcase_add_test(tcase, command_lines_hold_several);
	tcase_add_test(tcase, command_columns_count_in_the_line);
	tcase_add_test(tcase, command_line_has_a_tag);
	tcase_add_test(tcase, command_length_ends_the_line);
	tcase_add_test(tcase, command_says_what_is_wrong);
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
	static char bytes[2 * ANSWERS_SIZE];
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
	static char bytes[512], out[ANSWERS_SIZE];
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
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(micros); i++) {
		begin_text(sizeof(buffer));
		text_micro(&text, micros[i].micro, true);
		ck_assert_str_eq(buffer, micros[i].full);
		begin_text(sizeof(buffer));
		text_micro(&text, micros[i].micro, false);
		ck_assert_str_eq(buffer, micros[i].brief);
	}
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
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(printed_durations); i++) {
		begin_text(sizeof(buffer));
		text_duration(&text, printed_durations[i].ns);
		ck_assert_str_eq(buffer, printed_durations[i].text);
	}
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
	begin_text(sizeof(buffer));
	text_ratio(&text, 1000000, 999999999999999);
	ck_assert_str_eq(buffer, "1/999999999.999999");
}
END_TEST

/* What is printed for a setting reads back as the same value. */
START_TEST(text_can_be_read_back)
{
	static const u64 limits[] = { 10, 1000000, 999999999999999 };
	unsigned int round;

	for (round = 0; round < 20000; round++) {
		u64 limit = limits[random_below(3)], a, b, below, idle_us;

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

		/* Above 11 days no line can hold parts of a us. */
		idle_us = random_below(1000) * 3600000000ULL + random_below(3600000000U);
		begin_text(sizeof(buffer));
		text_printf(&text, "SET PAN IDLE ");
		text_duration(&text, idle_us * NS_PER_US);
		ck_assert_uint_eq(parse(buffer)->setting_value.duration_ns, idle_us * NS_PER_US);

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
	tcase_add_test(tcase, text_prints_millionths);
	tcase_add_test(tcase, text_prints_durations);
	tcase_add_test(tcase, text_prints_ratios);
	tcase_add_test(tcase, text_can_be_read_back);
	return tcase;
}

/* help, and the manual that is made from it */

static char help[1 << 14];

static const char *print_help(const char *word, int expected)
{
	struct text text;

	text_init(&text, help, sizeof(help));
	ck_assert_msg(help_print(&text, word) == expected, "HELP %s", word);
	ck_assert(!text.overflow);
	return help;
}

START_TEST(help_has_every_row)
{
	static const char *const usages[] = {
#define COMMAND(verb, word, form, usage, help) usage "  - " help "\n",
		COMMANDS
#undef COMMAND
	};
	unsigned int i, rows = 0;
	const char *line;
	char name[32];

	print_help("", 0);
	for (i = 0; i < ARRAY_SIZE(usages); i++)
		ck_assert_msg(strstr(help, usages[i]), "%s", usages[i]);
	for (i = 0; i < SETTING_COUNT; i++) {
		snprintf(name, sizeof(name), "\nSET axis %s ", setting_name(i));
		ck_assert_msg(strstr(help, name), "%s", name);
	}
	for (i = 0; i < error_table_size; i++) {
		snprintf(name, sizeof(name), "\nERR %d %s  - ", error_table[i].number,
			 error_table[i].name);
		ck_assert_msg(strstr(help, name), "%s", name);
	}
	for (line = help; *line; line = strchr(line, '\n') + 1) {
		ck_assert_msg(strcspn(line, "\n") <= 100, "%.101s", line);
		rows++;
	}
	ck_assert_uint_eq(rows, VERB_COUNT + SETTING_COUNT + error_table_size);
	/* It waits, with its OK and a tag in each line, in a ring of answers. */
	ck_assert_uint_lt(strlen(help) + rows * (TAG_MAX + 2), ANSWERS_SIZE);
}
END_TEST

/* Each word of the language, and how many lines HELP has for it. */
static const struct {
	const char *word;
	unsigned int lines;
} help_words[] = {
	{ "HALT", 1 },
	{ "halt", 1 },
	{ "MOVE", 1 },
	{ "?", 1 },
	{ "!", 1 },
	{ "~", 1 },
	{ "ERROR?", 1 },
	{ "ERROR", 1 },
	{ "UNTIL", 1 },
	{ "IN", 3 },
	{ "at", 3 },
	{ "BY", 2 },
	{ "IS", 1 },
	{ "OFF", 1 },
	{ "SPEED", 1 },
	{ "backoff", 1 },
	{ "EDOM", 1 },
	{ "22", 1 },
	{ "HAL", 0 },
	{ "HALTS", 0 },
	{ "axis", 0 },
	{ "AXIS", 0 },
	{ "2", 0 },
	{ "|", 0 },
	{ "[AT", 0 },
	{ "...", 0 },
};

START_TEST(help_finds_words)
{
	unsigned int i, lines;
	const char *c;

	for (i = 0; i < ARRAY_SIZE(help_words); i++) {
		lines = 0;
		c = print_help(help_words[i].word, help_words[i].lines ? 0 : -EINVAL);
		while (*c)
			lines += *c++ == '\n';
		ck_assert_msg(lines == help_words[i].lines, "HELP %s: %u lines",
			      help_words[i].word, lines);
	}
	ck_assert_str_eq(print_help("steplen", 0),
			 "SET axis STEPLEN time  - how long STEP stays high (0.1us to 1ms) [guarded]\n");
	ck_assert_str_eq(print_help("34", 0),
			 "ERR 34 ERANGE  - target beyond the soft limits, or MAX below MIN\n");
}
END_TEST

static char manual[1 << 16];

/* The manual without its fonts, and with its characters as they come out. */
static void read_manual(void)
{
	static const struct {
		const char *roff;
		const char *shown;
	} escapes[] = {
		{ "\\fB", "" },
		{ "\\fI", "" },
		{ "\\fR", "" },
		{ "\\-", "-" },
		{ "\\(ti", "~" },
		{ "\\(aq", "'" },
		{ "\\(dq", "\"" },
	};
	FILE *file = fopen("build/stepper.4", "r");
	char *from = manual, *to = manual;
	unsigned int i;

	ck_assert_ptr_nonnull(file);
	manual[fread(manual, 1, sizeof(manual) - 1, file)] = '\0';
	fclose(file);
	while (*from) {
		for (i = 0; i < ARRAY_SIZE(escapes); i++)
			if (!strncmp(from, escapes[i].roff, strlen(escapes[i].roff)))
				break;
		if (i == ARRAY_SIZE(escapes)) {
			*to++ = *from++;
			continue;
		}
		from += strlen(escapes[i].roff);
		to = stpcpy(to, escapes[i].shown);
	}
	*to = '\0';
}

START_TEST(manual_has_every_row)
{
	const char *line, *end;
	char entry[300];

	read_manual();
	print_help("", 0);
	for (line = help; *line; line = end + 1) {
		const char *dash = strstr(line, "  - ");

		end = strchr(line, '\n');
		snprintf(entry, sizeof(entry), "\n.TP\n%.*s\n%.*s.\n", (int)(dash - line), line,
			 (int)(end - dash - 4), dash + 4);
		ck_assert_msg(strstr(manual, entry), "%s", entry);
	}
}
END_TEST

static void check_example(const char *example, size_t length)
{
	char text[LINE_BYTES_MAX + 1];

	snprintf(text, sizeof(text), "%.*s", (int)length, example);
	ck_assert_msg(count_commands(text, length) > 0, "%s: %s", text, report.text);
}

/* What the manual's examples write is understood. */
START_TEST(manual_examples_are_good_lines)
{
	unsigned int shell = 0, language = 0;
	const char *start, *end;

	read_manual();
	for (start = manual; (start = strstr(start, "$ echo \"")); start = end) {
		start += strlen("$ echo \"");
		end = strchr(start, '"');
		check_example(start, end - start);
		shell++;
	}
	for (start = manual; (start = strstr(start, ".\\\" language\n.EX\n"));) {
		start = strstr(start, ".EX\n") + 4;
		while (strncmp(start, ".EE", 3)) {
			end = strchr(start, '\n');
			check_example(start, end - start);
			start = end + 1;
			language++;
		}
	}
	ck_assert_uint_ge(shell, 7);
	ck_assert_uint_ge(language, 8);
}
END_TEST

START_TEST(help_of_an_axis_is_what_it_can_do)
{
	static const char *const usages[] = { "axis [BY] position", "axis IS position", "axis?",
					      "RUN axis speed", "SET axis setting value" };
	unsigned int i, lines = 0;
	struct text text;
	const char *c;

	text_init(&text, help, sizeof(help));
	help_axis(&text);
	for (i = 0; i < ARRAY_SIZE(usages); i++)
		ck_assert_msg(strstr(help, usages[i]), "%s", usages[i]);
	for (c = help; *c; c = strchr(c, '\n') + 1, lines++)
		ck_assert_msg(strstr(c, "axis") < strstr(c, "  - "), "%s", c);
	ck_assert_uint_eq(lines, 12);
}
END_TEST

static TCase *help_case(void)
{
	TCase *tcase = tcase_create("help");

	tcase_add_test(tcase, help_of_an_axis_is_what_it_can_do);

	tcase_add_test(tcase, help_has_every_row);
	tcase_add_test(tcase, help_finds_words);
	tcase_add_test(tcase, manual_has_every_row);
	tcase_add_test(tcase, manual_examples_are_good_lines);
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
	suite_add_tcase(suite, help_case());
	return suite;
}
