/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of a device's language, from its own HELP, and what completes one.
 */
#ifndef USERSPACE_WORDS_H
#define USERSPACE_WORDS_H

#include "channel.h"

#define WORDS_MAX 256
#define WORD_LENGTH_MAX 24

struct words {
	char word[WORDS_MAX][WORD_LENGTH_MAX];
	unsigned int count;
};

/* Add a word unless it is there. */
void words_add(struct words *words, const char *word, size_t length);

/* Of a line of HELP the words in capitals are those of the language. @words: struct words. */
void words_take_usage(void *words, const char *text);

/* Ask the device for all. False if that failed; stderr has been told. */
bool words_ask(struct words *words, struct channel *channel);

/*
 * What all words have behind @prefix (of @length, in any case) that begin with it:
 * into @rest. How many they are.
 */
unsigned int words_complete(const struct words *words, const char *prefix, size_t length,
			    char rest[WORD_LENGTH_MAX]);

#endif
