/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The answers that wait in one open file until it reads them: a ring of whole
 * lines. When it is full the oldest whole lines go, and a line "* LOST n"
 * stands in their place.
 */
#ifndef PARSER_ANSWERS_H
#define PARSER_ANSWERS_H

#include "portable.h"

#define ANSWERS_SIZE 16384 /* GET of eight axes fits, and HELP */

struct answers {
	char ring[ANSWERS_SIZE];
	unsigned int head; /* bytes ever put in */
	unsigned int tail; /* bytes ever taken out */
	unsigned int lost; /* lines dropped and not told yet */
	bool partial; /* the last byte taken out was not the end of its line */
};

void answers_init(struct answers *answers);

/*
 * Add @length bytes: whole lines, each with its LF. What follows the last LF is
 * not a line and is not taken. A line for which no dropping makes room counts as
 * lost itself.
 */
void answers_put(struct answers *answers, const char *lines, size_t length);

/* Count @lines that got lost on their way here; more have to be put in now. */
void answers_lose(struct answers *answers, unsigned int lines);

/* Whether there is anything to read. */
bool answers_waiting(const struct answers *answers);

/*
 * Take up to @size bytes into @bytes and return how many. May end in the middle
 * of a line: the rest stays for the next call and is never dropped.
 */
size_t answers_take(struct answers *answers, char *bytes, size_t size);

#endif
