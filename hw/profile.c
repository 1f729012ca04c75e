// SPDX-License-Identifier: GPL-2.0
/*
 * Closed forms of profiles. Only durations come from the limits; speeds,
 * accelerations and jerks then follow from the durations and the distance, so
 * that a move ends on its target whatever was rounded.
 */
#include "profile.h"
#include "root.h"

/*
 * With jerk time tj = A / J, a ramp to speed v takes v / A + tj and goes at v / 2
 * on average, if it reaches A at all (v >= A tj), else 2 sqrt(v / J). Two ramps
 * go the whole way (1) if v (v / A + tj) >= 1: then the peak speed is the root of
 * that equation, or of 2 v sqrt(v / J) = 1 where A is not reached.
 */
void profile_shortest(struct rest_to_rest *durations, const struct limits *limits)
{
	const struct real zero = real_from(0);
	const struct real one = real_from(1);
	struct real jerk_time = zero;
	struct real ramp, root, distance;

	if (real_sign(limits->jerk))
		jerk_time = real_div(limits->acceleration, limits->jerk);
	durations->cruise = zero;

	ramp = real_div(limits->speed, limits->acceleration);
	if (real_compare(ramp, jerk_time) < 0) {
		jerk_time = real_sqrt(real_div(limits->speed, limits->jerk));
		ramp = jerk_time;
	}
	distance = real_mul(limits->speed, real_add(ramp, jerk_time));
	if (real_compare(distance, one) <= 0) { /* the speed is reached */
		durations->cruise = real_div(real_sub(one, distance), limits->speed);
		durations->jerk = jerk_time;
		durations->acceleration = real_sub(ramp, jerk_time);
		return;
	}

	/* ramp (ramp + tj) A = 1 for the ramp's v / A */
	if (real_sign(limits->jerk))
		jerk_time = real_div(limits->acceleration, limits->jerk);
	root = real_sqrt(real_add(real_mul(jerk_time, jerk_time),
				  real_div(real_from(4), limits->acceleration)));
	ramp = real_shift(real_sub(root, jerk_time), -1);
	if (real_compare(ramp, jerk_time) < 0) {
		/* 2 tj^3 J = 1 */
		jerk_time = real_cbrt(real_div(one, real_shift(limits->jerk, 1)));
		ramp = jerk_time;
	}
	durations->jerk = jerk_time;
	durations->acceleration = real_sub(ramp, jerk_time);
}

struct real profile_total(const struct rest_to_rest *durations)
{
	struct real ramp = real_add(real_shift(durations->jerk, 1),
				    durations->acceleration);

	return real_add(real_shift(ramp, 1), durations->cruise);
}

void profile_stretch(struct rest_to_rest *durations, struct real factor)
{
	durations->jerk = real_mul(durations->jerk, factor);
	durations->acceleration = real_mul(durations->acceleration, factor);
	durations->cruise = real_mul(durations->cruise, factor);
}

/* Begin a piece, unless it is too short to matter (2^-20 of a ns). */
static void add_piece(struct profile *profile, struct real duration,
		      const struct state *start)
{
	struct piece *piece = &profile->piece[profile->count];

	if (!real_sign(duration) || duration.exponent + 64 < -20)
		return;
	piece->duration = duration;
	piece->start = *start;
	profile->count++;
}

void profile_rest_to_rest(struct profile *profile,
			  const struct rest_to_rest *durations)
{
	const struct real one = real_from(1);
	const struct real zero = real_from(0);
	struct real rise = durations->jerk;
	struct real hold = durations->acceleration;
	struct real ramp = real_add(rise, hold);
	/* Two ramps at half the speed on average and the cruise go 1. */
	struct real speed = real_div(one, real_add(real_add(ramp, rise),
						   durations->cruise));
	struct real acceleration = real_div(speed, ramp);
	struct real jerk = real_sign(rise) ? real_div(acceleration, rise) : zero;
	struct state at[4] = { { zero, zero, zero, jerk } };
	unsigned int i;

	at[1] = state_after(&at[0], rise);
	at[1].acceleration = acceleration;
	at[1].jerk = zero;
	at[2] = state_after(&at[1], hold);
	at[2].jerk = real_negate(jerk);
	at[3].position = real_shift(real_mul(speed, real_add(ramp, rise)), -1);
	at[3].speed = speed;
	at[3].acceleration = zero;
	at[3].jerk = zero;

	profile->count = 0;
	add_piece(profile, rise, &at[0]);
	add_piece(profile, hold, &at[1]);
	add_piece(profile, rise, &at[2]);
	add_piece(profile, durations->cruise, &at[3]);
	/* The way to rest is the way from rest, seen from the other end. */
	for (i = 3; i > 0; i--) {
		struct state mirror = at[i];

		mirror.position = real_sub(one, mirror.position);
		mirror.acceleration = real_negate(i == 3 ? zero : acceleration);
		mirror.jerk = at[i - 1].jerk;
		mirror.jerk.negative = i == 3 && real_sign(jerk);
		add_piece(profile, i == 2 ? hold : rise, &mirror);
	}
}

/* Add a piece that begins in @state, with this jerk, and let @state move on to its end. */
static void append(struct profile *profile, struct state *state,
		   struct real duration, struct real jerk)
{
	state->jerk = jerk;
	if (!real_sign(duration))
		return;
	add_piece(profile, duration, state);
	*state = state_after(state, duration);
}

struct real profile_speed_to_come(const struct state *state, const struct limits *limits)
{
	struct real gain = real_mul(state->acceleration, state->acceleration);

	if (!real_sign(limits->jerk))
		return state->speed;
	gain = real_div(gain, real_shift(limits->jerk, 1));
	gain.negative = state->acceleration.negative;
	return real_add(state->speed, gain);
}

/* The limits A and J, and what is reckoned from them once. */
struct law {
	const struct limits *limits;
	struct real square; /* A^2 */
	struct real per_acceleration; /* 1 / A */
	struct real per_jerk; /* 1 / J, if there is one */
};

static struct law law_of(const struct limits *limits)
{
	const struct real one = real_from(1);
	struct law law = {
		.limits = limits,
		.square = real_mul(limits->acceleration, limits->acceleration),
		.per_acceleration = real_div(one, limits->acceleration),
	};

	if (real_sign(limits->jerk))
		law.per_jerk = real_div(one, limits->jerk);
	return law;
}

/*
 * A change of speed, seen from the speed to be reached, is a stop: from speed v, with
 * acceleration -b. It brakes ever harder under jerk J, by the peak at most, and then
 * ever less, to 0, which takes off peak^2 / J - b^2 / 2J of the speed. A peak beyond
 * the limit A is held at A instead, for as long as the rest of the speed takes; and
 * what brakes harder than A already comes down to that first. Where the jerk limit
 * leaves a speed the other way, all is mirrored.
 */
struct change {
	const struct law *law;
	bool up; /* mirrored */
	bool held; /* the peak is A */
	struct real speed; /* v, b: as mirrored */
	struct real braking;
	struct real peak;
};

static struct change find_change(struct real speed, struct real acceleration,
				 const struct law *law)
{
	struct change change = { .law = law, .held = true, .peak = law->limits->acceleration };
	bool jerk_limited = real_sign(law->limits->jerk);
	struct real gain = real_mul(law->limits->jerk, speed);
	struct real half = real_shift(real_mul(acceleration, acceleration), -1);
	struct real sum = real_add(gain, half);

	change.up = speed.negative;
	if (jerk_limited && speed.negative != acceleration.negative)
		change.up = acceleration.negative ? real_compare(gain, half) < 0 : sum.negative;
	change.speed = change.up ? real_negate(speed) : speed;
	change.braking = change.up ? acceleration : real_negate(acceleration);
	if (!jerk_limited)
		return change;
	if (change.up)
		sum = real_sub(half, gain);
	if (real_compare(sum, law->square) <= 0) {
		change.held = false;
		change.peak = real_sqrt(real_absolute(sum));
	}
	return change;
}

/*
 * How far a stop goes, how long it takes, and its distance's derivative by the speed:
 * the integrals of the above, with k = 1 / J, or -1 / J for what comes down from b > A.
 * Where the peak is not held
 *	distance = k^2 (peak^2 (peak - b) + b^3 / 6), by speed = k (3 peak / 2 - b)
 * and where it is, with lag = k (A - b)^2 / 2,
 *	distance = (v (v / 2 + lag) + k^2 b^2 (A^2 / 4 - A b / 3 + b^2 / 8)) / A,
 *	by speed = (v + lag) / A
 */
struct stop {
	struct real distance;
	struct real time;
	struct real by_speed;
};

static struct stop find_stop(const struct change *change)
{
	struct real inverse = change->law->per_jerk;
	struct real peak = change->peak, braking = change->braking, speed = change->speed;
	struct real peak_time = real_mul(inverse, peak);
	struct real rest = real_sub(peak, braking);
	struct real part = real_mul(inverse, braking);
	struct stop stop;

	if (!change->held) {
		stop.by_speed = real_add_product(real_shift(peak_time, -1), inverse, rest);
		stop.distance = real_mul(real_mul(peak_time, peak_time), rest);
		part = real_mul(real_mul(part, part), braking);
		stop.distance = real_add_product(stop.distance, real_sixth, part);
	} else {
		struct real lag = real_shift(real_mul(inverse, real_mul(rest, rest)), -1);

		lag.negative = real_sign(lag) && rest.negative;
		stop.by_speed = real_mul(real_add(speed, lag), change->law->per_acceleration);
		stop.distance = real_mul(speed, real_add(real_shift(speed, -1), lag));
		if (real_sign(part)) {
			rest = real_sub(real_shift(braking, -3), real_mul(peak, real_third));
			rest = real_add_product(real_shift(change->law->square, -2), braking, rest);
			stop.distance = real_add_product(stop.distance, real_mul(part, part), rest);
		}
		stop.distance = real_mul(stop.distance, change->law->per_acceleration);
	}
	stop.time = real_add(stop.by_speed, real_shift(peak_time, -1));
	if (change->up)
		stop.distance = real_negate(stop.distance);
	return stop;
}

/* Its three pieces: under jerk to the peak, at it, and under jerk to acceleration 0. */
static void add_change(struct profile *profile, struct state *state,
		       const struct change *change)
{
	const struct law *law = change->law;
	struct real jerk = law->limits->jerk;
	struct real down = change->up ? jerk : real_negate(jerk);
	struct real rise = real_mul(law->per_jerk, real_sub(change->peak, change->braking));
	struct real fall = real_mul(law->per_jerk, change->peak);

	append(profile, state, real_absolute(rise), rise.negative ? real_negate(down) : down);
	state->acceleration = change->up ? change->peak : real_negate(change->peak);
	if (change->held) {
		struct real gone = real_mul(rise, real_add(change->peak, change->braking));
		struct real left;

		gone = real_add_product(gone, fall, change->peak);
		left = real_sub(change->speed, real_shift(gone, -1));
		if (real_sign(left) > 0)
			append(profile, state, real_mul(left, law->per_acceleration),
			       real_from(0));
	}
	append(profile, state, fall, real_negate(down));
}

static void change_speed(struct profile *profile, struct state *state, struct real speed,
			 const struct law *law)
{
	struct change change = find_change(real_sub(state->speed, speed), state->acceleration,
					   law);

	if (profile) {
		add_change(profile, state, &change);
	} else {
		struct stop stop = find_stop(&change);

		state->position = real_add(state->position, stop.distance);
		state->position = real_add_product(state->position, speed, stop.time);
	}
	state->speed = speed;
	state->acceleration = real_from(0);
	state->jerk = real_from(0);
}

void profile_change_speed(struct profile *profile, struct state *state,
			  struct real speed, const struct limits *limits)
{
	struct law law = law_of(limits);

	change_speed(profile, state, speed, &law);
}

bool profile_stop(struct profile *profile, const struct state *start,
		  const struct limits *limits)
{
	struct state state = *start;

	profile->count = 0;
	if (real_sign(profile_speed_to_come(start, limits)) < 0)
		return false;
	profile_change_speed(profile, &state, real_from(0), limits);
	return true;
}

struct real profile_stop_position(const struct state *start, const struct limits *limits)
{
	struct law law = law_of(limits);
	struct change change = find_change(start->speed, start->acceleration, &law);

	return real_add(start->position, find_stop(&change).distance);
}

void profile_add_stop(struct profile *profile, const struct state *state,
		      const struct limits *limits)
{
	struct real to_come = profile_speed_to_come(state, limits);
	struct state from = *state;

	if (real_sign(to_come) != real_sign(state->speed) ||
	    real_compare(real_absolute(to_come), limits->speed) > 0)
		from.acceleration = real_from(0);
	profile_change_speed(profile, &from, real_from(0), limits);
}

void profile_add(struct profile *profile, const struct state *state, struct real duration)
{
	add_piece(profile, duration, state);
}

struct real profile_duration(const struct profile *profile)
{
	struct real sum = real_from(0);
	unsigned int i;

	for (i = 0; i < profile->count; i++)
		sum = real_add(sum, profile->piece[i].duration);
	return sum;
}

/*
 * Where a stop from @state would end, beyond the target in the direction of travel; and
 * @later, if asked for, by how much more for each ns that it begins later, while the
 * state goes on with its jerk: what its speed adds and what the stop from another speed
 * does; nothing if its jerk is that of the stop, and twice as much if it is the opposite.
 */
static struct real overshoot(const struct state *state, const struct course *course,
			     const struct law *law, struct real *later)
{
	struct change change = find_change(state->speed, state->acceleration, law);
	struct stop stop = find_stop(&change);
	struct real beyond = real_add(real_sub(state->position, course->target), stop.distance);

	if (later) {
		bool harder = state->jerk.negative != change.up;

		if (change.held && real_compare(change.braking, change.peak) > 0)
			harder = !harder;
		*later = real_add_product(state->speed, state->acceleration, stop.by_speed);
		if (real_sign(state->jerk))
			*later = harder ? real_from(0) : real_shift(*later, 1);
		if (course->speed.negative)
			*later = real_negate(*later);
	}
	return course->speed.negative ? real_negate(beyond) : beyond;
}

/* Whether it is so little that 64 bits cannot tell. */
static bool is_none(struct real overshoot, const struct course *course)
{
	struct real least = real_shift(course->target, -60);

	return real_is_below(overshoot, max(least.mantissa ? least.exponent + 64 : -40, -40));
}

/*
 * When in @piece to begin the stop; it is too early at its start and too late at its end. By
 * Newton's method, and by halves where that leads nowhere.
 */
static struct real latest_stop(const struct piece *piece, const struct course *course,
			       const struct law *law)
{
	struct real low = real_from(0), high = piece->duration;
	struct real guess = real_shift(high, -1);
	struct real later, value, left;
	unsigned int round;

	for (round = 1; round < ROOT_ROUNDS; round++) {
		struct state state = state_after(&piece->start, guess);

		value = overshoot(&state, course, law, &later);
		if (is_none(value, course))
			return guess;
		if (real_sign(value) > 0)
			high = guess;
		else
			low = guess;
		if (real_is_below(real_sub(high, low), -24))
			break;
		if (real_sign(later) > 0) {
			left = real_div(value, later);
			guess = real_sub(guess, left);
			/* What it is still wrong by is as the square of that. */
			if (real_is_below(left, guess.exponent + 64 - 34) &&
			    real_compare(guess, low) >= 0 && real_compare(guess, high) <= 0)
				return guess;
		}
		if (real_sign(later) <= 0 || round % 8 == 0 || real_compare(guess, low) <= 0 ||
		    real_compare(guess, high) >= 0)
			guess = real_shift(real_add(low, high), -1);
	}
	return low;
}

/*
 * The stop may begin ever later, while the axis changes to its speed and goes on
 * with it, and ends ever farther on: find the last piece in which it can begin,
 * and cut that short. @state is where the change of speed ends, and moves to
 * where the stop begins.
 */
static void end_before_stop(struct profile *profile, struct state *state,
			    const struct course *course, const struct law *law)
{
	struct real left = overshoot(state, course, law, NULL);
	struct piece piece;
	unsigned int i;

	if (real_sign(left) <= 0) {
		struct real cruise = real_div(left, course->speed);

		append(profile, state, real_absolute(cruise), real_from(0));
		return;
	}
	for (i = 1; i < profile->count; i++)
		if (real_sign(overshoot(&profile->piece[i].start, course, law, NULL)) > 0)
			break;
	if (i > profile->count)
		return;
	piece = profile->piece[i - 1];
	profile->count = i - 1;
	*state = piece.start;
	append(profile, state, latest_stop(&piece, course, law), piece.start.jerk);
}

/* Cut @profile after @longest_ns: whether it was longer; @state is its end. */
static bool cut_profile(struct profile *profile, struct state *state, struct real longest_ns)
{
	struct real left = longest_ns;
	unsigned int i;

	for (i = 0; i < profile->count; i++) {
		struct piece *piece = &profile->piece[i];

		if (real_compare(piece->duration, left) > 0) {
			*state = state_after(&piece->start, left);
			piece->duration = left;
			profile->count = real_sign(left) ? i + 1 : i;
			return true;
		}
		left = real_sub(left, piece->duration);
	}
	return false;
}

static bool travel(struct profile *profile, const struct state *start,
		   const struct course *course, const struct law *law)
{
	struct real beyond = overshoot(start, course, law, NULL);
	struct state state = *start;
	bool arrives = false;
	unsigned int i;

	profile->count = 0;
	if (real_sign(course->speed) && is_none(beyond, course)) {
		arrives = true;
	} else if (real_sign(course->speed) && real_sign(beyond) < 0) {
		change_speed(profile, &state, course->speed, law);
		end_before_stop(profile, &state, course, law);
		arrives = !cut_profile(profile, &state, course->longest_ns);
	}
	i = profile->count;
	change_speed(profile, &state, real_from(0), law);
	if (!arrives)
		return false;
	/* What is left of the root's error, some 2^-40 of a step */
	state.position = real_sub(course->target, state.position);
	for (; i < profile->count; i++) {
		struct state *from = &profile->piece[i].start;

		from->position = real_add(from->position, state.position);
	}
	return true;
}

bool profile_travel(struct profile *profile, const struct state *start,
		    const struct course *course, const struct limits *limits)
{
	struct law law = law_of(limits);

	return travel(profile, start, course, &law);
}

/*
 * The speed at which the way from @start takes @duration, if that speed is reached; by
 * Newton's method. At speed v all the time it would go v @duration, of which a stop from
 * v loses as much as it goes itself, while the change to v gains what a stop from as much
 * as @start is faster would go.
 */
static struct real speed_for(const struct state *start, const struct course *course,
			     const struct law *law, struct real duration)
{
	const struct real zero = real_from(0);
	struct real distance = real_sub(course->target, start->position);
	struct real speed = zero;
	unsigned int round;

	for (round = 0; round < 20; round++) {
		struct change to = find_change(real_sub(start->speed, speed), start->acceleration,
					       law);
		struct change from = find_change(speed, zero, law);
		struct stop gain = find_stop(&to), loss = find_stop(&from);
		struct real gone = real_add_product(real_sub(gain.distance, loss.distance), speed,
						    duration);
		struct real later = real_sub(real_sub(duration, gain.by_speed), loss.by_speed);
		struct real left;

		if (real_sign(later) <= 0)
			return course->speed;
		left = real_div(real_sub(distance, gone), later);
		speed = real_add(speed, left);
		if (speed.negative != course->speed.negative || !real_sign(speed) ||
		    real_compare(real_absolute(speed), real_absolute(course->speed)) > 0)
			return course->speed;
		/* What it is still wrong by is as the square of that. */
		if (real_is_below(left, speed.exponent + 64 - 34))
			break;
	}
	return speed;
}

void profile_travel_in(struct profile *profile, const struct state *start,
		       const struct course *course, const struct limits *limits,
		       struct real duration)
{
	struct course slower = *course;
	struct root_bracket bracket = {};
	struct law law = law_of(limits);
	struct real guess, value, step, far;
	bool near = false;

	bracket.below = real_sub(profile_duration(profile), duration);
	if (real_is_below(bracket.below, -2))
		return;
	slower.speed = speed_for(start, course, &law, duration);
	travel(profile, start, &slower, &law);
	value = real_sub(profile_duration(profile), duration);
	if (real_is_below(value, -2))
		return;

	/*
	 * It does not reach that speed, but one near it, mostly: look on either side, ever
	 * farther, and then between. In the inverse of the speed the duration is almost linear.
	 */
	bracket.low = real_div(real_from(1), course->speed);
	guess = real_div(real_from(1), slower.speed);
	step = real_shift(guess, -4);
	for (; bracket.rounds < ROOT_ROUNDS && !real_is_below(value, -2); bracket.rounds++) {
		near = near || real_sign(value) <= 0;
		root_put(&bracket, guess, value);
		guess = real_sub(bracket.high, step);
		far = real_absolute(real_sub(bracket.high, bracket.low));
		if (!real_sign(bracket.above)) {
			if (bracket.rounds > 40)
				break; /* it stops at once, whatever the speed */
			guess = real_add(bracket.low, step);
		} else if (near || real_compare(real_absolute(step), far) >= 0) {
			guess = root_guess(&bracket);
		}
		step = real_shift(step, 1);
		slower.speed = real_div(real_from(1), guess);
		travel(profile, start, &slower, &law);
		value = real_sub(profile_duration(profile), duration);
	}
}

/* Zero, if it is so small beside @scale that rounding made it. */
static struct real snapped(struct real a, struct real scale)
{
	return real_is_below(a, scale.exponent + 64 - 40) ? real_from(0) : a;
}

/* When @piece's speed passes 0, in order: how many such times, some perhaps outside it. */
static unsigned int find_turns(const struct piece *piece, struct real turn[2])
{
	const struct state *from = &piece->start;
	int pull = real_sign(from->acceleration);
	int way = real_sign(from->speed) ? real_sign(from->speed) : pull;
	struct real gain, root, part, speed, acceleration;

	if (way * pull >= 0 && way * real_sign(from->jerk) >= 0)
		return 0; /* ever faster */
	acceleration = real_add_product(from->acceleration, from->jerk, piece->duration);
	speed = real_shift(real_add(from->acceleration, acceleration), -1);
	speed = real_add_product(from->speed, speed, piece->duration);
	gain = real_mul(from->acceleration, piece->duration);
	if (real_compare(real_absolute(gain), real_absolute(from->speed)) < 0)
		gain = from->speed;
	speed = snapped(speed, gain);
	acceleration = snapped(acceleration, from->acceleration);
	if (way * real_sign(speed) >= 0 &&
	    (way * pull >= 0 || pull * real_sign(acceleration) >= 0))
		return 0;

	/* v + a t + j t^2 / 2 = 0, without differences of near-equal numbers */
	root = real_mul(from->acceleration, from->acceleration);
	root = real_sub(root, real_shift(real_mul(from->jerk, from->speed), 1));
	if (real_sign(root) <= 0)
		return 0;
	root = real_sqrt(root);
	root.negative = from->acceleration.negative;
	part = real_negate(real_add(from->acceleration, root));
	turn[0] = real_div(real_shift(from->speed, 1), part);
	if (!real_sign(from->jerk))
		return 1;
	turn[1] = real_div(part, from->jerk);
	if (real_compare(turn[0], turn[1]) > 0) {
		part = turn[0];
		turn[0] = turn[1];
		turn[1] = part;
	}
	return 2;
}

void profile_split_turns(struct profile *profile)
{
	unsigned int pieces = profile->count, i, k, turns;
	const struct piece *old = profile->piece + ARRAY_SIZE(profile->piece) - pieces;
	struct real turn[2];

	for (i = 0; i < pieces && !find_turns(&profile->piece[i], turn); i++)
		;
	if (i == pieces)
		return;
	/* From the end of the array to its start: a copy is too much for a small stack. */
	memmove(profile->piece + ARRAY_SIZE(profile->piece) - pieces, profile->piece,
		pieces * sizeof(*old));
	profile->count = 0;
	for (i = 0; i < pieces; i++) {
		struct real left = old[i].duration;
		struct state state = old[i].start;
		struct real gone = real_from(0);

		turns = find_turns(&old[i], turn);
		for (k = 0; k < turns; k++) {
			struct real part = real_sub(turn[k], gone);

			if (real_sign(part) <= 0 || real_compare(part, left) >= 0 ||
			    profile->count + pieces - i >= ARRAY_SIZE(profile->piece))
				continue;
			append(profile, &state, part, state.jerk);
			state.speed = real_from(0);
			left = real_sub(left, part);
			gone = turn[k];
		}
		append(profile, &state, left, state.jerk);
	}
}
