// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of drives other than STEP and DIR, as lines of the language move
 * them: what STEP and the phases of tilt look like from outside. The rules of their
 * times are tested with those of pulses, in test_motion.c.
 */
#include <stdlib.h>

#include "rig.h"
#include <check.h>

#define NS_PER_MS 1000000ULL
#define SEEN_MAX 64

static struct rig *rig;
static struct session *file;

/* What the lines of tilt were, change by change: phases A to D, or STEP and DIR. */
static struct {
	u64 levels;
	unsigned int count;
	char text[SEEN_MAX][5];
} seen;

static void look(struct pins *pins, u64 lines, u64 levels)
{
	enum drive drive = rig->machine.state.axis[HEAD_TILT].drive;
	u64 before = seen.levels;
	unsigned int i;
	char *text;

	seen.levels = (seen.levels & ~lines) | levels;
	if (!((seen.levels ^ before) & drive_pins(drive, HEAD_TILT)))
		return;
	ck_assert_uint_lt(seen.count, SEEN_MAX);
	text = seen.text[seen.count++];
	if (drive == DRIVE_BOTH_EDGES) {
		strcpy(text, seen.levels & PIN_STEP(HEAD_TILT) ? "S" : "s");
		strcat(text, seen.levels & PIN_DIR(HEAD_TILT) ? "D" : "d");
		return;
	}
	for (i = 0; i < PHASES; i++)
		text[i] = seen.levels & PIN_PHASE(HEAD_TILT, i) ? "ABCD"[i] : '-';
	text[PHASES] = '\0';
}

/* Write @line, let it end, and compare with words of look() between blanks. */
static void moves(const char *line, const char *expected)
{
	char text[SEEN_MAX * 5] = "";
	unsigned int i;

	seen.count = 0;
	rig_say(rig, file, line, "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	for (i = 0; i < seen.count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, seen.text[i]);
	}
	ck_assert_str_eq(text, expected);
}

static void set_up(void)
{
	rig = rig_new();
	file = rig_open(rig, true);
	memset(&seen, 0, sizeof(seen));
	rig->pins.set = look;
}

static void tear_down(void)
{
	free(file);
	rig_free(rig);
}

START_TEST(names)
{
	ck_assert_int_eq(drive_find("step-dir"), DRIVE_STEP_DIR);
	ck_assert_int_eq(drive_find("both-edges"), DRIVE_BOTH_EDGES);
	ck_assert_int_eq(drive_find("full-steps"), DRIVE_FULL_STEPS);
	ck_assert_int_eq(drive_find("half-steps"), DRIVE_HALF_STEPS);
	ck_assert_int_eq(drive_find("half"), -EINVAL);
	ck_assert_int_eq(drive_find(""), -EINVAL);
}
END_TEST

/* The order of the table in hw/boards/wiring.md, and back. */
START_TEST(half_steps)
{
	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_HALF_STEPS);
	moves("TILT 9steps\n", "A--- AB-- -B-- -BC- --C- --CD ---D A--D A--- AB--");
	moves("TILT BY -3steps\n", "A--- A--D ---D");
	moves("RELEASE TILT\n", "----");
	moves("ENABLE\n", "---D");
	ck_assert_int_eq(motion_steps(&rig->machine.motion, HEAD_TILT), 6);
}
END_TEST

START_TEST(full_steps)
{
	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_FULL_STEPS);
	moves("TILT 5steps\n", "AB-- -BC- --CD A--D AB-- -BC-");
	moves("TILT 0steps\n", "AB-- A--D --CD -BC- AB--");
	ck_assert_int_eq(motion_steps(&rig->machine.motion, HEAD_TILT), 0);
}
END_TEST

/* Only the order is another: nothing turns when it is set. */
START_TEST(inverted)
{
	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_HALF_STEPS);
	moves("TILT 2steps\n", "A--- AB-- -B--");
	rig_say(rig, file, "SET TILT INVERT 1\n", "SET TILT INVERT 0\nOK\n");
	moves("TILT 0steps\n", "-BC- --C-");
	moves("TILT 1steps\n", "-BC-");
}
END_TEST

START_TEST(off_when_idle)
{
	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_HALF_STEPS);
	rig_say(rig, file, "SET TILT IDLE 500ms\n", "SET TILT IDLE 0us\nOK\n");
	moves("TILT 1steps\n", "A--- AB-- ----");
	moves("TILT 2steps\n", "AB-- -B-- ----");
}
END_TEST

/* The coils are on for ENABLEDELAY before the first step. */
START_TEST(on_before_it_moves)
{
	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_HALF_STEPS);
	rig_say(rig, file, "SET TILT ENABLEDELAY 900ms\n", "SET TILT ENABLEDELAY 1ms\nOK\n");
	rig_say(rig, file, "TILT 1steps\n", "OK\n");
	rig_run(rig, rig->now_ns + 900 * NS_PER_MS);
	ck_assert_uint_eq(seen.count, 1);
	ck_assert_str_eq(seen.text[0], "A---");
	moves("ENABLE\n", "AB--");
}
END_TEST

/* HALT leaves the motor where it is held; what switches it off is the emergency stop. */
START_TEST(held_by_halt)
{
	unsigned int count;

	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_HALF_STEPS);
	machine_add_switch(&rig->machine, SWITCH_ESTOP);
	rig_say(rig, file, "RUN TILT 1\n", "OK\n");
	rig_run(rig, rig->now_ns + 300 * NS_PER_MS);
	count = seen.count;
	ck_assert_uint_gt(count, 3);
	moves("HALT\n", "");
	ck_assert_int_eq(motion_steps(&rig->machine.motion, HEAD_TILT), count - 1);
	ck_assert_str_ne(seen.text[count - 1], "----");
	switches_report(&rig->machine, SWITCH_ESTOP, true, rig->now_ns);
	rig_run(rig, rig->now_ns + NS_PER_MS);
	ck_assert_uint_eq(seen.count, 1);
	ck_assert_str_eq(seen.text[0], "----");
}
END_TEST

/* What a gear has of play is taken up where there is no DIR, too. */
START_TEST(backlash)
{
	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_HALF_STEPS);
	moves("TILT 1steps\n", "A--- AB--");
	moves("TILT -1steps\n", "A--- A--D");
	rig_say(rig, file, "SET TILT BACKLASH 2steps\n", "SET TILT BACKLASH 0\nOK\n");
	moves("TILT -2steps\n", "---D");
	moves("TILT -1steps\n", "A--D A--- AB--");
}
END_TEST

/* As when a host was off in between: the motor goes on from where it was held. */
START_TEST(kept)
{
	struct stand stand;

	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_HALF_STEPS);
	moves("TILT 3steps\n", "A--- AB-- -B-- -BC-");
	stand = machine_stand(&rig->machine, HEAD_TILT);
	ck_assert_uint_eq(stand.phase, 3);
	tear_down();
	set_up();
	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_HALF_STEPS);
	machine_set_stand(&rig->machine, HEAD_TILT, &stand);
	moves("ENABLE\n", "-BC-");
	moves("TILT 1steps\n", "--C-");
	tear_down();
	set_up();
	/* the level of STEP is what it is */
	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_BOTH_EDGES);
	machine_set_stand(&rig->machine, HEAD_TILT, &stand);
	moves("TILT 1steps\n", "sD SD");
}
END_TEST

START_TEST(both_edges)
{
	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_BOTH_EDGES);
	moves("TILT 3steps\n", "sD SD sD SD");
	moves("TILT 1steps\n", "Sd sd Sd");
	/* STEP stays where it is, as any edge would be a step */
	moves("RELEASE\n", "");
	moves("TILT 0steps\n", "sd");
	ck_assert_int_eq(motion_steps(&rig->machine.motion, HEAD_TILT), 0);
}
END_TEST

/* Without pulses the longer of STEPLEN and STEPSPACE is between two steps. */
START_TEST(speeds)
{
	rig_say(rig, file,
		"SET TILT MAXSPEED 5000; SET TILT STEPLEN 3us; SET TILT STEPSPACE 5us\n",
		"SET TILT MAXSPEED 90\nSET TILT STEPLEN 2us\nSET TILT STEPSPACE 2us\nOK\n");
	rig_refused(rig, file, "TILT 1 AT 125001steps/s\n", EDOM,
		    "ERR 33 EDOM 1 TILT: STEPLEN and STEPSPACE allow 125000 steps/s\n");
	machine_set_drive(&rig->machine, HEAD_TILT, DRIVE_BOTH_EDGES);
	rig_say(rig, file, "TILT 1 AT 200000steps/s\n", "OK\n");
	rig_refused(rig, file, "TILT 1 AT 200001steps/s\n", EDOM,
		    "ERR 33 EDOM 1 TILT: STEPLEN and STEPSPACE allow 200000 steps/s\n");
}
END_TEST

Suite *drives_suite(void);

Suite *drives_suite(void)
{
	Suite *suite = suite_create("drives");
	TCase *tests = tcase_create("drives");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, names);
	tcase_add_test(tests, half_steps);
	tcase_add_test(tests, full_steps);
	tcase_add_test(tests, inverted);
	tcase_add_test(tests, off_when_idle);
	tcase_add_test(tests, on_before_it_moves);
	tcase_add_test(tests, held_by_halt);
	tcase_add_test(tests, backlash);
	tcase_add_test(tests, kept);
	tcase_add_test(tests, both_edges);
	tcase_add_test(tests, speeds);
	suite_add_tcase(suite, tests);
	return suite;
}
