// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of a step pulse. The rise is when the step is due and all else gives
 * way to it: DIR changes no later than DIRSETUP before, but not earlier than
 * DIRHOLD after the last fall. Where the rules leave no room the rise is later.
 * And the order of phases, for motors that are driven without a chip that knows it.
 */
#include "pulse.h"

/*
 * A pulse may be longer than STEPLEN, so that its fall leaves with an edge of another
 * axis and costs no wake-up of its own: by so much at most …
 */
#define FALL_WAIT_NS 100000
/* … and so that what comes after it is on time even if it leaves so much late. */
#define FALL_SPARE_NS 3000

/* Which phases are on, A in bit 0; full steps are those with two, for the torque. */
static const u8 half_steps[] = { 1, 3, 2, 6, 4, 12, 8, 9 };

static const char *const drive_names[] = {
	[DRIVE_STEP_DIR] = "step-dir",
	[DRIVE_BOTH_EDGES] = "both-edges",
	[DRIVE_FULL_STEPS] = "full-steps",
	[DRIVE_HALF_STEPS] = "half-steps",
};

int drive_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(drive_names); i++)
		if (!strcmp(drive_names[i], name))
			return i;
	return -EINVAL;
}

static bool has_phases(enum drive drive)
{
	return drive == DRIVE_FULL_STEPS || drive == DRIVE_HALF_STEPS;
}

u64 drive_pins(enum drive drive, unsigned int axis)
{
	if (has_phases(drive))
		return PIN_PHASE(axis, 0) * (BIT(PHASES) - 1);
	return PIN_STEP(axis) | PIN_DIR(axis);
}

void pulse_init(struct pulse *pulse)
{
	memset(pulse, 0, sizeof(*pulse));
	pulse->due_ns = U64_MAX;
	pulse->latest_ns = U64_MAX;
}

void pulse_set_phase(struct pulse *pulse, u8 phase)
{
	/* The level of STEP tells the phase otherwise, and that is what it is. */
	if (has_phases(pulse->timing.drive))
		pulse->phase = phase;
}

u32 pulse_interval_ns(const struct pulse_timing *timing)
{
	if (timing->drive == DRIVE_STEP_DIR)
		return timing->steplen_ns + timing->stepspace_ns;
	return max(timing->steplen_ns, timing->stepspace_ns);
}

static bool dir_must_change(const struct pulse *pulse)
{
	return !has_phases(pulse->timing.drive) &&
	       (!pulse->dir_known || pulse->dir_up != pulse->up);
}

/* When DIR is to change for the next step. */
static u64 dir_due(const struct pulse *pulse, u64 now_ns)
{
	u64 setup = min_t(u64, pulse->timing.dirsetup_ns, pulse->step_ns);

	return max(max(pulse->step_ns - setup, now_ns),
		   pulse->fall_ns + pulse->timing.dirhold_ns);
}

/* When the step is to leave if DIR changed, or will, at @dir_ns. */
static u64 step_due(const struct pulse *pulse, u64 dir_ns)
{
	u32 space_ns = pulse->timing.stepspace_ns;

	if (pulse->timing.drive != DRIVE_STEP_DIR)
		space_ns = pulse_interval_ns(&pulse->timing);
	return max(max(pulse->step_ns, dir_ns + pulse->timing.dirsetup_ns),
		   pulse->fall_ns + space_ns);
}

/* Until when the fall may wait. Behind the last step it does not. */
static u64 fall_latest(const struct pulse *pulse)
{
	const struct pulse_timing *timing = &pulse->timing;
	u64 before_ns = timing->stepspace_ns;

	if (!pulse->step)
		return pulse->fall_ns;
	if (dir_must_change(pulse))
		before_ns = max(before_ns, (u64)timing->dirsetup_ns + timing->dirhold_ns);
	before_ns += FALL_SPARE_NS;
	if (pulse->step_ns < pulse->fall_ns + before_ns)
		return pulse->fall_ns;
	return min(pulse->step_ns - before_ns, pulse->fall_ns + FALL_WAIT_NS);
}

static void schedule(struct pulse *pulse, u64 now_ns)
{
	if (pulse->high) {
		pulse->edge = PULSE_FALL;
		pulse->due_ns = pulse->fall_ns;
		pulse->latest_ns = fall_latest(pulse);
		return;
	}
	if (!pulse->step) {
		pulse->edge = PULSE_NONE;
		pulse->due_ns = U64_MAX;
	} else if (dir_must_change(pulse)) {
		pulse->edge = PULSE_DIR;
		pulse->due_ns = dir_due(pulse, now_ns);
	} else {
		pulse->edge = PULSE_STEP;
		pulse->due_ns = step_due(pulse, pulse->dir_ns);
	}
	pulse->latest_ns = pulse->due_ns;
}

/* By how much the step that is to come will be late, by edges before it that were. */
static u64 lateness(const struct pulse *pulse)
{
	u64 step_ns = pulse->due_ns;

	if (pulse->edge == PULSE_DIR)
		step_ns = step_due(pulse, pulse->due_ns);
	else if (pulse->edge != PULSE_STEP)
		return 0;
	return step_ns - min(step_ns, pulse->planned_ns);
}

void pulse_step(struct pulse *pulse, u64 step_ns, bool up, u64 slack_ns,
		u64 now_ns)
{
	u64 late_ns = lateness(pulse); /* in place of a step that was to come */

	pulse->step = true;
	pulse->step_ns = step_ns;
	pulse->up = up;
	pulse->slack_ns = slack_ns;
	if (dir_must_change(pulse))
		pulse->planned_ns = step_due(pulse, dir_due(pulse, now_ns));
	else
		pulse->planned_ns = step_due(pulse, pulse->dir_ns);
	pulse->planned_ns -= min(late_ns, pulse->planned_ns - step_ns);
	schedule(pulse, now_ns);
}

void pulse_no_step(struct pulse *pulse, u64 now_ns)
{
	pulse->step = false;
	schedule(pulse, now_ns);
}

static bool forward(const struct pulse *pulse)
{
	return pulse->up != pulse->timing.invert;
}

/* The lines that are high at @phase, where that is what a step is told by. */
static u64 levels_at(const struct pulse *pulse, u8 phase, unsigned int axis)
{
	switch (pulse->timing.drive) {
	case DRIVE_BOTH_EDGES:
		return phase & 1 ? PIN_STEP(axis) : 0;
	case DRIVE_FULL_STEPS:
		phase = 2 * phase + 1;
		fallthrough;
	case DRIVE_HALF_STEPS:
		return PIN_PHASE(axis, 0) * half_steps[phase % ARRAY_SIZE(half_steps)];
	default:
		return 0;
	}
}

static u8 next_phase(const struct pulse *pulse)
{
	return pulse->phase + (forward(pulse) ? 1 : -1);
}

u64 pulse_lines(const struct pulse *pulse, unsigned int axis, u64 *levels)
{
	u64 lines;

	if (pulse->edge == PULSE_DIR) {
		*levels = forward(pulse) ? PIN_DIR(axis) : 0;
		return PIN_DIR(axis);
	}
	if (pulse->timing.drive == DRIVE_STEP_DIR) {
		*levels = pulse->edge == PULSE_STEP ? PIN_STEP(axis) : 0;
		return PIN_STEP(axis);
	}
	*levels = levels_at(pulse, next_phase(pulse), axis);
	lines = *levels ^ levels_at(pulse, pulse->phase, axis);
	*levels &= lines;
	return lines;
}

u64 pulse_enable_lines(const struct pulse *pulse, unsigned int axis, u64 *levels)
{
	*levels = PIN_ENABLE(axis);
	if (!has_phases(pulse->timing.drive))
		return PIN_ENABLE(axis);
	*levels |= levels_at(pulse, pulse->phase, axis);
	return PIN_ENABLE(axis) | drive_pins(pulse->timing.drive, axis);
}

void pulse_served(struct pulse *pulse, u64 now_ns)
{
	switch (pulse->edge) {
	case PULSE_NONE:
		return;
	case PULSE_FALL:
		pulse->high = false;
		pulse->fall_ns = now_ns;
		break;
	case PULSE_DIR:
		pulse->dir_known = true;
		pulse->dir_up = pulse->up;
		pulse->dir_ns = now_ns;
		break;
	case PULSE_STEP:
		pulse->phase = next_phase(pulse);
		/* also where there is no DIR to tell it */
		pulse->dir_known = true;
		pulse->dir_up = pulse->up;
		pulse->high = pulse->timing.drive == DRIVE_STEP_DIR;
		pulse->fall_ns = now_ns + (pulse->high ? pulse->timing.steplen_ns : 0);
		pulse->step = false;
		break;
	}
	schedule(pulse, now_ns);
}

u64 pulse_excess(const struct pulse *pulse)
{
	u64 late_ns = lateness(pulse);

	return late_ns - min(late_ns, pulse->slack_ns);
}

void pulse_slip(struct pulse *pulse, s64 ns, u64 now_ns)
{
	/* In the beginning, 0, nothing has happened yet. */
	if (ns < 0 || pulse->fall_ns > (u64)ns)
		pulse->fall_ns -= ns;
	if (ns < 0 || pulse->dir_ns > (u64)ns)
		pulse->dir_ns -= ns;
	schedule(pulse, now_ns);
}
