// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of planning from any state and of plans of many moves. What is
 * right is worked out in long double from limits and from the segments as cubics;
 * never by the formulas of hw/.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "reference.h"

/* Rounding: of 64 bits over the ranges tried here, with room. Relative, and steps. */
#define ROUNDING 1e-7L
#define STEPS_ERROR 1e-6L

static struct motion motion;
static u64 random_state;
static u64 now_ns;
static u32 levels;
static u64 sets;

static void set(struct pins *pins, u32 lines, u32 values)
{
	levels = (levels & ~lines) | values;
	sets++;
}

static void nothing(struct pins *pins)
{
}

static struct pins pins = { set, nothing, nothing, nothing };

static u64 random_bits(void)
{
	/* xorshift64* (Vigna, 2016) */
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 2685821657736338717ULL;
}

static u64 random_below(u64 bound)
{
	return random_bits() % bound;
}

/* Between @low and @high, all magnitudes alike. */
static long double random_between(long double low, long double high)
{
	return low * powl(high / low, random_bits() / 0x1p64L);
}

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

/* Steps and seconds. */
struct at {
	long double position;
	long double speed;
	long double acceleration;
	long double jerk;
};

/* The cubic as its fixed point has it, @part of the way through the segment. */
static struct at at(const struct segment *segment, unsigned int axis, long double part)
{
	const struct cubic *cubic = &segment->cubic[axis];
	long double unit = ldexpl(1e-9L, segment->time_shift);
	long double u = part * ldexpl(segment->end, -63);
	int bits = segment->fraction_bits[axis];
	long double c[4];
	int i;

	for (i = 0; i < 4; i++)
		c[i] = ldexpl(cubic->c[i], -bits - i);
	return (struct at){
		.position = cubic->base + c[0] + u * (c[1] + u * (c[2] + u * c[3])),
		.speed = (c[1] + u * (2 * c[2] + u * 3 * c[3])) / unit,
		.acceleration = (2 * c[2] + 6 * c[3] * u) / unit / unit,
		.jerk = 6 * c[3] / unit / unit / unit,
	};
}

/* What one unit of the last place of its coefficients is, with room for two. */
static struct at resolution(const struct segment *segment, unsigned int axis)
{
	long double unit = ldexpl(1e-9L, segment->time_shift);
	int bits = segment->fraction_bits[axis];

	return (struct at){
		.position = ldexpl(1, 1 - bits),
		.speed = ldexpl(1, 2 - bits) / unit,
		.acceleration = ldexpl(6, 1 - bits) / unit / unit,
		.jerk = ldexpl(6, -1 - bits) / unit / unit / unit,
	};
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
	const struct segment *segment = &motion.segment[index];

	while (segment->next != SEGMENT_NONE && motion.segment[segment->next].start_ns <= ns)
		segment = &motion.segment[segment->next];
	if (segment->at_rest && part_at(segment, ns) == 1)
		return (struct at){ .position = segment->cubic[axis].last };
	return at(segment, axis, part_at(segment, ns));
}

struct bounds {
	long double speed;
	long double acceleration;
	long double jerk; /* 0: none */
};

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
	struct at start = at(segment, axis, 0), end = at(segment, axis, 1);
	struct at noise = resolution(segment, axis);

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
	struct at start = at(segment, axis, 0), other = resolution(segment, axis);
	long double jump = fabsl(start.position - end.position);

	if (!segment_moves(segment, axis)) /* it rests on the nearest step */
		ck_assert_msg(jump <= .5L + STEPS_ERROR, "rest is off by %Lg", jump);
	else if (end.speed || end.acceleration)
		ck_assert_msg(jump <= STEPS_ERROR, "position jumps by %Lg", jump);
	if (!bounds)
		return;
	assert_within(start.speed - end.speed, bounds->speed * ROUNDING + bounds->acceleration * 1e-9L,
		      noise.speed + other.speed, "jump of speed");
	if (bounds->jerk)
		assert_within(start.acceleration - end.acceleration,
			      bounds->acceleration * ROUNDING + bounds->jerk * 1e-9L,
			      noise.acceleration + other.acceleration, "jump of acceleration");
}

/* Steps go one way in a segment, and their number is where its cubic ends. */
static void check_steps(const struct segment *segment, unsigned int axis, s64 steps)
{
	struct at start = at(segment, axis, 0), end = at(segment, axis, 1);
	s64 last = segment->cubic[axis].last;
	long double noise = resolution(segment, axis).speed + 1e-9L * larger(start.speed, end.speed);

	ck_assert_msg(fabsl(end.position - last) <= .5L + STEPS_ERROR,
		      "%Lg is not at step %lld", end.position, last);
	if (last == steps)
		return;
	ck_assert((end.position > start.position) == (last > steps));
	ck_assert_msg(start.speed * end.speed >= -noise * larger(start.speed, end.speed),
		      "turns round within a segment");
}

/*
 * Follow @axis through the staged plan: no jump of position or speed (or, under
 * a jerk limit, of acceleration), from @end to rest, within @bounds all the time
 * if there are any. Returns where it comes to rest.
 */
static s64 check_axis(unsigned int axis, struct at end, const struct bounds *bounds)
{
	s64 steps = motion.cut ? motion.cut_steps[axis] : motion.axis[axis].steps;
	struct at noise = {};
	long double end_ns = 0;
	u16 index;

	for (index = motion.staged_first; index != SEGMENT_NONE;) {
		const struct segment *segment = &motion.segment[index];
		long double ns = segment->start_ns + ldexpl(segment->start_fraction, -32);

		ck_assert(index == motion.staged_first || fabsl(ns - end_ns) < 1e-3L);
		end_ns = ns + ldexpl(segment->end, segment->time_shift - 63);
		check_joint(segment, axis, end, noise, bounds);
		if (bounds)
			check_bounds(segment, axis, bounds);
		check_steps(segment, axis, steps);
		end = at(segment, axis, 1);
		noise = resolution(segment, axis);
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

/*
 * The reference: change speed to v, cruise, change speed to 0, for many v. Its
 * best is an upper bound of the shortest time, from arithmetic of its own.
 */
static long double change_time(struct at *from, long double speed, const struct bounds *b)
{
	long double total = 0, low, high, t;
	long double direction, peak, gain;
	struct at a = *from;
	int i;

	if (!b->jerk) {
		total = fabsl(speed - a.speed) / b->acceleration;
		from->position += (speed + a.speed) / 2 * total;
		from->speed = speed;
		from->acceleration = 0;
		return total;
	}
	gain = a.acceleration * fabsl(a.acceleration) / 2 / b->jerk;
	direction = speed >= a.speed + gain ? 1 : -1;
	/* the peak by halving: what ramps there and back gain */
	low = fmaxl(0, direction * a.acceleration);
	high = fmaxl(low, b->acceleration);
	for (i = 0; i < 100; i++) {
		peak = (low + high) / 2;
		gain = (2 * peak * peak - a.acceleration * a.acceleration) / 2 / b->jerk;
		if (gain > direction * (speed - a.speed))
			high = peak;
		else
			low = peak;
	}
	gain = (2 * peak * peak - a.acceleration * a.acceleration) / 2 / b->jerk;
	for (i = 0; i < 3; i++) {
		t = i == 0 ? (peak - direction * a.acceleration) / b->jerk :
		    i == 1 ? fmaxl(0, direction * (speed - a.speed) - gain) / peak : peak / b->jerk;
		if (i == 1 && peak < b->acceleration * .999999L)
			t = 0;
		if (!(t > 0))
			continue;
		a.jerk = i == 1 ? 0 : (i == 0 ? 1 : -1) * direction * b->jerk;
		if (i == 0)
			a = *from, a.jerk = direction * b->jerk;
		from->position += t * (from->speed + t / 2 * (from->acceleration + t / 3 * a.jerk));
		from->speed += t * (from->acceleration + t / 2 * a.jerk);
		from->acceleration += t * a.jerk;
		total += t;
	}
	from->speed = speed;
	from->acceleration = 0;
	return total;
}

static long double reference_time_to(struct at from, long double target, const struct bounds *bounds)
{
	long double best = INFINITY;
	int i;

	for (i = -500; i <= 500; i++) {
		struct at state = from, end;
		long double speed = bounds->speed * i / 500, time, cruise;

		time = change_time(&state, speed, bounds);
		end = state;
		time += change_time(&end, 0, bounds);
		cruise = (target - end.position) / speed;
		if (!i)
			cruise = fabsl(target - end.position) < 1e-6L ? 0 : -1;
		if (cruise >= 0)
			best = fminl(best, time + cruise);
	}
	return best;
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
		time = reference_time_to(from, target, &bounds);
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

Suite *plan_suite(void)
{
	Suite *suite = suite_create("plan");
	TCase *tests = tcase_create("plan");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, goes_from_any_state);
	suite_add_tcase(suite, tests);
	return suite;
}
