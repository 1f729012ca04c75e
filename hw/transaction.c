// SPDX-License-Identifier: GPL-2.0
/*
 * What the commands of a line share: whether it may move anything, what its numbers
 * mean for an axis, and its places in the queue. How a line takes effect is in
 * machine.c.
 */
#include "transaction.h"

int transaction_allowed(struct transaction *line, const struct command *command)
{
	if (line->state->alarm)
		return error_set(line->report, ESHUTDOWN, command->column,
				 "alarm %s: RESET first",
				 machine_alarm_names[line->state->alarm]);
	if (!line->acknowledged)
		return error_set(line->report, ECANCELED, command->column,
				 "stopped: open the device anew, or RESET");
	return 0;
}

int transaction_room(struct transaction *line, const struct command *command)
{
	int error = transaction_allowed(line, command);

	if (!error && (line->behind || line->state->queued - line->state->done >= QUEUE_MAX))
		error = -EAGAIN;
	return error;
}

int transaction_convert(struct transaction *line, unsigned int i,
			const struct quantity *quantity, s64 *micro)
{
	const struct axis *axis = &line->state->axis[i];

	if (!axis_convert(axis, quantity, micro))
		return 0;
	return error_set(line->report, EINVAL, quantity->column,
			 "%s is in %s, not in %s", line->machine->names.name[i],
			 unit_name(axis->setting[SETTING_UNIT]),
			 unit_name(quantity->unit));
}

int transaction_report_unknown(struct transaction *line, const struct command *command)
{
	return error_set(line->report, EBUSY, command->column,
			 "HALT needs a line of its own before BY, IN and SAVE while axes move");
}

int transaction_target(struct transaction *line, const struct command *command,
		       unsigned int i)
{
	const struct quantity *value = &command->value[i];
	struct axis *axis = &line->state->axis[i];
	s64 lowest = axis->setting[SETTING_MIN];
	s64 highest = axis->setting[SETTING_MAX];
	char shown[2][24];
	struct text position, limit;
	s64 target;

	if (transaction_convert(line, i, value, &target))
		return -EINVAL;
	if (command->relative & line->unknown & BIT(i))
		return transaction_report_unknown(line, command);
	if (command->relative & BIT(i))
		target += axis->target;
	if (target < lowest || target > highest) {
		text_init(&position, shown[0], sizeof(shown[0]));
		text_init(&limit, shown[1], sizeof(shown[1]));
		text_micro(&position, target, false);
		text_micro(&limit, target < lowest ? lowest : highest, false);
		return error_set(line->report, ERANGE, value->column,
				 "%s %s is beyond %s %s", line->machine->names.name[i],
				 shown[0], target < lowest ? "MIN" : "MAX",
				 shown[1]);
	}
	axis->target = target;
	line->unknown &= ~BIT(i);
	return 0;
}

s64 transaction_percent(s64 whole, s64 percent_micro)
{
	return real_round(real_mul(real_from(whole),
				   real_ratio(percent_micro, 100 * MICRO)));
}

int transaction_speed(struct transaction *line, const struct command *command,
		      unsigned int i, s64 *speed)
{
	const struct axis *axis = &line->state->axis[i];
	s64 highest = axis->setting[SETTING_MAXSPEED];
	u64 rate = axis_pulse_rate(axis);

	*speed = axis->setting[SETTING_SPEED];
	if (command->has_speed) {
		if (command->speed.unit == UNIT_PERCENT)
			*speed = transaction_percent(highest, command->speed.micro);
		else if (transaction_convert(line, i, &command->speed, speed))
			return -EINVAL;
		if (*speed > highest)
			return error_set(line->report, EDOM,
					 command->speed.column,
					 "faster than MAXSPEED of %s",
					 line->machine->names.name[i]);
		if (*speed <= 0)
			return error_set(line->report, EDOM,
					 command->speed.column,
					 "too slow for %s", line->machine->names.name[i]);
	}
	if (real_compare(axis_rate(axis, *speed), real_from(rate)) > 0)
		return error_set(line->report, EDOM, command->column,
				 "%s: STEPLEN and STEPSPACE allow %llu steps/s",
				 line->machine->names.name[i], rate);
	rate = line->machine->highest_rate;
	if (rate && real_compare(axis_rate(axis, *speed), real_from(rate)) > 0)
		return error_set(line->report, EDOM, command->column,
				 "%s: its pins can be served at %llu steps/s at most",
				 line->machine->names.name[i], rate);
	return 0;
}

const struct queue_entry *transaction_present_entry(const struct transaction *line)
{
	struct machine *machine = line->machine;
	u32 number = machine->state.done;

	while (number != machine->state.queued) {
		const struct queue_entry *entry = machine_entry(machine, ++number);

		if (entry->kind == ENTRY_HOME ||
		    queue_end_ns(machine, entry) > machine->motion.stage_ns)
			return entry;
	}
	return NULL;
}

s64 transaction_present_speed(const struct transaction *line, unsigned int i)
{
	struct machine *machine = line->machine;
	const struct queue_entry *entry = transaction_present_entry(line);
	s64 speed = S64_MAX;

	while (entry) {
		if ((queue_goes(entry) || entry->kind == ENTRY_HOME) && entry->axes >> i & 1)
			speed = min(speed, entry->limits[i].speed);
		if ((s32)(machine->state.planned - entry->number) <= 0 ||
		    queue_end_ns(machine, entry) >= motion_staged_end_ns(&machine->motion))
			break;
		entry = machine_entry(machine, entry->number + 1);
	}
	return speed < S64_MAX ? speed : line->state->axis[i].setting[SETTING_SPEED];
}

void transaction_range(const struct transaction *line, unsigned int i,
		       struct plan_change *change)
{
	const struct axis *axis = &line->state->axis[i];

	change->lowest = axis_steps(axis, axis->setting[SETTING_MIN]) + axis->origin;
	change->highest = axis_steps(axis, axis->setting[SETTING_MAX]) + axis->origin;
	change->ranged = !transaction_homes(line);
}

bool transaction_homes(const struct transaction *line)
{
	u32 number = line->state->done;

	while (number != line->state->queued)
		if (machine_entry(line->machine, ++number)->kind == ENTRY_HOME)
			return true;
	return false;
}

u64 transaction_enable(struct transaction *line, u32 axes)
{
	u32 off = axes & ~line->state->enabled;
	u64 delay_ns = 0;
	unsigned int i;

	for (i = 0; i < line->machine->names.count; i++) {
		u64 *settled_ns = &line->state->settled_ns[i];

		if (off & BIT(i))
			*settled_ns = line->now_ns +
				      line->state->axis[i].setting[SETTING_ENABLEDELAY];
		if (axes & BIT(i) && *settled_ns > line->now_ns)
			delay_ns = max(delay_ns, *settled_ns - line->now_ns);
	}
	line->enable |= off;
	line->release &= ~axes;
	line->state->enabled |= off;
	return delay_ns;
}

struct entry_limits transaction_limits(const struct axis *axis, s64 speed)
{
	return (struct entry_limits){
		.speed = speed,
		.acceleration = axis->setting[SETTING_ACCEL],
		.jerk = axis->setting[SETTING_JERK],
		.corner = axis->setting[SETTING_CORNER],
	};
}

void transaction_fill_entry(struct transaction *line, enum entry_kind kind,
			    const s64 speed[AXES_MAX])
{
	struct queue_entry *entry = transaction_entry(line);
	unsigned int i;

	entry->kind = kind;
	entry->axes = BIT(line->machine->names.count) - 1;
	entry->duration_ns = 0;
	entry->settled_ns = 0;
	for (i = 0; i < line->machine->names.count; i++)
		entry->limits[i] = transaction_limits(&line->state->axis[i], speed[i]);
}

void transaction_queue(struct transaction *line)
{
	struct queue_entry *entry =
		machine_entry(line->machine, ++line->state->queued);
	unsigned int i;

	entry->number = line->state->queued;
	entry->outcome = ENTRY_PENDING;
	entry->end_ns = U64_MAX;
	memcpy(entry->tag, line->tag, sizeof(entry->tag));
	for (i = 0; i < line->machine->names.count; i++) {
		entry->target[i] = line->state->axis[i].target;
		entry->play[i] = line->state->axis[i].play;
	}
}

void transaction_queue_staged(struct transaction *line)
{
	u64 end_ns = motion_staged_end_ns(&line->machine->motion);

	transaction_queue(line);
	transaction_last(line)->end_ns = end_ns;
	transaction_last(line)->staged_end_ns = end_ns;
	transaction_last(line)->staged_point_ns = transaction_last(line)->point_ns;
	line->state->planned = line->state->queued;
	line->state->commit_ns = end_ns;
}

int transaction_stage(struct transaction *line)
{
	struct machine *machine = line->machine;
	bool begun = line->moved;
	int error;

	line->moved = true;
	if (!line->stopped && (machine->state.hold || motion_holds(&machine->motion)))
		line->checks = true;
	if (line->state->hold)
		line->checks = true;
	if (!line->checks) {
		error = queue_plan(machine, line->state, line->now_ns, begun);
		return error || line->state->planned == line->state->queued ? error : -EAGAIN;
	}
	if (!begun)
		motion_stage(&machine->motion, line->now_ns);
	return 0;
}

/* Once it took effect nothing is under way or queued. */
static void leave_halted(struct transaction *line)
{
	unsigned int i;

	line->unknown = transaction_moves(line) ? BIT(AXES_MAX) - 1 : 0;
	line->state->done = line->state->queued;
	line->state->planned = line->state->queued;
	line->state->commit_ns = 0; /* or the next move would wait for what is dropped */
	line->state->home.axes = 0;
	for (i = 0; i < line->machine->names.count; i++) {
		axis_forget_target(&line->state->axis[i]);
		axis_forget_limits(&line->state->axis[i]);
	}
}

void transaction_unstage(struct transaction *line)
{
	motion_abandon(&line->machine->motion);
	line->moved = false;
	line->behind = false;
	line->stopped = false;
	line->paused = false;
	line->checks = false;
	line->points = false;
	line->runs = false;
	line->sync = false;
	line->state->queued = line->machine->state.queued;
	line->state->done = line->machine->state.done;
	line->state->planned = line->machine->state.planned;
	line->state->commit_ns = line->machine->state.commit_ns;
	line->state->home = line->machine->state.home;
	line->state->hold = false;
	if (line->halt)
		leave_halted(line);
}

/*
 * The targets that a stop leaves: where the staged plan comes to rest. What an
 * axis was to reach is its position still, to the millionth, if it gets there.
 */
static void rest_where_staged(struct transaction *line)
{
	struct machine *machine = line->machine;
	const struct queue_entry *running =
		machine_entry(machine, machine->state.done + 1);
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];
		s64 steps = motion_staged_steps(&machine->motion, i) - axis->origin;
		s64 candidate = axis->rest;

		axis->play = motion_staged_play(&machine->motion, i);
		steps -= axis->play;
		if (axis_steps(axis, axis->target) == steps)
			candidate = axis->target;
		else if (axis_steps(axis, running->target[i]) == steps)
			candidate = running->target[i];
		axis->target = axis_resting_position(axis, steps, candidate);
	}
}

void transaction_replace(struct transaction *line)
{
	line->moved = true;
	line->stopped = true;
	rest_where_staged(line);
	line->state->done = line->state->queued;
	line->state->home.axes = 0;
	transaction_queue_staged(line);
}
