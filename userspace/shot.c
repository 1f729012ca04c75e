// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and printing shots; see shot.h. They are checked in limits.c.
 */
#define _GNU_SOURCE /* getline() */

#include <math.h>
#include <stdlib.h>

#include "shot.h"

#define NOT_SAID (-1.0) /* the ease of a key that says nothing of it */

/* A line of the file, taken apart word by word. */
struct reader {
	struct shot *shot;
	unsigned int line;
	const char *bytes;
	const char *word; /* the present one */
	unsigned int length;
};

static bool next_word(struct reader *reader)
{
	static const char space[] = " \t\r\n";

	reader->word += reader->length;
	reader->word += strspn(reader->word, space);
	reader->length = *reader->word == '#' ? 0 : strcspn(reader->word, space);
	return reader->length;
}

static bool fail(const struct reader *reader, const char *message)
{
	fprintf(stderr, "%s:%u:%u: error: %s\n", reader->shot->name, reader->line,
		(unsigned int)(reader->word - reader->bytes) + 1, message);
	return false;
}

/* 4, 4s, 1.5min. */
static bool read_time(const struct reader *reader, double *time_s)
{
	const char *unit;
	s64 micro;
	int digits = number_parse(reader->word, reader->length, &micro);
	u64 ns;

	if (digits <= 0 || micro < 0)
		return false;
	unit = reader->word + digits;
	if (digits == (int)reader->length)
		ns = micro * 1000ULL;
	else if (duration_ns(micro, unit, reader->length - digits, &ns))
		return false;
	*time_s = ns / 1e9;
	return true;
}

static bool read_number(const struct reader *reader, const char *behind, double *number)
{
	s64 micro;
	int digits = number_parse(reader->word, reader->length, &micro);

	*number = micro / 1e6;
	return digits > 0 && word_is(reader->word + digits, reader->length - digits, behind);
}

static int find_axis(const struct reader *reader)
{
	const struct axis_names *names = &reader->shot->machine->names;
	unsigned int i;

	for (i = 0; i < names->count; i++)
		if (word_is(reader->word, reader->length, names->name[i]))
			return i;
	return -1;
}

/* Room for one more, at 0 and the powers of 2. */
static struct key *add_key(struct path *path)
{
	struct key *key = path->key;

	if (!(path->keys & (path->keys - 1))) {
		key = realloc(key, (2 * path->keys + 1) * sizeof(*key));
		if (!key)
			return NULL;
		path->key = key;
	}
	return &key[path->keys++];
}

static bool read_key(struct reader *reader, double time_s, u32 *axes)
{
	int axis = find_axis(reader);
	struct key *key;
	double value;

	if (axis < 0)
		return fail(reader, "here stands an axis, or EASE and a percentage, or STOP");
	if (*axes & BIT(axis))
		return fail(reader, "the axis is there already");
	if (!next_word(reader) || !read_number(reader, "", &value))
		return fail(reader, "a position is a number, in the unit of the axis");
	key = add_key(&reader->shot->axis[axis]);
	if (!key)
		return fail(reader, "out of memory");
	*key = (struct key){
		.time_s = time_s,
		.value = value,
		.ease = NOT_SAID,
		.line = reader->line,
	};
	*axes |= BIT(axis);
	return true;
}

/* EASE 40%, STOP: false if the present word is neither; *@good if it is well used. */
static bool read_ease(struct reader *reader, double *ease, bool *good)
{
	*good = true;
	if (word_is(reader->word, reader->length, "STOP")) {
		*ease = 1;
		return true;
	}
	if (!word_is(reader->word, reader->length, "EASE"))
		return false;
	*good = next_word(reader) && read_number(reader, "%", ease) && *ease >= 0 &&
		*ease <= 100;
	if (!*good)
		fail(reader, "EASE takes a percentage, from 0% (full speed) to 100% (a stop)");
	*ease /= 100;
	return true;
}

static bool read_line(struct reader *reader)
{
	struct shot *shot = reader->shot;
	double time_s, ease = NOT_SAID;
	bool good = true;
	u32 axes = 0;
	unsigned int i;

	if (!next_word(reader))
		return true;
	if (!read_time(reader, &time_s))
		return fail(reader, "a line begins with a time, as 4 or 4s or 1.5min");
	if (shot->last_s >= 0 && time_s <= shot->last_s)
		return fail(reader, "times have to grow from line to line");
	if (shot->last_s < 0)
		shot->first_s = time_s;
	shot->last_s = time_s;
	while (good && next_word(reader)) {
		if (read_ease(reader, &ease, &good))
			continue;
		good = read_key(reader, time_s, &axes);
	}
	if (good && !axes)
		good = fail(reader, "no axis has a key here");
	for (i = 0; good && i < AXES_MAX; i++)
		if (axes & BIT(i))
			shot->axis[i].key[shot->axis[i].keys - 1].ease = ease;
	return good;
}

static bool read_lines(struct shot *shot, FILE *file)
{
	struct reader reader = { .shot = shot };
	char *bytes = NULL;
	size_t size = 0;
	bool good = true;

	shot->last_s = -1;
	while (good && getline(&bytes, &size, file) > 0) {
		reader.line++;
		reader.bytes = bytes;
		reader.word = bytes;
		reader.length = 0;
		good = read_line(&reader);
	}
	free(bytes);
	if (good && shot->last_s <= shot->first_s) {
		fprintf(stderr, "%s: a shot has two keys at least\n", shot->name);
		return false;
	}
	return good;
}

/* What says nothing of it is passed; a shot begins and ends at rest. */
static void complete_ease(struct path *path)
{
	unsigned int i;

	for (i = 0; i < path->keys; i++)
		if (path->key[i].ease == NOT_SAID)
			path->key[i].ease = !i || i == path->keys - 1;
}

static bool find_paths(struct shot *shot, double lead_s)
{
	unsigned int i;

	shot->begin_s = shot->first_s;
	shot->end_s = shot->last_s;
	for (i = 0; i < AXES_MAX; i++) {
		struct path *path = &shot->axis[i];
		const struct path_piece *last;

		if (!path->keys)
			continue;
		complete_ease(path);
		if (!path_find(path, lead_s)) {
			perror("stepctl");
			return false;
		}
		if (!path->pieces)
			continue;
		last = &path->piece[path->pieces - 1];
		shot->begin_s = fmin(shot->begin_s, path->piece[0].begin_s);
		shot->end_s = fmax(shot->end_s, last->begin_s + last->duration_s);
	}
	return true;
}

bool shot_read(struct shot *shot, const struct machine *machine, const char *file,
	       double lead_s)
{
	bool is_stdin = !strcmp(file, "-");
	FILE *keys = is_stdin ? stdin : fopen(file, "r");
	bool good;

	*shot = (struct shot){ .name = is_stdin ? "<stdin>" : file, .machine = machine };
	if (!keys) {
		fprintf(stderr, "stepctl: %s: %s\n", file, strerror(errno));
		return false;
	}
	good = read_lines(shot, keys) && find_paths(shot, lead_s);
	if (!is_stdin)
		fclose(keys);
	return good;
}

/* Rounded before they are printed: no "-0.000000". */
static void print_positions(const struct shot *shot, double time_s, bool speeds,
			    FILE *out)
{
	const char *separator = "";
	unsigned int i;

	for (i = 0; i < shot->machine->names.count; i++) {
		struct law law;

		if (!shot->axis[i].keys)
			continue;
		law = path_at(&shot->axis[i], time_s);
		fprintf(out, "%s%s %.6f", separator, shot->machine->names.name[i],
			llroundl(law.position * 1e6L) / 1e6);
		if (speeds)
			fprintf(out, " %.6f", llroundl(law.speed * 1e6L) / 1e6);
		separator = " ";
	}
}

/* When, after @time_s, a piece of any axis begins or ends next; past the end: none. */
static double next_knot(const struct shot *shot, double time_s)
{
	double next_s = INFINITY;
	unsigned int i, j;

	for (i = 0; i < AXES_MAX; i++) {
		const struct path *path = &shot->axis[i];

		for (j = 0; j < path->pieces; j++) {
			double begin_s = path->piece[j].begin_s;
			double end_s = begin_s + path->piece[j].duration_s;

			if (begin_s > time_s)
				next_s = fmin(next_s, begin_s);
			if (end_s > time_s)
				next_s = fmin(next_s, end_s);
		}
	}
	return next_s;
}

void shot_print(const struct shot *shot, FILE *out)
{
	/* Knots closer than this are one. */
	const double closest_s = 0.000001;
	double time_s = shot->begin_s;
	u64 at_ns = 0, next_ns;

	fprintf(out, "# %s: %.3f s\n", shot->name, shot->end_s - shot->begin_s);
	print_positions(shot, time_s, false, out);
	while ((time_s = next_knot(shot, time_s + closest_s)) < INFINITY) {
		next_ns = llround((time_s - shot->begin_s) * 1e9);
		fprintf(out, "\nPVT ");
		print_positions(shot, time_s, true, out);
		fprintf(out, " IN %.6fms", (next_ns - at_ns) / 1e6);
		at_ns = next_ns;
	}
	fprintf(out, "\n");
}

/* Whether it shows, in the millionths that are printed. */
static bool moves(const struct shot *shot, double from_s, double to_s)
{
	unsigned int i;

	for (i = 0; i < AXES_MAX; i++) {
		const struct path *path = &shot->axis[i];

		if (path->keys && llroundl(path_at(path, from_s).position * 1e6L) !=
					  llroundl(path_at(path, to_s).position * 1e6L))
			return true;
	}
	return false;
}

static double frame_time_s(const struct shot *shot, const struct frames *frames,
			   unsigned int frame)
{
	return shot->first_s +
	       frame * ((shot->last_s - shot->first_s) / (frames->count - 1));
}

double shot_frame(const struct shot *shot, const struct frames *frames, unsigned int frame,
		  unsigned int axis)
{
	struct law law = path_at(&shot->axis[axis], frame_time_s(shot, frames, frame));

	return llroundl(law.position * 1e6L) / 1e6;
}

void shot_print_frames(const struct shot *shot, const struct frames *frames, double fps,
		       FILE *out)
{
	unsigned int i;

	fprintf(out, "# %s: %u frames", shot->name, frames->count);
	if (fps)
		fprintf(out, ", %.2f s of film at %g a second", frames->count / fps, fps);
	fprintf(out, "\n");
	for (i = 0; i < frames->count; i++) {
		double time_s = frame_time_s(shot, frames, i);

		if (!i || moves(shot, frame_time_s(shot, frames, i - 1), time_s)) {
			print_positions(shot, time_s, false, out);
			if (i && frames->move_ns)
				fprintf(out, " IN %.6fms", frames->move_ns / 1e6);
			fprintf(out, "; ");
		} else if (frames->move_ns) {
			fprintf(out, "WAIT %.6fms; ", frames->move_ns / 1e6);
		}
		if (frames->settle_ns)
			fprintf(out, "WAIT %.6fms; ", frames->settle_ns / 1e6);
		fprintf(out, "TRIGGER %u %.6fms\n", frames->output,
			frames->exposure_ns / 1e6);
	}
}

void shot_free(struct shot *shot)
{
	unsigned int i;

	for (i = 0; i < AXES_MAX; i++)
		path_free(&shot->axis[i]);
}
