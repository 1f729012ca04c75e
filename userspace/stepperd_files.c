// SPDX-License-Identifier: GPL-2.0
/*
 * The face of stepperd: what the kernel asks for open files, by way of CUSE or
 * FUSE. A request is answered when its session can, and waits in a list until
 * then; the rules of what is returned when are in hw/session.c.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "../hw/session.h"
#include "stepperd_files.h"
#include "stepperd_clock.h"

/* Bytes taken from a write at a time: a few lines, so that others get a turn. */
#define CHUNK 512

/*
 * What the files of one user may hold of this process: so many sessions, and bytes of
 * writes that wait. A user who takes all that is in nobody else's way.
 */
#define USER_FILES_MAX 256
#define USER_BYTES_MAX (32 << 20)

/* In /proc/PID/stat: killed by a signal. From the kernel's <linux/sched.h>. */
#define PF_SIGNALED 0x400

/* One open file; dup(2) and fork(2) share it. */
struct file {
	struct file *next;
	struct session session;
	uid_t user; /* who opened it */
	struct request *writing; /* one write at a time, lest lines mix */
	pid_t writer; /* who wrote last */
	bool flushed; /* who closes it is known: */
	bool killed; /* the last who did is being killed */
	struct fuse_pollhandle *poll; /* who waits for a change, or NULL */
};

/* What a request is due: it is answered and gone, could go on, or waits. */
enum turn {
	TURN_DONE,
	TURN_MORE,
	TURN_WAITS,
};

struct request {
	struct request *next;
	enum turn (*run)(struct daemon *daemon, struct request *request);
	fuse_req_t req;
	struct file *file;
	bool nonblocking;
	bool interrupted; /* by a signal */
	bool waits; /* a line of it does */
	bool held; /* it is a write, and has its bytes */
	struct machine_wait wait; /* of fsync */
	size_t size;
	size_t at; /* of a write: so many bytes were taken */
	char bytes[]; /* of a write */
};

static struct file *file_of(struct fuse_file_info *info)
{
	return (struct file *)(uintptr_t)info->fh;
}

static bool has_to_wait(int status)
{
	return status == -EAGAIN || status == -EINPROGRESS;
}

static void wake_pollers(struct daemon *daemon)
{
	struct file *file;

	for (file = daemon->files; file; file = file->next) {
		if (!file->poll)
			continue;
		fuse_lowlevel_notify_poll(file->poll);
		fuse_pollhandle_destroy(file->poll);
		file->poll = NULL;
	}
}

void daemon_serve(struct daemon *daemon, bool changed)
{
	daemon->service_ns = machine_service(&daemon->machine, clock_ns());
	if (!changed)
		return;
	daemon->changed = true;
	wake_pollers(daemon);
}

/* The time for a session that may run a line, and what WAIT UNTIL needs beside. */
static u64 daemon_now_ns(struct daemon *daemon)
{
	struct timespec now;
	u64 now_ns = clock_ns();

	clock_gettime(CLOCK_REALTIME, &now);
	daemon->machine.realtime_offset_ns =
		(s64)now.tv_sec * NS_PER_S + now.tv_nsec - (s64)now_ns;
	return now_ns;
}

/* libfuse holds a lock here: the answer has to wait until files_run(). */
static void interrupt(fuse_req_t req, void *data)
{
	struct request *request = data;

	request->interrupted = true;
}

/* Whether the files of @user may hold @size bytes more. */
static bool has_room(const struct daemon *daemon, uid_t user, size_t size)
{
	const struct request *request;

	for (request = daemon->requests; request; request = request->next)
		if (request->held && request->file->user == user)
			size += request->size;
	return size <= USER_BYTES_MAX;
}

/* Put a request at the end of the list. NULL if it was refused for lack of memory. */
static struct request *add_request(fuse_req_t req, struct fuse_file_info *info,
				   enum turn (*run)(struct daemon *, struct request *),
				   const char *bytes, size_t size)
{
	struct daemon *daemon = fuse_req_userdata(req);
	struct request **end = &daemon->requests;
	struct request *request = NULL;

	if (!bytes || has_room(daemon, file_of(info)->user, size))
		request = calloc(1, sizeof(*request) + (bytes ? size : 0));
	if (!request) {
		fuse_reply_err(req, ENOMEM);
		return NULL;
	}
	request->run = run;
	request->req = req;
	request->file = file_of(info);
	request->nonblocking = info->flags & O_NONBLOCK;
	request->size = size;
	request->held = bytes;
	if (bytes)
		memcpy(request->bytes, bytes, size);
	while (*end)
		end = &(*end)->next;
	*end = request;
	fuse_req_interrupt_func(req, interrupt, request);
	return request;
}

static enum turn answer(struct request *request, s64 result)
{
	if (result < 0)
		fuse_reply_err(request->req, -result);
	else
		fuse_reply_write(request->req, result);
	return TURN_DONE;
}

static enum turn end_write(struct request *request, int status)
{
	request->file->writing = NULL;
	return answer(request, session_end_write(&request->file->session, status));
}

/* Feed a few lines, each with the time of its call: a plan for a time past is late. */
static int feed(struct daemon *daemon, struct request *request)
{
	size_t end = min(request->at + CHUNK, request->size);
	size_t taken;
	int status;

	do {
		status = session_feed(&request->file->session,
				      request->bytes + request->at, end - request->at,
				      daemon_now_ns(daemon), &taken);
		/* Who finds the queue still full must not wake the next who waits. */
		daemon_serve(daemon, taken || status != -EAGAIN);
		request->at += taken;
	} while (!status && request->at < end);
	return status;
}

static enum turn run_write(struct daemon *daemon, struct request *request)
{
	struct file *file = request->file;
	int status;

	if (file->writing != request) {
		if (file->writing && request->interrupted)
			return answer(request, -EINTR);
		if (file->writing)
			return request->nonblocking ? answer(request, -EAGAIN) :
						      TURN_WAITS;
		file->writing = request;
		session_begin_write(&file->session, request->nonblocking);
	}
	if (request->waits && !session_ready(&file->session, clock_ns()))
		return request->interrupted ? end_write(request, -EINTR) : TURN_WAITS;
	status = feed(daemon, request);
	if (!status && request->at < request->size)
		return TURN_MORE;
	request->waits = has_to_wait(status);
	if (!request->waits)
		return end_write(request, status);
	/* Only late: that is tried again at once. */
	if (session_ready(&file->session, clock_ns()))
		return TURN_MORE;
	if (request->interrupted)
		return end_write(request, -EINTR);
	return request->nonblocking ? end_write(request, status) : TURN_WAITS;
}

void file_write(fuse_req_t req, const char *bytes, size_t size, off_t offset,
		struct fuse_file_info *info)
{
	file_of(info)->writer = fuse_req_ctx(req)->pid;
	add_request(req, info, run_write, bytes, size);
}

static enum turn run_read(struct daemon *daemon, struct request *request)
{
	static char bytes[ANSWERS_SIZE];
	s64 got;

	got = session_read(&request->file->session, bytes,
			   min(request->size, sizeof(bytes)), clock_ns());
	if (got == -EAGAIN && request->interrupted)
		got = -EINTR;
	if (got == -EAGAIN && !request->nonblocking)
		return TURN_WAITS;
	if (got < 0)
		return answer(request, got);
	fuse_reply_buf(request->req, bytes, got);
	return TURN_DONE;
}

void file_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *info)
{
	add_request(req, info, run_read, NULL, size);
}

static enum turn run_fsync(struct daemon *daemon, struct request *request)
{
	int error;

	daemon_serve(daemon, false);
	error = machine_wait_result(&daemon->machine, &request->wait);
	if (error == -EINPROGRESS && request->interrupted)
		error = -EINTR;
	if (error == -EINPROGRESS)
		return TURN_WAITS;
	fuse_reply_err(request->req, -error);
	return TURN_DONE;
}

/* As SYNC: all that was queued before it, by whomever. */
void file_fsync(fuse_req_t req, int datasync, struct fuse_file_info *info)
{
	struct daemon *daemon = fuse_req_userdata(req);
	struct request *request = add_request(req, info, run_fsync, NULL, 0);

	if (request)
		machine_wait_begin(&daemon->machine, &request->file->session.client,
				   &request->wait);
}

void file_poll(fuse_req_t req, struct fuse_file_info *info, struct fuse_pollhandle *handle)
{
	struct daemon *daemon = fuse_req_userdata(req);
	struct file *file = file_of(info);
	unsigned int events = 0;

	if (handle) {
		if (file->poll)
			fuse_pollhandle_destroy(file->poll);
		file->poll = handle;
	}
	if (session_can_read(&file->session))
		events |= POLLIN | POLLRDNORM;
	if (session_can_write(&file->session, clock_ns()))
		events |= POLLOUT | POLLWRNORM;
	if (machine_alarm(&daemon->machine))
		events |= POLLPRI;
	fuse_reply_poll(req, events);
}

/* Whether the process may administer the system. */
static bool is_administrator(pid_t pid)
{
	unsigned long long capabilities = 0;
	char path[32], line[256];
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	status = fopen(path, "r");
	if (!status)
		return false;
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "CapEff: %llx", &capabilities) == 1)
			break;
	fclose(status);
	return capabilities >> CAP_SYS_ADMIN & 1;
}

/*
 * Who may change what guards the machine: the user who runs stepperd, and if that is
 * root, with CAP_SYS_ADMIN, which root may lack in a container. Decided when a file
 * is opened, while the one who opens it waits: a set-uid program that is tricked into
 * writing here must not lend its own.
 */
static bool is_privileged(const struct fuse_ctx *who)
{
	if (who->uid != geteuid())
		return false;
	return who->uid || is_administrator(who->pid);
}

static unsigned int files_of(const struct daemon *daemon, uid_t user)
{
	const struct file *file;
	unsigned int files = 0;

	for (file = daemon->files; file; file = file->next)
		files += file->user == user;
	return files;
}

/* A new file for @who; NULL if there can be none: errno tells. */
static struct file *new_file(const struct daemon *daemon, const struct fuse_ctx *who)
{
	struct file *file = NULL;

	if (daemon->ending)
		errno = ENODEV;
	else if (files_of(daemon, who->uid) >= USER_FILES_MAX)
		errno = EMFILE;
	else
		file = calloc(1, sizeof(*file));
	if (file)
		file->user = who->uid;
	return file;
}

void file_open(fuse_req_t req, struct fuse_file_info *info)
{
	struct daemon *daemon = fuse_req_userdata(req);
	unsigned int mode = (info->flags & O_ACCMODE) + 1; /* bit 0: read, bit 1: write */
	struct file *file = new_file(daemon, fuse_req_ctx(req));
	struct fuse_open_out reply = {
		.fh = (uintptr_t)file,
		/* No place in the file, so that reads and writes need not take turns. */
		.open_flags = FOPEN_DIRECT_IO | FOPEN_STREAM,
	};
	struct iovec part = { &reply, sizeof(reply) };

	if (!file) {
		fuse_reply_err(req, errno);
		return;
	}
	session_open(&file->session, &daemon->machine, mode & 1, mode & 2,
		     is_privileged(fuse_req_ctx(req)));
	/* By hand: fuse_reply_open() cannot ask for FOPEN_STREAM. */
	if (fuse_reply_iov(req, &part, 1) == -ENOENT) {
		free(file); /* open(2) was interrupted: nobody will release it */
		return;
	}
	file->next = daemon->files;
	daemon->files = file;
}

/* Whether the process has given back its memory: it is on its way out. */
static bool is_exiting(pid_t pid)
{
	unsigned long pages = 1;
	char path[32];
	FILE *statm;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	statm = fopen(path, "r");
	if (!statm)
		return false;
	if (fscanf(statm, "%lu", &pages) != 1)
		pages = 1;
	fclose(statm);
	return !pages;
}

static bool is_being_killed(pid_t pid)
{
	unsigned int flags = 0;
	char path[32], line[512];
	const char *end;
	FILE *stat;

	/* In the midst of execve(2), which closes files, too, stat would wait for its end. */
	if (!is_exiting(pid))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = fopen(path, "r");
	if (!stat)
		return false;
	/* "PID (NAME) STATE PPID PGRP SESSION TTY TPGID FLAGS", and any byte in NAME */
	end = fgets(line, sizeof(line), stat) ? strrchr(line, ')') : NULL;
	if (end)
		sscanf(end, ") %*c %*d %*d %*d %*d %*d %u", &flags);
	fclose(stat);
	return flags & PF_SIGNALED;
}

/* One of those who have the file closes it, and waits for this: it is there still. */
void file_flush(fuse_req_t req, struct fuse_file_info *info)
{
	struct file *file = file_of(info);

	file->killed = is_being_killed(fuse_req_ctx(req)->pid);
	file->flushed = true;
	fuse_reply_err(req, 0);
}

/*
 * A process that is killed may have written half of a line: "PAN 1" of "PAN 10". CUSE
 * does not tell who closes a file; but if it is who wrote last, that waits for it.
 */
static bool closer_was_killed(const struct file *file)
{
	return file->flushed ? file->killed : is_being_killed(file->writer);
}

static void free_file(struct daemon *daemon, struct file *file)
{
	struct file **link = &daemon->files;

	while (*link != file)
		link = &(*link)->next;
	*link = file->next;
	if (file->poll)
		fuse_pollhandle_destroy(file->poll);
	session_close(&file->session);
	free(file);
	daemon_serve(daemon, true);
}

/*
 * The last close runs a last line that has no LF, waiting for room like a write
 * would.
 */
static enum turn run_release(struct daemon *daemon, struct request *request)
{
	struct session *session = &request->file->session;
	int status;

	if (!request->waits && closer_was_killed(request->file))
		goto out;
	if (request->waits && !request->interrupted && !session_ready(session, clock_ns()))
		return TURN_WAITS;
	status = session_finish(session, daemon_now_ns(daemon));
	daemon_serve(daemon, status != -EAGAIN);
	request->waits = has_to_wait(status);
	if (request->waits && session_ready(session, clock_ns()))
		return TURN_MORE;
	if (request->waits && !request->nonblocking && !request->interrupted)
		return TURN_WAITS;
out:
	free_file(daemon, request->file);
	fuse_reply_err(request->req, 0);
	return TURN_DONE;
}

void file_release(fuse_req_t req, struct fuse_file_info *info)
{
	add_request(req, info, run_release, NULL, 0);
}

bool files_run(struct daemon *daemon)
{
	struct request **link = &daemon->requests;
	struct request *request;
	bool changed, more = false;
	enum turn turn;

	while ((request = *link)) {
		turn = request->run(daemon, request);
		more |= turn == TURN_MORE;
		if (turn != TURN_DONE) {
			link = &request->next;
			continue;
		}
		*link = request->next;
		free(request);
	}
	changed = daemon->changed;
	daemon->changed = false;
	if (changed && daemon->store)
		store_keep(daemon->store, &daemon->machine);
	/* What one request did may be what another, before it, waits for. */
	return more || changed;
}

void files_end(struct daemon *daemon, int error)
{
	struct request *request;

	while ((request = daemon->requests)) {
		daemon->requests = request->next;
		fuse_reply_err(request->req, error);
		free(request);
	}
}
