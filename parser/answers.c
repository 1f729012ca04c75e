// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of answers of one open file. Lines are dropped whole, from the
 * oldest; a line that is already being read is finished first, whatever comes.
 * Waiting for answers, and locking, is for the driver.
 */
#include "answers.h"
#include "text.h"

#define LOST_LINE_MAX sizeof("* LOST 4294967295\n") /* with the NUL */

static char *at(struct answers *answers, unsigned int position)
{
	/* ANSWERS_SIZE divides 2^32, so that positions may wrap. */
	return &answers->ring[position % ANSWERS_SIZE];
}

void answers_init(struct answers *answers)
{
	answers->head = 0;
	answers->tail = 0;
	answers->lost = 0;
	answers->partial = false;
}

bool answers_waiting(const struct answers *answers)
{
	return answers->head != answers->tail || answers->lost;
}

/* The position after the LF of the line at @position, which is not the head. */
static unsigned int line_end(struct answers *answers, unsigned int position)
{
	while (*at(answers, position) != '\n')
		position++;
	return position + 1;
}

/*
 * Drop the oldest line of which nothing has been read. The rest of one that has
 * been read in part moves up to the line that then follows it.
 */
static bool drop_oldest(struct answers *answers)
{
	unsigned int start = answers->tail, from, to;

	if (answers->partial)
		start = line_end(answers, start);
	if (start == answers->head)
		return false;

	to = line_end(answers, start);
	for (from = start; from != answers->tail;)
		*at(answers, --to) = *at(answers, --from);
	answers->tail = to;
	return true;
}

void answers_lose(struct answers *answers, unsigned int lines)
{
	answers->lost = min_t(u64, (u64)answers->lost + lines, U32_MAX);
}

static void put_line(struct answers *answers, const char *line, size_t length)
{
	/* Once something is lost there must be room to tell it. */
	size_t reserve = answers->lost ? LOST_LINE_MAX : 0;
	size_t i;

	while (answers->head - answers->tail + length + reserve > ANSWERS_SIZE) {
		reserve = LOST_LINE_MAX;
		answers_lose(answers, 1);
		/* With nothing else left to drop it is this line that is lost. */
		if (!drop_oldest(answers))
			return;
	}
	for (i = 0; i < length; i++)
		*at(answers, answers->head++) = line[i];
}

void answers_put(struct answers *answers, const char *lines, size_t length)
{
	const char *end;

	while ((end = memchr(lines, '\n', length))) {
		size_t line_length = end + 1 - lines;

		put_line(answers, lines, line_length);
		lines += line_length;
		length -= line_length;
	}
}

/* Set the line "* LOST n" before the oldest line. */
static void tell_lost(struct answers *answers)
{
	char line[LOST_LINE_MAX];
	struct text text;

	text_init(&text, line, sizeof(line));
	text_printf(&text, "* LOST %u\n", answers->lost);
	while (text.length)
		*at(answers, --answers->tail) = line[--text.length];
	answers->lost = 0;
}

size_t answers_take(struct answers *answers, char *bytes, size_t size)
{
	size_t taken = 0;

	while (taken < size) {
		if (answers->lost && !answers->partial)
			tell_lost(answers);
		if (answers->tail == answers->head)
			break;
		bytes[taken] = *at(answers, answers->tail++);
		answers->partial = bytes[taken++] != '\n';
	}
	return taken;
}
