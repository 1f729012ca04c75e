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

static void set_limits(const struct machine *machine, const struct axis *axis,
		       struct plan_point *point)
{
	u64 rate = axis_pulse_rate(axis);

	if (machine->highest_rate)
		rate = min_t(u64, rate, machine->highest_rate);
	point->axis = axis_limits(axis, axis->setting[SETTING_MAXSPEED]);
	if (real_compare(point->axis.speed, real_from(rate)) > 0)
		point->axis.speed = real_from(rate); /* faster pulses cannot be */
	/* The path is its maker's affair: only what guards the machine counts. */
	point->axis.acceleration =
		axis_rate(axis, axis->setting[SETTING_MAXACCEL]);
	point->lowest = axis_steps(axis, axis->setting[SETTING_MIN]) + axis->origin;
	point->highest = axis_steps(axis, axis->setting[SETTING_MAX]) + axis->origin;
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

/* Where the axes come to rest if no point follows. */
static void set_targets(struct transaction *line)
{
	unsigned int i;

	for (i = 0; i < line->machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];
		s64 steps = motion_staged_steps(&line->machine->motion, i);

		axis->target = axis_resting_position(axis, steps - axis->origin,
						     axis->target);
	}
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
		const struct axis *axis = &line->state->axis[i];

		set_limits(line->machine, axis, &pvt->axis[i]);
		if (!(command->axes & BIT(i)))
			continue;
		error = transaction_target(line, command, i);
		if (!error)
			error = find_velocity(line, command, i,
					      &pvt->axis[i].velocity);
		pvt->axis[i].position = real_add(axis_rate(axis, axis->target),
						 real_from(axis->origin));
	}
	if (!error)
		error = transaction_stage(line);
	if (error)
		return error;
	motion_stage_rest(motion, line->now_ns + transaction_enable(line, command->axes));
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
