/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the service manager is told.
 */
#ifndef USERSPACE_STEPPERD_NOTIFY_H
#define USERSPACE_STEPPERD_NOTIFY_H

/* Tell systemd, if it has asked for it, as sd_notify(3). */
void notify(const char *message);

#endif
