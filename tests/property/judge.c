// SPDX-License-Identifier: GPL-2.0
/*
 * Judges what came of a script; see judge.h. In long double, from the cubics as their
 * fixed point has them; shares no formula with hw/.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "judge.h"

/* Directions come from targets that were rounded: what 20 bits can tell of a limit. */
#define ROUNDING 2e-6L
/* Steps: the fixed point's, and what a path leaves at its end. */
#define STEPS_ERROR 1e-5L
/* Steps: so near to its end a path may rest, though its brake is not quite let go. */
#define FLAT 1e-8L
/* How far from its root a step may be. */
#define ROOT_NS 100
/* From the rise of STEP to the next that the default pulses allow, turned or not. */
#define PULSE_NS 4000

void record_clear(struct record *record)
{
	unsigned int i;

	record->count = 0;
	for (i = 0; i < HEAD_AXES; i++)
		record->axis[i].count = 0;
}

/* @array with room for one more of @size than @count. */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = 2 * *room + 64;
	array = realloc(array, *room * size);
	if (!array)
		abort();
	return array;
}

void record_segment(struct record *record, const struct segment *segment, bool halted)
{
	record->segment = grow(record->segment, record->count, &record->room,
			       sizeof(*record->segment));
	record->segment[record->count++] =
		(struct observed_segment){ .segment = *segment, .halted = halted };
}

void record_step(struct record *record, unsigned int axis, u64 t_ns, s64 position)
{
	struct observed_steps *steps = &record->axis[axis];

	steps->step = grow(steps->step, steps->count, &steps->room, sizeof(*steps->step));
	steps->step[steps->count++] = (struct observed_step){ t_ns, position };
}

/* Where the judge is: which segment, and how the one before ended. */
static struct {
	const struct script *script;
	const struct record *record;
	const struct segment *segment;
	bool first;
	bool rested; /* the segment before ended at rest, or halted: */
	bool halted;
	bool stands; /* and no axis moved in it */
	long double end_ns;
	int time_shift; /* of the segment before */
	struct at end[HEAD_AXES];
	struct at noise[HEAD_AXES]; /* of it */
	bool brakes[HEAD_AXES]; /* see brakes_harder() */
	size_t steps[HEAD_AXES]; /* made by then */
	char fault[300];
	jmp_buf found;
} at;

__printf(2, 3) static void require(bool holds, const char *format, ...)
{
	va_list arguments;

	if (holds)
		return;
	va_start(arguments, format);
	vsnprintf(at.fault, sizeof(at.fault), format, arguments);
	va_end(arguments);
	longjmp(at.found, 1);
}

static const char *name_of(unsigned int axis)
{
	return at.script->rehearsal->machine.names.name[axis];
}

/* Of virtual time, for messages. */
static long double seconds(long double ns)
{
	return (ns - REHEARSAL_BEGIN_NS) / 1e9L;
}

static long double start_ns(const struct segment *segment)
{
	return segment->start_ns + ldexpl(segment->start_fraction, -32);
}

static long double length_ns(const struct segment *segment)
{
	return ldexpl(segment->end, segment->time_shift - 63);
}

/* Segments follow each other at once, but for where all rest. */
static void judge_time(void)
{
	long double now_ns = start_ns(at.segment), gap_ns = now_ns - at.end_ns;
	/* of u in them, and of long double after months */
	long double grain_ns = 1e-3L + ldexpl(1, max(at.time_shift, at.segment->time_shift) - 62) +
			       now_ns * 0x1p-62L;

	if (at.first)
		return;
	require(gap_ns > -grain_ns || at.halted,
		"a segment begins %Lg ns before the last ends, at %.9Lf s", -gap_ns,
		seconds(now_ns));
	require(gap_ns < grain_ns || at.rested || at.stands,
		"no segment for %Lg ns, in motion, at %.9Lf s", gap_ns, seconds(now_ns));
}

static long double larger(long double a, long double b)
{
	return fmaxl(fabsl(a), fabsl(b));
}

/* The speed inside a segment is extreme where the acceleration passes 0. */
static long double peak_speed(struct at from, struct at to)
{
	long double peak = larger(from.speed, to.speed);

	if (from.acceleration * to.acceleration >= 0 || !from.jerk)
		return peak;
	return larger(peak, from.speed - from.acceleration * from.acceleration / 2 / from.jerk);
}

static void within(long double value, long double limit, long double noise, const char *what,
		   unsigned int axis)
{
	require(fabsl(value) <= limit * (1 + ROUNDING) + noise, "%s: %s %Lg > %Lg at %.9Lf s",
		name_of(axis), what, fabsl(value), limit, seconds(start_ns(at.segment)));
}

/* Whether @position is where @axis makes no step beyond MIN and MAX. */
static bool in_range(unsigned int axis, long double position)
{
	const struct script_axis *limits = &at.script->axis[axis];
	s64 origin = script_origin(limits, at.segment->start_ns);
	long double lowest = script_steps(limits, limits->lowest) + origin - limits->backlash;
	long double highest = script_steps(limits, limits->highest) + origin;

	return position >= lowest - 0.5L - STEPS_ERROR && position <= highest + 0.5L + STEPS_ERROR;
}

/*
 * Whether what takes over from a HOME, which knows no MIN and MAX, may brake harder than
 * JERK until it rests: if by that it would go beyond them.
 */
static bool brakes_harder(unsigned int axis, struct at from)
{
	const struct script_axis *limits = &at.script->axis[axis];

	if (!at.brakes[axis] && limits->turns) {
		reference_change(&from, 0, &limits->bounds);
		at.brakes[axis] = !in_range(axis, from.position);
	}
	return at.brakes[axis];
}

static void judge_limits(unsigned int axis, struct at from, struct at to, struct at noise)
{
	const struct script_axis *limits = &at.script->axis[axis];

	within(peak_speed(from, to), limits->bounds.speed, noise.speed, "speed",
	       axis);
	within(larger(from.acceleration, to.acceleration), limits->bounds.acceleration,
	       noise.acceleration, "acceleration", axis);
	if (limits->bounds.jerk && !at.script->stream && !brakes_harder(axis, from))
		within(from.jerk, limits->bounds.jerk, noise.jerk, "jerk", axis);
	at.brakes[axis] &= segment_moves(at.segment, axis) && !at.segment->at_rest;
	require(limits->turns || in_range(axis, to.position),
		"%s: position %.6Lf is beyond MIN or MAX at %.9Lf s", name_of(axis), to.position,
		seconds(at.end_ns));
}

/* How sharply the path turns here: the change of velocity beside the velocity. */
static long double turn(void)
{
	long double change = 0, speed = 0;
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++) {
		long double accel = at.script->axis[i].bounds.acceleration;
		struct at from = reference_at(at.segment, i, 0);

		if (!accel)
			continue;
		change = larger(change, (from.speed - at.end[i].speed) / accel);
		speed = larger(speed, larger(from.speed, at.end[i].speed) / accel);
	}
	return speed > 0 ? change / speed : 0;
}

/* As good as at rest: what it has a µs of its acceleration or jerk makes. */
static bool stands(struct at state)
{
	return fabsl(state.speed) <= larger(state.acceleration, state.jerk * 1e-6L) * 1e-6L;
}

/*
 * What a speed may be wrong by: rounding, and what a ns of acceleration makes, as plans of
 * hours know their instants by little better.
 */
static long double speed_error(unsigned int axis)
{
	const struct bounds *bounds = &at.script->axis[axis].bounds;

	return ROUNDING * bounds->speed + bounds->acceleration * 1e-9L;
}

/*
 * No jump of position, of the speed by no more than CORNER, and, where the jerk is
 * limited, of the acceleration only as the path turns.
 */
static void judge_joint(unsigned int axis, struct at from, struct at noise)
{
	const struct script_axis *limits = &at.script->axis[axis];
	const struct bounds *bounds = &limits->bounds;
	struct at to = at.end[axis], other = at.noise[axis];
	long double now = seconds(start_ns(at.segment));
	long double jump = fabsl(from.position - to.position);
	long double own, level;
	/* what has no way left in a µs may be replaced as it comes to rest */
	bool rests = at.first || at.rested || !segment_moves(at.segment, axis) ||
		     (stands(to) && stands(from));

	if (!at.halted && !at.first)
		/* at rest the plan is within half a step of the motor, before and behind */
		require(jump <= (rests ? 1 : 0) + STEPS_ERROR,
			"%s: position jumps by %Lg at %.9Lf s", name_of(axis), jump, now);
	if (at.halted || at.first)
		to = (struct at){};
	jump = fabsl(from.speed - to.speed);
	within(jump, limits->jump + speed_error(axis), noise.speed + other.speed,
	       "jump of speed", axis);
	if (!bounds->jerk || at.script->stream)
		return;
	/* where its own speed jumps, though the path went on elsewhere, what moved it ends */
	own = jump > speed_error(axis) + noise.speed + other.speed ?
		      jump / larger(from.speed, to.speed) :
		      0;
	jump = fabsl(from.acceleration - to.acceleration);
	level = 4 * fmaxl(at.first || at.rested ? 0 : turn(), own);
	level = (level + ROUNDING) * bounds->acceleration + bounds->jerk * 1e-9L +
		cbrtl(6 * FLAT * bounds->jerk * bounds->jerk);
	within(jump, level,
	       noise.acceleration + other.acceleration, "jump of acceleration", axis);
}

/* The cubic at machine time @ns, kept within its segment. */
static long double position_at(unsigned int axis, long double ns)
{
	long double part = (ns - start_ns(at.segment)) / length_ns(at.segment);

	return reference_at(at.segment, axis, fminl(1, fmaxl(0, part))).position;
}

/* Whether @step is at its root, or as soon after the one before as pulses allow. */
static void judge_step(unsigned int axis, const struct observed_step *step, bool again,
		       s64 before)
{
	s64 way = step->position - before;
	long double crossing = (step->position + before) / 2.0L;
	long double early = (position_at(axis, (long double)step->t_ns + ROOT_NS) - crossing) * way;
	long double late = (position_at(axis, (long double)step->t_ns - ROOT_NS) - crossing) * way;

	require(llabs(way) == 1, "%s: a step from %lld to %lld", name_of(axis), before,
		step->position);
	require(early >= -1e-6L, "%s: step to %lld is early at %.9Lf s: by %Lg of a step",
		name_of(axis), step->position, seconds(step->t_ns), -early);
	require(late <= 1e-6L || again, "%s: step to %lld is late at %.9Lf s: by %Lg of a step",
		name_of(axis), step->position, seconds(step->t_ns), late);
}

/* The steps of the segment, and that there are as many as its cubic says. */
static void judge_steps(unsigned int axis, long double end, bool halted)
{
	const struct observed_steps *steps = &at.record->axis[axis];
	size_t i = at.steps[axis];
	s64 position = i ? steps->step[i - 1].position : 0;
	long double left;

	for (; i < steps->count; i++) {
		const struct observed_step *step = &steps->step[i];
		bool again = i && step->t_ns - step[-1].t_ns <= PULSE_NS + 1;
		long double crossing = (step->position + position) / 2.0L;

		/* a step at the very end is the next segment's if the cubic ends before it */
		if (step->t_ns > at.end_ns + 0.5L && !again)
			break;
		if (step->t_ns > at.end_ns - 1 &&
		    (end - crossing) * (step->position - position) < -1e-9L)
			break;
		/* the first, and then one in 31 or so: all of them would cost much time */
		if (i - at.steps[axis] < 4 || step->t_ns % 31 == 0 || again)
			judge_step(axis, step, again, position);
		require(llabs(step->position - position) == 1, "%s: a step from %lld to %lld",
			name_of(axis), position, step->position);
		position = step->position;
	}
	at.steps[axis] = i;
	left = fabsl(end - position);
	require(left <= 0.5L + STEPS_ERROR || halted,
		"%s: the cubic ends at %.6Lf, the steps at %lld, at %.9Lf s", name_of(axis), end,
		position, seconds(at.end_ns));
}

static void judge_segment(const struct observed_segment *observed)
{
	struct at to[HEAD_AXES], noise[HEAD_AXES];
	unsigned int i;

	at.segment = &observed->segment;
	judge_time();
	at.end_ns = start_ns(at.segment) + length_ns(at.segment);
	at.stands = true;
	for (i = 0; i < HEAD_AXES; i++) {
		struct at from = reference_at(at.segment, i, 0);

		to[i] = reference_at(at.segment, i, 1);
		noise[i] = reference_resolution(at.segment, i);
		judge_limits(i, from, to[i], noise[i]);
		judge_joint(i, from, noise[i]);
		judge_steps(i, to[i].position, observed->halted);
		at.stands &= !segment_moves(at.segment, i);
	}
	memcpy(at.end, to, sizeof(to));
	memcpy(at.noise, noise, sizeof(noise));
	at.time_shift = at.segment->time_shift;
	at.first = false;
	at.halted = observed->halted;
	at.rested = at.segment->at_rest || at.halted;
	for (i = 0; i < HEAD_AXES && at.rested && !at.halted; i++)
		require(fabsl(to[i].speed) <=
				at.script->axis[i].jump + speed_error(i) + noise[i].speed,
			"%s: rests at speed %Lg at %.9Lf s", name_of(i), to[i].speed,
			seconds(at.end_ns));
}

/* All axes of a move are on their straight line all the time. */
static void judge_line(const struct promise *promise, long double from_ns, long double to_ns)
{
	long double way[HEAD_AXES], part;
	size_t i;

	for (i = 0; i < HEAD_AXES; i++)
		way[i] = promise->to[i] - promise->from[i];
	if (way[0] == 0 || way[1] == 0)
		return; /* what rests is on a whole step, or exactly where it was sent */
	for (i = 0; i < at.record->count; i++) {
		const struct segment *segment = &at.record->segment[i].segment;

		if (start_ns(segment) < from_ns - 1 || start_ns(segment) > to_ns - 1)
			continue;
		for (part = 0; part <= 1; part += 0.25L) {
			struct at pan = reference_at(segment, 0, part);
			struct at tilt = reference_at(segment, 1, part);
			long double x = pan.position - promise->from[0];
			long double y = tilt.position - promise->from[1];

			require(fabsl(x * way[1] - y * way[0]) <=
					STEPS_ERROR * larger(way[0], way[1]),
				"the axes leave their line at %.9Lf s", seconds(start_ns(segment)));
		}
	}
}

static void judge_duration(const struct promise *promise)
{
	const struct script_line *line = &at.script->rehearsal->line[promise->line];
	long double takes = (s64)(line->end_ns - line->start_ns) / 1e9L;
	long double shortest = script_shortest(promise);

	if (!shortest)
		return;
	shortest += promise->take_up;
	require(line->outcome == ENTRY_DONE, "line %u did not end", line->number);
	if (promise->duration_ns)
		require(fabsl(takes - promise->duration_ns / 1e9L) <= 1e-9L,
			"line %u takes %.9Lf s", line->number, takes);
	else
		require(fabsl(takes - shortest) <= 1e-9L * shortest + 3e-9L,
			"line %u takes %.9Lf s, the shortest is %.9Lf s", line->number, takes,
			shortest);
	judge_line(promise, line->start_ns + promise->take_up * 1e9L + REHEARSAL_BEGIN_NS,
		   (long double)line->end_ns + REHEARSAL_BEGIN_NS);
}

/* What @axis does at machine time @ns, where a segment begins or all rest. */
static struct at state_from(unsigned int axis, long double ns)
{
	struct at state = {};
	size_t i;

	for (i = 0; i < at.record->count; i++) {
		const struct segment *segment = &at.record->segment[i].segment;

		if (start_ns(segment) > ns + 1e-3L)
			break;
		state = (struct at){ .position = reference_at(segment, axis, 1).position };
		/* where there is more than one the first is too short to tell */
		if (fabsl(start_ns(segment) - ns) <= 1e-3L)
			state = reference_at(segment, axis, 0);
	}
	return state;
}

/* A NOW is within a fifth of the shortest time that there is for it. */
static void judge_retarget(const struct promise *promise)
{
	const struct script_line *line = &at.script->rehearsal->line[promise->line];
	long double takes = (s64)(line->end_ns - line->start_ns) / 1e9L, shortest = 0;
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++) {
		const struct bounds *bounds = &promise->bounds[i];
		struct at state = state_from(i, (long double)line->start_ns + REHEARSAL_BEGIN_NS);
		bool moves = state.speed != 0 || state.acceleration != 0;
		long double time, to = promise->to[i];

		if (!moves)
			state.position = roundl(state.position);
		/* it may have to go there by the play of its gear more */
		if (promise->axes >> i & 1)
			time = fmaxl(reference_rest_time(state, to, bounds),
				     reference_rest_time(state, to - at.script->axis[i].backlash,
							 bounds));
		else
			time = reference_change(&state, 0, bounds);
		require(!isnan(time), "no reference for line %u", line->number);
		shortest = fmaxl(shortest, time);
	}
	require(shortest < 1e-6L || takes <= 1.2L * shortest + 1e-6L,
		"line %u takes %.9Lf s, the shortest is %.9Lf s", line->number, takes, shortest);
}

/* Whether the axes of @point are in it at the end of @segment, as fast as they are to be. */
static bool is_at_point(const struct segment *segment, const struct point *point)
{
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++) {
		struct at end = reference_at(segment, i, 1);
		struct at noise = reference_resolution(segment, i);
		long double beyond = end.position - point->position[i];
		long double tolerance = ROUNDING * at.script->axis[i].bounds.speed + noise.speed;

		if (!(point->axes >> i & 1))
			continue;
		if (fabsl(beyond) > STEPS_ERROR &&
		    fabsl(beyond + at.script->axis[i].backlash) > STEPS_ERROR)
			return false;
		if (!at.script->held && fabsl(end.speed - point->speed[i]) > tolerance)
			return false;
	}
	return true;
}

/* Whether another point follows @point, so that the end of its @line is where it is. */
static bool follows(const struct point *point, const struct script_line *line)
{
	const struct script *script = at.script;
	const struct point *next = point + 1;

	return next < script->point + script->points &&
	       script->rehearsal->line[next->line].start_ns == line->end_ns;
}

/* The plan goes through each point, at its speed. */
static void judge_point(const struct point *point)
{
	const struct script_line *line = &at.script->rehearsal->line[point->line];
	s64 rounding_ns = 1 + at.script->held;
	s64 until_ns = line->end_ns + rounding_ns;
	s64 since_ns = follows(point, line) ? line->end_ns - rounding_ns : line->written_ns;
	size_t i;

	if (line->outcome != ENTRY_DONE)
		return;
	for (i = 0; i < at.record->count; i++) {
		const struct segment *segment = &at.record->segment[i].segment;
		s64 end_ns = segment_end_ns(segment) - REHEARSAL_BEGIN_NS;

		if (end_ns >= since_ns && end_ns <= until_ns && is_at_point(segment, point))
			return;
	}
	require(false, "the plan does not go through the point of line %u", line->number);
}

/* What is told of a line: it began before it ended, if it began. */
static void judge_times(const struct script_line *line)
{
	require(line->start_ns == U64_MAX || line->start_ns <= line->end_ns,
		"line %u begins at %.9Lf s and ends at %.9Lf s", line->number,
		line->start_ns / 1e9L, line->end_ns / 1e9L);
}

/* Where the last command leads is where it ends. */
static void judge_end(unsigned int axis)
{
	const struct observed_steps *steps = &at.record->axis[axis];
	const struct script_axis *expected = &at.script->axis[axis];
	s64 wanted = script_steps(expected, expected->target) + script_origin(expected, U64_MAX);

	require(at.steps[axis] == steps->count, "%s: %zu steps after all segments", name_of(axis),
		steps->count - at.steps[axis]);
	if (expected->known)
		require(expected->load == wanted, "%s ends at step %lld, not %lld", name_of(axis),
			expected->load, wanted);
}

const char *judge(const struct script *script, const struct record *record)
{
	size_t i;

	memset(&at, 0, offsetof(typeof(at), fault));
	at.script = script;
	at.record = record;
	at.first = true;
	if (setjmp(at.found))
		return at.fault;
	require(!script->fault, "%s", script->fault ? script->fault : "");
	for (i = 0; i < record->count; i++)
		judge_segment(&record->segment[i]);
	for (i = 0; i < HEAD_AXES; i++)
		judge_end(i);
	for (i = 0; i < script->rehearsal->lines; i++)
		judge_times(&script->rehearsal->line[i]);
	for (i = 0; i < script->points; i++)
		judge_point(&script->point[i]);
	for (i = 0; i < script->promises; i++) {
		if (script->promise[i].retarget)
			judge_retarget(&script->promise[i]);
		else
			judge_duration(&script->promise[i]);
	}
	return NULL;
}
