// SPDX-License-Identifier: GPL-2.0
/*
 * A file system of one file, for FUSE: what the path DIR/stepper is. What the file
 * does once it is open is told in stepperd_files.c.
 *
 * Each look-up makes an inode of its own, as the kernel lets one write at a time into
 * an inode: a write that waits for the queue would hold up STOP.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stepperd_mount.h"
#include "stepperd_notify.h"

#define FILE_NAME "stepper"
#define FILE_NUMBER 2 /* that stat(2) shows */

/* The one mount that there is. */
static struct {
	const char *directory;
	bool made; /* for it */
} mounted;

static struct stat attributes(const struct daemon *daemon, fuse_ino_t inode)
{
	struct stat attributes = {
		.st_ino = FILE_NUMBER,
		.st_nlink = 1,
		.st_mode = S_IFREG | daemon->mode,
		.st_uid = daemon->uid,
		.st_gid = daemon->gid,
	};

	if (inode == FUSE_ROOT_ID) {
		attributes.st_ino = FUSE_ROOT_ID;
		attributes.st_nlink = 2;
		attributes.st_mode = S_IFDIR | 0755;
	}
	return attributes;
}

static void mount_init(void *userdata, struct fuse_conn_info *connection)
{
	char ready[PATH_MAX + 64];

	/* A close that waits for the queue must not hold up those of other files. */
	connection->max_background = UINT16_MAX;
	connection->want |= connection->capable & FUSE_CAP_ATOMIC_O_TRUNC;
	snprintf(ready, sizeof(ready), "READY=1\nSTATUS=The device is %s/" FILE_NAME,
		 mounted.directory);
	notify(ready);
}

static void mount_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct daemon *daemon = fuse_req_userdata(req);
	struct fuse_entry_param entry = { .ino = FUSE_ROOT_ID + ++daemon->inodes };

	if (parent != FUSE_ROOT_ID || strcmp(name, FILE_NAME)) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	entry.attr = attributes(daemon, entry.ino);
	fuse_reply_entry(req, &entry);
}

static void mount_getattr(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	struct stat found = attributes(fuse_req_userdata(req), inode);

	fuse_reply_attr(req, &found, 0);
}

/* chmod(2) and chown(2); times are not kept, and a device has no length. */
static void mount_setattr(fuse_req_t req, fuse_ino_t inode, struct stat *wanted, int which,
			  struct fuse_file_info *info)
{
	struct daemon *daemon = fuse_req_userdata(req);

	if (inode == FUSE_ROOT_ID || (which & FUSE_SET_ATTR_SIZE)) {
		fuse_reply_err(req, inode == FUSE_ROOT_ID ? EPERM : EINVAL);
		return;
	}
	if (which & FUSE_SET_ATTR_MODE)
		daemon->mode = wanted->st_mode & 0777;
	if (which & FUSE_SET_ATTR_UID)
		daemon->uid = wanted->st_uid;
	if (which & FUSE_SET_ATTR_GID)
		daemon->gid = wanted->st_gid;
	mount_getattr(req, inode, info);
}

static void mount_readdir(fuse_req_t req, fuse_ino_t inode, size_t size, off_t offset,
			  struct fuse_file_info *info)
{
	static const char *const names[] = { ".", "..", FILE_NAME };
	size_t length = 0, needed;
	char bytes[256];

	for (; offset < (off_t)ARRAY_SIZE(names); offset++) {
		struct stat found = attributes(fuse_req_userdata(req),
					       offset < 2 ? FUSE_ROOT_ID : FILE_NUMBER);

		needed = fuse_add_direntry(req, bytes + length,
					   min(size, sizeof(bytes)) - length, names[offset],
					   &found, offset + 1);
		if (length + needed > min(size, sizeof(bytes)))
			break;
		length += needed;
	}
	fuse_reply_buf(req, bytes, length);
}

static void mount_open(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	file_open(req, info);
}

static void mount_read(fuse_req_t req, fuse_ino_t inode, size_t size, off_t offset,
		       struct fuse_file_info *info)
{
	file_read(req, size, offset, info);
}

static void mount_write(fuse_req_t req, fuse_ino_t inode, const char *bytes, size_t size,
			off_t offset, struct fuse_file_info *info)
{
	file_write(req, bytes, size, offset, info);
}

static void mount_flush(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	file_flush(req, info);
}

static void mount_release(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	file_release(req, info);
}

static void mount_fsync(fuse_req_t req, fuse_ino_t inode, int datasync,
			struct fuse_file_info *info)
{
	file_fsync(req, datasync, info);
}

static void mount_poll(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info,
		       struct fuse_pollhandle *handle)
{
	file_poll(req, info, handle);
}

static void mount_fallocate(fuse_req_t req, fuse_ino_t inode, int mode, off_t offset,
			    off_t length, struct fuse_file_info *info)
{
	fuse_reply_err(req, ENODEV);
}

static const struct fuse_lowlevel_ops operations = {
	.init = mount_init,
	.lookup = mount_lookup,
	.getattr = mount_getattr,
	.setattr = mount_setattr,
	.readdir = mount_readdir,
	.open = mount_open,
	.read = mount_read,
	.write = mount_write,
	.flush = mount_flush,
	.release = mount_release,
	.fsync = mount_fsync,
	.poll = mount_poll,
	.fallocate = mount_fallocate,
};

/* Who does not see that nothing is mounted would write into an ordinary file there. */
static void leave_no_directory(void)
{
	if (mounted.made)
		rmdir(mounted.directory);
}

/* Of a stepperd that was killed the mount is left, and nobody answers there. */
static void take_away_dead(const char *directory)
{
	const char *const command[] = { "fusermount3", "-u", "--", directory, NULL };
	struct stat found;
	pid_t child;

	if (stat(directory, &found) && errno == ENOTCONN &&
	    !posix_spawnp(&child, command[0], NULL, NULL, (char *const *)command, environ))
		waitpid(child, NULL, 0);
}

int mount_begin(struct daemon *daemon, const char *directory)
{
	struct fuse_args arguments = FUSE_ARGS_INIT(0, NULL);

	take_away_dead(directory);
	mounted.directory = directory;
	mounted.made = !mkdir(directory, 0777);
	if (!mounted.made && errno != EEXIST) {
		fprintf(stderr, "stepperd: %s: %s\n", directory, strerror(errno));
		return -1;
	}
	fuse_opt_add_arg(&arguments, "stepperd");
	fuse_opt_add_arg(&arguments, "-ofsname=stepperd,subtype=stepperd,default_permissions");
	/* Others cannot reach what another user than root mounts. */
	if (!geteuid())
		fuse_opt_add_arg(&arguments, "-oallow_other");
	daemon->fuse = fuse_session_new(&arguments, &operations, sizeof(operations), daemon);
	fuse_opt_free_args(&arguments);
	if (daemon->fuse && !fuse_session_mount(daemon->fuse, directory))
		return 0;
	if (daemon->fuse)
		fuse_session_destroy(daemon->fuse);
	leave_no_directory();
	return -1;
}

void mount_end(struct daemon *daemon)
{
	fuse_session_unmount(daemon->fuse);
	fuse_session_destroy(daemon->fuse);
	leave_no_directory();
}

const char *mount_of_user(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	static char directory[PATH_MAX];

	if (!geteuid())
		return "/run/stepper";
	if (!runtime || runtime[0] != '/' ||
	    snprintf(directory, sizeof(directory), "%s/stepper", runtime) >=
		    (int)sizeof(directory))
		return NULL;
	return directory;
}
