// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of streams that are held: random streams are held and let go at random
 * instants, while their points still come. The axes never leave the path that the points
 * describe, nor the limits, and end where they would have without.
 */
#include <check.h>
#include <stdlib.h>

#include "random.h"
#include "rig.h"

#define POINTS_MAX 1200
#define SLICE_NS 500000
#define STEPS_PER_DEGREE (32000.0 / 360)
/* Of a step: a sixty-fourth for each hold whose change of speed comes here. */
#define NEAR 0.04

/* Where the path goes on after a time, and how fast; both axes, degrees. */
struct knot {
	double time; /* s, since the stream began */
	double position[HEAD_AXES];
	double speed[HEAD_AXES];
};

static struct rig *rig;
static struct session *file;
static struct knot knot[POINTS_MAX + 1];
static unsigned int points, sent;
static double along; /* the path: where the axes were last, s */
static double farthest; /* from it, steps */
static double off_plan; /* the motors, steps */
static double fastest, hardest; /* of MAXSPEED and MAXACCEL */

static void set_up(void)
{
	rig = rig_new();
	file = rig_open(rig, true);
	sent = 0;
	along = 0;
	farthest = 0;
	off_plan = 0;
	fastest = 0;
	hardest = 0;
}

static void tear_down(void)
{
	rig_end(rig, file);
}

static void say(const char *line)
{
	rig_say(rig, file, line, "OK\n");
}

static double to_micro(double value)
{
	return rint(1e6 * value) / 1e6;
}

/* One that begins at rest: two sines, at most as fast as may be, a point every @period. */
static void make_path(unsigned int count, double period, double share)
{
	double turn[HEAD_AXES], size[HEAD_AXES];
	unsigned int i, axis;

	points = count;
	for (axis = 0; axis < HEAD_AXES; axis++) {
		turn[axis] = random_between(0.5, 4);
		size[axis] = min(share * 180 / (turn[axis] * turn[axis]), share * 80 / turn[axis]);
		size[axis] = min(size[axis], 20.0);
		if (random_below(2))
			size[axis] = -size[axis];
	}
	for (i = 0; i <= count; i++) {
		knot[i].time = i * period;
		for (axis = 0; axis < HEAD_AXES; axis++) {
			double phase = turn[axis] * knot[i].time;

			knot[i].position[axis] = to_micro(size[axis] * (1 - cos(phase)));
			knot[i].speed[axis] = to_micro(size[axis] * turn[axis] * sin(phase));
		}
	}
}

/* Write as many of the points as are taken. */
static void send(void)
{
	char line[128];

	for (; sent != points; sent++) {
		const struct knot *to = &knot[sent + 1];
		s64 status;

		snprintf(line, sizeof(line), "PVT PAN %.6f %.6f TILT %.6f %.6f IN %.0fus\n",
			 to->position[HEAD_PAN], to->speed[HEAD_PAN], to->position[HEAD_TILT],
			 to->speed[HEAD_TILT], 1e6 * (to->time - to[-1].time));
		status = rig_write_nonblocking(rig, file, line);
		if (status == -EAGAIN)
			return;
		ck_assert_msg(status == (s64)strlen(line), "point %u: %s", sent,
			      rig_answers(rig, file));
		rig_answers(rig, file);
	}
}

/* The path at @time, in steps. */
static void path_at(double time, double position[HEAD_AXES])
{
	unsigned int i = min((double)points - 1, time / (knot[1].time - knot[0].time));
	double span = knot[i + 1].time - knot[i].time;
	double u = (time - knot[i].time) / span;
	unsigned int axis;

	for (axis = 0; axis < HEAD_AXES; axis++) {
		const struct knot *a = &knot[i], *b = &knot[i + 1];

		position[axis] = (1 + 2 * u) * (1 - u) * (1 - u) * a->position[axis] +
				 u * (1 - u) * (1 - u) * span * a->speed[axis] +
				 u * u * (3 - 2 * u) * b->position[axis] -
				 u * u * (1 - u) * span * b->speed[axis];
		position[axis] *= STEPS_PER_DEGREE;
	}
}

static double distance(const double here[HEAD_AXES], double time)
{
	double there[HEAD_AXES];

	path_at(time, there);
	return hypot(here[0] - there[0], here[1] - there[1]);
}

static double real_value(struct real real)
{
	double value = ldexp((double)real.mantissa, real.exponent);

	return real.negative ? -value : value;
}

/* Where the plan has the axes, on hold not on the step. False: nowhere yet. */
static bool find_axes(double here[HEAD_AXES])
{
	const struct segment *segment = NULL, *present = NULL;
	struct state state;
	unsigned int i;

	while ((segment = motion_next_segment(&rig->machine.motion, segment)) &&
	       segment->start_ns <= rig->now_ns)
		present = segment;
	for (i = 0; present && i < HEAD_AXES; i++) {
		state = segment_state(present, i, segment_u(present, rig->now_ns));
		here[i] = present->cubic[i].base + real_value(state.position);
	}
	return present;
}

/* How far the plan has the axes from the path: a little further on than last time. */
static void look_at_path(double longest)
{
	double low = along, high = min(along + longest, knot[points].time);
	double here[HEAD_AXES];
	unsigned int i;

	if (!find_axes(here))
		return;
	for (i = 0; i < 50; i++) {
		double third = (high - low) / 3;

		if (distance(here, low + third) < distance(here, high - third))
			high -= third;
		else
			low += third;
	}
	along = low;
	if (along > knot[points].time - 1e-5)
		return; /* in the stop behind it */
	farthest = max(farthest, distance(here, low));
	for (i = 0; i < HEAD_AXES; i++)
		off_plan = max(off_plan, fabs(rig->head.position[i] - here[i]));
}

/* How fast an axis is in the plan, and how much it accelerates. */
static void look_at_limits(void)
{
	const struct segment *segment = NULL;
	unsigned int i;

	while ((segment = motion_next_segment(&rig->machine.motion, segment))) {
		for (i = 0; i < HEAD_AXES; i++) {
			struct state a = segment_state(segment, i, 0);
			struct state b = segment_state(segment, i, segment->end);
			double most = max(fabs(real_value(a.acceleration)),
					  fabs(real_value(b.acceleration)));

			if (segment->end >> (63 - segment->time_shift) < 1000)
				continue; /* too short to tell */
			hardest = max(hardest, most * 1e18 / 180 / STEPS_PER_DEGREE);
			fastest = max(fastest, fabs(real_value(a.speed)) * 1e9 / 90 /
						       STEPS_PER_DEGREE);
		}
	}
}

static void run(double seconds)
{
	u64 until_ns = rig->now_ns + (u64)(1e9 * seconds);

	while (rig->now_ns < until_ns) {
		rig_run(rig, min(until_ns, rig->now_ns + SLICE_NS));
		send();
		look_at_path(SLICE_NS * 2e-9);
	}
	look_at_limits();
}

static bool rests(void)
{
	return sent == points && rig->machine.state.done == rig->machine.state.queued;
}

/* Play the stream and hold it @holds times. The steps at its end; how long it took. */
static double play(unsigned int holds, s64 end[HEAD_AXES])
{
	u64 start_ns = rig->now_ns;
	unsigned int i;

	send();
	for (i = 0; i < holds && !rests(); i++) {
		run(random_between(0.001, 1));
		say("PAUSE\n");
		run(random_between(0.001, 2));
		say("RESUME\n");
	}
	while (!rests())
		run(0.01);
	rig_run_to_rest(rig);
	for (i = 0; i < HEAD_AXES; i++)
		end[i] = rig->head.position[i];
	return (rig->now_ns - start_ns) / 1e9;
}

static void compare(unsigned int holds, unsigned int count, double period, double share)
{
	s64 end[HEAD_AXES], wanted[HEAD_AXES];
	unsigned int i;
	double seconds;

	make_path(count, period, share);
	seconds = play(0, wanted);
	ck_assert_double_lt(farthest, 0.001);
	tear_down();
	set_up();
	ck_assert_double_gt(play(holds, end), seconds - 0.02);
	for (i = 0; i < HEAD_AXES; i++)
		ck_assert_int_eq(end[i], wanted[i]);
	ck_assert_double_lt(farthest, NEAR);
	ck_assert_double_lt(off_plan, 0.51);
	ck_assert_double_lt(fastest, 1.0001);
	ck_assert_double_lt(hardest, 1.0001);
	ck_assert_uint_eq(rig->machine.state.done, points);
}

START_TEST(a_stream_is_held_on_its_path)
{
	random_state = 1000 + _i;
	compare(1 + _i % 5, 150, 0.04, 0.6);
}
END_TEST

START_TEST(points_may_be_many_or_few)
{
	random_state = 2000 + _i;
	compare(4, 8, random_between(0.2, 1), 0.5);
	tear_down();
	set_up();
	compare(4, 600, 0.01, 0.5);
}
END_TEST

/* Where the path takes all of MAXACCEL there is less for the hold. */
START_TEST(a_path_at_its_limits_is_held)
{
	random_state = 3000 + _i;
	compare(3, 100, 0.05, 0.99);
}
END_TEST

/* So few are queued that not all of them are needed to be as fast again. */
START_TEST(a_stream_that_is_queued_shortly_gets_up_to_speed)
{
	random_state = 4000 + _i;
	compare(6, POINTS_MAX, 0.004, 0.25);
}
END_TEST

/* Say the lines, and hold some while after the last. The steps at the end. */
static void hold_after(double seconds, const char *const lines[], s64 end[HEAD_AXES])
{
	unsigned int i;

	for (i = 0; lines[i]; i++)
		say(lines[i]);
	if (seconds > 0) {
		rig_run(rig, rig->now_ns + (u64)(1e9 * seconds));
		say("PAUSE\n");
		rig_run(rig, rig->now_ns + NS_PER_S);
		rig_mark(rig);
		rig_run(rig, rig->now_ns + NS_PER_S);
		ck_assert_uint_eq(rig->rises, 0);
		say("RESUME\n");
	}
	rig_run_to_rest(rig);
	for (i = 0; i < HEAD_AXES; i++)
		end[i] = rig->head.position[i];
}

/* Whatever is around the points in the queue. */
START_TEST(streams_are_held_among_other_commands)
{
	static const char *const lines[] = {
		"PAN 2 TILT 1\n",
		"PVT PAN 3 10 IN 250ms\n",
		"PVT PAN 4.3 15 TILT 1.3 5 IN 100ms; PVT PAN 5.3 0 TILT 2.05 5 IN 150ms\n",
		"WAIT 100ms\n",
		"PAN BY 3\n",
		"PVT PAN 6.666667 -10 IN 300ms; PVT PAN 5.7 -10 IN 100ms\n",
		"TRIGGER 1 10ms; PAN 5 TILT 5 IN 1s\n",
		NULL,
	};
	s64 end[HEAD_AXES], wanted[HEAD_AXES];
	u32 done;

	rig->machine.outputs = 1;
	hold_after(0, lines, wanted);
	ck_assert_int_eq(wanted[HEAD_PAN], 444);
	done = rig->machine.state.done;
	tear_down();
	set_up();
	rig->machine.outputs = 1;
	hold_after(0.025 * (_i + 1), lines, end);
	ck_assert_int_eq(end[HEAD_PAN], wanted[HEAD_PAN]);
	ck_assert_int_eq(end[HEAD_TILT], wanted[HEAD_TILT]);
	ck_assert_uint_eq(rig->machine.state.done, done);
	ck_assert_uint_ge(rig->aux_rises, 1);
}
END_TEST

/* What is accepted on hold is looked at as it would be without. */
START_TEST(points_are_accepted_on_hold)
{
	say("PAUSE\n");
	say("PAN 1\n");
	say("PVT PAN 2 10 IN 250ms\n");
	rig_refused(rig, file, "PVT PAN 3 99 IN 20ms\n", EDOM,
		    "ERR 33 EDOM 9 on the way PAN is faster than MAXSPEED or its pins allow\n");
	say("PVT PAN 3 10 IN 100ms; PVT PAN 3.5 0 IN 100ms\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	ck_assert_uint_eq(rig->rises, 0);
	rig_refused(rig, file, "RESUME; PVT PAN 3.5 90 IN 100ms\n", EDOM,
		    "ERR 33 EDOM 17 on the way PAN accelerates more than MAXACCEL\n");
	say("RESUME; PVT PAN 4 0 IN 200ms\n");
	rig_run(rig, rig->now_ns + 600000000);
	say("PAUSE\n");
	say("PVT PAN 5 0 IN 500ms\n");
	rig_refused(rig, file, "NOW PAN 3; PAUSE; PVT PAN 6 0 IN 1ms\n", EBUSY,
		    "ERR 16 EBUSY 19 a point after PAUSE needs a line of its own\n");
	say("RESUME\n");
	rig_run(rig, rig->now_ns + 500000000);
	rig_refused(rig, file, "PVT PAN 6 0 IN 500ms; PAUSE\n", EBUSY,
		    "ERR 16 EBUSY 23 PAUSE after a point needs a line of its own while axes move\n");
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], 444);
}
END_TEST

/* At rest a line may begin with points and be held; it is as if they came one by one. */
START_TEST(points_and_a_hold_in_one_line)
{
	static const char *const lines[][2] = {
		{ "PVT PAN 6 5 IN 2s; PAUSE\n", "PVT PAN 6 5 IN 2s\nPAUSE\n" },
		{ "PAN 1; PVT PAN 6 5 IN 2s; PAUSE\n", "PAN 1\nPVT PAN 6 5 IN 2s\nPAUSE\n" },
		{ "PVT PAN 6 5 IN 2s; PAUSE; PVT PAN 7 5 IN 200ms\n",
		  "PVT PAN 6 5 IN 2s\nPAUSE\nPVT PAN 7 5 IN 200ms\n" },
		{ "PVT PAN 6 5 IN 2s; PAUSE; RESUME; PAUSE; PAN 9\n",
		  "PVT PAN 6 5 IN 2s\nPAUSE\nRESUME\nPAUSE\nPAN 9\n" },
	};
	s64 position[2], target[2];
	u64 took_ns[2];
	int i;

	for (i = 0; i < 2; i++) {
		if (i) {
			tear_down();
			set_up();
		}
		rig_say(rig, file, "SET PAN BACKLASH 1; PAN 3; PAN 2\n",
			"SET PAN BACKLASH 0\nOK\n");
		rig_run_to_rest(rig);
		rig_mark(rig);
		ck_assert_int_eq(rig_write(rig, file, lines[_i][i]), strlen(lines[_i][i]));
		rig_answers(rig, file);
		rig_run(rig, rig->now_ns + NS_PER_S);
		ck_assert_uint_eq(rig->rises, 0);
		say("PVT PAN 8 0 IN 2s\n");
		rig_run(rig, rig->now_ns + NS_PER_S);
		ck_assert_uint_eq(rig->rises, 0);
		took_ns[i] = rig->now_ns;
		say("RESUME\n");
		rig_run_to_rest(rig);
		took_ns[i] = rig->now_ns - took_ns[i];
		position[i] = rig->head.position[HEAD_PAN];
		target[i] = rig->machine.state.axis[HEAD_PAN].target;
	}
	ck_assert_int_eq(position[0], position[1]);
	ck_assert_int_eq(target[0], target[1]);
	/* line by line the stream had begun, by less than a step */
	ck_assert_double_eq_tol(took_ns[0] / 1e9, took_ns[1] / 1e9, 0.003);
}
END_TEST

/* A hold is over with what is dropped. */
START_TEST(a_stream_on_hold_can_be_dropped)
{
	static const char *const ends[] = {
		"STOP\n",
		"NOW PAN 10\n",
		"HALT\nRESET\n",
		"RUN PAN 5 FOR 1s\n",
		"STOP PAN\n",
		"RESUME; NOW PAN 10\n",
		"STOP; PVT PAN 9 0 IN 10s\n",
	};
	unsigned int i;

	random_state = 1;
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		sent = 0;
		make_path(50, 0.04, 0.5);
		say("PAN 0 TILT 0\n");
		rig_run_to_rest(rig);
		while (sent < 40) {
			send();
			rig_run(rig, rig->now_ns + 10000000);
		}
		say("PAUSE\n");
		rig_run(rig, rig->now_ns + random_below(800000000));
		ck_assert_int_gt(rig_write(rig, file, ends[i]), 0);
		rig_answers(rig, file);
		rig_run_to_rest(rig);
		ck_assert(!rig->machine.state.hold);
		ck_assert_uint_eq(rig->machine.state.done, rig->machine.state.queued);
	}
	/* No segment is lost: all but those of the last moves are free. */
	say("PAN 0 TILT 0; PAUSE; RESUME\n");
	rig_run_to_rest(rig);
	say("WAIT 1ms\n");
	rig_run_to_rest(rig);
	ck_assert_uint_ge(rig->machine.motion.pool.free_count, SEGMENTS_MAX - 8);
}
END_TEST

/* Its segments are none any more. */
START_TEST(no_point_goes_on_from_a_stream_that_was_dropped)
{
	say("PVT PAN 7 0 IN 1s\n");
	say("PAUSE\n");
	rig_run(rig, rig->now_ns + 5003000);
	say("STOP\n");
	say("PVT PAN 7 0 IN 1s\n");
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], 622);
}
END_TEST

/* Nor does one of the line that drops it, long after all has come to rest. */
START_TEST(no_point_goes_on_from_a_stream_that_its_line_drops)
{
	say("PVT PAN 7 0 TILT 3 0 IN 10s\n");
	rig_run(rig, rig->now_ns + 5 * NS_PER_S);
	say("PAUSE\n");
	rig_run(rig, rig->now_ns + NS_PER_S);
	say("STOP; PVT PAN 9 0 IN 2s\n");
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_PAN], 800);
	say("TILT 3\n");
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_TILT], 267);
}
END_TEST

Suite *hold_suite(void);

Suite *hold_suite(void)
{
	Suite *suite = suite_create("hold");
	TCase *tests = tcase_create("hold");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_stream_is_held_on_its_path, 0, 40);
	tcase_add_loop_test(tests, points_may_be_many_or_few, 0, 10);
	tcase_add_loop_test(tests, a_path_at_its_limits_is_held, 0, 10);
	tcase_add_loop_test(tests, a_stream_that_is_queued_shortly_gets_up_to_speed, 0, 5);
	tcase_add_loop_test(tests, streams_are_held_among_other_commands, 0, 150);
	tcase_add_test(tests, points_are_accepted_on_hold);
	tcase_add_loop_test(tests, points_and_a_hold_in_one_line, 0, 4);
	tcase_add_test(tests, a_stream_on_hold_can_be_dropped);
	tcase_add_test(tests, no_point_goes_on_from_a_stream_that_was_dropped);
	tcase_add_test(tests, no_point_goes_on_from_a_stream_that_its_line_drops);
	suite_add_tcase(suite, tests);
	return suite;
}
