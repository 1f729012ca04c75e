/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HOME: axes seek their switches, together and in phases. Part of the state that
 * lines change, so that a line that fails changes nothing of it.
 */
#ifndef HW_HOME_H
#define HW_HOME_H

#include "../parser/command.h"

struct machine;

/* Of all axes together: the next begins when all have come to rest. */
enum home_phase {
	HOME_ENABLE, /* the drivers settle */
	HOME_SEEK, /* to the switch */
	HOME_LEAVE, /* away until it opens */
	HOME_BACK_OFF, /* by BACKOFF */
	HOME_TOUCH, /* to it again, slowly */
	HOME_RETURN, /* to the step at which it tripped */
};

struct home {
	u32 axes; /* that look for their switches; 0: there is no HOME under way */
	u32 left; /* of these, those whose switch has not done yet what the phase waits for */
	enum home_phase phase;
	bool late; /* what was due could not be published: again soon */
};

/*
 * Go on with a HOME that is under way, after switches_look(): stop axes whose
 * switches tripped (or opened), begin the next phase, raise ALARM_HOME if a switch
 * did not. Process side, while nothing is staged.
 */
void home_look(struct machine *machine, u64 now_ns);

#endif
