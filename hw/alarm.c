// SPDX-License-Identifier: GPL-2.0
/*
 * Ends that nobody plans: the plan is dropped, and with it the queue.
 */
#include "alarm.h"
#include "queue.h"

void alarm_rest_on_steps(struct machine *machine, struct machine_state *state)
{
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		struct axis *axis = &state->axis[i];
		s64 steps = motion_steps(&machine->motion, i) - axis->origin;

		axis->play = motion_play(&machine->motion, i);
		axis->rest_play = axis->play;
		steps -= axis->play;
		axis->target = axis_resting_position(axis, steps, axis->rest);
		axis->rest = axis->target;
	}
}

bool alarm_halt(struct machine *machine, bool moved, u64 now_ns)
{
	bool queued = machine->state.done != machine->state.queued;
	unsigned int i;

	moved |= motion_halt(&machine->motion, now_ns);
	queue_drop(machine, ENTRY_HALTED);
	machine->state.commit_ns = 0; /* or the next move would wait for what is dropped */
	machine->state.home.axes = 0;
	if (queued || moved)
		alarm_rest_on_steps(machine, &machine->state);
	for (i = 0; moved && i < machine->names.count; i++)
		if (machine->state.axis[i].trust == TRUST_KNOWN)
			machine->state.axis[i].trust = TRUST_LOST;
	return queued || moved;
}

void alarm_drivers_off(struct machine *machine)
{
	machine->state.enabled = 0;
	motion_enable(&machine->motion, BIT(AXES_MAX) - 1, false);
}

void alarm_raise(struct machine *machine, enum machine_alarm alarm, bool moved,
		 u64 now_ns)
{
	alarm_halt(machine, moved, now_ns);
	machine->state.hold = false;
	if (machine->state.alarm < alarm)
		machine->state.alarm = alarm;
	machine->state.stops++;
	if (alarm == ALARM_ESTOP)
		alarm_drivers_off(machine);
}
