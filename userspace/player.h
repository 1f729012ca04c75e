/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines on their way to a device, up to their end: prints what the device has to
 * say, shows how far it is, and stops the motors on a signal.
 */
#ifndef USERSPACE_PLAYER_H
#define USERSPACE_PLAYER_H

#include "source.h"

struct play {
	struct source *source;
	bool wait; /* until all is done, showing how far it is */
	bool timed; /* lines "#@ 1.250" say when those after them are sent */
	bool json; /* answers as JSON, a line of it for each line */
};

/* Play it. The exit status; stderr has been told of what failed. */
int player_play(const struct play *play);

#endif
