/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inputs of stepperd.
 */
#ifndef USERSPACE_STEPPERD_SWITCHES_H
#define USERSPACE_STEPPERD_SWITCHES_H

#include "stepperd_config.h"
#include "stepperd_engine.h"

/*
 * Let the machine have the switches of @config or, if there is one, of the virtual head.
 * False if one cannot be: stderr has been told.
 */
bool inputs_add(struct engine *engine, struct machine *machine, const struct config *config);

/* From now on the machine is told of them, by a thread to the end. 0 or an errno. */
int inputs_start(void);

#endif
