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
	CONFIG_AGAIN, /* settings that may have changed; pins are as before */
};

/*
 * Read the file at @path into @config, which is empty at first, and into the machine; its
 * form is told in stepperd(8). False if something is wrong with it: stderr has been told
 * of the first, with its place, @config is as it was, and nothing is set. At first,
 * though, the machine may have more axes.
 */
bool config_read(struct config *config, struct machine *machine, const char *path,
		 enum config_use use);

#endif
