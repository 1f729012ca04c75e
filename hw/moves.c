// SPDX-License-Identifier: GPL-2.0
/*
 * The commands that move: each takes a place in the queue. What may be moved and
 * how fast is decided here; how, when it is planned, in queue.c.
 */
#include "transaction.h"

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

/* Longer than this nothing lasts that could not be checked with little. */
#define LONG_S 100000
#define FAR_UNITS 1000000

/* Whether the way from @from to @to may be so long, in time or in steps. */
static bool is_long(s64 from, s64 to, const struct entry_limits *limits)
{
	u64 way = to > from ? (u64)to - from : (u64)from - to;

	return way > FAR_UNITS * MICRO || div_u64(way, LONG_S) >= (u64)limits->speed ||
	       div_u64(limits->speed, LONG_S) >= (u64)limits->acceleration ||
	       (limits->jerk &&
		div_u64(limits->acceleration, LONG_S) >= (u64)limits->jerk);
}

/*
 * ms in which an axis certainly goes from @from to @to, where is_long() does not hold:
 * way / speed + speed / acceleration + acceleration / jerk is what a move takes that
 * reaches all of them; one that does not takes 6 % more than that at most.
 */
static u64 ample_ms(const struct axis *axis, s64 from, s64 to, const struct entry_limits *limits)
{
	u64 way = to > from ? (u64)to - from : (u64)from - to;
	u64 ms = 3; /* for what is rounded down */

	/* from whole step to whole step: up to one more */
	way += div64_u64(axis->scale_denominator * MICRO, axis->scale_numerator) + 1;
	ms += div_u64(way * 1000, limits->speed);
	ms += div_u64(limits->speed * 1000, limits->acceleration);
	if (limits->jerk)
		ms += div_u64(limits->acceleration * 1000, limits->jerk);
	return ms + ms / 8;
}

noinline u64 transaction_take_up_ns(struct transaction *line, const struct place from[AXES_MAX])
{
	static const s64 steps[AXES_MAX] = {};
	struct machine *machine = line->machine;
	s64 wanted[AXES_MAX], play[AXES_MAX];
	struct plan_move move;
	u64 shortest_ns = 0;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		wanted[i] = line->state->axis[i].play;
		play[i] = from[i].play;
	}
	queue_fill_take_up(machine, line->state, wanted, play, &move);
	plan_check_move(machine->names.count, &move, steps, &shortest_ns);
	return shortest_ns;
}

/* Whether it takes no plan to see that the move can be planned. */
static bool is_certain(const struct transaction *line, const struct command *command,
		       const struct queue_entry *entry, const struct place from[AXES_MAX])
{
	const struct axis *axes = line->state->axis;
	u64 ms = 0;
	unsigned int i;

	for (i = 0; i < line->machine->names.count; i++) {
		if (!(command->axes & BIT(i)))
			continue;
		if (axes[i].play != from[i].play ||
		    is_long(from[i].micro, axes[i].target, &entry->limits[i]))
			return false;
		if (command->has_duration) /* the sum of all is more than they take together */
			ms += ample_ms(&axes[i], from[i].micro, axes[i].target,
				       &entry->limits[i]);
	}
	if (!command->has_duration)
		return true;
	return div_u64(command->duration_ns, MICRO) >= ms &&
	       !(command->duration_ns >> PLAN_DURATION_BITS);
}

/* Whether the move can be planned at all, from where the axes are at @from. */
static noinline int check_move(struct transaction *line, const struct command *command,
			       struct queue_entry *entry, const struct place from[AXES_MAX])
{
	const struct axis *axes = line->state->axis;
	u64 before_ns, shortest_ns;
	struct plan_move move = {};
	s64 steps[AXES_MAX];
	unsigned int i;

	if (is_certain(line, command, entry, from))
		return 0;
	before_ns = transaction_take_up_ns(line, from);
	if (before_ns == U64_MAX)
		return report_too_short(line, command, before_ns);
	for (i = 0; i < line->machine->names.count; i++) {
		entry->target[i] = axes[i].target;
		entry->play[i] = axes[i].play;
		steps[i] = axis_steps(&axes[i], from[i].micro) + axes[i].origin + axes[i].play;
	}
	queue_fill_move(line->machine, line->state, entry, &move);
	for (i = 0; i < line->machine->names.count; i++)
		move.axis[i].rests = axis_beyond(&axes[i], from[i].micro);
	if (move.duration_ns)
		move.duration_ns -= min(move.duration_ns - 1, before_ns);
	if (plan_check_move(line->machine->names.count, &move, steps, &shortest_ns))
		return report_too_short(line, command,
					shortest_ns + min(before_ns, U64_MAX - shortest_ns));
	return 0;
}

/* Whether the way from @from is at least a step of some axis. */
static bool makes_steps(const struct transaction *line, const struct place from[AXES_MAX])
{
	const struct axis *axis = line->state->axis;
	unsigned int i;

	for (i = 0; i < line->machine->names.count; i++)
		if (axis_steps(&axis[i], from[i].micro) != axis_steps(&axis[i], axis[i].target))
			return true;
	return false;
}

int command_MOVE(struct transaction *line, const struct command *command)
{
	struct queue_entry *entry = transaction_entry(line);
	struct place from[AXES_MAX];
	unsigned int i;
	s64 speed;
	int error;

	error = transaction_room(line, command);
	if (!error && command->has_duration && command->axes & line->unknown)
		error = transaction_report_unknown(line, command);
	if (error)
		return error;
	entry->kind = ENTRY_MOVE;
	entry->axes = command->axes;
	/* For the planner 0 is no demand; IN 0s is one that cannot be met. */
	entry->duration_ns = command->has_duration ?
				     max(command->duration_ns, 1ULL) :
				     0;
	entry->time_ns = entry->duration_ns;
	for (i = 0; i < line->machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];

		from[i] = (struct place){ axis->target, axis->play };
		speed = axis->setting[SETTING_MAXSPEED];
		if (command->axes & BIT(i)) {
			error = transaction_target(line, command, i);
			if (!error)
				error = transaction_speed(line, command, i, &speed);
			if (error)
				return error;
			axis_approach(axis, from[i].micro);
		}
		entry->limits[i] = transaction_limits(axis, speed);
	}
	error = check_move(line, command, entry, from);
	if (error)
		return error;
	entry->settled_ns = line->now_ns + transaction_enable(line, command->axes);
	/* IN a time that no step fills: a rest of so long. */
	if (command->has_duration && !makes_steps(line, from)) {
		entry->kind = ENTRY_WAIT;
		entry->time_ns = command->duration_ns;
	}
	transaction_queue(line);
	return 0;
}

/*
 * The monotonic time that WAIT UNTIL means. 0 or an errno: -EDOM if it is over before what
 * is queued; when that is behind a HOME or HALT, nobody knows.
 */
static int find_instant(struct transaction *line, const struct command *command, u64 *until_ns)
{
	bool known = !transaction_homes(line) && !line->halt;
	u64 earliest_ns = line->now_ns;
	int error;

	*until_ns = command->realtime_ns - line->machine->realtime_offset_ns;
	if (known) {
		error = transaction_stage(line);
		if (error)
			return error;
		earliest_ns = motion_staged_end_ns(&line->machine->motion);
	}
	if ((s64)*until_ns < (s64)earliest_ns)
		return error_set(line->report, EDOM, command->duration_column,
				 "that will have passed by then");
	return 0;
}

int command_WAIT(struct transaction *line, const struct command *command)
{
	struct queue_entry *entry = transaction_entry(line);
	int error = transaction_room(line, command);

	if (error)
		return error;
	entry->kind = command->until ? ENTRY_UNTIL : ENTRY_WAIT;
	entry->axes = 0;
	entry->time_ns = command->duration_ns;
	entry->settled_ns = 0;
	if (command->until)
		error = find_instant(line, command, &entry->time_ns);
	if (error)
		return error;
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
	if (error)
		return error;
	entry->kind = ENTRY_TRIGGER;
	entry->axes = 0;
	entry->lines = PIN_AUX(command->output - 1);
	entry->time_ns = command->duration_ns;
	entry->settled_ns = 0;
	transaction_queue(line);
	return 0;
}
