/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Motion profiles: the law of one coordinate over time, of constant jerk piece
 * by piece. Knows no axes and no segments; a straight move scales one law for
 * all its axes. The unit of time is whatever the limits are given in.
 */
#ifndef HW_PROFILE_H
#define HW_PROFILE_H

#include "segment.h"

#define PROFILE_PIECES_MAX 7
/* More pieces where an axis turns round within one: no law has more turns than 5. */
#define PROFILE_TURNS_MAX 5

struct limits {
	struct real speed; /* > 0 */
	struct real acceleration; /* > 0 */
	struct real jerk; /* 0: no limit */
};

struct piece {
	struct real duration;
	struct state start;
};

struct profile {
	unsigned int count;
	struct piece piece[PROFILE_PIECES_MAX + PROFILE_TURNS_MAX];
};

/* From any state: change to a speed, go on with it, come to rest. */
struct course {
	struct real speed; /* to be reached, with its sign; within the limits */
	struct real target; /* position to be at rest at */
	struct real longest_ns; /* at most so long until the stop begins */
};

/* The durations that make up a move from rest to rest. */
struct rest_to_rest {
	struct real jerk; /* each of four pieces; 0 for a trapezoid */
	struct real acceleration; /* constant, each of two pieces */
	struct real cruise;
};

/* The shortest move from 0 to 1, at rest at both ends, under @limits. */
void profile_shortest(struct rest_to_rest *durations, const struct limits *limits);

struct real profile_total(const struct rest_to_rest *durations);

/* Stretch the move to last @factor times as long. */
void profile_stretch(struct rest_to_rest *durations, struct real factor);

/* The pieces of the move from 0 to 1 with these durations. */
void profile_rest_to_rest(struct profile *profile,
			  const struct rest_to_rest *durations);

/* The speed that is left when the jerk limit has brought the acceleration to 0. */
struct real profile_speed_to_come(const struct state *state, const struct limits *limits);

/*
 * Change to @speed at constant acceleration 0, as fast as @limits allow: add the
 * pieces, 3 at most, to @profile, if there is one, and let @state move on.
 */
void profile_change_speed(struct profile *profile, struct state *state,
			  struct real speed, const struct limits *limits);

/*
 * Come to rest from @start (its speed > 0; its jerk counts for nothing) as fast
 * as @limits allow. False if that needs a reversal: it is braking so hard that
 * the jerk limit leaves no way to rest but the one it is on.
 */
bool profile_stop(struct profile *profile, const struct state *start,
		  const struct limits *limits);

/* Where a stop from @start ends, the fastest that @limits allow, a reversal included. */
struct real profile_stop_position(const struct state *start, const struct limits *limits);

/*
 * Add a stop to @profile, which ends in @state; if that would need a reversal, or
 * more than the highest speed, the acceleration jumps to 0 first.
 */
void profile_add_stop(struct profile *profile, const struct state *state,
		      const struct limits *limits);

/* Add to @profile the piece that begins in @state and lasts @duration. */
void profile_add(struct profile *profile, const struct state *state, struct real duration);

/*
 * Take @course from @start: each change of speed at most three pieces of
 * constant jerk, the stop begun as late as the target allows, which is the
 * fastest way there is under @limits. What exceeds the limits at the start slows
 * down to them first. True if it rests on the target; false if it had to stop
 * before, or cannot stop before the target: it then stops at once. The speed's
 * sign is that of the way from where a stop at once would end to the target.
 */
bool profile_travel(struct profile *profile, const struct state *start,
		    const struct course *course, const struct limits *limits);

/*
 * Slow down what profile_travel() has put into @profile, to last @duration, which must
 * not be shorter than that takes; to within a ns.
 */
void profile_travel_in(struct profile *profile, const struct state *start,
		       const struct course *course, const struct limits *limits,
		       struct real duration);

struct real profile_duration(const struct profile *profile);

/* Divide pieces in which the speed passes 0, so that each goes one way. */
void profile_split_turns(struct profile *profile);

#endif
