// SPDX-License-Identifier: GPL-2.0
/*
 * Paths through keys; see path.h. Speeds and accelerations at the keys are those of
 * the cubic spline through them (de Boor, "A Practical Guide to Splines", chapter IV),
 * each lessened by the ease of its key. Between two keys, position, speed and
 * acceleration at both ends are six conditions: three cubics of the same duration, one
 * behind the other, have just as many freedoms.
 */
#include <stdlib.h>

#include "path.h"

#define PIECES 3 /* from key to key */

struct key_state {
	double position, speed, acceleration;
};

/* The constant jerks that lead from @from to @to in three parts of @part_s. */
static void find_jerks(const struct key_state *from, const struct key_state *to, double part_s,
		       double jerk[PIECES])
{
	double t = part_s, all_s = PIECES * part_s;
	double a = (to->acceleration - from->acceleration) / t;
	double v = (to->speed - from->speed - from->acceleration * all_s) / (t * t);
	double p = (to->position - from->position -
		    all_s * (from->speed + all_s / 2 * from->acceleration)) /
		   (t * t * t);

	/*
	 * A jerk of 1 in the first, second, third part gives a: 1, 1, 1;
	 * v: 5/2, 3/2, 1/2; p: 19/6, 7/6, 1/6.
	 */
	jerk[0] = p - v + a / 3;
	jerk[1] = v - a / 2 - 2 * jerk[0];
	jerk[2] = a - jerk[0] - jerk[1];
}

static void add_pieces(struct path *path, double begin_s, double end_s,
		       const struct key_state *from, const struct key_state *to,
		       unsigned int line)
{
	double part_s = (end_s - begin_s) / PIECES;
	struct law law = {
		.position = from->position,
		.speed = from->speed,
		.acceleration = from->acceleration,
	};
	double jerk[PIECES];
	unsigned int i;

	find_jerks(from, to, part_s, jerk);
	for (i = 0; i < PIECES; i++) {
		law.jerk = jerk[i];
		path->piece[path->pieces++] = (struct path_piece){
			.begin_s = begin_s + i * part_s,
			.duration_s = part_s,
			.law = law,
			.line = line,
		};
		law = law_after(&law, part_s);
	}
}

/*
 * The speeds of the spline through the keys @first to @last, which is at rest at
 * those of its ends that are stops, and has no acceleration at the others: a
 * tridiagonal system, solved by elimination.
 */
static void find_speeds(const struct path *path, unsigned int first, unsigned int last,
			struct key_state *state, double *upper)
{
	const struct key *key = path->key;
	unsigned int i;

	for (i = first; i <= last; i++) {
		double before = i > first ? 1 / (key[i].time_s - key[i - 1].time_s) : 0;
		double after = i < last ? 1 / (key[i + 1].time_s - key[i].time_s) : 0;
		double right = 0, diagonal = 2 * (before + after);

		if (before)
			right += 3 * before * before * (key[i].value - key[i - 1].value);
		if (after)
			right += 3 * after * after * (key[i + 1].value - key[i].value);
		if ((!before || !after) && key[i].ease == 1) { /* speed 0 */
			before = 0;
			after = 0;
			right = 0;
			diagonal = 1;
		}
		if (before) {
			diagonal -= before * upper[i - 1];
			right -= before * state[i - 1].speed;
		}
		upper[i] = after / diagonal;
		state[i].speed = right / diagonal;
	}
	for (i = last; i-- > first;)
		state[i].speed -= upper[i] * state[i + 1].speed;
}

/* Of the spline, at a key that has another behind it. */
static double acceleration_at(const struct key *key, const struct key_state *state)
{
	double duration_s = key[1].time_s - key[0].time_s;

	return (6 * (key[1].value - key[0].value) / duration_s - 4 * state[0].speed -
		2 * state[1].speed) /
	       duration_s;
}

static void find_states(const struct path *path, struct key_state *state, double *upper)
{
	const struct key *key = path->key;
	unsigned int i, first = 0, last = path->keys - 1;

	/* A stop within ends one spline and begins another. */
	for (i = 1; i <= last; i++) {
		if (key[i].ease != 1 && i != last)
			continue;
		find_speeds(path, first, i, state, upper);
		first = i;
	}
	for (i = 0; i <= last; i++) {
		state[i].position = key[i].value;
		state[i].acceleration = i && i < last && key[i].ease != 1 ?
						acceleration_at(&key[i], &state[i]) :
						0;
	}
	for (i = 0; i <= last; i++) {
		state[i].speed *= 1 - key[i].ease;
		state[i].acceleration *= 1 - key[i].ease;
	}
}

/* From rest to the first key, or from the last key to rest: half as far as at its speed. */
static void add_lead(struct path *path, const struct key_state *moving, double lead_s,
		     bool in)
{
	const struct key *key = &path->key[in ? 0 : path->keys - 1];
	double way = moving->speed * lead_s / 2;
	struct key_state rest = { .position = key->value + (in ? -way : way) };

	if (!moving->speed)
		return;
	if (in)
		add_pieces(path, key->time_s - lead_s, key->time_s, &rest, moving,
			   key->line);
	else
		add_pieces(path, key->time_s, key->time_s + lead_s, moving, &rest,
			   key->line);
}

bool path_find(struct path *path, double lead_s)
{
	unsigned int i, last = path->keys - 1;
	struct key_state *state;
	double *upper;

	if (!last)
		return true;
	state = calloc(path->keys, sizeof(*state));
	upper = calloc(path->keys, sizeof(*upper));
	path->piece = calloc(PIECES * (path->keys + 1), sizeof(*path->piece));
	if (state && upper && path->piece) {
		find_states(path, state, upper);
		add_lead(path, &state[0], lead_s, true);
		for (i = 0; i < last; i++)
			add_pieces(path, path->key[i].time_s, path->key[i + 1].time_s,
				   &state[i], &state[i + 1], path->key[i].line);
		add_lead(path, &state[last], lead_s, false);
	}
	free(state);
	free(upper);
	return state && upper && path->piece;
}

struct law path_at(const struct path *path, double time_s)
{
	struct law rest = { .position = path->key[0].value };
	unsigned int i = path->pieces;

	if (!i)
		return rest;
	while (i && path->piece[i - 1].begin_s > time_s)
		i--;
	if (!i) {
		rest.position = path->piece[0].law.position;
		return rest;
	}
	if (i < path->pieces ||
	    time_s < path->piece[i - 1].begin_s + path->piece[i - 1].duration_s)
		return law_after(&path->piece[i - 1].law,
				 time_s - path->piece[i - 1].begin_s);
	rest = law_after(&path->piece[i - 1].law, path->piece[i - 1].duration_s);
	return (struct law){ .position = rest.position };
}

void path_free(struct path *path)
{
	free(path->key);
	free(path->piece);
	*path = (struct path){};
}
