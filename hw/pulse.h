/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pulse trains: from step times to edges of STEP and DIR that a driver chip
 * can follow. The terms are those of LinuxCNC's stepgen.
 */
#ifndef HW_PULSE_H
#define HW_PULSE_H

#include "../parser/portable.h"

struct pulse_timing {
	u32 steplen_ns; /* STEP high */
	u32 stepspace_ns; /* STEP low at least, from fall to next rise */
	u32 dirsetup_ns; /* from a change of DIR to the next rise of STEP */
	u32 dirhold_ns; /* from the fall of STEP to a change of DIR */
	bool invert; /* DIR high is down */
};

#endif
