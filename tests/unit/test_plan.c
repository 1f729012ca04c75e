// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of planning from any state and of plans of many moves. What is
 * right is worked out in long double from limits and from the segments as cubics;
 * never by the formulas of hw/.
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "random.h"
#include "reference.h"

/* Rounding: of 64 bits over the ranges tried here, with room. Relative, and steps. */
#define ROUNDING 1e-7L
#define STEPS_ERROR 1e-6L
#define NS_PER_MS (NS_PER_S / 1000)

static struct motion motion;
static u64 now_ns;
static u64 levels;
static u64 sets;

static void set(struct pins *pins, u64 lines, u64 values)
{
	levels = (levels & ~lines) | values;
	sets++;
}

static void nothing(struct pins *pins)
{
}

static struct pins pins = { set, nothing, nothing, nothing };

static void set_up(void)
{
	random_state = 88172645463325252ULL;
	now_ns = NS_PER_S;
	levels = 0;
	sets = 0;
	motion_init(&motion, 3, &pins);
}

/* Serve edges when they are due, until @until_ns. */
static void run_until(u64 until_ns)
{
	u64 next_ns;

	while ((next_ns = motion_run(&motion, now_ns)) <= until_ns)
		now_ns = max(next_ns, now_ns);
	now_ns = until_ns;
}

static void run_to_rest(void)
{
	u64 next_ns;

	while ((next_ns = motion_run(&motion, now_ns)) != U64_MAX)
		now_ns = max(next_ns, now_ns);
	now_ns = max(now_ns, motion_end_ns(&motion));
	ck_assert(motion_idle(&motion, now_ns));
}

static void publish(void)
{
	ck_assert_int_eq(motion_publish(&motion, now_ns), 0);
}

static long double part_at(const struct segment *segment, u64 ns)
{
	long double since = (s64)(ns - segment->start_ns) - ldexpl(segment->start_fraction, -32);
	long double part = since / ldexpl(segment->end, segment->time_shift - 63);

	return fminl(1, fmaxl(0, part));
}

/* Where the axis is at plan time @ns, in the chain of segments from @index. */
static struct at at_time(u16 index, unsigned int axis, u64 ns)
{
	const struct segment *segment = &motion.pool.segment[index];

	while (segment->next != SEGMENT_NONE && motion.pool.segment[segment->next].start_ns <= ns)
		segment = &motion.pool.segment[segment->next];
	if (segment->at_rest && part_at(segment, ns) == 1)
		return (struct at){ .position = segment->cubic[axis].last };
	return reference_at(segment, axis, part_at(segment, ns));
}

static long double larger(long double a, long double b)
{
	return fmaxl(fabsl(a), fabsl(b));
}

static void assert_within(long double value, long double bound, long double noise,
			  const char *what)
{
	ck_assert_msg(fabsl(value) <= bound * (1 + ROUNDING) + noise, "%s %Lg > %Lg",
		      what, value, bound);
}

/* The speed inside @segment is extreme where the acceleration passes 0. */
static long double peak_speed(struct at start, struct at end)
{
	long double peak = larger(start.speed, end.speed);

	if (start.acceleration * end.acceleration >= 0 || !start.jerk)
		return peak;
	return larger(peak, start.speed - start.acceleration * start.acceleration / 2 / start.jerk);
}

static void check_bounds(const struct segment *segment, unsigned int axis,
			 const struct bounds *bounds)
{
	struct at start = reference_at(segment, axis, 0), end = reference_at(segment, axis, 1);
	struct at noise = reference_resolution(segment, axis);

	assert_within(peak_speed(start, end), bounds->speed, noise.speed, "speed");
	assert_within(larger(start.acceleration, end.acceleration), bounds->acceleration,
		      noise.acceleration, "acceleration");
	if (bounds->jerk)
		assert_within(start.jerk, bounds->jerk, noise.jerk, "jerk");
}

/* From one segment to the next: @end is where the last one ended. */
static void check_joint(const struct segment *segment, unsigned int axis,
			struct at end, struct at noise, const struct bounds *bounds)
{
	struct at start = reference_at(segment, axis, 0);
	struct at other = reference_resolution(segment, axis);
	long double jump = fabsl(start.position - end.position);
	bool rested = fabsl(end.speed) <= noise.speed &&
		      fabsl(end.acceleration) <= noise.acceleration;

	if (bounds) /* and what is not to be told from rest */
		rested = fabsl(end.speed) <= bounds->speed * ROUNDING &&
			 fabsl(end.acceleration) <= bounds->acceleration * ROUNDING;
	if (!segment_moves(segment, axis)) /* it rests on the nearest step */
		ck_assert_msg(jump <= .5L + STEPS_ERROR, "rest is off by %Lg", jump);
	else if (!rested)
		ck_assert_msg(jump <= STEPS_ERROR, "position jumps by %Lg", jump);
	if (!bounds)
		return;
	assert_within(start.speed - end.speed,
		      bounds->speed * ROUNDING + bounds->acceleration * 1e-9L,
		      noise.speed + other.speed, "jump of speed");
	if (bounds->jerk)
		assert_within(start.acceleration - end.acceleration,
			      bounds->acceleration * ROUNDING + bounds->jerk * 1e-9L,
			      noise.acceleration + other.acceleration, "jump of acceleration");
}

/* Steps go one way in a segment, and their number is where its cubic ends. */
static void check_steps(const struct segment *segment, unsigned int axis, s64 steps)
{
	struct at start = reference_at(segment, axis, 0), end = reference_at(segment, axis, 1);
	s64 last = segment->cubic[axis].last;
	long double fastest = larger(start.speed, end.speed);
	long double noise = reference_resolution(segment, axis).speed + 1e-9L * fastest;

	ck_assert_msg(fabsl(end.position - last) <= .5L + STEPS_ERROR,
		      "%Lg is not at step %lld", end.position, last);
	if (last == steps)
		return;
	ck_assert((end.position > start.position) == (last > steps));
	ck_assert_msg(start.speed * end.speed >= -noise * fastest,
		      "turns round within a segment: %Lg %Lg +-%Lg", start.speed, end.speed, noise);
}

/* How exactly the state at the cut is known, which may be on the joint of two segments. */
static struct at noise_at_cut(unsigned int axis)
{
	const struct segment *segment;
	struct at noise, next;

	if (!motion.cut || !motion_cut_moving(&motion))
		return (struct at){};
	segment = &motion.pool.segment[motion.cut_segment];
	noise = reference_resolution(segment, axis);
	if (segment->next == SEGMENT_NONE)
		return noise;
	next = reference_resolution(&motion.pool.segment[segment->next], axis);
	noise.speed += next.speed;
	noise.acceleration += next.acceleration;
	return noise;
}

/*
 * Follow @axis through the staged plan: no jump of position or speed (or, under
 * a jerk limit, of acceleration), from @end to rest, within @bounds all the time
 * if there are any. Returns where it comes to rest.
 */
static s64 check_axis(unsigned int axis, struct at end, const struct bounds *bounds)
{
	s64 steps = motion.cut ? motion.cut_steps[axis] : motion.axis[axis].steps;
	struct at noise = noise_at_cut(axis);
	long double end_ns = 0, gap_ns = 0;
	u16 index;

	for (index = motion.staged.first; index != SEGMENT_NONE;) {
		const struct segment *segment = &motion.pool.segment[index];
		long double ns = segment->start_ns + ldexpl(segment->start_fraction, -32);

		ck_assert_msg(index == motion.staged.first || fabsl(ns - end_ns) <= gap_ns,
			      "a gap of %Lg ns", ns - end_ns);
		end_ns = ns + ldexpl(segment->end, segment->time_shift - 63);
		gap_ns = 1e-3L + ldexpl(1, segment->time_shift - 62) + end_ns * 0x1p-62L;
		check_joint(segment, axis, end, noise, bounds);
		if (bounds)
			check_bounds(segment, axis, bounds);
		check_steps(segment, axis, steps);
		end = reference_at(segment, axis, 1);
		noise = reference_resolution(segment, axis);
		steps = segment->cubic[axis].last;
		index = segment->next;
		ck_assert(index != SEGMENT_NONE || segment->at_rest);
	}
	if (bounds)
		assert_within(end.speed, bounds->speed * ROUNDING + bounds->acceleration * 1e-9L,
			      noise.speed, "at rest: speed");
	ck_assert_int_eq(steps, motion.staged_steps[axis]);
	return steps;
}

static struct bounds random_bounds(void)
{
	struct bounds bounds = {
		.speed = random_between(10, 200000),
	};

	/* to full speed in 1 ms to 2 s, under jerk for 0.1 ms to 1 s */
	bounds.acceleration = bounds.speed / random_between(1e-3L, 2);
	if (random_below(4))
		bounds.jerk = bounds.acceleration / random_between(1e-4L, 1);
	return bounds;
}

static struct plan_axis axis_to(s64 target, const struct bounds *bounds)
{
	return (struct plan_axis){
		.target = target,
		.speed = real_make(bounds->speed),
		.acceleration = real_make(bounds->acceleration),
		.jerk = real_make(bounds->jerk),
	};
}

static struct plan_change run_at(long double velocity, const struct bounds *bounds)
{
	return (struct plan_change){
		.what = PLAN_RUN,
		.axis = axis_to(0, bounds),
		.velocity = real_make(velocity),
		.lowest = -(1LL << 40),
		.highest = 1LL << 40,
	};
}

static struct plan_change go_to(s64 target, const struct bounds *bounds)
{
	return (struct plan_change){ .what = PLAN_GO, .axis = axis_to(target, bounds) };
}

static long double signed_random(long double high)
{
	return high * (2 * (random_bits() / 0x1p64L) - 1);
}

/* How far it matters: two seconds at speed, or some ramps. */
static s64 random_target(const struct bounds *bounds)
{
	long double ramp = bounds->speed * bounds->speed / bounds->acceleration;

	return signed_random(1) * random_between(1, fmaxl(10, 2 * (bounds->speed + ramp)));
}

static void random_change(struct plan_change *change, const struct bounds *bounds)
{
	switch (random_below(4)) {
	case 0:
		*change = go_to(random_target(bounds), bounds);
		break;
	case 1:
		*change = (struct plan_change){ .what = PLAN_STOP, .axis = axis_to(0, bounds) };
		break;
	default:
		*change = run_at(signed_random(bounds->speed), bounds);
		if (random_below(2))
			change->run_ns = 1 + random_below(NS_PER_S);
	}
}

/* Let axis 0 get into some state: changes at random times. Returns what the plan is then. */
static void random_motion(const struct bounds *bounds)
{
	struct plan_change change[AXES_MAX] = {};
	long double ramp = bounds->speed / bounds->acceleration;
	int i, changes = 1 + random_below(3);

	if (bounds->jerk)
		ramp += bounds->acceleration / bounds->jerk;
	for (i = 0; i < changes; i++) {
		random_change(&change[0], bounds);
		motion_stage_cut(&motion, now_ns);
		ck_assert_int_eq(plan_change(&motion, change), 0);
		publish();
		run_until(now_ns + MOTION_HANDOVER_NS + random_between(1, 3e9L * ramp));
	}
}

static struct at cut_state(unsigned int axis)
{
	if (!motion.cut)
		return (struct at){ .position = motion.staged_steps[axis] };
	if (!motion_cut_moving(&motion))
		return (struct at){ .position = motion.cut_steps[axis] };
	return at_time(motion.first, axis, motion.stage_ns);
}

static long double staged_seconds(void)
{
	return (motion.staged_end_ns - motion.stage_ns) / 1e9L;
}

START_TEST(goes_from_any_state)
{
	long double worst = 0, best = INFINITY;
	int i;

	for (i = 0; i < 1000; i++) {
		struct plan_change change[AXES_MAX] = {};
		struct bounds bounds = random_bounds();
		long double time;
		struct at from;
		s64 target;

		motion_init(&motion, 1, &pins);
		random_motion(&bounds);
		target = motion.axis[0].steps + random_target(&bounds);
		change[0] = go_to(target, &bounds);
		motion_stage_cut(&motion, now_ns);
		from = cut_state(0);
		ck_assert_int_eq(plan_change(&motion, change), 0);
		ck_assert_int_eq(check_axis(0, from, &bounds), target);
		time = reference_rest_time(from, target, &bounds);
		worst = fmaxl(worst, (staged_seconds() - 2e-9L) / time);
		best = fminl(best, (staged_seconds() + 2e-9L) / time);
		ck_assert_msg(staged_seconds() <= time * 1.000001L + 2e-9L,
			      "%d: %Lg s, %Lg s would do: from %Lg %Lg %Lg to %lld, %Lg %Lg %Lg", i,
			      staged_seconds(), time, from.position, from.speed, from.acceleration,
			      target, bounds.speed, bounds.acceleration, bounds.jerk);
		publish();
		run_to_rest();
		ck_assert_int_eq(motion_steps(&motion, 0), target);
	}
	ck_assert(best < 1);
}
END_TEST

START_TEST(goes_together)
{
	int i;
	unsigned int k;

	for (i = 0; i < 1000; i++) {
		struct plan_change change[AXES_MAX] = {};
		struct bounds bounds[3];
		struct at from[3];
		s64 target[3], steps[3];

		motion_init(&motion, 3, &pins);
		for (k = 0; k < 3; k++)
			bounds[k] = random_bounds();
		for (k = 0; k < 3; k++)
			change[k] = run_at(signed_random(bounds[k].speed), &bounds[k]);
		motion_stage_cut(&motion, now_ns);
		ck_assert_int_eq(plan_change(&motion, change), 0);
		publish();
		run_until(now_ns + MOTION_HANDOVER_NS + random_between(1, 1e9L));
		for (k = 0; k < 3; k++) {
			target[k] = motion.axis[k].steps + random_target(&bounds[k]);
			change[k] = go_to(target[k], &bounds[k]);
		}
		motion_stage_cut(&motion, now_ns);
		for (k = 0; k < 3; k++)
			from[k] = cut_state(k);
		ck_assert_int_eq(plan_change(&motion, change), 0);
		for (k = 0; k < 3; k++) {
			const struct segment *last = &motion.pool.segment[motion.staged.last];

			ck_assert_int_eq(check_axis(k, from[k], &bounds[k]), target[k]);
			steps[k] = last->cubic[k].last;
			/* it moves until 1 ns before the end, if it moves at all */
			if (from[k].speed && segment_end_ns(last) - last->start_ns > 2)
				ck_assert(segment_moves(last, k));
			ck_assert_int_eq(steps[k], target[k]);
		}
		publish();
		run_to_rest();
		for (k = 0; k < 3; k++)
			ck_assert_int_eq(motion_steps(&motion, k), target[k]);
	}
}
END_TEST

/* Let @axes axes do as @change says, judge what is planned for them, and run on. */
static void change_all(const struct plan_change *change, const struct bounds *bounds,
		       unsigned int axes)
{
	struct at from[AXES_MAX];
	unsigned int k;

	motion_stage_cut(&motion, now_ns);
	for (k = 0; k < axes; k++)
		from[k] = cut_state(k);
	ck_assert_int_eq(plan_change(&motion, change), 0);
	for (k = 0; k < axes; k++)
		check_axis(k, from[k], &bounds[k]);
	publish();
	run_until(now_ns + NS_PER_MS);
}

/* A joystick for each axis: every ms it says how fast, or where to. */
START_TEST(retargets_every_millisecond)
{
	const unsigned int axes = ((const unsigned int[]){ 2, 3, AXES_MAX })[_i];
	struct plan_change change[AXES_MAX] = {};
	struct bounds bounds[AXES_MAX];
	s64 target[AXES_MAX] = {};
	unsigned int k;
	int i;

	motion_init(&motion, axes, &pins);
	for (k = 0; k < axes; k++)
		bounds[k] = k % 2 ? (struct bounds){ 5000, 80000, 0 } :
				    (struct bounds){ 20000 - 2000 * k, 100000, 1000000 };
	for (i = 0; i < 10000 / (int)axes; i++) {
		for (k = 0; k < axes; k++) {
			target[k] += (s64)random_below(201) - 100;
			change[k] = run_at(signed_random(bounds[k].speed), &bounds[k]);
			if (i / 250 % 2)
				change[k] = go_to(target[k], &bounds[k]);
		}
		change_all(change, bounds, axes);
	}
	for (k = 0; k < axes; k++)
		change[k] = go_to(target[k], &bounds[k]);
	change_all(change, bounds, axes);
	run_to_rest();
	for (k = 0; k < axes; k++)
		ck_assert_int_eq(motion_steps(&motion, k), target[k]);
	ck_assert_uint_eq(motion_lateness(&motion).late_edges, 0);
}
END_TEST

/* Two axes told what to do in turns: what one does leaves no trace in the other's law. */
START_TEST(retargets_in_turns)
{
	const struct bounds bounds[2] = { { 20000, 100000, 1000000 }, { 5000, 80000, 0 } };
	s64 target[2] = {};
	unsigned int k;
	int i;

	for (i = 0; i < 6000; i++) {
		struct plan_change change[AXES_MAX] = {};

		k = i & 1;
		target[k] += (s64)random_below(2001) - 1000;
		change[k] = run_at(signed_random(bounds[k].speed), &bounds[k]);
		if (i / 500 % 2)
			change[k] = go_to(target[k], &bounds[k]);
		change_all(change, bounds, 2);
	}
	run_to_rest();
	for (k = 0; k < 2; k++)
		ck_assert_int_eq(motion_steps(&motion, k), target[k]);
}
END_TEST

START_TEST(runs_into_soft_limits)
{
	int i, rests = 0;

	for (i = 0; i < 2000; i++) {
		struct plan_change change[AXES_MAX] = {};
		struct bounds bounds = random_bounds();
		struct at from;
		bool up = random_below(2);
		s64 end;

		motion_init(&motion, 1, &pins);
		random_motion(&bounds);
		change[0] = run_at(bounds.speed * (up ? 1 : -1), &bounds);
		motion_stage_cut(&motion, now_ns);
		from = cut_state(0);
		change[0].highest = from.position + random_target(&bounds);
		change[0].lowest = change[0].highest;
		ck_assert_int_eq(plan_change(&motion, change), 0);
		end = check_axis(0, from, &bounds);
		if (end == change[0].highest) {
			rests++;
		} else { /* it was beyond, or could not stop before: it stops */
			struct at state = from;

			reference_change(&state, 0, &bounds);
			ck_assert((state.position - change[0].highest) * (up ? 1 : -1) > -1e-3L);
			ck_assert(fabsl(end - state.position) <= .5L + STEPS_ERROR);
		}
	}
	ck_assert_int_gt(rests, 500);
}
END_TEST

START_TEST(runs_for_a_time)
{
	const struct bounds bounds = { 1000, 10000, 100000 };
	struct plan_change change[AXES_MAX] = { run_at(500, &bounds) };
	struct at state = {};
	u64 hours_ns = 10 * 3600 * NS_PER_S;

	change[0].run_ns = 300 * NS_PER_MS;
	motion_stage_cut(&motion, now_ns);
	ck_assert_int_eq(plan_change(&motion, change), 0);
	check_axis(0, state, &bounds);
	/* up and down in twice sqrt(500 / 100000) s, at half the speed on average */
	ck_assert(fabsl(staged_seconds() - (.3L + 2 * sqrtl(.005L))) <= 2e-9L);
	ck_assert_int_eq(motion.staged_steps[0], 150);
	publish();
	run_to_rest();
	ck_assert_int_eq(motion_steps(&motion, 0), 150);

	change[0].run_ns = hours_ns;
	motion_stage_cut(&motion, now_ns);
	ck_assert_int_eq(plan_change(&motion, change), 0);
	ck_assert_int_eq(motion.staged_steps[0], 150 + 500LL * 36000);
	motion_abandon(&motion);
	change[0].run_ns = 0;
	change[0].highest = S64_MAX;
	motion_stage_cut(&motion, now_ns);
	ck_assert_int_eq(plan_change(&motion, change), 0);
	ck_assert_uint_gt(motion.staged_end_ns, 100 * hours_ns);
}
END_TEST

START_TEST(others_go_on)
{
	int i;

	for (i = 0; i < 500; i++) {
		struct plan_change change[AXES_MAX] = {};
		struct bounds bounds[2] = { random_bounds(), random_bounds() };
		s64 target = random_target(&bounds[1]);
		struct at from;
		u64 end_ns;

		motion_init(&motion, 2, &pins);
		change[0] = run_at(bounds[0].speed, &bounds[0]);
		change[1] = go_to(target, &bounds[1]);
		motion_stage_cut(&motion, now_ns);
		ck_assert_int_eq(plan_change(&motion, change), 0);
		publish();
		end_ns = now_ns;
		run_until(now_ns + random_below(NS_PER_S));
		change[0] = run_at(signed_random(bounds[0].speed), &bounds[0]);
		change[0].run_ns = 1;
		change[1].what = PLAN_FINISH;
		motion_stage_cut(&motion, now_ns);
		from = cut_state(1);
		ck_assert_int_eq(plan_change(&motion, change), 0);
		ck_assert_int_eq(check_axis(1, from, &bounds[1]), target);
		publish();
		run_to_rest();
		ck_assert_int_eq(motion_steps(&motion, 1), target);
		ck_assert_uint_gt(now_ns, end_ns);
	}
}
END_TEST

/* A point of axis 0 of a smooth path, and one of axis 1 that goes the other way. */
static struct plan_pvt point_at(long double seconds, u64 duration_ns)
{
	const struct bounds bounds = { 10000, 100000, 1000000 };
	struct plan_pvt pvt = { .axes = 3, .duration_ns = duration_ns };
	int i;

	for (i = 0; i < 2; i++) {
		long double sign = i ? -1 : 1;

		pvt.axis[i] = (struct plan_point){
			.position = real_make(sign * 1000 * (1 - cosl(3 * seconds))),
			.velocity = real_make(sign * 3000 * sinl(3 * seconds)),
			.lowest = -2100,
			.highest = 2100,
			.axis = axis_to(0, &bounds),
		};
	}
	return pvt;
}

START_TEST(follows_points)
{
	const u64 step_ns = 10 * NS_PER_MS;
	struct plan_fault fault;
	u64 start_ns = 0, end_ns;
	int i, k;

	for (i = 1; i <= 300; i++) {
		struct plan_pvt pvt = point_at(i * .01L, step_ns);
		struct at there;
		long double path;

		motion_stage(&motion, now_ns);
		ck_assert_int_eq(plan_pvt(&motion, &pvt, &end_ns, &fault), 0);
		start_ns = start_ns ? start_ns : end_ns - step_ns;
		ck_assert_uint_eq(end_ns, start_ns + i * step_ns);
		for (k = 0; k < 2; k++) {
			check_axis(k, cut_state(k), NULL);
			there = at_time(motion.staged.first, k, end_ns);
			there.position -= real_value(pvt.axis[k].position);
			there.speed -= real_value(pvt.axis[k].velocity);
			ck_assert(fabsl(there.position) < STEPS_ERROR);
			ck_assert(fabsl(there.speed) < 1e-3L);
			/* between points it is as close as the fourth derivative: h^4/384 */
			there = at_time(motion.staged.first, k, end_ns - step_ns / 2);
			path = 1000 * (1 - cosl(3 * (i - .5L) * .01L));
			ck_assert(fabsl(fabsl(there.position) - path) <
				  81000 * 1e-8L / 384 * 1.01L + STEPS_ERROR);
		}
		publish();
		run_until(max(now_ns, end_ns - 3 * NS_PER_MS));
	}
	/* it starves: rests behind the last point, within limits */
	run_to_rest();
	ck_assert_uint_gt(now_ns, end_ns);
	for (k = 0; k < 2; k++) {
		long double stop = motion_steps(&motion, k) * (k ? -1 : 1) - 1000 * (1 - cosl(9));
		long double speed = 3000 * sinl(9);

		ck_assert(stop > 0 && stop < speed * (speed / 100000 + .1L));
	}
	ck_assert_uint_eq(motion_lateness(&motion).late_edges, 0);
}
END_TEST

START_TEST(points_in_one_line)
{
	struct plan_fault fault;
	u64 end_ns, first_ns = 0;
	int i;

	motion_stage(&motion, now_ns);
	for (i = 1; i <= 60; i++) {
		struct plan_pvt pvt = point_at(i * .001L, NS_PER_MS);

		ck_assert_int_eq(plan_pvt(&motion, &pvt, &end_ns, &fault), 0);
		first_ns = first_ns ? first_ns : end_ns;
		ck_assert_uint_eq(end_ns, first_ns + (i - 1) * NS_PER_MS);
	}
	check_axis(0, (struct at){}, NULL);
	check_axis(1, (struct at){}, NULL);
	publish();
	/* too late for the stream: from rest, behind the stop */
	run_until(end_ns);
	motion_stage(&motion, now_ns);
	{
		struct plan_pvt pvt = point_at(.5L, NS_PER_S);

		first_ns = motion_staged_end_ns(&motion);
		ck_assert_uint_gt(first_ns, end_ns);
		ck_assert_int_eq(plan_pvt(&motion, &pvt, &end_ns, &fault), 0);
		ck_assert_uint_eq(end_ns, first_ns + NS_PER_S);
	}
	publish();
	run_to_rest();
}
END_TEST

START_TEST(refuses_points)
{
	struct plan_fault fault;
	struct plan_pvt pvt = point_at(.01L, 10 * NS_PER_MS);
	u64 end_ns;

	motion_stage(&motion, now_ns);
	pvt.axis[1].velocity = real_make(10001);
	ck_assert_int_eq(plan_pvt(&motion, &pvt, &end_ns, &fault), -EDOM);
	ck_assert(fault.axis == 1 && fault.limit == PLAN_LIMIT_SPEED);
	pvt.axis[1].velocity = real_make(5000);
	ck_assert_int_eq(plan_pvt(&motion, &pvt, &end_ns, &fault), -EDOM);
	ck_assert(fault.axis == 1 && fault.limit == PLAN_LIMIT_ACCELERATION);
	/* rests at 2000 with no way left */
	pvt = point_at(3.14159265L / 3, 500 * NS_PER_MS);
	pvt.axis[0].highest = 1999;
	ck_assert_int_eq(plan_pvt(&motion, &pvt, &end_ns, &fault), -EDOM);
	ck_assert(fault.axis == 0 && fault.limit == PLAN_LIMIT_RANGE);
	/* is inside, but could not stop inside */
	pvt = point_at(1, NS_PER_S);
	pvt.axis[0].highest = 1995;
	pvt.axis[1].lowest = -1995;
	ck_assert_int_eq(plan_pvt(&motion, &pvt, &end_ns, &fault), -EDOM);
	ck_assert(fault.axis == 0 && fault.limit == PLAN_LIMIT_RANGE);
	motion_abandon(&motion);
	ck_assert_uint_eq(motion.pool.free_count, SEGMENTS_MAX);
}
END_TEST

/* A pulse of output 0, beginning so long after the staged start. */
static void stage_pulse(u64 after_ns, u64 length_ns)
{
	u64 ns = motion.stage_ns + after_ns;

	ck_assert_int_eq(motion_stage_output(&motion, ns, PIN_AUX(0), PIN_AUX(0)), 0);
	ck_assert_int_eq(motion_stage_output(&motion, ns + length_ns, PIN_AUX(0), 0), 0);
}

START_TEST(outputs)
{
	struct plan_change change[AXES_MAX] = {};
	u64 start_ns;
	int i;

	motion_stage(&motion, now_ns);
	start_ns = motion.stage_ns;
	stage_pulse(5000, 1000000);
	/* edges of another line, and of the same in the wrong order */
	stage_pulse(3000000, 100);
	ck_assert_int_eq(motion_stage_output(&motion, start_ns + 500, PIN_AUX(1), PIN_AUX(1)), 0);
	publish();
	ck_assert_uint_eq(motion_run(&motion, now_ns), start_ns + 500);
	run_until(start_ns + 5000);
	ck_assert_uint_eq(levels, PIN_AUX(0) | PIN_AUX(1));
	ck_assert(!motion_idle(&motion, now_ns));
	run_until(start_ns + 1005000);
	ck_assert_uint_eq(levels, PIN_AUX(1));
	run_until(start_ns + 3000050);
	ck_assert_uint_eq(levels, PIN_AUX(0) | PIN_AUX(1));
	run_to_rest();
	ck_assert_uint_eq(now_ns, start_ns + 3000100);
	ck_assert_uint_eq(levels, PIN_AUX(1));

	/* a cut: what is high falls, what was to come does not */
	motion_stage(&motion, now_ns);
	stage_pulse(1000, 100 * NS_PER_MS);
	stage_pulse(200 * NS_PER_MS, 100 * NS_PER_MS);
	publish();
	run_until(now_ns + NS_PER_MS);
	ck_assert_uint_eq(levels, PIN_AUX(0) | PIN_AUX(1));
	motion_stage_cut(&motion, now_ns);
	start_ns = motion.stage_ns;
	ck_assert_int_eq(plan_change(&motion, change), 0);
	publish();
	run_to_rest();
	ck_assert_uint_eq(now_ns, start_ns);
	ck_assert_uint_eq(levels, 0);

	/* a halt */
	motion_stage(&motion, now_ns);
	stage_pulse(1000, 100 * NS_PER_MS);
	publish();
	run_until(now_ns + NS_PER_MS);
	ck_assert_uint_eq(levels, PIN_AUX(0));
	motion_halt(&motion, now_ns);
	ck_assert_uint_eq(levels, 0);
	ck_assert_uint_eq(motion_run(&motion, now_ns), U64_MAX);

	motion_stage(&motion, now_ns);
	for (i = 0; !motion_stage_output(&motion, motion.stage_ns + i, PIN_AUX(2), 0); i++)
		ck_assert_int_lt(i, OUTPUTS_MAX);
	ck_assert_int_ge(i, 126);
	motion_abandon(&motion);
}
END_TEST

Suite *plan_suite(void)
{
	Suite *suite = suite_create("plan");
	TCase *tests = tcase_create("plan");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, goes_from_any_state);
	tcase_add_test(tests, goes_together);
	if (LDBL_MANT_DIG >= 64) /* or the reference is too coarse */
		tcase_add_loop_test(tests, retargets_every_millisecond, 0, 3);
	if (LDBL_MANT_DIG >= 64) /* or the reference is too coarse */
		tcase_add_test(tests, retargets_in_turns);
	tcase_add_test(tests, runs_into_soft_limits);
	tcase_add_test(tests, runs_for_a_time);
	tcase_add_test(tests, others_go_on);
	tcase_add_test(tests, follows_points);
	tcase_add_test(tests, points_in_one_line);
	tcase_add_test(tests, refuses_points);
	tcase_add_test(tests, outputs);
	suite_add_tcase(suite, tests);
	return suite;
}
