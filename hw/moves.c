// SPDX-License-Identifier: GPL-2.0
/*
 * The commands that move: each takes a place in the queue, with motion staged
 * for it. What may be moved and how fast is decided here, how in plan.c.
 */
#include "transaction.h"

/* Whether the line may take a place in the queue now. */
static int check_move(struct transaction *line,
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
	if (line->state->queued - line->state->done >= QUEUE_MAX)
		return -EAGAIN;
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
				 "%s %s is beyond %s %s", line->machine->names.name[i],
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
	return 0;
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

	error = check_move(line, command);
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
	/* For the planner 0 is no demand; IN 0s is one that cannot be met. */
	if (command->has_duration)
		move.duration_ns = max(command->duration_ns, 1ULL);
	prepare_motion(line, command->axes);
	error = plan_move(motion, &move, &shortest_ns);
	if (error == -EDOM)
		return report_too_short(line, command, shortest_ns);
	if (error)
		return -EAGAIN;
	transaction_queue(line);
	return 0;
}

int command_WAIT(struct transaction *line, const struct command *command)
{
	struct motion *motion = &line->machine->motion;
	s64 until_ns;
	int error = check_move(line, command);

	if (error)
		return error;
	prepare_motion(line, 0);
	until_ns = motion_staged_end_ns(motion) + command->duration_ns;
	if (command->until) {
		until_ns = command->realtime_ns -
			   line->machine->realtime_offset_ns;
		if (until_ns < (s64)motion_staged_end_ns(motion))
			return error_set(line->report, EDOM,
					 command->duration_column,
					 "that will have passed by then");
	}
	motion_stage_rest(motion, until_ns);
	transaction_queue(line);
	return 0;
}
