// SPDX-License-Identifier: GPL-2.0
/*
 * Closed forms of profiles. Only durations come from the limits; speeds,
 * accelerations and jerks then follow from the durations and the distance, so
 * that a move ends on its target whatever was rounded.
 */
#include "profile.h"

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

/*
 * Had it been under jerk -J ever since its acceleration was 0, its speed then
 * was v + a^2 / (2 J), for either sign of a; from there the ramp down has the
 * shape of any ramp: acceleration to -peak, perhaps held, and back to 0.
 */
bool profile_stop(struct profile *profile, const struct state *start,
		  const struct limits *limits)
{
	struct real peak = limits->acceleration;
	struct real hold = real_from(0);
	struct real from, down, slowdown;
	struct state state = *start;

	profile->count = 0;
	if (!real_sign(limits->jerk)) {
		state.acceleration = real_negate(peak);
		state.jerk = hold;
		add_piece(profile, real_div(start->speed, peak), &state);
		return true;
	}
	if (real_compare(real_negate(start->acceleration), peak) > 0)
		peak = real_negate(start->acceleration); /* it was planned under other limits */
	from = real_div(real_mul(start->acceleration, start->acceleration),
			real_shift(limits->jerk, 1));
	from = real_add(start->speed, from);
	slowdown = real_div(real_mul(peak, peak), limits->jerk);
	if (real_compare(from, slowdown) >= 0)
		hold = real_div(real_sub(from, slowdown), peak);
	else
		peak = real_sqrt(real_mul(from, limits->jerk));
	down = real_add(start->acceleration, peak);
	if (real_sign(down) < 0)
		return false;

	state.jerk = real_negate(limits->jerk);
	down = real_div(down, limits->jerk);
	add_piece(profile, down, &state);
	state = state_after(&state, down);
	state.acceleration = real_negate(peak);
	state.jerk = real_from(0);
	add_piece(profile, hold, &state);
	state = state_after(&state, hold);
	state.jerk = limits->jerk;
	add_piece(profile, real_div(peak, limits->jerk), &state);
	return true;
}
