/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a device answers to `?`, taken apart, and a machine that is like the device.
 */
#ifndef USERSPACE_STATUS_H
#define USERSPACE_STATUS_H

#include "channel.h"
#include "rehearsal.h"

struct device_status {
	char state[16];
	struct axis_names axes;
	char position[AXES_MAX][24]; /* as the device writes it, in axis units */
	unsigned int queue; /* entries in it, and its places */
	unsigned int places;
	u32 homes; /* axes, bits, that HOME finds a switch for */
	char alarm[16];
	/* Axes, and "PAN.MIN" and the like, with commas between them. */
	char untrusted[AXES_MAX * (AXIS_NAME_MAX + 1)];
	char unknown[AXES_MAX * (AXIS_NAME_MAX + 1)];
	char switches[AXES_MAX * 3 * (AXIS_NAME_MAX + 6)];
};

/* False if @text is no such answer: then @status stays as it is. */
bool status_parse(struct device_status *status, const char *text);

/* Ask for it. False if that failed; stderr has been told. */
bool status_ask(struct device_status *status, struct channel *channel);

/* Whether an axis moves, or is about to. */
bool status_moves(const struct device_status *status);

/*
 * A machine with the axes and settings of the device, at rest where @status has it.
 * Virtual time 0 is now. NULL if that failed; stderr has been told.
 */
struct rehearsal *status_rehearsal(const struct device_status *status,
				   struct channel *channel,
				   const struct observer *observer);

#endif
