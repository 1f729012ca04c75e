// SPDX-License-Identifier: GPL-2.0
/*
 * PVT: points of a path that is computed elsewhere. Each is a cubic for every
 * axis; behind the last one there is always a stop.
 */
#include "transaction.h"

/* The speed that an axis is to have at the point, steps/s, signed. */
static int find_velocity(struct transaction *line, const struct command *command,
			 unsigned int i, struct real *velocity)
{
	const struct axis *axis = &line->state->axis[i];
	struct quantity quantity = command->velocity[i];
	s64 micro;

	if (quantity.unit == UNIT_PERCENT)
		micro = transaction_percent(axis->setting[SETTING_MAXSPEED],
					    quantity.micro);
	else if (transaction_convert(line, i, &quantity, &micro))
		return -EINVAL;
	*velocity = axis_rate(axis, micro);
	return 0;
}

/* The limits of axis @i, and where its target is; a stream does not take up play on its way. */
static void set_point(struct transaction *line, unsigned int i, struct plan_point *point)
{
	const struct axis *axis = &line->state->axis[i];
	s64 zero = axis->origin + line->state->stream_play[i];

	point->axis = axis_limits(axis, axis->setting[SETTING_MAXSPEED]);
	machine_lower_rate(line->machine, axis, &point->axis.speed);
	/* The path is its maker's affair: only what guards the machine counts. */
	point->axis.acceleration =
		axis_rate(axis, axis->setting[SETTING_MAXACCEL]);
	point->position = real_add(axis_rate(axis, axis->target), real_from(zero));
	point->lowest = axis_steps(axis, axis->setting[SETTING_MIN]) + zero;
	point->highest = axis_steps(axis, axis->setting[SETTING_MAX]) + zero;
}

static int report_fault(struct transaction *line, const struct command *command,
			const struct plan_fault *fault)
{
	const char *name = line->machine->names.name[fault->axis];
	u16 column = command->value[fault->axis].column;

	if (!(command->axes & BIT(fault->axis)))
		column = command->column;
	switch (fault->limit) {
	case PLAN_LIMIT_SPEED:
		return error_set(line->report, EDOM, column,
				 "on the way %s is faster than MAXSPEED or its pins allow", name);
	case PLAN_LIMIT_ACCELERATION:
		return error_set(line->report, EDOM, column,
				 "on the way %s accelerates more than MAXACCEL", name);
	default:
		return error_set(line->report, ERANGE, column,
				 "%s could not stop before MIN or MAX", name);
	}
}

/*
 * Where the axes come to rest if no point follows; and what takes over from the stream may
 * slow down as hard as that did.
 */
static void set_targets(struct transaction *line)
{
	unsigned int i;

	for (i = 0; i < line->machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];
		s64 steps = motion_staged_steps(&line->machine->motion, i);

		axis->play = motion_staged_play(&line->machine->motion, i);
		axis->target = axis_resting_position(axis, steps - axis->origin - axis->play,
						     axis->target);
		axis->past_acceleration = max(axis->past_acceleration,
					      axis->setting[SETTING_MAXACCEL]);
	}
}

/* If a stream begins, play is taken up in the direction in which it does. 0 or an errno. */
static int begin_stream(struct transaction *line, const struct command *command)
{
	unsigned int i;
	int error;

	if (plan_pvt_goes_on(&line->machine->motion))
		return 0;
	for (i = 0; i < line->machine->names.count; i++)
		line->state->stream_play[i] = line->state->axis[i].play;
	error = queue_take_up(line->machine, line->state, line->state->stream_play);
	if (error == -EDOM)
		return error_set(line->report, EDOM, command->column,
				 "to take up BACKLASH takes longer than any plan may");
	return error ? -EAGAIN : 0;
}

int command_PVT(struct transaction *line, const struct command *command)
{
	struct motion *motion = &line->machine->motion;
	struct queue_entry *entry = transaction_entry(line);
	struct plan_pvt *pvt = &line->machine->asked.pvt;
	struct plan_fault fault = {};
	unsigned int i;
	int error;

	if (line->state->hold)
		return error_set(line->report, EBUSY, command->column,
				 "a stream cannot begin on hold");
	memset(pvt, 0, sizeof(*pvt));
	pvt->axes = command->axes;
	pvt->duration_ns = command->duration_ns;
	error = transaction_room(line, command);
	for (i = 0; i < line->machine->names.count && !error; i++) {
		s64 from = line->state->axis[i].target;

		if (!(command->axes & BIT(i)))
			continue;
		error = transaction_target(line, command, i);
		axis_approach(&line->state->axis[i], from);
		if (!error)
			error = find_velocity(line, command, i,
					      &pvt->axis[i].velocity);
	}
	if (!error)
		error = transaction_stage(line);
	if (error)
		return error;
	motion_stage_rest(motion, line->now_ns + transaction_enable(line, command->axes));
	error = begin_stream(line, command);
	if (error)
		return error;
	for (i = 0; i < line->machine->names.count; i++)
		set_point(line, i, &pvt->axis[i]);
	error = plan_pvt(motion, pvt, &entry->point_ns, &fault);
	if (error == -EDOM)
		return report_fault(line, command, &fault);
	if (error)
		return -EAGAIN;
	entry->kind = ENTRY_POINT;
	set_targets(line);
	transaction_queue_staged(line);
	return 0;
}
