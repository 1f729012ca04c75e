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
	if (profile)
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

/*
 * With acceleration a and @gain of speed to go, upwards: the acceleration goes to
 * a peak and from there to 0, both under jerk J, which gains
 * (peak^2 - a^2) / 2J + peak^2 / 2J. A peak beyond the limit A is held at A
 * instead, for as long as the rest of @gain takes. An acceleration that is
 * beyond A already first comes down to it.
 */
static void find_peak(struct real gain, struct real acceleration,
		      const struct limits *limits, struct real *peak, struct real *hold)
{
	struct real square = real_mul(acceleration, acceleration);
	struct real highest = real_mul(limits->acceleration, limits->acceleration);
	struct real to_peak;

	*hold = real_from(0);
	*peak = real_add(real_mul(limits->jerk, gain), real_shift(square, -1));
	if (real_compare(*peak, highest) <= 0) {
		*peak = real_sqrt(real_sign(*peak) > 0 ? *peak : real_from(0));
		return;
	}
	*peak = limits->acceleration;
	to_peak = real_sub(highest, square);
	if (real_compare(acceleration, *peak) > 0)
		to_peak = real_negate(to_peak);
	to_peak = real_div(real_add(to_peak, highest), real_shift(limits->jerk, 1));
	*hold = real_div(real_sub(gain, to_peak), *peak);
	if (real_sign(*hold) < 0)
		*hold = real_from(0);
}

void profile_change_speed(struct profile *profile, struct state *state,
			  struct real speed, const struct limits *limits)
{
	struct real gain = real_sub(speed, state->speed);
	struct real acceleration = state->acceleration;
	struct real jerk = limits->jerk;
	struct real peak, hold, rise;
	bool down = real_sign(gain) < 0;

	if (real_sign(jerk))
		down = real_compare(speed, profile_speed_to_come(state, limits)) < 0;
	if (down) {
		gain = real_negate(gain);
		acceleration = real_negate(acceleration);
		jerk = real_negate(jerk);
	}
	if (real_sign(jerk)) {
		find_peak(gain, acceleration, limits, &peak, &hold);
		rise = real_sub(peak, acceleration);
		append(profile, state, real_div(real_absolute(rise), limits->jerk),
		       real_sign(rise) < 0 ? real_negate(jerk) : jerk);
	} else {
		peak = limits->acceleration;
		hold = real_div(gain, peak);
	}
	state->acceleration = down ? real_negate(peak) : peak;
	append(profile, state, hold, real_from(0));
	if (real_sign(jerk))
		append(profile, state, real_div(peak, limits->jerk), real_negate(jerk));
	state->speed = speed;
	state->acceleration = real_from(0);
	state->jerk = real_from(0);
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
	struct state state = *start;

	profile_change_speed(NULL, &state, real_from(0), limits);
	return state.position;
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

/* Where a stop from @state would end, beyond the target in the direction of travel. */
static struct real overshoot(const struct state *state, const struct course *course,
			     const struct limits *limits)
{
	struct real beyond = real_sub(profile_stop_position(state, limits),
				      course->target);

	return course->speed.negative ? real_negate(beyond) : beyond;
}

/* When in @piece to begin the stop; it is too early at its start and too late at its end. */
static struct real latest_stop(const struct piece *piece, const struct course *course,
			       const struct limits *limits)
{
	struct state state = state_after(&piece->start, piece->duration);
	struct root_bracket bracket = {
		.high = piece->duration,
		.below = overshoot(&piece->start, course, limits),
		.above = overshoot(&state, course, limits),
	};
	struct real guess, value;
	struct real least = real_shift(course->target, -60); /* what 64 bits can tell */
	int close = real_is_below(least, -40) ? -40 : least.exponent + 64;

	while (bracket.rounds < ROOT_ROUNDS) {
		guess = root_guess(&bracket);
		state = state_after(&piece->start, guess);
		value = overshoot(&state, course, limits);
		root_put(&bracket, guess, value);
		if (real_is_below(value, close))
			return guess;
		if (real_is_below(real_sub(bracket.high, bracket.low), -24))
			break;
	}
	return bracket.low;
}

/*
 * The stop may begin ever later, while the axis changes to its speed and goes on
 * with it, and ends ever farther on: find the last piece in which it can begin,
 * and cut that short. @state is where the change of speed ends, and moves to
 * where the stop begins.
 */
static void end_before_stop(struct profile *profile, struct state *state,
			    const struct course *course, const struct limits *limits)
{
	struct real left = overshoot(state, course, limits);
	struct state end = *state;
	unsigned int i;

	if (real_sign(left) <= 0) {
		struct real cruise = real_div(left, course->speed);

		append(profile, state, real_absolute(cruise), real_from(0));
		return;
	}
	for (i = 0; i < profile->count; i++) {
		if (i + 1 < profile->count)
			end = profile->piece[i + 1].start;
		else
			end = *state;
		if (real_sign(overshoot(&end, course, limits)) > 0)
			break;
	}
	if (i < profile->count) {
		struct piece piece = profile->piece[i];
		struct real duration = latest_stop(&piece, course, limits);

		profile->count = i;
		*state = piece.start;
		append(profile, state, duration, piece.start.jerk);
	}
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

bool profile_travel(struct profile *profile, const struct state *start,
		    const struct course *course, const struct limits *limits)
{
	struct state state = *start;
	bool arrives = false;
	unsigned int i;

	profile->count = 0;
	if (real_sign(course->speed) && real_sign(overshoot(start, course, limits)) <= 0) {
		profile_change_speed(profile, &state, course->speed, limits);
		end_before_stop(profile, &state, course, limits);
		arrives = !cut_profile(profile, &state, course->longest_ns);
	}
	i = profile->count;
	profile_change_speed(profile, &state, real_from(0), limits);
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

void profile_travel_in(struct profile *profile, const struct state *start,
		       const struct course *course, const struct limits *limits,
		       struct real duration)
{
	struct course slower = *course;
	struct root_bracket bracket = { .low = real_div(real_from(1), course->speed) };
	struct real guess = real_sub(course->target, start->position);
	struct real value;

	/*
	 * In the inverse of the speed, in which the duration is almost linear. To
	 * begin with, the speed that would do if there were no ramps.
	 */
	if (real_sign(guess) == real_sign(course->speed))
		guess = real_div(duration, guess);
	else
		guess = real_shift(bracket.low, 1);
	bracket.below = real_sub(profile_duration(profile), duration);
	while (!real_is_below(bracket.below, -2) && bracket.rounds < ROOT_ROUNDS) {
		if (!real_sign(bracket.above) && bracket.rounds > 40)
			break; /* it stops at once, whatever the speed */
		slower.speed = real_div(real_from(1), guess);
		profile_travel(profile, start, &slower, limits);
		value = real_sub(profile_duration(profile), duration);
		if (real_is_below(value, -2))
			break;
		if (real_sign(value) > 0 || real_sign(bracket.above)) {
			root_put(&bracket, guess, value);
			guess = root_guess(&bracket);
		} else {
			bracket.low = guess;
			bracket.below = value;
			bracket.rounds++;
			guess = real_shift(guess, 2);
		}
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
	struct state to = state_after(from, piece->duration);
	struct real gain = real_mul(real_absolute(from->acceleration), piece->duration);
	int pull = real_sign(from->acceleration);
	int way = real_sign(from->speed) ? real_sign(from->speed) : pull;
	struct real root, part;

	if (real_compare(gain, real_absolute(from->speed)) < 0)
		gain = from->speed;
	to.speed = snapped(to.speed, gain);
	to.acceleration = snapped(to.acceleration, from->acceleration);
	if (way * real_sign(to.speed) >= 0 &&
	    (way * pull >= 0 || pull * real_sign(to.acceleration) >= 0))
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
