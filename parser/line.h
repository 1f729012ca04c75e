/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes to lines, for one stream of bytes (one open file). What is in a line is
 * not looked at here, but for its length and its bytes.
 */
#ifndef PARSER_LINE_H
#define PARSER_LINE_H

#include "portable.h"

#define LINE_BYTES_MAX 255

struct line {
	char bytes[LINE_BYTES_MAX + 1]; /* no terminator: neither LF nor CR LF */
	u16 length;
	bool complete; /* its LF has come */
	bool too_long; /* more than LINE_BYTES_MAX came; the rest is not kept */
	u16 foreign; /* column of the first byte that no line may hold; 0: none */
};

/* Begin an empty line. */
void line_clear(struct line *line);

/*
 * Take bytes up to and with the next LF; returns how many were taken (all of
 * them if there is no LF). @line->complete says whether the line is whole. A
 * complete line takes nothing more until line_clear().
 */
size_t line_take(struct line *line, const char *bytes, size_t count);

/*
 * The end of the file stands for the LF of a last line that has none. Returns
 * whether there is such a line.
 */
bool line_finish(struct line *line);

#endif
