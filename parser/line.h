/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes to lines, for one stream of bytes (one open file). What is in a line is
 * not looked at here, but for its length and its bytes.
 */
#ifndef PARSER_LINE_H
#define PARSER_LINE_H

#include "error.h"
#include "portable.h"

#define LINE_BYTES_MAX 255

struct line {
	char bytes[LINE_BYTES_MAX + 1]; /* no terminator: neither LF nor CR LF */
	u16 length;
	u16 came; /* bytes before the LF, those not kept too; stays at its highest */
	bool complete; /* its LF has come */
	bool too_long; /* more than LINE_BYTES_MAX came; the rest is not kept */
	u16 foreign; /* column of the first byte that no line may hold; 0: none */
	u8 foreign_byte;
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
 * Take back bytes of the line, its LF too: as after the first @length bytes of it
 * (one more than LINE_BYTES_MAX at most) had come.
 */
void line_shorten(struct line *line, unsigned int length);

/*
 * The end of the file stands for the LF of a last line that has none. Returns
 * whether there is such a line.
 */
bool line_finish(struct line *line);

/*
 * Whether the line may be parsed: 0, or with @report filled -EILSEQ (it holds a
 * byte other than printable ASCII, TAB and CR, wherever) or else -EMSGSIZE.
 */
int line_check(const struct line *line, struct error_report *report);

#endif
