// SPDX-License-Identifier: GPL-2.0
/*
 * Moves and stops into segments. A straight move is one law (profile.c) scaled
 * for each axis, so that its axes cannot leave their line or each other. Here
 * all times are ns.
 */
#include "motion.h"

/* Longest move, steps, as a power of two: positions need bits for fractions too. */
#define DISTANCE_BITS 48
/* Longest duration, ns, as a power of two: 9 years. */
#define DURATION_BITS 58

/* The limits of an axis per ns. */
static struct limits limits_per_ns(const struct plan_axis *axis)
{
	const struct real ns = real_ratio(1, NS_PER_S);
	struct limits limits = {
		.speed = real_mul(axis->speed, ns),
		.acceleration = real_mul(real_mul(axis->acceleration, ns), ns),
		.jerk = real_mul(real_mul(real_mul(axis->jerk, ns), ns), ns),
	};

	return limits;
}

static void lower(struct real *limit, struct real to, bool first)
{
	if (first || real_compare(to, *limit) < 0)
		*limit = to;
}

/* Lower @limits, those of a law, to what an axis that moves @scale times as far allows. */
static void apply_limits(struct limits *limits, const struct plan_axis *axis,
			 struct real scale, bool first)
{
	struct limits own = limits_per_ns(axis);

	scale.negative = false;
	lower(&limits->speed, real_div(own.speed, scale), first);
	lower(&limits->acceleration, real_div(own.acceleration, scale), first);
	if (first)
		limits->jerk = real_from(0);
	if (real_sign(own.jerk))
		lower(&limits->jerk, real_div(own.jerk, scale),
		      !real_sign(limits->jerk));
}

/* Whether |@a| is 2^@bits or more. */
static bool exceeds(struct real a, int bits)
{
	return a.mantissa && a.exponent + 64 > bits;
}

/* How long the move takes; 0 or -EDOM, with @shortest_ns filled. */
static int choose_durations(struct rest_to_rest *durations,
			    const struct limits *limits, u64 duration_ns,
			    u64 *shortest_ns)
{
	struct real total, wanted = real_from(duration_ns);

	profile_shortest(durations, limits);
	total = profile_total(durations);
	*shortest_ns = exceeds(total, DURATION_BITS) ? U64_MAX : (u64)real_ceil(total);
	if (exceeds(total, DURATION_BITS) || duration_ns >> DURATION_BITS)
		return -EDOM;
	if (!duration_ns)
		return 0;
	if (real_compare(wanted, total) < 0)
		return -EDOM;
	profile_stretch(durations, real_div(wanted, total));
	return 0;
}

/*
 * Where each axis begins, and how far it goes while the law goes 1. @steps is
 * where whole steps have got to, and moves on from segment to segment.
 */
struct path {
	u32 moving;
	u64 start_ns;
	u64 move_start_ns;
	s64 origin[AXES_MAX];
	struct real offset[AXES_MAX]; /* from origin to the start */
	struct real scale[AXES_MAX];
	s64 steps[AXES_MAX];
};

/* Fill @segment: all axes of @path follow @piece. */
static void fill_straight(struct segment *segment, struct path *path,
			  unsigned int axes, struct real offset_ns,
			  const struct piece *piece)
{
	unsigned int i;

	segment_set_time(segment, path->start_ns, offset_ns, piece->duration);
	segment->move_start_ns = path->move_start_ns;
	segment->straight = true;
	for (i = 0; i < axes; i++) {
		struct state state;

		if (!(path->moving >> i & 1)) {
			segment_set_rest(segment, i, path->steps[i]);
			continue;
		}
		state = state_scaled(&piece->start, path->scale[i]);
		state.position = real_add(state.position, path->offset[i]);
		segment_set_axis(segment, i, path->origin[i], &state,
				 !path->scale[i].negative, path->steps[i]);
		path->steps[i] = segment->cubic[i].last;
	}
}

/*
 * Stage @profile on @path. At its end the axes are at rest at @targets, or where
 * it leaves them if there are none. 0 or -ENOSPC.
 */
static int stage_straight(struct motion *motion, struct path *path,
			  const struct profile *profile, const s64 *targets)
{
	struct real offset_ns = real_from(0);
	struct segment *segment = NULL;
	unsigned int i;

	for (i = 0; i < profile->count; i++) {
		segment = motion_append(motion);
		if (!segment)
			return -ENOSPC;
		fill_straight(segment, path, motion->axes, offset_ns,
			      &profile->piece[i]);
		offset_ns = real_add(offset_ns, profile->piece[i].duration);
	}
	if (!segment)
		return 0;
	segment->at_rest = true;
	for (i = 0; i < motion->axes; i++) {
		if (targets)
			segment->cubic[i].last = targets[i];
		motion->staged_steps[i] = segment->cubic[i].last;
	}
	motion->staged_end_ns = path->start_ns + (u64)real_ceil(offset_ns);
	return 0;
}

int plan_move(struct motion *motion, const struct plan_move *move,
	      u64 *shortest_ns)
{
	struct profile *profile = &motion->profile[0];
	struct path path = {};
	struct rest_to_rest durations;
	struct limits limits = {};
	s64 targets[AXES_MAX];
	unsigned int i;
	int error;

	*shortest_ns = 0;
	for (i = 0; i < motion->axes; i++) {
		s64 from = motion->staged_steps[i];
		s64 to = move->axes >> i & 1 ? move->axis[i].target : from;

		path.origin[i] = from;
		path.steps[i] = from;
		targets[i] = to;
		if (to == from)
			continue;
		path.scale[i] = real_sub(real_from(to), real_from(from));
		if (exceeds(path.scale[i], DISTANCE_BITS)) {
			*shortest_ns = U64_MAX;
			return -EDOM;
		}
		apply_limits(&limits, &move->axis[i], path.scale[i], !path.moving);
		path.moving |= 1U << i;
	}
	if (!path.moving)
		return 0;

	error = choose_durations(&durations, &limits, move->duration_ns, shortest_ns);
	if (error)
		return error;
	if (motion_room(motion) < PROFILE_PIECES_MAX)
		return -ENOSPC;
	profile_rest_to_rest(profile, &durations);
	path.start_ns = motion->staged_end_ns;
	path.move_start_ns = path.start_ns;
	error = stage_straight(motion, &path, profile, targets);
	if (!error && move->duration_ns)
		motion->staged_end_ns = path.start_ns + move->duration_ns;
	return error;
}

/* The last segment of the move that @index is in. */
static u16 end_of_move(const struct motion *motion, u16 index)
{
	while (!motion->segment[index].at_rest)
		index = motion->segment[index].next;
	return index;
}

/* Do not stop: let the cut be the end of the move that runs then. */
static void keep_move(struct motion *motion, u16 end)
{
	const struct segment *segment = &motion->segment[end];
	unsigned int i;

	motion->cut_segment = end;
	motion->cut_u = segment->end;
	for (i = 0; i < motion->axes; i++) {
		motion->cut_steps[i] = segment->cubic[i].last;
		motion->staged_steps[i] = segment->cubic[i].last;
	}
	motion->staged_end_ns = max(motion->stage_ns, segment_end_ns(segment));
}

static bool axis_moves(const struct segment *segment, unsigned int axis)
{
	const s64 *c = segment->cubic[axis].c;

	return c[1] || c[2] || c[3];
}

static struct real magnitude(struct real a)
{
	a.negative = false;
	return a;
}

/* Where @profile ends. */
static struct real stop_distance(const struct profile *profile)
{
	const struct piece *piece;

	if (!profile->count)
		return real_from(0);
	piece = &profile->piece[profile->count - 1];
	return state_after(&piece->start, piece->duration).position;
}

/*
 * Make @profile the stop of a coordinate that moves as @start, @distance short
 * of its target. False if it gets there no later when it finishes its move.
 */
static bool stop_before(struct profile *profile, const struct state *start,
			const struct limits *limits, struct real distance)
{
	struct state state = *start;

	if (real_sign(start->speed) < 0)
		state = state_scaled(start, real_from(-1));
	state.position = real_from(0);
	if (!profile_stop(profile, &state, limits))
		return false;
	return real_compare(stop_distance(profile), magnitude(distance)) < 0;
}

/* From @state (relative to the base) of @axis in @segment to its place in @end. */
static struct real distance_left(const struct segment *segment, unsigned int axis,
				 const struct state *state, const struct segment *end)
{
	s64 whole = end->cubic[axis].last - segment->cubic[axis].base;

	return real_sub(real_from(whole), state->position);
}

/*
 * All that move stop, on their line: the law is that of the fastest axis, scaled
 * by the ratios of the speeds.
 */
static int stop_together(struct motion *motion, const struct plan_axis *axis_limits)
{
	const struct segment *segment = &motion->segment[motion->cut_segment];
	u16 end = end_of_move(motion, motion->cut_segment);
	struct profile *profile = &motion->profile[0];
	struct path path = {};
	struct state fastest = {};
	struct limits limits = {};
	unsigned int i, lead = 0;

	path.start_ns = motion->stage_ns;
	path.move_start_ns = segment->move_start_ns;
	for (i = 0; i < motion->axes; i++) {
		struct state state = segment_state(segment, i, motion->cut_u);

		path.origin[i] = segment->cubic[i].base;
		path.offset[i] = state.position;
		path.scale[i] = state.speed;
		path.steps[i] = motion->cut_steps[i];
		if (real_compare(magnitude(state.speed), magnitude(fastest.speed)) <= 0)
			continue;
		fastest = state;
		lead = i;
	}
	if (!real_sign(fastest.speed)) /* at the very start of the move */
		return 0;
	for (i = 0; i < motion->axes; i++) {
		path.scale[i] = real_div(path.scale[i], magnitude(fastest.speed));
		if (!real_sign(path.scale[i]))
			continue;
		apply_limits(&limits, &axis_limits[i], path.scale[i], !path.moving);
		path.moving |= 1U << i;
	}
	if (!stop_before(profile, &fastest, &limits,
			 distance_left(segment, lead, &fastest,
				       &motion->segment[end]))) {
		keep_move(motion, end);
		return 0;
	}
	return stage_straight(motion, &path, profile, NULL);
}

/* Axes that stop, each in its own time, beside axes that finish their move. */
struct parting {
	u32 stopping;
	u32 finishing;
	u16 segment; /* of the old plan, which those that finish are in */
	struct real segment_start_ns; /* relative to the cut */
	struct real segment_end_ns;
	unsigned int piece[AXES_MAX]; /* of those that stop */
	struct real piece_start_ns[AXES_MAX];
	u32 up;
	s64 base[AXES_MAX];
	s64 steps[AXES_MAX];
};

static const struct piece *parting_piece(const struct motion *motion,
					 const struct parting *parting,
					 unsigned int axis)
{
	const struct profile *profile = &motion->profile[axis];

	if (!(parting->stopping >> axis & 1) ||
	    parting->piece[axis] >= profile->count)
		return NULL;
	return &profile->piece[parting->piece[axis]];
}

static struct real piece_end(const struct parting *parting, unsigned int axis,
			     const struct piece *piece)
{
	return real_add(parting->piece_start_ns[axis], piece->duration);
}

static void set_segment(struct motion *motion, struct parting *parting, u16 index)
{
	const struct segment *segment = &motion->segment[index];
	struct real start = real_from((s64)(segment->start_ns - motion->stage_ns));

	start = real_add(start, real_shift(real_from(segment->start_fraction), -32));
	parting->segment = index;
	parting->segment_start_ns = start;
	parting->segment_end_ns =
		real_add(start, real_shift(real_from(segment->end),
					   segment->time_shift - 63));
}

/* When the first axis's law changes next; false if all rest. */
static bool next_change(const struct motion *motion, const struct parting *parting,
			struct real *next_ns)
{
	bool any = parting->finishing;
	unsigned int i;

	*next_ns = parting->segment_end_ns;
	for (i = 0; i < motion->axes; i++) {
		const struct piece *piece = parting_piece(motion, parting, i);

		if (!piece)
			continue;
		lower(next_ns, piece_end(parting, i, piece), !any);
		any = true;
	}
	return any;
}

/* What @axis does from @now_ns on, in a new segment that ends at @next_ns. */
static void fill_parting(struct motion *motion, struct parting *parting,
			 struct segment *segment, unsigned int axis,
			 struct real now_ns, struct real next_ns)
{
	const struct piece *piece = parting_piece(motion, parting, axis);
	const struct segment *old = &motion->segment[parting->segment];
	struct state state;
	struct real since;
	bool up;
	s64 u;

	if (piece) {
		since = real_sub(now_ns, parting->piece_start_ns[axis]);
		state = state_after(&piece->start, since);
		segment_set_axis(segment, axis, parting->base[axis], &state,
				 parting->up >> axis & 1, parting->steps[axis]);
	} else if (parting->finishing >> axis & 1) {
		since = real_sub(now_ns, parting->segment_start_ns);
		u = real_round(real_shift(since, 63 - old->time_shift));
		u = min(max(u, 0LL), old->end);
		state = segment_state(old, axis, u);
		up = old->cubic[axis].last > parting->steps[axis];
		segment_set_axis(segment, axis, old->cubic[axis].base, &state, up,
				 parting->steps[axis]);
		if (real_compare(next_ns, parting->segment_end_ns) >= 0)
			segment->cubic[axis].last = old->cubic[axis].last;
	} else {
		segment_set_rest(segment, axis, parting->steps[axis]);
	}
	parting->steps[axis] = segment->cubic[axis].last;
}

/* Go on to @now_ns: leave the pieces and the segment that end there. */
static void parting_advance(struct motion *motion, struct parting *parting,
			    struct real now_ns)
{
	const struct segment *old = &motion->segment[parting->segment];
	unsigned int i;

	for (i = 0; i < motion->axes; i++) {
		const struct piece *piece = parting_piece(motion, parting, i);

		if (!piece || real_compare(piece_end(parting, i, piece), now_ns) > 0)
			continue;
		parting->piece_start_ns[i] = piece_end(parting, i, piece);
		parting->piece[i]++;
	}
	if (!parting->finishing ||
	    real_compare(parting->segment_end_ns, now_ns) > 0)
		return;
	if (old->at_rest)
		parting->finishing = 0;
	else
		set_segment(motion, parting, old->next);
}

static int stage_parting(struct motion *motion, struct parting *parting)
{
	u64 move_start_ns = motion->segment[motion->cut_segment].move_start_ns;
	struct real now_ns = real_from(0);
	struct segment *segment = NULL;
	struct real next_ns, duration;
	unsigned int i;

	for (; next_change(motion, parting, &next_ns); now_ns = next_ns) {
		duration = real_sub(next_ns, now_ns);
		if (real_sign(duration) > 0 && duration.exponent + 64 > -20) {
			segment = motion_append(motion);
			if (!segment)
				return -ENOSPC;
			segment_set_time(segment, motion->stage_ns, now_ns, duration);
			segment->move_start_ns = move_start_ns;
			for (i = 0; i < motion->axes; i++)
				fill_parting(motion, parting, segment, i, now_ns,
					     next_ns);
		}
		parting_advance(motion, parting, next_ns);
	}
	if (!segment)
		return 0;
	segment->at_rest = true;
	memcpy(motion->staged_steps, parting->steps, sizeof(parting->steps));
	motion->staged_end_ns = motion->stage_ns + (u64)real_ceil(now_ns);
	return 0;
}

/* Let @profile, which goes up from 0, go on from @start. */
static void place_profile(struct profile *profile, const struct state *start)
{
	unsigned int i;

	for (i = 0; i < profile->count; i++) {
		struct state *state = &profile->piece[i].start;

		if (start->speed.negative)
			*state = state_scaled(state, real_from(-1));
		state->position = real_add(state->position, start->position);
	}
}

/* Whether @axis is to stop, its profile made, and not to finish its move. */
static bool stops(struct motion *motion, struct parting *parting,
		  unsigned int axis, const struct plan_axis *axis_limits,
		  const struct segment *end)
{
	const struct segment *segment = &motion->segment[motion->cut_segment];
	struct state state = segment_state(segment, axis, motion->cut_u);
	struct limits limits = limits_per_ns(axis_limits);
	struct profile *profile = &motion->profile[axis];

	if (!axis_moves(segment, axis) ||
	    !stop_before(profile, &state, &limits,
			 distance_left(segment, axis, &state, end)))
		return false;
	place_profile(profile, &state);
	if (!state.speed.negative)
		parting->up |= 1U << axis;
	return true;
}

static int stop_apart(struct motion *motion, u32 axes,
		      const struct plan_axis *axis_limits)
{
	const struct segment *segment = &motion->segment[motion->cut_segment];
	u16 end = end_of_move(motion, motion->cut_segment);
	struct parting parting = {};
	unsigned int i;

	set_segment(motion, &parting, motion->cut_segment);
	for (i = 0; i < motion->axes; i++) {
		parting.base[i] = segment->cubic[i].base;
		parting.steps[i] = motion->cut_steps[i];
		if (axes >> i & 1 && stops(motion, &parting, i, &axis_limits[i],
					   &motion->segment[end]))
			parting.stopping |= 1U << i;
		else
			parting.finishing |= 1U << i;
	}
	if (!parting.stopping) {
		keep_move(motion, end);
		return 0;
	}
	return stage_parting(motion, &parting);
}

int plan_stop(struct motion *motion, u32 axes,
	      const struct plan_axis limits[AXES_MAX])
{
	const struct segment *segment;
	u32 moving = 0;
	unsigned int i;

	if (!motion_cut_moving(motion))
		return 0;
	segment = &motion->segment[motion->cut_segment];
	for (i = 0; i < motion->axes; i++)
		if (axis_moves(segment, i))
			moving |= 1U << i;
	if (segment->straight && !(moving & ~axes))
		return stop_together(motion, limits);
	return stop_apart(motion, axes, limits);
}
