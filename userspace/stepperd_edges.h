/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the virtual head of stepperd --sim sees, as a file for stepctl capture.
 */
#ifndef USERSPACE_STEPPERD_EDGES_H
#define USERSPACE_STEPPERD_EDGES_H

#include "stepperd_engine.h"

/* How often edges_copy() is to be called, lest the head forgets some. */
#define EDGES_MS 100

/* Begin the file at @path. False if that failed: stderr has been told. */
bool edges_begin(const char *path);

/* Append the edges since the last call, a line "TIME_NS NAME LEVEL" each. */
void edges_copy(struct engine *engine);

#endif
