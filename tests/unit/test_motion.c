// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of motion: real numbers, profiles, step times, pulses, stops. What
 * is right comes from the limits by way of reference.c, or from rules that are
 * checked on the recorded edges; never from hw/.
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "random.h"
#include "../../hw/path.h"
#include "reference.h"

#define RISES_MAX 4000000
/* What a step's time may be off. */
#define ERROR_MAX_NS 10.0L

/* Pins that check the rules of pulses and remember the steps of axis 0. */
static struct recorder {
	struct pins pins;
	unsigned int locked;
	unsigned int rearms;
	u64 now_ns;
	u64 levels;
	struct {
		struct pulse_timing timing;
		u64 rise_ns;
		u64 fall_ns; /* or of the last step, where it is no pulse */
		u64 dir_ns;
		u64 rises; /* steps */
		s64 steps; /* up less down */
	} axis[AXES_MAX];
	u64 *rise_ns;
	u64 rises;
} recorder;

static struct motion motion;

/* ck_assert() at a tenth of the cost, for what is checked at every edge. */
static void must(bool condition, const char *what)
{
	if (!condition)
		ck_abort_msg("%s, axis 0 at %lld steps, %llu ns", what,
			     recorder.axis[0].steps, recorder.now_ns);
}

static void count_step(unsigned int axis, bool forward)
{
	const struct pulse_timing *timing = &recorder.axis[axis].timing;
	u64 now_ns = recorder.now_ns;

	must(now_ns >= recorder.axis[axis].fall_ns + timing->stepspace_ns, "STEPSPACE");
	if (timing->drive != DRIVE_STEP_DIR) {
		must(now_ns >= recorder.axis[axis].fall_ns + timing->steplen_ns, "STEPLEN");
		recorder.axis[axis].fall_ns = now_ns;
	}
	recorder.axis[axis].rise_ns = now_ns;
	recorder.axis[axis].rises++;
	recorder.axis[axis].steps += forward != timing->invert ? 1 : -1;
	if (axis == 0 && recorder.rises < RISES_MAX)
		recorder.rise_ns[recorder.rises++] = now_ns;
}

static void step_edge(unsigned int axis, bool rise)
{
	const struct pulse_timing *timing = &recorder.axis[axis].timing;
	u64 now_ns = recorder.now_ns;

	if (!rise && timing->drive == DRIVE_STEP_DIR) {
		must(now_ns >= recorder.axis[axis].rise_ns + timing->steplen_ns, "STEPLEN");
		recorder.axis[axis].fall_ns = now_ns;
		return;
	}
	must(now_ns >= recorder.axis[axis].dir_ns + timing->dirsetup_ns, "DIRSETUP");
	must(recorder.axis[axis].dir_ns, "a step before DIR was ever set");
	count_step(axis, recorder.levels & PIN_DIR(axis));
}

/* Where the field of four coils, a quarter of a turn apart, points to: eighths of it. */
static int field(unsigned int axis, u64 levels)
{
	static const int eighths[3][3] = { { 5, 6, 7 }, { 4, -1, 0 }, { 3, 2, 1 } };
	unsigned int on = levels / PIN_PHASE(axis, 0) % 16;
	int x = (on & 1) - (on >> 2 & 1);
	int y = (on >> 1 & 1) - (on >> 3 & 1);

	must(__builtin_popcount(on) == (x != 0) + (y != 0), "coils against one another");
	return eighths[y + 1][x + 1];
}

static void phases_change(unsigned int axis, u64 levels)
{
	int from = field(axis, recorder.levels), to = field(axis, levels);
	int turn = (to - from) & 7;
	int step = recorder.axis[axis].timing.drive == DRIVE_FULL_STEPS ? 2 : 1;

	must(from >= 0 && to >= 0, "a step with the coils off");
	must(step == 1 || to & 1, "a full step with one coil");
	must(turn == step || turn == 8 - step, "no neighbouring step");
	count_step(axis, turn == step);
}

static void record(struct pins *pins, u64 lines, u64 levels)
{
	u64 changed = (recorder.levels ^ levels) & lines;
	u64 after = (recorder.levels & ~lines) | levels;
	u64 phases;
	unsigned int i;

	must(recorder.locked, "not locked");
	must(!(levels & ~lines), "levels of other lines");
	for (i = 0; i < AXES_MAX; i++) {
		if (lines & PIN_DIR(i)) {
			if (recorder.axis[i].timing.drive == DRIVE_STEP_DIR)
				must(!(recorder.levels & PIN_STEP(i)),
				     "DIR changes while STEP is high");
			must(recorder.now_ns >= recorder.axis[i].fall_ns +
							recorder.axis[i].timing.dirhold_ns,
			     "DIRHOLD");
			recorder.axis[i].dir_ns = recorder.now_ns;
		}
		if (lines & PIN_STEP(i)) {
			must(changed & PIN_STEP(i), "an edge that is none");
			step_edge(i, levels & PIN_STEP(i));
		}
		phases = lines & drive_pins(DRIVE_HALF_STEPS, i);
		if (phases && !(lines & PIN_ENABLE(i))) {
			must(phases == (changed & phases), "phases that do not change");
			phases_change(i, after);
		}
	}
	recorder.levels = after;
}

static void lock(struct pins *pins)
{
	must(!recorder.locked, "locked twice");
	recorder.locked = 1;
}

static void unlock(struct pins *pins)
{
	must(recorder.locked, "unlocked twice");
	recorder.locked = 0;
}

static void rearm(struct pins *pins)
{
	must(recorder.locked, "rearmed without the lock");
	recorder.rearms++;
}

static const struct pulse_timing default_timing = {
	2000, 2000, 5000, 5000, false, DRIVE_STEP_DIR
};

static void set_timing(unsigned int axis, struct pulse_timing timing)
{
	recorder.axis[axis].timing = timing;
	motion_set_timing(&motion, axis, &timing);
}

static void set_up(void)
{
	u64 *rise_ns = malloc(RISES_MAX * sizeof(*rise_ns));
	unsigned int i;

	ck_assert_ptr_nonnull(rise_ns);
	memset(&recorder, 0, sizeof(recorder));
	recorder.pins = (struct pins){ record, lock, unlock, rearm };
	recorder.rise_ns = rise_ns;
	recorder.now_ns = NS_PER_S;
	random_state = 88172645463325252ULL;
	motion_init(&motion, AXES_MAX, &recorder.pins);
	for (i = 0; i < AXES_MAX; i++)
		set_timing(i, default_timing);
}

static void tear_down(void)
{
	free(recorder.rise_ns);
}

static u64 run(u64 now_ns)
{
	u64 next_ns;

	lock(&recorder.pins);
	recorder.now_ns = now_ns;
	next_ns = motion_run(&motion, now_ns);
	unlock(&recorder.pins);
	return next_ns;
}

/* Serve edges when they are due, until @until_ns. */
static void run_until(u64 until_ns)
{
	u64 next_ns = run(recorder.now_ns);

	while (next_ns <= until_ns)
		next_ns = run(max(next_ns, recorder.now_ns));
	recorder.now_ns = until_ns;
}

/* Until all is over; the steps that left must be those that the plan counts. */
static void run_to_rest(void)
{
	u64 next_ns = run(recorder.now_ns);
	unsigned int i;

	while (next_ns != U64_MAX)
		next_ns = run(max(next_ns, recorder.now_ns));
	recorder.now_ns = max(recorder.now_ns, motion_end_ns(&motion));
	for (i = 0; i < AXES_MAX; i++) {
		ck_assert_int_eq(recorder.axis[i].steps, motion_steps(&motion, i));
		if (recorder.axis[i].timing.drive == DRIVE_STEP_DIR)
			ck_assert(!(recorder.levels & PIN_STEP(i)));
	}
	ck_assert(motion_idle(&motion, recorder.now_ns));
	for (i = 0; i < AXES_MAX; i++)
		ck_assert(real_value(motion_position(&motion, i, recorder.now_ns)) ==
			  motion_steps(&motion, i));
}

static struct plan_axis axis_to(s64 target, long double speed,
				long double acceleration, long double jerk)
{
	struct plan_axis axis = {
		.target = target,
		.speed = real_make(speed),
		.acceleration = real_make(acceleration),
		.jerk = real_make(jerk),
	};

	return axis;
}

/* Stage a move of axis 0. */
static int stage_move(s64 target, long double speed, long double acceleration,
		      long double jerk, u64 duration_ns, u64 *shortest_ns)
{
	struct plan_move move = { .axes = 1, .duration_ns = duration_ns };

	move.axis[0] = axis_to(target, speed, acceleration, jerk);
	return plan_move(&motion, &move, shortest_ns);
}

static void publish(void)
{
	unsigned int rearms = recorder.rearms;

	ck_assert_int_eq(motion_publish(&motion, recorder.now_ns), 0);
	ck_assert_uint_eq(recorder.rearms, rearms + 1);
}

/*
 * Real numbers
 */

/* @units of the 64th bit; long double has 64 too. */
static void assert_close_by(struct real real, long double value, unsigned int units)
{
	ck_assert_msg(fabsl(real_value(real) - value) <=
			      fabsl(value) * units * 0x1p-63L,
		      "%.20Lg is not %.20Lg", real_value(real), value);
	ck_assert(!real.mantissa || real.mantissa >> 63);
}

static void assert_close(struct real real, long double value)
{
	assert_close_by(real, value, 2);
}

static long double random_number(void)
{
	long double value = ldexpl(random_bits(), (int)random_below(120) - 100);

	return random_bits() & 1 ? value : -value;
}

START_TEST(reals)
{
	int i;

	for (i = 0; i < 100000; i++) {
		long double x = random_number();
		long double y = random_number();
		struct real a, b;
		long double small = ldexpl(x, -(int)random_below(90));

		if (i & 1) /* nearly equal: subtraction cancels */
			y = x * (1 + ldexpl(random_bits(), -65 - (int)random_below(64)));
		a = real_make(x);
		b = real_make(y);
		ck_assert(real_value(a) == x && real_value(b) == y);
		assert_close(real_add(a, b), x + y);
		assert_close(real_sub(a, b), x - y);
		assert_close(real_add(a, real_negate(b)), x - y);
		assert_close(real_mul(a, b), x * y);
		assert_close(real_div(a, b), x / y);
		assert_close_by(real_sqrt(real_make(fabsl(x))), sqrtl(fabsl(x)), 4);
		assert_close_by(real_cbrt(real_make(fabsl(x))), cbrtl(fabsl(x)), 4);
		assert_close(real_shift(a, 17), x * 131072);
		ck_assert_int_eq(real_compare(a, b), (x > y) - (x < y));
		ck_assert_int_eq(real_sign(a), (x > 0) - (x < 0));
		if (fabsl(small) < 0x1p62L) {
			ck_assert_int_eq(real_round(real_make(small)), llroundl(small));
			ck_assert_int_eq(real_ceil(real_make(small)), (s64)ceill(small));
		}
	}
}
END_TEST

START_TEST(reals_at_the_edges)
{
	struct real zero = real_from(0), one = real_from(1);
	struct real half = real_shift(one, -1);

	ck_assert_int_eq(real_round(half), 1);
	ck_assert_int_eq(real_round(real_negate(half)), -1);
	ck_assert_int_eq(real_round(real_shift(one, -2)), 0);
	ck_assert_int_eq(real_ceil(real_negate(half)), 0);
	ck_assert_int_eq(real_ceil(real_shift(one, -200)), 1);
	ck_assert_int_eq(real_ceil(zero), 0);
	ck_assert_int_eq(real_round(real_shift(one, 63)), S64_MAX);
	ck_assert_int_eq(real_round(real_shift(real_from(-1), 63)), S64_MIN);
	ck_assert_int_eq(real_round(real_shift(real_from(-1), 900)), S64_MIN);
	ck_assert_int_eq(real_ceil(real_shift(one, 900)), S64_MAX);
	ck_assert_int_eq(real_round(real_from(S64_MIN)), S64_MIN);
	ck_assert_int_eq(real_round(real_from(S64_MAX)), S64_MAX);
	ck_assert_int_eq(real_sign(real_sub(one, one)), 0);
	ck_assert_int_eq(real_compare(zero, real_negate(zero)), 0);
	ck_assert_int_eq(real_sign(real_mul(zero, one)), 0);
	ck_assert_int_eq(real_sign(real_div(zero, one)), 0);
	ck_assert_int_eq(real_sign(real_sqrt(zero)), 0);
	ck_assert_int_eq(real_sign(real_cbrt(zero)), 0);
	assert_close(real_ratio(-1, 3), -1.0L / 3);
	assert_close(real_add(one, real_shift(one, -300)), 1);
}
END_TEST

START_TEST(just_below_a_whole_step)
{
	struct real least = real_shift(real_from(1), -61); /* of 64 bits */
	struct state state = { .position = real_sub(real_from(8), least) };
	struct segment segment = {};

	segment_set_time(&segment, 0, real_from(0), real_from(1000));
	segment_set_axis(&segment, 0, 0, &state, true, 8);
	state = segment_state(&segment, 0, 0);
	ck_assert(segment.cubic[0].base + real_value(state.position) == 8);
}
END_TEST

/*
 * Profiles
 */

/* Position (whole and fraction), speed, acceleration per s at an end of a segment. */
static void state_at(const struct segment *segment, unsigned int axis, s64 u,
		     long double *p, long double *v, long double *a, long double *j)
{
	struct state state = segment_state(segment, axis, u);

	*p = segment->cubic[axis].base + real_value(state.position);
	*v = real_value(state.speed) * 1e9L;
	*a = real_value(state.acceleration) * 1e18L;
	*j = real_value(state.jerk) * 1e27L;
}

/*
 * All segments from @index on hold the limits of @axis, and position, speed and
 * (if jerk is limited) acceleration are continuous, from rest to rest, but for
 * what moves less than 10^-16 of a step: there the fixed point ends.
 */
static void check_laws(u16 index, unsigned int axis, long double speed,
		       long double acceleration, long double jerk, bool from_rest)
{
	long double p, v, a, j, last_p = 0, last_v = 0, last_a = 0;
	long double last_time = 0;
	u64 last_end_ns = 0;

	for (; index != SEGMENT_NONE; index = motion.pool.segment[index].next) {
		const struct segment *segment = &motion.pool.segment[index];
		s64 at[3] = { 0, segment->end / 2, segment->end };
		long double time = ldexpl(segment->end, segment->time_shift - 63) / 1e9L;
		long double jump = 1e-6L;
		int i;

		if (!segment->cubic[axis].c[1] && !segment->cubic[axis].c[2])
			jump = 0.5L; /* a stop ends on the nearest step */
		if (!last_time || time < last_time)
			last_time = time; /* of the shorter one */
		for (i = 0; i < 3; i++) {
			state_at(segment, axis, at[i], &p, &v, &a, &j);
			must(fabsl(v) <= speed * (1 + 1e-9L), "above the speed");
			must(fabsl(a) <= acceleration * (1 + 1e-6L) + 1e-16L / (time * time),
			     "above the acceleration");
			if (jerk > 0)
				must(fabsl(j) <= jerk * (1 + 1e-6L) +
							 1e-16L / (time * time * time),
				     "above the jerk");
			if (i > 0 || (!from_rest && !last_end_ns))
				continue;
			must(fabsl(v - last_v) <= speed * 1e-7L, "speed jumps");
			if (jerk > 0)
				must(fabsl(a - last_a) <= acceleration * 1e-5L +
								  1e-16L / (last_time * last_time),
				     "acceleration jumps");
			if (!last_end_ns)
				continue;
			must(fabsl(p - last_p) <= jump, "position jumps");
			must(segment->start_ns <= last_end_ns, "a gap");
			must(segment->start_ns + 1 >= last_end_ns, "an overlap");
		}
		last_p = p;
		last_v = v;
		last_a = a;
		last_time = time;
		last_end_ns = segment_end_ns(segment);
		if (!segment->at_rest)
			continue;
		must(fabsl(v) <= speed * 1e-7L, "it ends with speed");
		if (jerk > 0)
			must(fabsl(a) <= acceleration * 1e-5L + 1e-16L / (time * time),
			     "it ends with acceleration");
		must(fabsl(p - segment->cubic[axis].last) <= 0.5L + 1e-6L,
		     "it ends elsewhere");
	}
}

START_TEST(durations)
{
	long double worst = 0;
	int i;

	for (i = 0; i < 5000; i++) {
		long double speed = random_between(0.001L, 1e6L);
		long double acceleration = speed * random_between(1e-4L, 1e6L);
		long double jerk = i & 1 ? acceleration * random_between(1e-4L, 1e6L) : 0;
		s64 steps = random_between(1, 0x1p31L);
		struct reference reference;
		long double error;
		u64 shortest_ns;
		int status;

		reference = reference_move(steps, speed, acceleration, jerk);
		motion_stage(&motion, recorder.now_ns);
		status = stage_move(i & 2 ? steps : -steps, speed, acceleration, jerk, 0,
				    &shortest_ns);
		if (reference.total > 0x1p57L / 1e9L) {
			motion_abandon(&motion);
			continue;
		}
		ck_assert_int_eq(status, 0);
		error = motion_staged_end_ns(&motion) - motion.stage_ns -
			reference.total * 1e9L;
		/* the end is the next whole ns; long double has 64 bits */
		ck_assert(error >= -1e-6L * reference.total);
		ck_assert(error <= 1e-6L * reference.total + 1);
		worst = fmaxl(worst, error / fmaxl(reference.total, 1));
		check_laws(motion.staged.first, 0, speed, acceleration, jerk, true);
		motion_abandon(&motion);
	}
	printf("durations: at most %.3Lg ns a s over the optimum\n", worst);
	ck_assert_uint_eq(motion.pool.free_count, SEGMENTS_MAX);
}
END_TEST

START_TEST(durations_as_wanted)
{
	u64 shortest_ns, wanted_ns;
	int i;

	for (i = 0; i < 5000; i++) {
		long double jerk = i & 1 ? random_between(1e2L, 1e9L) : 0;
		s64 steps = random_between(1, 1e6L);

		motion_stage(&motion, recorder.now_ns);
		ck_assert_int_eq(stage_move(steps, 2e4L, 5e4L, jerk, 1, &shortest_ns),
				 -EDOM);
		ck_assert_int_eq(stage_move(steps, 2e4L, 5e4L, jerk, shortest_ns - 1,
					    &wanted_ns),
				 -EDOM);
		ck_assert_uint_eq(wanted_ns, shortest_ns);
		ck_assert_uint_eq(motion_staged_end_ns(&motion), motion.stage_ns);
		ck_assert_int_eq(motion_staged_steps(&motion, 0), 0);
		wanted_ns = i & 2 ? shortest_ns :
				    (u64)random_between(shortest_ns, 1e15L);
		ck_assert_int_eq(stage_move(steps, 2e4L, 5e4L, jerk, wanted_ns,
					    &shortest_ns),
				 0);
		ck_assert_uint_eq(motion_staged_end_ns(&motion),
				  motion.stage_ns + wanted_ns);
		ck_assert_uint_le(segment_end_ns(&motion.pool.segment[motion.staged.last]),
				  motion_staged_end_ns(&motion) + 1);
		check_laws(motion.staged.first, 0, 2e4L, 5e4L, jerk, true);
		motion_abandon(&motion);
	}
	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(stage_move(S64_MAX, 1e6L, 1e6L, 0, 0, &shortest_ns), -EDOM);
	ck_assert_int_eq(stage_move(S64_MIN, 1e6L, 1e6L, 0, 0, &shortest_ns), -EDOM);
	ck_assert_int_eq(stage_move(1LL << 31, 1e-9L, 1, 0, 0, &shortest_ns), -EDOM);
	ck_assert_uint_eq(shortest_ns, U64_MAX);
	ck_assert_int_eq(stage_move(0, 1, 1, 0, 0, &shortest_ns), 0);
	ck_assert_uint_eq(motion.pool.free_count, SEGMENTS_MAX);
}
END_TEST

/*
 * Step times
 */

/* The steps of the staged move from the one before @k on, up to @count of them. */
static long double worst_error(const struct reference *reference, bool up, s64 k,
			       s64 count)
{
	u16 index = motion.staged.first;
	struct stepgen stepgen = {};
	long double worst = 0, error;
	s64 sign = up ? 1 : -1;
	u64 time_ns, last_ns = 0;
	bool goes_up;

	while (motion.pool.segment[index].cubic[0].last * sign < k)
		index = motion.pool.segment[index].next;
	stepgen_start(&stepgen, index, (k - 1) * sign);
	for (; count && stepgen_next(&stepgen, motion.pool.segment, &time_ns, &goes_up);
	     k++, count--) {
		must(stepgen.steps == k * sign && goes_up == up, "a wrong step");
		must(time_ns >= last_ns, "steps out of order");
		error = reference_time(reference, k - 0.5L) * 1e9L;
		error = fabsl(error - (long double)(time_ns - motion.stage_ns));
		worst = fmaxl(worst, error);
		last_ns = time_ns;
	}
	if (count) {
		ck_assert(!stepgen_next(&stepgen, motion.pool.segment, &time_ns, &goes_up));
		ck_assert_int_eq(k - 1, (s64)reference->distance);
	}
	return worst;
}

/* All steps if there are few, else the first, the last, and some on the way. */
static long double move_error(s64 steps, long double speed, long double acceleration,
			      long double jerk, u64 duration_ns, bool up)
{
	struct reference reference = reference_move(steps, speed, acceleration, jerk);
	long double worst = 0;
	u64 shortest_ns;
	int i;

	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(stage_move(up ? steps : -steps, speed, acceleration, jerk,
				    duration_ns, &shortest_ns),
			 0);
	if (duration_ns)
		reference_stretch(&reference, duration_ns / 1e9L);
	if (steps <= 20000) {
		worst = worst_error(&reference, up, 1, steps + 1);
	} else {
		worst = worst_error(&reference, up, 1, 1000);
		worst = fmaxl(worst, worst_error(&reference, up, steps - 1000, 2000));
		for (i = 0; i < 300; i++)
			worst = fmaxl(worst, worst_error(&reference, up,
							 1 + random_below(steps), 20));
	}
	motion_abandon(&motion);
	return worst;
}

static const struct {
	const char *name;
	s64 steps;
	long double speed;
	long double acceleration;
	long double jerk;
	u64 duration_ns;
} moves[] = {
	{ "M1", 10000, 20000, 50000, 0, 0 },
	{ "M2", 200, 20000, 50000, 0, 0 },
	{ "M3", 1000000, 200000, 1000000, 0, 0 },
	{ "M1, jerk", 10000, 20000, 50000, 500000, 0 },
	{ "M2, jerk", 200, 20000, 50000, 500000, 0 },
	{ "M3, jerk", 1000000, 200000, 1000000, 10000000, 0 },
	{ "1 step", 1, 20000, 50000, 0, 0 },
	{ "1 step, jerk", 1, 20000, 50000, 500000, 0 },
	{ "2 steps, jerk", 2, 20000, 50000, 500000, 0 },
	{ "10^6 steps/s", 3000000, 1000000, 1e7, 0, 0 },
	{ "10^6 steps/s, jerk", 3000000, 1000000, 1e7, 1e9, 0 },
	{ "10^6 steps/s in 1 us", 3000000, 1000000, 1e12, 0, 0 },
	{ "0.001 steps/s", 20, 0.001L, 0.001L, 0, 0 },
	{ "0.001 steps/s, jerk", 20, 0.001L, 1e-6L, 1e-9L, 0 },
	{ "2^31 steps", 1LL << 31, 1000000, 1e6, 0, 0 },
	{ "2^31 steps, jerk", 1LL << 31, 1000000, 1e6, 1e7, 0 },
	{ "2^31 steps, no cruise", 1LL << 31, 1e6, 300, 0, 0 },
	{ "2^31 steps, hours of jerk", 1LL << 31, 1e6, 600, 0.1L, 0 },
	{ "2^20 steps in 10 h", 1LL << 20, 1e6, 1e6, 1e6, 36000000000000 },
	{ "200 steps in 10 h", 200, 1e6, 1e6, 1e6, 36000000000000 },
};

START_TEST(step_times)
{
	bool up = _i < (int)ARRAY_SIZE(moves);
	unsigned int i = _i % ARRAY_SIZE(moves);
	long double error = move_error(moves[i].steps, moves[i].speed,
				       moves[i].acceleration, moves[i].jerk,
				       moves[i].duration_ns, up);

	printf("step times, %s %s: at most %.2Lf ns off\n", moves[i].name,
	       up ? "up" : "down", error);
	ck_assert(error <= ERROR_MAX_NS);
}
END_TEST

START_TEST(random_step_times)
{
	long double worst = 0;
	int i;

	for (i = 0; i < 1500; i++) {
		long double speed = random_between(0.001L, 1e6L);
		long double acceleration = speed * random_between(1e-3L, 1e5L);
		long double jerk = i & 1 ? acceleration * random_between(1e-3L, 1e5L) : 0;
		s64 steps = random_between(1, i % 10 ? 300 : 10000);
		long double error = move_error(steps, speed, acceleration, jerk, 0, i & 2);

		ck_assert_msg(error <= ERROR_MAX_NS,
			      "%Lg ns off: %lld steps, limits %.20Lg %.20Lg %.20Lg",
			      error, steps, speed, acceleration, jerk);
		worst = fmaxl(worst, error);
	}
	printf("step times of random moves: at most %.2Lf ns off\n", worst);
}
END_TEST

/* Several axes: each on the straight line within half a step whenever one steps. */
START_TEST(straight_lines)
{
	struct plan_move move = { .axes = 0x0f };
	static const s64 targets[] = { 12345, -777, 20000, 1 };
	u64 shortest_ns, next_ns, end_ns;
	unsigned int i;

	for (i = 0; i < 4; i++)
		move.axis[i] = axis_to(targets[i], 2e4L, 5e4L * (i + 1), 5e5L);
	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(plan_move(&motion, &move, &shortest_ns), 0);
	end_ns = motion_staged_end_ns(&motion);
	publish();
	for (i = 0; i < 4; i++)
		check_laws(motion.first, i, 2e4L, 5e4L * (i + 1), 5e5L, true);
	next_ns = run(recorder.now_ns);
	while (next_ns != U64_MAX) {
		long double lead;

		run(next_ns);
		lead = real_value(motion_position(&motion, 2, next_ns));
		for (i = 0; i < 4; i++)
			must(fabsl(lead * targets[i] / 20000 -
				   recorder.axis[i].steps) <= 0.5L + 1e-3L,
			     "off the line");
		next_ns = run(recorder.now_ns);
	}
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(recorder.axis[i].steps, targets[i]);
	ck_assert_uint_eq(motion_end_ns(&motion), end_ns);
	run_to_rest();
}
END_TEST

/*
 * Pulses
 */

/* What an axis is wired to never changes. */
static struct pulse_timing random_timing(unsigned int axis)
{
	/* also so long that the rules hold up the steps */
	u32 longest_ns = random_bits() & 1 ? 5000 : 2000000;
	struct pulse_timing timing = {
		.steplen_ns = random_below(longest_ns / 20),
		.stepspace_ns = random_below(longest_ns / 20),
		.dirsetup_ns = random_below(3) ? random_below(longest_ns) : 0,
		.dirhold_ns = random_below(3) ? random_below(longest_ns) : 0,
		.invert = random_bits() & 1,
		.drive = axis % 4,
	};

	return timing;
}

/* A move of random axes to targets around 0, of up to @distance. */
static struct plan_move random_move(s64 distance)
{
	struct plan_move move = { .axes = random_below(1 << AXES_MAX) };
	unsigned int i;

	for (i = 0; i < AXES_MAX; i++) {
		long double speed = random_between(100, 20000);

		move.axis[i] = axis_to((s64)random_below(2 * distance + 1) - distance,
				       speed, speed * random_between(1, 1000),
				       random_bits() & 1 ? speed * random_between(1, 1e7L) : 0);
	}
	return move;
}

/* A few steps of all axes, turning so fast that DIRHOLD and DIRSETUP matter. */
static struct plan_move quick_move(void)
{
	struct plan_move move = { .axes = (1 << AXES_MAX) - 1 };
	unsigned int i;

	for (i = 0; i < AXES_MAX; i++)
		move.axis[i] = axis_to((s64)random_below(7) - 3, 1e5L, 1e9L, 0);
	return move;
}

/* The rules of pulses are checked at each edge, see record(). */
START_TEST(pulse_rules)
{
	struct plan_move move;
	unsigned int i, round, count;
	u64 shortest_ns;

	for (round = 0; round < 300; round++) {
		for (i = 0; i < AXES_MAX; i++)
			set_timing(i, random_timing(i));
		if (!round)
			motion_enable(&motion, (1U << AXES_MAX) - 1, true);
		for (count = random_below(8); count; count--) {
			motion_stage(&motion, recorder.now_ns);
			move = round & 1 ? random_move(300) : quick_move();
			ck_assert_int_eq(plan_move(&motion, &move, &shortest_ns), 0);
			publish();
		}
		for (i = 0; i < AXES_MAX; i++)
			ck_assert_int_eq(motion_staged_steps(&motion, i),
					 motion.last == SEGMENT_NONE ?
						 motion_steps(&motion, i) :
						 motion.pool.segment[motion.last].cubic[i].last);
		run_to_rest();
		for (i = 0; i < AXES_MAX; i++)
			ck_assert_int_eq(recorder.axis[i].steps,
					 motion_staged_steps(&motion, i));
	}
	for (i = 0; i < AXES_MAX; i++)
		ck_assert_uint_gt(recorder.axis[i].rises, 1000);
	ck_assert_uint_eq(motion_lateness(&motion).slip_ns, 0);
	ck_assert_uint_eq(motion_lateness(&motion).late_edges, 0);
}
END_TEST

/* At low speed every rise is at its step's time, and DIR changes DIRSETUP before. */
START_TEST(pulses_at_their_times)
{
	struct reference reference = reference_move(100, 1000, 5000, 0);
	u64 shortest_ns, start_ns;
	unsigned int i;

	set_timing(0, (struct pulse_timing){ 3000, 4000, 7000, 9000, true, DRIVE_STEP_DIR });
	motion_stage(&motion, recorder.now_ns);
	start_ns = motion.stage_ns;
	ck_assert_uint_eq(start_ns, recorder.now_ns + MOTION_LEAD_NS);
	ck_assert_int_eq(stage_move(-100, 1000, 5000, 0, 0, &shortest_ns), 0);
	publish();
	run_to_rest();
	ck_assert_uint_eq(recorder.rises, 100);
	ck_assert_uint_eq(recorder.axis[0].dir_ns + 7000, recorder.rise_ns[0]);
	ck_assert_uint_eq(recorder.axis[0].fall_ns - 3000, recorder.rise_ns[99]);
	ck_assert(recorder.levels & PIN_DIR(0)); /* inverted: high is down */
	for (i = 0; i < 100; i++) {
		long double time = reference_time(&reference, i + 0.5L) * 1e9L;

		ck_assert(fabsl(time + start_ns - recorder.rise_ns[i]) <= 1);
	}
}
END_TEST

/* Two axes of 20 and 19 thousand steps/s: most falls leave with a rise of the other. */
START_TEST(falls_share_wake_ups)
{
	struct plan_move move = { .axes = 3 };
	unsigned int wake_ups = 0;
	u64 shortest_ns, next_ns;

	move.axis[0] = axis_to(20000, 2e4L, 1e8L, 0);
	move.axis[1] = axis_to(19000, 2e4L, 1e8L, 0);
	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(plan_move(&motion, &move, &shortest_ns), 0);
	publish();
	for (next_ns = run(recorder.now_ns); next_ns != U64_MAX; next_ns = run(next_ns)) {
		ck_assert_uint_ge(next_ns, recorder.now_ns);
		wake_ups++;
	}
	run_to_rest();
	ck_assert_int_eq(recorder.axis[0].rises, 20000);
	ck_assert_int_eq(recorder.axis[1].rises, 19000);
	ck_assert_uint_lt(wake_ups, (20000 + 19000) * 5 / 4);
	ck_assert_uint_eq(motion_lateness(&motion).slip_ns, 0);
	ck_assert_uint_eq(motion_lateness(&motion).max_ns, 0);
}
END_TEST

/* Where steps are seldom they do not, and behind a halt none waits. */
START_TEST(falls_do_not_wait_long)
{
	struct plan_move move = { .axes = 3 };
	u64 shortest_ns, next_ns;

	move.axis[0] = axis_to(200, 2e4L, 1e8L, 0);
	move.axis[1] = axis_to(2, 2e4L, 1e8L, 0);
	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(plan_move(&motion, &move, &shortest_ns), 0);
	publish();
	for (next_ns = run(recorder.now_ns); recorder.axis[0].rises < 55;)
		next_ns = run(next_ns);
	ck_assert(recorder.levels & PIN_STEP(0));
	ck_assert(recorder.levels & PIN_STEP(1) ||
		  recorder.axis[1].fall_ns - recorder.axis[1].rise_ns <= 100000 + 2000);
	motion_halt(&motion, recorder.now_ns);
	next_ns = run(recorder.now_ns);
	ck_assert_uint_le(next_ns, recorder.now_ns + default_timing.steplen_ns);
	run(next_ns);
	ck_assert_uint_eq(recorder.levels & (PIN_STEP(0) | PIN_STEP(1)), 0);
}
END_TEST

/* Edges of several axes that fall together leave in one call. */
static unsigned int sets;

static void count_sets(struct pins *pins, u64 lines, u64 levels)
{
	sets++;
	record(pins, lines, levels);
}

/* The least there can be for 100 steps there. */
static const unsigned int sets_of[] = {
	[DRIVE_STEP_DIR] = 1 + 200, /* DIR, rises, falls */
	[DRIVE_BOTH_EDGES] = 1 + 100,
	[DRIVE_FULL_STEPS] = 100,
	[DRIVE_HALF_STEPS] = 100,
};

START_TEST(edges_together)
{
	struct plan_move move = { .axes = 0xff };
	struct pulse_timing timing = default_timing;
	u64 shortest_ns;
	unsigned int i;

	recorder.pins.set = count_sets;
	timing.drive = _i;
	for (i = 0; i < AXES_MAX; i++) {
		move.axis[i] = axis_to(100, 1000, 5000, 0);
		set_timing(i, timing);
	}
	motion_enable(&motion, move.axes, true);
	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(plan_move(&motion, &move, &shortest_ns), 0);
	publish();
	sets = 0;
	run_to_rest();
	ck_assert_uint_eq(sets, sets_of[_i]);
}
END_TEST

/*
 * Stops
 */

#define STOP_AXES 3

struct stop_case {
	s64 from[STOP_AXES];
	s64 to[STOP_AXES];
	long double speed, acceleration, jerk;
	u64 end_ns; /* of the move */
};

/* Publish a random move and let it run for a random time. */
static void begin_random_move(struct stop_case *stop)
{
	struct plan_move move = { .axes = (1 << STOP_AXES) - 1 };
	u64 shortest_ns, begin_ns = recorder.now_ns;
	unsigned int i;

	stop->speed = random_between(200, 20000);
	stop->acceleration = random_between(500, 1e6L);
	stop->jerk = random_bits() & 1 ? random_between(1e3L, 1e9L) : 0;
	for (i = 0; i < STOP_AXES; i++) {
		stop->from[i] = motion_steps(&motion, i);
		stop->to[i] = stop->from[i];
		if (random_bits() & 3)
			stop->to[i] += (s64)random_below(2000) - 1000;
		move.axis[i] = axis_to(stop->to[i], stop->speed, stop->acceleration,
				       stop->jerk);
	}
	motion_stage(&motion, begin_ns);
	ck_assert_int_eq(plan_move(&motion, &move, &shortest_ns), 0);
	publish();
	stop->end_ns = motion_end_ns(&motion);
	run_until(begin_ns + random_below(stop->end_ns - begin_ns + 1000000));
}

/* All stop on their line. */
static void stage_stop(const struct stop_case *stop)
{
	static struct plan_path path;
	struct path_choice choice = { .exact = true };
	struct plan_move move = { .axes = (1 << STOP_AXES) - 1 };
	unsigned int i;

	for (i = 0; i < STOP_AXES; i++) {
		move.axis[i] = axis_to(stop->to[i], stop->speed, stop->acceleration,
				       stop->jerk);
		choice.metric[i] = plan_limits(&move.axis[i]).acceleration;
	}
	motion_stage_cut(&motion, recorder.now_ns);
	if (!motion_cut_moving(&motion))
		return;
	path_begin(&path, &motion);
	if (path_add(&path, &move, &choice))
		ck_assert_int_eq(path_plan(&path, &motion, true), 0);
}

/* Those in @axes stop, each by its own law; the others go where they were going. */
static void stage_stop_of(const struct stop_case *stop, u32 axes)
{
	struct plan_change change[AXES_MAX] = {};
	unsigned int i;

	for (i = 0; i < AXES_MAX; i++) {
		change[i].what = axes >> i & 1 ? PLAN_STOP : PLAN_FINISH;
		change[i].axis = axis_to(0, stop->speed, stop->acceleration, stop->jerk);
	}
	motion_stage_cut(&motion, recorder.now_ns);
	ck_assert_int_eq(plan_change(&motion, change), 0);
}

/* No later than full braking takes, nor than the move that it ends. */
static void check_stop_time(const struct stop_case *stop, u64 now_ns)
{
	long double braking = stop->speed / stop->acceleration;
	u64 latest_ns = now_ns + MOTION_HANDOVER_NS;

	if (stop->jerk > 0)
		braking += 2 * stop->acceleration / stop->jerk;
	latest_ns = max(latest_ns, min(stop->end_ns, latest_ns + (u64)(braking * 1e9L)));
	ck_assert_uint_le(motion_end_ns(&motion), latest_ns + 1);
}

static bool is_between(s64 a, s64 x, s64 b)
{
	return a < b ? a <= x && x <= b : b <= x && x <= a;
}

START_TEST(stops)
{
	unsigned int i, round, lead, cut_short = 0;

	for (round = 0; round < 1000; round++) {
		struct stop_case stop;
		long double way, share;
		s64 steps[STOP_AXES];

		begin_random_move(&stop);
		stage_stop(&stop);
		publish();
		check_stop_time(&stop, recorder.now_ns);
		lead = 0;
		for (i = 0; i < STOP_AXES; i++) {
			check_laws(motion.first, i, stop.speed, stop.acceleration,
				   stop.jerk, false);
			steps[i] = motion_staged_steps(&motion, i);
			if (llabs(stop.to[i] - stop.from[i]) >
			    llabs(stop.to[lead] - stop.from[lead]))
				lead = i;
		}
		run_to_rest();
		way = stop.to[lead] - stop.from[lead];
		cut_short += steps[lead] != stop.to[lead];
		for (i = 0; i < STOP_AXES && way != 0; i++) {
			share = (stop.to[i] - stop.from[i]) / way;
			ck_assert_int_eq(motion_steps(&motion, i), steps[i]);
			ck_assert(is_between(stop.from[i], steps[i], stop.to[i]));
			share *= steps[lead] - stop.from[lead];
			ck_assert(fabsl(share - (steps[i] - stop.from[i])) <= 1.001L);
		}
	}
	ck_assert_uint_gt(cut_short, 300);
	ck_assert_uint_eq(motion_lateness(&motion).slip_ns, 0);
}
END_TEST

START_TEST(stops_of_some_axes)
{
	unsigned int i, round, cut_short = 0;

	for (round = 0; round < 1000; round++) {
		struct stop_case stop;
		s64 steps[STOP_AXES];
		u32 axes = 1 + random_below(6);

		begin_random_move(&stop);
		stage_stop_of(&stop, axes);
		publish();
		for (i = 0; i < STOP_AXES; i++) {
			check_laws(motion.first, i, stop.speed, stop.acceleration,
				   stop.jerk, false);
			steps[i] = motion_staged_steps(&motion, i);
			ck_assert(is_between(stop.from[i], steps[i], stop.to[i]));
			cut_short += steps[i] != stop.to[i];
			if (!(axes >> i & 1) &&
			    stop.end_ns > recorder.now_ns + MOTION_HANDOVER_NS)
				ck_assert_int_eq(steps[i], stop.to[i]);
		}
		if (random_bits() & 1) { /* a stop during a stop */
			run_until(recorder.now_ns + random_below(20000000));
			stage_stop_of(&stop, 7);
			publish();
			for (i = 0; i < STOP_AXES; i++) {
				check_laws(motion.first, i, stop.speed,
					   stop.acceleration, stop.jerk, false);
				steps[i] = motion_staged_steps(&motion, i);
			}
		}
		run_to_rest();
		for (i = 0; i < STOP_AXES; i++)
			ck_assert_int_eq(motion_steps(&motion, i), steps[i]);
	}
	ck_assert_uint_gt(cut_short, 300);
	ck_assert_uint_eq(motion.pool.free_count + (motion.first != SEGMENT_NONE), SEGMENTS_MAX);
}
END_TEST

/* A stop drops the moves that wait, and new ones follow it. */
START_TEST(stop_drops_the_queue)
{
	struct stop_case stop = { .speed = 1000, .acceleration = 5000 };
	u64 shortest_ns;
	unsigned int i;

	for (i = 0; i < 10; i++) {
		motion_stage(&motion, recorder.now_ns);
		ck_assert_int_eq(stage_move(i & 1 ? 0 : 1000, 1000, 5000, 0, 0,
					    &shortest_ns),
				 0);
		publish();
	}
	ck_assert_uint_lt(motion_room(&motion), SEGMENTS_MAX - SEGMENTS_FOR_STOP - 20);
	run_until(recorder.now_ns + NS_PER_S / 2);
	stage_stop_of(&stop, 1);
	ck_assert_int_eq(stage_move(-5, 1000, 5000, 0, 0, &shortest_ns), 0);
	publish();
	run_to_rest();
	ck_assert_int_eq(motion_steps(&motion, 0), -5);
	/* 0.5 s: 400 steps; braking from 1000/s: 100; and back to -5 */
	ck_assert_uint_ge(recorder.rises, 1000);
	ck_assert_uint_le(recorder.rises, 1012);
	motion_stage(&motion, recorder.now_ns);
	ck_assert_uint_eq(motion_room(&motion), SEGMENTS_MAX - SEGMENTS_FOR_STOP);
}
END_TEST

START_TEST(stop_at_rest)
{
	struct stop_case stop = { .speed = 1000, .acceleration = 5000 };
	u64 shortest_ns;

	stage_stop_of(&stop, 0xff); /* nothing was ever planned */
	publish();
	run_to_rest();
	motion_stage(&motion, recorder.now_ns);
	motion_stage_rest(&motion, motion_staged_end_ns(&motion) + 10000000);
	ck_assert_int_eq(stage_move(10, 1000, 5000, 0, 0, &shortest_ns), 0);
	publish();
	stage_stop_of(&stop, 0xff); /* all of it is still to come */
	publish();
	run_to_rest();
	ck_assert_uint_eq(recorder.rises, 0);
	ck_assert_int_eq(motion_staged_steps(&motion, 0), 0);
}
END_TEST

/*
 * Publishing
 */

START_TEST(late_publish)
{
	u64 shortest_ns;

	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(stage_move(10, 1000, 5000, 0, 0, &shortest_ns), 0);
	ck_assert_int_eq(motion_publish(&motion, recorder.now_ns + MOTION_LEAD_NS),
			 -EAGAIN);
	/* the edge side was there, though the process side's clock says otherwise */
	run(recorder.now_ns + MOTION_LEAD_NS);
	ck_assert_int_eq(motion_publish(&motion, recorder.now_ns - 10), -EAGAIN);
	motion_abandon(&motion);
	ck_assert_uint_eq(motion.pool.free_count, SEGMENTS_MAX);
	ck_assert(motion_idle(&motion, recorder.now_ns));
	run_to_rest();
	ck_assert_uint_eq(recorder.rises, 0);

	/* a halt between staging and publishing */
	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(stage_move(10, 1000, 5000, 0, 0, &shortest_ns), 0);
	ck_assert(!motion_halt(&motion, recorder.now_ns));
	ck_assert_int_eq(motion_publish(&motion, recorder.now_ns), -EAGAIN);
	motion_abandon(&motion);
	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(stage_move(10, 1000, 5000, 0, 0, &shortest_ns), 0);
	publish();
	run_to_rest();
	ck_assert_int_eq(motion_steps(&motion, 0), 10);
}
END_TEST

/* When no segment is left a move is refused and nothing else has changed. */
START_TEST(no_room)
{
	struct stop_case stop = { .speed = 1e4L, .acceleration = 5e4L, .jerk = 5e5L };
	const int room = SEGMENTS_MAX - SEGMENTS_FOR_STOP;
	u64 shortest_ns, end_ns;
	s64 steps;
	int i, status;

	for (i = 0;; i++) {
		motion_stage(&motion, recorder.now_ns);
		ck_assert_int_eq(motion_room(&motion), room - 7 * i);
		end_ns = motion_staged_end_ns(&motion);
		steps = motion_staged_steps(&motion, 0);
		status = stage_move(i & 1 ? 0 : 10000, 1e4L, 5e4L, 5e5L, 0, &shortest_ns);
		if (status)
			break;
		publish();
	}
	ck_assert_int_eq(status, -ENOSPC);
	ck_assert_int_eq(i, room / 7);
	ck_assert_uint_eq(motion.staged.first, SEGMENT_NONE);
	ck_assert_uint_eq(motion_staged_end_ns(&motion), end_ns);
	ck_assert_int_eq(motion_staged_steps(&motion, 0), steps);
	motion_abandon(&motion);
	/* there is always room for a stop */
	run_until(recorder.now_ns + NS_PER_S);
	stage_stop_of(&stop, 1);
	publish();
	run_to_rest();
	motion_stage(&motion, recorder.now_ns);
	ck_assert_uint_eq(motion_room(&motion), room);
}
END_TEST

/* Segments that are over become free while the plan goes on. */
START_TEST(endless_queue)
{
	u64 shortest_ns;
	int i, status, moves_done = 0;

	for (i = 0; i < 20000 && moves_done < 2000; i++) {
		motion_stage(&motion, recorder.now_ns);
		status = stage_move(moves_done & 1 ? 0 : 20, 1e4L, 5e4L, 5e6L, 0,
				    &shortest_ns);
		if (status) {
			ck_assert_int_eq(status, -ENOSPC);
			motion_abandon(&motion);
			run_until(recorder.now_ns + 100000000);
			continue;
		}
		publish();
		moves_done++;
	}
	ck_assert_int_eq(moves_done, 2000);
	run_to_rest();
	ck_assert_uint_eq(recorder.rises, 2000 * 20);
	ck_assert_uint_eq(motion_lateness(&motion).slip_ns, 0);
}
END_TEST

/*
 * Halt
 */

START_TEST(halts)
{
	unsigned int i, round, moving = 0;
	s64 steps[AXES_MAX];
	u32 levels;

	for (round = 0; round < 1000; round++) {
		struct stop_case stop;
		u64 rises[AXES_MAX];
		bool halted;

		begin_random_move(&stop);
		levels = recorder.levels;
		for (i = 0; i < AXES_MAX; i++) {
			steps[i] = motion_steps(&motion, i);
			rises[i] = recorder.axis[i].rises;
		}
		halted = motion_halt(&motion, recorder.now_ns);
		moving += halted;
		if (recorder.now_ns >= stop.end_ns)
			ck_assert(!halted);
		for (i = 0; i < STOP_AXES; i++)
			if (recorder.now_ns < stop.end_ns && steps[i] != stop.from[i] &&
			    steps[i] != stop.to[i])
				ck_assert(halted);
		ck_assert_uint_le(motion_end_ns(&motion), recorder.now_ns);
		ck_assert(motion_idle(&motion, recorder.now_ns) ==
			  !(levels & 0xff));
		run_to_rest();
		for (i = 0; i < AXES_MAX; i++) {
			ck_assert_int_eq(motion_steps(&motion, i), steps[i]);
			ck_assert_uint_eq(recorder.axis[i].rises, rises[i]);
		}
		motion_stage(&motion, recorder.now_ns);
		ck_assert_uint_eq(motion.pool.free_count, SEGMENTS_MAX);
	}
	ck_assert_uint_gt(moving, 500);
}
END_TEST

/* Before a move begins nothing moves. */
START_TEST(halt_before_start)
{
	u64 shortest_ns;

	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(stage_move(1000, 1000, 5000, 0, 0, &shortest_ns), 0);
	publish();
	ck_assert(!motion_halt(&motion, recorder.now_ns + MOTION_LEAD_NS / 2));
	run_to_rest();
	ck_assert_uint_eq(recorder.rises, 0);
}
END_TEST

/*
 * Lateness
 */

/* Serve every edge late by up to @late_ns; now and then by 50 ms. */
static void run_late(u64 late_ns, unsigned int seldom)
{
	u64 next_ns = run(recorder.now_ns);

	while (next_ns != U64_MAX) {
		next_ns = max(next_ns, recorder.now_ns) + random_below(late_ns + 1);
		if (seldom && !random_below(seldom))
			next_ns += 50000000;
		next_ns = run(next_ns);
	}
}

START_TEST(late_edges)
{
	struct reference reference = reference_move(5000, 10000, 50000, 5e5L);
	long double planned, interval, excess = 0;
	struct motion_lateness lateness;
	u64 shortest_ns, end_ns;
	unsigned int i;

	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(stage_move(5000, 10000, 50000, 5e5L, 0, &shortest_ns), 0);
	end_ns = motion_staged_end_ns(&motion);
	publish();
	run_late(30000, 500);
	lateness = motion_lateness(&motion);
	ck_assert_uint_eq(recorder.rises, 5000);
	ck_assert_int_eq(motion_steps(&motion, 0), 5000);
	ck_assert_uint_gt(lateness.late_edges, 5);
	ck_assert_uint_gt(lateness.max_ns, 50000000);
	ck_assert_uint_le(lateness.max_ns, 50000000 + 3 * 30000);
	ck_assert_uint_gt(lateness.slip_ns, 5 * 49000000ULL);
	ck_assert_uint_eq(motion_end_ns(&motion), end_ns + lateness.slip_ns);
	for (i = 1; i < 5000; i++) {
		interval = recorder.rise_ns[i] - recorder.rise_ns[i - 1];
		planned = (reference_time(&reference, i + 0.5L) -
			   reference_time(&reference, i - 0.5L)) *
			  1e9L;
		ck_assert_msg(interval >= planned * 0.75L - 2,
			      "step %u after %Lf ns, planned %Lf", i, interval, planned);
		excess = fmaxl(excess, planned / interval);
	}
	printf("late edges: at most %.4Lf of the planned speed\n", excess);
	/* the next plan starts without slip */
	motion_stage(&motion, motion_end_ns(&motion) + 1000000);
	ck_assert_uint_eq(motion.slip_ns, 0);
	ck_assert(motion_passed(&motion, end_ns, end_ns + lateness.slip_ns));
}
END_TEST

/* Ordinary interrupts, late by less than a quarter of an interval: no slip at all. */
START_TEST(ordinary_lateness)
{
	u64 shortest_ns, end_ns;

	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(stage_move(5000, 10000, 50000, 5e5L, 0, &shortest_ns), 0);
	end_ns = motion_staged_end_ns(&motion);
	publish();
	run_late(8000, 0); /* STEP's fall and DIR are late too: 24 us of 100 */
	ck_assert_uint_eq(recorder.rises, 5000);
	ck_assert_uint_eq(motion_lateness(&motion).late_edges, 0);
	ck_assert_uint_eq(motion_lateness(&motion).slip_ns, 0);
	ck_assert_uint_eq(motion_end_ns(&motion), end_ns);
}
END_TEST

/* Axes wait for each other: however late, they stay on their line. */
START_TEST(late_axes_stay_together)
{
	struct plan_move move = { .axes = 3 };
	u64 shortest_ns, next_ns;
	long double worst = 0;

	move.axis[0] = axis_to(5000, 10000, 50000, 0);
	move.axis[1] = axis_to(1000, 10000, 50000, 0);
	motion_stage(&motion, recorder.now_ns);
	ck_assert_int_eq(plan_move(&motion, &move, &shortest_ns), 0);
	publish();
	next_ns = run(recorder.now_ns);
	while (next_ns != U64_MAX) {
		next_ns = max(next_ns, recorder.now_ns) + random_below(1000);
		if (!random_below(100))
			next_ns += 5000000;
		next_ns = run(next_ns);
		worst = fmaxl(worst, fabsl(recorder.axis[0].steps / 5.0L -
					   recorder.axis[1].steps));
	}
	/* half a step each, and the quarter of an interval that is jitter */
	ck_assert_msg(worst <= 0.6L + 0.35L, "%Lf steps off", worst);
	ck_assert_uint_eq(recorder.axis[0].rises, 5000);
	ck_assert_uint_eq(recorder.axis[1].rises, 1000);
}
END_TEST

/*
 * All of it
 */

/* Random moves, stops and halts, served late: what left is what is counted. */
START_TEST(random_histories)
{
	unsigned int i, round;
	u64 shortest_ns, next_ns, until_ns;

	for (round = 0; round < 5000; round++) {
		struct plan_move move = random_move(300);
		struct stop_case stop = {
			.speed = random_between(1000, 20000),
			.acceleration = random_between(5000, 1e6L),
			.jerk = random_bits() & 1 ? random_between(1e4L, 1e9L) : 0,
		};

		switch (random_below(8)) {
		case 0:
			stage_stop_of(&stop, random_below(256));
			if (random_bits() & 1)
				ck_assert_int_eq(plan_move(&motion, &move, &shortest_ns), 0);
			break;
		case 1:
			if (!random_below(5))
				motion_halt(&motion, recorder.now_ns);
			fallthrough;
		default:
			motion_stage(&motion, recorder.now_ns);
			i = plan_move(&motion, &move, &shortest_ns);
			ck_assert(!i || motion_room(&motion) < PROFILE_PIECES_MAX);
		}
		if (random_below(10))
			ck_assert_int_eq(motion_publish(&motion, recorder.now_ns), 0);
		else
			motion_abandon(&motion);
		until_ns = recorder.now_ns + random_below(200000000);
		next_ns = run(recorder.now_ns);
		while (next_ns <= until_ns) {
			next_ns = max(next_ns, recorder.now_ns) + random_below(2000);
			next_ns = run(next_ns);
		}
		recorder.now_ns = max(recorder.now_ns, until_ns);
		for (i = 0; i < AXES_MAX; i++) {
			long double position = real_value(motion_position(&motion, i,
									  recorder.now_ns));

			must(motion_steps(&motion, i) == recorder.axis[i].steps,
			     "miscounted");
			must(fabsl(position - recorder.axis[i].steps) < 2.5L, "off");
		}
	}
	run_to_rest();
	motion_stage(&motion, recorder.now_ns);
	ck_assert_uint_eq(motion.pool.free_count, SEGMENTS_MAX);
}
END_TEST

Suite *motion_suite(void);
Suite *motion_suite(void)
{
	Suite *suite = suite_create("motion");
	TCase *tests = tcase_create("motion");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 120);
	if (LDBL_MANT_DIG >= 64) /* or the reference is too coarse */
		tcase_add_test(tests, reals);
	tcase_add_test(tests, reals_at_the_edges);
	tcase_add_test(tests, just_below_a_whole_step);
	if (LDBL_MANT_DIG >= 64) /* or the reference is too coarse */
		tcase_add_test(tests, durations);
	tcase_add_test(tests, durations_as_wanted);
	tcase_add_loop_test(tests, step_times, 0, 2 * ARRAY_SIZE(moves));
	tcase_add_test(tests, random_step_times);
	tcase_add_test(tests, straight_lines);
	tcase_add_test(tests, pulse_rules);
	tcase_add_test(tests, pulses_at_their_times);
	tcase_add_test(tests, falls_share_wake_ups);
	tcase_add_test(tests, falls_do_not_wait_long);
	tcase_add_loop_test(tests, edges_together, 0, ARRAY_SIZE(sets_of));
	tcase_add_test(tests, stops);
	tcase_add_test(tests, stops_of_some_axes);
	tcase_add_test(tests, stop_drops_the_queue);
	tcase_add_test(tests, stop_at_rest);
	tcase_add_test(tests, late_publish);
	tcase_add_test(tests, no_room);
	tcase_add_test(tests, endless_queue);
	tcase_add_test(tests, halts);
	tcase_add_test(tests, halt_before_start);
	tcase_add_test(tests, late_edges);
	tcase_add_test(tests, ordinary_lateness);
	tcase_add_test(tests, late_axes_stay_together);
	tcase_add_test(tests, random_histories);
	suite_add_tcase(suite, tests);
	return suite;
}
