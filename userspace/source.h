/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the lines come from that are to be played: a text that is all there, as
 * often as is wished, or a file that is read as they come.
 */
#ifndef USERSPACE_SOURCE_H
#define USERSPACE_SOURCE_H

#include "../parser/line.h"

struct rehearsal;

struct source {
	const char *name; /* in messages; NULL: the arguments of stepctl */
	unsigned int number; /* of the line that was handed out last, from 1 */
	/* A text: */
	char *text;
	size_t size;
	size_t at;
	unsigned int passes; /* still to come behind this one; SOURCE_ENDLESS */
	/* Or a file: */
	int file; /* -1: it is a text */
	bool ended;
	char bytes[LINE_BYTES_MAX + 3]; /* the beginning of what is to come */
	size_t length;
};

#define SOURCE_ENDLESS (~0U)

/*
 * All of @name ("-": standard input) as a text. Of the lines before @first (from 1)
 * nothing is left but that they are there. False if that failed; stderr has been told.
 */
bool source_read(struct source *source, const char *name, unsigned int first);

/* Lines come from @file, called @name. */
void source_stream(struct source *source, int file, const char *name);

/* Take in what the file has. To be called when it can be read. */
void source_fill(struct source *source);

/*
 * The next line, without its LF, into @line; one too long is cut, but is still too
 * long for any device. False: there is none, now or ever.
 */
bool source_next(struct source *source, char line[LINE_BYTES_MAX + 3]);

/* Whether all lines were handed out. */
bool source_at_end(const struct source *source);

/*
 * Rehearse all lines of a text that are left, in all its passes, one directly after the
 * other; rehearsal_end() is to follow. False if one was refused: stderr has been told,
 * unless @name, which is the source's in messages, is NULL.
 */
bool source_rehearse(struct source *source, struct rehearsal *rehearsal, const char *name);

void source_free(struct source *source);

#endif
