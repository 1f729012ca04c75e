// SPDX-License-Identifier: GPL-2.0
/*
 * Single straight moves into segments: one law (profile.c) in closed form, scaled
 * for each axis, so that its axes cannot leave their line or each other. Moves
 * that flow into one another, and stops on the way, are in path.c, axes that go
 * their own ways in change.c. Here all times are ns.
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
struct line {
	u32 moving;
	u64 start_ns;
	u64 move_start_ns;
	s64 origin[AXES_MAX];
	struct real offset[AXES_MAX]; /* from it, steps */
	struct real scale[AXES_MAX];
	s64 steps[AXES_MAX];
};

/* Fill @segment: all axes of @line follow @piece. */
static void fill_straight(struct segment *segment, struct line *line,
			  unsigned int axes, struct real offset_ns,
			  const struct piece *piece)
{
	unsigned int i;

	segment_set_time(segment, line->start_ns, offset_ns, piece->duration);
	segment->move_start_ns = line->move_start_ns;
	for (i = 0; i < axes; i++) {
		struct state state;

		/* Scaled by 0 where it rests, perhaps between two steps. */
		state = state_scaled(&piece->start, line->scale[i]);
		state.position = real_add(state.position, line->offset[i]);
		segment_set_axis(segment, i, line->origin[i], &state,
				 !line->scale[i].negative, line->steps[i]);
		if (!(line->moving >> i & 1))
			segment->cubic[i].last = line->steps[i];
		line->steps[i] = segment->cubic[i].last;
	}
}

/* Stage @profile on @line. At its end the axes are at rest at @targets. 0 or -ENOSPC. */
static int stage_straight(struct motion *motion, struct line *line,
			  const struct profile *profile, const s64 *targets)
{
	struct real offset_ns = real_from(0);
	struct segment *segment = NULL;
	unsigned int i;

	for (i = 0; i < profile->count; i++) {
		segment = motion_append(motion);
		if (!segment)
			return -ENOSPC;
		fill_straight(segment, line, motion->axes, offset_ns,
			      &profile->piece[i]);
		offset_ns = real_add(offset_ns, profile->piece[i].duration);
	}
	if (!segment)
		return 0;
	segment->at_rest = true;
	for (i = 0; i < motion->axes; i++) {
		segment->cubic[i].last = targets[i];
		motion->staged_steps[i] = targets[i];
	}
	motion->staged_end_ns = line->start_ns + (u64)real_ceil(offset_ns);
	return 0;
}

/*
 * Where the axes of @move begin, at rest at @from, and how far they go; the limits
 * of its law. 0 or -EDOM.
 */
static int lay_out(struct line *line, struct limits *limits, unsigned int axes,
		   const struct plan_move *move, const s64 from[AXES_MAX])
{
	bool far = false;
	unsigned int i;

	for (i = 0; i < axes; i++) {
		const struct plan_axis *axis = &move->axis[i];
		struct real distance;

		line->origin[i] = from[i];
		line->steps[i] = from[i];
		line->offset[i] = axis->rests;
		if (!(move->axes >> i & 1))
			continue;
		distance = real_sub(real_from(axis->target), real_from(from[i]));
		distance = real_add(distance, real_sub(axis->beyond, axis->rests));
		if (axis->target == from[i] && real_is_below(distance, PLAN_STILL_BITS))
			continue;
		far = far || axis->target != from[i] || !real_is_below(distance, PLAN_NEAR_BITS);
		if (!real_is_below(distance, PLAN_DISTANCE_BITS))
			return -EDOM;
		line->scale[i] = distance;
		apply_limits(limits, axis, distance, !line->moving);
		line->moving |= 1U << i;
	}
	if (!far)
		line->moving = 0;
	return 0;
}

int plan_check_move(unsigned int axes, const struct plan_move *move,
		    const s64 from[AXES_MAX], u64 *shortest_ns)
{
	struct rest_to_rest durations;
	struct limits limits = {};
	struct line line = {};

	*shortest_ns = U64_MAX;
	if (lay_out(&line, &limits, axes, move, from))
		return -EDOM;
	*shortest_ns = 0;
	if (!line.moving)
		return 0;
	return choose_durations(&durations, &limits, move->duration_ns, shortest_ns);
}

/*
 * How long the move is as a longer one would be: until it slows down, or, where it
 * does not reach its speed, until it begins to speed up less. Rounded down.
 */
static u64 commit_ns(const struct rest_to_rest *durations)
{
	struct real same = real_add(durations->jerk, durations->acceleration);

	if (real_sign(durations->cruise))
		same = real_add(same, real_add(durations->jerk, durations->cruise));
	return max(real_round(same), 1LL) - 1;
}

int plan_move(struct motion *motion, const struct plan_move *move,
	      u64 *shortest_ns)
{
	struct profile *profile = &motion->profile[0];
	struct rest_to_rest durations;
	struct limits limits = {};
	struct line line = {};
	s64 targets[AXES_MAX];
	unsigned int i;
	int error;

	*shortest_ns = U64_MAX;
	if (lay_out(&line, &limits, motion->axes, move, motion->staged_steps))
		return -EDOM;
	*shortest_ns = 0;
	motion->staged_commit_ns = motion->staged_end_ns;
	if (!line.moving)
		return 0;
	error = choose_durations(&durations, &limits, move->duration_ns, shortest_ns);
	if (error)
		return error;
	if (motion_room(motion) < PROFILE_PIECES_MAX)
		return -ENOSPC;
	for (i = 0; i < motion->axes; i++)
		targets[i] = line.moving >> i & 1 ? move->axis[i].target : line.origin[i];
	profile_rest_to_rest(profile, &durations);
	line.start_ns = motion->staged_end_ns;
	line.move_start_ns = line.start_ns;
	error = stage_straight(motion, &line, profile, targets);
	motion->staged_commit_ns = line.start_ns + commit_ns(&durations);
	if (!error && move->duration_ns)
		motion->staged_end_ns = line.start_ns + move->duration_ns;
	return error;
}
