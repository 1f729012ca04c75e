/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The face of stepperd as a file in a mount.
 */
#ifndef USERSPACE_STEPPERD_MOUNT_H
#define USERSPACE_STEPPERD_MOUNT_H

#include "stepperd_files.h"

/*
 * Where to show it if nobody says where: for root /run/stepper, and for others stepper in
 * XDG_RUNTIME_DIR, where they have one. NULL: nowhere.
 */
const char *mount_of_user(void);

/*
 * Show the file DIRECTORY/stepper, in a directory that is made if there is none,
 * and then removed at the end.
 * 0, or -1 if it could not be done: stderr has been told.
 */
int mount_begin(struct daemon *daemon, const char *directory);
void mount_end(struct daemon *daemon);

#endif
