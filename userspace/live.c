// SPDX-License-Identifier: GPL-2.0
/*
 * A device that somebody looks at and talks to; see live.h.
 */
#include "live.h"
#include "stepctl.h"

int live_use(struct live *live, void (*use)(void))
{
	int result = STATUS_NO_DEVICE;

	live->lines.from = -1;
	if (channel_open(&live->control, false) &&
	    status_ask(&live->status, &live->control) &&
	    channel_open(&live->lines, false)) {
		use();
		if (live->gone)
			fprintf(stderr, "stepctl: the device has gone\n");
		else
			result = STATUS_OK;
	}
	channel_close(&live->control);
	channel_close(&live->lines);
	return result;
}
