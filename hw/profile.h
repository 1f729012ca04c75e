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
	struct piece piece[PROFILE_PIECES_MAX];
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

/*
 * Come to rest from @start (its speed > 0; its jerk counts for nothing) as fast
 * as @limits allow. False if that needs a reversal: it is braking so hard that
 * the jerk limit leaves no way to rest but the one it is on.
 */
bool profile_stop(struct profile *profile, const struct state *start,
		  const struct limits *limits);

#endif
