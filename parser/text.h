/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Building answers: appends to a buffer of fixed size, never past its end.
 * What is printed for a setting can be written back unchanged. A line that does
 * not fit whole is left out (text_end_line() says so).
 */
#ifndef PARSER_TEXT_H
#define PARSER_TEXT_H

#include "portable.h"

struct text {
	char *bytes; /* always a string: NUL after @length bytes */
	size_t size;
	size_t length;
	bool overflow; /* the present line did not fit; cleared with its end */
	u32 lost; /* lines that did not fit */
};

/* Begin empty. @size counts the NUL and is at least 1. */
void text_init(struct text *text, char *bytes, size_t size);

/* Append all of it or, where it does not fit, nothing. */
void text_string(struct text *text, const char *string);

/* The same, as printf does. It takes longer than all else of a short line. */
void text_printf(struct text *text, const char *format, ...) __printf(2, 3);

/*
 * Append millionths as a decimal number: with all six decimals where @full
 * ("12.345000"), else with as many as it needs ("60", "0.5").
 */
void text_micro(struct text *text, s64 micro, bool full);

/*
 * Append a duration with its unit, exactly: "0.1us", "1.5ms", "10s". Whatever
 * could be read can be read back: any below 11 days, and whole us below 31 years.
 */
void text_duration(struct text *text, u64 duration_ns);

/*
 * Append a ratio in lowest terms, each at most 999999999999999: "800/9", "100".
 * A term of more than 9 digits is shown, as is the other, in millionths.
 */
void text_ratio(struct text *text, u64 numerator, u64 denominator);

/*
 * End the line with LF. Returns false, and takes the whole line out again, if it
 * or its LF did not fit.
 */
bool text_end_line(struct text *text);

#endif
