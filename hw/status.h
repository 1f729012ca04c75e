/* SPDX-License-Identifier: GPL-2.0 */
/* The line that `?` answers. Private to the machine. */
#ifndef HW_STATUS_H
#define HW_STATUS_H

#include "state.h"

/* The line that `?` answers. */
void status_print(struct machine *machine,
		  const struct machine_state *state,
		  struct text *answer, u64 now_ns);

#endif
