/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device that somebody looks at and talks to, at a prompt or on a screen: one channel
 * takes what is said, and may have to wait; the other asks, and never does.
 */
#ifndef USERSPACE_LIVE_H
#define USERSPACE_LIVE_H

#include "status.h"

struct live {
	struct channel lines;
	struct channel control;
	struct device_status status; /* as it was asked for last */
	bool gone; /* whoever uses it found that nobody is there any more */
};

/*
 * Open the device, let it be used by @use, and close it. The exit status; stderr has
 * been told of what failed.
 */
int live_use(struct live *live, void (*use)(void));

#endif
