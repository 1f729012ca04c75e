// SPDX-License-Identifier: GPL-2.0
/*
 * Commands that parse and that the machine does not know yet: each says so,
 * and moves nothing.
 */
#include "transaction.h"

static int refuse(struct transaction *line, const struct command *command)
{
	return error_set(line->report, EBUSY, command->column, "not available yet");
}

int command_PVT(struct transaction *line, const struct command *command)
{
	return refuse(line, command);
}

int command_TRIGGER(struct transaction *line, const struct command *command)
{
	return refuse(line, command);
}
