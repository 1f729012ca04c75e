// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the queue's look-ahead as a whole: thousands of short moves, written one
 * by one, against the shortest time that anything could take along the same lines, by
 * a reference in long double; and moves that come at the last moment.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>

#include "reference.h"
#include "rig.h"

#define MOVES 3001

/* Of both axes, in degrees and seconds. */
struct trial_limits {
	double speed, accel, jerk, corner;
};

static struct rig *rig;
static struct session *file;
static long double vertex[MOVES + 1][HEAD_AXES];

static void set_up(void)
{
	rig = rig_new();
	file = rig_open(rig, true);
}

static void tear_down(void)
{
	rig_end(rig, file);
}

static void say(const char *line)
{
	ck_assert_int_eq(rig_write(rig, file, line), (s64)strlen(line));
	rig_answers(rig, file);
}

static void use(const struct trial_limits *setting)
{
	static const char *const names[HEAD_AXES] = { "PAN", "TILT" };
	char line[256];
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++) {
		snprintf(line, sizeof(line),
			 "SET %s MAXACCEL 100000; SET %s MAXJERK 10000000; SET %s SPEED %.6f; "
			 "SET %s ACCEL %.6f; SET %s JERK %.6f; SET %s CORNER %.6f\n",
			 names[i], names[i], names[i], setting->speed, names[i],
			 setting->accel, names[i], setting->jerk, names[i], setting->corner);
		say(line);
	}
}

/* To vertex @k, as exactly as a line can say it. */
static void move_to(unsigned int k, double pan, double tilt)
{
	char line[64];
	int numbers;

	snprintf(line, sizeof(line), "PAN %.6f TILT %.6f\n", pan, tilt);
	numbers = sscanf(line, "PAN %Lf TILT %Lf", &vertex[k][HEAD_PAN], &vertex[k][HEAD_TILT]);
	ck_assert_int_eq(numbers, 2);
	say(line);
}

/* The least of what a @limit of each axis is, divided by its @part. */
static long double share(const long double *part, double limit)
{
	long double least = INFINITY;
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++)
		if (part[i] != 0)
			least = fminl(least, limit / fabsl(part[i]));
	return least;
}

/* A move along its line; a degree of it is that of pan and tilt together. */
struct stretch {
	long double length, direction[HEAD_AXES];
	long double speed, acceleration;
	long double corner; /* the highest speed at its end */
};

static void find_line(struct stretch *line, unsigned int k, const struct trial_limits *setting)
{
	unsigned int i;

	line->length = hypotl(vertex[k][0] - vertex[k - 1][0], vertex[k][1] - vertex[k - 1][1]);
	for (i = 0; i < HEAD_AXES; i++)
		line->direction[i] = (vertex[k][i] - vertex[k - 1][i]) / line->length;
	line->speed = share(line->direction, setting->speed);
	line->acceleration = share(line->direction, setting->accel);
}

/* From @from to @to in the shortest time, without a limit of jerk. */
static long double line_time(const struct stretch *line, long double from, long double to)
{
	long double squares = from * from + to * to;
	long double peak = sqrtl(line->acceleration * line->length + squares / 2);

	if (peak <= line->speed)
		return (2 * peak - from - to) / line->acceleration;
	peak = line->speed;
	return (2 * peak - from - to) / line->acceleration +
	       (line->length - (peak * peak - squares / 2) / line->acceleration) / peak;
}

/*
 * The shortest time in which the lines through @count vertices can be gone along, with no
 * limit of jerk: a pass forward and one back give each corner its highest speed.
 */
static long double shortest_time(unsigned int count, const struct trial_limits *setting)
{
	static struct stretch line[MOVES + 1];
	long double turn[HEAD_AXES], sum = 0;
	unsigned int k, i;

	for (k = 1; k <= count; k++)
		find_line(&line[k], k, setting);
	for (k = 1; k < count; k++) {
		for (i = 0; i < HEAD_AXES; i++)
			turn[i] = line[k + 1].direction[i] - line[k].direction[i];
		line[k].corner = fminl(share(turn, setting->corner),
				       fminl(line[k].speed, line[k + 1].speed));
	}
	line[0].corner = 0;
	line[count].corner = 0;
	for (k = 1; k <= count; k++)
		line[k].corner = fminl(line[k].corner,
				       sqrtl(line[k - 1].corner * line[k - 1].corner +
					     2 * line[k].acceleration * line[k].length));
	for (k = count; k > 0; k--)
		line[k - 1].corner = fminl(line[k - 1].corner,
					   sqrtl(line[k].corner * line[k].corner +
						 2 * line[k].acceleration * line[k].length));
	for (k = 1; k <= count; k++)
		sum += line_time(&line[k], line[k - 1].corner, line[k].corner);
	return sum;
}

enum form {
	CURVE, /* with gentle and sharp bends */
	CIRCLE,
	ZIGZAG,
	FORMS
};

static double pan_of(enum form form, unsigned int k)
{
	static const double saw[] = { 0, 1, 2, 1 };

	if (form == CURVE)
		return 60 * sin(k / 300.0);
	if (form == CIRCLE)
		return 20 * sin(k / 200.0);
	return k / 25.0 + saw[k / 20 % 4];
}

static double tilt_of(enum form form, unsigned int k)
{
	if (form == CURVE)
		return 30 * sin(k / 230.0);
	if (form == CIRCLE)
		return 20 * (1 - cos(k / 200.0));
	return fabs((int)(k % 40) - 20.0) / 2;
}

/*
 * Thousands of short moves take hardly longer than the shortest time that any motion along
 * their lines could take, never shorter, and end at rest on the last target.
 */
START_TEST(short_moves_run_at_the_speed_that_the_limits_allow)
{
	static const struct trial_limits settings[] = {
		{ 30, 600, 0, 2 },
		{ 30, 600, 20000, 2 },
		{ 80, 1000, 0, 5 },
		{ 10, 120, 1200, 1 },
	};
	/* By so much at most, on each form; before a sharp corner the jerk takes time, too. */
	static const double longer[FORMS] = { 1.01, 1.01, 1.02 }, longer_by_jerk = 1.2;
	const struct trial_limits *setting = &settings[_i / FORMS];
	unsigned int k, form = _i % FORMS;
	bool eased = form == ZIGZAG && setting->jerk != 0;
	u64 begun_ns;
	long double took, shortest;

	use(setting);
	begun_ns = rig->now_ns + MOTION_LEAD_NS;
	for (k = 1; k <= MOVES; k++)
		move_to(k, pan_of(form, k), tilt_of(form, k) - tilt_of(form, 0));
	rig_run_to_rest(rig);
	took = (motion_end_ns(&rig->machine.motion) - begun_ns) / 1e9L;
	shortest = shortest_time(MOVES, setting);
	ck_assert(took >= shortest * (1 - 1e-6L));
	ck_assert(took <= shortest * (eased ? longer_by_jerk : longer[form]));
	for (k = 0; k < HEAD_AXES; k++)
		ck_assert_int_eq(rig->head.position[k],
				 llroundl(vertex[MOVES][k] * 32000 / 360));
}
END_TEST

/* How fast pan is now, degrees a second. */
static long double pan_speed(void)
{
	const struct motion *motion = &rig->machine.motion;
	const struct segment *segment = NULL;
	u64 now_ns = rig->now_ns;
	long double part;

	while ((segment = motion_next_segment(motion, segment))) {
		if (segment->start_ns > now_ns || segment_end_ns(segment) <= now_ns)
			continue;
		part = (long double)segment_u(segment, now_ns) / segment->end;
		return reference_at(segment, HEAD_PAN, part).speed * 360 / 32000;
	}
	return 0;
}

/*
 * Moves on one line that come one by one, each when what is left is only just far enough to
 * come to rest in: from the first ramp to the last the speed is SPEED all the time.
 */
START_TEST(moves_that_come_in_time_do_not_slow_down)
{
	static const struct {
		struct trial_limits setting;
		double move; /* degrees of pan */
	} cases[] = {
		{ { 30, 120, 0, 0 }, 0.5 },
		{ { 30, 120, 1200, 0 }, 0.5 },
		{ { 60, 1000, 0, 0 }, 0.05 },
		{ { 60, 1000, 50000, 0 }, 3 },
	};
	const struct trial_limits *setting = &cases[_i].setting;
	const double late = 0.004; /* s, for what is written to be planned and published */
	long double ramp = setting->speed / setting->accel +
			   (setting->jerk ? setting->accel / setting->jerk : 0);
	long double stop = setting->speed * (ramp / 2 + late), speed = 0, slowest = INFINITY;
	unsigned int k = 0, samples = 0;

	use(setting);
	while (k * cases[_i].move < 150) {
		s64 steps = rig->head.position[HEAD_PAN];

		if (k * cases[_i].move - steps * 360 / 32000.0L < stop) {
			k++;
			move_to(k, k * cases[_i].move, k * cases[_i].move / 2);
			continue;
		}
		rig_run(rig, rig->now_ns + 250000);
		speed = fmaxl(speed, pan_speed());
		if (speed < setting->speed * (1 - 1e-9L))
			continue;
		slowest = fminl(slowest, pan_speed());
		samples++;
	}
	ck_assert_uint_gt(samples, 1000);
	ck_assert(speed <= setting->speed * (1 + 1e-9L));
	ck_assert_msg(slowest >= setting->speed * (1 - 1e-9L), "%Lf", slowest);
	rig_run_to_rest(rig);
	ck_assert_int_eq(rig->head.position[HEAD_PAN],
			 llroundl(vertex[k][HEAD_PAN] * 32000 / 360));
}
END_TEST

Suite *lookahead_suite(void)
{
	Suite *suite = suite_create("lookahead");
	TCase *tests = tcase_create("lookahead");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, short_moves_run_at_the_speed_that_the_limits_allow, 0, 12);
	tcase_add_loop_test(tests, moves_that_come_in_time_do_not_slow_down, 0, 4);
	suite_add_tcase(suite, tests);
	return suite;
}
