// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of switches, on the virtual head: limits, the emergency stop, bounces.
 * Its limits trip at -176 and 176 degrees (pan) and -50 and 95 (tilt).
 */
#include <check.h>
#include <stdlib.h>

#include "rig.h"

static struct rig *rig;
static struct session *file;

static void set_up(void)
{
	rig = rig_new();
	machine_add_switch(&rig->machine, SWITCH_ESTOP);
	machine_add_switch(&rig->machine, SWITCH_MIN(HEAD_PAN));
	machine_add_switch(&rig->machine, SWITCH_MAX(HEAD_PAN));
	file = rig_open(rig, true);
}

static void tear_down(void)
{
	rig_run_to_rest(rig);
	ck_assert_uint_eq(rig_faults(rig), 0);
	ck_assert_int_eq(rig->head.position[HEAD_PAN],
			 motion_steps(&rig->machine.motion, HEAD_PAN));
	free(file);
	rig_free(rig);
}

static void say(const char *bytes, const char *answers)
{
	ck_assert_int_eq(rig_write(rig, file, bytes), strlen(bytes));
	ck_assert_str_eq(rig_answers(rig, file), answers);
}

static void refused(const char *bytes, int number, const char *answers)
{
	ck_assert_int_eq(rig_write(rig, file, bytes), -number);
	ck_assert_str_eq(rig_answers(rig, file), answers);
}

static void status_has(const char *words)
{
	const char *answer;

	ck_assert_int_eq(rig_write(rig, file, "?\n"), 2);
	answer = rig_answers(rig, file);
	ck_assert_msg(strstr(answer, words), "no \"%s\" in %s", words, answer);
}

/* Pan stands at 165 degrees, which it takes for 0. */
static void stand_near_the_end(void)
{
	say("PAN 165; SYNC\n", "OK\n");
	rig_run_to_rest(rig);
	say("PAN IS 0\n", "OK\n");
}

/* 176 degrees are 15644.4 steps: the step that trips the switch is the last. */
START_TEST(a_limit_stops_all_axes_within_one_step)
{
	s64 tilt;

	stand_near_the_end();
	say("WATCH ON; PAN 50 TILT 40\n", "OK\n* STATE RUN\n");
	while (rig->head.position[HEAD_PAN] < 15645)
		rig_run(rig, rig->now_ns + 100000);
	tilt = rig->head.position[HEAD_TILT];
	ck_assert_int_gt(tilt, 0);
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], 15645);
	ck_assert_int_le(rig->head.position[HEAD_TILT], tilt + 4);
	ck_assert_str_eq(rig_answers(rig, file), "* STATE ALARM\n* ALARM LIMIT\n");
	status_has("STATE=ALARM PAN=11.00");
	status_has("ALARM=LIMIT UNTRUSTED=PAN,TILT UNKNOWN= SWITCHES=PAN-MAX");
}
END_TEST

START_TEST(motion_away_from_a_limit_is_possible_after_reset)
{
	stand_near_the_end();
	say("PAN 50\n", "OK\n");
	rig_run_to_rest(rig);
	refused("PAN 0\n", ESHUTDOWN, "ERR 108 ESHUTDOWN 1 alarm LIMIT: RESET first\n");
	say("RESET; PAN 50\n", "OK\n");
	rig_run_to_rest(rig);
	status_has("ALARM=LIMIT");
	ck_assert_int_eq(rig->head.position[HEAD_PAN], 15645);
	say("RESET; PAN 0; SYNC\n", "OK\n");
	status_has("STATE=IDLE PAN=0.000000 ");
	status_has("ALARM= UNTRUSTED=PAN,TILT UNKNOWN= SWITCHES=\n");
}
END_TEST

START_TEST(a_limit_wakes_who_waits)
{
	stand_near_the_end();
	refused("PAN 50; SYNC\n", ESHUTDOWN, "ERR 108 ESHUTDOWN 0 an alarm is latched\n");
}
END_TEST

START_TEST(a_limit_is_none_of_the_other_direction)
{
	switches_report(&rig->machine, SWITCH_MIN(HEAD_PAN), true, rig->now_ns);
	say("PAN 10; SYNC\n", "OK\n");
	status_has("ALARM= UNTRUSTED= UNKNOWN= SWITCHES=PAN-MIN");
	say("PAN 0\n", "OK\n");
	rig_run_to_rest(rig);
	status_has("ALARM=LIMIT");
	ck_assert_int_eq(rig->head.position[HEAD_PAN], 889);
}
END_TEST

START_TEST(a_switch_is_open_when_it_has_been_so_for_a_while)
{
	u32 line = SWITCH_MIN(HEAD_PAN);
	unsigned int i;

	for (i = 0; i < 20; i++) {
		switches_report(&rig->machine, line, i % 2 == 0, rig->now_ns);
		rig_run(rig, rig->now_ns + SWITCH_OPEN_NS - 1);
		ck_assert_uint_eq(switches_active(&rig->machine), line);
	}
	ck_assert_uint_eq(machine_service(&rig->machine, rig->now_ns), rig->now_ns + 1);
	rig_run(rig, rig->now_ns + 1);
	ck_assert_uint_eq(switches_active(&rig->machine), 0);
	ck_assert_uint_eq(machine_service(&rig->machine, rig->now_ns), U64_MAX);
}
END_TEST

static void press(bool pressed)
{
	rig->head.estop = pressed;
	rig_report_switches(rig);
}

START_TEST(the_emergency_stop_ends_all_at_once)
{
	struct session *other = rig_open(rig, false);
	s64 pan;

	say("PAN 90\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	pan = rig->head.position[HEAD_PAN];
	ck_assert_int_gt(pan, 100);
	press(true);
	machine_service(&rig->machine, rig->now_ns);
	ck_assert(head_level(&rig->head, HEAD_LINE(HEAD_PAN, HEAD_ENABLE)));
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], pan);
	status_has("ALARM=ESTOP UNTRUSTED=PAN,TILT UNKNOWN= SWITCHES=ESTOP");
	refused("RESET\n", EBUSY, "ERR 16 EBUSY 1 the emergency stop is still pressed\n");
	press(false);
	refused("RESET\n", EBUSY, "ERR 16 EBUSY 1 the emergency stop is still pressed\n");
	rig_run(rig, rig->now_ns + SWITCH_OPEN_NS);
	say("RESET; PAN 0; SYNC\n", "OK\n");
	ck_assert_int_eq(rig_write(rig, other, "PAN 1\n"), -ECANCELED);
	free(other);
}
END_TEST

START_TEST(the_emergency_stop_at_rest_loses_no_position)
{
	press(true);
	status_has("ALARM=ESTOP UNTRUSTED= ");
	refused("PAN 1\n", ESHUTDOWN, "ERR 108 ESHUTDOWN 1 alarm ESTOP: RESET first\n");
	press(false);
}
END_TEST

START_TEST(a_home_switch_makes_the_position_unknown)
{
	machine_add_switch(&rig->machine, SWITCH_HOME(HEAD_TILT));
	status_has("UNTRUSTED= UNKNOWN=TILT ");
	say("TILT IS 0\n", "OK\n");
	status_has("UNTRUSTED= UNKNOWN= ");
}
END_TEST

Suite *switches_suite(void);

Suite *switches_suite(void)
{
	Suite *suite = suite_create("switches");
	TCase *tests = tcase_create("switches");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_limit_stops_all_axes_within_one_step);
	tcase_add_test(tests, motion_away_from_a_limit_is_possible_after_reset);
	tcase_add_test(tests, a_limit_wakes_who_waits);
	tcase_add_test(tests, a_limit_is_none_of_the_other_direction);
	tcase_add_test(tests, a_switch_is_open_when_it_has_been_so_for_a_while);
	tcase_add_test(tests, the_emergency_stop_ends_all_at_once);
	tcase_add_test(tests, the_emergency_stop_at_rest_loses_no_position);
	tcase_add_test(tests, a_home_switch_makes_the_position_unknown);
	suite_add_tcase(suite, tests);
	return suite;
}
