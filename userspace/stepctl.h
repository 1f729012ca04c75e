/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stepctl's sub-commands. Each has its arguments from its own name on, and returns
 * the exit status.
 */
#ifndef USERSPACE_STEPCTL_H
#define USERSPACE_STEPCTL_H

enum status {
	STATUS_OK,
	STATUS_ERROR,
	STATUS_USAGE,
};

int stepctl_plan(int count, char **arguments);

#endif
