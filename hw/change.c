// SPDX-License-Identifier: GPL-2.0
/*
 * Axes that go each its own way: changes of what they do from any state. Each
 * axis has its own law (profile.c); here they are woven into segments, which end
 * where the law of any axis changes. All times are ns.
 */
#include "motion.h"

struct limits plan_limits(const struct plan_axis *axis)
{
	const struct real ns = real_ratio(1, NS_PER_S);
	struct limits limits = {
		.speed = real_mul(axis->speed, ns),
		.acceleration = real_mul(real_mul(axis->acceleration, ns), ns),
		.jerk = real_mul(real_mul(real_mul(axis->jerk, ns), ns), ns),
	};

	return limits;
}

/*
 * Axes on their ways: those that follow motion->profile[], those that go on with
 * the plan as published, and those at rest. Relative to the origin.
 */
struct weave {
	u64 origin_ns;
	u64 move_start_ns;
	u32 profiled;
	u32 finishing;
	u32 arriving; /* of the profiled: those that rest on their target */
	u16 segment; /* of the published plan, which those that finish are in */
	struct real segment_start_ns;
	struct real segment_end_ns;
	unsigned int piece[AXES_MAX]; /* of those with a profile */
	struct real piece_start_ns[AXES_MAX];
	s64 base[AXES_MAX]; /* of the profile's positions */
	s64 target[AXES_MAX];
	s64 steps[AXES_MAX];
};

static const struct piece *present_piece(const struct motion *motion,
					 const struct weave *weave, unsigned int axis)
{
	const struct profile *profile = &motion->profile[axis];

	if (!(weave->profiled >> axis & 1) || weave->piece[axis] >= profile->count)
		return NULL;
	return &profile->piece[weave->piece[axis]];
}

static struct real piece_end(const struct weave *weave, unsigned int axis,
			     const struct piece *piece)
{
	return real_add(weave->piece_start_ns[axis], piece->duration);
}

static void set_segment(struct motion *motion, struct weave *weave, u16 index)
{
	const struct segment *segment = &motion->segment[index];
	struct real start = real_from((s64)(segment->start_ns - weave->origin_ns));

	start = real_add(start, real_shift(real_from(segment->start_fraction), -32));
	weave->segment = index;
	weave->segment_start_ns = start;
	weave->segment_end_ns =
		real_add(start, real_shift(real_from(segment->end),
					   segment->time_shift - 63));
}

/* When the first axis's law changes next; false if all rest. */
static bool next_change(const struct motion *motion, const struct weave *weave,
			struct real *next_ns)
{
	bool any = weave->finishing;
	unsigned int i;

	*next_ns = weave->segment_end_ns;
	for (i = 0; i < motion->axes; i++) {
		const struct piece *piece = present_piece(motion, weave, i);
		struct real end_ns;

		if (!piece)
			continue;
		end_ns = piece_end(weave, i, piece);
		if (!any || real_compare(end_ns, *next_ns) < 0)
			*next_ns = end_ns;
		any = true;
	}
	return any;
}

/* Fill @axis in @segment, from @now_ns to @next_ns of its profile. */
static void follow_profile(struct motion *motion, struct weave *weave,
			   struct segment *segment, unsigned int axis,
			   struct real now_ns, struct real next_ns)
{
	const struct profile *profile = &motion->profile[axis];
	const struct piece *piece = &profile->piece[weave->piece[axis]];
	struct real duration = real_sub(next_ns, now_ns);
	struct state state, end;
	bool up;

	state = state_after(&piece->start, real_sub(now_ns, weave->piece_start_ns[axis]));
	end = state_after(&state, duration);
	/* it does not turn round here, so that either speed tells which way it goes */
	up = real_sign(real_add(state.speed, end.speed)) > 0;
	segment_set_axis(segment, axis, weave->base[axis], &state, up, weave->steps[axis]);
	if (weave->arriving >> axis & 1 && weave->piece[axis] + 1 == profile->count &&
	    real_compare(piece_end(weave, axis, piece), next_ns) <= 0)
		segment->cubic[axis].last = weave->target[axis];
}

/* Fill @axis in @segment with what it does in the published plan. */
static void follow_plan(struct motion *motion, struct weave *weave,
			struct segment *segment, unsigned int axis,
			struct real now_ns, struct real next_ns)
{
	const struct segment *old = &motion->segment[weave->segment];
	struct real since = real_sub(now_ns, weave->segment_start_ns);
	bool up = old->cubic[axis].last > weave->steps[axis];
	struct state state;
	s64 u;

	u = real_round(real_shift(since, 63 - old->time_shift));
	u = min(max(u, 0LL), old->end);
	state = segment_state(old, axis, u);
	segment_set_axis(segment, axis, old->cubic[axis].base, &state, up,
			 weave->steps[axis]);
	if (real_compare(next_ns, weave->segment_end_ns) >= 0)
		segment->cubic[axis].last = old->cubic[axis].last;
}

/* Go on to @now_ns: leave the pieces and the segment that end there. */
static void advance(struct motion *motion, struct weave *weave, struct real now_ns)
{
	const struct segment *old = &motion->segment[weave->segment];
	unsigned int i;

	for (i = 0; i < motion->axes; i++) {
		const struct piece *piece = present_piece(motion, weave, i);

		if (!piece || real_compare(piece_end(weave, i, piece), now_ns) > 0)
			continue;
		weave->piece_start_ns[i] = piece_end(weave, i, piece);
		weave->piece[i]++;
	}
	if (!weave->finishing || real_compare(weave->segment_end_ns, now_ns) > 0)
		return;
	if (old->at_rest)
		weave->finishing = 0;
	else
		set_segment(motion, weave, old->next);
}

/* A new segment from @now_ns to @next_ns. */
static struct segment *stage_segment(struct motion *motion, struct weave *weave,
				     struct real now_ns, struct real next_ns)
{
	struct segment *segment = motion_append(motion);
	unsigned int i;

	if (!segment)
		return NULL;
	segment_set_time(segment, weave->origin_ns, now_ns, real_sub(next_ns, now_ns));
	segment->move_start_ns = weave->move_start_ns;
	for (i = 0; i < motion->axes; i++) {
		if (present_piece(motion, weave, i))
			follow_profile(motion, weave, segment, i, now_ns, next_ns);
		else if (weave->finishing >> i & 1)
			follow_plan(motion, weave, segment, i, now_ns, next_ns);
		else
			segment_set_rest(segment, i, weave->steps[i]);
		weave->steps[i] = segment->cubic[i].last;
	}
	return segment;
}

/* Stage all of @weave, to rest. 0 or -ENOSPC. */
static int stage_weave(struct motion *motion, struct weave *weave)
{
	struct real now_ns = real_from(0);
	struct segment *segment = NULL;
	struct real next_ns, duration;

	for (; next_change(motion, weave, &next_ns); now_ns = next_ns) {
		duration = real_sub(next_ns, now_ns);
		if (real_sign(duration) > 0 && !real_is_below(duration, -20)) {
			segment = stage_segment(motion, weave, now_ns, next_ns);
			if (!segment)
				return -ENOSPC;
		}
		advance(motion, weave, next_ns);
	}
	if (!segment)
		return 0;
	segment->at_rest = true;
	memcpy(motion->staged_steps, weave->steps, sizeof(weave->steps));
	motion->staged_end_ns = weave->origin_ns + (u64)real_ceil(now_ns);
	return 0;
}

/* The state of @axis at the cut, relative to its base in @weave, which is chosen. */
static struct state state_at_cut(const struct motion *motion, struct weave *weave,
				 unsigned int axis)
{
	const struct segment *segment = &motion->segment[motion->cut_segment];
	struct state rest = {};

	weave->base[axis] = motion->staged_steps[axis];
	if (!motion_cut_moving(motion) || !segment_moves(segment, axis))
		return rest;
	weave->base[axis] = segment->cubic[axis].base;
	return segment_state(segment, axis, motion->cut_u);
}

/* How long after the cut @axis comes to rest in the published plan. */
static struct real rest_in_plan(struct motion *motion, unsigned int axis)
{
	struct weave weave = { .origin_ns = motion->stage_ns };
	struct real end = real_from(0);
	u16 i = motion->cut_segment;

	for (;; i = motion->segment[i].next) {
		if (segment_moves(&motion->segment[i], axis)) {
			set_segment(motion, &weave, i);
			end = weave.segment_end_ns;
		}
		if (motion->segment[i].at_rest)
			return end;
	}
}

/* Where an axis that is to GO or RUN goes, and how. */
static struct course find_course(const struct plan_change *change,
				 const struct state *state, const struct limits *limits,
				 s64 base)
{
	struct course course = {
		.speed = limits->speed,
		.longest_ns = real_shift(real_from(1), PLAN_DURATION_BITS - 1),
	};
	s64 target = change->axis.target;

	if (change->what == PLAN_RUN) {
		course.speed = real_mul(change->velocity, real_ratio(1, NS_PER_S));
		target = course.speed.negative ? change->lowest : change->highest;
		if (change->run_ns && !(change->run_ns >> (PLAN_DURATION_BITS - 1)))
			course.longest_ns = real_from(change->run_ns);
	}
	course.target = real_sub(real_from(target), real_from(base));
	if (change->what == PLAN_GO &&
	    real_compare(course.target, profile_stop_position(state, limits)) < 0)
		course.speed = real_negate(course.speed);
	return course;
}

/* The changes as they are worked out. */
struct changing {
	struct state state[AXES_MAX];
	struct limits limits[AXES_MAX];
	struct course course[AXES_MAX];
	u32 going;
	struct real longest_ns; /* of those that go */
};

/* What @axis does, into its profile. 0 or -EDOM. */
static int change_axis(struct motion *motion, struct weave *weave,
		       struct changing *changing, unsigned int axis,
		       const struct plan_change *change)
{
	struct profile *profile = &motion->profile[axis];
	struct state *state = &changing->state[axis];
	struct course *course = &changing->course[axis];
	struct limits *limits = &changing->limits[axis];
	bool moves = motion_cut_moving(motion);
	struct real duration;

	*state = state_at_cut(motion, weave, axis);
	*limits = plan_limits(&change->axis);
	*course = find_course(change, state, limits, weave->base[axis]);
	if (change->what == PLAN_STOP)
		course->speed = real_from(0);
	if (change->what == PLAN_GO)
		weave->target[axis] = change->axis.target;
	else
		weave->target[axis] = course->speed.negative ? change->lowest : change->highest;
	if (profile_travel(profile, state, course, limits))
		weave->arriving |= 1U << axis;
	else if (change->what == PLAN_GO)
		return -EDOM;
	duration = profile_duration(profile);
	/* It is braking already, and gets there no later on its own. */
	if (change->what == PLAN_STOP && moves && profile->count &&
	    real_compare(rest_in_plan(motion, axis), duration) <= 0) {
		weave->finishing |= 1U << axis;
		return 0;
	}
	weave->profiled |= 1U << axis;
	if (change->what != PLAN_GO)
		return 0;
	if (!real_is_below(duration, PLAN_DURATION_BITS) ||
	    !real_is_below(real_sub(course->target, state->position), PLAN_DISTANCE_BITS))
		return -EDOM;
	if (profile->count)
		changing->going |= 1U << axis;
	if (real_compare(duration, changing->longest_ns) > 0)
		changing->longest_ns = duration;
	return 0;
}

int plan_change(struct motion *motion, const struct plan_change change[AXES_MAX])
{
	struct changing changing = { .longest_ns = real_from(0) };
	struct weave weave = {
		.origin_ns = motion->stage_ns,
		.move_start_ns = motion->stage_ns,
	};
	bool moves = motion_cut_moving(motion);
	unsigned int i;

	memcpy(weave.steps, motion->staged_steps, sizeof(weave.steps));
	if (moves) {
		weave.move_start_ns = motion->segment[motion->cut_segment].move_start_ns;
		set_segment(motion, &weave, motion->cut_segment);
	}
	for (i = 0; i < motion->axes; i++) {
		if (change[i].what == PLAN_FINISH)
			weave.finishing |= moves ? 1U << i : 0;
		else if (change_axis(motion, &weave, &changing, i, &change[i]))
			return -EDOM;
	}
	if (moves && !weave.profiled) {
		motion_cut_at_end(motion, motion_end_of_move(motion, motion->cut_segment));
		return 0;
	}
	for (i = 0; i < motion->axes; i++) {
		if (changing.going >> i & 1)
			profile_travel_in(&motion->profile[i], &changing.state[i],
					  &changing.course[i], &changing.limits[i],
					  changing.longest_ns);
		if (weave.profiled >> i & 1)
			profile_split_turns(&motion->profile[i]);
	}
	return stage_weave(motion, &weave);
}
