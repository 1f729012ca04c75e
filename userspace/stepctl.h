/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The exit statuses of stepctl. What its sub-commands are is in options.h.
 */
#ifndef USERSPACE_STEPCTL_H
#define USERSPACE_STEPCTL_H

enum status {
	STATUS_OK,
	STATUS_ERROR, /* refused, or failed */
	STATUS_USAGE,
	STATUS_NO_DEVICE, /* it cannot be reached, or has gone */
	STATUS_STOPPED, /* by somebody else's STOP */
	STATUS_ALARM,
	STATUS_SIGNAL = 128, /* and its number */
};

#endif
