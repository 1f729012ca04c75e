// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the machine and of sessions: what lines do to the default head,
 * and what write(2) returns for them. Every test ends with a head that saw no
 * timing fault and as many steps as the machine says it made.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "rig.h"

#define STATUS_IDLE(pan) \
	"STATE=IDLE PAN=" pan ".000000 TILT=0.000000 QUEUE=0/64 " \
	"HOMES= ALARM= UNTRUSTED= UNKNOWN= SWITCHES=\n"

static struct rig *rig;
static struct session *file;

static void set_up(void)
{
	rig = rig_new();
	file = rig_open(rig, true);
	/* Trapezoids, whose figures can be told by heart. */
	ck_assert_int_gt(rig_write(rig, file, "SET PAN JERK 0; SET TILT JERK 0\n"),
			 0);
	rig_answers(rig, file);
}

static void tear_down(void)
{
	rig_end(rig, file);
}

/* The whole string is taken, and @answers come. */
static void say(const char *bytes, const char *answers)
{
	rig_say(rig, file, bytes, answers);
}

/* The line is refused with @number, and nothing moves. */
static void refused(const char *bytes, int number, const char *answers)
{
	s64 pan = rig->head.position[HEAD_PAN];
	s64 tilt = rig->head.position[HEAD_TILT];

	rig_refused(rig, file, bytes, number, answers);
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], pan);
	ck_assert_int_eq(rig->head.position[HEAD_TILT], tilt);
}

static void assert_steps(s64 pan, s64 tilt)
{
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], pan);
	ck_assert_int_eq(rig->head.position[HEAD_TILT], tilt);
}

/* Seconds from the start of a move to its end, found from its write. */
static double seconds_to_rest(void)
{
	u64 start_ns = rig->now_ns;

	rig_run_to_rest(rig);
	return (rig->now_ns - start_ns) / 1e9;
}

START_TEST(pan_turns_the_motor)
{
	say("PAN 30\n", "OK\n");
	assert_steps(2667, 0);
	say("PAN?\n", "PAN=30.000000 STEPS=2667\nOK\n");
	say("?\n", STATUS_IDLE("30") "OK\n");
	say("PAN -30\n", "OK\n");
	assert_steps(-2667, 0);
}
END_TEST

START_TEST(axes_of_a_move_start_and_end_together)
{
	say("PAN 30 TILT -10\n", "OK\n");
	assert_steps(2667, -889);
	ck_assert_uint_eq(rig->rises, 2667 + 889);
}
END_TEST

/* 60 deg/s and 120 deg/s²: 0.5 s up, 15 deg on the way, the same down. */
START_TEST(duration_is_that_of_the_trapezoid)
{
	say("PAN 60\n", "OK\n");
	ck_assert_double_eq_tol(seconds_to_rest(), 1.5, 0.002);
	say("PAN 59\n", "OK\n"); /* a triangle */
	ck_assert_double_eq_tol(seconds_to_rest(), 2 * sqrt(1 / 120.0), 0.001);
	say("PAN 0 AT 29.5\n", "OK\n");
	ck_assert_double_eq_tol(seconds_to_rest(), 2 + 29.5 / 120, 0.001);
	say("PAN 45 AT 50%\n", "OK\n");
	ck_assert_double_eq_tol(seconds_to_rest(), 1 + 45.0 / 120, 0.001);
	say("PAN 0 IN 12s\n", "OK\n");
	ck_assert_double_eq_tol(seconds_to_rest(), 12, 0.0003);
}
END_TEST

START_TEST(relative_moves_add_exactly)
{
	int i;

	for (i = 0; i < 10; i++)
		say("PAN BY 0.1\n", "OK\n");
	rig_run_to_rest(rig);
	say("PAN?\n", "PAN=1.000000 STEPS=89\nOK\n");
	say("PAN BY -3; PAN BY 1\n", "OK\n");
	rig_run_to_rest(rig);
	say("PAN?\n", "PAN=-1.000000 STEPS=-89\nOK\n");
}
END_TEST

START_TEST(units_are_converted)
{
	say("PAN 0.25rev IN 4s\n", "OK\n");
	rig_run_to_rest(rig);
	say("PAN?\n", "PAN=90.000000 STEPS=8000\nOK\n");
	say("PAN 1 rad IN 4s\n", "OK\n");
	rig_run_to_rest(rig);
	say("PAN?\n", "PAN=57.295780 STEPS=5093\nOK\n");
	say("PAN 2667 steps\n", "OK\n");
	rig_run_to_rest(rig);
	say("PAN?\n", "PAN=30.003750 STEPS=2667\nOK\n");
	refused("PAN 3mm\n", EINVAL, "ERR 22 EINVAL 5 PAN is in deg, not in mm\n");
	refused("PAN 3 AT 5mm/s\n", EINVAL,
		"ERR 22 EINVAL 10 PAN is in deg, not in mm\n");
}
END_TEST

START_TEST(a_bad_command_spoils_its_line)
{
	refused("PAN 10; TILT 5; PNA 30\n", EINVAL,
		"ERR 22 EINVAL 17 no command or axis named PNA\n");
	refused("PAN 10; PAN 200\n", ERANGE,
		"ERR 34 ERANGE 13 PAN 200 is beyond MAX 170\n");
	refused("SET PAN SPEED 10; TILT -46\n", ERANGE,
		"ERR 34 ERANGE 24 TILT -46 is beyond MIN -45\n");
	say("GET PAN SPEED\n", "SET PAN SPEED 60\nOK\n");
	refused("PAN 165; PAN BY 10\n", ERANGE,
		"ERR 34 ERANGE 17 PAN 175 is beyond MAX 170\n");
	refused("STOP; FOO\n", EINVAL,
		"ERR 22 EINVAL 7 no command or axis named FOO\n");
	say("PAN 1\n", "OK\n");
}
END_TEST

START_TEST(impossible_speeds_and_times_are_refused)
{
	refused("PAN 60 IN 1s\n", EDOM,
		"ERR 33 EDOM 11 takes 1.500000 s at least\n");
	refused("PAN 60 AT 91\n", EDOM,
		"ERR 33 EDOM 11 faster than MAXSPEED of PAN\n");
	refused("PAN 60 AT 101%\n", EDOM,
		"ERR 33 EDOM 11 faster than MAXSPEED of PAN\n");
	refused("SET PAN SPEED 91\n", EDOM,
		"ERR 33 EDOM 15 above MAXSPEED of PAN\n");
	say("SET PAN STEPLEN 900us\n", "SET PAN STEPLEN 2us\nOK\n");
	refused("PAN 1\n", EDOM,
		"ERR 33 EDOM 1 PAN: STEPLEN and STEPSPACE allow 1108 steps/s\n");
	say("PAN 1 AT 12\n", "OK\n");
	assert_steps(89, 0);
}
END_TEST

/* 60 degrees/s are 5333 steps/s. */
START_TEST(speeds_that_the_host_cannot_serve_are_refused)
{
	rig->machine.highest_rate = 5333;
	refused("PAN 10\n", EDOM,
		"ERR 33 EDOM 1 PAN: its pins can be served at 5333 steps/s at most\n");
	refused("RUN PAN 60\n", EDOM,
		"ERR 33 EDOM 1 PAN: its pins can be served at 5333 steps/s at most\n");
	refused("PVT PAN 1 60 IN 20ms\n", EDOM,
		"ERR 33 EDOM 9 on the way PAN is faster than MAXSPEED or its pins allow\n");
	say("PAN 10 AT 59.9\n", "OK\n");
}
END_TEST

/* A step is two edges of STEP, or one edge where each is a step. */
START_TEST(what_edges_cost_limits_the_rate)
{
	machine_limit_rate(&rig->machine, 2000);
	ck_assert_uint_eq(rig->machine.names.count, 2);
	ck_assert_uint_eq(rig->machine.highest_rate, 62500);
	machine_set_drive(&rig->machine, 0, DRIVE_BOTH_EDGES);
	machine_set_drive(&rig->machine, 1, DRIVE_HALF_STEPS);
	machine_limit_rate(&rig->machine, 2000);
	ck_assert_uint_eq(rig->machine.highest_rate, 125000);
}
END_TEST

START_TEST(bytes_that_no_line_holds_move_nothing)
{
	char longest[300];

	refused("PAN 3\x80\n", EILSEQ,
		"ERR 84 EILSEQ 6 byte 0x80 is not printable ASCII\n");
	refused("@q PAN 3\x80\n", EILSEQ,
		"@q ERR 84 EILSEQ 9 byte 0x80 is not printable ASCII\n");
	memset(longest, ' ', sizeof(longest));
	memcpy(longest, "PAN 30", 6);
	strcpy(longest + 256, "\n");
	refused(longest, EMSGSIZE,
		"ERR 90 EMSGSIZE 256 line longer than 255 bytes\n");
	memcpy(longest, "@q PAN 30", 9);
	refused(longest, EMSGSIZE,
		"@q ERR 90 EMSGSIZE 256 line longer than 255 bytes\n");
	strcpy(longest + 255, "\n");
	say(longest, "@q OK\n");
	assert_steps(2667, 0);
}
END_TEST

START_TEST(a_line_too_long_is_swallowed_to_its_end)
{
	char part[201];

	memset(part, 'x', 200);
	part[200] = '\0';
	ck_assert_int_eq(rig_write(rig, file, part), 200);
	ck_assert_int_eq(rig_write(rig, file, part), -EMSGSIZE);
	ck_assert_int_eq(rig_write(rig, file, part), 200);
	ck_assert_int_eq(rig_write(rig, file, "PAN 10\nPAN 1\n"), 13);
	ck_assert_str_eq(rig_answers(rig, file),
			 "ERR 90 EMSGSIZE 256 line longer than 255 bytes\nOK\n");
	assert_steps(89, 0);
}
END_TEST

START_TEST(a_write_ends_short_of_a_bad_line)
{
	ck_assert_int_eq(rig_write(rig, file, "PAN 1\nFOO\nPAN 2\n"), 6);
	ck_assert_str_eq(rig_answers(rig, file), "OK\n");
	ck_assert_int_eq(rig_write(rig, file, "FOO\nPAN 2\n"), -EINVAL);
	ck_assert_str_eq(rig_answers(rig, file),
			 "ERR 22 EINVAL 1 no command or axis named FOO\n");
	assert_steps(89, 0);
	/* It began in an earlier write, so this one can but fail. */
	ck_assert_int_eq(rig_write(rig, file, "PAN 5\nFO"), 8);
	ck_assert_int_eq(rig_write(rig, file, "O\nPAN 2\n"), -EINVAL);
	ck_assert_int_eq(rig_write(rig, file, "PAN 4\n"), 6);
	assert_steps(356, 0);
}
END_TEST

START_TEST(lines_may_come_in_pieces)
{
	const char *bytes = "@t-1 PAN 30\r\n  # a comment\n\n; ;\nTILT 9";

	for (; *bytes; bytes++)
		ck_assert_int_eq(rig_write(rig, file, (char[]){ *bytes, 0 }), 1);
	ck_assert_str_eq(rig_answers(rig, file), "@t-1 OK\n");
	ck_assert_int_eq(session_finish(file, rig->now_ns), 0);
	ck_assert_str_eq(rig_answers(rig, file), "OK\n");
	assert_steps(2667, 800);
}
END_TEST

START_TEST(a_full_queue_takes_whole_lines)
{
	int i;

	for (i = 0; i < QUEUE_MAX - 1; i++)
		ck_assert_int_eq(rig_write_nonblocking(rig, file, "PAN BY 0.5\n"),
				 11);
	/* Two moves do not fit where there is one place: none is taken. */
	ck_assert_int_eq(rig_write_nonblocking(rig, file,
					       "PAN BY 0.5; PAN BY 0.5\n"),
			 -EAGAIN);
	ck_assert_int_eq(rig_write_nonblocking(rig, file,
					       "PAN BY 0.5\nPAN BY 0.5\n"),
			 11);
	/* The line began in an earlier write: its first half stays. */
	ck_assert_int_eq(rig_write_nonblocking(rig, file, "PAN B"), 5);
	ck_assert_int_eq(rig_write_nonblocking(rig, file, "Y 0.5\n"), -EAGAIN);
	ck_assert_int_eq(rig_write(rig, file, "Y 0.5\nPAN BY 1\n"), 15);
	rig_run_to_rest(rig);
	rig_answers(rig, file);
	say("PAN?\n", "PAN=33.500000 STEPS=2978\nOK\n");
}
END_TEST

START_TEST(a_blocked_write_goes_on_when_there_is_room)
{
	char script[200 * 12] = "";
	int i;

	for (i = 0; i < 200; i++)
		strcat(script, "PAN BY 0.5\n");
	ck_assert_int_eq(rig_write(rig, file, script), 2200);
	rig_run_to_rest(rig);
	rig_answers(rig, file);
	say("PAN?\n", "PAN=100.000000 STEPS=8889\nOK\n");
}
END_TEST

START_TEST(stop_slows_down_and_drops_the_queue)
{
	struct session *other = rig_open(rig, false);
	struct session *later;
	s64 steps;

	say("PAN 90; PAN 0\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	steps = rig->head.position[HEAD_PAN];
	ck_assert_int_eq(rig_write(rig, other, "STOP\n"), 5);
	rig_run_to_rest(rig);
	/* 60 deg/s at 120 deg/s²: 15 deg, and 2 ms at full speed. */
	steps = rig->head.position[HEAD_PAN] - steps;
	ck_assert_int_ge(steps, 1333);
	ck_assert_int_le(steps, 1333 + 13);
	/* The stream that was open is cancelled, the one that stopped is not. */
	refused("PAN 0\n", ECANCELED,
		"ERR 125 ECANCELED 1 stopped: open the device anew, or RESET\n");
	say("RESET\n", "OK\n");
	ck_assert_int_eq(rig_write(rig, other, "TILT 9\n"), 7);
	later = rig_open(rig, false);
	ck_assert_int_eq(rig_write(rig, later, "PAN 0\n"), 6);
	assert_steps(0, 800);
	free(later);
	free(other);
}
END_TEST

START_TEST(stop_counts_wherever_it_is_in_its_line)
{
	static const char *const lines[] = { "STOP; STOP\n", "NOW PAN 80; STOP\n",
					     "RUN PAN 50; STOP\n",
					     "PAN 80; SYNC; STOP\n" };
	s64 steps;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		say("PAN 90\n", "OK\n");
		rig_run(rig, rig->now_ns + NS_PER_S);
		steps = rig->head.position[HEAD_PAN];
		say(lines[i], "OK\n");
		rig_run_to_rest(rig);
		/* As above: 15 deg, and 2 ms at full speed. */
		ck_assert_int_le(rig->head.position[HEAD_PAN] - steps, 1333 + 13);
		say("PAN 0\nSYNC\n", "OK\nOK\n");
		say(lines[i], "OK\n");
		say("SYNC\n", "OK\n");
	}
}
END_TEST

START_TEST(stop_at_any_moment_leaves_whole_steps)
{
	char expected[64];
	int i;

	for (i = 0; i < 20; i++) {
		say("PAN 80 TILT 40\n", "OK\n");
		rig_run(rig, rig->now_ns + i * 100000000ULL);
		say("STOP\n", "OK\n");
		rig_run_to_rest(rig);
		ck_assert_int_eq(rig_write(rig, file, "PAN?\n"), 5);
		snprintf(expected, sizeof(expected), " STEPS=%lld\nOK\n",
			 rig->head.position[HEAD_PAN]);
		ck_assert_ptr_nonnull(strstr(rig_answers(rig, file), expected));
		/* On the straight line from 0, 0 to 80, 40. */
		ck_assert_int_le(llabs(rig->head.position[HEAD_PAN] -
				       2 * rig->head.position[HEAD_TILT]),
				 2);
		say("PAN 0 TILT 0\n", "OK\n");
		assert_steps(0, 0);
	}
}
END_TEST

/* An axis that turns round on its soft limit may be told to stop alone just then. */
START_TEST(no_step_goes_beyond_a_corner_on_max)
{
	static const char *const what[] = { "STOP PAN\n", "NOW PAN 160 TILT 0\n", "RUN TILT 1\n" };
	unsigned int i, ms;
	u64 end_ns;

	for (i = 0; i < 2 * ARRAY_SIZE(what); i++) {
		if (i == ARRAY_SIZE(what))
			say("SET PAN JERK 1200; SET TILT JERK 1200\n",
			    "SET PAN JERK 0\nSET TILT JERK 0\nOK\n");
		for (ms = 400; ms < 900; ms += 10) {
			say("PAN 169 TILT 0\nSYNC\n", "OK\nOK\n");
			say("PAN 170 TILT 20; PAN 169 TILT 40\n", "OK\n");
			rig_run(rig, rig->now_ns + ms * 1000000ULL);
			say(what[i % ARRAY_SIZE(what)], "OK\n");
			for (end_ns = rig->now_ns + 300000000; rig->now_ns < end_ns;) {
				rig_run(rig, rig->now_ns + 1000000);
				ck_assert_int_le(rig->head.position[HEAD_PAN], 15111);
			}
			say("STOP\n", "OK\n");
		}
	}
}
END_TEST

/* Each axis stops within half a second, though one was to go on for 15 s. */
/* The plan slips by what edges were late, and what has slipped can be cut. */
START_TEST(stop_need_not_wait_for_what_has_slipped)
{
	say("PAN 90\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	rig->now_ns += NS_PER_S; /* nobody served them */
	rig_run(rig, rig->now_ns + 1);
	ck_assert_int_eq(rig_write_nonblocking(rig, file, "STOP\n"), 5);
	ck_assert_double_lt(seconds_to_rest(), 0.6);
}
END_TEST

START_TEST(stop_ends_when_the_last_axis_rests)
{
	say("NOW PAN 40 TILT 5\n", "OK\n");
	rig_run(rig, rig->now_ns + 3 * NS_PER_S / 10);
	say("RUN PAN 10\n", "OK\n");
	say("STOP\n", "OK\n");
	ck_assert_double_lt(seconds_to_rest(), 0.5);
}
END_TEST

/* The hand-over to RUN is after that to STOP, when PAN brakes for the end of its move. */
START_TEST(stop_stops_what_is_about_to_begin)
{
	say("SET PAN JERK 1200; SET TILT JERK 1200\n",
	    "SET PAN JERK 0\nSET TILT JERK 0\nOK\n");
	say("PAN -4; PAN -3\nPAN 40\n", "OK\nOK\n");
	rig_run(rig, 3 * NS_PER_S);
	say("RUN PAN 5.1 TILT 0.1\n", "OK\n");
	say("STOP\n", "OK\n");
	ck_assert_double_lt(seconds_to_rest(), 0.5);
}
END_TEST

START_TEST(a_move_obeys_the_inversion_before_it)
{
	say("PAN BY -3; PAN BY 1\n", "OK\n");
	assert_steps(-178, 0);
	say("SET PAN INVERT 1; PAN 1\n", "SET PAN INVERT 0\nOK\n");
	assert_steps(-178 - 267, 0);
	say("SET PAN INVERT 0; PAN -2\n", "SET PAN INVERT 1\nOK\n");
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], -178 - 267 - 267);
	rig->head.position[HEAD_PAN] = motion_steps(&rig->machine.motion, HEAD_PAN);
}
END_TEST

/* The plan has begun, no step has: the target is what it was. */
START_TEST(halt_before_the_first_step_forgets_the_target)
{
	say("PAN 3\n", "OK\n");
	rig_run_to_rest(rig);
	say("PAN 60\n", "OK\n");
	say("HALT\n", "OK\n");
	say("RESET; PAN?\n", "PAN=3.000000 STEPS=267\nOK\n");
	say("PAN BY 1\n", "OK\n");
	assert_steps(356, 0);
	say("PAN 30\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S / 5);
	machine_shut_down(&rig->machine, rig->now_ns);
	say("RESET; STOP\n", "OK\n");
	ck_assert_int_eq(axis_steps(&rig->machine.state.axis[HEAD_PAN],
				    rig->machine.state.axis[HEAD_PAN].target) +
				 rig->machine.state.axis[HEAD_PAN].origin,
			 rig->head.position[HEAD_PAN]);
}
END_TEST

START_TEST(halt_gives_no_more_pulses)
{
	u64 rises;
	s64 steps;

	say("PAN 90\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	rises = rig->rises;
	say("HALT\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	ck_assert_uint_eq(rig->rises, rises);
	refused("PAN 0\n", ESHUTDOWN,
		"ERR 108 ESHUTDOWN 1 alarm HALTED: RESET first\n");
	ck_assert_int_eq(rig_write(rig, file, "?\n"), 2);
	ck_assert_ptr_nonnull(strstr(rig_answers(rig, file),
				     "ALARM=HALTED UNTRUSTED=PAN,TILT UNKNOWN= SWITCHES=\nOK\n"));
	steps = rig->head.position[HEAD_PAN];
	say("RESET; PAN IS 10; TILT IS 0\n", "OK\n");
	say("PAN 0\nSYNC\n", "OK\nOK\n");
	say("?\n", STATUS_IDLE("0") "OK\n");
	ck_assert_int_eq(rig->head.position[HEAD_PAN], steps - 889);
	say("HALT; RESET\n", "OK\n");
	say("PAN 1\nSYNC\n", "OK\nOK\n");
	say("HALT; RESET; PAN BY 1 IN 2s\nSYNC\nPAN?\n", "OK\nOK\nPAN=2.000000 STEPS=3284\nOK\n");
	/* as in three lines */
	say("HALT; PAUSE; RESET\n", "OK\n");
	ck_assert_int_eq(rig_write(rig, file, "?\n"), 2);
	ck_assert(!strncmp(rig_answers(rig, file), "STATE=HOLD ", 11));
	say("RESUME\n", "OK\n");
}
END_TEST

/* Both axes are in mid-move for @seconds, with play in their gears. */
static void move_both(double seconds)
{
	say("SET PAN BACKLASH 1; SET TILT BACKLASH 0.5; PAN 5 TILT -5\nSYNC\n",
	    "SET PAN BACKLASH 0\nSET TILT BACKLASH 0\nOK\nOK\n");
	say("PAN 60 TILT -30; PAN 0\n", "OK\n");
	rig_run(rig, rig->now_ns + (u64)(seconds * 1e9));
}

/* What is asked for behind a HALT is done as if each command had a line of its own. */
START_TEST(a_line_goes_on_behind_halt_as_lines_do)
{
	static const char *const ends[][2] = {
		{ "HALT; RESET; PAN 5\n", "HALT\nRESET\nPAN 5\n" },
		{ "HALT; RESET; PAN 8 TILT 2 AT 10; TILT BY 1; PAN BY -3 IN 4s\n",
		  "HALT\nRESET\nPAN 8 TILT 2 AT 10\nTILT BY 1\nPAN BY -3 IN 4s\n" },
		{ "HALT; RESET; WAIT 1s; TILT -25; TRIGGER 1 50ms; PAN 40; PAN BY 1; TILT -26\n",
		  "HALT\nRESET\nWAIT 1s\nTILT -25\nTRIGGER 1 50ms\nPAN 40\nPAN BY 1\nTILT -26\n" },
		{ "HALT; RESET; TILT 9; NOW PAN 30\n", "HALT\nRESET\nNOW PAN 30\n" },
		{ "PAN 1; HALT; RESET; TILT 9; STOP; HALT; RESET; PAN -5\n",
		  "HALT\nRESET\nPAN -5\n" },
		{ "HALT; RESET; PAN 3; PAUSE; RESUME\n", "HALT\nRESET\nPAN 3\n" },
		{ "SAVE a; HALT; RESET; GO a; SYNC\n", "SAVE a\nHALT\nRESET\nGO a\nSYNC\n" },
		{ "HALT; RESET; RELEASE; PAN 20\n", "HALT\nRESET\nRELEASE\nPAN 20\n" },
		{ "HALT; RESET; SYNC\n", "HALT\nRESET\nSYNC\n" },
		{ "HALT; RESET; WAIT UNTIL 60; PAN 5\n", "HALT\nRESET\nWAIT UNTIL 60\nPAN 5\n" },
	};
	struct axis axis[2][HEAD_AXES];
	s64 position[2][HEAD_AXES];
	u64 took_ns[2];
	int i;

	for (i = 0; i < 2; i++) {
		if (i) {
			tear_down();
			set_up();
		}
		rig->machine.outputs = 1;
		move_both(0.3 * (_i % 5));
		ck_assert_int_gt(rig_write(rig, file, ends[_i / 5][i]), 0);
		rig_answers(rig, file);
		rig_run_to_rest(rig);
		memcpy(axis[i], rig->machine.state.axis, sizeof(axis[i]));
		memcpy(position[i], rig->head.position, sizeof(position[i]));
		took_ns[i] = rig->now_ns;
	}
	for (i = 0; i < HEAD_AXES; i++) {
		ck_assert_int_eq(position[0][i], position[1][i]);
		ck_assert_int_eq(axis[0][i].target, axis[1][i].target);
		ck_assert_int_eq(axis[0][i].rest, axis[1][i].rest);
		ck_assert_int_eq(axis[0][i].play, axis[1][i].play);
		ck_assert_int_eq(axis[0][i].trust, axis[1][i].trust);
	}
	/* in a line of its own NOW does not rest when it has taken up play: 0.16 s */
	ck_assert_double_eq_tol(took_ns[0] / 1e9, took_ns[1] / 1e9, 0.2);
}
END_TEST

static void (*lock_in_time)(struct pins *pins);

/* Between a line's HALT and its effect the timer serves edges, for 20 ms. */
static void lock_late(struct pins *pins)
{
	u64 until_ns = rig->now_ns + 20000000, next_ns;

	lock_in_time(pins);
	if (rig->machine.staged.stops == rig->machine.state.stops)
		return;
	while ((next_ns = motion_run(&rig->machine.motion, rig->now_ns)) < until_ns)
		rig->now_ns = max(next_ns, rig->now_ns);
}

/* Each axis is on the step that its position says. */
static void assert_on_targets(void)
{
	unsigned int i;

	rig_run_to_rest(rig);
	for (i = 0; i < HEAD_AXES; i++) {
		const struct axis *axis = &rig->machine.state.axis[i];

		ck_assert_int_eq(axis->target, axis->rest);
		ck_assert_int_eq(axis_steps(axis, axis->target) + axis->origin + axis->play,
				 motion_steps(&rig->machine.motion, i));
	}
}

START_TEST(a_line_goes_on_from_where_halt_took_effect)
{
	s64 tilt;

	move_both(0.7);
	tilt = motion_steps(&rig->machine.motion, HEAD_TILT);
	lock_in_time = rig->pins.lock;
	rig->pins.lock = lock_late;
	say("HALT; RESET; PAN 5; WAIT 100ms; PAN BY 2; PAN BY 1 IN 2s\n", "OK\n");
	rig->pins.lock = lock_in_time;
	ck_assert_int_lt(motion_steps(&rig->machine.motion, HEAD_TILT), tilt - 10);
	tilt = motion_steps(&rig->machine.motion, HEAD_TILT);
	assert_on_targets();
	ck_assert_int_eq(motion_steps(&rig->machine.motion, HEAD_TILT), tilt);
	ck_assert_int_eq(rig->machine.state.axis[HEAD_PAN].target, 8 * MICRO);
	say("TILT BY 1 PAN BY 1\n", "OK\n");
	assert_on_targets();
	ck_assert_int_eq(motion_steps(&rig->machine.motion, HEAD_TILT), tilt + 89 + 44);
}
END_TEST

/* What depends on where the axes will rest, or is planned at once, is refused. */
START_TEST(what_counts_from_where_halt_leaves_the_axes_is_refused)
{
	static const char busy[] =
		"HALT needs a line of its own before BY, IN and SAVE while axes move";
	static const struct {
		const char *line;
		const char *why;
		int column;
	} refusals[] = {
		{ "HALT; RESET; PAN BY 1\n", busy, 14 },
		{ "HALT; RESET; PAN 1; TILT BY 1\n", busy, 21 },
		{ "HALT; RESET; PAN 1 IN 9s\n", busy, 14 },
		{ "HALT; RESET; PAN 1; STOP; PAN BY 1\n", busy, 27 },
		{ "HALT; SAVE a\n", busy, 7 },
		{ "HALT; PAN IS 0\n", "IS needs the axes at rest", 7 },
		{ "HALT; SET PAN SCALE 1/1\n", "SCALE needs the axes at rest", 7 },
		{ "HALT; RESET; RUN PAN 5\n", "RUN after HALT needs a line of its own", 14 },
		{ "HALT; RESET; PVT PAN 5 0 IN 9s\n",
		  "a point after HALT needs a line of its own", 14 },
	};
	char answer[128];
	unsigned int i;

	say("PAN 60 TILT 30; PAN 9\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S / 2);
	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		snprintf(answer, sizeof(answer), "ERR 16 EBUSY %d %s\n", refusals[i].column,
			 refusals[i].why);
		rig_refused(rig, file, refusals[i].line, EBUSY, answer);
	}
	rig_refused(rig, file, "HALT; PAN 1\n", ESHUTDOWN,
		    "ERR 108 ESHUTDOWN 7 alarm HALTED: RESET first\n");
	rig_refused(rig, file, "HALT; RESET; PAN 171\n", ERANGE,
		    "ERR 34 ERANGE 18 PAN 171 is beyond MAX 170\n");
	assert_steps(800, 2667); /* and nothing has come of it */
}
END_TEST

START_TEST(a_move_does_not_wait_for_what_halt_dropped)
{
	u64 begin_ns;

	say("RUN PAN 1\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("HALT\nRESET\n", "OK\nOK\n");
	begin_ns = rig->now_ns;
	say("PAN 0\nSYNC\n", "OK\nOK\n");
	ck_assert_uint_lt(rig->now_ns - begin_ns, NS_PER_S);
}
END_TEST

START_TEST(sync_waits_for_all_that_was_queued)
{
	u64 start_ns = rig->now_ns;

	say("PAN 60\nSYNC\n", "OK\nOK\n");
	ck_assert_double_eq_tol((rig->now_ns - start_ns) / 1e9, 1.5, 0.002);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], 5333);
	say("SYNC\n", "OK\n");
	ck_assert_int_eq(rig_write_nonblocking(rig, file, "PAN 0\nSYNC\n"), 6);
	ck_assert_int_eq(rig_write_nonblocking(rig, file, "SYNC\n"), -EAGAIN);
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig_write_nonblocking(rig, file, "SYNC\n"), 5);
}
END_TEST

/* What SYNC says when, while it waits, another file says @line. */
static void sync_ends_with(const char *line, int status, const char *answers)
{
	struct session *other = rig_open(rig, false);
	size_t taken;

	session_begin_write(file, false);
	ck_assert_int_eq(session_feed(file, "PAN 90; SYNC\n", 13, rig->now_ns,
				      &taken),
			 -EINPROGRESS);
	ck_assert_uint_eq(taken, 13);
	rig_run(rig, rig->now_ns + NS_PER_S);
	ck_assert(!session_ready(file, rig->now_ns));
	ck_assert_int_eq(rig_write(rig, other, line), strlen(line));
	machine_service(&rig->machine, rig->now_ns);
	ck_assert(session_ready(file, rig->now_ns));
	ck_assert_int_eq(session_feed(file, "", 0, rig->now_ns, &taken), status);
	ck_assert_int_eq(session_end_write(file, status), status);
	ck_assert_str_eq(rig_answers(rig, file), answers);
	free(other);
}

START_TEST(sync_tells_of_a_stop)
{
	sync_ends_with("STOP\n", -ECANCELED,
		       "ERR 125 ECANCELED 0 canceled by STOP or HALT\n");
}
END_TEST

START_TEST(sync_tells_of_an_alarm)
{
	sync_ends_with("HALT\n", -ESHUTDOWN,
		       "ERR 108 ESHUTDOWN 0 an alarm is latched\n");
}
END_TEST

START_TEST(a_signal_in_sync_doubles_nothing)
{
	size_t taken;

	session_begin_write(file, false);
	ck_assert_int_eq(session_feed(file, "PAN BY 5\nSYNC\n", 14, rig->now_ns,
				      &taken),
			 0);
	ck_assert_uint_eq(taken, 9);
	ck_assert_int_eq(session_feed(file, "SYNC\n", 5, rig->now_ns, &taken),
			 -EINPROGRESS);
	/* SYNC can be written again, the move is taken. */
	ck_assert_int_eq(session_end_write(file, -EINTR), 9);
	ck_assert_int_eq(rig_write(rig, file, "SYNC\n"), 5);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], 444);
	session_begin_write(file, false);
	ck_assert_int_eq(session_feed(file, "PAN BY 5; SYNC\n", 15, rig->now_ns,
				      &taken),
			 -EINPROGRESS);
	/* Here SYNC cannot be told from what ran with it: all is taken. */
	ck_assert_int_eq(session_end_write(file, -EINTR), 15);
	assert_steps(889, 0);
}
END_TEST

START_TEST(settings_are_printed_as_they_are_written)
{
	say("SET PAN SPEED 20\n", "SET PAN SPEED 60\nOK\n");
	say("set pan speed 0.1rev/s; GET PAN SPEED\n",
	    "SET PAN SPEED 20\nSET PAN SPEED 36\nOK\n");
	say("SET PAN STEPLEN 0.0025ms; get pan steplen\n",
	    "SET PAN STEPLEN 2us\nSET PAN STEPLEN 2.5us\nOK\n");
}
END_TEST

START_TEST(a_limit_takes_along_what_it_limits)
{
	say("SET TILT MAXACCEL 1.3; GET TILT ACCEL\n",
	    "SET TILT MAXACCEL 180; SET TILT ACCEL 120\nSET TILT ACCEL 1.3\nOK\n");
	refused("SET TILT ACCEL 120\n", EDOM, "ERR 33 EDOM 16 above MAXACCEL of TILT\n");
	say("SET TILT MAXACCEL 180; SET TILT ACCEL 120\n",
	    "SET TILT MAXACCEL 1.3\nSET TILT ACCEL 1.3\nOK\n");
	/* JERK 0 is without a limit of its own, and so below none. */
	say("SET TILT MAXJERK 1\n", "SET TILT MAXJERK 1800\nOK\n");
	say("SET TILT MIN 100; GET TILT MAX\n",
	    "SET TILT MIN -45; SET TILT MAX 90\nSET TILT MAX 100\nOK\n");
	refused("SET TILT MAX 99.9\n", ERANGE, "ERR 34 ERANGE 14 below MIN of TILT\n");
	say("SET TILT MIN -45; SET TILT MAX 90\n",
	    "SET TILT MIN 100\nSET TILT MAX 100\nOK\n");
	say("SET TILT MAX -45\n", "SET TILT MAX 90\nOK\n");
}
END_TEST

START_TEST(a_speed_may_be_a_percentage)
{
	say("SET PAN SPEED 20%; SET PAN CORNER 10 %; GET PAN SPEED\n",
	    "SET PAN SPEED 60\nSET PAN CORNER 2\nSET PAN SPEED 18\nOK\n");
	say("SET PAN CORNER 0%\n", "SET PAN CORNER 9\nOK\n");
	refused("SET PAN SPEED 0%\n", EINVAL,
		"ERR 22 EINVAL 15 SPEED takes 0.000001 to 999999999.999999\n");
	refused("SET PAN SPEED 100.1%\n", EDOM, "ERR 33 EDOM 15 above MAXSPEED of PAN\n");
	/* It is kept as the speed that it is now. */
	say("SET PAN MAXSPEED 45; GET PAN SPEED\n",
	    "SET PAN MAXSPEED 90\nSET PAN SPEED 18\nOK\n");
}
END_TEST

START_TEST(a_setting_is_in_range_in_the_axis_unit)
{
	say("SET PAN UNIT rev\n", "SET PAN UNIT deg\nOK\n");
	refused("SET PAN SPEED 0.0001deg/s\n", EINVAL,
		"ERR 22 EINVAL 15 SPEED takes 0.000001 to 999999999.999999\n");
	say("SET PAN UNIT deg\n", "SET PAN UNIT rev\nOK\n");
	refused("SET PAN MAX 3000000rev\n", EINVAL,
		"ERR 22 EINVAL 13 MAX takes -999999999.999999 to 999999999.999999\n");
}
END_TEST

START_TEST(guarded_settings_need_privilege)
{
	struct session *user = rig_open(rig, false);

	ck_assert_int_eq(rig_write(rig, user, "SET PAN MAX 180\n"), -EPERM);
	ck_assert_str_eq(rig_answers(rig, user),
			 "ERR 1 EPERM 1 MAX guards the machine: open it as root\n");
	/* Not a change: what GET printed may be written back by anybody. */
	ck_assert_int_eq(rig_write(rig, user, "SET PAN MAX 170\n"), 16);
	ck_assert_int_eq(rig_write(rig, user, "SET PAN SPEED 70\n"), 17);
	say("SET PAN MAX 180; PAN 180\n", "SET PAN MAX 170\nOK\n");
	assert_steps(16000, 0);
	free(user);
}
END_TEST

START_TEST(scale_and_is_move_nothing)
{
	say("PAN 30\nSYNC\n", "OK\nOK\n");
	say("SET PAN SCALE 100; PAN?\n",
	    "SET PAN SCALE 800/9\nPAN=30.000000 STEPS=2667\nOK\n");
	say("PAN 31\nSYNC\nPAN?\n", "OK\nOK\nPAN=31.000000 STEPS=2767\nOK\n");
	ck_assert_int_eq(rig->head.position[HEAD_PAN], 2767);
	say("PAN 40\n", "OK\n");
	ck_assert_int_eq(rig_write(rig, file, "PAN IS 0\n"), -EBUSY);
	ck_assert_str_eq(rig_answers(rig, file),
			 "ERR 16 EBUSY 1 IS needs the axes at rest\n");
	ck_assert_int_eq(rig_write(rig, file, "SET PAN SCALE 10\n"), -EBUSY);
	assert_steps(2767 + 900, 0);
}
END_TEST

/* IS says where the axis is, whether it ought to be there or not: it may come back. */
START_TEST(a_place_beyond_the_limits_can_only_be_left)
{
	say("PAN IS 300; PAN?\n", "PAN=300.000000 STEPS=0\nOK\n");
	refused("PAN BY 1\n", ERANGE, "ERR 34 ERANGE 8 PAN 301 is beyond MAX 170\n");
	refused("PAN BY -1\n", ERANGE, "ERR 34 ERANGE 8 PAN 299 is beyond MAX 170\n");
	say("TILT 9; SYNC\n", "OK\n");
	say("RUN PAN 5\nSYNC\nPAN?\n", "OK\nOK\nPAN=300.000000 STEPS=0\nOK\n");
	say("RUN PAN -5 FOR 1s\nSYNC\n", "OK\nOK\n");
	ck_assert_int_lt(rig->head.position[HEAD_PAN], -300);
	say("PAN 100\nSYNC\nPAN?\n", "OK\nOK\nPAN=100.000000 STEPS=-17778\nOK\n");
}
END_TEST

START_TEST(invert_turns_the_other_way)
{
	say("SET PAN INVERT 1; PAN 1\nSYNC\nPAN?\n",
	    "SET PAN INVERT 0\nOK\nOK\nPAN=1.000000 STEPS=89\nOK\n");
	ck_assert_int_eq(rig->head.position[HEAD_PAN], -89);
	say("PAN 0\nSYNC\n", "OK\nOK\n");
}
END_TEST

START_TEST(a_reader_gets_one_status_line)
{
	struct session *reader = malloc(sizeof(*reader));
	char line[200] = "";
	s64 length = 0, count;

	session_open(reader, &rig->machine, true, false, false);
	ck_assert(session_can_read(reader));
	while ((count = session_read(reader, line + length, 7, rig->now_ns)) > 0)
		length += count;
	ck_assert_int_eq(count, 0);
	ck_assert_str_eq(line, STATUS_IDLE("0"));
	free(reader);
	ck_assert_int_eq(session_read(file, line, sizeof(line), rig->now_ns),
			 -EAGAIN);
}
END_TEST

/* Below the jerk limit 15 deg at 60 deg/s, 120 deg/s², 1200 deg/s³ take 0.6 s a ramp. */
START_TEST(jerk_is_limited_unless_it_is_0)
{
	say("SET PAN JERK 1200\nPAN 60\n", "SET PAN JERK 0\nOK\nOK\n");
	ck_assert_double_eq_tol(seconds_to_rest(), 1.6, 0.002);
	refused("SET PAN JERK 1801\n", EDOM,
		"ERR 33 EDOM 14 above MAXJERK of PAN\n");
}
END_TEST

START_TEST(presets_are_places_of_all_axes)
{
	char expected[64];
	int i;

	say("PAN 30 TILT 9\nSAVE left\nPAN -30 TILT 0; SAVE Right\n", "OK\nOK\nOK\n");
	say("GO LEFT\nSYNC\n", "OK\nOK\n");
	assert_steps(2667, 800);
	say("go right IN 5s\n", "OK\n");
	ck_assert_double_eq_tol(seconds_to_rest(), 5, 0.001);
	assert_steps(-2667, 0);
	say("FORGET left\n", "OK\n");
	refused("GO left\n", EINVAL, "ERR 22 EINVAL 4 no preset named left\n");
	refused("FORGET left\n", EINVAL, "ERR 22 EINVAL 8 no preset named left\n");
	for (i = 1; i < PRESETS_MAX; i++) {
		snprintf(expected, sizeof(expected), "SAVE p%d\n", i);
		say(expected, "OK\n");
	}
	refused("SAVE more\n", ENOSPC,
		"ERR 28 ENOSPC 1 all 16 presets are taken: FORGET one\n");
	say("SAVE p3; SET PAN MAX 20\n", "SET PAN MAX 170\nOK\n");
	/* All or nothing: the line that would have freed a place failed. */
	refused("FORGET p1; SAVE more; FOO\n", EINVAL,
		"ERR 22 EINVAL 23 no command or axis named FOO\n");
	say("GO p1\n", "OK\n");
}
END_TEST

START_TEST(wait_lets_time_pass)
{
	say("WAIT 2s; PAN 30 IN 1.5s; WAIT 500ms\n", "OK\n");
	ck_assert_double_eq_tol(seconds_to_rest(), 4, 0.003);
	/* as does a move that is too short for a step */
	say("PAN 30 IN 2s; PAN BY 0.001 TILT 0.002 IN 1s\n", "OK\n");
	ck_assert_double_eq_tol(seconds_to_rest(), 3, 0.003);
	rig->machine.realtime_offset_ns = 1790000000 * (s64)NS_PER_S;
	say("WAIT UNTIL 1790000010.25\nPAN 0 IN 2s\n", "OK\nOK\n");
	rig_run_to_rest(rig);
	ck_assert_uint_eq(rig->now_ns / 1000000, 12250);
	refused("WAIT UNTIL 1790000010.25\n", EDOM,
		"ERR 33 EDOM 12 that will have passed by then\n");
}
END_TEST

START_TEST(outputs_are_switched)
{
	say("ENABLE TILT\n", "OK\n");
	ck_assert(!head_level(&rig->head, HEAD_LINE(HEAD_TILT, HEAD_ENABLE)));
	ck_assert(head_level(&rig->head, HEAD_LINE(HEAD_PAN, HEAD_ENABLE)));
	say("PAN 9\n", "OK\n");
	ck_assert_int_eq(rig_write(rig, file, "RELEASE\n"), -EBUSY);
	ck_assert_str_eq(rig_answers(rig, file),
			 "ERR 16 EBUSY 1 RELEASE needs the axes at rest\n");
	rig_run_to_rest(rig);
	refused("RELEASE PAN; FOO\n", EINVAL,
		"ERR 22 EINVAL 14 no command or axis named FOO\n");
	ck_assert(!head_level(&rig->head, HEAD_LINE(HEAD_PAN, HEAD_ENABLE)));
	say("RELEASE PAN\n", "OK\n");
	ck_assert(head_level(&rig->head, HEAD_LINE(HEAD_PAN, HEAD_ENABLE)));
	ck_assert(!head_level(&rig->head, HEAD_LINE(HEAD_TILT, HEAD_ENABLE)));
}
END_TEST

START_TEST(errors_are_kept_for_those_who_cannot_read)
{
	struct session *echo = malloc(sizeof(*echo));
	char line[64];
	int i;

	session_open(echo, &rig->machine, false, true, false);
	say("ERROR?\n", "0 no error\nOK\n");
	for (i = 0; i < 20; i++) {
		snprintf(line, sizeof(line), "FOO%d\n", i);
		ck_assert_int_eq(rig_write(rig, echo, line), -EINVAL);
	}
	for (i = 4; i < 20; i++) {
		snprintf(line, sizeof(line),
			 "22 EINVAL 1 no command or axis named FOO%d\nOK\n", i);
		say("ERROR?\n", line);
	}
	say("ERROR?\n", "0 no error\nOK\n");
	/* nor can who could, when he has closed the file */
	session_open(echo, &rig->machine, true, true, false);
	ck_assert_int_eq(rig_write(rig, echo, "FOO"), 3);
	ck_assert_int_eq(session_finish(echo, rig->now_ns), 0);
	say("ERROR?\n", "22 EINVAL 1 no command or axis named FOO\nOK\n");
	free(echo);
}
END_TEST

START_TEST(those_who_watch_are_told)
{
	say("WATCH ON\n", "OK\n");
	say("@a PAN 1; PAN 2\n", "@a OK\n@a * STATE RUN\n");
	rig_run_to_rest(rig);
	ck_assert(session_can_read(file));
	ck_assert_str_eq(rig_answers(rig, file),
			 "@a * DONE\n@a * DONE\n@a * STATE IDLE\n");
	say("@b HALT\n", "@b OK\n@b * STATE ALARM\n@b * ALARM HALTED\n");
	say("WATCH OFF; RESET\nPAN 0\nSYNC\n", "OK\nOK\nOK\n");
}
END_TEST

START_TEST(those_who_watch_are_told_of_what_was_dropped)
{
	unsigned int i, dropped = 0;
	const char *line;

	say("WATCH ON\n@a PAN 10\n@b PAN 20; PAN 30\n", "OK\n@a OK\n@b OK\n@a * STATE RUN\n");
	rig_run(rig, rig->now_ns + NS_PER_S / 10);
	say("@c STOP\n", "@c OK\n@a * DROPPED\n@b * DROPPED\n@b * DROPPED\n");
	rig_run_to_rest(rig);
	ck_assert_str_eq(rig_answers(rig, file), "@c * DONE\n@c * STATE IDLE\n");
	say("@d RUN PAN 5\n", "@d OK\n@d * STATE RUN\n");
	rig_run(rig, rig->now_ns + NS_PER_S / 10);
	say("@e NOW PAN 0\n", "@e OK\n@d * DROPPED\n");
	say("@f HALT\n", "@f OK\n@e * DROPPED\n@f * STATE ALARM\n@f * ALARM HALTED\n");
	/* None of a full queue is lost. */
	say("RESET\n", "OK\n* STATE IDLE\n");
	for (i = 0; i < QUEUE_MAX; i++)
		ck_assert_int_gt(rig_write(rig, file, "@g WAIT 1s\n"), 0);
	rig_answers(rig, file);
	ck_assert_int_gt(rig_write(rig, file, "STOP\n"), 0);
	line = strchr(rig_answers(rig, file), '\n') + 1; /* behind OK */
	for (; !strncmp(line, "@g * DROPPED\n", 13); line += 13)
		dropped++;
	ck_assert_uint_eq(dropped, QUEUE_MAX);
	ck_assert_str_eq(line, "");
}
END_TEST

/* Nearest to 5 degrees is step 444, which is 4.995. */
START_TEST(what_rests_is_at_its_target_while_others_move)
{
	say("PAN 5\nSYNC\nWAIT 1s; TILT 5 IN 1s\n", "OK\nOK\nOK\n");
	rig_run(rig, rig->now_ns + NS_PER_S / 2);
	say("PAN?\n", "PAN=5.000000 STEPS=444\nOK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("PAN?\n", "PAN=5.000000 STEPS=444\nOK\n");
	say("PAN 6\n!\nPAN?\n", "OK\nOK\nPAN=5.000000 STEPS=444\nOK\n");
	say("~\n", "OK\n");
}
END_TEST

/* More answers than there is room for: those that are missing are counted. */
START_TEST(answers_are_lost_by_number)
{
	char line[128] = "";
	unsigned int lost, lines = 0, asked = 1; /* OK */
	const char *answers, *end;

	while (asked < 1000) {
		strcat(line, "GET;");
		asked += HEAD_AXES * SETTING_COUNT;
	}
	strcat(line, "\n");
	ck_assert_int_eq(rig_write(rig, file, line), strlen(line));
	ck_assert_int_eq(rig_write(rig, file, line), strlen(line));
	answers = rig_answers(rig, file);
	ck_assert_int_eq(strncmp(answers, "* LOST ", 7), 0);
	lost = strtoul(answers + 7, NULL, 10);
	for (end = answers; (end = strchr(end, '\n')); end++)
		lines++;
	ck_assert_uint_eq(lost + lines - 1, 2 * asked);
	say("PAN?\n", "PAN=0.000000 STEPS=0\nOK\n");
}
END_TEST

START_TEST(an_idle_driver_is_switched_off)
{
	say("SET PAN IDLE 2s; PAN 1\nSYNC\n", "SET PAN IDLE 0us\nOK\nOK\n");
	ck_assert(!head_level(&rig->head, HEAD_LINE(HEAD_PAN, HEAD_ENABLE)));
	rig_run(rig, rig->now_ns + 1900000000);
	ck_assert(!head_level(&rig->head, HEAD_LINE(HEAD_PAN, HEAD_ENABLE)));
	rig_run_to_rest(rig);
	ck_assert(head_level(&rig->head, HEAD_LINE(HEAD_PAN, HEAD_ENABLE)));
	say("PAN 0\nSYNC\n", "OK\nOK\n");
}
END_TEST

START_TEST(a_move_finds_its_driver_on)
{
	/* tear_down() looks for steps while disabled. */
	say("RELEASE; PAN 5\nSYNC\n", "OK\nOK\n");
	assert_steps(444, 0);
	say("TILT 5; HALT\nRESET; TILT 5\nSYNC\n", "OK\nOK\nOK\n");
	assert_steps(444, 444);
}
END_TEST

/* Position of pan, in steps, and tilt must be half of it, as on the line. */
static void assert_on_line(void)
{
	ck_assert_int_le(llabs(rig->head.position[HEAD_PAN] -
			       2 * rig->head.position[HEAD_TILT]),
			 2);
}

START_TEST(a_held_move_goes_on_where_it_was)
{
	int i;

	for (i = 0; i < 10; i++) {
		say("PAN 80 TILT 40; PAN 0 TILT 0\n", "OK\n");
		rig_run(rig, rig->now_ns + i * 300000000ULL);
		say("!\n", "OK\n");
		rig_run(rig, rig->now_ns + 2 * NS_PER_S);
		assert_on_line();
		rig_mark(rig);
		ck_assert_int_eq(rig_write(rig, file, "?\n"), 2);
		ck_assert_ptr_nonnull(strstr(rig_answers(rig, file), "STATE=HOLD"));
		say("PAN 10 TILT 5\n", "OK\n");
		rig_run(rig, rig->now_ns + NS_PER_S);
		ck_assert_uint_eq(rig->rises, 0);
		ck_assert_int_eq(rig_write(rig, file, "PAN 9 TILT 9 IN 1ms\n"),
				 -EDOM);
		rig_answers(rig, file);
		say("~\n", "OK\n");
		assert_steps(889, 444);
		assert_on_line();
		say("PAN 0 TILT 0\nSYNC\n", "OK\nOK\n");
	}
}
END_TEST

START_TEST(a_held_time_goes_on)
{
	u64 start_ns = rig->now_ns;

	say("PAN 60 IN 10s; WAIT 10s; PAN 0 IN 10s\n", "OK\n");
	rig_run(rig, start_ns + 5 * NS_PER_S);
	say("PAUSE\n", "OK\n");
	rig_run(rig, start_ns + 100 * NS_PER_S);
	say("RESUME\n", "OK\n");
	rig_run(rig, start_ns + 110 * NS_PER_S);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], 5333);
	say("PAUSE\n", "OK\n");
	rig_run(rig, start_ns + 200 * NS_PER_S);
	say("RESUME\n", "OK\n");
	rig_run_to_rest(rig);
	/* 30 s, 95 s and 90 s on hold, a fraction of a second to slow down. */
	ck_assert_double_eq_tol((rig->now_ns - start_ns) / 1e9, 215, 0.7);
	assert_steps(0, 0);
}
END_TEST

START_TEST(a_time_is_held_again)
{
	u64 start_ns = rig->now_ns;

	say("PAN 60 IN 12s\n", "OK\n");
	rig_run(rig, start_ns + 6 * NS_PER_S);
	say("PAUSE\n", "OK\n");
	rig_run(rig, start_ns + 10 * NS_PER_S);
	say("RESUME\nPAUSE\nRESUME\n", "OK\nOK\nOK\n");
	rig_run(rig, start_ns + 13 * NS_PER_S);
	say("PAUSE\nRESUME\n", "OK\nOK\n");
	rig_run_to_rest(rig);
	/* half of its way, a quarter and the last, and 4 s on hold */
	ck_assert_double_eq_tol((rig->now_ns - start_ns) / 1e9, 16, 0.5);
	assert_steps(5333, 0);
}
END_TEST

START_TEST(what_is_queued_may_be_held_again_at_once)
{
	say("PVT PAN 1 2 IN 1s\nTILT 5; TILT 9\n", "OK\nOK\n");
	/* these are planned by then, and next to nothing is left of the point or its stop */
	rig_run(rig, rig->now_ns + NS_PER_S - 5000000 + _i * 1000000);
	say("PAUSE\n", "OK\n");
	rig_run(rig, rig->now_ns + 30 * NS_PER_S);
	say("RESUME\nPAUSE\n", "OK\nOK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("RESUME\nSYNC\nTILT?\n", "OK\nOK\nTILT=9.000000 STEPS=800\nOK\n");
}
END_TEST

START_TEST(stop_and_halt_end_a_hold)
{
	say("PAN 80; PAN 0\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("PAUSE\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("STOP; PAN?\n", "PAN=60.063750 STEPS=5339\nOK\n");
	rig_run_to_rest(rig);
	say("PAN 0\nSYNC\n", "OK\nOK\n");
	say("PAUSE; PAN 1\n", "OK\n");
	assert_steps(0, 0);
	say("RESUME; PAN 0\nSYNC\n", "OK\nOK\n");
	say("PAN 1; PAUSE; RESUME; PAUSE\n", "OK\n");
	assert_steps(0, 0);
	say("PAN 3; HALT\n", "OK\n");
	say("RESET; PAN 0\n", "OK\n");
}
END_TEST

START_TEST(now_turns_round_in_mid_move)
{
	say("PAN 80; PAN 70\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	rig_mark(rig);
	say("NOW PAN 40 TILT 5\nSYNC\n", "OK\nOK\n");
	assert_steps(3556, 444);
	/* It was at 45 deg with 60 deg/s: 15.1 deg more, then back. */
	ck_assert_uint_ge(rig->rises, 444 + 1340 + 1786 - 20);
	ck_assert_uint_le(rig->rises, 444 + 1340 + 1786 + 40);
	say("PAN?\n", "PAN=40.000000 STEPS=3556\nOK\n");
	say("NOW PAN BY -40\nSYNC\nPAN?\n",
	    "OK\nOK\nPAN=0.000000 STEPS=0\nOK\n");
	refused("NOW PAN 171\n", ERANGE, "ERR 34 ERANGE 9 PAN 171 is beyond MAX 170\n");
	refused("NOW PAN 1 IN 3s\n", EINVAL,
		"ERR 22 EINVAL 14 NOW goes as fast as AT allows, not IN a time\n");
}
END_TEST

START_TEST(run_goes_on_until_told_otherwise)
{
	say("RUN PAN 5 TILT -2\n", "OK\n");
	rig_run(rig, rig->now_ns + 10 * NS_PER_S);
	ck_assert_int_le(llabs(rig->head.position[HEAD_PAN] - 4435), 10);
	ck_assert_int_le(llabs(rig->head.position[HEAD_TILT] + 1776), 10);
	/* Tilt goes on when pan alone is told something. */
	say("RUN PAN -10\n", "OK\n");
	rig_run(rig, rig->now_ns + 5 * NS_PER_S);
	ck_assert_int_le(llabs(rig->head.position[HEAD_PAN]), 80);
	ck_assert_int_le(llabs(rig->head.position[HEAD_TILT] + 2665), 20);
	say("RUN PAN 0 TILT 20%\nSYNC\n", "OK\nOK\n");
	/* It came to rest on its soft limit. */
	ck_assert_int_eq(rig->head.position[HEAD_TILT], 8000);
	say("TILT?\n", "TILT=90.000000 STEPS=8000\nOK\n");
	refused("RUN PAN 91\n", EDOM, "ERR 33 EDOM 9 faster than MAXSPEED of PAN\n");
}
END_TEST

/* As on two lines: what the one leaves out goes on. */
START_TEST(runs_of_a_line_do_not_end_each_other)
{
	s64 pan, tilt;

	say("RUN PAN 5; RUN TILT 20; RUN TILT 10\n", "OK\n");
	rig_run(rig, rig->now_ns + 2 * NS_PER_S);
	pan = rig->head.position[HEAD_PAN];
	tilt = rig->head.position[HEAD_TILT];
	rig_run(rig, rig->now_ns + NS_PER_S);
	ck_assert_int_le(llabs(rig->head.position[HEAD_PAN] - pan - 444), 1);
	ck_assert_int_le(llabs(rig->head.position[HEAD_TILT] - tilt - 889), 1);
	say("STOP; RUN PAN 5; STOP; RUN TILT 5\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	pan = rig->head.position[HEAD_PAN];
	rig_run(rig, rig->now_ns + NS_PER_S);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], pan);
	say("STOP\n", "OK\n");
}
END_TEST

/* Nor does what a command between them ended go on. */
START_TEST(a_run_after_other_commands_of_its_line_is_as_on_a_line_of_its_own)
{
	static const char *const before[] = { "NOW PAN 3", "STOP", "STOP PAN", "PAUSE",
					      "RUN TILT 1", "NOW PAN 3; RUN TILT 9" };
	s64 place[2][HEAD_AXES];
	char line[64];
	unsigned int i, axis, whole;

	for (i = 0; i < ARRAY_SIZE(before); i++) {
		for (whole = 0; whole < 2; whole++) {
			say("PAN 0 TILT 0; SYNC\nRUN PAN 20\n", "OK\nOK\n");
			rig_run(rig, rig->now_ns + NS_PER_S);
			snprintf(line, sizeof(line), "%s%sRUN TILT 5\n", before[i],
				 whole ? "; " : "\n");
			ck_assert_int_gt(rig_write(rig, file, line), 0);
			rig_answers(rig, file);
			rig_run(rig, rig->now_ns + 3 * NS_PER_S);
			place[whole][HEAD_PAN] = rig->head.position[HEAD_PAN];
			place[whole][HEAD_TILT] = rig->head.position[HEAD_TILT];
			say("STOP\nSYNC\n", "OK\nOK\n");
		}
		for (axis = 0; axis < HEAD_AXES; axis++)
			ck_assert_msg(llabs(place[1][axis] - place[0][axis]) < 20,
				      "%s: axis %u: %lld, not %lld", before[i], axis,
				      place[1][axis], place[0][axis]);
	}
}
END_TEST

START_TEST(run_with_for_needs_to_be_told_again)
{
	s64 steps;
	int i;

	for (i = 0; i < 20; i++) {
		say("RUN PAN 10 FOR 500ms\n", "OK\n");
		rig_run(rig, rig->now_ns + 100000000);
	}
	steps = rig->head.position[HEAD_PAN];
	ck_assert_int_le(llabs(steps - 1738), 30);
	rig_run_to_rest(rig);
	steps = rig->head.position[HEAD_PAN] - steps;
	ck_assert_int_le(llabs(steps - 400), 30);
	say("PAN 0\n", "OK\n");
}
END_TEST

START_TEST(run_for_no_time_hardly_moves)
{
	say("RUN PAN 5 FOR 0s\nSYNC\n", "OK\nOK\n");
	assert_steps(0, 0);
}
END_TEST

START_TEST(a_run_that_would_slow_down_for_ages_is_refused)
{
	static const char fast[] =
		"SET PAN UNIT steps; SET PAN SCALE 1; SET PAN MAX 999999999\n"
		"SET PAN MAXSPEED 100000; SET PAN MAXACCEL 1000000; "
		"SET PAN ACCEL 1000000; RUN PAN 90000\n";

	ck_assert_int_eq(rig_write(rig, file, fast), strlen(fast));
	rig_run(rig, rig->now_ns + NS_PER_S);
	rig_answers(rig, file);
	say("SET PAN ACCEL 0.000001\n", "SET PAN ACCEL 1000000\nOK\n");
	/* The machine knows what it was begun under; were it to forget that: */
	axis_forget_limits(&rig->machine.state.axis[HEAD_PAN]);
	ck_assert_int_eq(rig_write(rig, file, "RUN PAN 1\n"), -EDOM);
	ck_assert_str_eq(rig_answers(rig, file),
			 "ERR 33 EDOM 1 too far at this speed\n");
	say("SET PAN ACCEL 1000000; STOP\n", "SET PAN ACCEL 0.000001\nOK\n");
	rig_run_to_rest(rig);
}
END_TEST

START_TEST(what_a_stop_leaves_can_be_held)
{
	say("PAN 60 TILT 40\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S / 2);
	say("STOP PAN\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S / 20);
	say("PAUSE\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("RESUME\nSYNC\n", "OK\nOK\n");
	ck_assert_int_eq(rig->head.position[HEAD_TILT], 3556);
	ck_assert_int_eq(rig_write(rig, file, "TILT?\n"), 6);
	ck_assert_str_eq(rig_answers(rig, file), "TILT=40.000000 STEPS=3556\nOK\n");
}
END_TEST

START_TEST(a_run_can_be_held)
{
	say("RUN PAN 10\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("PAUSE\n", "OK\n");
	rig_run(rig, rig->now_ns + 2 * NS_PER_S);
	rig_mark(rig);
	rig_run(rig, rig->now_ns + NS_PER_S);
	ck_assert_uint_eq(rig->rises, 0);
	say("RESUME\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	ck_assert_uint_gt(rig->rises, 830);
	ck_assert_uint_lt(rig->rises, 890);
	say("STOP\n", "OK\n");
	ck_assert_double_lt(seconds_to_rest(), 0.1);
}
END_TEST

/* A circle of 20 deg round (0, 20), a point every 40 ms: 1 turn in 10 s. */
START_TEST(points_make_a_path)
{
	char line[100];
	double a;
	int i;

	say("TILT 40\nSYNC\n", "OK\nOK\n");
	for (i = 1; i <= 250; i++) {
		a = i * 2 * M_PI / 250;
		snprintf(line, sizeof(line),
			 "PVT PAN %.6f %.6f TILT %.6f %.6f IN 40ms\n",
			 20 * sin(a), 4 * M_PI * cos(a),
			 20 + 20 * cos(a), -4 * M_PI * sin(a));
		if (i == 1)
			snprintf(line, sizeof(line),
				 "PVT PAN %.6f %.6f TILT %.6f %.6f IN 200ms\n",
				 20 * sin(a), 4 * M_PI * cos(a),
				 20 + 20 * cos(a), -4 * M_PI * sin(a));
		say(line, "OK\n");
	}
	/* From 12.6 deg/s at 180 deg/s² it took half a degree more to rest. */
	rig_run_to_rest(rig);
	ck_assert_int_ge(rig->head.position[HEAD_PAN], 30);
	ck_assert_int_le(rig->head.position[HEAD_PAN], 50);
	ck_assert_uint_eq(rig->machine.state.done, 251);
	say("TILT 40\nSYNC\nTILT?\n", "OK\nOK\nTILT=40.000000 STEPS=3556\nOK\n");
}
END_TEST

/*
 * A stream that leads to MAX, and what takes over from it at any moment while its speed
 * would, under JERK, lead beyond.
 */
START_TEST(what_ends_a_stream_keeps_to_max)
{
	static const char *const ends[] = { "STOP\n", "STOP PAN\n", "NOW PAN 0\n",
					    "RUN PAN 5\n", "RUN TILT 1\n", "NOW TILT 1\n" };
	s64 most = 170 * 32000 / 360;
	unsigned int end, ms, close = 0;

	say("SET PAN JERK 60; SET TILT JERK 60\n", "SET PAN JERK 0\nSET TILT JERK 0\nOK\n");
	for (end = 0; end < ARRAY_SIZE(ends); end++) {
		for (ms = 10; ms < 600; ms += 35) {
			say("PAN 160; SYNC\n", "OK\n");
			say("PVT PAN 170 0 IN 600ms\n", "OK\n");
			rig_run(rig, rig->now_ns + ms * 1000000);
			say(ends[end], "OK\n");
			while (rig->machine.state.done != rig->machine.state.queued) {
				rig_run(rig, rig->now_ns + 2000000);
				ck_assert_msg(rig->head.position[HEAD_PAN] <= most, "%u ms: %s", ms,
					      ends[end]);
			}
			close += rig->head.position[HEAD_PAN] > most - 500;
			say("STOP; RESET\n", "OK\n");
			rig_run_to_rest(rig);
		}
	}
	ck_assert_uint_gt(close, 50);
}
END_TEST

START_TEST(a_stream_that_starves_comes_to_rest)
{
	char expected[64];

	say("PVT PAN 1 10 IN 200ms\nPVT PAN 2 10 IN 100ms\n", "OK\nOK\n");
	rig_run_to_rest(rig);
	/* 2 deg, and the stop from 10 deg/s at 180 deg/s². */
	ck_assert_int_ge(rig->head.position[HEAD_PAN], 178 + 20);
	ck_assert_int_le(rig->head.position[HEAD_PAN], 178 + 30);
	snprintf(expected, sizeof(expected), " STEPS=%lld\nOK\n",
		 rig->head.position[HEAD_PAN]);
	ck_assert_int_eq(rig_write(rig, file, "PAN?\n"), 5);
	ck_assert_ptr_nonnull(strstr(rig_answers(rig, file), expected));
	refused("PVT PAN 90 0 IN 100ms\n", EDOM,
		"ERR 33 EDOM 9 on the way PAN is faster than MAXSPEED or its pins allow\n");
	refused("PVT PAN 3 0 IN 30ms\n", EDOM,
		"ERR 33 EDOM 9 on the way PAN accelerates more than MAXACCEL\n");
	refused("PVT PAN 171 0 IN 100s\n", ERANGE,
		"ERR 34 ERANGE 9 PAN 171 is beyond MAX 170\n");
	/* MAX may be next to a half of a step: 23.499981 */
	say("SET TILT SCALE 11469/1; SET TILT MIN 0; SET TILT MAX 0.002049\n",
	    "SET TILT SCALE 800/9\nSET TILT MIN -45\nSET TILT MAX 90\nOK\n");
	say("PVT TILT 0.002049 0 IN 1s\n", "OK\n");
	say("PAN 0\nSYNC\n", "OK\nOK\n");
}
END_TEST

START_TEST(a_trigger_comes_between_moves)
{
	u64 now_ns;

	refused("TRIGGER 1 50ms\n", ENODEV, "ERR 19 ENODEV 9 no output 1\n");
	rig->machine.outputs = 1;
	say("PAN 1; TRIGGER 1 50ms; PAN 2\nSYNC\n", "OK\nOK\n");
	ck_assert_uint_eq(rig->aux_rises, 1);
	ck_assert_uint_eq(rig->aux_fell_ns - rig->aux_rose_ns, 50000000);
	assert_steps(178, 0);
	now_ns = rig->now_ns;
	say("TRIGGER 1 10s\n", "OK\n");
	rig_run(rig, now_ns + NS_PER_S);
	ck_assert_uint_eq(rig->aux_rises, 2);
	say("HALT\n", "OK\n");
	rig_run(rig, now_ns + 2 * NS_PER_S);
	ck_assert_uint_lt(rig->aux_fell_ns, now_ns + 2 * NS_PER_S);
	ck_assert_uint_gt(rig->aux_fell_ns, rig->aux_rose_ns);
	refused("RESET; TRIGGER 2 1s\n", ENODEV, "ERR 19 ENODEV 16 no output 2\n");
	say("RESET\n", "OK\n");
}
END_TEST

START_TEST(drivers_settle_before_the_first_step)
{
	u64 start_ns = rig->now_ns;

	say("SET PAN ENABLEDELAY 100ms; SET PAN IDLE 1s\n",
	    "SET PAN ENABLEDELAY 1ms\nSET PAN IDLE 0us\nOK\n");
	say("ENABLE; PAN 5\nSYNC\n", "OK\nOK\n");
	ck_assert_uint_ge(rig->first_rise_ns - start_ns, 100000000);
	say("RELEASE\n", "OK\n");
	rig_run(rig, rig->now_ns + 10 * NS_PER_S);
	/* IDLE counts from ENABLE, if that came after the last move. */
	say("ENABLE PAN\n", "OK\n");
	rig_run(rig, rig->now_ns + NS_PER_S / 2);
	ck_assert(!head_level(&rig->head, HEAD_LINE(HEAD_PAN, HEAD_ENABLE)));
	rig_run(rig, rig->now_ns + NS_PER_S);
	ck_assert(head_level(&rig->head, HEAD_LINE(HEAD_PAN, HEAD_ENABLE)));
	rig_mark(rig);
	start_ns = rig->now_ns;
	say("PAN 6\nNOW PAN 4\nSYNC\n", "OK\nOK\nOK\n");
	ck_assert_uint_ge(rig->first_rise_ns - start_ns, 100000000);
}
END_TEST

START_TEST(a_full_queue_can_be_held)
{
	int i;

	say("SET PAN JERK 1200; SET PAN ACCEL 60\n",
	    "SET PAN JERK 0\nSET PAN ACCEL 120\nOK\n");
	for (i = 0; i < QUEUE_MAX; i++) {
		const char *line = i & 1 ? "PAN 0 AT 30\n" : "PAN 80 AT 30\n";

		ck_assert_int_eq(rig_write_nonblocking(rig, file, line), strlen(line));
	}
	rig_answers(rig, file);
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("PAUSE\nRESUME\n", "OK\nOK\n");
	say("STOP\n", "OK\n");
}
END_TEST

START_TEST(stop_keeps_what_is_said_was)
{
	say("PAN IS 5; STOP; PAN?\n", "PAN=5.000000 STEPS=0\nOK\n");
	say("PAN 6; STOP; PAN?\n", "PAN=5.000000 STEPS=0\nOK\n");
	say("PAN IS 7; PAN 9; STOP; PAN?\n", "PAN=7.000000 STEPS=0\nOK\n");
	say("PAN 8; HALT\n", "OK\n");
	say("RESET; PAN?\n", "PAN=7.000000 STEPS=0\nOK\n");
	refused("PAN 9 IN 2562047h\n", EDOM,
		"ERR 33 EDOM 1 takes longer than any plan may\n");
}
END_TEST

/* An acceleration that lower limits could not take back must not run away. */
START_TEST(limits_that_are_lowered_in_motion_do_not_run_away)
{
	static const char *const what[] = { "NOW PAN -23.5\n", "RUN PAN -5\n",
					    "STOP\n", "PAUSE\n" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(what); i++) {
		say("STOP; SET PAN JERK 1200\n",
		    i ? "SET PAN JERK 5.4\nOK\n" : "SET PAN JERK 0\nOK\n");
		say("PAN 0\nSYNC\n", "OK\nOK\n");
		rig_mark(rig);
		say("PAN 8.3\n", "OK\n");
		rig_run(rig, rig->now_ns + 81759000);
		say("SET PAN JERK 5.4\n", "SET PAN JERK 1200\nOK\n");
		say(what[i], "OK\n");
		rig_run(rig, rig->now_ns + 500000000);
		ck_assert_int_lt(rig->head.position[HEAD_PAN], 738);
		rig_run(rig, rig->now_ns + 20 * NS_PER_S);
		ck_assert_int_lt(rig->head.position[HEAD_PAN], 738);
		ck_assert_uint_gt(rig->shortest_ns[HEAD_PAN], 125000);
	}
	say("STOP\n", "OK\n");
}
END_TEST

START_TEST(home_needs_a_switch)
{
	refused("HOME TILT\n", ENODEV, "ERR 19 ENODEV 1 TILT has no home switch\n");
}
END_TEST

START_TEST(names_of_axes_are_checked)
{
	static const char *const bad[] = { "", "PAN", "pan", "9x", "a-b", "STOP",
					   "AT", "deg", "SPEED", "QUEUE",
					   "ABCDEFGHIJKLMNOP" };
	struct error_report report;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(machine_add_axis(&rig->machine, bad[i], &report),
				 -EINVAL);
	ck_assert_int_eq(machine_add_axis(&rig->machine, "slide_2", &report), 2);
	ck_assert_str_eq(rig->machine.names.name[2], "SLIDE_2");
	ck_assert_int_eq(machine_configure(&rig->machine, 1, " MIN -3 ;; MAX 4; ", &report), 0);
	ck_assert_int_eq(machine_configure(&rig->machine, 1, "MIN -2; MAX x", &report), -EINVAL);
	ck_assert_int_eq(machine_configure(&rig->machine, 2, "SPEED x", &report),
			 -EINVAL);
}
END_TEST

Suite *machine_suite(void);

Suite *machine_suite(void)
{
	Suite *suite = suite_create("machine");
	TCase *tests = tcase_create("machine");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, pan_turns_the_motor);
	tcase_add_test(tests, axes_of_a_move_start_and_end_together);
	tcase_add_test(tests, duration_is_that_of_the_trapezoid);
	tcase_add_test(tests, relative_moves_add_exactly);
	tcase_add_test(tests, units_are_converted);
	tcase_add_test(tests, a_bad_command_spoils_its_line);
	tcase_add_test(tests, impossible_speeds_and_times_are_refused);
	tcase_add_test(tests, speeds_that_the_host_cannot_serve_are_refused);
	tcase_add_test(tests, what_edges_cost_limits_the_rate);
	tcase_add_test(tests, bytes_that_no_line_holds_move_nothing);
	tcase_add_test(tests, a_line_too_long_is_swallowed_to_its_end);
	tcase_add_test(tests, a_write_ends_short_of_a_bad_line);
	tcase_add_test(tests, lines_may_come_in_pieces);
	tcase_add_test(tests, a_full_queue_takes_whole_lines);
	tcase_add_test(tests, a_blocked_write_goes_on_when_there_is_room);
	tcase_add_test(tests, stop_slows_down_and_drops_the_queue);
	tcase_add_test(tests, stop_counts_wherever_it_is_in_its_line);
	tcase_add_test(tests, stop_at_any_moment_leaves_whole_steps);
	tcase_add_test(tests, no_step_goes_beyond_a_corner_on_max);
	tcase_add_test(tests, stop_need_not_wait_for_what_has_slipped);
	tcase_add_test(tests, stop_ends_when_the_last_axis_rests);
	tcase_add_test(tests, stop_stops_what_is_about_to_begin);
	tcase_add_test(tests, a_move_obeys_the_inversion_before_it);
	tcase_add_test(tests, halt_before_the_first_step_forgets_the_target);
	tcase_add_test(tests, halt_gives_no_more_pulses);
	tcase_add_loop_test(tests, a_line_goes_on_behind_halt_as_lines_do, 0, 50);
	tcase_add_test(tests, a_line_goes_on_from_where_halt_took_effect);
	tcase_add_test(tests, what_counts_from_where_halt_leaves_the_axes_is_refused);
	tcase_add_test(tests, a_move_does_not_wait_for_what_halt_dropped);
	tcase_add_test(tests, sync_waits_for_all_that_was_queued);
	tcase_add_test(tests, sync_tells_of_a_stop);
	tcase_add_test(tests, sync_tells_of_an_alarm);
	tcase_add_test(tests, a_signal_in_sync_doubles_nothing);
	tcase_add_test(tests, settings_are_printed_as_they_are_written);
	tcase_add_test(tests, a_limit_takes_along_what_it_limits);
	tcase_add_test(tests, a_speed_may_be_a_percentage);
	tcase_add_test(tests, a_place_beyond_the_limits_can_only_be_left);
	tcase_add_test(tests, a_setting_is_in_range_in_the_axis_unit);
	tcase_add_test(tests, guarded_settings_need_privilege);
	tcase_add_test(tests, scale_and_is_move_nothing);
	tcase_add_test(tests, invert_turns_the_other_way);
	tcase_add_test(tests, a_reader_gets_one_status_line);
	tcase_add_test(tests, jerk_is_limited_unless_it_is_0);
	tcase_add_test(tests, presets_are_places_of_all_axes);
	tcase_add_test(tests, wait_lets_time_pass);
	tcase_add_test(tests, outputs_are_switched);
	tcase_add_test(tests, errors_are_kept_for_those_who_cannot_read);
	tcase_add_test(tests, those_who_watch_are_told);
	tcase_add_test(tests, those_who_watch_are_told_of_what_was_dropped);
	tcase_add_test(tests, what_rests_is_at_its_target_while_others_move);
	tcase_add_test(tests, answers_are_lost_by_number);
	tcase_add_test(tests, an_idle_driver_is_switched_off);
	tcase_add_test(tests, a_move_finds_its_driver_on);
	tcase_add_test(tests, a_held_move_goes_on_where_it_was);
	tcase_add_test(tests, a_held_time_goes_on);
	tcase_add_test(tests, a_time_is_held_again);
	tcase_add_loop_test(tests, what_is_queued_may_be_held_again_at_once, 0, 30);
	tcase_add_test(tests, stop_and_halt_end_a_hold);
	tcase_add_test(tests, now_turns_round_in_mid_move);
	tcase_add_test(tests, run_goes_on_until_told_otherwise);
	tcase_add_test(tests, runs_of_a_line_do_not_end_each_other);
	tcase_add_test(tests, a_run_after_other_commands_of_its_line_is_as_on_a_line_of_its_own);
	tcase_add_test(tests, run_with_for_needs_to_be_told_again);
	tcase_add_test(tests, run_for_no_time_hardly_moves);
	tcase_add_test(tests, a_run_that_would_slow_down_for_ages_is_refused);
	tcase_add_test(tests, a_run_can_be_held);
	tcase_add_test(tests, what_a_stop_leaves_can_be_held);
	tcase_add_test(tests, points_make_a_path);
	tcase_add_test(tests, what_ends_a_stream_keeps_to_max);
	tcase_add_test(tests, a_stream_that_starves_comes_to_rest);
	tcase_add_test(tests, a_trigger_comes_between_moves);
	tcase_add_test(tests, drivers_settle_before_the_first_step);
	tcase_add_test(tests, a_full_queue_can_be_held);
	tcase_add_test(tests, stop_keeps_what_is_said_was);
	tcase_add_test(tests, limits_that_are_lowered_in_motion_do_not_run_away);
	tcase_add_test(tests, home_needs_a_switch);
	tcase_add_test(tests, names_of_axes_are_checked);
	suite_add_tcase(suite, tests);
	return suite;
}
