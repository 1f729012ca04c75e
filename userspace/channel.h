/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A way to the device: lines go there, answers come back. It is a process that
 * copies both, so that nothing here ever waits for a full queue: a shell, on this
 * computer or by ssh on that of the device, which needs nothing installed.
 */
#ifndef USERSPACE_CHANNEL_H
#define USERSPACE_CHANNEL_H

#include <sys/types.h>

#include "../parser/command.h"
#include "../parser/line.h"

/* The longest line that a device sends, more than its longest. */
#define CHANNEL_LINE_MAX 1024

/* Which device, and of which host; NULL: this one. What --device and --host say. */
extern const char *channel_device;
extern const char *channel_host;

/* "/dev/stepper", or "user@pi:/dev/stepper". */
const char *channel_name(void);

struct channel {
	pid_t child;
	int to;
	int from;
	char bytes[CHANNEL_LINE_MAX];
	size_t length; /* of bytes */
	size_t line; /* of the line that was handed out last, with its LF */
};

/*
 * Open the device. @strict: nothing is taken any more once a line was refused, as
 * `cat` does. False if that failed; stderr has been told.
 */
bool channel_open(struct channel *channel, bool strict);

/* Send a line (LF is added). False if nobody is there any more. */
bool channel_send(struct channel *channel, const char *line);

/* No more lines will come; answers may. */
void channel_end(struct channel *channel);

/*
 * Read what has come to channel->from, waiting if nothing has. False at its end.
 */
bool channel_receive(struct channel *channel);

/* The next whole line that was received, valid until the next call; NULL: none. */
char *channel_next_line(struct channel *channel);

void channel_close(struct channel *channel);

/* Append @word to @command, of @size bytes, as one word of a shell. */
void channel_add_quoted(char *command, size_t size, const char *word);

enum answer_kind {
	ANSWER_OK,
	ANSWER_ERROR,
	ANSWER_EVENT,
	ANSWER_TEXT, /* what a command has to say, before its OK */
};

struct answer {
	enum answer_kind kind;
	char tag[TAG_MAX + 1];
	const char *text; /* behind the tag; of an error, its text alone */
	int number; /* of an error: */
	char name[16];
	unsigned int column;
};

/* Take a line of the device apart; @answer points into it. */
void answer_parse(struct answer *answer, const char *line);

/*
 * Send a line and wait for its end. What it has to say goes to @take, line by
 * line, if that is not NULL. False if it was refused, or nobody is there: stderr
 * has been told.
 */
bool channel_ask(struct channel *channel, const char *line,
		 void (*take)(void *context, const char *text), void *context);

#endif
