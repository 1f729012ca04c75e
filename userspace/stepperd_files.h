/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The process side of stepperd, which is one thread: the machine and its open files.
 */
#ifndef USERSPACE_STEPPERD_FILES_H
#define USERSPACE_STEPPERD_FILES_H

#define FUSE_USE_VERSION 312

#include <fuse_lowlevel.h>
#include <sys/types.h>

#include "../hw/machine.h"
#include "stepperd_store.h"

struct file;
struct request;

struct daemon {
	struct machine machine;
	struct store *store; /* what is kept, or NULL */
	struct fuse_session *fuse;
	struct file *files; /* that are open */
	struct request *requests; /* of the kernel, unanswered, in order */
	const char *device; /* its name in /dev, or NULL: it is a file in a mount */
	fuse_ino_t inodes; /* handed out last; see stepperd_mount.c */
	mode_t mode; /* of the file; in a mount, with its owner: */
	uid_t uid;
	gid_t gid;
	u64 service_ns; /* when machine_service() is due */
	bool changed; /* who waits should look again */
	bool ending; /* on the way to the end: no file is opened any more */
};

/* Operations of open files, for CUSE and FUSE alike. */

void file_open(fuse_req_t req, struct fuse_file_info *info);
void file_write(fuse_req_t req, const char *bytes, size_t size, off_t offset,
		struct fuse_file_info *info);
void file_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *info);
void file_poll(fuse_req_t req, struct fuse_file_info *info, struct fuse_pollhandle *handle);
void file_fsync(fuse_req_t req, int datasync, struct fuse_file_info *info);
void file_flush(fuse_req_t req, struct fuse_file_info *info);
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

#endif
