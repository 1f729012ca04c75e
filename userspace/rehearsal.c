// SPDX-License-Identifier: GPL-2.0
/*
 * Playing a script in virtual time; see rehearsal.h. Its lines come from source.c,
 * what is printed of it is in plan.c.
 */
#include <math.h>
#include <stdlib.h>

#include "../hw/queue.h"
#include "../hw/sim/head.h"
#include "rehearsal.h"

static struct rehearsal *of_pins(struct pins *pins)
{
	return (struct rehearsal *)((char *)pins - offsetof(struct rehearsal, pins));
}

/* The motor's view: it knows the wires alone. */
static void set(struct pins *pins, u64 lines, u64 levels)
{
	struct rehearsal *rehearsal = of_pins(pins);
	unsigned int i;

	if (rehearsal->observer->edges)
		rehearsal->observer->edges(rehearsal, lines, levels);
	for (i = 0; i < rehearsal->machine.names.count; i++) {
		bool invert = rehearsal->machine.state.axis[i].setting[SETTING_INVERT];

		if (lines & PIN_DIR(i)) {
			rehearsal->up &= ~(1U << i);
			if (!(levels & PIN_DIR(i)) == invert)
				rehearsal->up |= 1U << i;
		}
	}
	for (i = 0; i < rehearsal->machine.names.count; i++) {
		if (!(lines & levels & PIN_STEP(i)))
			continue;
		rehearsal->position[i] += rehearsal->up >> i & 1 ? 1 : -1;
		rehearsal->steps++;
		if (rehearsal->observer->step)
			rehearsal->observer->step(rehearsal, i,
						  rehearsal->position[i]);
	}
}

/* There is one thread. */
static void do_nothing(struct pins *pins)
{
}

static bool add_axes(struct machine *machine, const struct axis_names *names, u32 homes)
{
	struct error_report report;
	unsigned int axis;

	for (axis = 0; axis < names->count; axis++) {
		if (machine_add_axis(machine, names->name[axis], &report) < 0)
			return false;
		if (homes & BIT(axis))
			machine_add_switch(machine, SWITCH_HOME(axis));
	}
	machine->outputs = AUX_MAX;
	return true;
}

static bool add_head(struct rehearsal *rehearsal)
{
	struct machine *machine = &rehearsal->machine;
	struct error_report report;
	unsigned int axis, i;

	for (axis = 0; axis < HEAD_AXES; axis++) {
		const struct head_axis_data *data = &head_axis_data[axis];

		if (machine_add_axis(machine, data->name, &report) < 0)
			return false;
		machine_add_switch(machine, SWITCH_HOME(axis));
		rehearsal->home[axis] = floor((double)data->home_degrees * data->scale_numerator /
					      data->scale_denominator);
		for (i = 0; i < data->settings_count; i++)
			if (machine_configure(machine, axis, data->settings[i],
					      &report))
				return false;
	}
	machine->outputs = 1;
	return true;
}

struct rehearsal *rehearsal_new(const struct observer *observer,
				const struct axis_names *names, u32 homes)
{
	struct rehearsal *rehearsal = calloc(1, sizeof(*rehearsal));
	unsigned int i;

	if (!rehearsal)
		return NULL;
	for (i = 0; i < AXES_MAX; i++)
		rehearsal->home[i] = HOME_IS_HOMEPOS;
	rehearsal->observer = observer;
	rehearsal->now_ns = REHEARSAL_BEGIN_NS;
	rehearsal->next_sample_ns = observer->sample ? REHEARSAL_BEGIN_NS : U64_MAX;
	rehearsal->pins = (struct pins){ set, do_nothing, do_nothing, do_nothing };
	machine_init(&rehearsal->machine, &rehearsal->pins);
	/* WAIT UNTIL tells virtual time, too. */
	rehearsal->machine.realtime_offset_ns = -(s64)REHEARSAL_BEGIN_NS;
	if (!(names ? add_axes(&rehearsal->machine, names, homes) :
		      add_head(rehearsal))) {
		free(rehearsal);
		return NULL;
	}
	session_open(&rehearsal->session, &rehearsal->machine, false, true, true);
	return rehearsal;
}

bool rehearsal_set_up(struct rehearsal *rehearsal, const char *line)
{
	struct session *session = &rehearsal->session;
	char bytes[LINE_BYTES_MAX + 2];
	int length = snprintf(bytes, sizeof(bytes), "%s\n", line);
	size_t taken;
	int status;

	session_begin_write(session, false);
	status = session_feed(session, bytes, min((size_t)length, sizeof(bytes) - 1),
			      rehearsal->now_ns, &taken);
	return session_end_write(session, status) == length;
}

void rehearsal_free(struct rehearsal *rehearsal)
{
	free(rehearsal->line);
	free(rehearsal);
}

/* Whether the home switch of axis @i is tripped where @steps were emitted. */
static bool at_home(const struct rehearsal *rehearsal, unsigned int i, s64 steps)
{
	const struct axis *axis = &rehearsal->machine.state.axis[i];
	s64 home;

	if (rehearsal->home[i] != HOME_IS_HOMEPOS)
		return steps <= rehearsal->home[i];
	home = axis->origin + axis_steps(axis, axis->setting[SETTING_HOMEPOS]);
	return axis->setting[SETTING_HOMEDIR] > 0 ? steps >= home : steps <= home;
}

/* @axis made a step at @now_ns: tell if that trips its home switch, or lets it open. */
static void look_at_switch(struct rehearsal *rehearsal, const struct motion_axis *axis, u64 now_ns)
{
	unsigned int i = axis->stepgen.axis;
	bool tripped = at_home(rehearsal, i, axis->steps);

	if (tripped == (rehearsal->tripped >> i & 1))
		return;
	rehearsal->tripped ^= 1U << i;
	switches_report(&rehearsal->machine, SWITCH_HOME(i), tripped, now_ns);
}

/*
 * Take the steps of @axis that are due by @until_ns as made, without a pulse:
 * what is measured is the generator. Returns when the next is due.
 */
static u64 count_steps(struct rehearsal *rehearsal, struct motion_axis *axis,
		       u64 until_ns)
{
	const struct segment *pool = rehearsal->machine.motion.pool.segment;
	u64 step_ns = axis->pulse.step_ns;
	bool more = axis->pulse.step;
	bool up = axis->pulse.up;

	while (more && step_ns <= until_ns) {
		rehearsal->steps++;
		motion_count_step(axis, up);
		look_at_switch(rehearsal, axis, step_ns);
		more = stepgen_next(&axis->stepgen, pool, &step_ns, &up);
	}
	if (!more) {
		pulse_no_step(&axis->pulse, until_ns);
		return U64_MAX;
	}
	pulse_step(&axis->pulse, step_ns, up, U64_MAX, until_ns);
	return step_ns;
}

/* The same for the auxiliary lines. */
static u64 skip_outputs(struct outputs *outputs, u64 until_ns)
{
	while (outputs->first != outputs->end &&
	       outputs->output[outputs->first].at_ns <= until_ns)
		outputs->first++;
	return outputs->first != outputs->end ? outputs->output[outputs->first].at_ns :
						U64_MAX;
}

/* Emit the edges that are due now; returns when the next is. */
static u64 run_edges(struct rehearsal *rehearsal)
{
	struct machine *machine = &rehearsal->machine;
	u64 next_ns = motion_run(&machine->motion, rehearsal->now_ns);
	unsigned int i;

	for (i = 0; i < machine->names.count; i++)
		look_at_switch(rehearsal, &machine->motion.axis[i], rehearsal->now_ns);
	return next_ns;
}

/* Serve what is due at @now_ns and before; returns when the next edge is due. */
static u64 serve(struct rehearsal *rehearsal, u64 now_ns)
{
	struct motion *motion = &rehearsal->machine.motion;
	unsigned int i;
	u64 next_ns;

	if (!rehearsal->observer->count_only) {
		while ((next_ns = run_edges(rehearsal)) <= now_ns)
			rehearsal->now_ns = max(next_ns, rehearsal->now_ns);
		rehearsal->now_ns = now_ns;
		return next_ns;
	}
	next_ns = skip_outputs(&motion->outputs, now_ns);
	for (i = 0; i < rehearsal->machine.names.count; i++)
		next_ns = min(next_ns, count_steps(rehearsal, &motion->axis[i], now_ns));
	motion->run_ns = max(motion->run_ns, now_ns);
	rehearsal->now_ns = now_ns;
	return next_ns;
}

static bool was_observed(const struct rehearsal *rehearsal,
			 const struct segment *segment)
{
	if (segment->start_ns != rehearsal->observed_ns)
		return segment->start_ns < rehearsal->observed_ns;
	return segment->start_fraction <= rehearsal->observed_fraction;
}

static void observe(struct rehearsal *rehearsal, const struct segment *segment)
{
	/* One that was cut at its start begins where the next does. */
	if (!segment->end || was_observed(rehearsal, segment))
		return;
	rehearsal->observed_ns = segment->start_ns;
	rehearsal->observed_fraction = segment->start_fraction;
	rehearsal->observer->segment(rehearsal, segment);
}

/* A move IN a time may be over within the last ns of its last segment. */
static bool is_over(const struct rehearsal *rehearsal, const struct segment *segment)
{
	return segment_end_ns(segment) <= rehearsal->now_ns + 1;
}

/*
 * Hand on the segments that are over: nothing can replace them any more. To be
 * called whenever time has passed, before the machine forgets them.
 */
static void observe_segments(struct rehearsal *rehearsal)
{
	const struct motion *motion = &rehearsal->machine.motion;
	const struct segment *segment = NULL;

	if (!rehearsal->observer->segment)
		return;
	while ((segment = motion_next_segment(motion, segment)) && is_over(rehearsal, segment))
		observe(rehearsal, segment);
}

/* Let time pass until @until_ns, though the machine wants no service before. */
static void pass(struct rehearsal *rehearsal, u64 until_ns)
{
	const struct observer *observer = rehearsal->observer;

	while (rehearsal->next_sample_ns <= until_ns) {
		serve(rehearsal, rehearsal->next_sample_ns);
		observe_segments(rehearsal);
		observer->sample(rehearsal);
		rehearsal->next_sample_ns += observer->sample_ns;
	}
	serve(rehearsal, until_ns);
	observe_segments(rehearsal);
}

static const struct queue_entry *entry_of(const struct rehearsal *rehearsal,
					  u32 number)
{
	const struct machine *machine = &rehearsal->machine;

	return &machine->queue[number % ARRAY_SIZE(machine->queue)];
}

static u64 real_end_ns(struct rehearsal *rehearsal, const struct queue_entry *entry)
{
	struct machine *machine = &rehearsal->machine;

	return motion_real_ns(&machine->motion, queue_end_ns(machine, entry));
}

/* A line that waited for others began when they were done. */
static void find_start(struct rehearsal *rehearsal, struct script_line *line)
{
	const struct queue_entry *before = entry_of(rehearsal, line->first - 1);
	u64 end_ns = real_end_ns(rehearsal, before) - REHEARSAL_BEGIN_NS;

	if (line->behind)
		line->start_ns = before->outcome == ENTRY_DONE ?
					 max(line->start_ns, end_ns) :
					 U64_MAX;
}

/* If all that @line queued has ended, note when. */
static bool line_ends(struct rehearsal *rehearsal, struct script_line *line)
{
	u64 end_ns;
	u32 number;

	if (line->last == line->first - 1)
		return true;
	if ((s32)(rehearsal->machine.state.done - line->last) < 0)
		return false;
	find_start(rehearsal, line);
	for (number = line->first; number != line->last + 1; number++)
		if (entry_of(rehearsal, number)->outcome != ENTRY_DONE)
			line->outcome = entry_of(rehearsal, number)->outcome;
	end_ns = real_end_ns(rehearsal, entry_of(rehearsal, line->last));
	line->end_ns = (line->outcome == ENTRY_DONE ? end_ns : rehearsal->now_ns) -
		       REHEARSAL_BEGIN_NS;
	if (line->start_ns > line->end_ns) /* it was held or stopped before it began */
		line->start_ns = U64_MAX;
	return true;
}

/* Note the lines that have ended. To be called before what they queued is forgotten. */
static void end_lines(struct rehearsal *rehearsal)
{
	while (rehearsal->lines_ended < rehearsal->lines &&
	       line_ends(rehearsal, &rehearsal->line[rehearsal->lines_ended]))
		rehearsal->lines_ended++;
}

/*
 * Take note of what has happened, and let time pass until something more does, but
 * not beyond @until_ns. False if nothing ever will.
 */
static bool pass_on(struct rehearsal *rehearsal, u64 until_ns)
{
	u64 next_ns, edge_ns;

	serve(rehearsal, rehearsal->now_ns);
	next_ns = machine_service(&rehearsal->machine, rehearsal->now_ns);
	if (next_ns <= rehearsal->now_ns) /* what it planned was over already: that is to be told */
		next_ns = machine_service(&rehearsal->machine, rehearsal->now_ns);
	edge_ns = serve(rehearsal, rehearsal->now_ns); /* of what it planned */
	end_lines(rehearsal);
	if (next_ns == U64_MAX || next_ns <= rehearsal->now_ns)
		next_ns = edge_ns;
	if (rehearsal->machine.state.home.axes) /* each edge may trip a switch */
		next_ns = min(next_ns, edge_ns);
	next_ns = min(next_ns, until_ns);
	if (next_ns == U64_MAX)
		return false;
	pass(rehearsal, max(next_ns, rehearsal->now_ns));
	return true;
}

static void print_error(const struct rehearsal *rehearsal, unsigned int column,
			const char *text)
{
	if (!rehearsal->file)
		return;
	fprintf(stderr, "%s:%u:%u: error: %s\n", rehearsal->file,
		rehearsal->line_number, max(column, 1U), text);
}

static void print_refusal(const struct rehearsal *rehearsal)
{
	const struct machine *machine = &rehearsal->machine;
	const struct error_report *report =
		&machine->error[(machine->errors - 1) % ERRORS_MAX];

	print_error(rehearsal, report->column, report->text);
}

/* What runs now; a HALT will forget it. */
static void keep_running(struct rehearsal *rehearsal)
{
	const struct motion *motion = &rehearsal->machine.motion;
	const struct segment *segment = NULL;

	rehearsal->running.end = 0;
	while ((segment = motion_next_segment(motion, segment)) &&
	       segment->start_ns < rehearsal->now_ns)
		rehearsal->running = *segment;
}

/* The segment that ran has ended now. */
static void end_running(struct rehearsal *rehearsal)
{
	struct segment *running = &rehearsal->running;

	running->end = min(running->end, segment_u(running, rehearsal->now_ns));
	if (rehearsal->observer->segment)
		observe(rehearsal, running);
}

/* session_feed(), and the segment that it ends by a HALT. */
static int feed(struct rehearsal *rehearsal, const char *bytes, size_t count,
		size_t *taken)
{
	const struct machine_state *state = &rehearsal->machine.state;
	bool halted = state->alarm;
	int status;

	keep_running(rehearsal);
	status = session_feed(&rehearsal->session, bytes, count,
			      rehearsal->now_ns, taken);
	if (state->alarm && !halted)
		end_running(rehearsal);
	return status;
}

/* When the motion begins that was planned just now on the idle machine. */
static u64 first_motion_ns(const struct rehearsal *rehearsal)
{
	const struct motion *motion = &rehearsal->machine.motion;
	const struct segment *segment = NULL;

	while ((segment = motion_next_segment(motion, segment)))
		if (!is_over(rehearsal, segment))
			return segment->start_ns - REHEARSAL_BEGIN_NS;
	return rehearsal_time_ns(rehearsal) + MOTION_LEAD_NS;
}

/* Note what @line, which was taken just now, has queued. */
static void note_queued(struct rehearsal *rehearsal, struct script_line *line,
			bool idle)
{
	const struct queue_entry *before = entry_of(rehearsal, line->first - 1);

	line->last = rehearsal->machine.state.queued;
	line->start_ns = rehearsal_time_ns(rehearsal) + MOTION_LEAD_NS;
	if (idle)
		line->start_ns = first_motion_ns(rehearsal);
	else if (before->outcome == ENTRY_STOPPED)
		line->start_ns = rehearsal_time_ns(rehearsal) + MOTION_HANDOVER_NS;
	else
		line->behind = true;
}

/* Write the line, and wait as a blocking writer waits. */
static bool write_line(struct rehearsal *rehearsal, struct script_line *line,
		       const char *bytes, size_t count)
{
	const struct machine_state *state = &rehearsal->machine.state;
	struct session *session = &rehearsal->session;
	size_t taken, at = 0;
	int status;
	bool idle;

	session_begin_write(session, false);
	do {
		while (at && !session_ready(session, rehearsal->now_ns)) {
			if (pass_on(rehearsal, U64_MAX) ||
			    session_ready(session, rehearsal->now_ns))
				continue;
			print_error(rehearsal, 1, "this would wait for ever");
			session_end_write(session, -EINTR);
			return false;
		}
		idle = state->done == state->queued;
		status = feed(rehearsal, bytes + at, count - at, &taken);
		machine_service(&rehearsal->machine, rehearsal->now_ns);
		if (line->last != state->queued)
			note_queued(rehearsal, line, idle);
		at += taken;
	} while (status == -EAGAIN || status == -EINPROGRESS);
	if (session_end_write(session, status) == (s64)count)
		return true;
	print_refusal(rehearsal);
	return false;
}

/* A place for one more line; NULL if there is no memory. */
static struct script_line *new_line(struct rehearsal *rehearsal, const char *bytes)
{
	unsigned int lines = rehearsal->lines;
	struct script_line *line = rehearsal->line;

	if (!(lines & (lines - 1))) { /* grow at 0 and the powers of 2 */
		line = realloc(line, (2 * lines + 1) * sizeof(*line));
		if (!line) {
			print_error(rehearsal, 1, "out of memory");
			return NULL;
		}
		rehearsal->line = line;
	}
	line += lines;
	memset(line, 0, sizeof(*line));
	line->number = rehearsal->line_number;
	line->outcome = ENTRY_DONE;
	line->written_ns = rehearsal_time_ns(rehearsal);
	line->end_ns = U64_MAX;
	line->first = rehearsal->machine.state.queued + 1;
	line->last = line->first - 1;
	snprintf(line->text, sizeof(line->text), "%.*s",
		 (int)strcspn(bytes, "\r\n"), bytes);
	return line;
}

static bool play_line(struct rehearsal *rehearsal, const char *bytes, size_t count)
{
	struct script_line *line = new_line(rehearsal, bytes);

	if (!line || !write_line(rehearsal, line, bytes, count))
		return false;
	if (rehearsal->session.result.blank)
		return true;
	if (line->last == line->first - 1) {
		line->start_ns = line->written_ns;
		line->end_ns = rehearsal_time_ns(rehearsal);
	}
	rehearsal->lines++;
	end_lines(rehearsal);
	return true;
}

bool rehearsal_parse_mark(const char *line, u64 *time_ns, unsigned int *column)
{
	size_t begin = strlen(TIME_MARK);
	size_t length;

	begin += strspn(line + begin, " \t");
	length = strcspn(line + begin, " \t\r\n");
	*column = begin + 1;
	return !line[begin + length + strspn(line + begin + length, " \t\r\n")] &&
	       !instant_parse(line + begin, length, time_ns);
}

/* Let virtual time come to what the mark @bytes says. */
static bool play_time_mark(struct rehearsal *rehearsal, const char *bytes)
{
	unsigned int column;
	u64 time_ns;

	if (!rehearsal_parse_mark(bytes, &time_ns, &column)) {
		print_error(rehearsal, column, TIME_MARK_WRONG);
		return false;
	}
	if (time_ns < rehearsal_time_ns(rehearsal)) {
		char text[64];

		snprintf(text, sizeof(text), "it is %.9Lf s already",
			 rehearsal_time_ns(rehearsal) / 1e9L);
		print_error(rehearsal, column, text);
		return false;
	}
	while (rehearsal_time_ns(rehearsal) < time_ns)
		pass_on(rehearsal, time_ns + REHEARSAL_BEGIN_NS);
	return true;
}

void rehearsal_end(struct rehearsal *rehearsal)
{
	struct machine *machine = &rehearsal->machine;
	const struct machine_state *state = &machine->state;
	unsigned int i;
	u64 edge_ns;

	while (state->done != state->queued && pass_on(rehearsal, U64_MAX))
		;
	while ((edge_ns = serve(rehearsal, rehearsal->now_ns)) != U64_MAX)
		pass(rehearsal, edge_ns);
	pass(rehearsal, max(rehearsal->now_ns, motion_end_ns(&machine->motion)));
	for (i = rehearsal->lines_ended; i < rehearsal->lines; i++)
		find_start(rehearsal, &rehearsal->line[i]);
}

bool rehearsal_line(struct rehearsal *rehearsal, const char *bytes, size_t count)
{
	rehearsal->line_number++;
	if (!strncmp(bytes, TIME_MARK, strlen(TIME_MARK)))
		return play_time_mark(rehearsal, bytes);
	return play_line(rehearsal, bytes, count);
}
