/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HOME: axes seek their switches, together and in phases. Part of the state that
 * lines change, so that a line that fails changes nothing of it.
 */
#ifndef HW_HOME_H
#define HW_HOME_H

#include "state.h"

/* The axes, bits, that have a switch to seek: that of home, or a limit in its place. */
u32 home_axes(const struct machine *machine);

/*
 * Go on with a HOME that is under way, after switches_look(): stop axes whose
 * switches tripped (or opened), begin the next phase, raise ALARM_HOME if a switch
 * did not. Process side, while nothing is staged.
 */
void home_go_on(struct machine *machine, u64 now_ns);

/* Begin with a HOME if it is next and all before it has ended. Likewise. */
void home_begin(struct machine *machine, u64 now_ns);

#endif
