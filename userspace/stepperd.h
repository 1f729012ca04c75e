/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of stepperd share: one machine served by one process. stepperd.c
 * starts, loops and ends it, stepperd_files.c is its face as a file, stepperd_engine.c
 * its clock and pins. What lines mean and how motors move is told in hw/ alone.
 */
#ifndef USERSPACE_STEPPERD_H
#define USERSPACE_STEPPERD_H

#define FUSE_USE_VERSION 312

#include <fuse_lowlevel.h>
#include <pthread.h>
#include <sys/types.h>
#include <time.h>

#include "../hw/session.h"
#include "../hw/sim/head.h"

/*
 * The edge side: a thread that emits the edges that are due. All but the thread's
 * own is under lock, which inherits priority and is held for microseconds. Taken
 * for the machine by way of pins.
 */
struct engine {
	struct pins pins;
	struct motion *motion;
	struct head *head; /* the virtual head, or NULL */
	pthread_mutex_t lock;
	pthread_cond_t wake; /* the plan changed, or stopped is set */
	pthread_t thread;
	u64 set_ns; /* just after pins were set last */
	bool stopped;
	bool realtime; /* the thread has a real-time priority */
};

struct file;
struct request;

/* The process side; one thread. */
struct daemon {
	struct machine machine;
	struct engine engine;
	struct fuse_session *fuse;
	struct file *files; /* that are open */
	struct request *requests; /* of the kernel, unanswered, in order */
	fuse_ino_t inodes; /* handed out last; see stepperd_mount.c */
	mode_t mode; /* of the file in a mount, with its owner: */
	uid_t uid;
	gid_t gid;
	u64 service_ns; /* when machine_service() is due */
	bool changed; /* who waits should look again */
	bool ending; /* on the way to the end: no file is opened any more */
};

static inline u64 clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* stepperd_engine.c */

/* @head: the virtual head, or NULL. Edges begin with engine_start(). */
void engine_init(struct engine *engine, struct motion *motion, struct head *head);

/* Start the thread, at a real-time priority if that is allowed. 0 or an errno. */
int engine_start(struct engine *engine);

/* Wait for the last edge, and end the thread. After machine_shut_down(). */
void engine_stop(struct engine *engine);

/* stepperd_files.c; those with a fuse_req_t are its operations, for CUSE and FUSE alike */

void file_open(fuse_req_t req, struct fuse_file_info *info);
void file_write(fuse_req_t req, const char *bytes, size_t size, off_t offset,
		struct fuse_file_info *info);
void file_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *info);
void file_poll(fuse_req_t req, struct fuse_file_info *info, struct fuse_pollhandle *handle);
void file_fsync(fuse_req_t req, int datasync, struct fuse_file_info *info);
void file_release(fuse_req_t req, struct fuse_file_info *info);

/* Give each request a turn. Whether there may be one that could go on at once. */
bool files_run(struct daemon *daemon);

/* Answer all requests that wait with an error: the device goes. */
void files_end(struct daemon *daemon, int error);

/*
 * To be called after the machine was given something, or when service_ns has come:
 * retires what is done and, if @changed, wakes all who wait.
 */
void daemon_serve(struct daemon *daemon, bool changed);

/* stepperd_mount.c */

/*
 * Show the file DIRECTORY/stepper, in a directory that is made if there is none.
 * 0, or -1 if it could not be done: stderr has been told.
 */
int mount_begin(struct daemon *daemon, const char *directory);
void mount_end(struct daemon *daemon);

#endif
