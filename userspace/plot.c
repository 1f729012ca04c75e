// SPDX-License-Identifier: GPL-2.0
/*
 * A picture of a plan, drawn by gnuplot; see plot.h.
 */
#define _GNU_SOURCE /* popen(), pclose() */

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "plot.h"

/* Points along the whole of time, as many as there are pixels. */
#define POINTS 2000

/* Columns of the data: the time, then three for each axis. */
#define POSITION(axis) (2 + 3 * (axis))

static struct {
	double *begin_s; /* of each segment */
	double *duration_s;
	struct law *law; /* of each axis in each segment, in its unit */
	size_t segments;
} plan;

bool plot_can_be(const char *file)
{
	const char *ending = strrchr(file, '.');

	return ending && (!strcmp(ending, ".png") || !strcmp(ending, ".svg"));
}

/* Room for twice as many, at 0 and the powers of 2. */
static bool grow(size_t axes)
{
	size_t count = 2 * plan.segments + 1;
	void *begin = realloc(plan.begin_s, count * sizeof(*plan.begin_s));
	void *duration = realloc(plan.duration_s, count * sizeof(*plan.duration_s));
	void *law = realloc(plan.law, count * axes * sizeof(*plan.law));

	if (begin)
		plan.begin_s = begin;
	if (duration)
		plan.duration_s = duration;
	if (law)
		plan.law = law;
	return begin && duration && law;
}

/* Where axis @i is in the play of its gear at the end of @segment. */
static s64 follow_play(const struct axis *axis, unsigned int i, const struct segment *segment)
{
	static s64 plays[AXES_MAX], steps[AXES_MAX];
	s64 last = segment->cubic[i].last;

	plays[i] = clamp_t(s64, plays[i] + last - steps[i], -axis_backlash(axis), 0);
	steps[i] = last;
	return plays[i];
}

bool plot_add(const struct rehearsal *rehearsal, const struct segment *segment)
{
	const struct machine *machine = &rehearsal->machine;
	unsigned int axes = machine->names.count;
	unsigned int i;

	if (!(plan.segments & (plan.segments - 1)) && !grow(axes))
		return false;
	for (i = 0; i < axes; i++) {
		const struct axis *axis = &machine->state.axis[i];
		struct law law = law_of(segment, i);

		plan.law[plan.segments * axes + i] =
			law_in_units(&law, axis, follow_play(axis, i, segment));
	}
	plan.begin_s[plan.segments] = segment_start(segment) / 1e9L;
	plan.duration_s[plan.segments] = segment_duration(segment) / 1e9L;
	plan.segments++;
	return true;
}

/* What is drawn of all axes at an instant: position, speed and acceleration of each. */
struct point {
	double time_s;
	double value[3 * AXES_MAX];
};

/* @since_s after the start of the @segment. */
static struct point find_point(size_t segment, unsigned int axes, double since_s)
{
	struct point point = { .time_s = plan.begin_s[segment] + since_s };
	unsigned int i;

	for (i = 0; i < axes; i++) {
		struct law law = law_after(&plan.law[segment * axes + i], since_s);

		point.value[3 * i] = law.position;
		point.value[3 * i + 1] = law.speed;
		point.value[3 * i + 2] = law.acceleration;
	}
	return point;
}

static void print_point(FILE *out, const struct point *point, unsigned int axes)
{
	unsigned int i;

	fprintf(out, "%.9f", point->time_s);
	for (i = 0; i < 3 * axes; i++)
		fprintf(out, " %.9g", point->value[i]);
	fputc('\n', out);
}

/* Points along the @segment, with both ends, so many that it looks round. */
static unsigned int points_of(size_t segment, double total_s)
{
	return 2 + POINTS * plan.duration_s[segment] / total_s;
}

static struct point find_nth(size_t segment, unsigned int axes, unsigned int n,
			     unsigned int points)
{
	return find_point(segment, axes, plan.duration_s[segment] * n / (points - 1));
}

/* Segments that lie within a pixel, up to @end: where they begin and end, and all between. */
static void print_bundle(FILE *out, size_t segment, size_t end, unsigned int axes)
{
	struct point low = find_point(segment, axes, 0), high = low, point;
	unsigned int i, n;

	print_point(out, &low, axes);
	for (; segment < end; segment++) {
		for (n = 0; n < 2; n++) {
			point = find_nth(segment, axes, n, 2);
			for (i = 0; i < 3 * axes; i++) {
				low.value[i] = fmin(low.value[i], point.value[i]);
				high.value[i] = fmax(high.value[i], point.value[i]);
			}
		}
	}
	print_point(out, &low, axes);
	print_point(out, &high, axes);
	print_point(out, &point, axes);
}

static void print_points(FILE *out, unsigned int axes, double total_s)
{
	size_t segment, end;
	unsigned int n, points;
	struct point point;

	for (segment = 0; segment < plan.segments; segment = end) {
		double end_s = plan.begin_s[segment] + total_s / POINTS;

		for (end = segment + 1; end < plan.segments; end++)
			if (plan.begin_s[end] + plan.duration_s[end] > end_s)
				break;
		if (end > segment + 2) {
			print_bundle(out, segment, end, axes);
			continue;
		}
		end = segment + 1;
		points = points_of(segment, total_s);
		for (n = 0; n < points; n++) {
			point = find_nth(segment, axes, n, points);
			print_point(out, &point, axes);
		}
	}
}

/* Whether @a and @b are so near that a line between them is none on the picture. */
static bool are_near(const double *a, const double *b, const double *size)
{
	return fabs(a[0] - b[0]) <= size[0] / POINTS && fabs(a[3] - b[3]) <= size[1] / POINTS;
}

/* How far the first two axes go in all. */
static void find_size(double *size, unsigned int axes)
{
	double low[2], high[2];
	struct point point;
	size_t segment;
	unsigned int i;

	for (segment = 0; segment < plan.segments; segment++) {
		point = find_nth(segment, axes, 1, 2);
		for (i = 0; i < 2; i++) {
			double value = point.value[3 * i];

			low[i] = segment ? fmin(low[i], value) : value;
			high[i] = segment ? fmax(high[i], value) : value;
			size[i] = high[i] - low[i];
		}
	}
}

/* The way of the first two axes. */
static void print_way(FILE *out, unsigned int axes, double total_s)
{
	struct point point, last = find_point(0, axes, 0);
	unsigned int n, points;
	size_t segment;
	double size[2];

	find_size(size, axes);
	print_point(out, &last, axes);
	for (segment = 0; segment < plan.segments; segment++) {
		points = points_of(segment, total_s);
		for (n = 0; n < points; n++) {
			point = find_nth(segment, axes, n, points);
			if (are_near(point.value, last.value, size))
				continue;
			print_point(out, &point, axes);
			last = point;
		}
	}
	print_point(out, &point, axes);
}

/* A string of gnuplot's. */
static void print_string(FILE *out, const char *string)
{
	fputc('\'', out);
	for (; *string; string++) {
		if (*string == '\'')
			fputc('\'', out);
		fputc(*string, out);
	}
	fputc('\'', out);
}

static void print_over_time(FILE *out, const struct machine *machine,
			    const char *what, const char *per, unsigned int column)
{
	unsigned int i;

	fprintf(out, "set ylabel '%s'\nplot", what);
	for (i = 0; i < machine->names.count; i++) {
		enum unit unit = machine->state.axis[i].setting[SETTING_UNIT];

		fprintf(out, "%s $plan using 1:%u with lines lw 2 title '%s, %s%s'",
			i ? "," : "", POSITION(i) + column, machine->names.name[i],
			unit_name(unit), per);
	}
	fputc('\n', out);
}

/* The range of @letter, x or y, for the positions of @axis, which may be at rest. */
static void print_range(FILE *out, char letter, const struct machine *machine,
			unsigned int axis)
{
	enum unit unit = machine->state.axis[axis].setting[SETTING_UNIT];

	fprintf(out, "stats $plan using %u nooutput\n", POSITION(axis));
	fprintf(out, "all = STATS_max - STATS_min\nmargin = all > 0 ? all / 20 : 1\n");
	fprintf(out, "set %crange [STATS_min - margin:STATS_max + margin]\n", letter);
	fprintf(out, "set %clabel '%s, %s'\n", letter, machine->names.name[axis],
		unit_name(unit));
}

static void print_path(FILE *out, const struct machine *machine)
{
	fprintf(out, "set offsets\nset xrange [*:*]\n");
	print_range(out, 'x', machine, 0);
	print_range(out, 'y', machine, 1);
	fprintf(out, "plot $way using %u:%u with lines lw 2 notitle\n", POSITION(0),
		POSITION(1));
}

static void print_program(FILE *out, const struct rehearsal *rehearsal,
			  const char *file)
{
	const struct machine *machine = &rehearsal->machine;
	bool png = !strcmp(strrchr(file, '.'), ".png");
	double total_s = rehearsal_time_ns(rehearsal) / 1e9L;

	fprintf(out, "set terminal %s size 1200,800 font 'sans,11' noenhanced\n",
		png ? "pngcairo" : "svg background 'white'");
	fprintf(out, "set output ");
	print_string(out, file);
	fprintf(out, "\n$plan << END\n");
	print_points(out, machine->names.count, total_s);
	fprintf(out, "END\n");
	if (machine->names.count > 1) {
		fprintf(out, "$way << END\n");
		print_way(out, machine->names.count, total_s);
		fprintf(out, "END\n");
	}
	fprintf(out, "set multiplot layout 2,2\nset grid\nset key above\n");
	fprintf(out, "set offsets 0, 0, graph 0.05, graph 0.05\n");
	fprintf(out, "set xlabel 'time, s'\nset xrange [0:%.9f]\n", total_s);
	print_over_time(out, machine, "position", "", 0);
	print_over_time(out, machine, "speed", "/s", 1);
	print_over_time(out, machine, "acceleration", "/s²", 2);
	if (machine->names.count > 1)
		print_path(out, machine);
}

/* If gnuplot could not write it, it would draw on standard output. */
static bool can_write(const char *file)
{
	FILE *picture = fopen(file, "w");

	if (picture && !fclose(picture))
		return true;
	fprintf(stderr, "stepctl: %s: %s\n", file, strerror(errno));
	return false;
}

bool plot_draw(const struct rehearsal *rehearsal, const char *file)
{
	int status;
	FILE *gnuplot;

	if (!plan.segments) {
		fprintf(stderr, "stepctl: nothing moves: there is nothing to draw\n");
		return false;
	}
	if (!can_write(file))
		return false;
	signal(SIGPIPE, SIG_IGN); /* its exit status tells */
	fflush(stdout);
	gnuplot = popen("command -v gnuplot >/dev/null || exit 127; exec gnuplot", "w");
	if (!gnuplot) {
		perror("stepctl: gnuplot");
		return false;
	}
	print_program(gnuplot, rehearsal, file);
	status = pclose(gnuplot);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		fprintf(stderr, "stepctl: --plot needs %s, which is not installed (%s)\n",
			"gnuplot", "Debian: apt install gnuplot-nox");
	else if (status)
		fprintf(stderr, "stepctl: gnuplot could not draw %s\n", file);
	return !status;
}
