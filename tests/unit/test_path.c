// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of look-ahead: paths of many moves, and legs that come while they are
 * under way. Judged by the cubics that come out, against the limits of each axis.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "../../hw/path.h"
#include "random.h"
#include "reference.h"

#define AXES 3
#define LEGS 40

static struct motion motion;
static struct plan_path path;
static u64 now_ns;

static void set(struct pins *pins, u64 lines, u64 levels)
{
}

static void nothing(struct pins *pins)
{
}

static struct pins pins = { set, nothing, nothing, nothing };

static void set_up(void)
{
	random_state = 88172645463325252ULL;
	now_ns = NS_PER_S;
	motion_init(&motion, AXES, &pins);
}

/* Steps and seconds. */
struct limit {
	long double speed, acceleration, jerk, corner;
};

static struct limit limit[AXES];
static long double vertex[LEGS + 1][AXES];
static struct path_choice choice[LEGS + 1]; /* of the leg to that vertex */

static struct plan_move move_to(unsigned int leg)
{
	struct plan_move move = { .axes = (1 << AXES) - 1 };
	unsigned int i;

	for (i = 0; i < AXES; i++) {
		struct plan_axis *axis = &move.axis[i];

		axis->target = llroundl(vertex[leg][i]);
		axis->beyond = real_make(vertex[leg][i] - axis->target);
		axis->speed = real_make(limit[i].speed);
		axis->acceleration = real_make(limit[i].acceleration);
		axis->jerk = real_make(limit[i].jerk);
		axis->corner = real_make(limit[i].corner);
	}
	return move;
}

/* As the queue does. */
static void add_leg(unsigned int leg, bool first)
{
	struct plan_move move = move_to(leg);
	unsigned int i;

	if (first) {
		for (i = 0; i < AXES; i++)
			choice[leg].metric[i] = plan_limits(&move.axis[i]).acceleration;
		choice[leg].exact = true;
		memset(&choice[leg].limits, 0, sizeof(choice[leg].limits));
	} else {
		choice[leg] = choice[leg - 1];
		choice[leg].exact = choice[leg].exact &&
				    path_is_straight(&path, &move, &choice[leg]);
	}
	ck_assert(path_add(&path, &move, &choice[leg]));
	choice[leg].limits = path.leg[path.count - 1].limits;
}

static void random_limits(void)
{
	bool jerk = random_bits() & 3;
	unsigned int i;

	for (i = 0; i < AXES; i++) {
		limit[i].speed = random_between(100, 1e5L);
		limit[i].acceleration = random_between(500, 1e6L);
		limit[i].jerk = jerk ? limit[i].acceleration * random_between(1, 1000) : 0;
		limit[i].corner = random_bits() & 3 ? random_between(1, 1000) : 0;
	}
}

/* Lines, polygons, what has no form; long and short. */
static void random_vertices(void)
{
	long double size = random_between(3, 3000), turn = random_between(1e-3L, 6);
	unsigned int form = random_below(4), leg, i;

	for (leg = 0; leg <= LEGS; leg++)
		for (i = 0; i < AXES; i++) {
			long double random = size * (random_bits() / 0x1p63L - 1);

			if (!leg)
				vertex[leg][i] = 0;
			else if (form == 0)
				vertex[leg][i] = leg * size * (i + 1) / 3;
			else if (form == 1)
				vertex[leg][i] = size / turn * (sinl(leg * turn + i) - sinl(i));
			else
				vertex[leg][i] = vertex[leg - 1][i] +
						 (form == 2 && random_bits() & 1 ? 0 : random);
		}
	/* what has no length is no leg */
	for (leg = 1; leg <= LEGS; leg++)
		vertex[leg][0] += fabsl(vertex[leg][0] - vertex[leg - 1][0]) < 0.1L ? 0.7L : 0;
}

/*
 * All segments from @index on keep the limits, and follow each other: no speed
 * jumps by more than its CORNER, no position at all.
 */
static void check_laws(u16 index)
{
	struct at last[AXES] = {};
	bool first = true;
	unsigned int i;

	for (; index != SEGMENT_NONE; index = motion.pool.segment[index].next) {
		const struct segment *segment = &motion.pool.segment[index];
		long double time = ldexpl(segment->end, segment->time_shift - 63) / 1e9L;

		for (i = 0; i < AXES; i++) {
			struct at from = reference_at(segment, i, 0);
			struct at to = reference_at(segment, i, 1);
			struct limit most = limit[i];
			long double accel = most.acceleration * (1 + 2e-6L);
			/* of fixed point, in short segments */
			long double noise = 1e-15L / (time * time);

			if (!segment->end)
				continue;
			ck_assert(fabsl(to.speed) <= most.speed * (1 + 1e-6L));
			ck_assert(fabsl(from.acceleration) <= accel + noise);
			ck_assert(fabsl(to.acceleration) <= accel + noise);
			if (most.jerk > 0)
				ck_assert(fabsl(from.jerk) <=
					  most.jerk * (1 + 2e-6L) + noise / time);
			if (!first) {
				/* at rest it is on the whole step */
				ck_assert(fabsl(from.position - last[i].position) <
					  (from.speed == 0 ? 0.5L : 0) + 1e-5L);
				ck_assert(fabsl(from.speed - last[i].speed) <=
					  most.corner * (1 + 1e-6L) + most.speed * 1e-6L);
			}
			last[i] = to;
		}
		first = first && !segment->end;
		if (segment->next == SEGMENT_NONE)
			ck_assert(segment->at_rest);
	}
	for (i = 0; i < AXES; i++)
		ck_assert(fabsl(last[i].speed) <= limit[i].speed * 1e-6L);
}

/* The first @legs are the path. */
static void add_legs(unsigned int legs)
{
	unsigned int leg;

	path_begin(&path, &motion);
	for (leg = 1; leg <= legs; leg++)
		add_leg(leg, leg == 1);
}

/* Stage all legs at once. */
static void plan_all(void)
{
	motion_stage(&motion, now_ns);
	add_legs(LEGS);
	ck_assert_int_eq(path_plan(&path, &motion, false), 0);
}

/*
 * Paths on which the brake for a corner, and letting go of it for one behind that, took turns
 * for ever.
 */
START_TEST(brakes_for_one_corner_at_a_time)
{
	static const u64 seeds[] = { 3778420344400814666, 14339721092096370049ULL };

	motion_init(&motion, AXES, &pins);
	random_state = seeds[_i];
	random_limits();
	random_vertices();
	plan_all();
	check_laws(motion.staged.first);
}
END_TEST

/* Let the corner behind leg @number be slower than both its legs, by @part. */
static void slow_corner(unsigned int number, long double part)
{
	const struct path_leg *before = &path.leg[number - 1], *behind = &path.leg[number];
	long double speed = fminl(real_value(before->limits.speed),
				  real_value(behind->limits.speed));
	unsigned int i;

	for (i = 0; i < AXES; i++)
		limit[i].corner = fabsl(real_value(before->direction[i]) -
					real_value(behind->direction[i])) *
				  speed * 1e9L * (1 - part);
}

/*
 * Paths of two or three legs with a corner that is hardly slower than they are: they were as
 * slow as the corner just before it, sped up, and had to slow down at once, for ever.
 */
START_TEST(goes_on_where_the_speed_is_reached_before_the_corner)
{
	static const struct {
		u64 seed;
		unsigned int legs, corner;
		int bits;
	} found[] = {
		{ 6810489777930214171, 2, 1, 46 },
		{ 1434941231663224211, 2, 1, 37 },
		{ 3037048279918069723, 3, 2, 44 },
	};

	motion_init(&motion, AXES, &pins);
	random_state = found[_i].seed;
	random_limits();
	random_vertices();
	motion_stage(&motion, now_ns);
	add_legs(found[_i].legs);
	slow_corner(found[_i].corner, ldexpl(1, -found[_i].bits));
	add_legs(found[_i].legs);
	ck_assert_int_eq(path_plan(&path, &motion, false), 0);
	check_laws(motion.staged.first);
}
END_TEST

/*
 * A fast axis moves, and then, after a rest, one that takes 10^12 times as long for as many
 * steps of the path: the fast one comes to rest of its own, however little that is beside.
 */
START_TEST(rests_before_a_move_that_is_much_slower)
{
	const struct segment *segment;
	struct at end;

	limit[0] = (struct limit){ _i ? 1000 : 1e-3L, 1e6L, _i ? 1e9L : 0, 0 };
	limit[1] = (struct limit){ 1, 1e-5L, _i ? 1e-2L : 0, 0 };
	limit[2] = limit[1];
	memset(vertex[0], 0, sizeof(vertex[0]));
	memcpy(vertex[1], (long double[AXES]){ 1, 0, 0 }, sizeof(vertex[1]));
	memcpy(vertex[2], (long double[AXES]){ 1, 100, 0 }, sizeof(vertex[2]));
	motion_stage(&motion, now_ns);
	add_legs(2);
	ck_assert_int_eq(path_plan(&path, &motion, false), 0);
	check_laws(motion.staged.first);
	segment = &motion.pool.segment[motion.staged.first];
	while (!segment->at_rest)
		segment = &motion.pool.segment[segment->next];
	end = reference_at(segment, 0, 1);
	ck_assert(fabsl(end.position - 1) < 1e-12L);
	ck_assert(fabsl(end.speed) < 1e-6L);
	ck_assert(fabsl(end.acceleration) < limit[0].acceleration * (_i ? 1e-5L : 2));
}
END_TEST

/* Random paths at once: within the limits, through every vertex, and at rest at the end. */
START_TEST(paths)
{
	unsigned int round, leg, i;

	for (round = 0; round < 300; round++) {
		motion_init(&motion, AXES, &pins);
		random_limits();
		random_vertices();
		plan_all();
		check_laws(motion.staged.first);
		for (leg = 2; leg <= LEGS; leg++)
			ck_assert_uint_ge(path.leg[leg - 1].end_ns, path.leg[leg - 2].end_ns);
		for (i = 0; i < AXES; i++)
			ck_assert_int_eq(motion_staged_steps(&motion, i),
					 llroundl(vertex[LEGS][i]));
		ck_assert_uint_le(path.commit_ns, motion_staged_end_ns(&motion));
	}
}
END_TEST

static void run_until(u64 until_ns)
{
	u64 next_ns;

	while ((next_ns = motion_run(&motion, now_ns)) <= until_ns)
		now_ns = max(next_ns, now_ns);
	now_ns = until_ns;
}

/* The legs come one by one while the first are under way, at any instant. */
START_TEST(legs_that_come_late)
{
	unsigned int round, leg, from, i, flowed = 0;

	for (round = 0; round < 150; round++) {
		u64 ends[LEGS + 1] = {};

		motion_init(&motion, AXES, &pins);
		random_limits();
		random_vertices();
		for (leg = 1; leg <= LEGS; leg++) {
			u64 cut_ns;

			motion_stage(&motion, now_ns);
			cut_ns = max(path.commit_ns, motion.earliest_ns + MOTION_HANDOVER_NS);
			for (from = 1; from < leg && ends[from] <= cut_ns; from++)
				;
			if (leg > 1 && from < leg)
				motion_stage_cut_at(&motion, now_ns, cut_ns);
			path_begin(&path, &motion);
			if (path.at_rest)
				from = leg;
			else
				flowed++;
			for (i = from; i <= leg; i++) {
				struct plan_move move = move_to(i);

				if (i == leg)
					add_leg(leg, path.at_rest);
				else if (!path_add(&path, &move, &choice[i]))
					break;
			}
			if (i <= leg) { /* it is at a corner just now: not this time */
				motion_abandon(&motion);
				run_until(now_ns + 1000000);
				leg--;
				continue;
			}
			ck_assert_int_eq(path_plan(&path, &motion, false), 0);
			for (i = from; i <= leg; i++)
				ends[i] = path.leg[i - from].end_ns;
			ck_assert_int_eq(motion_publish(&motion, now_ns), 0);
			check_laws(motion.first);
			run_until(now_ns + random_below((ends[leg] - now_ns) * 3 / 2));
		}
		run_until(motion_end_ns(&motion) + 1);
		for (i = 0; i < AXES; i++)
			ck_assert_int_eq(motion_steps(&motion, i), llroundl(vertex[LEGS][i]));
		ck_assert_uint_eq(motion_lateness(&motion).slip_ns, 0);
	}
	ck_assert_uint_gt(flowed, 1000);
}
END_TEST

/* However a straight way is divided, it takes as long as in one move. */
START_TEST(straight_on)
{
	unsigned int round, leg, i;

	for (round = 0; round < 200; round++) {
		long double way[AXES];
		u64 whole_ns, parts_ns, shortest_ns;
		struct plan_move move;

		motion_init(&motion, AXES, &pins);
		random_limits();
		for (i = 0; i < AXES; i++)
			way[i] = roundl(random_between(10, 1e5L)) * (random_bits() & 1 ? 1 : -1);
		for (leg = 0; leg <= LEGS; leg++) {
			long double share = leg * (long double)leg / (LEGS * LEGS);

			for (i = 0; i < AXES; i++)
				vertex[leg][i] = way[i] * share;
		}
		plan_all();
		parts_ns = motion_staged_end_ns(&motion) - motion.stage_ns;
		motion_abandon(&motion);

		motion_stage(&motion, now_ns);
		move = move_to(LEGS);
		for (i = 0; i < AXES; i++)
			move.axis[i].rests = real_from(0);
		ck_assert_int_eq(plan_move(&motion, &move, &shortest_ns), 0);
		whole_ns = motion_staged_end_ns(&motion) - motion.stage_ns;
		ck_assert_uint_le(parts_ns, whole_ns + whole_ns / 1000000 + 10);
		ck_assert_uint_ge(parts_ns, whole_ns - whole_ns / 1000000 - 10);
		motion_abandon(&motion);
	}
}
END_TEST

/* Round a polygon at the speed that its corners allow, not slower. */
START_TEST(corners)
{
	const long double speed = 1000, corner = 200, turn = 0.1L;
	u16 index;
	unsigned int leg, fast = 0, all = 0;

	for (leg = 0; leg < AXES; leg++)
		limit[leg] = (struct limit){ speed, 20000, 1e6L, corner };
	for (leg = 0; leg <= LEGS; leg++) {
		vertex[leg][0] = 10000 * sinl(leg * turn);
		vertex[leg][1] = 10000 * (1 - cosl(leg * turn));
		vertex[leg][2] = 0;
	}
	plan_all();
	check_laws(motion.staged.first);
	/* A jump of 200 would allow 2000 at these corners: SPEED is what limits. */
	for (index = motion.staged.first; index != SEGMENT_NONE;
	     index = motion.pool.segment[index].next) {
		const struct segment *segment = &motion.pool.segment[index];
		long double v[2] = { reference_at(segment, 0, 0).speed,
				     reference_at(segment, 1, 0).speed };

		all++;
		fast += fmaxl(fabsl(v[0]), fabsl(v[1])) > speed * 0.95L;
	}
	ck_assert_uint_gt(fast, all / 2);
}
END_TEST

Suite *path_suite(void)
{
	Suite *suite = suite_create("path");
	TCase *tests = tcase_create("path");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, paths);
	tcase_add_loop_test(tests, brakes_for_one_corner_at_a_time, 0, 2);
	tcase_add_loop_test(tests, goes_on_where_the_speed_is_reached_before_the_corner, 0, 3);
	tcase_add_loop_test(tests, rests_before_a_move_that_is_much_slower, 0, 2);
	tcase_add_test(tests, legs_that_come_late);
	tcase_add_test(tests, straight_on);
	tcase_add_test(tests, corners);
	suite_add_tcase(suite, tests);
	return suite;
}
