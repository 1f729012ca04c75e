// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of switches, on the virtual head: limits, the emergency stop, bounces,
 * HOME. Home switches trip at -172 (pan) and -47 degrees.
 * Its limits trip at -176 and 176 degrees (pan) and -50 and 95 (tilt).
 */
#include <check.h>
#include <stdlib.h>

#include "random.h"
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
	rig_end(rig, file);
}

static void say(const char *bytes, const char *answers)
{
	rig_say(rig, file, bytes, answers);
}

static void refused(const char *bytes, int number, const char *answers)
{
	rig_refused(rig, file, bytes, number, answers);
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
	ck_assert_str_eq(rig_answers(rig, file), "* DROPPED\n* STATE ALARM\n* ALARM LIMIT\n");
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

static void add_home_switches(void)
{
	machine_add_switch(&rig->machine, SWITCH_HOME(HEAD_PAN));
	machine_add_switch(&rig->machine, SWITCH_HOME(HEAD_TILT));
	say("SET PAN HOMEPOS -172; SET PAN HOMESPEED 20; SET PAN BACKOFF 2\n",
	    "SET PAN HOMEPOS 0\nSET PAN HOMESPEED 10\nSET PAN BACKOFF 0\nOK\n");
	say("SET TILT HOMEPOS -40; SET TILT BACKOFF 1\n",
	    "SET TILT HOMEPOS 0\nSET TILT BACKOFF 0\nOK\n");
}

/* -172 degrees are -15288.9 steps, -47 are -4177.8. */
START_TEST(home_finds_the_step_at_which_the_switch_trips)
{
	add_home_switches();
	say("HOME; SYNC\n", "OK\n");
	status_has("STATE=IDLE PAN=-172.000000 TILT=-40.000000 QUEUE=0/64 ");
	status_has("ALARM= UNTRUSTED= UNKNOWN= SWITCHES=PAN-HOME,TILT-HOME\n");
	ck_assert_int_eq(rig->head.position[HEAD_PAN], -15289);
	ck_assert_int_eq(rig->head.position[HEAD_TILT], -4178);
	say("TILT -39; SYNC\n", "OK\n");
	ck_assert_int_eq(rig->head.position[HEAD_TILT], -4178 + 89);
}
END_TEST

START_TEST(home_from_the_switch_first_leaves_it)
{
	add_home_switches();
	say("TILT IS 48; TILT 0; SYNC\n", "OK\n");
	status_has("SWITCHES=TILT-HOME\n");
	rig_mark(rig);
	say("HOME TILT\n", "OK\n");
	while (!rig->rises)
		rig_run(rig, rig->now_ns + 1000000);
	ck_assert(head_level(&rig->head, HEAD_LINE(HEAD_TILT, HEAD_DIR)));
	rig_run_to_rest(rig);
	status_has("STATE=IDLE PAN=0.000000 TILT=-40.000000 ");
	ck_assert_int_eq(rig->head.position[HEAD_TILT], -4178);
}
END_TEST

START_TEST(home_touches_slowly_the_second_time)
{
	u64 interval_ns;

	add_home_switches();
	say("HOME TILT\n", "OK\n");
	while (rig->machine.state.home.phase != HOME_TOUCH)
		rig_run(rig, rig->now_ns + 1000000);
	ck_assert_int_gt(rig->head.position[HEAD_TILT], -4178 + 89);
	rig_mark(rig);
	while (rig->machine.state.home.phase == HOME_TOUCH)
		rig_run(rig, rig->now_ns + 1000000);
	/* 1.25 degrees/s */
	interval_ns = rig->shortest_ns[HEAD_TILT];
	ck_assert_uint_ge(interval_ns, 8990000);
	ck_assert_uint_le(interval_ns, 9010000);
	rig_run_to_rest(rig);
	status_has("STATE=IDLE PAN=0.000000 TILT=-40.000000 ");
	status_has("UNTRUSTED= UNKNOWN=PAN ");
}
END_TEST

START_TEST(what_follows_home_waits_for_it)
{
	add_home_switches();
	say("WATCH ON\n", "OK\n");
	say("@h HOME TILT\n", "@h OK\n@h * STATE HOMING\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	status_has("STATE=HOMING ");
	ck_assert_int_eq(rig_write_nonblocking(rig, file, "@m TILT -30\n"), 12);
	status_has(" QUEUE=2/64 ");
	refused("TILT IS 0\n", EBUSY, "ERR 16 EBUSY 1 IS needs the axes at rest\n");
	say("SYNC\n", "OK\n@h * DONE\n@h * STATE RUN\n@m * DONE\n@m * STATE IDLE\n");
	ck_assert_int_eq(rig->head.position[HEAD_TILT], -4178 + 889);
}
END_TEST

static s64 steps_of(unsigned int i)
{
	return rig->head.position[i];
}

/* Until the queue has so many entries. */
static void run_until_queued(u32 count)
{
	const struct machine_state *state = &rig->machine.state;

	while (state->queued - state->done > count)
		rig_run(rig, rig->now_ns + 1000000);
}

/* It begins at 40, which it takes for 0, 5 degrees up and has its switch at -47. */
START_TEST(home_joins_the_queue)
{
	add_home_switches();
	say("TILT 40; SYNC\n", "OK\n");
	say("TILT IS 0\n", "OK\n");
	say("PAN 5 TILT 5; HOME TILT; TILT BY 5; PAN -160; HOME\n", "OK\n");
	say("TILT -30\n", "OK\n");
	say("PAN -170 IN 5s\n", "OK\n");
	status_has("STATE=RUN PAN=0.000000 TILT=0.000000 QUEUE=7/64 ");
	run_until_queued(6);
	ck_assert_int_eq(steps_of(HEAD_TILT), 3556 + 444);
	ck_assert_int_eq(steps_of(HEAD_PAN), 444);
	status_has("STATE=HOMING PAN=5.000000 TILT=5.000000 QUEUE=6/64 ");
	status_has(" UNTRUSTED=TILT ");
	run_until_queued(5);
	ck_assert_int_eq(steps_of(HEAD_TILT), -4178);
	status_has("STATE=RUN PAN=5.000000 TILT=-40.000000 QUEUE=5/64 ");
	run_until_queued(3);
	ck_assert_int_eq(steps_of(HEAD_TILT), -4178 + 445);
	ck_assert_int_eq(steps_of(HEAD_PAN), -14222);
	status_has("STATE=HOMING PAN=-160.000000 TILT=-35.000000 ");
	rig_run_to_rest(rig);
	ck_assert_int_eq(steps_of(HEAD_TILT), -4178 + 889);
	ck_assert_int_eq(steps_of(HEAD_PAN), -15289 + 178);
	status_has("STATE=IDLE PAN=-170.000000 TILT=-30.000000 QUEUE=0/64 ");
	status_has(" ALARM= UNTRUSTED= UNKNOWN= ");
}
END_TEST

START_TEST(home_follows_halt_in_its_line)
{
	add_home_switches();
	say("PAN 40 TILT 40\n", "OK\n");
	rig_run(rig, rig->now_ns + 400000000);
	say("HALT; RESET; HOME TILT; TILT BY 5 IN 1s; PAN 1\n", "OK\n");
	status_has("STATE=HOMING ");
	status_has("QUEUE=3/64 HOMES=PAN,TILT ALARM= UNTRUSTED= UNKNOWN=PAN,TILT ");
	rig_run_to_rest(rig);
	ck_assert_int_eq(steps_of(HEAD_TILT), -4178 + 445);
	ck_assert_int_eq(steps_of(HEAD_PAN), 89);
	status_has("STATE=IDLE PAN=1.000000 TILT=-35.000000 QUEUE=0/64 HOMES=PAN,TILT ALARM= ");
	status_has(" UNTRUSTED= UNKNOWN=PAN ");
}
END_TEST

START_TEST(home_waits_for_what_runs)
{
	add_home_switches();
	say("RUN PAN 5 FOR 500ms; HOME TILT\n", "OK\n");
	status_has("STATE=RUN ");
	run_until_queued(1);
	ck_assert_int_gt(steps_of(HEAD_PAN), 200);
	status_has("STATE=HOMING ");
	say("HOME PAN; PAN -150; SYNC\n", "OK\n");
	status_has("STATE=IDLE PAN=-150.000000 TILT=-40.000000 ");
	ck_assert_int_eq(steps_of(HEAD_PAN), -15289 + 1956);
	say("PVT PAN -149 2 IN 1s\nPVT PAN -148 0 IN 1s\nHOME TILT; SYNC\n", "OK\nOK\nOK\n");
	status_has("STATE=IDLE PAN=-148.000000 TILT=-40.000000 ");
}
END_TEST

/* As the axes will be there. HOMEPOS, HOMESPEED count as they are when HOME is taken. */
START_TEST(what_follows_home_goes_from_homepos)
{
	add_home_switches();
	refused("HOME; TILT BY -6\n", ERANGE, "ERR 34 ERANGE 15 TILT -46 is beyond MIN -45\n");
	status_has("STATE=IDLE ");
	refused("HOME; TILT -39 IN 10ms\n", EDOM,
		"ERR 33 EDOM 19 takes 0.298761 s at least\n");
	refused("HOME; PVT TILT -39 0 IN 1s\n", EBUSY,
		"ERR 16 EBUSY 7 a point waits for no HOME: SYNC first\n");
	say("HOME TILT; TILT BY 5 IN 1s; SAVE there; SET TILT HOMEPOS -30\n",
	    "SET TILT HOMEPOS -40\nOK\n");
	say("SET TILT HOMESPEED 99; SET TILT MAXSPEED 5; SYNC\n",
	    "SET TILT HOMESPEED 10\nSET TILT MAXSPEED 90; SET TILT SPEED 60\nOK\n");
	ck_assert_int_eq(steps_of(HEAD_TILT), -4178 + 445);
	status_has(" TILT=-35.000000 ");
	refused("HOME TILT\n", EDOM, "ERR 33 EDOM 1 faster than MAXSPEED of TILT\n");
}
END_TEST

/* Its seconds are those of the machine's clock. */
START_TEST(an_instant_behind_home_may_have_passed_by_then)
{
	add_home_switches();
	say("HOME TILT; WAIT UNTIL 2; TILT -39; WAIT UNTIL 30; TILT -38\n", "OK\n");
	refused("HOME; WAIT UNTIL 0\n", EDOM, "ERR 33 EDOM 18 that will have passed by then\n");
	run_until_queued(2);
	ck_assert_uint_lt(rig->now_ns, 15 * NS_PER_S);
	ck_assert_int_eq(steps_of(HEAD_TILT), -4178 + 89);
	rig_run(rig, 30 * NS_PER_S);
	ck_assert_int_eq(steps_of(HEAD_TILT), -4178 + 89);
	rig_run_to_rest(rig);
	ck_assert_int_eq(steps_of(HEAD_TILT), -4178 + 178);
}
END_TEST

START_TEST(what_takes_over_ends_home)
{
	add_home_switches();
	say("TILT IS 0; PAN IS 0; HOME TILT; PAN 5\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("NOW TILT 10; SYNC\n", "OK\n");
	status_has("STATE=IDLE PAN=0.000000 TILT=10.000000 QUEUE=0/64 ");
	status_has(" ALARM= UNTRUSTED=TILT UNKNOWN= ");
	ck_assert_int_eq(steps_of(HEAD_TILT), 889);
	say("PAN 5; HOME TILT\n", "OK\n");
	rig_run(rig, rig->now_ns + 10000000);
	say("RUN PAN -5 FOR 500ms; SYNC\n", "OK\n");
	ck_assert_int_eq(steps_of(HEAD_TILT), 889);
	status_has(" TILT=10.000000 ");
	say("PAN 5; HOME TILT; TILT 20\n", "OK\n");
	rig_run(rig, rig->now_ns + 10000000);
	say("STOP; SYNC; TILT BY 1; SYNC\n", "OK\n");
	status_has("STATE=IDLE ");
	status_has(" TILT=11.000000 ");
	say("TILT 0; HOME TILT; HOME; PAN 5\n", "OK\n");
	rig_run(rig, rig->now_ns + 50000000);
	say("HALT; RESET\n", "OK\n");
	say("TILT 0; SYNC\n", "OK\n");
	ck_assert_int_eq(steps_of(HEAD_TILT), 0);
}
END_TEST

/* Nothing moves once the axes have had the time to stop. */
static void look_at_hold(void)
{
	s64 pan, tilt;

	status_has("STATE=HOLD ");
	rig_run(rig, rig->now_ns + NS_PER_S);
	pan = steps_of(HEAD_PAN);
	tilt = steps_of(HEAD_TILT);
	rig_run(rig, rig->now_ns + 20 * NS_PER_S);
	ck_assert_int_eq(steps_of(HEAD_PAN), pan);
	ck_assert_int_eq(steps_of(HEAD_TILT), tilt);
	status_has("STATE=HOLD ");
}

START_TEST(home_waits_on_hold)
{
	add_home_switches();
	say("WATCH ON; PAUSE; HOME TILT; TILT -30; HOME TILT\n", "OK\n* STATE HOLD\n");
	look_at_hold();
	say("RESUME\n", "OK\n* STATE HOMING\n");
	say("SYNC\n",
	    "OK\n* DONE\n* STATE RUN\n* DONE\n* STATE HOMING\n* DONE\n* STATE IDLE\n");
	ck_assert_int_eq(steps_of(HEAD_TILT), -4178);
	say("WATCH OFF; TILT -30 AT 10; HOME TILT; TILT -20\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("PAUSE\n", "OK\n");
	look_at_hold();
	say("PAN BY 5; RESUME; SYNC\n", "OK\n");
	ck_assert_int_eq(steps_of(HEAD_TILT), -4178 + 1778);
	ck_assert_int_eq(steps_of(HEAD_PAN), 444);
	say("HOME TILT; PAUSE\n", "OK\n");
	look_at_hold();
	say("STOP; SYNC\n", "OK\n");
	status_has("STATE=IDLE ");
	status_has(" UNTRUSTED= UNKNOWN=PAN ");
}
END_TEST

/* At any instant of it. */
START_TEST(home_can_be_held)
{
	add_home_switches();
	random_state = _i;
	say("PAN -165 TILT -40; SYNC; HOME; PAN -160\n", "OK\n");
	while (rig->machine.state.queued - rig->machine.state.done > 1) {
		rig_run(rig, rig->now_ns + random_below(1500000000));
		say("PAUSE\n", "OK\n");
		if (random_below(2))
			look_at_hold();
		else
			rig_run(rig, rig->now_ns + random_below(300000000));
		say("RESUME\n", "OK\n");
		if (random_below(2)) /* let it go on */
			rig_run(rig, rig->now_ns + 5 * NS_PER_S);
	}
	say("SYNC\n", "OK\n");
	status_has("STATE=IDLE PAN=-160.000000 TILT=-40.000000 QUEUE=0/64 ");
	status_has(" ALARM= UNTRUSTED= UNKNOWN= ");
	ck_assert_int_eq(steps_of(HEAD_PAN), -15289 + 1067);
	ck_assert_int_eq(steps_of(HEAD_TILT), -4178);
}
END_TEST

/* Held or stopped there it still slows down behind it; then that is a limit again. */
START_TEST(home_can_end_behind_the_limit_that_it_seeks)
{
	static const char *const ends[] = { "PAUSE\n", "STOP\n", "STOP PAN\n" };

	say("SET PAN HOMESPEED 30; PAN -165; HOME\n", "SET PAN HOMESPEED 10\nOK\n");
	while (!(switches_active(&rig->machine) & SWITCH_MIN(HEAD_PAN)))
		rig_run(rig, rig->now_ns + 100000);
	say(ends[_i], "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	ck_assert_int_lt(steps_of(HEAD_PAN), -15650);
	status_has(" ALARM= ");
	if (_i) {
		say("PAN IS 0; PAN -1\n", "OK\n");
		rig_run_to_rest(rig);
		status_has(" ALARM=LIMIT ");
		say("RESET\n", "OK\n");
	}
	say(_i ? "HOME; SYNC\n" : "RESUME; SYNC\n", "OK\n");
	ck_assert_int_eq(steps_of(HEAD_PAN), -15645);
}
END_TEST

START_TEST(stop_and_halt_end_home)
{
	add_home_switches();
	say("TILT IS 0; PAN IS 0; HOME\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("STOP; SYNC\n", "OK\n");
	status_has("STATE=IDLE ");
	status_has("UNTRUSTED=PAN,TILT UNKNOWN= ");
	say("HOME\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("STOP PAN; SYNC\n", "OK\n");
	ck_assert_int_gt(rig->head.position[HEAD_TILT], -4178);
	say("HOME\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("HALT\n", "OK\n");
	status_has("STATE=ALARM ");
	status_has("ALARM=HALTED UNTRUSTED=PAN,TILT ");
	say("RESET; HOME; SYNC\n", "OK\n");
	status_has("UNTRUSTED= UNKNOWN= ");
}
END_TEST

/* The switch is below; upwards there is none before the range and 1/8 is over. */
START_TEST(an_alarm_tells_that_no_switch_came)
{
	machine_add_switch(&rig->machine, SWITCH_HOME(HEAD_TILT));
	say("SET TILT HOMEDIR 1\n", "SET TILT HOMEDIR -1\nOK\n");
	refused("HOME TILT; SYNC\n", ESHUTDOWN, "ERR 108 ESHUTDOWN 0 an alarm is latched\n");
	status_has("STATE=ALARM PAN=0.000000 TILT=151.875000 ");
	status_has("ALARM=HOME UNTRUSTED= UNKNOWN=TILT ");
}
END_TEST

/* -176 degrees are -15644.4 steps. */
START_TEST(a_limit_serves_as_home_switch)
{
	say("SET PAN HOMESPEED 30; SET PAN HOMEPOS -176; SET PAN BACKOFF 1\n",
	    "SET PAN HOMESPEED 10\nSET PAN HOMEPOS 0\nSET PAN BACKOFF 0\nOK\n");
	say("HOME; SYNC\n", "OK\n");
	status_has("STATE=IDLE PAN=-176.000000 ");
	status_has("ALARM= UNTRUSTED= UNKNOWN= SWITCHES=PAN-MIN\n");
	ck_assert_int_eq(rig->head.position[HEAD_PAN], -15645);
	say("PAN -170; SYNC\n", "OK\n");
	ck_assert_int_eq(rig->head.position[HEAD_PAN], -15645 + 533);
	/* and is a limit again */
	say("PAN IS 0; PAN -10\n", "OK\n");
	rig_run_to_rest(rig);
	status_has("ALARM=LIMIT");
	ck_assert_int_eq(rig->head.position[HEAD_PAN], -15645);
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
	tcase_add_test(tests, home_finds_the_step_at_which_the_switch_trips);
	tcase_add_test(tests, home_from_the_switch_first_leaves_it);
	tcase_add_test(tests, home_touches_slowly_the_second_time);
	tcase_add_test(tests, what_follows_home_waits_for_it);
	tcase_add_test(tests, home_joins_the_queue);
	tcase_add_test(tests, home_follows_halt_in_its_line);
	tcase_add_test(tests, home_waits_for_what_runs);
	tcase_add_test(tests, what_follows_home_goes_from_homepos);
	tcase_add_test(tests, an_instant_behind_home_may_have_passed_by_then);
	tcase_add_test(tests, what_takes_over_ends_home);
	tcase_add_test(tests, home_waits_on_hold);
	tcase_add_loop_test(tests, home_can_be_held, 1, 9);
	tcase_add_loop_test(tests, home_can_end_behind_the_limit_that_it_seeks, 0, 3);
	tcase_add_test(tests, stop_and_halt_end_home);
	tcase_add_test(tests, an_alarm_tells_that_no_switch_came);
	tcase_add_test(tests, a_limit_serves_as_home_switch);
	suite_add_tcase(suite, tests);
	return suite;
}
