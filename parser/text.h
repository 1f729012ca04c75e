/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Building answers: appends to a buffer of fixed size, never past its end.
 * A line that does not fit whole is left out (text_end_line() says so).
 */
#ifndef PARSER_TEXT_H
#define PARSER_TEXT_H

#include "portable.h"

struct text {
	char *bytes;
	size_t size;
	size_t length;
	bool overflow;
};

void text_init(struct text *text, char *bytes, size_t size);
void text_printf(struct text *text, const char *format, ...) __printf(2, 3);

/*
 * Append millionths as a decimal number: with all six decimals where @full
 * ("12.345000"), else with as many as it needs ("60", "0.5").
 */
void text_micro(struct text *text, s64 micro, bool full);

#endif
