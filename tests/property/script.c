// SPDX-License-Identifier: GPL-2.0
/*
 * Random scripts; see script.h. They are short, but for a few, and made so that most
 * of what they write is accepted: a test of what is refused they are not.
 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "../unit/random.h"
#include "script.h"

/* The most that a value takes: 9 digits before the point. */
#define MICRO_MAX 999999999999999.0L
/* So little of a step is no way, if it makes none: 2^-8. */
#define NO_WAY 0x1p-8L
/* One script in so many is long. */
#define RARE 100

s64 script_steps(const struct script_axis *axis, s64 micro)
{
	unsigned __int128 twice = (unsigned __int128)llabs(micro) * axis->numerator * 2;
	unsigned __int128 unit = (unsigned __int128)axis->denominator * MICRO;
	s64 steps = (twice + unit) / (2 * unit);

	return micro < 0 ? -steps : steps;
}

long double script_exact(const struct script_axis *axis, s64 micro)
{
	return micro * (long double)axis->numerator / axis->denominator / MICRO;
}

void script_step(struct script *script, unsigned int i, s64 motor)
{
	struct script_axis *axis = &script->axis[i];

	axis->slack = clamp_t(s64, axis->slack + motor - axis->motor, -axis->backlash, 0);
	axis->load = motor - axis->slack;
	if (axis->motor > axis->home && motor <= axis->home) {
		axis->trip[axis->trips % TRIPS_MAX].at_ns = script->rehearsal->now_ns;
		axis->trip[axis->trips++ % TRIPS_MAX].load = axis->load;
	}
	axis->motor = motor;
}

/* HOME was over at @ns: the step at which the switch tripped last is its place. */
static void take_place(struct script_axis *axis, u64 ns, s64 place)
{
	unsigned int i = axis->trips;

	while (i-- > 0 && axis->trips - i <= TRIPS_MAX && axis->frames < FRAMES_MAX) {
		if (axis->trip[i % TRIPS_MAX].at_ns > ns)
			continue;
		axis->frame[axis->frames].since_ns = ns;
		axis->frame[axis->frames++].origin =
			axis->trip[i % TRIPS_MAX].load - script_steps(axis, place);
		return;
	}
	axis->known = false; /* too long ago to tell */
}

/* Take the HOMEs that are over into account. */
static void look_at_homes(struct script *script)
{
	const struct rehearsal *rehearsal = script->rehearsal;
	unsigned int i;

	for (; script->homed < script->homes; script->homed++) {
		const struct homing *home = &script->home[script->homed];
		const struct script_line *line = &rehearsal->line[home->line];

		if (home->line >= rehearsal->lines_ended)
			return;
		for (i = 0; i < HEAD_AXES && line->outcome == ENTRY_DONE; i++)
			if (home->axes >> i & 1)
				take_place(&script->axis[i], line->end_ns + REHEARSAL_BEGIN_NS,
					   home->place[i]);
	}
}

s64 script_origin(const struct script_axis *axis, u64 ns)
{
	unsigned int i = axis->frames;

	while (i-- > 0)
		if (axis->frame[i].since_ns <= ns)
			return axis->frame[i].origin;
	return 0;
}

/* The shortest time for axes to go so many steps together, under @bounds; 0: none goes. */
static long double shortest(const long double steps[HEAD_AXES],
			    const struct bounds bounds[HEAD_AXES])
{
	struct bounds law = {};
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++) {
		const struct bounds *own = &bounds[i];
		long double distance = fabsl(steps[i]);

		if (distance == 0)
			continue;
		if (!law.speed)
			law = (struct bounds){ INFINITY, INFINITY, 0 };
		law.speed = fminl(law.speed, own->speed / distance);
		law.acceleration = fminl(law.acceleration, own->acceleration / distance);
		if (own->jerk)
			law.jerk = law.jerk ? fminl(law.jerk, own->jerk / distance) :
					      own->jerk / distance;
	}
	if (!law.speed)
		return 0;
	return reference_move(1, law.speed, law.acceleration, law.jerk).total;
}

long double script_shortest(const struct promise *promise)
{
	long double steps[HEAD_AXES];
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++)
		steps[i] = promise->goes ? promise->to[i] - promise->from[i] : 0;
	return shortest(steps, promise->bounds);
}

static bool one_in(unsigned int n)
{
	return !random_below(n);
}

/* A line that is being made: room for the longest and more. */
struct text_line {
	char bytes[512];
	unsigned int length;
};

__printf(2, 3) static void add(struct text_line *line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	line->length += vsnprintf(line->bytes + line->length, sizeof(line->bytes) - line->length,
				  format, arguments);
	va_end(arguments);
}

static void add_micro(struct text_line *line, s64 micro)
{
	add(line, " %s%lld.%06lld", micro < 0 ? "-" : "", llabs(micro) / MICRO,
	    llabs(micro) % MICRO);
}

static void add_time(struct text_line *line, u64 us)
{
	add(line, " IN %llu.%06llus", us / MICRO, us % MICRO);
}

static void forget_targets(struct script *script)
{
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++)
		script->axis[i].known = false;
}

/* Write @line; whether it was accepted. */
static bool say(struct script *script, struct text_line *line)
{
	bool good;

	add(line, "\n");
	good = rehearsal_line(script->rehearsal, line->bytes, line->length);
	if (good)
		script->accepted++;
	else
		script->refused++;
	if (script->rehearsal->machine.state.alarm)
		forget_targets(script);
	if (script->length + line->length + 16 < sizeof(script->text))
		script->length += sprintf(script->text + script->length, "%s%s",
					  good ? "" : "# refused: ", line->bytes);
	return good;
}

static bool say_word(struct script *script, const char *word)
{
	struct text_line line = {};

	add(&line, "%s", word);
	return say(script, &line);
}

/* Until all is done: what was said before then is known. */
static bool settle(struct script *script)
{
	bool good = say_word(script, "SYNC");

	look_at_homes(script);
	return good;
}

/* Let @seconds pass, before the next line is written. */
static void pass(struct script *script, long double seconds)
{
	u64 ns = rehearsal_time_ns(script->rehearsal) + llroundl(seconds * 1e9L);
	struct text_line line = {};

	add(&line, "#@ %llu.%09llu", ns / NS_PER_S, ns % NS_PER_S);
	say(script, &line);
}

static const char *name_of(const struct script *script, unsigned int i)
{
	return script->rehearsal->machine.names.name[i];
}

/* What @per_step of an axis is in millionths of its unit: as much as can be written. */
static s64 micro_of(const struct script_axis *axis, long double steps)
{
	return llroundl(fminl(fmaxl(1, steps * MICRO * axis->denominator / axis->numerator),
			      MICRO_MAX));
}

static void set(struct text_line *line, const struct script *script, unsigned int i,
		const char *setting, s64 value)
{
	add(line, "%sSET %s %s", line->length ? ";" : "", name_of(script, i), setting);
	add_micro(line, value);
}

/* 10 to 100,000 steps/s; that in 1 ms to 1 s; the acceleration in 0.1 ms to 1 s. */
static void choose_limits(struct script_axis *axis)
{
	long double speed = random_between(10, 1e5L);
	long double accel = speed / random_between(1e-3L, 1);

	axis->speed = micro_of(axis, speed);
	axis->maxspeed = micro_of(axis, speed * (one_in(2) ? 1 : 2));
	axis->accel = micro_of(axis, accel);
	axis->maxaccel = micro_of(axis, accel * random_between(1, 4));
	axis->jerk = one_in(3) ? 0 : micro_of(axis, accel / random_between(1e-4L, 1));
	axis->corner = one_in(4) ? 0 : micro_of(axis, random_between(1, 1000));
}

/* Widen the bounds to what the settings allow now, up to @speed. */
static void widen(struct script_axis *axis, s64 speed)
{
	bool first = !axis->bounds.speed;
	struct bounds *bounds = &axis->bounds;
	long double jerk = script_exact(axis, axis->jerk);

	bounds->speed = fmaxl(bounds->speed, script_exact(axis, speed));
	bounds->acceleration = fmaxl(bounds->acceleration, script_exact(axis, axis->accel));
	bounds->jerk = !jerk || (!first && !bounds->jerk) ? 0 : fmaxl(bounds->jerk, jerk);
}

static void set_up_axis(struct script *script, unsigned int i)
{
	struct script_axis *axis = &script->axis[i];
	long double range = random_between(10, one_in(RARE) ? 1e5L : 1500);
	struct text_line line = {};

	axis->numerator = 1 + random_below(20000);
	axis->denominator = one_in(2) ? 1 : 1 + random_below(1000);
	if (axis->numerator < axis->denominator)
		axis->numerator += axis->denominator;
	choose_limits(axis);
	axis->lowest = -micro_of(axis, range * random_below(101) / 100);
	axis->highest = micro_of(axis, range);
	axis->known = true;
	axis->saved_known = false;
	axis->jump = script_exact(axis, axis->corner);
	axis->frames = 0;
	add(&line, "SET %s SCALE %llu/%llu", name_of(script, i), axis->numerator,
	    axis->denominator);
	set(&line, script, i, "MIN", axis->lowest);
	set(&line, script, i, "MAX", axis->highest);
	set(&line, script, i, "CORNER", axis->corner);
	say(script, &line);
	line.length = 0;
	set(&line, script, i, "MAXSPEED", axis->maxspeed);
	set(&line, script, i, "MAXACCEL", axis->maxaccel);
	set(&line, script, i, "MAXJERK", MICRO_MAX);
	say(script, &line);
	line.length = 0;
	set(&line, script, i, "SPEED", axis->speed);
	set(&line, script, i, "ACCEL", axis->accel);
	set(&line, script, i, "JERK", axis->jerk);
	say(script, &line);
	line.length = 0;
	if (one_in(4))
		add(&line, "SET %s INVERT 1", name_of(script, i));
	if (one_in(4)) {
		s64 backlash = micro_of(axis, range * random_between(0, 0.1L));

		set(&line, script, i, "BACKLASH", backlash);
		axis->backlash = script_steps(axis, backlash);
	}
	if (line.length)
		say(script, &line);
}

/* About how long an axis takes for what it does. */
static long double typical_time(const struct script *script)
{
	const struct script_axis *axis = &script->axis[random_below(HEAD_AXES)];
	long double range = script_exact(axis, axis->highest);
	long double speed = script_exact(axis, axis->speed);
	long double accel = script_exact(axis, axis->accel);

	return fminl(range / speed + speed / accel, 2 * sqrtl(range / accel)) + 0.003L;
}

static void pass_some(struct script *script)
{
	pass(script, random_between(1e-5L, 1.5L * typical_time(script)));
}

static s64 random_target(const struct script_axis *axis)
{
	s64 target = axis->lowest + random_below(axis->highest - axis->lowest + 1);

	/* seldom on a limit, often near where it was */
	if (one_in(axis->edges ? 2 : 10))
		return one_in(2) ? axis->lowest : axis->highest;
	if (one_in(2) && axis->known)
		target = axis->target + (target - axis->target) / (1 + (s64)random_below(50));
	return target;
}

/*
 * A move and what is to come of it. AT caps the speed of all axes in it, each in its
 * own unit.
 */
struct move {
	struct text_line line;
	struct promise promise;
	s64 target[HEAD_AXES];
	s64 speed[HEAD_AXES];
	s64 play[HEAD_AXES]; /* at its end */
};

static void add_target(struct script *script, struct move *move, unsigned int i)
{
	struct script_axis *axis = &script->axis[i];
	s64 target = random_target(axis);

	add(&move->line, "%s%s", move->line.length ? " " : "", name_of(script, i));
	if (axis->known && one_in(3)) {
		add(&move->line, " BY");
		add_micro(&move->line, target - axis->target);
	} else {
		add_micro(&move->line, target);
	}
	move->target[i] = target;
	move->speed[i] = axis->speed;
	move->promise.axes |= 1U << i;
}

/* AT a speed that all axes of the move may have. */
static void add_speed(struct script *script, struct move *move)
{
	s64 most = MICRO_MAX, at;
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++)
		if (move->promise.axes >> i & 1)
			most = min(most, script->axis[i].maxspeed);
	at = llroundl(fmaxl(1, most * random_between(0.1L, 1)));
	add(&move->line, " AT");
	add_micro(&move->line, at);
	for (i = 0; i < HEAD_AXES; i++)
		move->speed[i] = at;
}

/* Where @axis, number @i, goes: to @target at @speed, if it does, and behind its play. */
static void promise_way(struct promise *promise, const struct script_axis *axis, unsigned int i,
			s64 target, s64 speed)
{
	s64 origin = script_origin(axis, U64_MAX);
	s64 from = script_steps(axis, axis->target);
	s64 to = script_steps(axis, target);

	promise->from[i] = script_exact(axis, axis->target) + origin;
	promise->to[i] = promise->from[i];
	promise->bounds[i] = (struct bounds){ script_exact(axis, speed),
					      script_exact(axis, axis->accel),
					      script_exact(axis, axis->jerk) };
	if (!(promise->axes >> i & 1))
		return;
	promise->to[i] = promise->retarget ? to + origin : script_exact(axis, target) + origin;
	promise->steps |= from != to;
	promise->goes |= from != to || fabsl(promise->to[i] - promise->from[i]) >= NO_WAY;
}

/* Axes that turn round take up their play first, at SPEED. */
static void find_take_up(const struct script *script, struct move *move)
{
	struct bounds bounds[HEAD_AXES];
	long double steps[HEAD_AXES] = {};
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++) {
		const struct script_axis *axis = &script->axis[i];
		s64 way = 0;

		if (move->promise.axes >> i & 1)
			way = script_steps(axis, move->target[i]) -
			      script_steps(axis, axis->target);
		move->play[i] = !way ? axis->play : way > 0 ? 0 :
							      -axis->backlash;
		steps[i] = move->play[i] - axis->play;
		bounds[i] = move->promise.bounds[i];
		bounds[i].speed = script_exact(axis, axis->speed);
		if (move->promise.retarget)
			continue;
		move->promise.from[i] += move->play[i];
		move->promise.to[i] += move->play[i];
	}
	move->promise.take_up = shortest(steps, bounds);
}

static struct move new_move(struct script *script, const char *begin)
{
	struct move move = { .promise.retarget = *begin };
	u32 axes = 1 + random_below(3);
	unsigned int i;

	add(&move.line, "%s", begin);
	for (i = 0; i < HEAD_AXES; i++) {
		move.speed[i] = script->axis[i].speed;
		if (axes >> i & 1)
			add_target(script, &move, i);
	}
	if (one_in(4))
		add_speed(script, &move);
	for (i = 0; i < HEAD_AXES; i++)
		promise_way(&move.promise, &script->axis[i], i, move.target[i], move.speed[i]);
	find_take_up(script, &move);
	return move;
}

/* Write @move; if it is accepted, its targets are known. */
static bool say_move(struct script *script, struct move *move)
{
	struct promise *promise = &move->promise;
	unsigned int i;

	promise->line = script->rehearsal->lines;
	if (!say(script, &move->line))
		return false;
	for (i = 0; i < HEAD_AXES; i++) {
		struct script_axis *axis = &script->axis[i];

		if (promise->axes >> i & 1) {
			widen(axis, move->speed[i]);
			axis->target = move->target[i];
			axis->play = move->play[i];
			axis->known = true;
		} else if (promise->retarget) {
			widen(axis, axis->speed);
			axis->known = false;
		}
	}
	return true;
}

static void keep_promise(struct script *script, const struct promise *promise)
{
	if (script->promises < PROMISES_MAX)
		script->promise[script->promises++] = *promise;
}

/* A move from rest to rest, sometimes IN a time: refused if that is too short. */
static void say_single(struct script *script)
{
	struct move move = new_move(script, "");
	long double takes = script_shortest(&move.promise) + move.promise.take_up;
	long double wanted = 0;

	if (one_in(3)) {
		wanted = fmaxl(takes, 1e-6L) * random_between(0.5L, 5);
		move.promise.duration_ns = (u64)(wanted * 1e6L) * 1000;
		add_time(&move.line, move.promise.duration_ns / 1000);
		wanted = move.promise.duration_ns / 1e9L;
	}
	if (say_move(script, &move)) {
		if (move.promise.steps || !wanted) /* or else it is a rest */
			keep_promise(script, &move.promise);
		if (wanted && wanted < takes * (1 - 1e-9L) - 1e-9L)
			script->fault = "IN a time that is too short was accepted";
	} else if (!wanted || wanted > takes * (1 + 1e-9L) + 2e-9L) {
		script->fault = "a move that can be was refused";
	}
}

/* An axis at rest is somewhere else from now on, and not moved. */
static void say_is(struct script *script)
{
	unsigned int i = random_below(HEAD_AXES);
	struct script_axis *axis = &script->axis[i];
	struct text_line line = {};
	s64 micro = random_target(axis);

	if (!settle(script) || axis->frames == FRAMES_MAX)
		return;
	add(&line, "%s IS", name_of(script, i));
	add_micro(&line, micro);
	if (!say(script, &line))
		return;
	axis->frame[axis->frames].since_ns = script->rehearsal->now_ns;
	axis->frame[axis->frames++].origin = axis->load - script_steps(axis, micro);
	axis->target = micro;
	axis->play = axis->slack;
	axis->known = true;
}

static void play_singles(struct script *script)
{
	unsigned int i, count = 1 + random_below(3);

	for (i = 0; i < count; i++) {
		say_single(script);
		say_word(script, one_in(4) ? "WAIT 5ms;SYNC" : "SYNC");
		if (one_in(4))
			say_is(script);
	}
}

static void say_run(struct script *script)
{
	u32 axes = 1 + random_below(3);
	struct text_line line = {};
	s64 speed[HEAD_AXES] = {};
	unsigned int i;

	add(&line, "RUN");
	for (i = 0; i < HEAD_AXES; i++) {
		const struct script_axis *axis = &script->axis[i];

		if (!(axes >> i & 1))
			continue;
		speed[i] = llroundl(axis->maxspeed * random_between(0.01L, 1));
		add(&line, " %s", name_of(script, i));
		add_micro(&line, one_in(8) ? 0 : one_in(2) ? speed[i] :
							     -speed[i]);
	}
	if (one_in(2))
		add(&line, " FOR %lluus", 1 + (u64)(random_between(1e-4L, 2) * 1e6L));
	if (!say(script, &line))
		return;
	for (i = 0; i < HEAD_AXES; i++) {
		struct script_axis *axis = &script->axis[i];

		widen(axis, max(speed[i], axis->speed));
		axis->known = false;
	}
}

static void say_retarget(struct script *script, bool promised)
{
	struct move move = new_move(script, "NOW");

	if (say_move(script, &move) && promised)
		keep_promise(script, &move.promise);
}

/* From some motion to a NOW at any instant of it. */
static void play_retarget(struct script *script)
{
	unsigned int i, count = 1 + random_below(2);
	struct move move;

	say_word(script, "ENABLE");
	pass(script, 0.01L);
	for (i = 0; i < count; i++) {
		if (one_in(2)) {
			move = new_move(script, "");
			say_move(script, &move);
		} else {
			say_run(script);
		}
		if (one_in(4))
			say_retarget(script, false);
		pass_some(script);
	}
	say_retarget(script, true);
}

static void play_path(struct script *script)
{
	unsigned int i, count = 2 + random_below(7);
	bool late = one_in(2);

	if (one_in(RARE))
		count = 20 + random_below(200);
	for (i = 0; i < count; i++) {
		struct move move = new_move(script, "");

		say_move(script, &move);
		if (late && one_in(2))
			pass_some(script);
	}
}

/* A wave: where each axis is, and how fast, at any time; within all its limits. */
struct wave {
	u32 axes;
	long double middle[HEAD_AXES], size[HEAD_AXES], rate[HEAD_AXES];
};

static struct wave random_wave(const struct script *script)
{
	struct wave wave = { .axes = 1 + random_below(3) };
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++) {
		const struct script_axis *axis = &script->axis[i];
		bool up = axis->highest - axis->target > axis->target - axis->lowest;
		long double room = up ? axis->highest : -axis->lowest;

		room += up ? -axis->target : axis->target;
		room *= random_between(0.01L, 0.45L);
		wave.size[i] = up ? room : -room;
		wave.middle[i] = axis->target + wave.size[i];
		wave.rate[i] = fminl(0.8L * axis->maxspeed / room,
				     sqrtl(0.6L * axis->maxaccel / room));
	}
	return wave;
}

static bool say_point(struct script *script, const struct wave *wave, long double time,
		      u64 step_us)
{
	struct point point = { .line = script->rehearsal->lines, .axes = wave->axes };
	struct text_line line = {};
	unsigned int i;

	add(&line, "PVT");
	for (i = 0; i < HEAD_AXES; i++) {
		const struct script_axis *axis = &script->axis[i];
		long double turn = wave->rate[i] * time;
		s64 position = llroundl(wave->middle[i] - wave->size[i] * cosl(turn));
		s64 speed = llroundl(wave->size[i] * wave->rate[i] * sinl(turn));

		if (!(wave->axes >> i & 1))
			continue;
		add(&line, " %s", name_of(script, i));
		add_micro(&line, position);
		add_micro(&line, speed);
		point.position[i] = script_exact(axis, position) + script_origin(axis, U64_MAX);
		point.speed[i] = script_exact(axis, speed);
	}
	add(&line, " IN %lluus", step_us);
	if (!say(script, &line))
		return false;
	if (script->points < POINTS_MAX)
		script->point[script->points++] = point;
	return true;
}

/* Points allow MAXSPEED and MAXACCEL; a stop from them may have to turn. */
static void widen_for_points(struct script *script)
{
	unsigned int i;

	script->stream = true;
	for (i = 0; i < HEAD_AXES; i++) {
		struct script_axis *axis = &script->axis[i];
		long double accel = script_exact(axis, axis->maxaccel);

		widen(axis, axis->maxspeed);
		axis->known = false;
		axis->bounds.acceleration = fmaxl(axis->bounds.acceleration, accel);
		axis->turns |= axis->jerk != 0;
	}
}

static void say_stream(struct script *script)
{
	unsigned int i, count = 2 + random_below(8);
	struct wave wave = random_wave(script);
	u64 step_us = random_between(500, 50000);
	bool late = one_in(3);

	settle(script);
	for (i = 1; i <= count; i++) {
		if (say_point(script, &wave, i * step_us / 1e6L, step_us))
			widen_for_points(script);
		if (late)
			pass(script, random_between(1e-5L, 3e-6L * step_us));
	}
}

/* Limits may change at any time; what is under way keeps its own. */
static void say_settings(struct script *script)
{
	unsigned int i = random_below(HEAD_AXES);
	struct script_axis *axis = &script->axis[i];
	struct script_axis changed = *axis;
	struct text_line line = {};

	choose_limits(&changed);
	changed.maxspeed = axis->maxspeed;
	changed.maxaccel = axis->maxaccel;
	changed.corner = axis->corner;
	changed.speed = min(changed.speed, axis->maxspeed);
	changed.accel = min(changed.accel, axis->maxaccel);
	set(&line, script, i, "SPEED", changed.speed);
	set(&line, script, i, "ACCEL", changed.accel);
	set(&line, script, i, "JERK", changed.jerk);
	if (!say(script, &line))
		return;
	widen(axis, axis->speed); /* what moves still has these */
	changed.bounds = axis->bounds;
	*axis = changed;
	widen(axis, axis->speed);
}

/* The whole of it, or PAN. */
static void say_stop(struct script *script)
{
	if (say_word(script, one_in(3) ? "STOP PAN" : "STOP"))
		forget_targets(script);
}

static void say_halt(struct script *script)
{
	if (say_word(script, "HALT"))
		forget_targets(script);
	if (one_in(2))
		pass_some(script);
	say_word(script, "RESET");
}

static void say_pause(struct script *script)
{
	if (!say_word(script, "PAUSE"))
		return;
	script->held++;
	pass_some(script);
	if (one_in(3)) {
		struct move move = new_move(script, "");

		say_move(script, &move);
	}
	say_word(script, "RESUME");
}

/* So slow that nothing of it is long beside the range of the axis. */
static s64 random_homespeed(const struct script_axis *axis)
{
	long double way = script_exact(axis, axis->highest) / 16;
	long double accel = script_exact(axis, axis->accel);
	long double jerk = script_exact(axis, axis->jerk);
	long double speed = fminl(sqrtl(accel * way), way / 0.02L);

	if (jerk)
		speed = fminl(speed, cbrtl(way * way * jerk) / 2);
	return min(axis->maxspeed, micro_of(axis, speed * random_between(0.2L, 1)));
}

static void set_up_home(struct script *script, unsigned int i)
{
	struct script_axis *axis = &script->axis[i];
	s64 backoff = llroundl(axis->highest * random_between(1e-4L, 0.1L));
	struct text_line line = {};

	axis->homespeed = random_homespeed(axis);
	axis->homepos = random_target(axis);
	add(&line, "# PAN-HOME is at step %lld, TILT-HOME at %lld", script->axis[HEAD_PAN].home,
	    script->axis[HEAD_TILT].home);
	say(script, &line);
	line.length = 0;
	set(&line, script, i, "HOMESPEED", axis->homespeed);
	set(&line, script, i, "HOMEPOS", axis->homepos);
	set(&line, script, i, "BACKOFF", one_in(3) ? 0 : backoff);
	say(script, &line);
}

static void say_home(struct script *script)
{
	struct homing home = { .axes = 1 + random_below(3) };
	bool named = home.axes != 3 || one_in(2);
	struct text_line line = {};
	unsigned int i;

	if (script->homes == HOMES_MAX)
		return;
	add(&line, "HOME");
	for (i = 0; i < HEAD_AXES; i++) {
		if (!(home.axes >> i & 1))
			continue;
		set_up_home(script, i);
		home.place[i] = script->axis[i].homepos;
		if (named)
			add(&line, " %s", name_of(script, i));
	}
	home.line = script->rehearsal->lines;
	if (!say(script, &line))
		return;
	script->home[script->homes++] = home;
	for (i = 0; i < HEAD_AXES; i++) {
		struct script_axis *axis = &script->axis[i];

		if (!(home.axes >> i & 1))
			continue;
		widen(axis, max(axis->homespeed, axis->speed));
		axis->target = axis->homepos;
		axis->known = true;
		axis->turns = true;
	}
}

static void say_save(struct script *script)
{
	unsigned int i;

	if (!say_word(script, "SAVE place"))
		return;
	for (i = 0; i < HEAD_AXES; i++) {
		script->axis[i].saved = script->axis[i].target;
		script->axis[i].saved_known = script->axis[i].known;
	}
}

static void say_go(struct script *script)
{
	unsigned int i;

	if (!say_word(script, one_in(3) ? "GO place AT 50%" : "GO place"))
		return;
	for (i = 0; i < HEAD_AXES; i++) {
		struct script_axis *axis = &script->axis[i];

		widen(axis, max(axis->speed, axis->maxspeed / 2 + 1));
		axis->target = axis->saved;
		axis->known = axis->saved_known;
	}
}

static void say_move_in(struct script *script)
{
	struct move move = new_move(script, "");

	add_time(&move.line, 1e6L * typical_time(script) * random_between(1, 10));
	say_move(script, &move);
}

static void say_plain_move(struct script *script)
{
	struct move move = new_move(script, "");

	say_move(script, &move);
}

static void say_wait(struct script *script)
{
	static const char *const waits[] = { "WAIT 3ms", "WAIT 40us", "TRIGGER 1 5ms", "SYNC" };

	say_word(script, waits[random_below(ARRAY_SIZE(waits))]);
}

static void say_new_target(struct script *script)
{
	say_retarget(script, false);
}

/* Corners on MIN and MAX, and at any instant of them something else. */
static void play_edges(struct script *script)
{
	static const char *const away[] = { "STOP PAN", "STOP TILT", "PAUSE" };
	unsigned int i, count = 2 + random_below(4);

	for (i = 0; i < HEAD_AXES; i++)
		script->axis[i].edges = true;
	say_word(script, "ENABLE");
	pass(script, 0.01L);
	for (i = 0; i < count; i++)
		say_plain_move(script);
	pass_some(script);
	if (one_in(2))
		(one_in(2) ? say_new_target : say_run)(script);
	else
		say_word(script, away[random_below(ARRAY_SIZE(away))]);
	forget_targets(script);
}

typedef void script_part(struct script *script);

/* HOME among moves, held and ended at times; its switch is never out of reach. */
static void play_home(struct script *script)
{
	static script_part *const among[] = { say_plain_move, say_wait, say_move_in, say_home };
	static script_part *const amid[] = { say_pause, say_pause, say_pause, say_stop,
					     say_run, say_new_target };
	unsigned int i, count = random_below(3);

	for (i = 0; i < count; i++)
		say_plain_move(script);
	say_home(script);
	count = random_below(4);
	for (i = 0; i < count; i++)
		among[random_below(ARRAY_SIZE(among))](script);
	if (one_in(2)) {
		pass(script, random_between(1e-3L, 8 * typical_time(script)));
		amid[random_below(ARRAY_SIZE(amid))](script);
	}
	if (!settle(script))
		script->fault = "HOME found no switch";
	for (i = 0; i < HEAD_AXES; i++) {
		if (!script->axis[i].known)
			return;
		script->axis[i].play = script->axis[i].slack;
	}
	say_single(script);
}

/* Points, and sometimes what takes over from them. */
static void play_stream(struct script *script)
{
	static script_part *const over[] = { say_stop, say_run, say_new_target };

	say_stream(script);
	if (one_in(2))
		return;
	pass_some(script);
	over[random_below(ARRAY_SIZE(over))](script);
}

static void play_mixture(struct script *script)
{
	static script_part *const all[] = {
		say_plain_move,
		say_plain_move,
		say_plain_move,
		say_plain_move,
		say_move_in,
		say_run,
		say_new_target,
		say_wait,
		say_stop,
		say_halt,
		say_pause,
		say_pause,
		say_save,
		say_go,
		say_settings,
		say_is,
		say_stream,
		say_home,
	};
	unsigned int i, count = 2 + random_below(7);

	say_word(script, "SAVE place");
	for (i = 0; i < count; i++) {
		all[random_below(ARRAY_SIZE(all))](script);
		if (one_in(2))
			pass_some(script);
	}
}

void script_play(struct script *script, struct rehearsal *rehearsal, u64 number)
{
	static script_part *const forms[] = {
		play_singles,
		play_singles,
		play_retarget,
		play_retarget,
		play_path,
		play_path,
		play_edges,
		play_stream,
		play_home,
		play_mixture,
		play_mixture,
		play_mixture,
	};
	struct script_axis *axis;
	unsigned int i;

	/* the golden ratio's bits: neighbours are far from each other */
	random_state = (number + 1) * 0x9e3779b97f4a7c15ULL | 1;
	for (i = 0; i < 4; i++)
		random_bits();
	memset(script, 0, offsetof(struct script, text));
	script->rehearsal = rehearsal;
	for (i = 0; i < HEAD_AXES; i++) {
		set_up_axis(script, i);
		axis = &script->axis[i];
		axis->home = -1 - random_below(script_steps(axis, axis->highest) / 10);
		rehearsal->home[i] = axis->home;
	}
	forms[random_below(ARRAY_SIZE(forms))](script);
	rehearsal_end(rehearsal);
	look_at_homes(script);
	if (rehearsal->machine.state.alarm)
		forget_targets(script);
}
