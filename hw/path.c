// SPDX-License-Identifier: GPL-2.0
/*
 * Look-ahead; see path.h. From any state on the path the axes speed up until the
 * instant at which they must slow down for what lies ahead, and slow down until
 * that is reached; so on to the end. All times are ns.
 *
 * A state is safe if, for each corner ahead, slowing down to its speed at once
 * ends before it. The plan never leaves the safe states: as the end of the path
 * is a corner of speed 0, there is always a way to rest. A leg that is added
 * later only makes what was the end faster, so that what was safe is safe then.
 */
#include "path.h"
#include "root.h"

/* Distances beside the way to the next rest that rounding alone may make: 2^-52. */
#define TINY_BITS 52
/* And what adds up of them, as a power of two. */
#define ARRIVED_BITS 4
/* What fixed point makes of where the path begins, beside the way to a corner. */
#define LATE_BITS 30
/* Changes of speed in a path, to end one that rounding would keep from its end. */
#define ROUNDS_MAX (32 * PATH_LEGS_MAX)
/* What differs by less is the same, relatively: directions come from rounded targets. */
#define SAME_BITS 20
/* Where soft limits are that are none: beyond all moves. */
#define FAR_AWAY (S64_MAX >> 3)
/* A step beyond a soft limit is not made by what stays below a half by so much: 2^-6. */
#define MARGIN_BITS 6
/* And a turn by less is none, even if no jump of speed is allowed. */
#define STRAIGHT_BITS 30

static struct real smaller(struct real a, struct real b)
{
	return real_compare(a, b) < 0 ? a : b;
}

static struct real larger(struct real a, struct real b)
{
	return real_compare(a, b) > 0 ? a : b;
}

void path_begin(struct plan_path *path, const struct motion *motion)
{
	unsigned int i;

	path->axes = motion->axes;
	path->count = 0;
	path->start_ns = motion->staged_end_ns;
	path->move_start_ns = path->start_ns;
	memcpy(path->base, motion->staged_steps, sizeof(path->base));
	memcpy(path->steps, motion->staged_steps, sizeof(path->steps));
	memset(path->end, 0, sizeof(path->end));
	memset(&path->start, 0, sizeof(path->start));
	for (i = 0; i < path->axes; i++) {
		path->lowest[i] = -FAR_AWAY;
		path->highest[i] = FAR_AWAY;
	}
	path->at_rest = motion->staged.first != SEGMENT_NONE || !motion_cut_moving(motion);
	if (path->at_rest)
		return;
	path->start_ns = motion->stage_ns;
	path->move_start_ns = motion->pool.segment[motion->cut_segment].move_start_ns;
	for (i = 0; i < path->axes; i++) {
		const struct segment *segment = &motion->pool.segment[motion->cut_segment];

		path->base[i] = segment->cubic[i].base;
		path->end[i] = segment_state(segment, i, motion->cut_u);
	}
}

/* From where the path ends to where @move takes @axis, steps. */
static struct real distance_to(const struct plan_path *path, const struct plan_move *move,
			       unsigned int axis)
{
	struct real whole = real_from(move->axis[axis].target - path->base[axis]);

	if (!(move->axes >> axis & 1))
		return real_from(0);
	return real_sub(real_add(whole, move->axis[axis].beyond), path->end[axis].position);
}

/*
 * Whether @axis has a step to make on its way to @move's target, however short that is;
 * if it can be told: where a path begins in motion it is at no step.
 */
static bool makes_step(const struct plan_path *path, const struct plan_move *move,
		       unsigned int axis)
{
	s64 at = path->count ? path->leg[path->count - 1].target[axis] : path->steps[axis];

	return (path->count || path->at_rest) && move->axes >> axis & 1 &&
	       move->axis[axis].target != at;
}

/* Fill in length and direction of @leg; false if it has none. */
static bool set_direction(struct path_leg *leg, const struct plan_path *path,
			  const struct plan_move *move, const struct path_choice *choice)
{
	struct real sum = real_from(0);
	bool far = false;
	unsigned int i;

	leg->moving = 0;
	for (i = 0; i < path->axes; i++) {
		bool steps = makes_step(path, move, i);
		struct real part;

		leg->direction[i] = distance_to(path, move, i);
		if (!steps && real_is_below(leg->direction[i], PLAN_STILL_BITS)) {
			leg->direction[i] = real_from(0);
			continue;
		}
		leg->moving |= 1U << i;
		far = far || steps || !real_is_below(leg->direction[i], PLAN_NEAR_BITS);
		part = real_div(leg->direction[i], choice->metric[i]);
		sum = real_add(sum, real_mul(part, part));
	}
	if (!far)
		return false;
	leg->length = real_sqrt(sum);
	for (i = 0; i < path->axes; i++)
		leg->direction[i] = real_div(leg->direction[i], leg->length);
	return true;
}

/* 0 is no limit. */
static void lower_jerk(struct real *jerk, struct real to)
{
	if (real_sign(to) && (!real_sign(*jerk) || real_compare(to, *jerk) < 0))
		*jerk = to;
}

/* What the axes allow along @leg. */
static void set_limits(struct path_leg *leg, const struct plan_path *path,
		       const struct plan_move *move, const struct path_choice *choice)
{
	bool first = true;
	unsigned int i;

	memset(&leg->limits, 0, sizeof(leg->limits));
	for (i = 0; i < path->axes; i++) {
		struct limits own = plan_limits(&move->axis[i]);
		struct real along = real_absolute(leg->direction[i]);
		struct real share = choice->exact ? along : choice->metric[i];

		if (!(leg->moving >> i & 1))
			continue;
		own.speed = real_div(own.speed, along);
		own.acceleration = real_div(own.acceleration, share);
		lower_jerk(&leg->limits.jerk, real_div(own.jerk, share));
		if (first || real_compare(own.speed, leg->limits.speed) < 0)
			leg->limits.speed = own.speed;
		if (first || real_compare(own.acceleration, leg->limits.acceleration) < 0)
			leg->limits.acceleration = own.acceleration;
		first = false;
	}
}

static bool are_same(struct real a, struct real b)
{
	struct real difference = real_absolute(real_sub(a, b));

	return real_compare(difference, real_shift(real_absolute(b), -SAME_BITS)) <= 0;
}

static void take_over_limits(struct limits *limits, const struct limits *from)
{
	if (are_same(limits->acceleration, from->acceleration))
		limits->acceleration = from->acceleration;
	if (are_same(limits->jerk, from->jerk))
		limits->jerk = from->jerk;
}

/*
 * To come to a speed takes a longer way than to come to rest, where letting go of
 * the brake takes most of it: with c the speed, by less than c A / J + A^3 / 6 J^2
 * - c^2 / 2 A, which is below A^3 / J^2 for any c.
 */
static void set_easing(struct path_leg *leg)
{
	struct real time;

	leg->easing = real_from(0);
	if (!real_sign(leg->limits.jerk))
		return;
	time = real_div(leg->limits.acceleration, leg->limits.jerk);
	leg->easing = real_mul(leg->limits.acceleration, real_mul(time, time));
}

/* Whether @limit, of the next leg, is below @before; 0 is none. */
static bool falls(struct real limit, struct real before)
{
	if (!real_sign(limit) || !real_sign(before))
		return real_sign(limit) > real_sign(before);
	return real_compare(limit, before) < 0;
}

/*
 * The speed from which an axis comes to rest within @room, even if it lets go of the
 * throttle first. By the jerk alone that takes sqrt(v / J) v, and the throttle, which
 * may be sqrt(2 J v) at most, sqrt(2 v / J) v more; else v^2 / 2 A + v A / 2 J, and
 * v A / J more.
 */
static struct real speed_to_rest(const struct limits *limits, struct real room)
{
	struct real twice = real_shift(real_mul(limits->acceleration, room), 1);
	struct real rise, speed;

	if (!real_sign(limits->jerk))
		return real_sqrt(twice);
	rise = real_div(limits->acceleration, limits->jerk);
	speed = real_mul(real_mul(room, room), limits->jerk);
	speed = real_cbrt(real_div(speed, real_from(6)));
	rise = real_mul(rise, limits->acceleration);
	if (real_compare(real_shift(speed, 1), rise) <= 0)
		return speed;
	rise = real_sub(real_shift(rise, 1), real_shift(rise, -1)); /* 3/2 A^2 / J */
	return real_sub(real_sqrt(real_add(real_mul(rise, rise), twice)), rise);
}

/*
 * @corner, or less where axis @i slows down at it: if it is told to stop there alone, it
 * must not go beyond its soft limit.
 */
static struct real within_range(struct real corner, const struct path_leg *before,
				const struct path_leg *leg, const struct plan_path *path,
				const struct plan_move *move, unsigned int i)
{
	struct real along = before->direction[i], then = leg->direction[i];
	struct real room = real_from(path->highest[i] - path->base[i]);
	struct real at = path->end[i].position;
	struct limits limits;

	if (along.negative) {
		room = real_from(path->base[i] - path->lowest[i]);
		at = real_negate(at);
		along = real_negate(along);
		then = real_negate(then);
	}
	if (!real_sign(along) || real_compare(then, along) >= 0 || real_sign(room) < 0)
		return corner;
	room = real_sub(real_add(room, real_shift(real_from(1), -1)), at);
	room = real_sub(room, real_shift(real_from(1), -MARGIN_BITS));
	if (real_sign(room) <= 0)
		return real_from(0);
	limits = plan_limits(&move->axis[i]);
	return smaller(corner, real_div(speed_to_rest(&limits, room), along));
}

/* The corner from @before to @leg: the speed of no axis jumps by more than its CORNER. */
static void set_corner(struct path_leg *before, const struct path_leg *leg,
		       const struct plan_path *path, const struct plan_move *move,
		       const struct path_choice *choice)
{
	const struct real per_ns = real_ratio(1, NS_PER_S);
	struct real corner = smaller(before->limits.speed, leg->limits.speed);
	unsigned int i;

	for (i = 0; i < path->axes; i++) {
		struct real turn = real_sub(before->direction[i], leg->direction[i]);
		struct real jump = real_mul(move->axis[i].corner, per_ns);

		if (!real_sign(turn) ||
		    real_is_below(real_div(turn, choice->metric[i]), -STRAIGHT_BITS))
			continue;
		corner = smaller(corner, real_div(jump, real_absolute(turn)));
		corner = within_range(corner, before, leg, path, move, i);
	}
	before->corner = corner;
	before->level = falls(leg->limits.acceleration, before->limits.acceleration) ||
			falls(leg->limits.jerk, before->limits.jerk);
}

/* The path begins in motion: how fast, along its first leg. */
static void set_start(struct plan_path *path, const struct path_leg *leg)
{
	unsigned int i, lead = __ffs(leg->moving);

	for (i = 0; i < path->axes; i++)
		if (real_compare(real_absolute(path->end[i].speed),
				 real_absolute(path->end[lead].speed)) > 0)
			lead = i;
	if (!(leg->moving >> lead & 1) || !real_sign(path->end[lead].speed))
		return;
	path->start = state_scaled(&path->end[lead],
				   real_div(real_from(1), leg->direction[lead]));
	path->start.position = real_from(0);
}

bool path_add(struct plan_path *path, const struct plan_move *move,
	      const struct path_choice *choice)
{
	struct path_leg *leg = &path->leg[path->count];
	unsigned int i;

	if (!set_direction(leg, path, move, choice))
		return false;
	set_limits(leg, path, move, choice);
	if (choice->exact)
		take_over_limits(&leg->limits, &choice->limits);
	set_easing(leg);
	if (path->count)
		set_corner(leg - 1, leg, path, move, choice);
	else
		set_start(path, leg);
	for (i = 0; i < path->axes; i++) {
		bool moves = leg->moving >> i & 1;

		leg->base[i] = path->base[i];
		leg->offset[i] = path->end[i].position;
		leg->target[i] = moves	     ? move->axis[i].target :
				 path->count ? leg[-1].target[i] :
					       path->steps[i];
		if (moves) {
			path->base[i] = move->axis[i].target;
			path->end[i].position = move->axis[i].beyond;
		}
	}
	path->count++;
	return true;
}

bool path_is_straight(const struct plan_path *path, const struct plan_move *move,
		      const struct path_choice *choice)
{
	const struct path_leg *before;
	struct path_leg leg;
	unsigned int i;

	if (!path->count || !set_direction(&leg, path, move, choice))
		return false;
	before = &path->leg[path->count - 1];
	for (i = 0; i < path->axes; i++) {
		struct real turn = real_sub(before->direction[i], leg.direction[i]);

		if (real_sign(turn) &&
		    !real_is_below(real_div(turn, choice->metric[i]), -SAME_BITS))
			return false;
	}
	return true;
}

/* Where the plan has got to. */
struct walk {
	struct plan_path *path;
	struct motion *motion;
	unsigned int leg;
	struct state at; /* position: from the start of the leg */
	struct real time; /* since the start of the path */
	int aim; /* the leg whose end it slows down for; or one of: */
#define AIM_NONE (-1)
#define AIM_BRAKE (-2) /* none, but it has to brake until it has the speed */
	struct real aim_speed;
	bool aim_level; /* AIM_BRAKE: and lets go of the brake by then */
	bool stop;
	bool committed;
};

/*
 * By how much the speed of a corner is reached too late, if it is slowed down for
 * from @state on, @distance before it; <= 0 is in time. Where the corner asks
 * for acceleration 0 only that may be what takes long.
 */
static struct real excess(const struct state *state, const struct path_leg *corner,
			  struct real distance, const struct limits *limits,
			  struct real *speed)
{
	struct real to_come = profile_speed_to_come(state, limits);
	struct state from = *state;

	*speed = smaller(to_come, corner->corner);
	if (!corner->level && real_compare(to_come, corner->corner) <= 0 &&
	    real_compare(state->speed, corner->corner) <= 0)
		return real_negate(distance);
	from.position = real_from(0);
	profile_change_speed(NULL, &from, *speed, limits);
	return real_sub(from.position, distance);
}

/* From @state on the present leg to the end of leg @corner. */
static struct real distance_ahead(const struct walk *walk, const struct state *state,
				  unsigned int corner)
{
	struct real distance = real_negate(state->position);
	unsigned int i;

	for (i = walk->leg; i <= corner; i++)
		distance = real_add(distance, walk->path->leg[i].length);
	return distance;
}

/*
 * The first corner ahead, beside the aim, that is not safe from @state; or -1. One
 * as fast as one before it, or as the aim behind it, need not be looked at; nor one
 * that is farther than it takes to come to rest, and to let go of the brake earlier
 * than for that. For a stop only those count where acceleration has to be 0. At the
 * aim that is 0, so that for a corner behind it the brake need not be let go of before.
 */
static int first_unsafe(const struct walk *walk, const struct state *state)
{
	const struct plan_path *path = walk->path;
	const struct limits *limits = &path->leg[walk->leg].limits;
	struct real distance = real_negate(state->position);
	struct real slowest = limits->speed;
	struct state rest = *state;
	struct real farthest, speed;
	unsigned int i;

	rest.position = real_from(0);
	profile_change_speed(NULL, &rest, real_from(0), limits);
	farthest = real_add(rest.position, path->leg[walk->leg].easing);
	for (i = walk->leg; i < path->count; i++) {
		const struct path_leg *leg = &path->leg[i];
		bool slower = i == walk->leg || real_compare(leg->corner, slowest) < 0;
		bool behind = walk->aim >= 0 && (int)i > walk->aim;

		if ((int)i < walk->aim)
			slower = real_compare(leg->corner, walk->aim_speed) < 0;
		distance = real_add(distance, leg->length);
		if (real_compare(distance, farthest) > 0)
			return -1;
		if ((int)i != walk->aim && ((leg->level && !behind) || (slower && !walk->stop)) &&
		    real_compare(excess(state, leg, distance, limits, &speed), path->tiny) > 0)
			return i;
		slowest = smaller(slowest, leg->corner);
		if (leg->level || !real_sign(leg->corner))
			return -1;
	}
	return -1;
}

/* When in @piece, at the latest, to slow down for leg @corner. */
static struct real latest(const struct walk *walk, const struct piece *piece,
			  unsigned int corner)
{
	const struct path_leg *leg = &walk->path->leg[corner];
	const struct limits *limits = &walk->path->leg[walk->leg].limits;
	struct real distance = distance_ahead(walk, &piece->start, corner);
	struct state state = state_after(&piece->start, piece->duration);
	struct root_bracket bracket = { .high = piece->duration };
	struct real speed, guess, value;

	value = real_sub(state.position, piece->start.position);
	bracket.above = excess(&state, leg, real_sub(distance, value), limits, &speed);
	bracket.below = excess(&piece->start, leg, distance, limits, &speed);
	if (real_sign(bracket.below) >= 0 || real_sign(bracket.above) <= 0)
		return bracket.low;
	while (bracket.rounds < ROOT_ROUNDS) {
		guess = root_guess(&bracket);
		state = state_after(&piece->start, guess);
		value = real_sub(state.position, piece->start.position);
		value = excess(&state, leg, real_sub(distance, value), limits, &speed);
		root_put(&bracket, guess, value);
		if (real_sign(value) <= 0 &&
		    real_compare(real_absolute(value), walk->path->tiny) <= 0)
			break;
		if (real_is_below(real_sub(bracket.high, bracket.low), -24))
			break;
	}
	return bracket.low;
}

/* When @piece, which goes beyond @position, passes it. */
static struct real time_to(const struct piece *piece, struct real position, struct real tiny)
{
	struct state state = state_after(&piece->start, piece->duration);
	struct root_bracket bracket = {
		.high = piece->duration,
		.below = real_sub(piece->start.position, position),
		.above = real_sub(state.position, position),
	};
	struct real guess, value;

	if (real_sign(bracket.below) >= 0)
		return bracket.low;
	if (!real_sign(piece->start.acceleration) && !real_sign(piece->start.jerk))
		return real_div(real_absolute(bracket.below), piece->start.speed);
	while (bracket.rounds < ROOT_ROUNDS) {
		guess = root_guess(&bracket);
		state = state_after(&piece->start, guess);
		value = real_sub(state.position, position);
		if (real_compare(real_absolute(value), tiny) <= 0)
			return guess;
		root_put(&bracket, guess, value);
		if (real_is_below(real_sub(bracket.high, bracket.low), -24))
			break;
	}
	return bracket.high;
}

/* Stage that all axes follow @piece of the present leg. 0 or -ENOSPC. */
static int stage_piece(struct walk *walk, const struct piece *piece)
{
	struct plan_path *path = walk->path;
	const struct path_leg *leg = &path->leg[walk->leg];
	struct real end = real_add(walk->time, piece->duration);
	struct segment *segment;
	unsigned int i;

	/* after months even more than that ends at once */
	if (real_is_below(piece->duration, SEGMENT_SHORTEST_BITS) ||
	    !real_compare(end, walk->time))
		return 0;
	if (!walk->stop && !motion_room(walk->motion))
		return -ENOSPC;
	segment = motion_append(walk->motion);
	if (!segment)
		return -ENOSPC;
	segment_set_time(segment, path->start_ns, walk->time, piece->duration);
	segment->move_start_ns = path->move_start_ns;
	for (i = 0; i < path->axes; i++) {
		struct state state;

		/* Scaled by 0 where it rests, perhaps between two steps. */
		state = state_scaled(&piece->start, leg->direction[i]);
		state.position = real_add(state.position, leg->offset[i]);
		segment_set_axis(segment, i, leg->base[i], &state,
				 !leg->direction[i].negative, path->steps[i]);
		if (!(leg->moving >> i & 1))
			segment->cubic[i].last = path->steps[i];
		path->steps[i] = segment->cubic[i].last;
	}
	walk->time = end;
	return 0;
}

static void come_to_rest(struct walk *walk, const s64 *targets)
{
	struct motion *motion = walk->motion;
	struct segment *last;
	unsigned int i;

	if (motion->staged.last == SEGMENT_NONE)
		return;
	last = &motion->pool.segment[motion->staged.last];
	last->at_rest = true;
	for (i = 0; i < walk->path->axes; i++) {
		if (targets)
			last->cubic[i].last = targets[i];
		walk->path->steps[i] = last->cubic[i].last;
	}
}

static u64 time_ns(const struct walk *walk)
{
	return walk->path->start_ns + (u64)real_ceil(walk->time);
}

/*
 * At rest, or at the start of the path: what is tiny until it rests again. Of the whole
 * path it would be more than all that a fast axis goes, where a slow one moves later.
 */
static void set_tiny(struct plan_path *path, unsigned int leg)
{
	struct real way = real_from(0);

	while (leg < path->count) {
		way = real_add(way, path->leg[leg].length);
		if (!real_sign(path->leg[leg++].corner))
			break;
	}
	path->tiny = real_shift(way, -TINY_BITS);
}

/* The end of the present leg is reached. */
static void enter_next(struct walk *walk)
{
	struct path_leg *leg = &walk->path->leg[walk->leg];

	leg->end_ns = time_ns(walk);
	if (!real_sign(leg->corner)) {
		memset(&walk->at, 0, sizeof(walk->at));
		come_to_rest(walk, leg->target);
		set_tiny(walk->path, walk->leg + 1);
	}
	/* Without a limit of jerk it may have been anything until here. */
	if (leg->level)
		walk->at.acceleration = real_from(0);
	walk->leg++;
	walk->at.position = real_from(0);
	if (walk->aim < (int)walk->leg)
		walk->aim = AIM_NONE;
}

/*
 * Slow down, from here on, for the end of leg @corner. Returns by how much it is too
 * late for that, as excess().
 */
static struct real aim_at(struct walk *walk, int corner)
{
	const struct plan_path *path = walk->path;
	struct real distance = distance_ahead(walk, &walk->at, corner);
	struct real late = excess(&walk->at, &path->leg[corner], distance,
				  &path->leg[walk->leg].limits, &walk->aim_speed);

	walk->aim = corner;
	if (path->leg[corner].tail && !walk->committed) {
		walk->path->commit_ns = path->start_ns + (u64)real_ceil(walk->time);
		walk->committed = true;
	}
	return late;
}

/* How fast it is after @time of @piece, or will be when it has let go of the brake. */
static struct real braked_speed(const struct walk *walk, const struct piece *piece,
				struct real time)
{
	struct state state = state_after(&piece->start, time);

	if (walk->aim_level)
		return profile_speed_to_come(&state, &walk->path->leg[walk->leg].limits);
	return state.speed;
}

/* When in @piece, of braking, that has come down to the aim's speed; or its duration. */
static struct real time_to_speed(const struct walk *walk, const struct piece *piece)
{
	struct real end = braked_speed(walk, piece, piece->duration);
	struct root_bracket bracket = {
		.high = piece->duration,
		.below = real_sub(walk->aim_speed, braked_speed(walk, piece, real_from(0))),
		.above = real_sub(walk->aim_speed, end),
	};
	struct real guess;

	if (real_sign(bracket.below) >= 0 || real_sign(bracket.above) <= 0)
		return piece->duration;
	while (bracket.rounds < ROOT_ROUNDS) {
		guess = root_guess(&bracket);
		end = braked_speed(walk, piece, guess);
		root_put(&bracket, guess, real_sub(walk->aim_speed, end));
		if (real_is_below(real_sub(bracket.high, bracket.low), -10))
			break;
	}
	return bracket.high;
}

/*
 * Take @piece, which begins here, as far as the leg goes and it is safe. 1: to its
 * end; 0: not so far, or into the next leg; or -ENOSPC.
 */
static int take_piece(struct walk *walk, struct piece piece)
{
	struct plan_path *path = walk->path;
	struct real length = path->leg[walk->leg].length;
	struct real whole = piece.duration;
	int unsafe, aim = AIM_NONE;
	struct real beyond;
	struct state end;
	bool crosses;

	if (walk->aim == AIM_BRAKE)
		piece.duration = time_to_speed(walk, &piece);
	end = state_after(&piece.start, piece.duration);
	beyond = real_sub(end.position, length);
	crosses = real_sign(beyond) > 0;
	/* Where it may slow down to just there, it is the end of its last piece that counts. */
	if (walk->aim == (int)walk->leg || walk->stop)
		crosses = real_compare(beyond, real_shift(path->tiny, ARRIVED_BITS)) > 0;
	if (crosses) {
		piece.duration = time_to(&piece, length, path->tiny);
		end = state_after(&piece.start, piece.duration);
		end.position = length;
	}
	while (walk->aim != AIM_BRAKE && (unsafe = first_unsafe(walk, &end)) >= 0) {
		aim = unsafe;
		crosses = false;
		piece.duration = latest(walk, &piece, aim);
		end = state_after(&piece.start, piece.duration);
		if (!real_sign(piece.duration))
			break;
	}
	if (stage_piece(walk, &piece))
		return -ENOSPC;
	walk->at = end;
	if (aim >= 0)
		aim_at(walk, aim);
	if (crosses)
		enter_next(walk);
	return aim < 0 && !crosses && !real_compare(piece.duration, whole);
}

/* Whether the end of leg @corner is where it is now. */
static bool is_at_end(const struct walk *walk, unsigned int corner)
{
	struct real distance = distance_ahead(walk, &walk->at, corner);

	return real_compare(distance, real_shift(walk->path->tiny, ARRIVED_BITS)) <= 0;
}

/*
 * The speed of the aim is reached: if that is where it should be, so is the corner. Returns
 * whether it is.
 */
static bool arrive(struct walk *walk)
{
	int aim = walk->aim;

	walk->aim = AIM_NONE;
	if (aim != (int)walk->leg || !is_at_end(walk, aim))
		return false;
	enter_next(walk);
	return true;
}

/* To the end of the leg as fast as it is. As take_piece(). */
static int cruise(struct walk *walk)
{
	struct plan_path *path = walk->path;
	struct piece piece = { .start = walk->at };
	struct real left = real_sub(path->leg[walk->leg].length, walk->at.position);

	piece.start.jerk = real_from(0);
	/* A little more than to the end of the leg, so as to cross it. */
	left = real_add(left, real_shift(path->tiny, 2));
	piece.duration = real_div(left, walk->at.speed);
	return take_piece(walk, piece);
}

/*
 * How late fixed point alone may make it for leg @corner, which it aims at. Where the
 * acceleration is to be 0 there, it then jumps: by 2^-20 of its limit at most.
 */
static struct real rounding_before(const struct walk *walk, int corner)
{
	const struct path_leg *leg = &walk->path->leg[corner];
	const struct limits *limits = &walk->path->leg[walk->leg].limits;
	struct real rounding = real_shift(walk->path->tiny, ARRIVED_BITS);
	struct real way = rounding;

	if (!real_sign(leg->corner)) {
		way = real_shift(distance_ahead(walk, &walk->at, corner), -LATE_BITS);
	} else if (leg->level && real_sign(limits->jerk)) {
		way = real_div(limits->acceleration, limits->jerk);
		way = real_shift(real_mul(walk->aim_speed, way), -SAME_BITS);
	}
	return larger(way, rounding);
}

/*
 * The path may begin, or go on, in a state from which it has to slow down at once,
 * as it would for what was its end. To let go of the brake in time to be just as
 * fast as the corner may take longer than that: then it brakes until it is as slow.
 */
static void look_ahead(struct walk *walk)
{
	int corner = first_unsafe(walk, &walk->at);
	struct real late;

	if (corner < 0)
		return;
	late = aim_at(walk, corner);
	if (real_compare(late, rounding_before(walk, corner)) <= 0)
		return;
	walk->aim = AIM_BRAKE;
	walk->aim_speed = walk->path->leg[corner].corner;
	walk->aim_level = walk->path->leg[corner].level;
}

/* The speed that it changes to now. */
static struct real choose_speed(struct walk *walk)
{
	if (walk->aim == AIM_NONE)
		look_ahead(walk);
	if (walk->aim >= 0)
		return walk->aim_speed;
	if (walk->stop || walk->aim == AIM_BRAKE)
		return real_from(0);
	return walk->path->leg[walk->leg].limits.speed;
}

/* Go on until the aim changes, or the leg. 0 or -ENOSPC. */
static int walk_on(struct walk *walk)
{
	struct plan_path *path = walk->path;
	struct profile *profile = &walk->motion->profile[0];
	struct real speed = choose_speed(walk);
	struct real began = walk->time;
	struct state end = walk->at;
	bool aims = walk->aim >= 0;
	unsigned int i;
	int taken = 1;

	profile->count = 0;
	profile_change_speed(profile, &end, speed, &path->leg[walk->leg].limits);
	for (i = 0; i < profile->count; i++) {
		taken = take_piece(walk, profile->piece[i]);
		if (taken <= 0)
			break;
	}
	if (walk->aim == AIM_BRAKE)
		walk->aim = AIM_NONE;
	if (taken <= 0)
		return taken;
	walk->at.speed = speed;
	walk->at.acceleration = real_from(0);
	if (walk->aim >= 0 && arrive(walk))
		return 0;
	/* It was as fast as its aim before: no nearer to it by that, and by nothing else. */
	if (real_sign(speed) && (!aims || !real_compare(walk->time, began)))
		taken = cruise(walk);
	return taken < 0 ? taken : 0;
}

/*
 * excess() at @speed, at acceleration 0; or, if that is less, of coming to rest. What can
 * come to rest can be as slow as @corner, too, when it lets go of the brake in time or not.
 */
static struct real least_excess(struct real speed, const struct path_leg *corner,
				struct real distance, const struct limits *limits)
{
	struct state state = { .speed = speed };
	struct real late = excess(&state, corner, distance, limits, &speed);

	return smaller(late, real_sub(profile_stop_position(&state, limits), distance));
}

/*
 * The speed at the end of @leg, at acceleration 0, from which @corner, @distance
 * beyond, can be slowed down for under @limits.
 */
static struct real entry_speed(struct real highest, const struct path_leg *corner,
			       struct real distance, const struct limits *limits)
{
	struct root_bracket bracket = { .low = corner->corner, .high = highest };
	struct real guess, value;

	if (real_compare(highest, corner->corner) <= 0)
		return highest;
	bracket.above = least_excess(highest, corner, distance, limits);
	if (real_sign(bracket.above) <= 0)
		return highest;
	bracket.below = real_negate(distance);
	while (bracket.rounds < 60) {
		guess = root_guess(&bracket);
		value = least_excess(guess, corner, distance, limits);
		root_put(&bracket, guess, value);
		if (real_is_below(real_sub(bracket.high, bracket.low),
				  highest.exponent + 64 - 30))
			break;
	}
	return bracket.low;
}

/*
 * Behind a leg with less acceleration or jerk the plan begins anew: enter it so
 * slowly that all its corners, up to the next such leg, can be slowed down for.
 */
static void set_entry_speeds(struct plan_path *path)
{
	unsigned int i, k;

	path->leg[path->count - 1].corner = real_from(0);
	path->leg[path->count - 1].level = false;
	path->leg[path->count - 1].tail = true;
	for (i = path->count - 1; i-- > 0;) {
		struct path_leg *leg = &path->leg[i];
		struct real distance = real_from(0);

		leg->tail = false;
		for (k = i + 1; leg->level && k < path->count; k++) {
			struct path_leg *corner = &path->leg[k];
			struct real speed;

			distance = real_add(distance, corner->length);
			speed = entry_speed(leg->corner, corner, distance, &leg[1].limits);
			if (real_compare(speed, leg->corner) < 0) {
				leg->corner = speed;
				leg->tail = corner->tail;
			}
			if (corner->level || !real_sign(corner->corner))
				break;
		}
	}
}

/* It has stopped within a leg, or just at its end. */
static void rest_within(struct walk *walk)
{
	struct path_leg *leg = &walk->path->leg[walk->leg];
	bool ends = is_at_end(walk, walk->leg);

	come_to_rest(walk, ends ? leg->target : NULL);
	if (ends)
		leg->end_ns = time_ns(walk);
}

int path_plan(struct plan_path *path, struct motion *motion, bool stop)
{
	struct walk walk = {
		.path = path,
		.motion = motion,
		.at = path->start,
		.aim = AIM_NONE,
		.stop = stop,
	};
	unsigned int i, rounds = 0;

	for (i = 0; i < path->count; i++)
		path->leg[i].end_ns = U64_MAX;
	set_entry_speeds(path);
	set_tiny(path, 0);
	while (walk.leg < path->count) {
		if (walk_on(&walk) || rounds++ > ROUNDS_MAX)
			return -ENOSPC;
		if (stop && !real_sign(walk.at.speed))
			break;
	}
	if (walk.leg < path->count)
		rest_within(&walk);
	motion->staged_end_ns = time_ns(&walk);
	if (!walk.committed)
		path->commit_ns = motion->staged_end_ns;
	memcpy(motion->staged_steps, path->steps, sizeof(path->steps));
	return 0;
}
