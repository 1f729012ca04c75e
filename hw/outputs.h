/* SPDX-License-Identifier: GPL-2.0 */
/* Edges of auxiliary lines (PIN_AUX()), which have their places in the plan as steps have. */
#ifndef HW_OUTPUTS_H
#define HW_OUTPUTS_H

#include "pins.h"

/* Edges that may be pending: a pulse for each place in a queue of 64. */
#define OUTPUTS_MAX 128

/* An edge of auxiliary lines, at a plan time. */
struct output {
	u64 at_ns;
	u32 lines;
	u32 levels;
};

/* Pending ones, in order of time. */
struct outputs {
	unsigned int first;
	unsigned int end; /* behind the last */
	u32 high; /* lines that are, by the edges that were taken */
	struct output output[OUTPUTS_MAX];
};

/* What becomes of those that are pending after a cut of the plan. */
enum cut_outputs {
	OUTPUTS_KEEP,
	OUTPUTS_FALL, /* they go, and what is high then falls */
};

static inline unsigned int outputs_pending(const struct outputs *outputs)
{
	return outputs->end - outputs->first;
}

/* When the next is due, or U64_MAX. Any context, as all here. */
static inline u64 outputs_next_ns(const struct outputs *outputs)
{
	return outputs_pending(outputs) ? outputs->output[outputs->first].at_ns : U64_MAX;
}

/* Take the next, which there is; NULL, if one of its lines is in @busy: it waits. */
const struct output *outputs_take(struct outputs *outputs, u64 busy);

/* Put @output, for which there is room, in its place, behind those of the same time. */
void outputs_insert(struct outputs *outputs, const struct output *output);

/* Forget all that are pending. */
void outputs_drop(struct outputs *outputs);

/*
 * Let those of @staged come as well; from plan time @cut_ns on in place of those that
 * are pending, if @cut is not OUTPUTS_KEEP.
 */
void outputs_link(struct outputs *outputs, const struct outputs *staged,
		  enum cut_outputs cut, u64 cut_ns);

#endif
