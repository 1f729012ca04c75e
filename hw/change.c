// SPDX-License-Identifier: GPL-2.0
/*
 * Axes that go each its own way: changes of what they do from any state. Each
 * axis has its own law (profile.c); here they are woven into segments, which end
 * where the law of any axis changes. All times are ns.
 */
#include "warp.h"

/*
 * Room that a point of a stream must find: every axis may turn twice on its way
 * to it, and stop in 3 pieces behind it.
 */
#define SEGMENTS_FOR_POINT (1 + AXES_MAX * 5)

struct limits plan_limits(const struct plan_axis *axis)
{
	struct limits limits = {
		.speed = real_mul(axis->speed, real_nano),
		.acceleration = real_mul(real_mul(axis->acceleration, real_nano), real_nano),
		.jerk = real_mul(real_mul(real_mul(axis->jerk, real_nano), real_nano), real_nano),
	};

	return limits;
}

/* 2^20 times the JERK that was set is as good as none. */
#define HARDER_MAX 10

/*
 * Axes on their ways: those that follow motion->profile[], those that go on with
 * the plan as published, and those at rest. Relative to the origin.
 */
struct weave {
	u64 origin_ns;
	u64 move_start_ns;
	u32 profiled; /* until the profile ends */
	u32 finishing;
	u32 arriving; /* of the profiled: those that rest on their target */
	u16 segment; /* of the published plan: tells the law of those that finish */
	u16 last_segment; /* up to the end of this one */
	struct real segment_start_ns;
	struct real segment_end_ns; /* of the last */
	unsigned int piece[AXES_MAX]; /* of those with a profile: */
	struct real piece_start_ns[AXES_MAX];
	struct real piece_end_ns[AXES_MAX];
	u8 harder[AXES_MAX]; /* times that the limit of jerk is quadrupled; HARDER_MAX: none */
	u32 up; /* which way the piece goes, all of it */
	s64 base[AXES_MAX]; /* of the profile's positions */
	s64 target[AXES_MAX];
	s64 steps[AXES_MAX];
	struct real mark_ns; /* an instant at which a segment ends: */
	u16 mark;
};

/* Let @axis begin the next piece of its profile that it does not go on with already. */
static void enter_piece(const struct motion *motion, struct weave *weave, unsigned int axis)
{
	const struct profile *profile = &motion->profile[axis];
	const struct piece *piece = &profile->piece[weave->piece[axis]];
	struct real half, middle;

	if (weave->piece[axis] >= profile->count) {
		weave->profiled &= ~(1U << axis);
		return;
	}
	weave->piece_end_ns[axis] = real_add(weave->piece_start_ns[axis], piece->duration);
	/* it does not turn round here, but may turn at either end */
	half = real_shift(piece->duration, -1);
	middle = real_add_product(piece->start.acceleration, real_shift(half, -1),
				  piece->start.jerk);
	middle = real_add_product(piece->start.speed, half, middle);
	weave->up &= ~(1U << axis);
	if (real_sign(middle) > 0)
		weave->up |= 1U << axis;
}

/* When the published segment @index begins, and ends. */
static struct real segment_start(const struct motion *motion, const struct weave *weave,
				 u16 index)
{
	const struct segment *segment = &motion->pool.segment[index];
	struct real start = real_from((s64)(segment->start_ns - weave->origin_ns));

	return real_add(start, real_shift(real_from(segment->start_fraction), -32));
}

static struct real segment_end(const struct motion *motion, const struct weave *weave,
			       u16 index)
{
	const struct segment *segment = &motion->pool.segment[index];

	return real_add(segment_start(motion, weave, index),
			real_shift(real_from(segment->end), segment->time_shift - 63));
}

/* Segments shorter than 2^10 ns are too coarse to tell. */
#define TELLING_SHIFT 10

/* Whether @axis goes on from @a to @b by the same law, the same way, as far as they can tell. */
static bool law_goes_on(const struct segment *a, const struct segment *b, unsigned int axis)
{
	struct real before = segment_state(a, axis, a->end / 2).speed;
	struct real after = segment_state(b, axis, b->end / 2).speed;
	struct state end = segment_state(a, axis, a->end);
	struct state start = segment_state(b, axis, 0);
	int shift = min(a->time_shift, b->time_shift);
	int bits = min(a->fraction_bits[axis], b->fraction_bits[axis]);

	if (!segment_moves(a, axis) && !segment_moves(b, axis))
		return true;
	return shift >= TELLING_SHIFT && real_sign(before) == real_sign(after) &&
	       real_is_below(real_sub(end.jerk, start.jerk), 2 - bits - 3 * shift) &&
	       real_is_below(real_sub(end.acceleration, start.acceleration),
			     3 - bits - 2 * shift) &&
	       real_is_below(real_sub(end.speed, start.speed), 4 - bits - shift);
}

/*
 * Let those that finish go on with the published segment @index, and as many
 * behind it as go on by the same law for them: else the ends that other axes made
 * would stay for ever, and add up from change to change.
 */
static void set_segment(struct motion *motion, struct weave *weave, u16 index)
{
	const struct segment *segment = &motion->pool.segment[index];
	const struct segment *next;
	unsigned int i;

	weave->segment = index;
	weave->last_segment = index;
	for (; !segment->at_rest; segment = next) {
		next = &motion->pool.segment[segment->next];
		for (i = 0; i < motion->axes; i++)
			if (weave->finishing >> i & 1 && !law_goes_on(segment, next, i))
				break;
		if (i < motion->axes)
			break;
		weave->last_segment = segment->next;
		if (next->time_shift > motion->pool.segment[weave->segment].time_shift)
			weave->segment = segment->next; /* it tells best */
	}
	weave->segment_start_ns = segment_start(motion, weave, weave->segment);
	weave->segment_end_ns = segment_end(motion, weave, weave->last_segment);
}

/* When the first axis's law changes next; false if all rest. */
static bool next_change(const struct motion *motion, const struct weave *weave,
			struct real *next_ns)
{
	bool any = weave->finishing;
	unsigned int i;

	*next_ns = weave->segment_end_ns;
	for (i = 0; i < motion->axes; i++) {
		if (!(weave->profiled >> i & 1))
			continue;
		if (!any || real_compare(weave->piece_end_ns[i], *next_ns) < 0)
			*next_ns = weave->piece_end_ns[i];
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
	struct state state;

	state = state_after(&piece->start, real_sub(now_ns, weave->piece_start_ns[axis]));
	segment_set_axis(segment, axis, weave->base[axis], &state, weave->up >> axis & 1,
			 weave->steps[axis]);
	if (weave->arriving >> axis & 1 && weave->piece[axis] + 1 == profile->count &&
	    real_compare(weave->piece_end_ns[axis], next_ns) <= 0)
		segment->cubic[axis].last = weave->target[axis];
}

/* Fill @axis in @segment with what it does in the published plan. */
static void follow_plan(struct motion *motion, struct weave *weave,
			struct segment *segment, unsigned int axis,
			struct real now_ns, struct real next_ns)
{
	const struct segment *old = &motion->pool.segment[weave->segment];
	s64 last = motion->pool.segment[weave->last_segment].cubic[axis].last;
	struct state state = segment_state(old, axis, 0);

	state = state_after(&state, real_sub(now_ns, weave->segment_start_ns));
	segment_set_axis(segment, axis, old->cubic[axis].base, &state,
			 last > weave->steps[axis], weave->steps[axis]);
	if (real_compare(next_ns, weave->segment_end_ns) >= 0)
		segment->cubic[axis].last = last;
}

/* Whether @axis moves in the published segment @index or later, until all rest. */
static bool moves_from(const struct motion *motion, u16 index, unsigned int axis)
{
	for (;; index = motion->pool.segment[index].next) {
		if (segment_moves(&motion->pool.segment[index], axis))
			return true;
		if (motion->pool.segment[index].at_rest)
			return false;
	}
}

/* Go on to @now_ns: leave the pieces and the segment that end there. */
static void advance(struct motion *motion, struct weave *weave, struct real now_ns)
{
	const struct segment *old = &motion->pool.segment[weave->last_segment];
	unsigned int i;

	for (i = 0; i < motion->axes; i++) {
		if (!(weave->profiled >> i & 1) ||
		    real_compare(weave->piece_end_ns[i], now_ns) > 0)
			continue;
		weave->piece_start_ns[i] = weave->piece_end_ns[i];
		weave->piece[i]++;
		enter_piece(motion, weave, i);
	}
	if (!weave->finishing || real_compare(weave->segment_end_ns, now_ns) > 0)
		return;
	/* Those that move no more do not hold up the others until all rest. */
	for (i = 0; i < motion->axes; i++)
		if (old->at_rest || !moves_from(motion, old->next, i))
			weave->finishing &= ~(1U << i);
	if (weave->finishing)
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
		if (weave->profiled >> i & 1)
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
	struct real next_ns, duration, to_mark;
	unsigned int i;

	for (i = 0; i < motion->axes; i++)
		if (weave->profiled >> i & 1)
			enter_piece(motion, weave, i);
	for (; next_change(motion, weave, &next_ns); now_ns = next_ns) {
		duration = real_sub(next_ns, now_ns);
		to_mark = real_sub(weave->mark_ns, now_ns);
		if (real_sign(duration) > 0 && !real_is_below(duration, SEGMENT_SHORTEST_BITS)) {
			segment = stage_segment(motion, weave, now_ns, next_ns);
			if (!segment)
				return -ENOSPC;
			if (real_sign(to_mark) > 0 && !real_is_below(to_mark, -10))
				weave->mark = motion->staged.last;
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

/*
 * The segment that tells the state at the cut, at @u. Where two meet that is the longer one:
 * one of 2 ns knows an acceleration to a few digits only.
 */
static const struct segment *segment_at_cut(const struct motion *motion, s64 *u)
{
	const struct segment *cut = &motion->pool.segment[motion->cut_segment];
	const struct segment *before = cut, *segment;
	u16 i;

	*u = motion->cut_u;
	if (*u)
		return cut;
	for (i = motion->first; i != motion->cut_segment; i = segment->next) {
		segment = &motion->pool.segment[i];
		if (segment->end) /* no change has replaced all of it */
			before = segment;
	}
	if (before->at_rest || before->time_shift <= cut->time_shift)
		return cut;
	*u = before->end;
	return before;
}

/* The state of @axis at the cut, relative to its base in @weave, which is chosen. */
static struct state state_at_cut(const struct motion *motion, struct weave *weave,
				 unsigned int axis)
{
	const struct segment *segment;
	struct state rest = {};
	s64 u;

	weave->base[axis] = motion->staged_steps[axis];
	if (!motion_cut_moving(motion))
		return rest;
	if (!segment_moves(&motion->pool.segment[motion->cut_segment], axis))
		return rest;
	segment = segment_at_cut(motion, &u);
	weave->base[axis] = segment->cubic[axis].base;
	return segment_state(segment, axis, u);
}

/* How long after the cut @axis comes to rest in the published plan. */
static struct real rest_in_plan(struct motion *motion, unsigned int axis)
{
	struct weave weave = { .origin_ns = motion->stage_ns };
	struct real end = real_from(0);
	u16 i = motion->cut_segment;

	for (;; i = motion->pool.segment[i].next) {
		if (segment_moves(&motion->pool.segment[i], axis))
			end = segment_end(motion, &weave, i);
		if (motion->pool.segment[i].at_rest)
			return end;
	}
}

/* Whether @axis moves after the cut in the published plan. */
static bool moves_on(struct motion *motion, unsigned int axis)
{
	return motion_cut_moving(motion) && real_sign(rest_in_plan(motion, axis)) > 0;
}

/*
 * The target of @axis, which is @target from below, for an axis that would stop at
 * @stop: from above there is the play between, and none to go if it is there already.
 */
static s64 beyond_play(struct motion *motion, unsigned int axis, s64 target, s64 stop)
{
	s64 backlash = motion->axis[axis].backlash;
	s64 play;

	if (!backlash)
		return target;
	play = motion_staged_play(motion, axis) + stop - motion->staged_steps[axis];
	play = clamp_t(s64, play, -backlash, 0);
	if (stop == target + play)
		return stop;
	return stop < target + play ? target : target - backlash;
}

/* Let an axis in @state GO to its target. */
static void find_way(struct motion *motion, unsigned int axis, struct course *course,
		     const struct plan_change *change, const struct state *state,
		     const struct limits *limits, s64 base)
{
	struct real stop = profile_stop_position(state, limits);
	s64 target = change->axis.target;

	if (real_is_below(stop, PLAN_DISTANCE_BITS))
		target = beyond_play(motion, axis, target, base + real_round(stop));
	course->target = real_sub(real_from(target), real_from(base));
	if (real_compare(course->target, stop) < 0)
		course->speed = real_negate(course->speed);
}

/* Let an axis RUN. */
static void find_run(const struct motion *motion, unsigned int axis, struct course *course,
		     const struct plan_change *change, s64 base)
{
	s64 end = change->highest;

	course->speed = real_mul(change->velocity, real_nano);
	if (course->speed.negative)
		end = change->lowest - motion->axis[axis].backlash;
	course->target = real_sub(real_from(end), real_from(base));
	if (change->run_ns && !(change->run_ns >> (PLAN_DURATION_BITS - 1)))
		course->longest_ns = real_from(change->run_ns);
}

/*
 * An axis of a stream, or one whose JERK is lower now, may accelerate so hard that by the
 * time the limit of jerk has let go of that it would be faster than @highest, per ns:
 * then only so hard, at once, that it comes to just that.
 */
static void hold_back(struct state *state, const struct limits *limits, struct real highest)
{
	struct real to_come = profile_speed_to_come(state, limits);
	struct real left = state->speed;

	if (!real_sign(limits->jerk) || !real_sign(highest) ||
	    real_compare(real_absolute(to_come), highest) <= 0)
		return;
	if (real_sign(state->acceleration) != real_sign(to_come))
		return; /* it brakes already, from more than is allowed now */
	if (to_come.negative)
		left = real_negate(left);
	left = real_mul(real_sub(highest, left), real_shift(limits->jerk, 1));
	state->acceleration = real_sqrt(real_sign(left) > 0 ? left : real_from(0));
	if (to_come.negative)
		state->acceleration = real_negate(state->acceleration);
}

/* What an axis sets out from, to where, and what it must keep to. */
struct outset {
	struct state state;
	struct limits limits;
	struct course course;
};

static void set_out(struct motion *motion, struct weave *weave, unsigned int axis,
		    const struct plan_change *change, struct outset *outset)
{
	outset->state = state_at_cut(motion, weave, axis);
	outset->limits = plan_limits(&change->axis);
	outset->limits.jerk = real_shift(outset->limits.jerk, 2 * weave->harder[axis]);
	if (weave->harder[axis] == HARDER_MAX)
		outset->limits.jerk = real_from(0);
	hold_back(&outset->state, &outset->limits,
		  real_mul(change->axis.highest, real_ratio(1, NS_PER_S)));
	outset->course = (struct course){
		.speed = outset->limits.speed,
		.longest_ns = real_shift(real_from(1), PLAN_DURATION_BITS - 1),
	};
	if (change->what == PLAN_GO)
		find_way(motion, axis, &outset->course, change, &outset->state,
			 &outset->limits, weave->base[axis]);
	else if (change->what == PLAN_RUN)
		find_run(motion, axis, &outset->course, change, weave->base[axis]);
	else
		outset->course.speed = real_from(0);
	weave->target[axis] = weave->base[axis] + real_round(outset->course.target);
}

/* Whether @profile goes beyond the soft limits @low and @high, steps, or farther beyond them. */
static bool leaves_range(const struct profile *profile, s64 low, s64 high, s64 base)
{
	/* A half less 2^-20 beyond makes no step: MIN and MAX may be as near to one. */
	const struct real margin = real_shift(real_from((1 << 19) - 1), -20);
	struct real lowest = real_sub(real_from(low - base), margin);
	struct real highest = real_add(real_from(high - base), margin);
	unsigned int i;

	for (i = 0; i < profile->count; i++) {
		const struct piece *piece = &profile->piece[i];
		struct state end = i + 1 < profile->count ?
					   piece[1].start :
					   state_after(&piece->start, piece->duration);
		bool up = real_compare(end.position, piece->start.position) > 0;

		if (up ? real_compare(end.position, highest) > 0 :
			 real_compare(end.position, lowest) < 0)
			return true;
	}
	return false;
}

/* Let @axis do as it is told, into its profile. Whether it comes to its target. */
static bool travel(struct motion *motion, struct weave *weave, unsigned int axis,
		   const struct plan_change *change, struct outset *outset)
{
	struct profile *profile = &motion->profile[axis];
	bool arrives;

	set_out(motion, weave, axis, change, outset);
	arrives = profile_travel(profile, &outset->state, &outset->course, &outset->limits);
	profile_split_turns(profile);
	return arrives;
}

static bool goes_too_far(const struct motion *motion, const struct weave *weave,
			 unsigned int axis, const struct plan_change *change)
{
	return leaves_range(&motion->profile[axis],
			    change->lowest - motion->axis[axis].backlash, change->highest,
			    weave->base[axis]);
}

/*
 * The same, and within the soft limits: the points of a stream, which know no jerk, may
 * lead so fast towards one that under JERK it would go beyond. Then that is as many times
 * higher as it takes, if anything helps.
 */
static bool travel_within(struct motion *motion, struct weave *weave, unsigned int axis,
			  const struct plan_change *change, struct outset *outset)
{
	bool arrives = travel(motion, weave, axis, change, outset);
	u8 *harder = &weave->harder[axis];

	if (!change->ranged || !real_sign(outset->limits.jerk) ||
	    !goes_too_far(motion, weave, axis, change))
		return arrives;
	*harder = HARDER_MAX;
	travel(motion, weave, axis, change, outset);
	*harder = 0;
	if (goes_too_far(motion, weave, axis, change))
		return travel(motion, weave, axis, change, outset);
	do {
		++*harder;
		arrives = travel(motion, weave, axis, change, outset);
	} while (*harder < HARDER_MAX && goes_too_far(motion, weave, axis, change));
	return arrives;
}

/*
 * What @axis does, into its profile. Those that GO are noted in @going, the @slowest
 * of them, and how long that takes in @longest_ns. 0 or -EDOM.
 */
static noinline int change_axis(struct motion *motion, struct weave *weave,
				unsigned int axis, const struct plan_change *change,
				u32 *going, unsigned int *slowest, struct real *longest_ns)
{
	struct profile *profile = &motion->profile[axis];
	struct real duration, distance;
	struct outset outset;

	if (travel_within(motion, weave, axis, change, &outset))
		weave->arriving |= 1U << axis;
	else if (change->what == PLAN_GO)
		return -EDOM;
	duration = profile_duration(profile);
	/* It is braking already, and gets there no later on its own. */
	if (change->what == PLAN_STOP && moves_on(motion, axis) &&
	    real_compare(rest_in_plan(motion, axis), duration) <= 0) {
		weave->finishing |= 1U << axis;
		return 0;
	}
	weave->profiled |= 1U << axis;
	if (!profile->count)
		return 0;
	if (!real_is_below(duration, PLAN_DURATION_BITS))
		return -EDOM;
	if (change->what != PLAN_GO)
		return 0;
	distance = real_sub(outset.course.target, outset.state.position);
	if (!real_is_below(distance, PLAN_DISTANCE_BITS))
		return -EDOM;
	*going |= 1U << axis;
	if (real_compare(duration, *longest_ns) > 0) {
		*longest_ns = duration;
		*slowest = axis;
	}
	return 0;
}

/* Let @axis, which goes to its target, take as long as the slowest that does, another one. */
static noinline void wait_for(struct motion *motion, struct weave *weave, unsigned int axis,
			      const struct plan_change *change, struct real longest_ns)
{
	struct outset outset;

	set_out(motion, weave, axis, change, &outset);
	profile_travel_in(&motion->profile[axis], &outset.state, &outset.course,
			  &outset.limits, longest_ns);
	profile_split_turns(&motion->profile[axis]);
}

int plan_change(struct motion *motion, const struct plan_change change[AXES_MAX])
{
	struct weave weave = {
		.origin_ns = motion->stage_ns,
		.move_start_ns = motion->stage_ns,
	};
	bool moves = motion_cut_moving(motion);
	struct real longest_ns = real_from(0);
	unsigned int i, slowest = 0;
	u32 going = 0;

	memcpy(weave.steps, motion->staged_steps, sizeof(weave.steps));
	if (moves)
		weave.move_start_ns = motion->pool.segment[motion->cut_segment].move_start_ns;
	for (i = 0; i < motion->axes; i++) {
		if (change[i].what == PLAN_FINISH)
			weave.finishing |= moves_on(motion, i) ? 1U << i : 0;
		else if (change_axis(motion, &weave, i, &change[i], &going, &slowest,
				     &longest_ns))
			return -EDOM;
	}
	if (moves && !weave.profiled) {
		motion_cut_at_end(motion, motion_end_of_move(motion, motion->cut_segment));
		return 0;
	}
	for (i = 0; i < motion->axes; i++)
		if (going >> i & 1 && i != slowest)
			wait_for(motion, &weave, i, &change[i], longest_ns);
	if (weave.finishing)
		set_segment(motion, &weave, motion->cut_segment);
	return stage_weave(motion, &weave);
}

bool plan_pvt_goes_on(const struct motion *motion)
{
	if (motion->staged_stream.segment != SEGMENT_NONE || motion->from)
		return true;
	/* One that is held is in no plan, and its line may have dropped it just now. */
	return motion->first != SEGMENT_NONE && motion->staged.first == SEGMENT_NONE &&
	       !motion->cut &&
	       motion->staged_end_ns == motion->stage_ns &&
	       motion->stream.segment != SEGMENT_NONE &&
	       motion->stream.end_ns >= motion->earliest_ns;
}

/*
 * Where a stream goes on: behind its last point, staged or published, or from
 * rest at the staged end.
 */
static void find_stream(struct motion *motion, struct weave *weave)
{
	struct stream *stream = &motion->staged_stream;
	unsigned int i;

	if (stream->segment != SEGMENT_NONE) {
		pool_free(&motion->pool,
			  pool_cut(&motion->pool, &motion->staged, stream->segment), SEGMENT_NONE);
	} else if (motion->from) {
		*stream = *motion->from;
		stream->end_ns = motion->staged_end_ns;
		stream->end_fraction = 0;
		motion->from = NULL;
	} else if (plan_pvt_goes_on(motion)) {
		*stream = motion->stream;
		motion->stage_ns = stream->end_ns;
		motion_cut_at_end(motion, stream->segment);
	} else {
		stream->end_ns = motion->staged_end_ns;
		stream->end_fraction = 0;
		stream->rate = real_from(1);
		memcpy(stream->steps, motion->staged_steps, sizeof(stream->steps));
		memset(stream->state, 0, sizeof(stream->state));
		for (i = 0; i < motion->axes; i++) {
			stream->state[i].position = real_from(motion->staged_steps[i]);
			stream->play[i] = motion_staged_play(motion, i);
		}
	}
	weave->origin_ns = stream->end_ns;
	weave->move_start_ns = stream->end_ns;
	memcpy(weave->steps, stream->steps, sizeof(weave->steps));
	if (stream->segment != SEGMENT_NONE)
		weave->move_start_ns = motion->pool.segment[stream->segment].move_start_ns;
}

/*
 * The point that was staged behind segment @before comes after a hold, from which the axes
 * are not yet as fast again as the points say. @mark: the segment that ends with it. 0 or
 * -ENOSPC.
 */
static noinline int slow_point(struct motion *motion, const struct plan_pvt *pvt, u16 before,
			       u16 mark, u64 move_start_ns)
{
	struct stream *stream = &motion->staged_stream;
	struct warp warp = { .motion = motion };
	unsigned int i;

	for (i = 0; i < motion->axes; i++) {
		motion->staged_steps[i] = stream->steps[i];
		warp.acceleration[i] = plan_limits(&pvt->axis[i].axis).acceleration;
	}
	motion->staged_end_ns = stream->end_ns;
	return warp_staged(&warp, before, mark, move_start_ns, stream);
}

/* The cubic from @state to @point in @duration, as the state that it begins in. */
static struct state cubic_to(const struct state *state, const struct plan_point *point,
			     s64 base, struct real duration)
{
	struct state to = {
		.position = real_sub(point->position, real_from(base)),
		.speed = real_mul(point->velocity, real_nano),
	};

	return state_towards(state, &to, duration);
}

/* Whether |@value| is beyond @limit by more than rounding may make it. */
static bool is_beyond(struct real value, struct real limit)
{
	limit = real_add(limit, real_shift(limit, -40));
	return real_compare(real_absolute(value), limit) > 0;
}

/* Whether the speed of the cubic from @from to @to is beyond @limit anywhere. */
static bool is_too_fast(const struct state *from, const struct state *to, struct real limit)
{
	struct real peak;

	if (is_beyond(to->speed, limit))
		return true;
	if (real_sign(from->acceleration) * real_sign(to->acceleration) >= 0)
		return false;
	peak = real_mul(from->acceleration, from->acceleration);
	peak = real_div(peak, real_shift(from->jerk, 1));
	return is_beyond(real_sub(from->speed, peak), limit);
}

/*
 * The law of an axis that has a point: the cubic and the stop behind it. @state
 * moves on to the point. 0 or -EDOM.
 */
static noinline int follow_point(struct profile *profile, struct state *state,
				 const struct plan_pvt *pvt, unsigned int axis, s64 base,
				 enum plan_limit *limit)
{
	const struct plan_point *point = &pvt->axis[axis];
	struct real duration = real_from(pvt->duration_ns);
	struct limits limits = plan_limits(&point->axis);
	struct state cubic = cubic_to(state, point, base, duration);

	*state = state_after(&cubic, duration);
	state->position = real_sub(point->position, real_from(base));
	state->speed = real_mul(point->velocity, real_nano);
	*limit = PLAN_LIMIT_SPEED;
	if (!pvt->accepted && is_too_fast(&cubic, state, limits.speed))
		return -EDOM;
	*limit = PLAN_LIMIT_ACCELERATION;
	if (!pvt->accepted && (is_beyond(cubic.acceleration, limits.acceleration) ||
			       is_beyond(state->acceleration, limits.acceleration)))
		return -EDOM;
	profile_add(profile, &cubic, duration);
	if (real_sign(state->speed))
		profile_add_stop(profile, state, &limits);
	profile_split_turns(profile);
	*limit = PLAN_LIMIT_RANGE;
	if (!pvt->accepted && (!real_is_below(state->position, PLAN_DISTANCE_BITS) ||
			       leaves_range(profile, point->lowest, point->highest, base)))
		return -EDOM;
	return 0;
}

/* The law of an axis without a point: a stop. @state is where that has it after @duration. */
static void stop_beside(struct profile *profile, struct state *state,
			const struct plan_axis *axis, struct real duration)
{
	struct limits limits = plan_limits(axis);
	struct real left = duration;
	unsigned int i;

	if (!real_sign(state->speed))
		return;
	profile_add_stop(profile, state, &limits);
	for (i = 0; i < profile->count; i++) {
		const struct piece *piece = &profile->piece[i];

		if (real_compare(left, piece->duration) < 0) {
			*state = state_after(&piece->start, left);
			break;
		}
		*state = state_after(&piece->start, piece->duration);
		left = real_sub(left, piece->duration);
	}
	if (i == profile->count) {
		state->speed = real_from(0);
		state->acceleration = real_from(0);
	}
	profile_split_turns(profile);
}

int plan_pvt(struct motion *motion, const struct plan_pvt *pvt, u64 *end_ns,
	     struct plan_fault *fault)
{
	struct real duration = real_from(pvt->duration_ns);
	struct weave weave = { .mark_ns = duration };
	struct stream *stream = &motion->staged_stream;
	unsigned int i;
	const struct segment *point;
	u32 fraction;
	int error = 0;
	u16 before;

	find_stream(motion, &weave);
	before = motion->staged.last;
	fraction = stream->end_fraction;
	fault->limit = PLAN_LIMIT_SPEED;
	if (motion_room(motion) < SEGMENTS_FOR_POINT)
		return -ENOSPC;
	for (i = 0; i < motion->axes && !error; i++) {
		struct profile *profile = &motion->profile[i];
		struct state *state = &stream->state[i];

		fault->axis = i;
		profile->count = 0;
		weave.base[i] = real_round(state->position);
		state->position = real_sub(state->position, real_from(weave.base[i]));
		if (!(pvt->axes >> i & 1))
			stop_beside(profile, state, &pvt->axis[i].axis, duration);
		else if (!pvt->duration_ns || pvt->duration_ns >> PLAN_DURATION_BITS)
			error = -EDOM;
		else
			error = follow_point(profile, state, pvt, i, weave.base[i], &fault->limit);
		if (profile->count)
			weave.profiled |= 1U << i;
		state->position = real_add(state->position, real_from(weave.base[i]));
	}
	if (!error)
		error = stage_weave(motion, &weave);
	if (error)
		return error;
	if (real_compare(stream->rate, real_from(1)) < 0) {
		error = slow_point(motion, pvt, before, weave.mark, weave.move_start_ns);
		if (error)
			return error;
	} else {
		stream->end_ns += pvt->duration_ns;
		stream->segment = weave.mark;
	}
	point = &motion->pool.segment[stream->segment];
	before = before == SEGMENT_NONE ? motion->staged.first : motion->pool.segment[before].next;
	if (fraction) {
		pool_shift(&motion->pool, before, 0, fraction);
		motion->staged_end_ns++;
	}
	for (i = 0; i < motion->axes; i++) {
		stream->play[i] = motion_play_along(motion, i, stream->play[i], stream->steps[i],
						    before, point->next);
		stream->steps[i] = point->cubic[i].last;
	}
	*end_ns = stream->end_ns + (stream->end_fraction != 0);
	motion->staged_end_ns = max(motion->staged_end_ns, *end_ns);
	return 0;
}
