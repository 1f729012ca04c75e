/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A picture of a plan. gnuplot draws it; here is what it is told.
 */
#ifndef USERSPACE_PLOT_H
#define USERSPACE_PLOT_H

#include "law.h"

/* Whether a picture can have the name @file: it ends in .png or .svg. */
bool plot_can_be(const char *file);

/* Note a segment that is over. False if there is no memory. */
bool plot_add(const struct rehearsal *rehearsal, const struct segment *segment);

/*
 * Draw what was noted into @file. False if that failed; stderr has been told.
 */
bool plot_draw(const struct rehearsal *rehearsal, const char *file);

#endif
