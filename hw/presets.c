// SPDX-License-Identifier: GPL-2.0
/*
 * Presets: named positions of all axes. SAVE keeps the last commanded targets,
 * so that in a script it means the place which the moves before it lead to.
 */
#include "transaction.h"

/* The preset of this name (any case; "": a free one), or NULL. */
static struct preset *find(struct machine_state *state, const char *name)
{
	unsigned int i;

	for (i = 0; i < PRESETS_MAX; i++)
		if (!strcasecmp(state->preset[i].name, name))
			return &state->preset[i];
	return NULL;
}

static int report_unknown(struct transaction *line, const struct command *command)
{
	return error_set(line->report, EINVAL, command->value_column,
			 "no preset named %s", command->name);
}

int command_SAVE(struct transaction *line, const struct command *command)
{
	struct preset *preset = find(line->state, command->name);
	unsigned int i;

	if (line->unknown)
		return transaction_report_unknown(line, command);
	if (!preset)
		preset = find(line->state, "");
	if (!preset)
		return error_set(line->report, ENOSPC, command->column,
				 "all %d presets are taken: FORGET one",
				 PRESETS_MAX);
	memcpy(preset->name, command->name, sizeof(preset->name));
	for (i = 0; i < line->machine->names.count; i++)
		preset->target[i] = line->state->axis[i].target;
	return 0;
}

int command_FORGET(struct transaction *line, const struct command *command)
{
	struct preset *preset = find(line->state, command->name);

	if (!preset)
		return report_unknown(line, command);
	preset->name[0] = '\0';
	return 0;
}

int command_GO(struct transaction *line, const struct command *command)
{
	const struct preset *preset = find(line->state, command->name);
	struct command move = *command;
	unsigned int i;

	if (!preset)
		return report_unknown(line, command);
	move.verb = VERB_MOVE;
	for (i = 0; i < line->machine->names.count; i++) {
		move.axes |= BIT(i);
		move.value[i].micro = preset->target[i];
		move.value[i].column = command->value_column;
	}
	return command_MOVE(line, &move);
}
