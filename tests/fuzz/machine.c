// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the whole machine on the virtual head, in virtual time, and judges after
 * every call what must always hold, from the edges that the head saw. What the
 * single commands do is for the unit tests.
 *
 * An input is text, a record a line; what is none of these is passed over:
 *
 *	0PAN 30|TILT 5	write to file 0 ("|" is LF; a LF ends it)
 *	3PAN 3\		likewise, but without a LF at its end
 *	+1500		let 1500 us pass
 *	l900		from now on edges are served up to 900 ns late
 *	c2		close file 2 and open it anew
 *	r2		read what waits in file 2
 *	S, H		somebody else says STOP, HALT
 *	x		the host goes to sleep
 *	h1		somebody closes the home switch of axis 1, or opens it
 *
 * Files 0 and 2 were opened as root, 1 and 3 were not; 0 and 1 do not block, in 2
 * and 3 a signal comes after a short wait; 2 is only written.
 */
#include "../unit/reference.h"
#include "../unit/rig.h"
#include <check.h>
#include <math.h>

#define FILES 4
#define HOME_STEPS -150 /* below which home switches are closed, if nobody meddles */
#define CALLS_MAX 20000 /* of motion_run() for one input */
#define ROUNDING 0.000002 /* of limits; as in ../property/judge.c */
#define MOVES \
	(BIT(VERB_MOVE) | BIT(VERB_NOW) | BIT(VERB_RUN) | BIT(VERB_PVT) | BIT(VERB_WAIT) | \
	 BIT(VERB_TRIGGER) | BIT(VERB_HOME) | BIT(VERB_GO))
#define ACKNOWLEDGES (BIT(VERB_STOP) | BIT(VERB_HALT) | BIT(VERB_RESET))

/* An axis as its wires tell it, and the widest limits in force since it rested. */
struct watch {
	s64 steps;
	s64 backlash; /* in steps, and where in it the motor is */
	s64 play;
	s64 position; /* of the rotor */
	bool up; /* level of DIR */
	u64 rose_ns; /* 0: not since it rested */
	bool rose_up;
	s64 maxspeed, accel, jerk, lowest, highest; /* millionths */
	bool unlimited; /* JERK was 0 */
	s64 least_accel, least_jerk; /* the narrowest: a leg is braked as it was begun */
};

static struct {
	struct rig *rig;
	struct machine *machine;
	struct session file[FILES];
	struct watch axis[HEAD_AXES];
	u64 edges; /* of the head that were looked at */
	u64 late_ns;
	u32 random;
	unsigned int calls;
	u64 service_ns;
	u64 stop_by_ns; /* nothing moves after this */
	bool asked; /* for motion since all rested */
	bool hasty; /* pulses shorter than the head's chips take were set */
	bool slept; /* ENABLE may have followed STEP at once */
	bool bends; /* limits of motion under way were changed */
	bool strays; /* HOME knows no MIN and MAX; nor what takes over from points, with JERK */
	u32 meddled; /* with home switches, a bit each */
	u32 closed; /* those that are, as last reported */
} fuzz;

static const struct axis *settings_of(unsigned int i)
{
	return &fuzz.machine->state.axis[i];
}

/* Axis units to steps. */
static double scale_of(unsigned int i)
{
	return (double)settings_of(i)->scale_numerator /
	       settings_of(i)->scale_denominator / MICRO;
}

static bool rests(void)
{
	const struct machine_state *state = &fuzz.machine->state;

	return state->queued == state->done && motion_idle(&fuzz.machine->motion,
							   fuzz.rig->now_ns);
}

/* Note the limits in force, or one that a line was under: @setting with @value. */
static void widen(unsigned int i, enum setting setting, s64 value)
{
	struct watch *axis = &fuzz.axis[i];

	if (setting == SETTING_MAXSPEED)
		axis->maxspeed = max(axis->maxspeed, value);
	else if (setting == SETTING_MIN)
		axis->lowest = min(axis->lowest, value);
	else if (setting == SETTING_MAX)
		axis->highest = max(axis->highest, value);
	else if (setting == SETTING_ACCEL || setting == SETTING_MAXACCEL)
		axis->accel = max(axis->accel, value);
	else if (setting == SETTING_JERK || setting == SETTING_MAXJERK)
		axis->jerk = max(axis->jerk, value);
	if (setting == SETTING_JERK && !value)
		axis->unlimited = true;
}

static void note_limits(void)
{
	static const enum setting noted[] = { SETTING_MAXSPEED, SETTING_MIN, SETTING_MAX,
					      SETTING_ACCEL, SETTING_MAXACCEL,
					      SETTING_JERK, SETTING_MAXJERK };
	unsigned int i, j;
	bool rest = rests();

	if (rest) {
		fuzz.asked = false;
		fuzz.bends = false;
		fuzz.strays = false;
	}
	for (i = 0; i < HEAD_AXES; i++) {
		const s64 *setting = settings_of(i)->setting;
		struct watch *axis = &fuzz.axis[i];

		if (axis->backlash != axis_backlash(settings_of(i))) {
			axis->backlash = axis_backlash(settings_of(i));
			axis->play = 0;
			if (motion_went_down(&fuzz.machine->motion, i))
				axis->play = -axis->backlash;
		}
		if (rest) {
			axis->maxspeed = 0;
			axis->accel = 0;
			axis->jerk = 0;
			axis->unlimited = false;
			axis->least_accel = S64_MAX;
			axis->least_jerk = S64_MAX;
			axis->rose_ns = 0;
			axis->lowest = setting[SETTING_MIN];
			axis->highest = setting[SETTING_MAX];
		}
		axis->least_accel = min(axis->least_accel, setting[SETTING_ACCEL]);
		if (setting[SETTING_JERK])
			axis->least_jerk = min(axis->least_jerk, setting[SETTING_JERK]);
		for (j = 0; j < ARRAY_SIZE(noted); j++)
			widen(i, noted[j], setting[noted[j]]);
		if (setting[SETTING_STEPLEN] < 1000 || setting[SETTING_STEPSPACE] < 1000 ||
		    setting[SETTING_DIRSETUP] < 200)
			fuzz.hasty = true;
	}
}

/* STEP of an axis rose. */
static void look_at_rise(unsigned int i, u64 now_ns)
{
	const struct axis *settings = settings_of(i);
	struct watch *axis = &fuzz.axis[i];
	bool up = axis->up != settings->setting[SETTING_INVERT];
	u64 since_ns = now_ns - axis->rose_ns;
	double shortest_ns = 0.75e9 / (axis->maxspeed * scale_of(i));

	ck_assert_msg(fuzz.asked, "a step that nobody asked for");
	ck_assert_msg(!fuzz.machine->state.alarm, "a step in an alarm");
	ck_assert_msg(now_ns <= fuzz.stop_by_ns, "a step %llu ns too late after STOP",
		      now_ns - fuzz.stop_by_ns);
	axis->position += axis->up ? 1 : -1;
	axis->steps += up ? 1 : -1;
	axis->play = clamp_t(s64, axis->play + (up ? 1 : -1), -axis->backlash, 0);
	if (axis->rose_ns) {
		ck_assert_msg(since_ns >= (u64)settings->setting[SETTING_STEPLEN] +
						  settings->setting[SETTING_STEPSPACE],
			      "a step after %llu ns", since_ns);
		ck_assert_msg(fuzz.bends || up != axis->rose_up || since_ns + 2 >= shortest_ns,
			      "axis %u: a step after %llu ns, not %.0f", i, since_ns, shortest_ns);
	}
	axis->rose_ns = now_ns;
	axis->rose_up = up;
	if (fuzz.bends || fuzz.strays)
		return;
	if (up)
		ck_assert_msg(axis->steps - axis->play <=
				      axis_steps(settings, axis->highest) + settings->origin,
			      "axis %u: step %lld is beyond MAX", i, axis->steps);
	else
		ck_assert_msg(axis->steps - axis->play >=
				      axis_steps(settings, axis->lowest) + settings->origin,
			      "axis %u: step %lld is beyond MIN", i, axis->steps);
}

static void look_at_edges(void)
{
	const struct head *head = &fuzz.rig->head;

	for (; fuzz.edges < head->edges; fuzz.edges++) {
		struct head_edge edge = head_edge(head, fuzz.edges);
		unsigned int i = edge.line / HEAD_WIRES;

		ck_assert(i < HEAD_AXES);
		if (edge.line % HEAD_WIRES == HEAD_DIR)
			fuzz.axis[i].up = edge.level;
		else if (edge.line % HEAD_WIRES == HEAD_STEP && edge.level)
			look_at_rise(i, edge.t_ns);
	}
}

/* The cubic of axis @i in @segment keeps to ACCEL and, but for points, to JERK. */
static void look_at_cubic(const struct segment *segment, unsigned int i)
{
	const struct watch *axis = &fuzz.axis[i];
	struct at noise = reference_resolution(segment, i);
	struct at from = reference_at(segment, i, 0), to = reference_at(segment, i, 1);
	double accel = axis->accel * scale_of(i) * (1 + ROUNDING) + noise.acceleration;
	double jerk = axis->jerk * scale_of(i) * (1 + ROUNDING) + noise.jerk;

	ck_assert_msg(fabsl(from.acceleration) <= accel && fabsl(to.acceleration) <= accel,
		      "axis %u: acceleration %Lg to %Lg, not %g", i, from.acceleration,
		      to.acceleration, accel);
	ck_assert_msg(axis->unlimited || fuzz.strays || fabsl(from.jerk) <= jerk,
		      "axis %u: jerk %Lg, not %g", i, from.jerk, jerk);
}

static void look_at_plan(void)
{
	struct motion *motion = &fuzz.machine->motion;
	const struct segment *segment = NULL;
	unsigned int i;

	while ((segment = motion_next_segment(motion, segment))) {
		if (motion_real_ns(motion, segment_end_ns(segment)) <= fuzz.rig->now_ns)
			continue;
		for (i = 0; i < HEAD_AXES; i++)
			if (segment_moves(segment, i))
				look_at_cubic(segment, i);
	}
}

/* At rest each axis is where its target says, to half a step. */
static void look_at_rest(void)
{
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++) {
		const struct axis *axis = settings_of(i);
		s64 load = fuzz.axis[i].steps - fuzz.axis[i].play;
		double off = axis->target * scale_of(i) - (load - axis->origin);

		ck_assert_msg(off > -0.501 && off < 0.501,
			      "axis %u rests %f steps from its target", i, off);
	}
}

/* After every call of the machine. */
static void look(void)
{
	const struct head *head = &fuzz.rig->head;
	const struct machine_state *state = &fuzz.machine->state;
	unsigned int i, fault;

	look_at_edges();
	for (i = 0; i < HEAD_AXES; i++) {
		ck_assert_int_eq(fuzz.axis[i].steps, motion_steps(&fuzz.machine->motion, i));
		ck_assert_int_eq(fuzz.axis[i].position, head->position[i]);
	}
	for (fault = 0; fault < HEAD_FAULTS; fault++)
		if (!(fuzz.hasty && fault <= HEAD_FAULT_DIR_HOLD) &&
		    !(fuzz.slept && fault == HEAD_FAULT_ENABLE_HOLD))
			ck_assert_msg(!head->faults[fault], "%s", head_fault_name[fault]);
	ck_assert_msg(state->queued - state->done <= QUEUE_MAX + 1, "%u queued",
		      state->queued - state->done);
	note_limits();
	look_at_plan();
	if (rests() && !state->hold)
		look_at_rest();
}

static void service(void)
{
	fuzz.service_ns = machine_service(fuzz.machine, fuzz.rig->now_ns);
	look();
}

static void report_switches(void)
{
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++) {
		bool closed = (fuzz.axis[i].position <= HOME_STEPS) ^ (fuzz.meddled >> i & 1);

		if (closed == (fuzz.closed >> i & 1))
			continue;
		fuzz.closed ^= BIT(i);
		switches_report(fuzz.machine, SWITCH_HOME(i), closed, fuzz.rig->now_ns);
		fuzz.service_ns = fuzz.rig->now_ns;
	}
}

static u32 next_random(void)
{
	fuzz.random = fuzz.random * 1664525 + 1013904223;
	return fuzz.random >> 8;
}

/* Let time pass: edges are served, late or not, and so is the machine. */
static void run(u64 until_ns)
{
	struct pins *pins = &fuzz.rig->pins;
	u64 next_ns;

	while (fuzz.calls < CALLS_MAX) {
		fuzz.calls++;
		pins->lock(pins);
		next_ns = motion_run(&fuzz.machine->motion, fuzz.rig->now_ns);
		pins->unlock(pins);
		look_at_edges();
		report_switches();
		if (next_ns <= fuzz.rig->now_ns)
			continue;
		if (fuzz.service_ns <= fuzz.rig->now_ns) {
			service();
			continue; /* there may be other edges now */
		}
		if (next_ns != U64_MAX && fuzz.late_ns)
			next_ns += next_random() % (fuzz.late_ns + 1);
		next_ns = min(next_ns, max(fuzz.service_ns, fuzz.rig->now_ns + 1));
		if (next_ns > until_ns) {
			fuzz.rig->now_ns = until_ns;
			return;
		}
		fuzz.rig->now_ns = next_ns;
	}
}

/* Until when all must rest if it begins to slow down now; twice that, for all roundings. */
static u64 rest_by_ns(void)
{
	double longest = 0;
	unsigned int i;

	for (i = 0; i < HEAD_AXES; i++) {
		double accel = fuzz.axis[i].least_accel, jerk = fuzz.axis[i].least_jerk;
		double speed = fuzz.axis[i].maxspeed, began = fuzz.axis[i].accel;
		double seconds = speed / accel + 2 * __builtin_sqrt(2 / (accel * scale_of(i)));

		if (jerk < (double)S64_MAX) {
			speed += began * began / 2 / jerk;
			seconds += began / jerk + accel / jerk + speed / accel +
				   2 * __builtin_sqrt(speed / jerk) +
				   4 * __builtin_cbrt(2 / (jerk * scale_of(i)));
		}
		longest = max(longest, seconds);
	}
	if (longest > 1e6)
		return U64_MAX;
	return fuzz.rig->now_ns + MOTION_HANDOVER_NS + NS_PER_S / 10 + (u64)(2e9 * longest);
}

/* What a line says, as far as it matters here. */
struct said {
	u64 verbs;
	enum verb last; /* of those that begin or end motion */
	bool good; /* it parses */
};

static void note_setting(const struct command *command)
{
	unsigned int i = __ffs(command->axes);
	s64 value;

	if (!axis_convert(settings_of(i), &command->setting_value.quantity, &value)) {
		widen(i, command->setting, value);
		if (command->setting == SETTING_MIN) /* takes MAX along */
			widen(i, SETTING_MAX, value);
	}
	switch (command->setting) {
	case SETTING_ACCEL:
	case SETTING_MAXACCEL:
	case SETTING_JERK:
	case SETTING_MAXJERK:
	case SETTING_MIN:
	case SETTING_MAX:
		fuzz.bends = true;
		break;
	default:
		break;
	}
}

static struct said read_line(const struct line *line)
{
	struct said said = { .last = VERB_COUNT };
	struct error_report report;
	struct command command;
	struct parser parser;

	if (line_check(line, &report) ||
	    parser_begin(&parser, &fuzz.machine->names, line->bytes, line->length, &report))
		return said;
	for (;;) {
		int status = parser_next(&parser, &command, &report);

		said.good = !status;
		if (status <= 0)
			return said;
		said.verbs |= BIT(command.verb);
		if (command.verb == VERB_SET)
			note_setting(&command);
		if (BIT(command.verb) & (MOVES | BIT(VERB_HALT) | BIT(VERB_RESUME) |
					 BIT(VERB_PAUSE)))
			said.last = command.verb;
		if (command.verb == VERB_STOP)
			said.last = command.axes ? VERB_NOW : VERB_STOP;
	}
}

/* A line took effect. */
static void judge_accepted(const struct said *said, const struct machine_state *before,
			   bool acknowledged)
{
	const struct machine_state *state = &fuzz.machine->state;
	bool queued = state->queued != before->queued;
	bool resumed = before->hold && !state->hold && said->verbs & BIT(VERB_RESUME);

	if (queued) {
		ck_assert_msg(said->verbs & (MOVES | BIT(VERB_STOP)), "queued by no move");
		ck_assert_msg(!before->alarm || said->verbs & (BIT(VERB_RESET) | BIT(VERB_STOP)),
			      "moved in an alarm");
		ck_assert_msg(acknowledged || said->verbs & ACKNOWLEDGES, "moved after STOP");
	}
	if (queued || resumed)
		fuzz.asked = true;
	if (said->verbs & (BIT(VERB_HOME) | BIT(VERB_PVT)))
		fuzz.strays = true;
	if (said->last == VERB_STOP || said->last == VERB_PAUSE)
		fuzz.stop_by_ns = rest_by_ns();
	else if ((queued || resumed) && !state->hold)
		fuzz.stop_by_ns = U64_MAX;
}

/* One call of session_feed(), and what may have come of it. */
static int feed(struct session *file, const char *bytes, size_t count, size_t *taken)
{
	struct machine_state before;
	struct line line = file->line;
	bool acknowledged, waiting = file->waiting, owed = file->owed;
	struct said said = {};
	int status;

	service();
	before = fuzz.machine->state;
	acknowledged = file->client.stops == before.stops;
	if (!line.complete)
		line_take(&line, bytes, count);
	if (line.complete && !waiting && !owed)
		said = read_line(&line);
	status = session_feed(file, bytes, count, fuzz.rig->now_ns, taken);
	ck_assert(*taken <= count);
	if (said.verbs && said.good && (!status || status == -EINPROGRESS))
		judge_accepted(&said, &before, acknowledged);
	if (status && status != -EINPROGRESS && !(said.verbs & BIT(VERB_SYNC)))
		ck_assert_msg(!memcmp(&before, &fuzz.machine->state, sizeof(before)),
			      "a line refused did something");
	service();
	return status;
}

/* write(2) of a host; what it returns. */
static s64 write_bytes(struct session *file, const char *bytes, size_t count, bool nonblocking)
{
	unsigned int waits = 0, again = 0;
	size_t at = 0, taken;
	int status;
	s64 result;

	session_begin_write(file, nonblocking);
	do {
		status = feed(file, bytes + at, count - at, &taken);
		at += taken;
		if (status != -EAGAIN && status != -EINPROGRESS)
			continue;
		if (!session_ready(file, fuzz.rig->now_ns) && !nonblocking && waits++ < 4)
			run(fuzz.rig->now_ns + 20000000);
		if (session_ready(file, fuzz.rig->now_ns)) {
			ck_assert_msg(again++ < 1000, "a line is tried for ever");
			status = 0;
			taken = 1;
		} else if (!nonblocking) {
			status = -EINTR;
		}
	} while (!status && (at < count || file->line.complete) && taken);
	result = session_end_write(file, status);
	look();
	ck_assert_msg(result <= (s64)count && (result || !count), "%lld of %zu taken", result,
		      count);
	ck_assert(result >= 0 || error_find(-result)->number == -result);
	return result;
}

static void open_file(unsigned int i)
{
	session_open(&fuzz.file[i], fuzz.machine, i != 2, true, !(i & 1));
}

static void close_file(unsigned int i)
{
	struct session *file = &fuzz.file[i];
	struct machine_state before = fuzz.machine->state;
	bool acknowledged = file->client.stops == before.stops;
	struct line line = file->line;
	struct said said = {};
	int status;

	service();
	line_finish(&line);
	if (line.complete && !file->waiting && !file->swallow)
		said = read_line(&line);
	before = fuzz.machine->state;
	status = session_finish(file, fuzz.rig->now_ns);
	if (said.verbs && said.good && (!status || status == -EINPROGRESS))
		judge_accepted(&said, &before, acknowledged);
	session_close(file);
	service();
}

/* STOP or HALT of somebody who just came: accepted at once. */
static void interrupt(const char *line)
{
	struct session *file = malloc(sizeof(*file));
	s64 result;

	session_open(file, fuzz.machine, false, true, false);
	result = write_bytes(file, line, strlen(line), true);
	ck_assert_msg(result == (s64)strlen(line), "%s returned %lld", line, result);
	close_file(0); /* its turn in the queue is nobody's now */
	open_file(0);
	session_close(file);
	free(file);
}

static void read_answers(unsigned int i)
{
	static char answers[ANSWERS_SIZE];
	s64 j, length;

	ck_assert(session_can_read(&fuzz.file[i]) ||
		  session_read(&fuzz.file[i], answers, 1, fuzz.rig->now_ns) == -EAGAIN);
	length = session_read(&fuzz.file[i], answers, next_random() % sizeof(answers),
			      fuzz.rig->now_ns);
	ck_assert(length >= 0 || length == -EAGAIN);
	for (j = 0; j < length; j++)
		ck_assert_msg((answers[j] >= 0x20 && answers[j] <= 0x7e) || answers[j] == '\n',
			      "byte 0x%02x in an answer", (u8)answers[j]);
}

static void write_record(unsigned int i, const u8 *record, size_t size)
{
	/* In memory of its own, so that to read past its end is found. */
	char *bytes = malloc(size + 1);
	size_t j, count = size;

	for (j = 0; j < size; j++)
		bytes[j] = record[j] == '|' ? '\n' : record[j];
	if (size && record[size - 1] == '\\')
		count--;
	else
		bytes[count++] = '\n';
	write_bytes(&fuzz.file[i], bytes, count, i < 2);
	session_can_write(&fuzz.file[i], fuzz.rig->now_ns);
	free(bytes);
}

static u64 number(const u8 *digits, size_t size, unsigned int size_max)
{
	u64 value = 0;
	size_t i;

	for (i = 0; i < size && i < size_max && char_is_digit(digits[i]); i++)
		value = value * 10 + digits[i] - '0';
	return value;
}

static void do_record(const u8 *record, size_t size)
{
	unsigned int i = size > 1 ? record[1] % FILES : 0;

	switch (record[0]) {
	case '0':
	case '1':
	case '2':
	case '3':
		write_record(record[0] - '0', record + 1, size - 1);
		break;
	case '+':
		run(fuzz.rig->now_ns + number(record + 1, size - 1, 7) * NS_PER_US);
		break;
	case 'l':
		fuzz.late_ns = number(record + 1, size - 1, 6);
		break;
	case 'c':
		close_file(i);
		open_file(i);
		break;
	case 'r':
		read_answers(i);
		break;
	case 'S':
		interrupt("STOP\n");
		break;
	case 'H':
		interrupt("HALT\n");
		break;
	case 'h':
		fuzz.meddled ^= BIT(i % HEAD_AXES);
		report_switches();
		service();
		break;
	case 'x':
		fuzz.slept = true;
		machine_shut_down(fuzz.machine, fuzz.rig->now_ns);
		service();
		break;
	}
}

/* What GET prints sets the machine to what it is. */
static void check_get(void)
{
	static struct axis before[AXES_MAX];
	static char lines[ANSWERS_SIZE];
	char *line, *end;
	s64 length;

	open_file(0);
	ck_assert_int_eq(write_bytes(&fuzz.file[0], "RESET;GET\n", 10, true), 10);
	length = session_read(&fuzz.file[0], lines, sizeof(lines) - 1, fuzz.rig->now_ns);
	ck_assert(length > 0);
	lines[length] = '\0';
	memcpy(before, fuzz.machine->state.axis, sizeof(before));
	for (line = lines; !strncmp(line, "SET ", 4); line = end) {
		end = strchr(line, '\n') + 1;
		ck_assert_msg(write_bytes(&fuzz.file[0], line, end - line, true) == end - line,
			      "refused: %.*s", (int)(end - line), line);
	}
	ck_assert(!strcmp(line, "OK\n"));
	ck_assert(!memcmp(before, fuzz.machine->state.axis, sizeof(before)));
	close_file(0);
}

/* STOP, and all comes to rest; then nothing is left of what was planned. */
static void end(void)
{
	unsigned int i;
	u64 by_ns;

	fuzz.late_ns = 0;
	for (i = 0; i < FILES; i++)
		close_file(i);
	open_file(0);
	interrupt("STOP\n");
	by_ns = fuzz.stop_by_ns;
	if (by_ns < fuzz.rig->now_ns + 3600 * NS_PER_S)
		run(by_ns);
	else
		fuzz.calls = CALLS_MAX;
	if (fuzz.calls == CALLS_MAX)
		interrupt("HALT\n");
	close_file(0);
	fuzz.calls = 0;
	run(fuzz.rig->now_ns + NS_PER_S);
	ck_assert(rests());
	motion_stage(&fuzz.machine->motion, fuzz.rig->now_ns);
	motion_abandon(&fuzz.machine->motion);
	ck_assert_int_eq(fuzz.machine->motion.pool.free_count, SEGMENTS_MAX);
	check_get();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	const u8 *next, *all = data + size;
	unsigned int i;

	memset(&fuzz, 0, sizeof(fuzz));
	fuzz.rig = rig_new();
	fuzz.machine = &fuzz.rig->machine;
	fuzz.machine->outputs = 1;
	machine_add_switch(fuzz.machine, SWITCH_HOME(HEAD_PAN));
	machine_add_switch(fuzz.machine, SWITCH_HOME(HEAD_TILT));
	fuzz.stop_by_ns = U64_MAX;
	fuzz.service_ns = U64_MAX;
	for (i = 0; i < FILES; i++)
		open_file(i);
	look();
	for (; data < all && fuzz.calls < CALLS_MAX; data = next + 1) {
		next = memchr(data, '\n', all - data);
		if (!next)
			next = all;
		if (next > data)
			do_record(data, next - data);
	}
	end();
	rig_free(fuzz.rig);
	return 0;
}

/* Records that are likely to do something; a letter after % is chosen anew each time. */
static const char *const records[] = {
	"%fPAN %p",
	"%f%a %p",
	"%f%a BY %p",
	"%fPAN %p TILT %p",
	"%fPAN %p TILT %p AT %v",
	"%f%a %p IN %t",
	"%f%a %p AT %v",
	"%fNOW %a %p",
	"%fNOW PAN %p TILT %p AT %v",
	"%fNOW %a BY %p IN %t",
	"%fRUN %a %v",
	"%fRUN PAN %v TILT %v",
	"%fRUN %a -%v FOR %t",
	"%fPVT %a %p %v IN %t",
	"%fPVT PAN %p -%v TILT %p %v IN %t|PVT PAN %p 0 IN %t",
	"%fWAIT %t",
	"%fTRIGGER 1 %t",
	"%fSTOP",
	"%fSTOP %a",
	"%fSTOP;%a %p",
	"%fHALT",
	"%fHALT;RESET;%a %p;%a BY 1",
	"%fHALT;RESET;PAN %p TILT %p;NOW %a BY 1;%a %p IN %t",
	"%fHALT;RESET;HOME;%a %p;WAIT %t;TRIGGER 1 %t;~",
	"%fPVT PAN %p 1 IN %t;PAUSE;PVT PAN %p 0 IN %t",
	"%fRESET",
	"%fRESET;%a %p",
	"%f!",
	"%f~",
	"%fPAUSE;SYNC",
	"%fRESUME;%a %p",
	"%fSYNC",
	"%f%a %p;SYNC",
	"%f%a IS %p",
	"%fENABLE",
	"%fRELEASE",
	"%fSAVE a",
	"%fGO a AT %v",
	"%fGO a IN %t",
	"%fHOME",
	"%fHOME",
	"%fHOME %a",
	"%fPAN %p;HOME;%a %p",
	"%fHOME %a;HOME;%a BY 1|%a %p",
	"%fHOME;WAIT %t;PAUSE",
	"%fWATCH ON",
	"%fERROR?",
	"%f?",
	"%f%a?",
	"%fGET %a",
	"%fSET %a SPEED %v",
	"%fSET %a ACCEL %v",
	"%fSET %a JERK %v",
	"%fSET %a JERK 0",
	"%fSET %a MAXSPEED %v",
	"%fSET %a MAXACCEL %v",
	"%fSET %a MAXJERK %v",
	"%fSET %a MIN %p",
	"%fSET %a MAX %p",
	"%fSET %a SCALE %v/%v",
	"%fSET %a SCALE %v",
	"%fSET %a UNIT mm",
	"%fSET %a UNIT rev",
	"%fSET %a INVERT 1",
	"%fSET %a BACKLASH 1",
	"%fSET %a BACKLASH %v",
	"%fSET %a STEPLEN %t",
	"%fSET %a STEPSPACE %t",
	"%fSET %a DIRSETUP %t",
	"%fSET %a DIRHOLD %t",
	"%fSET %a ENABLEDELAY %t",
	"%fSET %a IDLE %t",
	"%fSET %a HOMESPEED %v",
	"%fSET %a HOMEDIR 1",
	"%fSET %a HOMEPOS %p",
	"%fSET %a BACKOFF %v",
	"%f%a %p|%a %p|%a %p|%a %p",
	"%f%a BY 1|%a BY 1|%a BY 1;SYNC|%a BY 1",
	"%fPAN 1\\",
	"%f@tag %a %p",
	"+%u",
	"+%u",
	"+%u",
	"+%u",
	"+%u",
	"l%u",
	"c%f",
	"h%f",
	"h%f",
	"r%f",
	"S",
	"H",
	"x",
};

/* Append what @letter stands for. */
static unsigned int expand(char letter, char *to, size_t size)
{
	static const unsigned int tens[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };
	static const char *const units[] = { "us", "ms", "s", "ms" };
	u32 any = next_random(), size_of = tens[next_random() % 3 + 1];

	switch (letter) {
	case 'f':
		return snprintf(to, size, "%u", any % FILES);
	case 'a':
		return snprintf(to, size, "%s", any % 2 ? "PAN" : "TILT");
	case 'p':
		return snprintf(to, size, "%s%u.%u", any & 1 ? "-" : "", (any >> 1) % size_of,
				any >> 12 & 7);
	case 'v':
		return snprintf(to, size, "%u.%u", any % size_of, 1 + (any >> 12) % 9);
	case 't':
		return snprintf(to, size, "%u%s", 1 + any % size_of, units[any >> 12 & 3]);
	default: /* u */
		return snprintf(to, size, "%u", any % tens[1 + next_random() % 6]);
	}
}

static size_t make_record(char *record, size_t size)
{
	const char *from = records[next_random() % ARRAY_SIZE(records)];
	size_t length = 0;

	for (; *from && length + 24 < size; from++) {
		if (*from == '%')
			length += expand(*++from, record + length, size - length);
		else
			record[length++] = *from;
	}
	record[length++] = '\n';
	return length;
}

/* Put a record in, or in the place of another; or whatever libFuzzer thinks of. */
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t size_max, unsigned int seed)
{
	char record[256];
	size_t length, at, end;

	fuzz.random = seed;
	next_random();
	if (next_random() % 4 == 0)
		return LLVMFuzzerMutate(data, size, size_max);
	length = make_record(record, sizeof(record));
	at = size ? next_random() % (size + 1) : 0;
	while (at && data[at - 1] != '\n')
		at--;
	end = at;
	if (next_random() % 3 == 0)
		while (end < size && data[end++] != '\n')
			;
	if (size - (end - at) + length > size_max)
		return LLVMFuzzerMutate(data, size, size_max);
	memmove(data + at + length, data + end, size - end);
	memcpy(data + at, record, length);
	return size - (end - at) + length;
}
