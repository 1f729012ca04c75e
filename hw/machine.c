// SPDX-License-Identifier: GPL-2.0
/*
 * The machine: its life, and lines as transactions. What it is made of is in state.h; its
 * queue is in queue.c; what commands share, in transaction.c, and what each does, in moves.c,
 * stream.c, retarget.c, home.c, control.c, presets.c, queries.c and settings.c; how axes
 * move, in plan.c and motion.c; what a file sees, in session.c.
 */
#include "../parser/line.h"
#include "alarm.h"
#include "events.h"
#include "home.h"
#include "machine.h"
#include "status.h"
#include "transaction.h"

/*
 * As a part of what its edges alone would allow, a step rate that can be served:
 * steps must be computed, too, and others want the processor or the bus.
 */
#define SERVED_PART 2

/*
 * Between two plans of the queue: if there was no room or it was too late; and where short
 * moves stream, so that many share the cost of a plan.
 */
#define PLAN_RETRY_NS 1000000

void machine_init(struct machine *machine, struct pins *pins)
{
	memset(machine, 0, sizeof(*machine));
	machine->pins = pins;
	motion_init(&machine->motion, 0, pins);
}

/* A name must do as a variable of a shell, for `eval`. */
static bool name_is_good(const char *name)
{
	size_t i, length = strlen(name);

	if (!length || length > AXIS_NAME_MAX || !isalpha(name[0]))
		return false;
	for (i = 0; i < length; i++)
		if (!isalnum(name[i]) && name[i] != '_')
			return false;
	return true;
}

static bool name_is_free(const struct machine *machine, const char *name)
{
	unsigned int i;

	if (parser_is_reserved(name))
		return false;
	for (i = 0; i < machine->names.count; i++)
		if (!strcasecmp(name, machine->names.name[i]))
			return false;
	return true;
}

static void configure_pulses(struct machine *machine)
{
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		struct pulse_timing timing = axis_timing(&machine->state.axis[i]);

		motion_set_timing(&machine->motion, i, &timing);
	}
}

int machine_add_axis(struct machine *machine, const char *name,
		     struct error_report *report)
{
	unsigned int axis = machine->names.count;
	size_t i;

	if (axis == AXES_MAX)
		return error_set(report, ENOSPC, 0, "more than %d axes",
				 AXES_MAX);
	if (!name_is_good(name))
		return error_set(report, EINVAL, 0,
				 "\"%.20s\" cannot name an axis", name);
	if (!name_is_free(machine, name))
		return error_set(report, EINVAL, 0,
				 "the name %s is taken or reserved", name);
	for (i = 0; i <= strlen(name); i++)
		machine->names.name[axis][i] = toupper(name[i]);
	axis_init(&machine->state.axis[axis]);
	machine->names.count++;
	machine->motion.axes = machine->names.count;
	configure_pulses(machine);
	return axis;
}

void machine_set_drive(struct machine *machine, unsigned int axis, enum drive drive)
{
	machine->state.axis[axis].drive = drive;
	configure_pulses(machine);
}

void machine_limit_rate(struct machine *machine, u64 edge_ns)
{
	u64 step_ns = 0; /* of every axis one */
	unsigned int i;

	for (i = 0; i < machine->names.count; i++)
		step_ns += edge_ns * (machine->state.axis[i].drive == DRIVE_STEP_DIR ? 2 : 1);
	step_ns = max(step_ns * SERVED_PART, 1ULL);
	machine->highest_rate = min_t(u64, U32_MAX, div64_u64(NS_PER_S, step_ns));
}

void machine_add_switch(struct machine *machine, u32 line)
{
	unsigned int i;

	machine->switches.present |= line;
	for (i = 0; i < machine->names.count; i++)
		if (line == SWITCH_HOME(i))
			machine->state.axis[i].trust = TRUST_UNKNOWN;
}

static int configure_one(struct machine *machine, unsigned int axis, const char *setting,
			 size_t setting_length, struct error_report *report)
{
	char line[LINE_BYTES_MAX + 1];
	struct client client = { .privileged = true };
	struct line_result result;
	struct text answer;
	int length;

	length = snprintf(line, sizeof(line), "SET %s %.*s",
			  machine->names.name[axis], (int)setting_length, setting);
	if (length >= (int)sizeof(line))
		return error_set(report, EMSGSIZE, 0, "setting too long");
	text_init(&answer, machine->answer, sizeof(machine->answer));
	return machine_run_line(machine, &client, line, length, false, 0,
				&answer, &result, report);
}

int machine_configure(struct machine *machine, unsigned int axis,
		      const char *settings, struct error_report *report)
{
	static const char between[] = "; \t\n";
	size_t length;
	int err;

	for (settings += strspn(settings, between); *settings;
	     settings += strspn(settings, between)) {
		length = strcspn(settings, ";\n");
		err = configure_one(machine, axis, settings, length, report);
		if (err)
			return err;
		settings += length;
	}
	return 0;
}

/* Bring the state up to date with what switches and motors did. */
static void retire(struct machine *machine, u64 now_ns)
{
	unsigned int i;

	switches_look(machine, now_ns);
	home_go_on(machine, now_ns);
	while (machine->state.done != machine->state.planned &&
	       !machine->state.hold && !machine->state.home.axes) {
		struct queue_entry *entry =
			machine_entry(machine, machine->state.done + 1);

		if (!motion_passed(&machine->motion,
				   queue_end_ns(machine, entry), now_ns))
			return;
		/* that of a point: whatever becomes of the next */
		entry->end_ns = queue_end_ns(machine, entry);
		entry->point_ns = entry->end_ns;
		entry->outcome = ENTRY_DONE;
		for (i = 0; i < machine->names.count; i++) {
			machine->state.axis[i].rest = entry->target[i];
			machine->state.axis[i].rest_play = entry->play[i];
		}
		machine->state.done++;
		machine->idle_ns = now_ns;
		events_add(machine, entry->tag, "* DONE\n");
		events_tell_changes(machine, entry->tag);
	}
	home_begin(machine, now_ns);
	if (machine->state.done == machine->state.queued)
		for (i = 0; i < machine->names.count; i++)
			axis_forget_limits(&machine->state.axis[i]);
}

/*
 * Switch off the drivers that have rested for their IDLE time. Returns when the
 * next will have, or U64_MAX.
 */
static u64 release_idle(struct machine *machine, u64 now_ns)
{
	u64 next_ns = U64_MAX;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		u64 idle = machine->state.axis[i].setting[SETTING_IDLE];

		if (!idle || !(machine->state.enabled & BIT(i)))
			continue;
		if (machine->idle_ns + idle > now_ns) {
			next_ns = min(next_ns, machine->idle_ns + idle);
			continue;
		}
		machine->state.enabled &= ~BIT(i);
		motion_enable(&machine->motion, BIT(i), false);
	}
	return next_ns;
}

/* Plan what is queued, if it is time to. Returns when it will be. */
static u64 plan_queue(struct machine *machine, u64 now_ns)
{
	struct machine_state *state = &machine->state;
	u64 commit_ns = state->commit_ns;
	u32 planned = state->planned;
	u64 due_ns = queue_due_ns(machine);
	int error;

	if (planned != state->done)
		due_ns = max(due_ns, machine->replan_ns);
	if (due_ns > now_ns)
		return due_ns;
	machine->replan_ns = now_ns + PLAN_RETRY_NS;
	error = queue_plan(machine, state, now_ns, false);
	if (!error)
		error = motion_publish(&machine->motion, now_ns);
	if (!error) {
		queue_planned(machine);
		return max(queue_due_ns(machine), machine->replan_ns);
	}
	motion_abandon(&machine->motion);
	state->planned = planned;
	state->commit_ns = commit_ns;
	return machine->replan_ns;
}

u64 machine_service(struct machine *machine, u64 now_ns)
{
	const struct queue_entry *entry;
	u64 next_ns = U64_MAX;

	retire(machine, now_ns);
	events_tell_changes(machine, "");
	if (machine->state.done == machine->state.queued)
		next_ns = release_idle(machine, now_ns);
	else if (!machine->state.hold)
		next_ns = plan_queue(machine, now_ns);
	if (machine->state.done != machine->state.planned && !machine->state.hold) {
		entry = machine_entry(machine, machine->state.done + 1);
		next_ns = min(next_ns, motion_real_ns(&machine->motion,
						      queue_end_ns(machine, entry)));
	}
	if (machine->state.home.axes && machine->state.home.late)
		next_ns = min(next_ns, now_ns + PLAN_RETRY_NS);
	return min(next_ns, switches_next_ns(machine));
}

bool machine_alarm(const struct machine *machine)
{
	return machine->state.alarm;
}

bool machine_has_room(const struct machine *machine)
{
	return machine->state.queued - machine->state.done < QUEUE_MAX;
}

void machine_status(struct machine *machine, struct text *answer, u64 now_ns)
{
	retire(machine, now_ns);
	status_print(machine, &machine->state, answer, now_ns);
}

void machine_wait_begin(const struct machine *machine, const struct client *client,
			struct machine_wait *wait)
{
	wait->stopped = client->stops != machine->state.stops;
	wait->number = machine->state.queued;
	wait->stops = machine->state.stops;
	wait->idle = machine->state.done == machine->state.queued;
}

int machine_wait_result(const struct machine *machine,
			const struct machine_wait *wait)
{
	const struct queue_entry *entry =
		&machine->queue[wait->number % ARRAY_SIZE(machine->queue)];

	if (wait->idle || wait->stopped) {
		if (machine->state.alarm)
			return -ESHUTDOWN;
		return wait->stopped ? -ECANCELED : 0;
	}
	if ((s32)(machine->state.done - wait->number) < 0)
		return -EINPROGRESS;
	/* Its place may have been taken since: then only the count is left. */
	if (entry->number != wait->number)
		return wait->stops == machine->state.stops ? 0 : -ECANCELED;
	if (entry->outcome == ENTRY_STOPPED)
		return -ECANCELED;
	return entry->outcome == ENTRY_HALTED ? -ESHUTDOWN : 0;
}

struct stand machine_stand(struct machine *machine, unsigned int axis)
{
	return (struct stand){
		.phase = motion_phase(&machine->motion, axis),
		.play = motion_play(&machine->motion, axis),
	};
}

void machine_set_stand(struct machine *machine, unsigned int i, const struct stand *stand)
{
	struct axis *axis = &machine->state.axis[i];
	s64 backlash = axis_backlash(axis);

	axis->play = clamp_t(s64, stand->play, -backlash, 0);
	axis_set_origin(axis, motion_steps(&machine->motion, i), axis->target, axis->play);
	motion_set_backlash(&machine->motion, i, backlash, axis->play);
	motion_set_phase(&machine->motion, i, stand->phase);
}

void machine_shut_down(struct machine *machine, u64 now_ns)
{
	retire(machine, now_ns);
	alarm_raise(machine, ALARM_HALTED, false, now_ns);
	alarm_drivers_off(machine);
}

/* On hold nothing is planned: where the next point would go on is all that is kept. */
static void abandon_on_hold(struct motion *motion)
{
	if (motion->staged_stream.segment != SEGMENT_NONE)
		motion->accepted = motion->staged_stream;
	motion_abandon(motion);
}

/* The line was a PAUSE, and is published: a point may go on from the last that is queued. */
static void hold(struct transaction *line)
{
	struct machine *machine = line->machine;
	const struct queue_entry *last = machine_entry(machine, machine->state.queued);

	queue_hold(machine, line->held_ns);
	if (machine->state.done == machine->state.queued || last->kind != ENTRY_POINT)
		machine->motion.accepted.segment = SEGMENT_NONE;
	else if (last->end_ns != U64_MAX)
		machine->motion.accepted = machine->motion.stream;
}

/* The line said HALT: now, and what it queued behind that begins where the axes rest. */
static void halt(struct transaction *line)
{
	struct machine *machine = line->machine;
	unsigned int i;

	if (!alarm_halt(machine, false, line->now_ns))
		return;
	for (i = 0; i < machine->names.count; i++) {
		const struct axis *rests = &machine->state.axis[i];

		line->state->axis[i].rest = rests->rest;
		line->state->axis[i].rest_play = rests->rest_play;
		line->state->axis[i].trust = rests->trust;
	}
	queue_set_out(machine, line->state);
}

/* All commands of the line are good: let them take effect. */
static int take_effect(struct transaction *line, struct line_result *result)
{
	struct machine *machine = line->machine;
	struct motion *motion = &machine->motion;

	/* First, since the first step may be due at once. */
	if (line->enable)
		motion_enable(motion, line->enable, true);
	if (line->paused)
		motion->accepted = motion->stream;
	if ((machine->staged.hold || line->checks) && !line->paused) {
		abandon_on_hold(motion);
	} else if (line->moved && motion_publish(motion, line->now_ns)) {
		result->late = true;
		return -EAGAIN;
	}
	if (line->stopped)
		queue_drop(machine, ENTRY_STOPPED);
	if (line->paused)
		hold(line);
	if (line->halt)
		halt(line);
	machine->state = machine->staged;
	if (line->moved)
		queue_planned(machine);
	if (line->timing)
		configure_pulses(machine);
	if (line->release)
		motion_enable(&machine->motion, line->release, false);
	if (line->enable || line->halt)
		machine->idle_ns = line->now_ns;
	return 0;
}

static command_effect *const effects[] = {
#define COMMAND(verb, word, form, usage, help) command_##verb,
	COMMANDS
#undef COMMAND
};

static int run_commands(struct transaction *line, struct parser *parser,
			struct line_result *result)
{
	struct command command;
	unsigned int count = 0;
	int error;

	while ((error = parser_next(parser, &command, line->report)) > 0) {
		error = effects[command.verb](line, &command);
		if (error)
			return error;
		count++;
	}
	result->blank = !count;
	result->only_sync = count == 1 && line->sync;
	return error;
}

/* A line that set BACKLASH of axes at rest is not to be. */
static void restore_backlash(struct machine *machine)
{
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		const struct axis *axis = &machine->state.axis[i];

		motion_set_backlash(&machine->motion, i, axis_backlash(axis), axis->rest_play);
	}
}

int machine_run_line(struct machine *machine, struct client *client,
		     const char *bytes, unsigned int length, bool nonblocking,
		     u64 now_ns, struct text *answer,
		     struct line_result *result, struct error_report *report)
{
	struct transaction line = {
		.machine = machine,
		.state = &machine->staged,
		.now_ns = now_ns,
		.privileged = client->privileged,
		.nonblocking = nonblocking,
		.behind = client->behind,
		.acknowledged = client->stops == machine->state.stops,
		.watch = client->watch,
		.tag = result->tag,
		.answer = answer,
		.report = report,
	};
	struct parser parser;
	int error;

	memset(result, 0, sizeof(*result));
	error = parser_begin(&parser, &machine->names, bytes, length, report);
	memcpy(result->tag, parser.tag, sizeof(result->tag));
	if (error)
		return error;
	retire(machine, now_ns);
	machine->staged = machine->state;
	error = run_commands(&line, &parser, result);
	if (!error)
		error = take_effect(&line, result);
	result->sync = line.sync;
	if (error) {
		motion_abandon(&machine->motion);
		if (line.timing)
			restore_backlash(machine);
		return error;
	}
	if (line.acknowledged)
		client->stops = machine->state.stops;
	if (line.watch && !client->watch)
		client->events_seen = machine->events;
	client->watch = line.watch;
	events_tell_changes(machine, result->tag);
	result->wait.number = line.sync_number;
	result->wait.stops = machine->state.stops;
	return 0;
}
