// SPDX-License-Identifier: GPL-2.0
/*
 * The edge side of motion: what the timer interrupt does, and what others see and set
 * of it under the lock. It follows the published segments and asks nobody for more.
 */
#include "edges.h"

/* pins->set() calls in one motion_run(). */
#define SETS_MAX 16
/* Edges this close leave in one, if both are due. */
#define TOGETHER_NS 1000

/* Whether all is over at plan time @now_ns. Under the lock. */
static bool is_idle(const struct motion *motion, u64 now_ns)
{
	unsigned int i;

	for (i = 0; i < motion->axes; i++)
		if (motion->axis[i].pulse.edge != PULSE_NONE)
			return false;
	return motion->end_ns <= now_ns && !outputs_pending(&motion->outputs);
}

void edges_end_slip(struct motion *motion, u64 now_ns)
{
	unsigned int i;

	if (!is_idle(motion, edges_plan_ns(motion, now_ns)))
		return;
	for (i = 0; i < motion->axes; i++)
		pulse_slip(&motion->axis[i].pulse, -(s64)motion->slip_ns, now_ns);
	motion->run_ns += motion->slip_ns;
	motion->end_ns += motion->slip_ns;
	motion->slip_ns = 0;
}

void motion_set_timing(struct motion *motion, unsigned int axis,
		       const struct pulse_timing *timing)
{
	struct pulse *pulse = &motion->axis[axis].pulse;

	motion_lock(motion);
	if (pulse->timing.invert != timing->invert)
		pulse->dir_known = false;
	pulse->timing = *timing;
	/* The same line may have published a move; its first edge is another now. */
	if (pulse->step)
		pulse_step(pulse, pulse->step_ns, pulse->up, pulse->slack_ns,
			   motion->run_ns);
	motion->pins->rearm(motion->pins);
	motion_unlock(motion);
}

void motion_set_backlash(struct motion *motion, unsigned int axis, s64 backlash, s64 play)
{
	motion_lock(motion);
	motion->axis[axis].backlash = backlash;
	motion->axis[axis].play = play;
	motion_unlock(motion);
}

u8 motion_phase(struct motion *motion, unsigned int axis)
{
	u8 phase;

	motion_lock(motion);
	phase = motion->axis[axis].pulse.phase;
	motion_unlock(motion);
	return phase;
}

void motion_set_phase(struct motion *motion, unsigned int axis, u8 phase)
{
	motion_lock(motion);
	pulse_set_phase(&motion->axis[axis].pulse, phase);
	motion_unlock(motion);
}

void motion_enable(struct motion *motion, u32 axes, bool on)
{
	u64 lines = 0, levels = 0, high;
	unsigned int i;

	motion_lock(motion);
	for (i = 0; i < motion->axes; i++) {
		if (!(axes >> i & 1))
			continue;
		lines |= pulse_enable_lines(&motion->axis[i].pulse, i, &high);
		levels |= high;
	}
	motion->pins->set(motion->pins, lines, on ? levels : 0);
	motion_unlock(motion);
}

void edges_start(struct motion *motion, unsigned int i, u16 segment, u64 now_ns)
{
	struct motion_axis *axis = &motion->axis[i];
	u64 step_ns;
	bool up;

	stepgen_start(&axis->stepgen, segment, axis->steps);
	if (stepgen_next(&axis->stepgen, motion->pool.segment, &step_ns, &up))
		pulse_step(&axis->pulse, step_ns, up, U64_MAX, now_ns);
	else
		pulse_no_step(&axis->pulse, now_ns);
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
		     motion->pool.segment[segment].move_start_ns <= now))
			moving = true;
		stepgen_start(&axis->stepgen, SEGMENT_NONE, axis->steps);
		pulse_no_step(&axis->pulse, now);
	}
	if (motion->outputs.high)
		motion->pins->set(motion->pins, motion->outputs.high, 0);
	motion->outputs.high = 0;
	outputs_drop(&motion->outputs);
	motion->end_ns = min(motion->end_ns, now);
	motion->halts++;
	return moving;
}

bool motion_halt(struct motion *motion, u64 now_ns)
{
	bool moving;

	motion_lock(motion);
	moving = drop_plan(motion, edges_plan_ns(motion, now_ns));
	motion->pins->rearm(motion->pins);
	motion_unlock(motion);
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

	motion_lock(motion);
	idle = is_idle(motion, edges_plan_ns(motion, now_ns));
	motion_unlock(motion);
	return idle;
}

u64 motion_end_ns(struct motion *motion)
{
	u64 end_ns;

	motion_lock(motion);
	end_ns = motion->end_ns + motion->slip_ns;
	motion_unlock(motion);
	return end_ns;
}

bool motion_passed(struct motion *motion, u64 plan_time_ns, u64 now_ns)
{
	bool passed;
	unsigned int i;

	motion_lock(motion);
	passed = plan_time_ns <= edges_plan_ns(motion, now_ns);
	for (i = 0; i < motion->axes; i++)
		if (motion->axis[i].pulse.latest_ns <= plan_time_ns)
			passed = false;
	if (outputs_next_ns(&motion->outputs) <= plan_time_ns)
		passed = false;
	motion_unlock(motion);
	return passed;
}

u64 motion_real_ns(struct motion *motion, u64 plan_time_ns)
{
	u64 ns;

	motion_lock(motion);
	ns = plan_time_ns + motion->slip_ns;
	motion_unlock(motion);
	return ns;
}

s64 motion_steps(struct motion *motion, unsigned int axis)
{
	s64 steps;

	motion_lock(motion);
	steps = motion->axis[axis].steps;
	motion_unlock(motion);
	return steps;
}

s64 motion_play(struct motion *motion, unsigned int axis)
{
	s64 play;

	motion_lock(motion);
	play = motion->axis[axis].play;
	motion_unlock(motion);
	return play;
}

bool motion_went_down(struct motion *motion, unsigned int axis)
{
	const struct pulse *pulse = &motion->axis[axis].pulse;
	bool down;

	motion_lock(motion);
	down = pulse->dir_known && !pulse->dir_up;
	motion_unlock(motion);
	return down;
}

struct motion_lateness motion_lateness(struct motion *motion)
{
	struct motion_lateness lateness;

	motion_lock(motion);
	lateness = motion->lateness;
	motion_unlock(motion);
	return lateness;
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
	if (!stepgen_next(&axis->stepgen, motion->pool.segment, &step_ns, &up))
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
	u64 due_ns = outputs_next_ns(&motion->outputs), fall_ns = U64_MAX, latest_ns = U64_MAX;
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
 * Returns the axes whose edges they were, a bit each.
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
	while (outputs_next_ns(&motion->outputs) <= now_ns) {
		const struct output *output = outputs_take(&motion->outputs, lines);

		if (!output) /* not two edges in one */
			break;
		lines |= output->lines;
		levels |= output->levels;
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
	u64 due_ns = first_due(motion), now = edges_plan_ns(motion, now_ns);
	unsigned int i;

	for (i = 0; due_ns <= now && i < SETS_MAX; i++) {
		after_edges(motion, emit_edges(motion, due_ns, now), now);
		due_ns = first_due(motion);
		now = edges_plan_ns(motion, now_ns);
	}
	/* After a slip: the edges behind it are to come, and may be cut. */
	motion->run_ns = max(motion->run_ns, now);
	return due_ns == U64_MAX ? U64_MAX : due_ns + motion->slip_ns;
}
