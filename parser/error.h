/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one table of errors: the number that write(2) returns, the name and the
 * general text that manuals print. A report adds where and what exactly.
 */
#ifndef PARSER_ERROR_H
#define PARSER_ERROR_H

#include "portable.h"

#define ERROR_TEXT_MAX 80

struct error_entry {
	int number;
	const char *name;
	const char *text;
};

/* What was wrong with a line, and in which column (from 1; 0: the whole line). */
struct error_report {
	int number;
	unsigned int column;
	char text[ERROR_TEXT_MAX];
};

extern const struct error_entry error_table[];
extern const unsigned int error_table_size;

/* The table's entry for a positive errno; the entry for EINVAL if there is none. */
const struct error_entry *error_find(int number);

/*
 * Fill @report; @number is a positive errno from the table, @format and what
 * follows as in printf. Returns -@number, so that callers can return it.
 */
int error_set(struct error_report *report, int number, unsigned int column,
	      const char *format, ...) __printf(4, 5);

#endif
