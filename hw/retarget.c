// SPDX-License-Identifier: GPL-2.0
/*
 * The commands that take over at once, from whatever motion there is: NOW and RUN.
 * They drop the queue, but cancel no stream. For a hold they are moves to where
 * they will come to rest.
 */
#include "transaction.h"

/* From here on the axes do something else, when the drivers of those named are on. */
static void stage_cut(struct transaction *line, const struct command *command)
{
	u64 delay_ns = transaction_enable(line, command->axes);

	motion_stage_cut_after(&line->machine->motion, line->now_ns, delay_ns);
}

/* From the cut on the axes do as @change says, in place of all else. */
static int take_over(struct transaction *line,
		     const struct plan_change change[AXES_MAX],
		     const s64 speed[AXES_MAX], const struct command *command)
{
	int error = plan_change(&line->machine->motion, change);

	if (error == -EDOM)
		return error_set(line->report, EDOM, command->column,
				 "too far at this speed");
	if (error)
		return -EAGAIN;
	transaction_fill_entry(line, command->verb == VERB_RUN ? ENTRY_RUN : ENTRY_NOW, speed);
	transaction_replace(line);
	return 0;
}

int command_NOW(struct transaction *line, const struct command *command)
{
	struct plan_change *change = line->machine->asked.change;
	s64 speed[AXES_MAX];
	unsigned int i;
	int error;

	error = transaction_allowed(line, command);
	if (error)
		return error;
	transaction_unstage(line);
	memset(change, 0, sizeof(line->machine->asked.change));
	if (command->has_duration)
		return error_set(line->report, EINVAL, command->duration_column,
				 "NOW goes as fast as AT allows, not IN a time");
	if (line->halt) /* from rest, by a queue that is empty */
		return command_MOVE(line, command);
	for (i = 0; i < line->machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];
		bool named = command->axes & BIT(i);

		if (named) {
			error = transaction_target(line, command, i);
			if (error)
				return error;
		}
		error = transaction_speed(line, command, i, &speed[i]);
		if (error)
			return error;
		change[i].what = named ? PLAN_GO : PLAN_STOP;
		change[i].axis = axis_limits_in_motion(axis, speed[i]);
		transaction_range(line, i, &change[i]);
	}
	stage_cut(line, command);
	return take_over(line, change, speed, command);
}

/* The speed of axis @i that RUN asks for, millionths of its unit per s, signed. */
static int run_speed(struct transaction *line, const struct command *command,
		     unsigned int i, s64 *speed)
{
	const struct quantity *velocity = &command->velocity[i];
	struct command magnitude = { .column = command->column,
				     .has_speed = true,
				     .speed = *velocity };
	int error;

	*speed = 0;
	if (!velocity->micro)
		return 0;
	if (velocity->micro < 0)
		magnitude.speed.micro = -velocity->micro;
	error = transaction_speed(line, &magnitude, i, speed);
	if (velocity->micro < 0)
		*speed = -*speed;
	return error;
}

/* What an axis does that RUN does not name: it goes on if it runs itself, and nothing came. */
static enum plan_what beside_run(const struct transaction *line)
{
	const struct queue_entry *running = transaction_present_entry(line);

	return running && running->kind == ENTRY_RUN ? PLAN_FINISH : PLAN_STOP;
}

int command_RUN(struct transaction *line, const struct command *command)
{
	struct plan_change *change = line->machine->asked.change;
	bool ended = line->stopped || line->paused;
	bool again = line->runs;
	enum plan_what beside;
	s64 speed[AXES_MAX];
	unsigned int i;
	int error;

	error = transaction_allowed(line, command);
	if (!error && line->halt)
		error = error_set(line->report, EBUSY, command->column,
				  "RUN after HALT needs a line of its own");
	if (error)
		return error;
	transaction_unstage(line);
	stage_cut(line, command);
	beside = ended ? PLAN_STOP : beside_run(line);
	for (i = 0; i < line->machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];
		s64 velocity = 0;

		/* As the RUN before it in the line said, in the entry that is taken anew. */
		if (again && !(command->axes & BIT(i))) {
			speed[i] = transaction_entry(line)->limits[i].speed;
			continue;
		}
		memset(&change[i], 0, sizeof(change[i]));
		change[i].what = beside;
		transaction_range(line, i, &change[i]);
		if (command->axes & BIT(i)) {
			error = run_speed(line, command, i, &velocity);
			if (error)
				return error;
			change[i].what = velocity ? PLAN_RUN : PLAN_STOP;
			change[i].velocity = axis_rate(axis, velocity);
			/* For the planner 0 is no end; FOR 0s is one at once. */
			change[i].run_ns = command->has_duration ?
						   max(command->duration_ns, 1ULL) :
						   0;
			axis->target = axis->setting[velocity < 0 ? SETTING_MIN : SETTING_MAX];
		}
		speed[i] = transaction_present_speed(line, i);
		if (velocity)
			speed[i] = velocity < 0 ? -velocity : velocity;
		change[i].axis = axis_limits_in_motion(axis, speed[i]);
	}
	error = take_over(line, change, speed, command);
	line->runs = true;
	return error;
}
