// SPDX-License-Identifier: GPL-2.0
#include "outputs.h"

const struct output *outputs_take(struct outputs *outputs, u64 busy)
{
	const struct output *output = &outputs->output[outputs->first];

	if (output->lines & busy)
		return NULL;
	outputs->high = (outputs->high & ~output->lines) | output->levels;
	outputs->first++;
	return output;
}

void outputs_insert(struct outputs *outputs, const struct output *output)
{
	unsigned int i = outputs->end++;

	for (; i > outputs->first && outputs->output[i - 1].at_ns > output->at_ns; i--)
		outputs->output[i] = outputs->output[i - 1];
	outputs->output[i] = *output;
}

void outputs_drop(struct outputs *outputs)
{
	outputs->end = outputs->first;
}

void outputs_link(struct outputs *outputs, const struct outputs *staged,
		  enum cut_outputs cut, u64 cut_ns)
{
	struct output fall = { cut_ns, outputs->high, 0 };
	unsigned int i, from = outputs->first;

	outputs->first = 0;
	for (i = 0; from < outputs->end; from++) {
		struct output output = outputs->output[from];

		if (cut != OUTPUTS_KEEP && output.at_ns >= cut_ns)
			break;
		outputs->output[i++] = output;
		fall.lines = (fall.lines & ~output.lines) | output.levels;
	}
	outputs->end = i;
	if (cut == OUTPUTS_FALL && fall.lines)
		outputs_insert(outputs, &fall);
	for (i = 0; i < staged->end; i++)
		outputs_insert(outputs, &staged->output[i]);
}
