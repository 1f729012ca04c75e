// SPDX-License-Identifier: GPL-2.0
/*
 * One open file: what write(2) takes and returns, which answers wait, what a
 * last line without LF does. The lines themselves are run by the machine.
 */
#include "events.h"
#include "session.h"

/* How many entries of the queue may end until a file that is not there loses its turn. */
#define TURN_KEPT (QUEUE_MAX / 4)

/* The longest line of an answer: the status of AXES_MAX axes, and a tag. */
#define ANSWER_LINE_MAX 768

void session_open(struct session *session, struct machine *machine,
		  bool readable, bool writable, bool privileged)
{
	memset(session, 0, sizeof(*session));
	session->machine = machine;
	session->readable = readable;
	session->writable = writable;
	session->client.privileged = privileged;
	session->client.stops = machine->state.stops;
	line_clear(&session->line);
	answers_init(&session->answers);
}

/* Queue whole lines for the reader, each with the tag of the line they answer. */
static void answer(struct session *session, const char *lines, size_t length)
{
	const char *tag = session->result.tag;
	const char *end = lines + length;

	if (!session->readable)
		return;
	while (lines < end) {
		const char *next = memchr(lines, '\n', end - lines);
		char line[ANSWER_LINE_MAX];
		struct text text;

		next = next ? next + 1 : end;
		text_init(&text, line, sizeof(line));
		if (tag[0])
			text_printf(&text, "@%s ", tag);
		text_printf(&text, "%.*s", (int)(next - lines), lines);
		answers_put(&session->answers, text.bytes, text.length);
		lines = next;
	}
}

static void answer_error(struct session *session,
			 const struct error_report *report)
{
	char line[ERROR_TEXT_MAX + 48];
	struct text text;

	if (!session->readable || session->closed)
		events_note_error(session->machine, report);
	text_init(&text, line, sizeof(line));
	text_printf(&text, "ERR %d %s %u %s\n", report->number,
		    error_find(report->number)->name, report->column,
		    report->text);
	answer(session, text.bytes, text.length);
}

/* Queue the events that the machine has for this file. */
static void answer_events(struct session *session)
{
	char line[32];
	struct text text;
	const char *event;
	u32 lost;

	while ((event = events_next(session->machine, &session->client,
				    &lost))) {
		text_init(&text, line, sizeof(line));
		if (lost)
			text_printf(&text, "* LOST %u\n", lost);
		answers_put(&session->answers, text.bytes, text.length);
		answers_put(&session->answers, event, strlen(event));
	}
}

/* The present line is over; the next begins here. */
static void next_line(struct session *session)
{
	line_clear(&session->line);
	session->line_start = session->taken;
	session->line_kept = 0;
	session->waiting = false;
}

static void refuse(struct session *session, const struct error_report *report)
{
	session->refused = true;
	/*
	 * Where lines before it were taken the write ends short of this one,
	 * and the next write will begin with it: that one tells.
	 */
	if (session->line_start)
		return;
	answer_error(session, report);
	line_clear(&session->line);
	session->line_kept = 0;
}

/*
 * A line that has run, and whose SYNC failed. SYNC alone may be refused like
 * any line, as it will fail again. What else ran with it must not run twice:
 * the line counts as taken, and its error is the next write's where this one
 * has bytes to report.
 */
static int fail_wait(struct session *session, int status)
{
	struct error_report report;

	error_set(&report, -status, 0, "%s", error_find(-status)->text);
	session->waiting = false;
	if (session->result.only_sync || !session->line_start) {
		refuse(session, &report);
		return status;
	}
	answer_error(session, &report);
	session->owed = status;
	next_line(session);
	return status;
}

/* The line of a SYNC that has run: is what it waits for done? */
static int check_wait(struct session *session)
{
	int status = machine_wait_result(session->machine,
					 &session->result.wait);

	if (status == -EINPROGRESS)
		return status;
	if (status)
		return fail_wait(session, status);
	answer(session, "OK\n", 3);
	next_line(session);
	return 0;
}

/* Give up the turn, and let the next be first. */
static void leave_turn(struct session *session)
{
	struct machine *machine = session->machine;
	struct session **link = &machine->waiting;

	if (!session->in_turn)
		return;
	while (*link != session)
		link = &(*link)->next;
	*link = session->next;
	session->in_turn = false;
	if (machine->waiting && link == &machine->waiting)
		machine->waiting->turn_seen = machine->state.done;
}

static void take_turn(struct session *session)
{
	struct session **link = &session->machine->waiting;

	session->turn_seen = session->machine->state.done;
	if (session->in_turn)
		return;
	while (*link)
		link = &(*link)->next;
	*link = session;
	session->next = NULL;
	session->in_turn = true;
}

/*
 * Whether others have waited longer. The first of them keeps its turn as long as
 * the others lose little by it: neither does the queue run low nor empty.
 */
static bool is_behind(struct session *session)
{
	struct machine *machine = session->machine;
	const struct machine_state *state = &machine->state;
	struct session *first;

	while ((first = machine->waiting) && first != session) {
		if (state->done != state->queued &&
		    state->done - first->turn_seen <= TURN_KEPT)
			return true;
		leave_turn(first);
	}
	return false;
}

/* line_check(), and the tag that the line begins with if it is bad. */
static int check_bytes(struct session *session, struct error_report *report)
{
	const struct line *line = &session->line;
	int status = line_check(line, report);
	struct error_report ignored;
	struct parser parser;

	session->result.tag[0] = '\0';
	if (status && !parser_begin(&parser, &session->machine->names, line->bytes,
				    line->length, &ignored))
		memcpy(session->result.tag, parser.tag, sizeof(parser.tag));
	return status;
}

static int run_line(struct session *session, u64 now_ns)
{
	struct machine *machine = session->machine;
	struct error_report report;
	struct text text;
	int status;

	if (session->swallow) {
		session->swallow = false;
		next_line(session);
		return 0;
	}
	session->was_behind = is_behind(session);
	session->client.behind = session->was_behind;
	text_init(&text, machine->answer, sizeof(machine->answer));
	status = check_bytes(session, &report);
	if (!status)
		status = machine_run_line(machine, &session->client,
					  session->line.bytes,
					  session->line.length,
					  session->nonblocking, now_ns, &text,
					  &session->result, &report);
	session->retry = status == -EAGAIN && session->result.late;
	session->done_seen = machine->state.done;
	session->stops_seen = machine->state.stops;
	if (status == -EAGAIN) {
		if (!session->result.late && !session->result.sync)
			take_turn(session);
		return status;
	}
	leave_turn(session);
	if (status) {
		refuse(session, &report);
		return status;
	}
	if (session->readable)
		answers_lose(&session->answers, text.lost);
	answer(session, text.bytes, text.length);
	if (session->result.sync) {
		session->waiting = true;
		return check_wait(session);
	}
	if (!session->result.blank)
		answer(session, "OK\n", 3);
	next_line(session);
	return 0;
}

static int run_or_wait(struct session *session, u64 now_ns)
{
	machine_service(session->machine, now_ns);
	return session->waiting ? check_wait(session) :
				  run_line(session, now_ns);
}

void session_begin_write(struct session *session, bool nonblocking)
{
	session->nonblocking = nonblocking;
	session->refused = false;
	session->taken = 0;
	session->line_start = 0;
	session->line_kept = session->line.length;
}

int session_feed(struct session *session, const char *bytes, size_t count,
		 u64 now_ns, size_t *taken)
{
	int status = session->owed;

	session->owed = 0;
	*taken = 0;
	if (!status && !session->line.complete) {
		*taken = line_take(&session->line, bytes, count);
		session->taken += *taken;
	}
	if (!status && session->line.complete)
		status = run_or_wait(session, now_ns);
	return status;
}

bool session_ready(struct session *session, u64 now_ns)
{
	const struct machine *machine = session->machine;

	if (session->waiting)
		return machine_wait_result(machine, &session->result.wait) !=
		       -EINPROGRESS;
	if (session->retry || machine->state.stops != session->stops_seen)
		return true;
	return !is_behind(session) &&
	       (session->was_behind ||
		machine->state.done != session->done_seen);
}

/* Bytes of a line too long, and no LF among them: tell once, skip the rest. */
static int refuse_too_long(struct session *session)
{
	struct error_report report;
	int status = check_bytes(session, &report);

	refuse(session, &report);
	session->swallow = !session->line_start;
	return status;
}

/* A signal or the end of the device, while a line waits for its SYNC. */
static s64 leave_wait(struct session *session)
{
	struct error_report report;

	error_set(&report, EINTR, 0, "SYNC was interrupted");
	answer_error(session, &report);
	next_line(session);
	return session->taken;
}

s64 session_end_write(struct session *session, int status)
{
	if (!status && session->line.too_long && !session->swallow)
		status = refuse_too_long(session);
	if (!status)
		return session->taken;
	if (session->waiting && !session->result.only_sync)
		return leave_wait(session);
	if (session->refused || session->line.complete) {
		/* Give back what this write had taken of the present line. */
		session->taken = session->line_start;
		session->waiting = false;
		line_shorten(&session->line, session->line_kept);
	}
	return session->taken ? (s64)session->taken : status;
}

int session_finish(struct session *session, u64 now_ns)
{
	int status;

	session->closed = true;
	if (!session->line.complete) {
		session_begin_write(session, false);
		if (session->swallow || !line_finish(&session->line))
			return 0;
	}
	status = run_or_wait(session, now_ns);
	return status == -EAGAIN || status == -EINPROGRESS ? status : 0;
}

s64 session_read(struct session *session, char *bytes, size_t size, u64 now_ns)
{
	struct machine *machine = session->machine;
	struct text text;
	size_t length;

	if (!session->writable && !session->status_read) {
		session->status_read = true;
		text_init(&text, machine->answer, sizeof(machine->answer));
		machine_status(machine, &text, now_ns);
		answers_put(&session->answers, text.bytes, text.length);
	}
	answer_events(session);
	length = answers_take(&session->answers, bytes, size);
	return length || !session->writable || !size ? (s64)length : -EAGAIN;
}

bool session_can_read(const struct session *session)
{
	return !session->writable || answers_waiting(&session->answers) ||
	       (session->client.watch &&
		session->client.events_seen != session->machine->events);
}

bool session_can_write(struct session *session, u64 now_ns)
{
	if (session->in_turn)
		return session_ready(session, now_ns);
	return !is_behind(session) && machine_has_room(session->machine);
}

void session_close(struct session *session)
{
	leave_turn(session);
}
