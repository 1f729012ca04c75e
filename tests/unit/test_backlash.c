// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of BACKLASH: a model of a gear with play follows the steps that the
 * head sees, and where its load is must be what the machine says.
 */
#include <check.h>
#include <stdlib.h>

#include "random.h"
#include "rig.h"

/* 1 degree is 88.89 steps. */
#define PLAY 89
#define SLICE_NS 200000

static struct rig *rig;
static struct session *file;

/* The gear of an axis: where its load is, in steps. */
static struct gear {
	s64 play; /* as in struct motion_axis */
	s64 motor;
} gear[HEAD_AXES];

static s64 load(unsigned int i)
{
	return gear[i].motor - gear[i].play;
}

/* Follow the motors, which have gone one way since the last time. */
static void follow(void)
{
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++) {
		s64 steps = rig->head.position[i] - gear[i].motor;

		gear[i].motor += steps;
		gear[i].play = clamp_t(s64, gear[i].play + steps, -PLAY, 0);
	}
}

static void run(u64 until_ns)
{
	while (rig->now_ns < until_ns) {
		rig_run(rig, min(until_ns, rig->now_ns + SLICE_NS));
		follow();
	}
}

static const struct axis *axis_of(unsigned int i)
{
	return &rig->machine.state.axis[i];
}

static bool rests(void)
{
	return rig->machine.state.done == rig->machine.state.queued;
}

static void run_to_rest(void)
{
	unsigned int i;

	while (!rests())
		run(rig->now_ns + SLICE_NS);
	for (i = 0; i < HEAD_AXES; i++) {
		ck_assert_int_eq(gear[i].play, axis_of(i)->play);
		ck_assert_int_eq(load(i),
				 axis_of(i)->origin + axis_steps(axis_of(i), axis_of(i)->target));
	}
}

static void set_up(void)
{
	rig = rig_new();
	file = rig_open(rig, true);
	memset(gear, 0, sizeof(gear));
	rig_say(rig, file, "SET PAN BACKLASH 1; SET TILT BACKLASH 1\n",
		"SET PAN BACKLASH 0\nSET TILT BACKLASH 0\nOK\n");
}

static void tear_down(void)
{
	rig_end(rig, file);
}

static void say(const char *bytes, const char *answers)
{
	rig_say(rig, file, bytes, answers);
}

/* Go, and come to rest with these steps made. */
static void go(const char *line, s64 pan, s64 tilt)
{
	say(line, "OK\n");
	run_to_rest();
	ck_assert_int_eq(gear[HEAD_PAN].motor, pan);
	ck_assert_int_eq(gear[HEAD_TILT].motor, tilt);
}

START_TEST(play_is_taken_up_where_an_axis_turns_round)
{
	go("PAN 30\n", 2667, 0);
	go("PAN 20\n", 1778 - PLAY, 0);
	say("PAN?\n", "PAN=20.000000 STEPS=1689\nOK\n");
	go("PAN 10 TILT -5\n", 889 - PLAY, -444 - PLAY);
	go("PAN 10\n", 889 - PLAY, -444 - PLAY);
	go("PAN 20; PAN 30\n", 2667, -444 - PLAY);
	go("PAN 20; PAN 25\n", 2222, -444 - PLAY);
	go("NOW PAN 20\n", 1778 - PLAY, -444 - PLAY);
	go("RUN PAN 10 FOR 1s; STOP\n", 1778 - PLAY, -444 - PLAY);
	go("PVT PAN 21 0 IN 1s\n", 1867, -444 - PLAY);
}
END_TEST

START_TEST(play_is_no_travel)
{
	go("PAN -170\n", -15111 - PLAY, 0);
	go("PAN 170\n", 15111, 0);
	rig_refused(rig, file, "PAN 171\n", ERANGE,
		    "ERR 34 ERANGE 5 PAN 171 is beyond MAX 170\n");
	go("RUN PAN 10\n", 15111, 0);
	go("RUN PAN -60\n", -15111 - PLAY, 0);
}
END_TEST

/* TILT rests until PAN has none left: they go on a straight line. */
START_TEST(the_others_wait_for_it)
{
	s64 pan, tilt;

	go("PAN 10 TILT 10\n", 889, 889);
	say("PAN 0 TILT 20\n", "OK\n");
	while (!rests()) {
		run(rig->now_ns + SLICE_NS);
		pan = load(HEAD_PAN);
		tilt = load(HEAD_TILT);
		ck_assert_msg(llabs(889 - pan - (tilt - 889)) <= 2, "at %lld %lld", pan, tilt);
	}
	ck_assert_int_eq(load(HEAD_PAN), 0);
	ck_assert_int_eq(load(HEAD_TILT), 1778);
}
END_TEST

START_TEST(a_time_is_kept_with_it)
{
	u64 start_ns;

	go("PAN 10\n", 889, 0);
	start_ns = rig->now_ns;
	go("PAN 0 IN 3s\n", -PLAY, 0);
	ck_assert_double_eq_tol((rig->now_ns - start_ns) / 1e9, 3, 0.001);
	/* It takes 0.139 s, and 0.299 s to take up the play before it. */
	rig_refused(rig, file, "PAN BY 0.1 IN 200ms\n", EDOM,
		    "ERR 33 EDOM 15 takes 0.437558 s at least\n");
	go("PAN BY -0.1 IN 200ms\n", -9 - PLAY, 0);
}
END_TEST

/* Wherever it is held or stopped, it goes on from there. */
START_TEST(it_can_be_stopped_and_held_on_its_way)
{
	unsigned int ms;

	for (ms = 5; ms < 700; ms += 45) {
		go("PAN 10 TILT 10\n", 889, 889);
		say("PAN 8 TILT 8\n", "OK\n");
		run(rig->now_ns + ms * 1000000ULL);
		say("PAUSE\n", "OK\n");
		run(rig->now_ns + NS_PER_S);
		say("RESUME\n", "OK\n");
		run_to_rest();
		ck_assert_int_eq(gear[HEAD_PAN].motor, 711 - PLAY);
		say("PAN 10\n", "OK\n");
		run(rig->now_ns + ms * 1000000ULL);
		say("STOP\n", "OK\n");
		run_to_rest();
		go("PAN 9\n", gear[HEAD_PAN].motor < 800 ? 800 : 800 - PLAY, 711 - PLAY);
	}
}
END_TEST

START_TEST(a_line_that_fails_leaves_it_as_it_was)
{
	go("PAN 10\n", 889, 0);
	go("PAN 0\n", -PLAY, 0);
	rig_refused(rig, file, "SET PAN BACKLASH 2; PAN 999\n", ERANGE,
		    "ERR 34 ERANGE 25 PAN 999 is beyond MAX 170\n");
	go("PAN 10\n", 889, 0);
	say("SET PAN BACKLASH 2; NOW PAN 0\n", "SET PAN BACKLASH 1\nOK\n");
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], -178);
	say("PAN IS 5; PAN 4; STOP; PAN?\n", "PAN=5.000000 STEPS=-178\nOK\n");
	say("PAN 15\n", "OK\n");
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], 889);
}
END_TEST

/* Something that moves or stops, at random. */
static void say_something(void)
{
	static const char *const lines[] = {
		"PAN %d TILT %d\n",
		"PAN %d; TILT %d; PAN BY -1\n",
		"NOW PAN %d TILT %d\n",
		"RUN PAN %d TILT %d FOR 300ms\n",
		"PVT PAN %d 0.5 TILT %d -0.5 IN 4s\n",
		"NOW PAN %d\n",
		"RUN TILT %d\n",
		"TILT %d AT 5\n",
		"PAN %d IN 4s\n",
		"STOP\n",
		"STOP PAN\n",
		"PAUSE\n",
		"RESUME\n",
		"HALT\nRESET\n",
		"WAIT 50ms\n",
		"HOME\n",
		"PAN %d TILT %d; HOME PAN; PAN BY 1; WAIT 50ms; HOME\n",
	};
	char line[128];

	snprintf(line, sizeof(line), lines[random_below(ARRAY_SIZE(lines))],
		 (int)random_below(41) - 20, (int)random_below(41) - 20);
	rig_write(rig, file, line);
	rig_answers(rig, file);
}

/* HOME is never far; its way back is more than the play, less, or next to nothing. */
static void stand_near_switches(unsigned int backoff)
{
	char line[64];

	machine_add_switch(&rig->machine, SWITCH_HOME(HEAD_PAN));
	machine_add_switch(&rig->machine, SWITCH_HOME(HEAD_TILT));
	go("PAN -160 TILT -40\n", -14222 - PLAY, -3556 - PLAY);
	say("PAN IS 0; TILT IS 0\n", "OK\n");
	say("SET PAN HOMESPEED 40; SET PAN HOMEPOS -12; SET TILT HOMEPOS -7\n",
	    "SET PAN HOMESPEED 10\nSET PAN HOMEPOS 0\nSET TILT HOMEPOS 0\nOK\n");
	snprintf(line, sizeof(line), "SET PAN BACKOFF 0.%u; SET TILT BACKOFF %u\n", backoff,
		 backoff);
	rig_write(rig, file, line);
	rig_answers(rig, file);
}

START_TEST(the_load_is_where_the_machine_says)
{
	unsigned int round, i;

	random_state = _i;
	stand_near_switches(1);
	for (round = 0; round < 100; round++) {
		say_something();
		run(rig->now_ns + random_below(400000000));
		for (i = 0; i < HEAD_AXES; i++)
			ck_assert_msg(llabs(load(i)) <= 29500, "%lld", load(i));
		if (random_below(4))
			continue;
		rig_write(rig, file, "RESUME\n");
		rig_answers(rig, file);
		run(rig->now_ns + NS_PER_S);
		rig_write(rig, file, "STOP\n");
		rig_answers(rig, file);
		run_to_rest();
	}
}
END_TEST

START_TEST(home_ends_on_a_side_of_it)
{
	static const char *const lines[] = {
		"HOME\n",
		"HOME; PAN BY 1\n",
		"HOME PAN; TILT BY 1; PAN BY 0\n",
		"HOME PAN; WAIT 5ms; HOME TILT; WAIT 5ms\n",
		"HOME; WAIT 1s; HOME PAN; WAIT 1s; PAN BY -1\n",
		"HOME TILT; TILT BY -1 IN 2s; HOME\n",
	};
	char line[64];
	unsigned int round;

	random_state = _i;
	stand_near_switches(_i % 3);
	if (_i % 2) /* so slow that it stops on the step that trips the switch */
		say("SET TILT HOMESPEED 2\n", "SET TILT HOMESPEED 10\nOK\n");
	for (round = 0; round < 12; round++) {
		snprintf(line, sizeof(line), "PAN %d TILT %d\n", -5 - (int)random_below(12),
			 (int)random_below(10) - 12);
		if (random_below(4))
			say(line, "OK\n");
		say(lines[random_below(ARRAY_SIZE(lines))], "OK\n");
		if (random_below(2)) {
			run(rig->now_ns + random_below(2 * NS_PER_S));
			say("PAUSE; RESUME\n", "OK\n");
		}
		if (random_below(3))
			run_to_rest();
	}
	run_to_rest();
}
END_TEST

/* As when a host was off in between, and the gear stayed as it was. */
START_TEST(kept)
{
	struct stand stand;

	go("PAN 30 TILT -10\n", 2667, -889 - PLAY);
	stand = machine_stand(&rig->machine, HEAD_TILT);
	ck_assert_int_eq(stand.play, -PLAY);
	tear_down();
	set_up();
	gear[HEAD_TILT].play = -PLAY;
	say("TILT IS -10\n", "OK\n");
	machine_set_stand(&rig->machine, HEAD_TILT, &stand);
	ck_assert_int_eq(load(HEAD_TILT), PLAY);
	go("TILT BY -1\n", 0, -89);
	go("TILT -10\n", 0, PLAY);
	/* What cannot be is not believed. */
	stand.play = 5;
	machine_set_stand(&rig->machine, HEAD_TILT, &stand);
	ck_assert_int_eq(axis_of(HEAD_TILT)->play, 0);
}
END_TEST

Suite *backlash_suite(void);

Suite *backlash_suite(void)
{
	Suite *suite = suite_create("backlash");
	TCase *tests = tcase_create("backlash");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, play_is_taken_up_where_an_axis_turns_round);
	tcase_add_test(tests, play_is_no_travel);
	tcase_add_test(tests, the_others_wait_for_it);
	tcase_add_test(tests, a_time_is_kept_with_it);
	tcase_add_test(tests, it_can_be_stopped_and_held_on_its_way);
	tcase_add_test(tests, a_line_that_fails_leaves_it_as_it_was);
	tcase_add_test(tests, kept);
	tcase_add_loop_test(tests, home_ends_on_a_side_of_it, 1, 10);
	tcase_add_loop_test(tests, the_load_is_where_the_machine_says, 1, 6);
	suite_add_tcase(suite, tests);
	return suite;
}
