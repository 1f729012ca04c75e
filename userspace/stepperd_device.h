/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The face of stepperd as a character device.
 */
#ifndef USERSPACE_STEPPERD_DEVICE_H
#define USERSPACE_STEPPERD_DEVICE_H

#include "stepperd_files.h"

/* 0, or the errno that forbids it: of CUSE, which root alone may use. */
int device_allowed(void);

/* Make the character device /dev/NAME. 0, or -1: stderr has been told. */
int device_begin(struct daemon *daemon, const char *name);
void device_end(struct daemon *daemon);

#endif
