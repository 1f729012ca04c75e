// SPDX-License-Identifier: GPL-2.0
/*
 * The plan: segments are staged, and published in one instant. They are linked by
 * index, so that a publish only redirects one link under the lock, whatever the
 * lengths. What the segments hold is the planner's affair.
 */
#include "edges.h"

void motion_init(struct motion *motion, unsigned int axes, struct pins *pins)
{
	unsigned int i;

	memset(motion, 0, sizeof(*motion));
	motion->pins = pins;
	motion->axes = axes;
	for (i = 0; i < AXES_MAX; i++) {
		motion->axis[i].stepgen.axis = i;
		stepgen_start(&motion->axis[i].stepgen, SEGMENT_NONE, 0);
		pulse_init(&motion->axis[i].pulse);
	}
	pool_init(&motion->pool);
	hold_init(&motion->hold);
	motion->first = SEGMENT_NONE;
	motion->last = SEGMENT_NONE;
	motion->staged.first = SEGMENT_NONE;
	motion->staged.last = SEGMENT_NONE;
	motion->stream.segment = SEGMENT_NONE;
	motion->accepted.segment = SEGMENT_NONE;
}

/*
 * Give back the segments that are over and that the edge side has left. It only
 * ever goes forward, so what it has left when looked at under the lock it does
 * not come back to. Returns the plan time.
 */
static u64 collect(struct motion *motion, u64 now_ns)
{
	u16 used[AXES_MAX];
	unsigned int i;
	u32 halts;
	u64 now;

	motion_lock(motion);
	now = edges_plan_ns(motion, now_ns);
	halts = motion->halts;
	for (i = 0; i < motion->axes; i++)
		used[i] = motion->axis[i].stepgen.segment;
	motion_unlock(motion);

	if (halts != motion->halts_seen) {
		motion->halts_seen = halts;
		pool_free(&motion->pool, motion->first, SEGMENT_NONE);
		motion->first = SEGMENT_NONE;
		motion->stream.segment = SEGMENT_NONE;
		hold_abandon(&motion->hold, &motion->pool, &motion->staged);
		hold_drop(&motion->hold, &motion->pool);
	}
	/* A cut refers to segments until it is published. */
	while (motion->first != SEGMENT_NONE && !motion->cut) {
		struct segment *segment = &motion->pool.segment[motion->first];
		u16 next = segment->next;

		for (i = 0; i < motion->axes && used[i] != motion->first; i++)
			;
		if (i < motion->axes || segment_end_ns(segment) > now)
			break;
		pool_free(&motion->pool, motion->first, next);
		motion->first = next;
	}
	if (motion->first == SEGMENT_NONE)
		motion->last = SEGMENT_NONE;
	return now;
}

static void begin_stage(struct motion *motion)
{
	motion->staged.first = SEGMENT_NONE;
	motion->staged.last = SEGMENT_NONE;
	motion->stage_halts = motion->halts_seen;
	motion->staged_end_ns = motion->stage_ns;
	motion->cut = false;
	motion->cut_outputs = OUTPUTS_KEEP;
	motion->staged_stream.segment = SEGMENT_NONE;
	motion->from = NULL;
	motion->staged_outputs.first = 0;
	motion->staged_outputs.end = 0;
	motion->hold.path = SEGMENT_NONE;
	motion->hold.resumes = false;
}

void motion_stage(struct motion *motion, u64 now_ns)
{
	unsigned int i;

	collect(motion, now_ns);
	motion_lock(motion);
	edges_end_slip(motion, now_ns);
	motion->earliest_ns = edges_plan_ns(motion, now_ns) + MOTION_LEAD_NS;
	motion->stage_ns = max(motion->end_ns, motion->earliest_ns);
	for (i = 0; i < motion->axes; i++)
		motion->staged_steps[i] = motion->axis[i].steps;
	motion_unlock(motion);
	if (motion->last != SEGMENT_NONE)
		for (i = 0; i < motion->axes; i++)
			motion->staged_steps[i] =
				motion->pool.segment[motion->last].cubic[i].last;
	begin_stage(motion);
}

static bool has_begun(const struct segment *segment, u64 ns)
{
	return segment->start_ns < ns || (segment->start_ns == ns && !segment->start_fraction);
}

/* The segment that plan time @ns falls in or after, and the one before that. */
static u16 find_segment(const struct motion *motion, u64 ns, u16 *before)
{
	u16 found = SEGMENT_NONE;
	u16 index = motion->first;

	*before = SEGMENT_NONE;
	while (index != SEGMENT_NONE && has_begun(&motion->pool.segment[index], ns)) {
		*before = found;
		found = index;
		index = motion->pool.segment[index].next;
	}
	return found;
}

/* Where the axes are when the plan ends at the cut. */
static void find_cut_steps(struct motion *motion)
{
	const struct segment *cut = &motion->pool.segment[motion->cut_segment];
	const struct segment *before = NULL;
	unsigned int i;

	if (motion->cut_before != SEGMENT_NONE)
		before = &motion->pool.segment[motion->cut_before];
	for (i = 0; i < motion->axes; i++) {
		s64 at_end = cut->cubic[i].last;
		bool up = at_end > segment_steps(cut, i, 0, true, S64_MIN);
		s64 steps = up ? S64_MIN : S64_MAX;

		if (before) {
			steps = before->cubic[i].last;
			up = at_end > steps;
		}
		steps = segment_steps(cut, i, motion->cut_u, up, steps);
		motion->cut_steps[i] = up ? min(steps, at_end) : max(steps, at_end);
	}
}

/* Let what is staged take the place of the plan from @cut_ns on. */
static void cut_at(struct motion *motion, u64 cut_ns)
{
	unsigned int i;
	u16 cut;

	motion->stage_ns = cut_ns;
	begin_stage(motion);
	if (motion->first == SEGMENT_NONE)
		return;
	cut = find_segment(motion, motion->stage_ns, &motion->cut_before);
	motion->cut = true;
	motion->cut_segment = cut;
	if (cut == SEGMENT_NONE) { /* all of the plan is still to come */
		for (i = 0; i < motion->axes; i++)
			motion->cut_steps[i] =
				motion->pool.segment[motion->first].cubic[i].base;
	} else {
		motion->cut_u = segment_u(&motion->pool.segment[cut], motion->stage_ns);
		find_cut_steps(motion);
	}
	memcpy(motion->staged_steps, motion->cut_steps, sizeof(motion->cut_steps));
}

void motion_stage_cut(struct motion *motion, u64 now_ns)
{
	motion_stage_cut_after(motion, now_ns, 0);
}

void motion_stage_cut_after(struct motion *motion, u64 now_ns, u64 delay_ns)
{
	motion_stage(motion, now_ns);
	cut_at(motion, motion->earliest_ns - MOTION_LEAD_NS + MOTION_HANDOVER_NS + delay_ns);
	motion->cut_outputs = OUTPUTS_FALL;
}

void motion_stage_cut_at(struct motion *motion, u64 now_ns, u64 cut_ns)
{
	motion_stage(motion, now_ns);
	cut_at(motion, max(cut_ns, motion->earliest_ns));
}

bool motion_cut_moving(const struct motion *motion)
{
	const struct segment *segment;

	if (!motion->cut || motion->cut_segment == SEGMENT_NONE)
		return false;
	segment = &motion->pool.segment[motion->cut_segment];
	return !segment->at_rest || motion->cut_u < segment->end;
}

u16 motion_end_of_move(const struct motion *motion, u16 index)
{
	while (!motion->pool.segment[index].at_rest)
		index = motion->pool.segment[index].next;
	return index;
}

void motion_cut_at_end(struct motion *motion, u16 index)
{
	const struct segment *segment = &motion->pool.segment[index];
	unsigned int i;

	motion->cut = true;
	motion->cut_segment = index;
	motion->cut_u = segment->end;
	for (i = 0; i < motion->axes; i++) {
		motion->cut_steps[i] = segment->cubic[i].last;
		motion->staged_steps[i] = segment->cubic[i].last;
	}
	motion->staged_end_ns = max(motion->stage_ns, segment_end_ns(segment));
}

struct segment *motion_append(struct motion *motion)
{
	u16 index = pool_take(&motion->pool);

	if (index == SEGMENT_NONE)
		return NULL;
	pool_link(&motion->pool, &motion->staged, index, index);
	motion->staged_stream.segment = SEGMENT_NONE;
	return &motion->pool.segment[index];
}

void motion_stage_rest(struct motion *motion, u64 until_ns)
{
	if (until_ns <= motion->staged_end_ns)
		return;
	motion->staged_end_ns = until_ns;
	motion->staged_stream.segment = SEGMENT_NONE;
}

int motion_stage_output(struct motion *motion, u64 at_ns, u32 lines, u32 levels)
{
	const struct output output = { at_ns, lines, levels };
	unsigned int pending;

	motion_lock(motion);
	pending = outputs_pending(&motion->outputs);
	motion_unlock(motion);
	/* one more, as a cut may add an edge */
	if (pending + motion->staged_outputs.end + 1 >= OUTPUTS_MAX)
		return -ENOSPC;
	outputs_insert(&motion->staged_outputs, &output);
	return 0;
}

u64 motion_staged_end_ns(const struct motion *motion)
{
	return motion->staged_end_ns;
}

s64 motion_staged_steps(const struct motion *motion, unsigned int axis)
{
	return motion->staged_steps[axis];
}

/* A way in the play: on from @play and @steps, one way to the step @to. */
struct way {
	s64 backlash;
	s64 play;
	s64 steps;
};

static void go_on(struct way *way, s64 to)
{
	way->play = clamp_t(s64, way->play + to - way->steps, -way->backlash, 0);
	way->steps = to;
}

s64 motion_play_along(const struct motion *motion, unsigned int axis, s64 play, s64 steps,
		      u16 first, u16 end)
{
	struct way way = { motion->axis[axis].backlash, play, steps };

	if (!way.backlash)
		return 0;
	for (; first != end; first = motion->pool.segment[first].next)
		go_on(&way, motion->pool.segment[first].cubic[axis].last);
	return way.play;
}

s64 motion_staged_play(struct motion *motion, unsigned int axis)
{
	u16 cut = motion->cut ? motion->cut_segment : SEGMENT_NONE;
	struct way way = { .backlash = motion->axis[axis].backlash };
	u16 index;

	if (!way.backlash)
		return 0;
	motion_lock(motion);
	way.play = motion->axis[axis].play;
	way.steps = motion->axis[axis].steps;
	index = motion->axis[axis].stepgen.segment;
	motion_unlock(motion);

	if (motion->cut && (cut == SEGMENT_NONE || (index != SEGMENT_NONE &&
						    motion->pool.segment[index].start_ns >=
							    motion->pool.segment[cut].start_ns)))
		index = cut; /* it looks for its next step beyond already */
	for (; index != SEGMENT_NONE && index != cut; index = motion->pool.segment[index].next)
		go_on(&way, motion->pool.segment[index].cubic[axis].last);
	if (index != SEGMENT_NONE)
		go_on(&way, motion->cut_steps[axis]);
	for (index = motion->staged.first; index != SEGMENT_NONE;
	     index = motion->pool.segment[index].next)
		go_on(&way, motion->pool.segment[index].cubic[axis].last);
	return way.play;
}

void motion_abandon(struct motion *motion)
{
	hold_abandon(&motion->hold, &motion->pool, &motion->staged);
	pool_free(&motion->pool, motion->staged.first, SEGMENT_NONE);
	motion->staged.first = SEGMENT_NONE;
	motion->staged.last = SEGMENT_NONE;
	motion->staged_outputs.end = 0;
	motion->cut = false;
}

/*
 * End the published plan at the cut and let what is staged follow. Steps that
 * were found beyond the cut but not emitted are looked for anew. Under the lock.
 * Returns the first of the segments that fell away.
 */
static u16 link_staged(struct motion *motion, u64 now_ns)
{
	u16 after = motion->cut ? motion->cut_segment : motion->last;
	u16 dropped = SEGMENT_NONE;
	struct segment *segment = NULL;
	unsigned int i;

	if (after == SEGMENT_NONE) {
		dropped = motion->first;
	} else {
		segment = &motion->pool.segment[after];
		dropped = segment->next;
		segment->next = motion->staged.first;
	}
	if (motion->cut && segment) {
		segment->at_rest = motion->staged.first == SEGMENT_NONE ||
				   (segment->at_rest && motion->cut_u == segment->end);
		segment->end = motion->cut_u;
		for (i = 0; i < motion->axes; i++)
			segment->cubic[i].last = motion->cut_steps[i];
	}
	for (i = 0; i < motion->axes; i++) {
		u16 at = motion->axis[i].stepgen.segment;

		if (at == SEGMENT_NONE || !segment)
			at = motion->cut && segment ? after : motion->staged.first;
		else if (motion->cut &&
			 motion->pool.segment[at].start_ns >= segment->start_ns)
			at = after;
		else
			continue;
		edges_start(motion, i, at, now_ns);
	}
	return dropped;
}

int motion_publish(struct motion *motion, u64 now_ns)
{
	u16 dropped;
	u64 now;

	motion_lock(motion);
	now = edges_plan_ns(motion, now_ns);
	if (motion->halts != motion->stage_halts || now >= motion->stage_ns ||
	    motion->run_ns >= motion->stage_ns) {
		motion_unlock(motion);
		return -EAGAIN;
	}
	dropped = link_staged(motion, now);
	outputs_link(&motion->outputs, &motion->staged_outputs, motion->cut_outputs,
		     motion->stage_ns);
	motion->end_ns = motion->staged_end_ns;
	motion->pins->rearm(motion->pins);
	motion_unlock(motion);

	/* One that is held is in no plan: nothing has to take its place for it to be over. */
	if (motion->cut || motion->staged_end_ns > motion->stage_ns ||
	    motion->first == SEGMENT_NONE)
		motion->stream = motion->staged_stream;
	if (motion->hold.resumes)
		hold_release(&motion->hold, &motion->pool);
	if (motion->cut || motion->first == SEGMENT_NONE) {
		if (motion->hold.path != SEGMENT_NONE)
			hold_keep(&motion->hold, &motion->pool);
		else
			pool_free(&motion->pool, dropped, SEGMENT_NONE);
		motion->last = motion->cut ? motion->cut_segment : SEGMENT_NONE;
		if (motion->last == SEGMENT_NONE)
			motion->first = motion->staged.first;
	}
	if (motion->staged.last != SEGMENT_NONE)
		motion->last = motion->staged.last;
	motion->staged.first = SEGMENT_NONE;
	motion->staged.last = SEGMENT_NONE;
	motion->cut = false;
	return 0;
}

struct real motion_position(struct motion *motion, unsigned int axis, u64 now_ns)
{
	u64 now = collect(motion, now_ns);
	const struct segment *segment;
	u16 index, before;
	struct state state;
	s64 u;

	if (motion->first == SEGMENT_NONE)
		return real_from(motion_steps(motion, axis));
	index = find_segment(motion, now, &before);
	if (index == SEGMENT_NONE)
		return real_from(motion->pool.segment[motion->first].cubic[axis].base);
	segment = &motion->pool.segment[index];
	u = segment_u(segment, now);
	if (segment->at_rest && u == segment->end)
		return real_from(segment->cubic[axis].last);
	state = segment_state(segment, axis, u);
	return real_add(state.position, real_from(segment->cubic[axis].base));
}

const struct segment *motion_next_segment(const struct motion *motion,
					  const struct segment *segment)
{
	u16 next = segment ? segment->next : motion->first;

	if (next == SEGMENT_NONE || motion->halts != motion->halts_seen)
		return NULL;
	return &motion->pool.segment[next];
}

unsigned int motion_room(const struct motion *motion)
{
	return motion->pool.free_count - min_t(u16, motion->pool.free_count, SEGMENTS_FOR_STOP);
}
