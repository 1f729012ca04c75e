/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the configuration of stepperd says.
 */
#ifndef USERSPACE_STEPPERD_CONFIG_H
#define USERSPACE_STEPPERD_CONFIG_H

#include "../hw/machine.h"
#include "stepperd_gpio.h"

#define PINS_MAX (OUTPUT_PINS + SWITCHES_MAX)

struct config {
	struct pin pin[PINS_MAX];
	unsigned int pins;
	enum drive drive[AXES_MAX];
};

enum config_use {
	CONFIG_FIRST, /* pins, axes (in the order of the file), and settings */
	CONFIG_SIM, /* settings; the axes are those of the virtual head */
	CONFIG_AGAIN, /* settings that may have changed; of pins, what they are to be */
};

/*
 * Read the file at @path into an empty @config and into the machine; its form is told
 * in stepperd(8). False if something is wrong: stderr has been told, and what came
 * before it in the file is in force.
 */
bool config_read(struct config *config, struct machine *machine, const char *path,
		 enum config_use use);

#endif
