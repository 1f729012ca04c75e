// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of a step pulse. The rise is when the step is due and all else gives
 * way to it: DIR changes no later than DIRSETUP before, but not earlier than
 * DIRHOLD after the last fall. Where the rules leave no room the rise is later.
 */
#include "pulse.h"

void pulse_init(struct pulse *pulse)
{
	memset(pulse, 0, sizeof(*pulse));
	pulse->due_ns = U64_MAX;
}

static bool dir_must_change(const struct pulse *pulse)
{
	return !pulse->dir_known || pulse->dir_up != pulse->up;
}

/* When DIR is to change for the next step. */
static u64 dir_due(const struct pulse *pulse, u64 now_ns)
{
	u64 setup = min_t(u64, pulse->timing.dirsetup_ns, pulse->step_ns);

	return max(max(pulse->step_ns - setup, now_ns),
		   pulse->fall_ns + pulse->timing.dirhold_ns);
}

/* When STEP is to rise if DIR changed, or will, at @dir_ns. */
static u64 rise_due(const struct pulse *pulse, u64 dir_ns)
{
	return max(max(pulse->step_ns, dir_ns + pulse->timing.dirsetup_ns),
		   pulse->fall_ns + pulse->timing.stepspace_ns);
}

static void schedule(struct pulse *pulse, u64 now_ns)
{
	if (pulse->high) {
		pulse->edge = PULSE_FALL;
		pulse->due_ns = pulse->fall_ns;
	} else if (!pulse->step) {
		pulse->edge = PULSE_NONE;
		pulse->due_ns = U64_MAX;
	} else if (dir_must_change(pulse)) {
		pulse->edge = PULSE_DIR;
		pulse->due_ns = dir_due(pulse, now_ns);
	} else {
		pulse->edge = PULSE_RISE;
		pulse->due_ns = rise_due(pulse, pulse->dir_ns);
	}
}

void pulse_step(struct pulse *pulse, u64 step_ns, bool up, u64 slack_ns,
		u64 now_ns)
{
	pulse->step = true;
	pulse->step_ns = step_ns;
	pulse->up = up;
	pulse->slack_ns = slack_ns;
	if (dir_must_change(pulse))
		pulse->planned_ns = rise_due(pulse, dir_due(pulse, now_ns));
	else
		pulse->planned_ns = rise_due(pulse, pulse->dir_ns);
	schedule(pulse, now_ns);
}

void pulse_no_step(struct pulse *pulse, u64 now_ns)
{
	pulse->step = false;
	schedule(pulse, now_ns);
}

bool pulse_level(const struct pulse *pulse)
{
	if (pulse->edge == PULSE_DIR)
		return pulse->up != pulse->timing.invert;
	return pulse->edge == PULSE_RISE;
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
	case PULSE_RISE:
		pulse->high = true;
		pulse->fall_ns = now_ns + pulse->timing.steplen_ns;
		pulse->step = false;
		break;
	}
	schedule(pulse, now_ns);
}

u64 pulse_excess(const struct pulse *pulse)
{
	u64 rise_ns = pulse->due_ns;

	if (pulse->edge == PULSE_DIR)
		rise_ns = rise_due(pulse, pulse->due_ns);
	else if (pulse->edge != PULSE_RISE)
		return 0;
	rise_ns -= min(rise_ns, pulse->planned_ns);
	return rise_ns - min(rise_ns, pulse->slack_ns);
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
