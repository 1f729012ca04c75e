// SPDX-License-Identifier: GPL-2.0
/*
 * The commands that move: each takes a place in the queue, with motion staged
 * for it. What may be moved and how fast is decided here, how in plan.c.
 */
#include "transaction.h"

int transaction_allowed(struct transaction *line, const struct command *command)
{
	if (line->halt || line->paused)
		return error_set(line->report, EBUSY, command->column,
				 "a move after %s needs a line of its own",
				 line->halt ? "HALT" : "PAUSE");
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

	if (!error && (line->behind || line->state->queued - line->state->done >=
					       QUEUE_MAX))
		error = -EAGAIN;
	return error;
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
	u64 pulse_ns = axis->setting[SETTING_STEPLEN] +
		       axis->setting[SETTING_STEPSPACE];
	u64 rate = div64_u64(NS_PER_S, pulse_ns);

	*speed = min(axis->setting[SETTING_SPEED], highest);
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

static int stage_trigger(struct motion *motion, const struct queue_entry *entry)
{
	u64 on_ns = motion_staged_end_ns(motion);
	int error = motion_stage_output(motion, on_ns, entry->lines, entry->lines);

	if (!error)
		error = motion_stage_output(motion, on_ns + entry->time_ns,
					    entry->lines, 0);
	motion_stage_rest(motion, on_ns + entry->time_ns);
	return error;
}

/*
 * Stage @entry behind what is staged. 0, -EDOM with @shortest_ns filled, or -EAGAIN
 * if segments run out.
 */
static int stage_entry(struct motion *motion, struct queue_entry *entry,
		       u64 *shortest_ns)
{
	int error = 0;

	switch (entry->kind) {
	case ENTRY_STOP:
		break;
	case ENTRY_MOVE:
	case ENTRY_RUN:
		error = plan_move(motion, &entry->move, shortest_ns);
		break;
	case ENTRY_WAIT:
		motion_stage_rest(motion, motion_staged_end_ns(motion) +
						  entry->time_ns);
		break;
	case ENTRY_UNTIL:
		motion_stage_rest(motion, entry->time_ns);
		break;
	case ENTRY_TRIGGER:
		error = stage_trigger(motion, entry);
		break;
	case ENTRY_POINT: /* a stream cannot be held, and so not be planned anew */
		break;
	}
	entry->end_ns = motion_staged_end_ns(motion);
	return error == -ENOSPC ? -EAGAIN : error;
}

/*
 * The move was held on its way: of the time that it was to take, as much is left
 * as of its way.
 */
static void shorten_duration(struct machine *machine, struct plan_move *move)
{
	struct real longest = real_from(0), left = real_from(0);
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		const struct axis *axis = &machine->state.axis[i];
		s64 from = axis_steps(axis, machine->rest[i]) + axis->origin;
		s64 held = motion_staged_steps(&machine->motion, i);
		s64 to = move->axis[i].target;

		if (!(move->axes & BIT(i)) ||
		    real_compare(real_absolute(real_from(to - from)), longest) <= 0)
			continue;
		longest = real_absolute(real_from(to - from));
		left = real_absolute(real_from(to - held));
	}
	if (move->duration_ns && real_sign(longest))
		move->duration_ns =
			real_round(real_mul(real_from(move->duration_ns),
					    real_div(left, longest)));
}

/* Plan anew a move that was held, and perhaps begun. */
static int stage_held_move(struct machine *machine, struct queue_entry *entry)
{
	struct motion *motion = &machine->motion;
	struct plan_move move = entry->move;
	u64 shortest_ns;
	int error;

	if (entry->number == machine->state.done + 1)
		shorten_duration(machine, &move);
	error = plan_move(motion, &move, &shortest_ns);
	if (error == -EDOM) {
		/* The end of a move may need more than its share of the time. */
		move.duration_ns = 0;
		error = plan_move(motion, &move, &shortest_ns);
	}
	entry->end_ns = motion_staged_end_ns(motion);
	return error ? -EAGAIN : 0;
}

static int stage_held(struct transaction *line)
{
	struct machine *machine = line->machine;
	u32 number = line->state->done;
	u64 shortest_ns;
	int error = 0;

	while (!error && number != line->state->queued) {
		struct queue_entry *entry = machine_entry(machine, ++number);

		if (entry->kind == ENTRY_MOVE)
			error = stage_held_move(machine, entry);
		else
			error = stage_entry(&machine->motion, entry, &shortest_ns);
	}
	return error;
}

int transaction_stage(struct transaction *line)
{
	if (line->moved)
		return 0;
	line->moved = true;
	motion_stage(&line->machine->motion, line->now_ns);
	return line->machine->state.hold ? stage_held(line) : 0;
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

void transaction_enable_first(struct transaction *line, u32 axes)
{
	u64 delay_ns = transaction_enable(line, axes);

	if (delay_ns)
		motion_stage_rest(&line->machine->motion,
				  line->now_ns + delay_ns);
}

static int report_too_short(struct transaction *line,
			    const struct command *command, u64 shortest_ns)
{
	u64 us, s = div64_u64_rem(div64_u64(shortest_ns + 999, NS_PER_US),
				  MICRO, &us);

	if (shortest_ns == U64_MAX || command->duration_ns >= shortest_ns)
		return error_set(line->report, EDOM, command->column,
				 "takes longer than any plan may");
	return error_set(line->report, EDOM, command->duration_column,
			 "takes %llu.%06llu s at least", s, us);
}

int command_MOVE(struct transaction *line, const struct command *command)
{
	struct queue_entry *entry = transaction_entry(line);
	struct plan_move *move = &entry->move;
	u64 shortest_ns = 0;
	unsigned int i;
	s64 speed;
	int error;

	error = transaction_room(line, command);
	if (error)
		return error;
	entry->kind = ENTRY_MOVE;
	move->axes = command->axes;
	/* For the planner 0 is no demand; IN 0s is one that cannot be met. */
	move->duration_ns = command->has_duration ?
				    max(command->duration_ns, 1ULL) :
				    0;
	for (i = 0; i < line->machine->names.count && !error; i++) {
		if (!(command->axes & BIT(i)))
			continue;
		error = transaction_target(line, command, i);
		if (!error)
			error = transaction_speed(line, command, i, &speed);
		if (!error)
			move->axis[i] = axis_limits(&line->state->axis[i], speed);
	}
	if (!error)
		error = transaction_stage(line);
	if (error)
		return error;
	transaction_enable_first(line, command->axes);
	error = stage_entry(&line->machine->motion, entry, &shortest_ns);
	if (error == -EDOM)
		return report_too_short(line, command, shortest_ns);
	if (!error)
		transaction_queue(line);
	return error;
}

int command_WAIT(struct transaction *line, const struct command *command)
{
	struct motion *motion = &line->machine->motion;
	struct queue_entry *entry = transaction_entry(line);
	int error = transaction_room(line, command);

	if (!error)
		error = transaction_stage(line);
	if (error)
		return error;
	entry->kind = command->until ? ENTRY_UNTIL : ENTRY_WAIT;
	entry->time_ns = command->duration_ns;
	if (command->until) {
		entry->time_ns = command->realtime_ns -
				 line->machine->realtime_offset_ns;
		if ((s64)entry->time_ns < (s64)motion_staged_end_ns(motion))
			return error_set(line->report, EDOM,
					 command->duration_column,
					 "that will have passed by then");
	}
	stage_entry(motion, entry, NULL);
	transaction_queue(line);
	return 0;
}

int command_TRIGGER(struct transaction *line, const struct command *command)
{
	struct queue_entry *entry = transaction_entry(line);
	int error;

	if (command->output > line->machine->outputs)
		return error_set(line->report, ENODEV, command->value_column,
				 "no output %u", command->output);
	error = transaction_room(line, command);
	if (!error)
		error = transaction_stage(line);
	if (error)
		return error;
	entry->kind = ENTRY_TRIGGER;
	entry->lines = PIN_AUX(command->output - 1);
	entry->time_ns = command->duration_ns;
	error = stage_entry(&line->machine->motion, entry, NULL);
	if (!error)
		transaction_queue(line);
	return error;
}

/* No hardware description tells of home switches yet, so there is none. */
int command_HOME(struct transaction *line, const struct command *command)
{
	unsigned int i = command->axes ? __ffs(command->axes) : 0;

	return error_set(line->report, ENODEV, command->column,
			 "%s has no home switch", line->machine->names.name[i]);
}
