/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A smooth path through keys: of each axis cubics of time whose position, speed and
 * acceleration are continuous, and which meet every key at its time.
 */
#ifndef USERSPACE_PATH_H
#define USERSPACE_PATH_H

#include "law.h"

struct key {
	double time_s;
	double value; /* in the unit of the axis */
	double ease; /* 0: passed at full speed, 1: a stop */
	unsigned int line; /* of its file */
};

struct path_piece {
	double begin_s;
	double duration_s;
	struct law law; /* at its begin */
	unsigned int line; /* of the key that it comes from */
};

struct path {
	struct key *key; /* by time; one at least */
	unsigned int keys;
	struct path_piece *piece; /* NULL: it rests at its only key */
	unsigned int pieces;
};

/*
 * Find the pieces for the keys. Where it does not begin or end with a stop it is led
 * in from rest, and out to rest, in @lead_s. False if there is no memory.
 */
bool path_find(struct path *path, double lead_s);

/* The law of the axis at this time; it rests before the first piece and after the last. */
struct law path_at(const struct path *path, double time_s);

void path_free(struct path *path);

#endif
