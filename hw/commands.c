// SPDX-License-Identifier: GPL-2.0
/*
 * What the commands of motion, control and query do to the machine: one
 * function for each row of parser/commands.h (SET and GET: settings.c). Each
 * changes only the staged state; what reaches the axes at once (HALT, driver
 * outputs) is noted in the transaction and happens when the whole line is good.
 */
#include "transaction.h"

static const char *axis_name(const struct transaction *line, unsigned int axis)
{
	return line->machine->names.name[axis];
}

int transaction_convert(struct transaction *line, unsigned int i,
			const struct quantity *quantity, s64 *micro)
{
	const struct axis *axis = &line->state->axis[i];

	if (!axis_convert(axis, quantity, micro))
		return 0;
	return error_set(line->report, EINVAL, quantity->column,
			 "%s is in %s, not in %s", axis_name(line, i),
			 unit_name(axis->setting[SETTING_UNIT]),
			 unit_name(quantity->unit));
}

/* Whether motion may be commanded at all by this line. */
static int check_allowed(struct transaction *line,
			 const struct command *command)
{
	if (line->halt)
		return error_set(line->report, EBUSY, command->column,
				 "a move after HALT needs a line of its own");
	if (line->state->halted)
		return error_set(line->report, ESHUTDOWN, command->column,
				 "alarm HALTED: RESET first");
	if (!line->acknowledged)
		return error_set(line->report, ECANCELED, command->column,
				 "stopped: open the device anew, or RESET");
	return 0;
}

static int find_target(struct transaction *line, const struct command *command,
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
				 "%s %s is beyond %s %s", axis_name(line, i),
				 shown[0], target < lowest ? "MIN" : "MAX",
				 shown[1]);
	}
	axis->target = target;
	return 0;
}

static s64 percent_of(s64 whole, s64 percent_micro)
{
	return real_round(real_mul(real_from(whole),
				   real_ratio(percent_micro, 100 * MICRO)));
}

/* The speed that a move may reach on this axis, millionths of the unit per s. */
static int find_speed(struct transaction *line, const struct command *command,
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
			*speed = percent_of(highest, command->speed.micro);
		else if (transaction_convert(line, i, &command->speed, speed))
			return -EINVAL;
		if (*speed > highest)
			return error_set(line->report, EDOM,
					 command->speed.column,
					 "faster than MAXSPEED of %s",
					 axis_name(line, i));
		if (*speed <= 0)
			return error_set(line->report, EDOM,
					 command->speed.column,
					 "too slow for %s", axis_name(line, i));
	}
	if (real_compare(axis_rate(axis, *speed), real_from(rate)) > 0)
		return error_set(line->report, EDOM, command->column,
				 "%s: STEPLEN and STEPSPACE allow %llu steps/s",
				 axis_name(line, i), rate);
	return 0;
}

static struct plan_axis axis_limits(const struct axis *axis, s64 speed)
{
	s64 acceleration = min(axis->setting[SETTING_ACCEL],
			       axis->setting[SETTING_MAXACCEL]);

	return (struct plan_axis){
		.target = axis_steps(axis, axis->target) + axis->origin,
		.speed = axis_rate(axis, speed),
		.acceleration = axis_rate(axis, acceleration),
	};
}

/* Take the next place in the queue; it ends with the staged plan. */
static void queue_entry(struct transaction *line)
{
	struct queue_entry *entry =
		machine_entry(line->machine, ++line->state->queued);
	unsigned int i;

	entry->number = line->state->queued;
	entry->outcome = ENTRY_PENDING;
	entry->end_ns = motion_staged_end_ns(&line->machine->motion);
	for (i = 0; i < line->machine->names.count; i++)
		entry->target[i] = line->state->axis[i].target;
}

/* What has to come before a first step: staging, and drivers switched on. */
static void prepare_motion(struct transaction *line, u32 axes)
{
	struct motion *motion = &line->machine->motion;
	u32 off = axes & ~line->state->enabled;
	u64 delay_ns = 0;
	unsigned int i;

	if (!line->moved)
		motion_stage(motion, line->now_ns);
	line->moved = true;
	for (i = 0; i < line->machine->names.count; i++)
		if (off & BIT(i))
			delay_ns = max(delay_ns,
				       (u64)line->state->axis[i]
					       .setting[SETTING_ENABLEDELAY]);
	if (delay_ns)
		motion_stage_rest(motion, line->now_ns + delay_ns);
	line->enable |= off;
	line->state->enabled |= off;
}

static int report_too_short(struct transaction *line,
			    const struct command *command, u64 shortest_ns)
{
	u64 us, s = div64_u64_rem(div64_u64(shortest_ns + 999, NS_PER_US),
				  MICRO, &us);

	return error_set(line->report, EDOM, command->duration_column,
			 "takes %llu.%06llu s at least", s, us);
}

int command_MOVE(struct transaction *line, const struct command *command)
{
	struct motion *motion = &line->machine->motion;
	struct plan_move move = { .axes = command->axes };
	u64 shortest_ns = 0;
	unsigned int i;
	s64 speed;
	int error;

	error = check_allowed(line, command);
	for (i = 0; i < line->machine->names.count && !error; i++) {
		if (!(command->axes & BIT(i)))
			continue;
		error = find_target(line, command, i);
		if (!error)
			error = find_speed(line, command, i, &speed);
		if (!error)
			move.axis[i] = axis_limits(&line->state->axis[i],
						   speed);
	}
	if (error)
		return error;
	if (line->state->queued - line->state->done >= QUEUE_MAX)
		return -EAGAIN;
	/* For the planner 0 is no demand; IN 0s is one that cannot be met. */
	if (command->has_duration)
		move.duration_ns = max(command->duration_ns, 1ULL);
	prepare_motion(line, command->axes);
	error = plan_move(motion, &move, &shortest_ns);
	if (error == -EDOM)
		return report_too_short(line, command, shortest_ns);
	if (error)
		return -EAGAIN;
	queue_entry(line);
	return 0;
}

int command_IS(struct transaction *line, const struct command *command)
{
	struct machine *machine = line->machine;
	unsigned int i;

	if (transaction_moves(line))
		return error_set(line->report, EBUSY, command->column,
				 "IS needs the axes at rest");
	for (i = 0; i < machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];

		if (!(command->axes & BIT(i)))
			continue;
		if (transaction_convert(line, i, &command->value[i],
					&axis->target))
			return -EINVAL;
		axis_set_origin(axis, motion_steps(&machine->motion, i));
		axis->trusted = true;
	}
	return 0;
}

int command_POSITION(struct transaction *line, const struct command *command)
{
	struct machine *machine = line->machine;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		if (!(command->axes & BIT(i)))
			continue;
		text_printf(line->answer, "%s=", axis_name(line, i));
		text_micro(line->answer,
			   machine_position(machine, line->state, i, line->now_ns),
			   true);
		text_printf(line->answer, " STEPS=%lld",
			    motion_steps(&machine->motion, i));
		text_end_line(line->answer);
	}
	return 0;
}

int command_STATUS(struct transaction *line, const struct command *command)
{
	machine_print_status(line->machine, line->state, line->answer,
			     line->now_ns);
	return 0;
}

/* The targets that a stop leaves: where the staged plan comes to rest. */
static void rest_where_staged(struct transaction *line)
{
	struct machine *machine = line->machine;
	const struct queue_entry *running =
		machine_entry(machine, machine->state.done + 1);
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];
		s64 steps = motion_staged_steps(&machine->motion, i) -
			    axis->origin;
		s64 candidate = machine->rest[i];

		if (axis_steps(axis, running->target[i]) == steps)
			candidate = running->target[i];
		axis->target = axis_resting_position(axis, steps, candidate);
	}
}

/* What the line staged before is forgotten. */
static void unstage(struct transaction *line)
{
	motion_abandon(&line->machine->motion);
	line->moved = false;
	line->stopped = false;
	line->state->queued = line->machine->state.queued;
}

int command_STOP(struct transaction *line, const struct command *command)
{
	struct machine *machine = line->machine;
	struct plan_axis limits[AXES_MAX] = {};
	u32 axes = command->axes ? command->axes : BIT(AXES_MAX) - 1;
	unsigned int i;

	unstage(line);
	line->state->stops++;
	line->acknowledged = true;
	for (i = 0; i < machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];

		axis->target = machine->rest[i];
		limits[i] = axis_limits(axis, axis->setting[SETTING_MAXSPEED]);
	}
	if (!transaction_moves(line))
		return 0;
	motion_stage_cut(&machine->motion, line->now_ns);
	line->moved = true;
	line->stopped = true;
	if (plan_stop(&machine->motion, axes, limits))
		return -EAGAIN;
	rest_where_staged(line);
	line->state->done = line->state->queued;
	queue_entry(line);
	return 0;
}

int command_HALT(struct transaction *line, const struct command *command)
{
	unstage(line);
	line->enable = 0;
	line->halt = true;
	line->acknowledged = true;
	line->state->halted = true;
	line->state->stops++;
	return 0;
}

int command_RESET(struct transaction *line, const struct command *command)
{
	line->state->halted = false;
	line->acknowledged = true;
	return 0;
}

int command_SYNC(struct transaction *line, const struct command *command)
{
	if (line->state->halted && !line->halt)
		return error_set(line->report, ESHUTDOWN, command->column,
				 "alarm HALTED");
	if (!line->acknowledged)
		return error_set(line->report, ECANCELED, command->column,
				 "stopped");
	if (line->nonblocking && transaction_moves(line))
		return -EAGAIN;
	line->sync = true;
	line->sync_number = line->state->queued;
	return 0;
}
