/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One open file: the rules of write(2) and read(2) that the language promises,
 * for every host alike. The host moves the bytes, waits, and serialises the
 * calls of all sessions of one machine.
 *
 * A write is: session_begin_write(), session_feed() for each chunk, and
 * session_end_write() for the number to return. Where session_feed() says
 * -EAGAIN (no room in the queue) or -EINPROGRESS (SYNC) it is called again with
 * what is left as soon as session_ready() says so. Meanwhile the host waits, or
 * it gives up (O_NONBLOCK, a signal) and ends the write with the reason.
 *
 * Who waits for the queue is served in turn: a line that needs places there does
 * not overtake those that found none before it, however few it needs. All other
 * lines run at once. A file keeps its turn when it gives up, since it will come
 * again; if it has not when a quarter of the queue has gone, it loses it.
 */
#ifndef HW_SESSION_H
#define HW_SESSION_H

#include "../parser/answers.h"
#include "../parser/line.h"
#include "machine.h"

struct session {
	struct machine *machine;
	struct client client;
	bool readable; /* answers are wanted */
	bool writable;
	bool closed; /* for the last time: nobody will read answers */
	bool status_read; /* read-only: the status page was made */
	bool swallow; /* the rest of a line too long is still to come */
	int owed; /* what the next write fails with */
	struct line line;
	struct answers answers;
	struct line_result result; /* of the present line */
	/* Of the write that is going on: */
	bool nonblocking;
	bool refused; /* the present line */
	bool waiting; /* the present line ran, and its SYNC waits */
	bool retry; /* the present line may be run again at once */
	u32 done_seen; /* the machine's counts when the line found no room */
	u32 stops_seen;
	bool was_behind; /* of those who waited longer, then */
	size_t taken; /* bytes */
	size_t line_start; /* where in this write the present line began */
	size_t line_kept; /* length of the present line before this write */
	/* Waiting for places in the queue, across writes: */
	bool in_turn; /* in the list of machine->waiting: */
	struct session *next;
	u32 turn_seen; /* entries done when it came to be first, or tried last */
};

void session_open(struct session *session, struct machine *machine,
		  bool readable, bool writable, bool privileged);

void session_begin_write(struct session *session, bool nonblocking);

/*
 * Take bytes to the end of a line, or all, and run the line; @taken is how many of
 * @count were taken. 0: go on with the rest; -EAGAIN, -EINPROGRESS: see above;
 * else a line was refused and the write is at its end.
 */
int session_feed(struct session *session, const char *bytes, size_t count,
		 u64 now_ns, size_t *taken);

/* Whether it makes sense to call session_feed() again. */
bool session_ready(struct session *session, u64 now_ns);

/*
 * What write(2) returns: bytes taken, or the negative errno. @status is what
 * session_feed() returned last, or -EINTR, -EFAULT, -ENODEV from the host.
 */
s64 session_end_write(struct session *session, int status);

/*
 * The last close: a line without LF runs now. 0 when all is done, or as
 * session_feed(); call again when session_ready().
 */
int session_finish(struct session *session, u64 now_ns);

/*
 * Take up to @size bytes of answers. Their number; 0: end of file; -EAGAIN:
 * nothing waits yet. The host checks the access mode.
 */
s64 session_read(struct session *session, char *bytes, size_t size, u64 now_ns);

/* For poll(2): whether session_read() has something, or the end of file. */
bool session_can_read(const struct session *session);

/* For poll(2): whether a line that moves would find a place in the queue now. */
bool session_can_write(struct session *session, u64 now_ns);

/* After session_finish(), whatever it said; then wake the others that wait. */
void session_close(struct session *session);

#endif
