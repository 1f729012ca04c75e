// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a shot is within the limits of its machine, and where it is not; and where it
 * goes beyond its own keys.
 */
#include <math.h>

#include "shot.h"

/* To whom it is told: lines on stderr, or an array of JSON. */
struct report {
	const struct shot *shot;
	FILE *json; /* or NULL */
	unsigned int told;
};

/* The worst of one kind. */
struct excess {
	double ratio; /* to the limit; 1 and less: there is none */
	double value;
	double time_s;
	unsigned int line;
};

enum {
	EXCESS_SPEED,
	EXCESS_ACCELERATION,
	EXCESS_JERK,
	EXCESS_KINDS,
};

/* As much as rounding to millionths can make of what is just at a limit. */
#define TOLERANCE 0.000001

static const struct {
	enum setting limit;
	const char *what;
	const char *per;
} kinds[] = {
	[EXCESS_SPEED] = { SETTING_MAXSPEED, "is too fast", "/s" },
	[EXCESS_ACCELERATION] = { SETTING_MAXACCEL, "accelerates too much", "/s2" },
	[EXCESS_JERK] = { SETTING_MAXJERK, "jerks too much", "/s3" },
};

static double limit_of(const struct axis *axis, unsigned int kind)
{
	return axis->setting[kinds[kind].limit] / 1e6;
}

static void note(struct excess *excess, const struct path_piece *piece, double after_s,
		 double value, double limit)
{
	double ratio = fabs(value) / limit;

	if (ratio <= excess->ratio)
		return;
	*excess = (struct excess){ ratio, value, piece->begin_s + after_s, piece->line };
}

static void note_at(struct excess *excess, const struct axis *axis,
		    const struct path_piece *piece, double after_s)
{
	struct law law = law_after(&piece->law, after_s);

	note(&excess[EXCESS_SPEED], piece, after_s, law.speed,
	     limit_of(axis, EXCESS_SPEED));
	note(&excess[EXCESS_ACCELERATION], piece, after_s, law.acceleration,
	     limit_of(axis, EXCESS_ACCELERATION));
	note(&excess[EXCESS_JERK], piece, after_s, law.jerk, limit_of(axis, EXCESS_JERK));
}

/* Extremes are at the ends, that of speed perhaps where the acceleration is 0. */
static void note_piece(struct excess *excess, const struct axis *axis,
		       const struct path_piece *piece)
{
	double top_s = -piece->law.acceleration / piece->law.jerk;

	note_at(excess, axis, piece, 0);
	note_at(excess, axis, piece, piece->duration_s);
	if (top_s > 0 && top_s < piece->duration_s)
		note_at(excess, axis, piece, top_s);
}

/* From the lowest position that is meant to the highest. */
struct range {
	double lowest, highest;
};

/* Where it is at this time after its begin, if it is beyond the range: how far. */
static double beyond(const struct range *range, const struct path_piece *piece, double after_s)
{
	double position = law_after(&piece->law, after_s).position;

	if (!(after_s >= 0 && after_s <= piece->duration_s))
		return 0;
	return fmax(fmax(position - range->highest, range->lowest - position) - TOLERANCE, 0);
}

/* When the piece is farthest beyond the range: at an end, or where it turns. */
static double farthest_s(const struct range *range, const struct path_piece *piece)
{
	const struct law *law = &piece->law;
	double root = sqrt(law->acceleration * law->acceleration -
			   2 * law->jerk * law->speed);
	double candidate[] = {
		0,
		piece->duration_s,
		(-law->acceleration + root) / law->jerk,
		(-law->acceleration - root) / law->jerk,
		-law->speed / law->acceleration, /* where there is no jerk */
	};
	double best_s = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(candidate); i++)
		if (beyond(range, piece, candidate[i]) > beyond(range, piece, best_s))
			best_s = candidate[i];
	return best_s;
}

static void note_beyond(struct excess *worst, const struct range *range,
			const struct path_piece *piece)
{
	double after_s = farthest_s(range, piece);

	note(worst, piece, after_s, beyond(range, piece, after_s), 1);
}

/* Of what is no range there is a ratio as well. */
static void tell_json(struct report *report, unsigned int axis, const char *limit,
		      const struct excess *excess, bool ratio)
{
	fprintf(report->json, "%s\n  {\"line\": %u, \"axis\": \"%s\", \"limit\": \"%s\", ",
		report->told++ ? "," : "", excess->line,
		report->shot->machine->names.name[axis], limit);
	fprintf(report->json, "\"time\": %.6f, \"value\": %.6f", excess->time_s,
		fabs(excess->value));
	if (ratio)
		fprintf(report->json, ", \"ratio\": %.6f", excess->ratio);
	fprintf(report->json, "}");
}

static void tell_range(struct report *report, unsigned int i, const struct excess *worst)
{
	const struct shot *shot = report->shot;
	const struct axis *axis = &shot->machine->state.axis[i];

	fprintf(stderr, "%s:%u: error: %s comes %.3f %s beyond its range at %.3f s",
		shot->name, worst->line, shot->machine->names.name[i], worst->value,
		unit_name(axis->setting[SETTING_UNIT]), worst->time_s);
	fprintf(stderr, " (MIN %g, MAX %g)\n", axis->setting[SETTING_MIN] / 1e6,
		axis->setting[SETTING_MAX] / 1e6);
}

static void tell_motion(struct report *report, unsigned int i, unsigned int kind,
			const struct excess *excess)
{
	const struct shot *shot = report->shot;
	const struct axis *axis = &shot->machine->state.axis[i];

	fprintf(stderr, "%s:%u: error: %s %s at %.3f s: ", shot->name, excess->line,
		shot->machine->names.name[i], kinds[kind].what, excess->time_s);
	fprintf(stderr, "%.3f %s%s, %.2f times what %s allows\n", fabs(excess->value),
		unit_name(axis->setting[SETTING_UNIT]), kinds[kind].per, excess->ratio,
		setting_name(kinds[kind].limit));
}

/* The pieces from one key to the next, with the leads of a first and a last key. */
struct stretch {
	const struct path_piece *begin;
	const struct path_piece *end; /* behind its last */
};

static bool next_stretch(const struct path *path, struct stretch *stretch)
{
	const struct path_piece *end = path->piece + path->pieces;

	stretch->begin = stretch->end ? stretch->end : path->piece;
	stretch->end = stretch->begin;
	while (stretch->end < end && stretch->end->line == stretch->begin->line)
		stretch->end++;
	return stretch->begin < end;
}

/* Whether all of it is between MIN and MAX. */
static bool check_range(struct report *report, unsigned int i, const struct stretch *stretch)
{
	const struct axis *axis = &report->shot->machine->state.axis[i];
	const struct range range = {
		axis->setting[SETTING_MIN] / 1e6,
		axis->setting[SETTING_MAX] / 1e6,
	};
	const struct path_piece *piece;
	struct excess worst = {};

	for (piece = stretch->begin; piece < stretch->end; piece++)
		note_beyond(&worst, &range, piece);
	if (worst.ratio == 0)
		return true;
	if (report->json)
		tell_json(report, i, "range", &worst, false);
	else
		tell_range(report, i, &worst);
	return false;
}

/* How much longer it would have to take for this axis; 0: it is slow enough. */
static double check_motion(struct report *report, unsigned int i, const struct stretch *stretch)
{
	const struct axis *axis = &report->shot->machine->state.axis[i];
	struct excess excess[EXCESS_KINDS] = {};
	const struct path_piece *piece;
	double longer = 0;
	unsigned int j;

	for (piece = stretch->begin; piece < stretch->end; piece++)
		note_piece(excess, axis, piece);
	for (j = 0; j < EXCESS_KINDS; j++) {
		if (excess[j].ratio <= 1 + TOLERANCE)
			continue;
		if (report->json)
			tell_json(report, i, setting_name(kinds[j].limit), &excess[j],
				  true);
		else
			tell_motion(report, i, j, &excess[j]);
		longer = fmax(longer, pow(excess[j].ratio, 1.0 / (j + 1)));
	}
	return longer;
}

/* By how much of the way from key to key it may go beyond them unnoticed. */
#define OVERSHOOT_SHARE 0.01
#define OVERSHOOT_LEAST 0.001 /* the same in axis units */

/* Whether the axis swings out beyond the two keys on its way between them. */
static void check_overshoot(struct report *report, unsigned int i, unsigned int key)
{
	const struct shot *shot = report->shot;
	const struct path *path = &shot->axis[i];
	const struct key *from = &path->key[key], *to = from + 1;
	const struct range range = {
		fmin(from->value, to->value),
		fmax(from->value, to->value),
	};
	struct excess worst = {};
	unsigned int j;

	for (j = 0; j < path->pieces; j++)
		if (path->piece[j].begin_s >= from->time_s &&
		    path->piece[j].begin_s < to->time_s)
			note_beyond(&worst, &range, &path->piece[j]);
	if (worst.value < fmax(OVERSHOOT_LEAST,
			       OVERSHOOT_SHARE * (range.highest - range.lowest)))
		return;
	if (report->json) {
		tell_json(report, i, "keys", &worst, false);
		return;
	}
	fprintf(stderr, "%s:%u: note: %s swings out %.3f %s beyond this key and the next",
		shot->name, from->line, shot->machine->names.name[i], worst.value,
		unit_name(shot->machine->state.axis[i].setting[SETTING_UNIT]));
	fprintf(stderr, " at %.3f s; EASE or STOP at one of them lessens that\n", worst.time_s);
}

bool shot_check(const struct shot *shot, FILE *json)
{
	struct report report = { .shot = shot, .json = json };
	double longer = 0;
	bool good = true;
	unsigned int i, j;

	if (json)
		fprintf(json, "{\"begin\": %.6f, \"end\": %.6f, \"excess\": [", shot->begin_s,
			shot->end_s);
	for (i = 0; i < shot->machine->names.count; i++) {
		struct stretch stretch = {};

		while (next_stretch(&shot->axis[i], &stretch)) {
			good = check_range(&report, i, &stretch) && good;
			longer = fmax(longer, check_motion(&report, i, &stretch));
		}
	}
	longer = ceil(longer * 1000) / 1000;
	good = good && !longer;
	if (json)
		fprintf(json, "], \"swings\": [");
	report.told = 0;
	for (i = 0; i < shot->machine->names.count; i++)
		for (j = 0; j + 1 < shot->axis[i].keys; j++)
			check_overshoot(&report, i, j);
	if (json)
		fprintf(json, "], \"stretch\": %.3f, \"ok\": %s}\n", longer,
			good ? "true" : "false");
	else if (longer)
		fprintf(stderr, "%s: with all times %.3f times as long it would not be too fast\n",
			shot->name, longer);
	return good;
}
