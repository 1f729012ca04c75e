// SPDX-License-Identifier: GPL-2.0
/*
 * Straight moves, and stops of them, into segments: one law (profile.c) scaled
 * for each axis, so that its axes cannot leave their line or each other. Axes
 * that go their own ways are in change.c. Here all times are ns.
 */
#include "motion.h"

static void lower(struct real *limit, struct real to, bool first)
{
	if (first || real_compare(to, *limit) < 0)
		*limit = to;
}

/* Lower @limits, those of a law, to what an axis that moves @scale times as far allows. */
static void apply_limits(struct limits *limits, const struct plan_axis *axis,
			 struct real scale, bool first)
{
	struct limits own = plan_limits(axis);

	scale.negative = false;
	lower(&limits->speed, real_div(own.speed, scale), first);
	lower(&limits->acceleration, real_div(own.acceleration, scale), first);
	if (first)
		limits->jerk = real_from(0);
	if (real_sign(own.jerk))
		lower(&limits->jerk, real_div(own.jerk, scale),
		      !real_sign(limits->jerk));
}

/* How long the move takes; 0 or -EDOM, with @shortest_ns filled. */
static int choose_durations(struct rest_to_rest *durations,
			    const struct limits *limits, u64 duration_ns,
			    u64 *shortest_ns)
{
	struct real total, wanted = real_from(duration_ns);

	profile_shortest(durations, limits);
	total = profile_total(durations);
	*shortest_ns = !real_is_below(total, PLAN_DURATION_BITS) ? U64_MAX : (u64)real_ceil(total);
	if (!real_is_below(total, PLAN_DURATION_BITS) || duration_ns >> PLAN_DURATION_BITS)
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
		if (!real_is_below(path.scale[i], PLAN_DISTANCE_BITS)) {
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
	return real_compare(stop_distance(profile), real_absolute(distance)) < 0;
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
static noinline int stop_together(struct motion *motion, const struct plan_axis *axis_limits)
{
	const struct segment *segment = &motion->segment[motion->cut_segment];
	u16 end = motion_end_of_move(motion, motion->cut_segment);
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
		if (real_compare(real_absolute(state.speed), real_absolute(fastest.speed)) <= 0)
			continue;
		fastest = state;
		lead = i;
	}
	if (!real_sign(fastest.speed)) /* at the very start of the move */
		return 0;
	for (i = 0; i < motion->axes; i++) {
		path.scale[i] = real_div(path.scale[i], real_absolute(fastest.speed));
		if (!real_sign(path.scale[i]))
			continue;
		apply_limits(&limits, &axis_limits[i], path.scale[i], !path.moving);
		path.moving |= 1U << i;
	}
	if (!stop_before(profile, &fastest, &limits,
			 distance_left(segment, lead, &fastest,
				       &motion->segment[end]))) {
		motion_cut_at_end(motion, end);
		return 0;
	}
	return stage_straight(motion, &path, profile, NULL);
}

/* Some stop, each in its own time, beside others that finish their move. */
static noinline int stop_apart(struct motion *motion, u32 axes, const struct plan_axis *limits)
{
	struct plan_change change[AXES_MAX] = {};
	unsigned int i;

	for (i = 0; i < motion->axes; i++) {
		change[i].what = axes >> i & 1 ? PLAN_STOP : PLAN_FINISH;
		change[i].axis = limits[i];
	}
	return plan_change(motion, change);
}

/* Whether the axes are on one straight line from the cut until all rest. */
static bool straight_to_rest(const struct motion *motion)
{
	u16 i = motion->cut_segment;

	while (motion->segment[i].straight && !motion->segment[i].at_rest)
		i = motion->segment[i].next;
	return motion->segment[i].straight;
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
		if (segment_moves(segment, i))
			moving |= 1U << i;
	if (straight_to_rest(motion) && !(moving & ~axes))
		return stop_together(motion, limits);
	return stop_apart(motion, axes, limits);
}
