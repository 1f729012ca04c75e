/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stepperd keeps over restarts.
 */
#ifndef USERSPACE_STEPPERD_STORE_H
#define USERSPACE_STEPPERD_STORE_H

#include "../hw/machine.h"

struct store;

/*
 * Take positions and presets from the file at @path, if there is one, and write there
 * that positions are not to be trusted from now on. NULL if that cannot be: stderr has
 * been told. @path stays in use.
 */
struct store *store_begin(struct machine *machine, const char *path);

/* To be called when lines have run: presets are kept at once, by a thread. */
void store_keep(struct store *state, struct machine *machine);

/* Keep all; positions that the machine trusts can be @trusted. Waits for the disk. */
void store_end(struct store *state, struct machine *machine, bool trusted);

#endif
