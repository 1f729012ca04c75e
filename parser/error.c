// SPDX-License-Identifier: GPL-2.0
/*
 * The table of errors and the filling of reports. Which error it is, and what
 * its text says, is for those who find it.
 */
#include "error.h"

const struct error_entry error_table[] = {
	{ EINVAL, "EINVAL", "syntax, or a name that does not exist" },
	{ ERANGE, "ERANGE", "target beyond the soft limits, or MAX below MIN" },
	{ EDOM, "EDOM", "impossible speed or time" },
	{ EILSEQ, "EILSEQ", "a byte that is not printable ASCII" },
	{ EMSGSIZE, "EMSGSIZE", "line too long" },
	{ EPERM, "EPERM", "not permitted to whoever opened the file" },
	{ EBUSY, "EBUSY", "not in this state" },
	{ ECANCELED, "ECANCELED", "canceled by STOP or HALT" },
	{ ESHUTDOWN, "ESHUTDOWN", "an alarm is latched" },
	{ ENOSPC, "ENOSPC", "no room for another preset" },
	{ ENODEV, "ENODEV", "the hardware is gone" },
	{ ENOMEM, "ENOMEM", "out of memory" },
	{ EAGAIN, "EAGAIN", "it would have to wait" },
	{ EINTR, "EINTR", "interrupted by a signal while waiting" },
};

const unsigned int error_table_size = ARRAY_SIZE(error_table);

const struct error_entry *error_find(int number)
{
	unsigned int i;

	for (i = 0; i < error_table_size; i++)
		if (error_table[i].number == number)
			return &error_table[i];
	return &error_table[0];
}

int error_set(struct error_report *report, int number, unsigned int column,
	      const char *format, ...)
{
	va_list arguments;
	char *c;

	report->number = number;
	report->column = column;
	va_start(arguments, format);
	if (vsnprintf(report->text, ERROR_TEXT_MAX, format, arguments) >= ERROR_TEXT_MAX)
		memcpy(report->text + ERROR_TEXT_MAX - 4, "...", 4);
	va_end(arguments);

	/* Answers go to terminals: no byte of a hostile line may steer one. */
	for (c = report->text; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	return -number;
}
