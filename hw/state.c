// SPDX-License-Identifier: GPL-2.0
/*
 * The machine as it stands: what the rooms above read of it.
 */
#include "state.h"

enum machine_mode machine_mode(struct machine *machine, const struct machine_state *state)
{
	if (state->alarm)
		return MODE_ALARM;
	if (state->hold)
		return MODE_HOLD;
	if (state->done == state->queued)
		return MODE_IDLE;
	return machine_entry(machine, state->done + 1)->kind == ENTRY_HOME ? MODE_HOMING : MODE_RUN;
}

const char *const machine_mode_names[] = {
	[MODE_IDLE] = "IDLE",
	[MODE_RUN] = "RUN",
	[MODE_HOLD] = "HOLD",
	[MODE_HOMING] = "HOMING",
	[MODE_ALARM] = "ALARM",
};

const char *const machine_alarm_names[] = {
	[ALARM_NONE] = "",
	[ALARM_HALTED] = "HALTED",
	[ALARM_HOME] = "HOME",
	[ALARM_LIMIT] = "LIMIT",
	[ALARM_ESTOP] = "ESTOP",
};

void machine_lower_rate(const struct machine *machine, const struct axis *axis,
			struct real *rate)
{
	u64 highest = axis_pulse_rate(axis);

	if (machine->highest_rate)
		highest = min_t(u64, highest, machine->highest_rate);
	if (real_compare(*rate, real_from(highest)) > 0)
		*rate = real_from(highest);
}

s64 machine_position(struct machine *machine, const struct machine_state *state,
		     unsigned int axis, u64 now_ns)
{
	const struct axis *settings = &state->axis[axis];
	s64 play = motion_play(&machine->motion, axis);
	struct real steps;

	if (state->done == state->queued)
		return settings->target;
	steps = motion_position(&machine->motion, axis, now_ns);
	if (play && play != -axis_backlash(settings)) /* the load stands still */
		steps = real_from(motion_steps(&machine->motion, axis));
	steps = real_sub(steps, real_from(settings->origin + play));
	/* Where the last entry left it. */
	if (!real_compare(steps, real_from(axis_steps(settings, settings->rest))))
		return settings->rest;
	return axis_micro(settings, steps);
}
