// SPDX-License-Identifier: GPL-2.0
/*
 * The commands that act at once: they stop, hold and set. What reaches the axes
 * (HALT, driver outputs) is noted in the transaction and happens when the whole
 * line is good.
 */
#include "alarm.h"
#include "switches.h"
#include "transaction.h"

int command_IS(struct transaction *line, const struct command *command)
{
	struct machine *machine = line->machine;
	unsigned int i;

	if (!transaction_rests(line))
		return error_set(line->report, EBUSY, command->column,
				 "IS needs the axes at rest");
	for (i = 0; i < machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];

		if (!(command->axes & BIT(i)))
			continue;
		if (transaction_convert(line, i, &command->value[i],
					&axis->target))
			return -EINVAL;
		axis_set_origin(axis, motion_steps(&machine->motion, i), axis->target,
				axis->play);
		axis->trust = TRUST_KNOWN;
	}
	return 0;
}

/*
 * Stage that @axes slow down from the hand-over on, in place of the plan, and are held if
 * this is a PAUSE: on the path, if all that moves stops, else each for itself; what goes on
 * then comes to rest where its present move ends. 0, -EAGAIN, or -ENOSPC for a stream that
 * cannot be held.
 */
static int stage_stop(struct transaction *line, u32 axes)
{
	struct machine *machine = line->machine;
	struct plan_change *change = machine->asked.change;
	unsigned int i;
	int error;

	memset(change, 0, sizeof(machine->asked.change));
	motion_stage_cut(&machine->motion, line->now_ns);
	line->moved = true;
	line->held_ns = motion_staged_end_ns(&machine->motion);
	if (line->paused) {
		error = queue_hold_stream(machine, &machine->state, &line->held_ns);
		if (error != -ENOENT)
			return error;
	}
	error = queue_stop(machine, line->state, axes, line->now_ns);
	if (error != -ENOENT || !motion_cut_moving(&machine->motion))
		return error == -EAGAIN ? error : 0;
	for (i = 0; i < machine->names.count; i++) {
		const struct axis *axis = &line->state->axis[i];

		change[i].what = axes & BIT(i) ? PLAN_STOP : PLAN_FINISH;
		change[i].axis = axis_limits_in_motion(axis, axis->setting[SETTING_MAXSPEED]);
		transaction_range(line, i, &change[i]);
	}
	return plan_change(&machine->motion, change) ? -EAGAIN : 0;
}

int command_STOP(struct transaction *line, const struct command *command)
{
	struct machine *machine = line->machine;
	u32 axes = command->axes ? command->axes : BIT(AXES_MAX) - 1;
	s64 speed[AXES_MAX];
	unsigned int i;
	int error;

	transaction_unstage(line);
	/* HOME ends as a whole: nobody would look for the switches of the others. */
	if (line->state->home.axes)
		axes = BIT(AXES_MAX) - 1;
	line->state->stops++;
	line->acknowledged = true;
	for (i = 0; i < machine->names.count; i++)
		axis_forget_target(&line->state->axis[i]);
	if (!transaction_moves(line))
		return 0;
	error = stage_stop(line, axes);
	if (error)
		return error;
	for (i = 0; i < machine->names.count; i++)
		speed[i] = transaction_present_speed(line, i);
	/* For a hold it is nothing that is left to do, unless some axes go on. */
	transaction_fill_entry(line, axes == BIT(AXES_MAX) - 1 ? ENTRY_STOP : ENTRY_NOW, speed);
	transaction_replace(line);
	return 0;
}

int command_HALT(struct transaction *line, const struct command *command)
{
	line->halt = true;
	transaction_unstage(line);
	if (line->unknown) /* for now: there may be more steps until it takes effect */
		alarm_rest_on_steps(line->machine, line->state);
	line->acknowledged = true;
	if (!line->state->alarm)
		line->state->alarm = ALARM_HALTED;
	line->state->stops++;
	return 0;
}

int command_RESET(struct transaction *line, const struct command *command)
{
	if (line->state->alarm == ALARM_ESTOP &&
	    switches_active(line->machine) & SWITCH_ESTOP)
		return error_set(line->report, EBUSY, command->column,
				 "the emergency stop is still pressed");
	line->state->alarm = ALARM_NONE;
	line->acknowledged = true;
	return 0;
}

int command_SYNC(struct transaction *line, const struct command *command)
{
	if (line->state->alarm && !line->halt)
		return error_set(line->report, ESHUTDOWN, command->column,
				 "alarm %s", machine_alarm_names[line->state->alarm]);
	if (!line->acknowledged)
		return error_set(line->report, ECANCELED, command->column,
				 "stopped");
	line->sync = transaction_moves(line);
	if (line->nonblocking && line->sync)
		return -EAGAIN;
	if (line->state->alarm && line->unknown)
		line->sync = true; /* what the HALT ends was not done */
	line->sync_number = line->state->queued;
	return 0;
}

/* The axes named, or all. */
static u32 axes_of(const struct transaction *line, const struct command *command)
{
	return command->axes ? command->axes :
			       BIT(line->machine->names.count) - 1;
}

int command_ENABLE(struct transaction *line, const struct command *command)
{
	transaction_enable(line, axes_of(line, command));
	return 0;
}

int command_RELEASE(struct transaction *line, const struct command *command)
{
	u32 axes = axes_of(line, command);

	if (transaction_moves(line))
		return error_set(line->report, EBUSY, command->column,
				 "RELEASE needs the axes at rest");
	line->state->enabled &= ~axes;
	line->release |= axes;
	line->enable &= ~axes;
	return 0;
}

/* All that the line has queued, points among it, was to move axes at rest: RESUME plans it. */
static void hold_at_rest(struct transaction *line)
{
	u32 number;

	line->state->hold = true;
	line->checks = true;
	line->state->planned = line->state->done;
	line->state->commit_ns = line->machine->state.commit_ns;
	for (number = line->state->done + 1; number != line->state->queued + 1; number++)
		machine_entry(line->machine, number)->end_ns = U64_MAX;
}

/* Stop on the path; what is left of it is planned anew by RESUME. */
int command_PAUSE(struct transaction *line, const struct command *command)
{
	struct machine *machine = line->machine;
	int error = 0;

	if (line->state->hold)
		return 0;
	if (line->halt) { /* nothing is left to hold but what is written from now on */
		line->state->hold = true;
		return 0;
	}
	if (line->points && !line->stopped && machine->state.queued == machine->state.done) {
		hold_at_rest(line);
		return 0;
	}
	if (line->points)
		return error_set(line->report, EBUSY, command->column,
				 "PAUSE after a point needs a line of its own while axes move");
	line->state->hold = true;
	/* It is held already, though RESUME was said since. */
	if (!line->stopped && (machine->state.hold || motion_holds(&machine->motion)))
		return 0;
	motion_abandon(&machine->motion);
	line->moved = false;
	line->paused = true;
	if (machine->state.queued != machine->state.done)
		error = stage_stop(line, BIT(AXES_MAX) - 1);
	/* RESUME plans anew whatever is queued, and begins anew with a HOME. */
	line->state->home.axes = 0;
	line->state->planned = line->state->done;
	line->state->commit_ns = motion_staged_end_ns(&machine->motion);
	if (error == -ENOSPC)
		return error_set(line->report, EBUSY, command->column,
				 "this PVT stream turns too often to be held: STOP ends it");
	return error;
}

int command_RESUME(struct transaction *line, const struct command *command)
{
	line->state->hold = false;
	return 0;
}
