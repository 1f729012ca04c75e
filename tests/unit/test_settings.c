// SPDX-License-Identifier: GPL-2.0
/*
 * Properties of settings, over random ones: what GET prints makes any machine what
 * that one is, and what SET answers undoes it. What single settings do is in
 * test_machine.c.
 */
#include <check.h>
#include <stdlib.h>

#include "random.h"
#include "rig.h"

#define MACHINES 100

struct side {
	struct rig *rig;
	struct session *file;
};

static struct side open_side(void)
{
	struct side side = { .rig = rig_new() };

	side.file = rig_open(side.rig, true);
	return side;
}

static void close_side(struct side *side)
{
	ck_assert_uint_eq(rig_faults(side->rig), 0);
	free(side->file);
	rig_free(side->rig);
}

/* What write(2) of these lines returns; @answers are valid until the next call. */
static s64 ask(struct side *side, const char *lines, const char **answers)
{
	s64 result = rig_write(side->rig, side->file, lines);

	*answers = rig_answers(side->rig, side->file);
	return result;
}

/* From 10^-6 to 10^9: often few digits, so that equal ones meet. */
static int print_number(char *text, size_t size)
{
	static const char *const round[] = { "0", "1", "60", "90", "180", "0.000001",
					     "999999999.999999" };

	if (random_below(3) == 0)
		return snprintf(text, size, "%s", round[random_below(ARRAY_SIZE(round))]);
	return snprintf(text, size, "%.*f", (int)random_below(7),
			(double)random_between(1e-6L, 1e9L));
}

static void print_duration(char *text, size_t size)
{
	static const char *const units[] = { "us", "ms", "s", "min", "h" };

	snprintf(text, size, "%.*f%s", (int)random_below(7), (double)random_between(0.1L, 1e4L),
		 units[random_below(ARRAY_SIZE(units))]);
}

/* A value of this kind; most settings will take it. */
static void print_value(enum setting_kind kind, char *text, size_t size)
{
	static const char *const units[] = { "", "", "deg", "rad", "rev", "mm", "cm", "in",
					     "steps", "%" };
	static const char *const per[] = {
		[KIND_SPEED] = "/s",
		[KIND_ACCELERATION] = "/s2",
		[KIND_JERK] = "/s3",
		[KIND_POSITION] = "",
	};
	const char *unit = units[random_below(ARRAY_SIZE(units))];
	int length = 0;

	switch (kind) {
	case KIND_UNIT:
		snprintf(text, size, "%s", units[2 + random_below(ARRAY_SIZE(units) - 3)]);
		break;
	case KIND_FLAG:
		snprintf(text, size, "%u", (unsigned int)random_below(2));
		break;
	case KIND_DIRECTION:
		snprintf(text, size, "%d", random_below(2) ? 1 : -1);
		break;
	case KIND_DURATION:
		print_duration(text, size);
		break;
	case KIND_RATIO:
		length = print_number(text, size);
		if (!random_below(2))
			break;
		text[length++] = '/';
		print_number(text + length, size - length);
		break;
	default:
		if (kind == KIND_POSITION && random_below(2))
			text[length++] = '-';
		length += print_number(text + length, size - length);
		snprintf(text + length, size - length, "%s%s", unit,
			 *unit && *unit != '%' ? per[kind] : "");
	}
}

static void print_set(char *text, size_t size)
{
	enum setting setting = random_below(SETTING_COUNT);
	char value[48];

	print_value(setting_kind(setting), value, sizeof(value));
	snprintf(text, size, "SET %s %s %s\n", random_below(2) ? "PAN" : "TILT",
		 setting_name(setting), value);
}

/* Some random lines; how many were not refused. */
static unsigned int set_some(struct side *side, unsigned int count)
{
	unsigned int taken = 0;
	const char *answers;
	char line[96];

	while (count--) {
		print_set(line, sizeof(line));
		taken += ask(side, line, &answers) > 0;
	}
	return taken;
}

/* Leave a machine that rests anywhere, with most settings other than at first. */
static void randomise(struct side *side)
{
	const char *answers;

	ask(side, random_below(2) ? "PAN 12.3 TILT -4\nSYNC\n" : "PAN IS 1\n", &answers);
	ck_assert_uint_gt(set_some(side, 20 + random_below(100)), 4);
}

static bool is_same(const struct axis *a, const struct axis *b)
{
	return !memcmp(a->setting, b->setting, sizeof(a->setting)) &&
	       a->scale_numerator == b->scale_numerator &&
	       a->scale_denominator == b->scale_denominator;
}

START_TEST(get_makes_any_machine_the_same)
{
	unsigned int round, i;
	char lines[ANSWERS_SIZE];
	const char *answers;

	random_state = 1;
	for (round = 0; round < MACHINES; round++) {
		struct side from = open_side(), to = open_side();

		randomise(&from);
		randomise(&to);
		ck_assert_int_eq(ask(&from, "GET\n", &answers), 4);
		strcpy(lines, answers);
		strcpy(strstr(lines, "OK\n"), "GET\n");
		ck_assert_msg(ask(&to, lines, &answers) == (s64)strlen(lines), "%s", answers);
		for (i = 0; i < HEAD_AXES; i++)
			ck_assert(is_same(&from.rig->machine.state.axis[i],
					  &to.rig->machine.state.axis[i]));
		close_side(&from);
		close_side(&to);
	}
}
END_TEST

/* Settings, position and all. */
static void assert_axes(const struct side *side, const struct axis *axes, const char *line)
{
	ck_assert_msg(!memcmp(side->rig->machine.state.axis, axes, AXES_MAX * sizeof(*axes)), "%s",
		      line);
}

/* A random line, the one that undoes it, and the first again. */
static void set_and_undo(struct side *side)
{
	struct axis before[AXES_MAX];
	char line[96], undo[128];
	const char *answers;

	memcpy(before, side->rig->machine.state.axis, sizeof(before));
	print_set(line, sizeof(line));
	if (ask(side, line, &answers) > 0) {
		snprintf(undo, sizeof(undo), "%.*s\n", (int)strcspn(answers, "\n"), answers);
		ck_assert_msg(ask(side, undo, &answers) > 0, "%s%s%s", line, undo, answers);
		assert_axes(side, before, line);
		ask(side, line, &answers);
	} else {
		assert_axes(side, before, line);
	}
}

START_TEST(set_answers_with_the_line_that_undoes_it)
{
	unsigned int round, i;

	random_state = 2;
	for (round = 0; round < MACHINES / 5; round++) {
		struct side side = open_side();

		randomise(&side);
		for (i = 0; i < 100; i++)
			set_and_undo(&side);
		close_side(&side);
	}
}
END_TEST

Suite *settings_suite(void)
{
	Suite *suite = suite_create("settings");
	TCase *properties = tcase_create("properties");

	tcase_set_timeout(properties, 60);
	tcase_add_test(properties, get_makes_any_machine_the_same);
	tcase_add_test(properties, set_answers_with_the_line_that_undoes_it);
	suite_add_tcase(suite, properties);
	return suite;
}
