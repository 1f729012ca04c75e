/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What came of a script: its segments and steps, kept while it is played, and judged
 * against its limits and promises.
 */
#ifndef TESTS_JUDGE_H
#define TESTS_JUDGE_H

#include "script.h"

struct observed_segment {
	struct segment segment;
	bool halted; /* it ended where a HALT ended it */
};

struct observed_step {
	u64 t_ns; /* of the machine's clock */
	s64 position; /* steps, after it */
};

struct observed_steps {
	struct observed_step *step;
	size_t count, room;
};

struct record {
	struct observed_segment *segment;
	size_t count, room;
	struct observed_steps axis[HEAD_AXES];
};

/* Forget all, but keep the memory. */
void record_clear(struct record *record);
void record_segment(struct record *record, const struct segment *segment, bool halted);
void record_step(struct record *record, unsigned int axis, u64 t_ns, s64 position);

/* What is wrong with it, as text that is good until the next call; NULL: nothing. */
const char *judge(const struct script *script, const struct record *record);

#endif
