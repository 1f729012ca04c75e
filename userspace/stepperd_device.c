// SPDX-License-Identifier: GPL-2.0
/*
 * A character device, by CUSE. What it does once it is open is told in
 * stepperd_files.c.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stepperd_device.h"
#include "stepperd_notify.h"
#include <cuse_lowlevel.h>

/* As a rule of udev would, which may not be there. */
static void device_init_done(void *userdata)
{
	struct daemon *daemon = userdata;
	char path[64], ready[128];

	snprintf(path, sizeof(path), "/dev/%s", daemon->device);
	if (chown(path, -1, daemon->gid) || chmod(path, daemon->mode))
		fprintf(stderr, "stepperd: %s: %s\n", path, strerror(errno));
	snprintf(ready, sizeof(ready), "READY=1\nSTATUS=The device is %s", path);
	notify(ready);
}

static const struct cuse_lowlevel_ops operations = {
	.init_done = device_init_done,
	.open = file_open,
	.read = file_read,
	.write = file_write,
	.release = file_release,
	.poll = file_poll,
};

int device_allowed(void)
{
	int file = open("/dev/cuse", O_RDWR | O_CLOEXEC);

	if (file < 0)
		return errno;
	close(file);
	return 0;
}

int device_begin(struct daemon *daemon, const char *name)
{
	struct fuse_args arguments = FUSE_ARGS_INIT(0, NULL);
	char device_name[64], path[64];
	const char *const info[] = { device_name };
	const struct cuse_info device = {
		.dev_info_argc = 1,
		.dev_info_argv = (const char **)info,
	};
	int several_threads, error;

	snprintf(device_name, sizeof(device_name), "DEVNAME=%s", name);
	snprintf(path, sizeof(path), "/dev/%s", name);
	if (!access(path, F_OK)) {
		fprintf(stderr, "stepperd: %s: %s\n", path, strerror(EEXIST));
		return -1;
	}
	error = device_allowed();
	if (error) {
		fprintf(stderr,
			"stepperd: /dev/cuse: %s (root may need: modprobe cuse; others: --mount DIRECTORY)\n",
			strerror(error));
		return -1;
	}
	daemon->device = name;
	fuse_opt_add_arg(&arguments, "stepperd");
	fuse_opt_add_arg(&arguments, "-f"); /* in the foreground */
	daemon->fuse = cuse_lowlevel_setup(arguments.argc, arguments.argv, &device,
					   &operations, &several_threads, daemon);
	fuse_opt_free_args(&arguments);
	return daemon->fuse ? 0 : -1;
}

void device_end(struct daemon *daemon)
{
	cuse_lowlevel_teardown(daemon->fuse);
}
