// SPDX-License-Identifier: GPL-2.0
/*
 * The plan and the edges made from it. Segments are linked by index, so that a
 * publish only redirects one link under the lock, whatever the lengths. What
 * the segments hold is the planner's affair.
 */
#include "motion.h"

/* pins->set() calls in one motion_run(). */
#define SETS_MAX 16
/* Edges this close leave in one, if both are due. */
#define TOGETHER_NS 1000

static void lock(const struct motion *motion)
{
	motion->pins->lock(motion->pins);
}

static void unlock(const struct motion *motion)
{
	motion->pins->unlock(motion->pins);
}

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
	for (i = 0; i < SEGMENTS_MAX; i++)
		motion->segment[i].next = i + 1 < SEGMENTS_MAX ? i + 1 : SEGMENT_NONE;
	motion->free_count = SEGMENTS_MAX;
	motion->first = SEGMENT_NONE;
	motion->last = SEGMENT_NONE;
	motion->staged_first = SEGMENT_NONE;
	motion->staged_last = SEGMENT_NONE;
	motion->stream.segment = SEGMENT_NONE;
	motion->accepted.segment = SEGMENT_NONE;
	motion->held.first = SEGMENT_NONE;
	motion->path = SEGMENT_NONE;
	motion->linked = SEGMENT_NONE;
}

void motion_set_timing(struct motion *motion, unsigned int axis,
		       const struct pulse_timing *timing)
{
	struct pulse *pulse = &motion->axis[axis].pulse;

	lock(motion);
	if (pulse->timing.invert != timing->invert)
		pulse->dir_known = false;
	pulse->timing = *timing;
	/* The same line may have published a move; its first edge is another now. */
	if (pulse->step)
		pulse_step(pulse, pulse->step_ns, pulse->up, pulse->slack_ns,
			   motion->run_ns);
	motion->pins->rearm(motion->pins);
	unlock(motion);
}

void motion_set_backlash(struct motion *motion, unsigned int axis, s64 backlash, s64 play)
{
	lock(motion);
	motion->axis[axis].backlash = backlash;
	motion->axis[axis].play = play;
	unlock(motion);
}

u8 motion_phase(struct motion *motion, unsigned int axis)
{
	u8 phase;

	lock(motion);
	phase = motion->axis[axis].pulse.phase;
	unlock(motion);
	return phase;
}

void motion_set_phase(struct motion *motion, unsigned int axis, u8 phase)
{
	lock(motion);
	pulse_set_phase(&motion->axis[axis].pulse, phase);
	unlock(motion);
}

void motion_enable(struct motion *motion, u32 axes, bool on)
{
	u64 lines = 0, levels = 0, high;
	unsigned int i;

	lock(motion);
	for (i = 0; i < motion->axes; i++) {
		if (!(axes >> i & 1))
			continue;
		lines |= pulse_enable_lines(&motion->axis[i].pulse, i, &high);
		levels |= high;
	}
	motion->pins->set(motion->pins, lines, on ? levels : 0);
	unlock(motion);
}

/* Plan time of the real time @now_ns. Under the lock. */
static u64 plan_ns(const struct motion *motion, u64 now_ns)
{
	return now_ns > motion->slip_ns ? now_ns - motion->slip_ns : 0;
}

/* Give back the chain of segments that begins with @index. */
static void free_segments(struct motion *motion, u16 index)
{
	while (index != SEGMENT_NONE) {
		u16 next = motion->segment[index].next;

		motion->segment[index].next = motion->free;
		motion->free = index;
		motion->free_count++;
		index = next;
	}
}

void motion_free_up_to(struct motion *motion, u16 first, u16 end)
{
	while (first != end) {
		u16 next = motion->segment[first].next;

		motion->segment[first].next = SEGMENT_NONE;
		free_segments(motion, first);
		first = next;
	}
}

bool motion_holds(const struct motion *motion)
{
	return motion->held.first != SEGMENT_NONE;
}

void motion_drop_held(struct motion *motion)
{
	free_segments(motion, motion->held.first);
	motion->held.first = SEGMENT_NONE;
}

void motion_shift(struct motion *motion, u16 first, u64 later_ns, u32 later_fraction)
{
	struct segment *segment;

	for (; first != SEGMENT_NONE; first = segment->next) {
		segment = &motion->segment[first];
		segment->start_fraction += later_fraction;
		segment->start_ns += later_ns + (segment->start_fraction < later_fraction);
		segment->move_start_ns += later_ns;
	}
}

void motion_link_held(struct motion *motion, u16 first, u64 later_ns, u32 later_fraction)
{
	motion->linked = first;
	motion->linked_behind = motion->staged_last;
	motion->linked_ns = later_ns;
	motion->linked_fraction = later_fraction;
	motion_shift(motion, first, later_ns, later_fraction);
	if (motion->staged_last == SEGMENT_NONE)
		motion->staged_first = first;
	else
		motion->segment[motion->staged_last].next = first;
	motion->staged_last = motion->held.last;
}

/* It is not to be: what is held is held again. */
static void unlink_held(struct motion *motion)
{
	if (motion->linked == SEGMENT_NONE)
		return;
	/* 2^-32 ns less is a whole one less, and that fraction short of it more */
	motion_shift(motion, motion->linked,
		     -motion->linked_ns - (motion->linked_fraction != 0),
		     -motion->linked_fraction);
	if (motion->linked_behind == SEGMENT_NONE)
		motion->staged_first = SEGMENT_NONE;
	else
		motion->segment[motion->linked_behind].next = SEGMENT_NONE;
	motion->staged_last = motion->linked_behind;
	motion->linked = SEGMENT_NONE;
}

/* What was linked is published. */
static void release_linked(struct motion *motion)
{
	motion_free_up_to(motion, motion->held.first, motion->linked);
	motion->held.first = SEGMENT_NONE;
	motion->linked = SEGMENT_NONE;
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

	lock(motion);
	now = plan_ns(motion, now_ns);
	halts = motion->halts;
	for (i = 0; i < motion->axes; i++)
		used[i] = motion->axis[i].stepgen.segment;
	unlock(motion);

	if (halts != motion->halts_seen) {
		motion->halts_seen = halts;
		free_segments(motion, motion->first);
		motion->first = SEGMENT_NONE;
		motion->stream.segment = SEGMENT_NONE;
		unlink_held(motion);
		motion_drop_held(motion);
	}
	/* A cut refers to segments until it is published. */
	while (motion->first != SEGMENT_NONE && !motion->cut) {
		struct segment *segment = &motion->segment[motion->first];
		u16 next = segment->next;

		for (i = 0; i < motion->axes && used[i] != motion->first; i++)
			;
		if (i < motion->axes || segment_end_ns(segment) > now)
			break;
		segment->next = SEGMENT_NONE;
		free_segments(motion, motion->first);
		motion->first = next;
	}
	if (motion->first == SEGMENT_NONE)
		motion->last = SEGMENT_NONE;
	return now;
}

/* When the next edge of an auxiliary line is due, or U64_MAX. Under the lock. */
static u64 next_output_ns(const struct motion *motion)
{
	const struct outputs *outputs = &motion->outputs;

	if (outputs->first == outputs->end)
		return U64_MAX;
	return outputs->output[outputs->first].at_ns;
}

/* Whether all is over at plan time @now_ns. Under the lock. */
static bool is_idle(const struct motion *motion, u64 now_ns)
{
	unsigned int i;

	for (i = 0; i < motion->axes; i++)
		if (motion->axis[i].pulse.edge != PULSE_NONE)
			return false;
	return motion->end_ns <= now_ns && motion->outputs.first == motion->outputs.end;
}

/* At rest, let plan time be real time again. Under the lock. */
static void end_slip(struct motion *motion, u64 now_ns)
{
	unsigned int i;

	for (i = 0; i < motion->axes; i++)
		pulse_slip(&motion->axis[i].pulse, -(s64)motion->slip_ns, now_ns);
	motion->run_ns += motion->slip_ns;
	motion->end_ns += motion->slip_ns;
	motion->slip_ns = 0;
}

static void begin_stage(struct motion *motion)
{
	motion->staged_first = SEGMENT_NONE;
	motion->staged_last = SEGMENT_NONE;
	motion->stage_halts = motion->halts_seen;
	motion->staged_end_ns = motion->stage_ns;
	motion->cut = false;
	motion->cut_outputs = OUTPUTS_KEEP;
	motion->staged_stream.segment = SEGMENT_NONE;
	motion->from = NULL;
	motion->staged_outputs.first = 0;
	motion->staged_outputs.end = 0;
	motion->path = SEGMENT_NONE;
	motion->resumes = false;
}

void motion_stage(struct motion *motion, u64 now_ns)
{
	unsigned int i;

	collect(motion, now_ns);
	lock(motion);
	if (is_idle(motion, plan_ns(motion, now_ns)))
		end_slip(motion, now_ns);
	motion->earliest_ns = plan_ns(motion, now_ns) + MOTION_LEAD_NS;
	motion->stage_ns = max(motion->end_ns, motion->earliest_ns);
	for (i = 0; i < motion->axes; i++)
		motion->staged_steps[i] = motion->axis[i].steps;
	unlock(motion);
	if (motion->last != SEGMENT_NONE)
		for (i = 0; i < motion->axes; i++)
			motion->staged_steps[i] =
				motion->segment[motion->last].cubic[i].last;
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
	while (index != SEGMENT_NONE && has_begun(&motion->segment[index], ns)) {
		*before = found;
		found = index;
		index = motion->segment[index].next;
	}
	return found;
}

/* Where the axes are when the plan ends at the cut. */
static void find_cut_steps(struct motion *motion)
{
	const struct segment *cut = &motion->segment[motion->cut_segment];
	const struct segment *before = NULL;
	unsigned int i;

	if (motion->cut_before != SEGMENT_NONE)
		before = &motion->segment[motion->cut_before];
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
				motion->segment[motion->first].cubic[i].base;
	} else {
		motion->cut_u = segment_u(&motion->segment[cut], motion->stage_ns);
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
	segment = &motion->segment[motion->cut_segment];
	return !segment->at_rest || motion->cut_u < segment->end;
}

u16 motion_end_of_move(const struct motion *motion, u16 index)
{
	while (!motion->segment[index].at_rest)
		index = motion->segment[index].next;
	return index;
}

void motion_cut_at_end(struct motion *motion, u16 index)
{
	const struct segment *segment = &motion->segment[index];
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
	u16 index = motion->free;
	struct segment *segment;

	if (index == SEGMENT_NONE)
		return NULL;
	segment = &motion->segment[index];
	motion->free = segment->next;
	motion->free_count--;
	segment->next = SEGMENT_NONE;
	if (motion->staged_first == SEGMENT_NONE)
		motion->staged_first = index;
	else
		motion->segment[motion->staged_last].next = index;
	motion->staged_last = index;
	motion->staged_stream.segment = SEGMENT_NONE;
	return segment;
}

u16 motion_take_behind(struct motion *motion, u16 index)
{
	u16 *link = index == SEGMENT_NONE ? &motion->staged_first : &motion->segment[index].next;
	u16 first = *link;

	*link = SEGMENT_NONE;
	motion->staged_last = index;
	return first;
}

void motion_drop_behind(struct motion *motion, u16 index)
{
	free_segments(motion, motion_take_behind(motion, index));
}

u16 motion_begin_hold(struct motion *motion)
{
	u16 index = motion->free;

	if (index == SEGMENT_NONE)
		return SEGMENT_NONE;
	motion->free = motion->segment[index].next;
	motion->free_count--;
	motion->segment[index] = motion->segment[motion->cut_segment];
	motion->path = index;
	return index;
}

/* What was dropped is published to be: keep what is held of it. */
static void keep_held(struct motion *motion)
{
	u16 *end;

	motion->held = motion->staged_held;
	motion_free_up_to(motion, motion->path, motion->held.first);
	motion->path = SEGMENT_NONE;
	if (!motion_holds(motion))
		return;
	end = &motion->segment[motion->held.last].next;
	free_segments(motion, *end);
	*end = SEGMENT_NONE;
}

void motion_stage_rest(struct motion *motion, u64 until_ns)
{
	if (until_ns <= motion->staged_end_ns)
		return;
	motion->staged_end_ns = until_ns;
	motion->staged_stream.segment = SEGMENT_NONE;
}

/* Put @output in its place, behind those of the same time. */
static void insert_output(struct outputs *outputs, const struct output *output)
{
	unsigned int i = outputs->end++;

	for (; i > outputs->first && outputs->output[i - 1].at_ns > output->at_ns; i--)
		outputs->output[i] = outputs->output[i - 1];
	outputs->output[i] = *output;
}

int motion_stage_output(struct motion *motion, u64 at_ns, u32 lines, u32 levels)
{
	const struct output output = { at_ns, lines, levels };
	const struct outputs *outputs = &motion->outputs;
	unsigned int pending;

	lock(motion);
	pending = outputs->end - outputs->first;
	unlock(motion);
	/* one more, as a cut may add an edge */
	if (pending + motion->staged_outputs.end + 1 >= OUTPUTS_MAX)
		return -ENOSPC;
	insert_output(&motion->staged_outputs, &output);
	return 0;
}

/* Let the staged outputs follow those that the cut leaves. Under the lock. */
static void link_outputs(struct motion *motion)
{
	struct outputs *outputs = &motion->outputs;
	struct output fall = { motion->stage_ns, motion->outputs_high, 0 };
	unsigned int i, from = outputs->first;

	outputs->first = 0;
	for (i = 0; from < outputs->end; from++) {
		struct output output = outputs->output[from];

		if (motion->cut_outputs != OUTPUTS_KEEP && output.at_ns >= motion->stage_ns)
			break;
		outputs->output[i++] = output;
		fall.lines = (fall.lines & ~output.lines) | output.levels;
	}
	outputs->end = i;
	if (motion->cut_outputs == OUTPUTS_FALL && fall.lines)
		insert_output(outputs, &fall);
	for (i = 0; i < motion->staged_outputs.end; i++)
		insert_output(outputs, &motion->staged_outputs.output[i]);
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
	for (; first != end; first = motion->segment[first].next)
		go_on(&way, motion->segment[first].cubic[axis].last);
	return way.play;
}

s64 motion_staged_play(struct motion *motion, unsigned int axis)
{
	u16 cut = motion->cut ? motion->cut_segment : SEGMENT_NONE;
	struct way way = { .backlash = motion->axis[axis].backlash };
	u16 index;

	if (!way.backlash)
		return 0;
	lock(motion);
	way.play = motion->axis[axis].play;
	way.steps = motion->axis[axis].steps;
	index = motion->axis[axis].stepgen.segment;
	unlock(motion);

	if (motion->cut && (cut == SEGMENT_NONE || (index != SEGMENT_NONE &&
						    motion->segment[index].start_ns >=
							    motion->segment[cut].start_ns)))
		index = cut; /* it looks for its next step beyond already */
	for (; index != SEGMENT_NONE && index != cut; index = motion->segment[index].next)
		go_on(&way, motion->segment[index].cubic[axis].last);
	if (index != SEGMENT_NONE)
		go_on(&way, motion->cut_steps[axis]);
	for (index = motion->staged_first; index != SEGMENT_NONE;
	     index = motion->segment[index].next)
		go_on(&way, motion->segment[index].cubic[axis].last);
	return way.play;
}

void motion_abandon(struct motion *motion)
{
	unlink_held(motion);
	if (motion->path != SEGMENT_NONE) {
		motion->segment[motion->path].next = SEGMENT_NONE;
		free_segments(motion, motion->path);
		motion->path = SEGMENT_NONE;
	}
	free_segments(motion, motion->staged_first);
	motion->staged_first = SEGMENT_NONE;
	motion->staged_last = SEGMENT_NONE;
	motion->staged_outputs.end = 0;
	motion->cut = false;
}

/* Look for the axis's next step. Under the lock. */
static void find_step(struct motion *motion, struct motion_axis *axis, u64 now_ns)
{
	u64 step_ns;
	bool up;

	if (stepgen_next(&axis->stepgen, motion->segment, &step_ns, &up))
		pulse_step(&axis->pulse, step_ns, up, U64_MAX, now_ns);
	else
		pulse_no_step(&axis->pulse, now_ns);
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
		segment = &motion->segment[after];
		dropped = segment->next;
		segment->next = motion->staged_first;
	}
	if (motion->cut && segment) {
		segment->at_rest = motion->staged_first == SEGMENT_NONE ||
				   (segment->at_rest && motion->cut_u == segment->end);
		segment->end = motion->cut_u;
		for (i = 0; i < motion->axes; i++)
			segment->cubic[i].last = motion->cut_steps[i];
	}
	for (i = 0; i < motion->axes; i++) {
		struct motion_axis *axis = &motion->axis[i];
		u16 at = axis->stepgen.segment;

		if (at == SEGMENT_NONE || !segment)
			at = motion->cut && segment ? after : motion->staged_first;
		else if (motion->cut &&
			 motion->segment[at].start_ns >= segment->start_ns)
			at = after;
		else
			continue;
		stepgen_start(&axis->stepgen, at, axis->steps);
		find_step(motion, axis, now_ns);
	}
	return dropped;
}

int motion_publish(struct motion *motion, u64 now_ns)
{
	u16 dropped;
	u64 now;

	lock(motion);
	now = plan_ns(motion, now_ns);
	if (motion->halts != motion->stage_halts || now >= motion->stage_ns ||
	    motion->run_ns >= motion->stage_ns) {
		unlock(motion);
		return -EAGAIN;
	}
	dropped = link_staged(motion, now);
	link_outputs(motion);
	motion->end_ns = motion->staged_end_ns;
	motion->pins->rearm(motion->pins);
	unlock(motion);

	if (motion->cut || motion->staged_end_ns > motion->stage_ns)
		motion->stream = motion->staged_stream;
	if (motion->resumes)
		release_linked(motion);
	if (motion->cut || motion->first == SEGMENT_NONE) {
		if (motion->path != SEGMENT_NONE)
			keep_held(motion);
		else
			free_segments(motion, dropped);
		motion->last = motion->cut ? motion->cut_segment : SEGMENT_NONE;
		if (motion->last == SEGMENT_NONE)
			motion->first = motion->staged_first;
	}
	if (motion->staged_last != SEGMENT_NONE)
		motion->last = motion->staged_last;
	motion->staged_first = SEGMENT_NONE;
	motion->staged_last = SEGMENT_NONE;
	motion->cut = false;
	return 0;
}

/* Drop the plan at plan time @now. Returns whether an axis was moving. Under the lock. */
static bool drop_plan(struct motion *motion, u64 now)
{
	bool moving = false;
	unsigned int i;

	for (i = 0; i < motion->axes; i++) {
		struct motion_axis *axis = &motion->axis[i];
		u16 segment = axis->stepgen.segment;

		if (axis->pulse.high ||
		    (axis->pulse.step &&
		     motion->segment[segment].move_start_ns <= now))
			moving = true;
		stepgen_start(&axis->stepgen, SEGMENT_NONE, axis->steps);
		pulse_no_step(&axis->pulse, now);
	}
	if (motion->outputs_high)
		motion->pins->set(motion->pins, motion->outputs_high, 0);
	motion->outputs_high = 0;
	motion->outputs.end = motion->outputs.first;
	motion->end_ns = min(motion->end_ns, now);
	motion->halts++;
	return moving;
}

bool motion_halt(struct motion *motion, u64 now_ns)
{
	bool moving;

	lock(motion);
	moving = drop_plan(motion, plan_ns(motion, now_ns));
	motion->pins->rearm(motion->pins);
	unlock(motion);
	return moving;
}

void motion_block(struct motion *motion, u32 down, u32 up)
{
	motion->blocked[0] = down;
	motion->blocked[1] = up;
}

bool motion_idle(struct motion *motion, u64 now_ns)
{
	bool idle;

	lock(motion);
	idle = is_idle(motion, plan_ns(motion, now_ns));
	unlock(motion);
	return idle;
}

u64 motion_end_ns(struct motion *motion)
{
	u64 end_ns;

	lock(motion);
	end_ns = motion->end_ns + motion->slip_ns;
	unlock(motion);
	return end_ns;
}

bool motion_passed(struct motion *motion, u64 plan_time_ns, u64 now_ns)
{
	bool passed;
	unsigned int i;

	lock(motion);
	passed = plan_time_ns <= plan_ns(motion, now_ns);
	for (i = 0; i < motion->axes; i++)
		if (motion->axis[i].pulse.latest_ns <= plan_time_ns)
			passed = false;
	if (next_output_ns(motion) <= plan_time_ns)
		passed = false;
	unlock(motion);
	return passed;
}

u64 motion_real_ns(struct motion *motion, u64 plan_time_ns)
{
	u64 ns;

	lock(motion);
	ns = plan_time_ns + motion->slip_ns;
	unlock(motion);
	return ns;
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
		return real_from(motion->segment[motion->first].cubic[axis].base);
	segment = &motion->segment[index];
	u = segment_u(segment, now);
	if (segment->at_rest && u == segment->end)
		return real_from(segment->cubic[axis].last);
	state = segment_state(segment, axis, u);
	return real_add(state.position, real_from(segment->cubic[axis].base));
}

s64 motion_steps(struct motion *motion, unsigned int axis)
{
	s64 steps;

	lock(motion);
	steps = motion->axis[axis].steps;
	unlock(motion);
	return steps;
}

s64 motion_play(struct motion *motion, unsigned int axis)
{
	s64 play;

	lock(motion);
	play = motion->axis[axis].play;
	unlock(motion);
	return play;
}

bool motion_went_down(struct motion *motion, unsigned int axis)
{
	const struct pulse *pulse = &motion->axis[axis].pulse;
	bool down;

	lock(motion);
	down = pulse->dir_known && !pulse->dir_up;
	unlock(motion);
	return down;
}

struct motion_lateness motion_lateness(struct motion *motion)
{
	struct motion_lateness lateness;

	lock(motion);
	lateness = motion->lateness;
	unlock(motion);
	return lateness;
}

const struct segment *motion_next_segment(const struct motion *motion,
					  const struct segment *segment)
{
	u16 next = segment ? segment->next : motion->first;

	if (next == SEGMENT_NONE || motion->halts != motion->halts_seen)
		return NULL;
	return &motion->segment[next];
}

unsigned int motion_room(const struct motion *motion)
{
	return motion->free_count - min_t(u16, motion->free_count, SEGMENTS_FOR_STOP);
}

/*
 * A step was emitted at plan time @now_ns; find the axis's next. Returns by how
 * much the plan has to slip.
 *
 * A step that is late by up to a quarter of the interval to the next one is
 * jitter, and the next is due when it always was: the interval between them is
 * then at least three quarters of the planned one, the speed at most 4/3. What
 * is more than that all of the plan waits for, all axes alike, so that they stay
 * on their path. Lateness counts from when the pulse rules let the step rise had
 * every edge been served in time: what the rules cost is no lateness.
 */
static u64 advance(struct motion *motion, struct motion_axis *axis, u64 now_ns)
{
	struct pulse *pulse = &axis->pulse;
	u64 late = now_ns - min(now_ns, pulse->planned_ns);
	u64 step_ns, slack;
	bool up;

	motion_count_step(axis, pulse->up);
	motion->lateness.max_ns = max(motion->lateness.max_ns, late);
	if (!stepgen_next(&axis->stepgen, motion->segment, &step_ns, &up))
		return 0;
	slack = (step_ns - min(step_ns, pulse->step_ns)) / 4;
	pulse_step(pulse, step_ns, up, slack, now_ns);
	return late - min(late, slack);
}

/* What was planned is @slip later; next steps of the axes in @stepped are as if found now. */
static void slip_plan(struct motion *motion, u64 slip, u32 stepped, u64 now_ns)
{
	unsigned int i;

	motion->slip_ns += slip;
	motion->lateness.slip_ns += slip;
	for (i = 0; i < motion->axes; i++) {
		struct pulse *pulse = &motion->axis[i].pulse;

		pulse_slip(pulse, slip, now_ns - slip);
		if (stepped >> i & 1 && pulse->step)
			pulse_step(pulse, pulse->step_ns, pulse->up,
				   pulse->slack_ns, now_ns - slip);
	}
}

/*
 * Take the edges of the axes in @edges into account, which were emitted at plan
 * time @now_ns. A fall or a change of DIR so late that the next rise will be
 * late lets the plan slip at once: else the other axes would be ahead by then.
 */
static void after_edges(struct motion *motion, u32 edges, u64 now_ns)
{
	u64 slip = 0, excess;
	u32 stepped = 0;
	unsigned int i;

	for (i = 0; i < motion->axes; i++) {
		struct motion_axis *axis = &motion->axis[i];
		bool step = axis->pulse.edge == PULSE_STEP;

		if (!(edges >> i & 1))
			continue;
		pulse_served(&axis->pulse, now_ns);
		if (step) {
			stepped |= 1U << i;
			excess = advance(motion, axis, now_ns);
		} else {
			excess = pulse_excess(&axis->pulse);
		}
		motion->lateness.late_edges += excess > 0;
		slip = max(slip, excess);
	}
	if (unlikely(slip))
		slip_plan(motion, slip, stepped, now_ns);
}

/*
 * When edges are to leave next, or U64_MAX. Falls wait for an edge that does not, if
 * one comes soon enough for all of them.
 */
static u64 first_due(const struct motion *motion)
{
	u64 due_ns = next_output_ns(motion), fall_ns = U64_MAX, latest_ns = U64_MAX;
	unsigned int i;

	for (i = 0; i < motion->axes; i++) {
		const struct pulse *pulse = &motion->axis[i].pulse;

		if (pulse->edge == PULSE_FALL) {
			fall_ns = min(fall_ns, pulse->due_ns);
			latest_ns = min(latest_ns, pulse->latest_ns);
		} else {
			due_ns = min(due_ns, pulse->due_ns);
		}
	}
	return due_ns <= latest_ns ? due_ns : min(due_ns, fall_ns);
}

static bool step_is_blocked(const struct motion *motion, unsigned int axis)
{
	const struct pulse *pulse = &motion->axis[axis].pulse;

	return pulse->edge == PULSE_STEP && motion->blocked[pulse->up] >> axis & 1;
}

/*
 * Emit the edge that is due first, at @due_ns, and what is due together with it. When
 * late, not all that is overdue: the plan may slip now, and then the rest is early.
 * Returns the axes whose edges they were, a bit each, and one for outputs.
 */
static u32 emit_edges(struct motion *motion, u64 due_ns, u64 now_ns)
{
	u64 lines = 0, levels = 0, falls = 0, high;
	u32 edges = 0;
	unsigned int i;

	now_ns = min(now_ns, due_ns + TOGETHER_NS);
	for (i = 0; i < motion->axes; i++) {
		const struct pulse *pulse = &motion->axis[i].pulse;

		if (pulse->due_ns > now_ns)
			continue;
		if (step_is_blocked(motion, i)) {
			motion->tripped = true;
			drop_plan(motion, now_ns);
			return 0;
		}
		edges |= 1U << i;
		if (pulse->edge == PULSE_FALL) {
			falls |= PIN_STEP(i);
			continue;
		}
		lines |= pulse_lines(pulse, i, &high);
		levels |= high;
	}
	while (next_output_ns(motion) <= now_ns) {
		const struct output *output = &motion->outputs.output[motion->outputs.first];

		if (lines & output->lines) /* not two edges in one */
			break;
		lines |= output->lines;
		levels |= output->levels;
		motion->outputs_high = (motion->outputs_high & ~output->lines) | output->levels;
		motion->outputs.first++;
		edges |= 1U << AXES_MAX;
	}
	if (lines)
		motion->pins->set(motion->pins, lines, levels);
	/* Behind them: nothing depends on when a pulse falls, and one line is set faster. */
	if (falls)
		motion->pins->set(motion->pins, falls, 0);
	return edges;
}

u64 motion_run(struct motion *motion, u64 now_ns)
{
	u64 due_ns = first_due(motion), now = plan_ns(motion, now_ns);
	unsigned int i;

	for (i = 0; due_ns <= now && i < SETS_MAX; i++) {
		after_edges(motion, emit_edges(motion, due_ns, now), now);
		due_ns = first_due(motion);
		now = plan_ns(motion, now_ns);
	}
	/* After a slip: the edges behind it are to come, and may be cut. */
	motion->run_ns = max(motion->run_ns, now);
	return due_ns == U64_MAX ? U64_MAX : due_ns + motion->slip_ns;
}
