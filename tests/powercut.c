// SPDX-License-Identifier: GPL-2.0
/*
 * Loaded before the C library (LD_PRELOAD) into a program that keeps a file by way of
 * FILE.new: the power goes when it has come to call POWERCUT_AT of those that touch
 * POWERCUT_FILE. Of a write half was done. Then the process is killed, and what no
 * fsync(2) had brought to the disk is as a file system may have it:
 *
 *	POWERCUT_LOST=data	what was written is gone, but names are as they were changed
 *	POWERCUT_LOST=names	names are as they were before, and what was written is there
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
	int count; /* of calls */
	int file; /* FILE.new, or -1 */
	int directory; /* that of FILE, or -1 */
	bool unsynced; /* something was written */
	bool renamed; /* and the directory was not synced */
} disk = { .file = -1, .directory = -1 };

#define NEXT(function) ((typeof(function) *)dlsym(RTLD_NEXT, #function))

static const char *path_of(const char *suffix)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", getenv("POWERCUT_FILE"), suffix);
	return path;
}

static void cut(void)
{
	bool data = !strcmp(getenv("POWERCUT_LOST"), "data");
	char old[PATH_MAX];

	if (data && disk.unsynced && truncate(path_of(disk.renamed ? "" : ".new"), 0))
		abort();
	snprintf(old, sizeof(old), "%s", path_of(".old"));
	if (!data && disk.renamed && NEXT(rename)(old, path_of("")))
		abort();
	unlink(old);
	kill(getpid(), SIGKILL);
	pause();
}

static bool is_last(void)
{
	return ++disk.count == atoi(getenv("POWERCUT_AT"));
}

static void step(void)
{
	if (is_last())
		cut();
}

int open(const char *path, int flags, ...)
{
	char directory[PATH_MAX];
	va_list arguments;
	mode_t mode;
	int fd;

	va_start(arguments, flags);
	mode = va_arg(arguments, mode_t);
	va_end(arguments);
	snprintf(directory, sizeof(directory), "%s", path_of(""));
	if (!strcmp(path, path_of(".new"))) {
		step();
		fd = NEXT(open)(path, flags, mode);
		disk.file = fd;
		disk.unsynced = true;
	} else if ((flags & O_DIRECTORY) && !strcmp(path, dirname(directory))) {
		step();
		fd = NEXT(open)(path, flags, mode);
		disk.directory = fd;
	} else {
		fd = NEXT(open)(path, flags, mode);
	}
	return fd;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
	if (fd != disk.file || !is_last())
		return NEXT(write)(fd, bytes, size);
	if (NEXT(write)(fd, bytes, size / 2) < 0)
		abort();
	cut();
	return -1;
}

int fsync(int fd)
{
	int error;

	if (fd == disk.file || fd == disk.directory)
		step();
	error = NEXT(fsync)(fd);
	if (fd == disk.file)
		disk.unsynced = false;
	if (fd == disk.directory)
		disk.renamed = false;
	return error;
}

int close(int fd)
{
	if (fd == disk.file)
		disk.file = -1;
	if (fd == disk.directory)
		disk.directory = -1;
	return NEXT(close)(fd);
}

int rename(const char *from, const char *to)
{
	char old[PATH_MAX];

	if (strcmp(to, path_of("")))
		return NEXT(rename)(from, to);
	step();
	snprintf(old, sizeof(old), "%s", path_of(".old"));
	/* What is on the disk, as long as that is not what the name says. */
	if (!disk.renamed) {
		unlink(old);
		if (link(to, old))
			abort();
	}
	disk.renamed = true;
	return NEXT(rename)(from, to);
}
