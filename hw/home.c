// SPDX-License-Identifier: GPL-2.0
/*
 * HOME. It has a place in the queue like a move, but is not planned with it: each phase
 * is a plan of its own, from rest to rest, that a switch cuts short. How axes move is in
 * change.c, where a switch tripped is noted in switches.c.
 */
#include "alarm.h"
#include "home.h"
#include "switches.h"
#include "transaction.h"

/* The second touch has 1/8 of HOMESPEED; no way is longer than MIN to MAX and 1/8 more. */
#define EIGHTH_SHIFT 3
/* No way is longer, steps: plan_change() can do twice that. */
#define WAY_MAX (1LL << (PLAN_DISTANCE_BITS - 1))

/* The entry of the HOME that is under way or next. */
static struct queue_entry *next_entry(struct machine *machine)
{
	return machine_entry(machine, machine->state.done + 1);
}

static bool homes_upwards(const struct axis *axis)
{
	return axis->setting[SETTING_HOMEDIR] > 0;
}

/* The switch that an axis seeks: for want of a home switch the limit; 0: none. */
static u32 home_switch(const struct machine *machine, unsigned int i)
{
	u32 limit = homes_upwards(&machine->state.axis[i]) ? SWITCH_MAX(i) : SWITCH_MIN(i);
	u32 present = machine->switches.present;

	return present & SWITCH_HOME(i) ? SWITCH_HOME(i) : present & limit;
}

u32 home_axes(const struct machine *machine)
{
	u32 axes = 0;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++)
		if (home_switch(machine, i))
			axes |= BIT(i);
	return axes;
}

static u32 home_switches(const struct machine *machine)
{
	u32 lines = 0;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++)
		if (machine->state.home.axes & BIT(i))
			lines |= home_switch(machine, i);
	return lines;
}

/* Of the axes that look for them, those whose switches are in @lines. */
static u32 axes_at(const struct machine *machine, u32 lines)
{
	u32 axes = 0;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++)
		if (machine->state.home.axes & BIT(i) && lines & home_switch(machine, i))
			axes |= BIT(i);
	return axes;
}

/* The steps of @micro >= 0, upwards or down. */
static s64 way(const struct axis *axis, s64 micro, bool up)
{
	s64 steps = min_t(s64, axis_steps(axis, micro), WAY_MAX);

	return up ? steps : -steps;
}

/* What axis @i, at rest, does in @phase, if it takes part. */
static struct plan_change change_of(struct machine *machine, unsigned int i,
				    enum home_phase phase)
{
	const struct axis *axis = &machine->state.axis[i];
	s64 range = axis->setting[SETTING_MAX] - axis->setting[SETTING_MIN];
	s64 speed = next_entry(machine)->limits[i].speed;
	s64 here = motion_steps(&machine->motion, i) - motion_play(&machine->motion, i);
	bool up = homes_upwards(axis);
	struct plan_change change = { .what = PLAN_GO };

	if (phase == HOME_TOUCH)
		speed = max(speed >> EIGHTH_SHIFT, 1LL);
	change.axis = axis_limits_in_motion(axis, speed);
	if (phase == HOME_BACK_OFF) {
		change.axis.target = here + way(axis, axis->setting[SETTING_BACKOFF], !up);
		return change;
	}
	if (phase == HOME_RETURN) {
		change.axis.target = switches_place(machine, home_switch(machine, i));
		return change;
	}
	if (phase == HOME_LEAVE)
		up = !up;
	range += range >> EIGHTH_SHIFT;
	change.what = PLAN_RUN;
	change.velocity = axis_rate(axis, up ? speed : -speed);
	change.lowest = here + way(axis, range, false);
	change.highest = here + way(axis, range, true);
	return change;
}

/* Put @change in force. Whether it is; if not it is too late, or the end of HOME. */
static bool perform(struct machine *machine, const struct plan_change change[AXES_MAX],
		    u64 now_ns)
{
	struct motion *motion = &machine->motion;
	u64 end_ns;
	int error;

	motion_stage_cut(motion, now_ns);
	error = plan_change(motion, change);
	end_ns = motion_staged_end_ns(motion);
	if (!error && !motion_publish(motion, now_ns)) {
		next_entry(machine)->end_ns = end_ns;
		return true;
	}
	motion_abandon(motion);
	machine->state.home.late = true;
	if (error == -EDOM)
		alarm_raise(machine, ALARM_HOME, false, now_ns);
	return false;
}

/* The switches of the axes @arrived did what the phase waits for. */
static void stop(struct machine *machine, u32 arrived, u64 now_ns)
{
	struct plan_change *change = machine->asked.change;
	unsigned int i;

	memset(change, 0, sizeof(machine->asked.change));
	for (i = 0; i < machine->names.count; i++) {
		const struct axis *axis = &machine->state.axis[i];

		change[i].what = arrived & BIT(i) ? PLAN_STOP : PLAN_FINISH;
		change[i].axis = axis_limits_in_motion(axis, next_entry(machine)->limits[i].speed);
	}
	if (perform(machine, change, now_ns))
		machine->state.home.left &= ~arrived;
}

static void begin(struct machine *machine, enum home_phase phase, u64 now_ns)
{
	struct home *home = &machine->state.home;
	struct plan_change *change = machine->asked.change;
	u32 axes = home->axes;
	unsigned int i;

	if (phase == HOME_SEEK)
		axes &= ~axes_at(machine, switches_active(machine));
	switches_seek(machine, home_switches(machine));
	memset(change, 0, sizeof(machine->asked.change));
	for (i = 0; i < machine->names.count; i++) {
		struct axis *axis = &machine->state.axis[i];

		change[i] = change_of(machine, i, phase);
		if (!(axes & BIT(i)))
			change[i].what = PLAN_STOP;
		if (home->axes & BIT(i) && axis->trust == TRUST_KNOWN)
			axis->trust = TRUST_LOST;
	}
	if (!perform(machine, change, now_ns))
		return;
	home->phase = phase;
	home->left = phase == HOME_BACK_OFF || phase == HOME_RETURN ? 0 : axes;
}

/*
 * Which side of its play axis @i rests on was not quite known when what follows was queued:
 * say so up to the next move, which takes it up.
 */
static void hand_on_play(struct machine *machine, unsigned int i, s64 play)
{
	u32 number;

	for (number = machine->state.done + 1; number != machine->state.queued + 1; number++) {
		struct queue_entry *entry = machine_entry(machine, number);

		if (queue_goes(entry))
			return;
		entry->play[i] = play;
	}
	machine->state.axis[i].play = play;
}

static void finish(struct machine *machine)
{
	const struct queue_entry *entry = next_entry(machine);
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		struct axis *axis = &machine->state.axis[i];
		s64 play = motion_play(&machine->motion, i);

		if (!(entry->axes & BIT(i)))
			continue;
		hand_on_play(machine, i, play);
		axis_set_origin(axis, motion_steps(&machine->motion, i), entry->target[i], play);
		axis->trust = TRUST_KNOWN;
	}
	machine->state.home.axes = 0;
	switches_seek(machine, 0);
}

/* A HOME that was stopped, for good or by a hold, may still slow down behind its switch. */
static bool slows_down(struct machine *machine, u64 now_ns)
{
	enum entry_kind kind = next_entry(machine)->kind;

	return machine->state.done != machine->state.queued &&
	       (kind == ENTRY_STOP || kind == ENTRY_HOME) &&
	       !motion_idle(&machine->motion, now_ns);
}

void home_go_on(struct machine *machine, u64 now_ns)
{
	struct home *home = &machine->state.home;
	u32 arrived;

	if (!home->axes) {
		if (machine->switches.sought && !slows_down(machine, now_ns))
			switches_seek(machine, 0);
		return;
	}
	home->late = false;
	if (home->phase == HOME_LEAVE)
		arrived = home->left & ~axes_at(machine, switches_active(machine));
	else
		arrived = home->left & axes_at(machine, switches_seen(machine));
	if (arrived)
		stop(machine, arrived, now_ns);
	if (home->late || !motion_passed(&machine->motion, next_entry(machine)->end_ns, now_ns))
		return;
	if (home->left)
		alarm_raise(machine, ALARM_HOME, false, now_ns);
	else if (home->phase == HOME_RETURN)
		finish(machine);
	else
		begin(machine, home->phase + 1, now_ns);
}

void home_begin(struct machine *machine, u64 now_ns)
{
	struct queue_entry *entry = next_entry(machine);
	struct machine_state *state = &machine->state;

	if (state->done == state->queued || entry->kind != ENTRY_HOME ||
	    state->done != state->planned || state->hold)
		return;
	motion_stage(&machine->motion, now_ns);
	entry->end_ns = max(motion_staged_end_ns(&machine->motion), entry->settled_ns);
	state->planned = entry->number;
	machine->planned_from = state->planned + 1; /* nothing of it is staged there */
	state->home = (struct home){ .axes = entry->axes };
}

/* The axes that @command means: those that it names, or all that have a switch. */
static int find_axes(struct transaction *line, const struct command *command, u32 *axes)
{
	u32 with_switch = home_axes(line->machine);
	unsigned int i;

	*axes = command->axes ? command->axes : with_switch;
	if (*axes && !(*axes & ~with_switch))
		return 0;
	i = *axes ? __ffs(*axes & ~with_switch) : 0;
	return error_set(line->report, ENODEV, command->column, "%s has no home switch",
			 line->machine->names.name[i]);
}

int command_HOME(struct transaction *line, const struct command *command)
{
	struct command at = { .column = command->column,
			      .has_speed = true,
			      .speed.column = command->column };
	struct queue_entry *entry = transaction_entry(line);
	unsigned int i;
	s64 speed;
	int error;

	error = find_axes(line, command, &entry->axes);
	if (!error)
		error = transaction_room(line, command);
	if (error)
		return error;
	entry->kind = ENTRY_HOME;
	for (i = 0; i < line->machine->names.count; i++) {
		struct axis *axis = &line->state->axis[i];

		if (!(entry->axes & BIT(i)))
			continue;
		at.speed.micro = axis->setting[SETTING_HOMESPEED];
		error = transaction_speed(line, &at, i, &speed);
		if (error)
			return error;
		entry->limits[i] = transaction_limits(axis, speed);
		axis->target = axis->setting[SETTING_HOMEPOS];
		line->unknown &= ~BIT(i);
		axis->play = homes_upwards(axis) ? -axis_backlash(axis) : 0; /* by HOME_RETURN */
	}
	entry->settled_ns = line->now_ns + transaction_enable(line, entry->axes);
	transaction_queue(line);
	return 0;
}
