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
	struct motion *motion = &line->machine->motion;
	const struct stream *stream = &motion->staged_stream;
	unsigned int i;

	for (i = 0; i < line->machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];
		s64 steps = motion_staged_steps(motion, i);

		axis->play = motion_play_along(motion, i, stream->play[i], stream->steps[i],
					       motion->pool.segment[stream->segment].next,
					       SEGMENT_NONE);
		axis->target = axis_resting_position(axis, steps - axis->origin - axis->play,
						     axis->target);
		axis->past_acceleration = max(axis->past_acceleration,
					      axis->setting[SETTING_MAXACCEL]);
	}
}

/*
 * On hold nothing is staged that the point could follow: it goes on from the last one
 * that was accepted, or a stream begins where the axes will rest by then, at @from.
 */
static void set_out_on_hold(struct transaction *line, const struct place from[AXES_MAX])
{
	struct machine *machine = line->machine;
	struct motion *motion = &machine->motion;
	struct stream *stream = &machine->asked.stream;
	bool goes_on = transaction_moves(line) && transaction_last(line)->kind == ENTRY_POINT;
	unsigned int i;

	if (goes_on && motion->staged_stream.segment != SEGMENT_NONE)
		return;
	motion->staged_stream.segment = SEGMENT_NONE;
	motion->from = &motion->accepted;
	if (goes_on && motion->accepted.segment != SEGMENT_NONE)
		return;
	motion->from = stream;
	memset(stream, 0, sizeof(*stream));
	stream->segment = SEGMENT_NONE;
	stream->rate = real_from(1);
	for (i = 0; i < machine->names.count; i++) {
		const struct axis *axis = &line->state->axis[i];

		stream->play[i] = axis->play; /* taken up */
		stream->steps[i] = axis_steps(axis, from[i].micro) + axis->origin + axis->play;
		stream->state[i].position = real_from(stream->steps[i]);
	}
}

/* If a stream begins, play is taken up in the direction in which it does. 0 or an errno. */
static int begin_stream(struct transaction *line, const struct command *command,
			struct queue_entry *entry, const struct place from[AXES_MAX])
{
	struct machine *machine = line->machine;
	struct motion *motion = &machine->motion;
	unsigned int i;
	int error = 0;

	if (line->checks)
		set_out_on_hold(line, from);
	entry->point.begins = !plan_pvt_goes_on(motion) || motion->from == &machine->asked.stream;
	if (!entry->point.begins)
		return 0;
	for (i = 0; i < machine->names.count; i++) {
		line->state->stream_play[i] = line->state->axis[i].play;
		entry->point.begin_play[i] = line->state->axis[i].play;
	}
	if (!line->checks)
		error = queue_take_up(machine, line->state, line->state->stream_play);
	else if (transaction_take_up_ns(line, from) == U64_MAX)
		error = -EDOM;
	if (error == -EDOM)
		return error_set(line->report, EDOM, command->column,
				 "to take up BACKLASH takes longer than any plan may");
	return error ? -EAGAIN : 0;
}

/* What the command says, into the axes' targets and the entry. 0 or an errno. */
static int take_point(struct transaction *line, const struct command *command,
		      struct queue_entry *entry, struct place from[AXES_MAX])
{
	unsigned int i;
	int error = 0;

	entry->axes = command->axes;
	entry->duration_ns = command->duration_ns;
	for (i = 0; i < line->machine->names.count && !error; i++) {
		struct axis *axis = &line->state->axis[i];

		entry->limits[i] = transaction_limits(axis, axis->setting[SETTING_MAXSPEED]);
		entry->limits[i].acceleration = axis->setting[SETTING_MAXACCEL];
		from[i] = (struct place){ axis->target, axis->play };
		if (!(command->axes & BIT(i)))
			continue;
		error = transaction_target(line, command, i);
		axis_approach(axis, from[i].micro);
		if (!error)
			error = find_velocity(line, command, i, &entry->point.velocity[i]);
	}
	return error;
}

/* Stage the point; where it leads is known when the stream's beginning is. 0 or an errno. */
static int stage_point(struct transaction *line, const struct command *command,
		       struct queue_entry *entry)
{
	struct plan_pvt *pvt = &line->machine->asked.pvt; /* where a RUN was, too */
	struct plan_fault fault = {};
	unsigned int i;
	int error;

	line->runs = false;
	memset(pvt, 0, sizeof(*pvt));
	pvt->axes = command->axes;
	pvt->duration_ns = command->duration_ns;
	for (i = 0; i < line->machine->names.count; i++) {
		set_point(line, i, &pvt->axis[i]);
		entry->point.position[i] = pvt->axis[i].position;
		if (command->axes & BIT(i))
			pvt->axis[i].velocity = entry->point.velocity[i];
	}
	error = plan_pvt(&line->machine->motion, pvt, &entry->point_ns, &fault);
	if (error == -EDOM)
		return report_fault(line, command, &fault);
	return error ? -EAGAIN : 0;
}

int command_PVT(struct transaction *line, const struct command *command)
{
	struct motion *motion = &line->machine->motion;
	struct queue_entry *entry = transaction_entry(line);
	struct place from[AXES_MAX];
	u64 delay_ns;
	int error;

	if (line->paused)
		return error_set(line->report, EBUSY, command->column,
				 "a point after PAUSE needs a line of its own");
	error = transaction_room(line, command);
	if (!error && line->halt)
		error = error_set(line->report, EBUSY, command->column,
				  "a point after HALT needs a line of its own");
	if (!error && transaction_homes(line))
		return error_set(line->report, EBUSY, command->column,
				 "a point waits for no HOME: SYNC first");
	if (!error)
		error = take_point(line, command, entry, from);
	if (!error)
		error = transaction_stage(line);
	if (error)
		return error;
	delay_ns = transaction_enable(line, command->axes);
	motion_stage_rest(motion, line->now_ns + delay_ns);
	error = begin_stream(line, command, entry, from);
	if (!error)
		error = stage_point(line, command, entry);
	if (error)
		return error;
	entry->kind = ENTRY_POINT;
	entry->settled_ns = entry->point.begins ? line->now_ns + delay_ns : 0;
	set_targets(line);
	if (line->checks) {
		transaction_queue(line);
		return 0;
	}
	line->points = true;
	transaction_queue_staged(line);
	return 0;
}
