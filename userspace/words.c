// SPDX-License-Identifier: GPL-2.0
/*
 * Words of the language; see words.h.
 */
#include "words.h"

void words_add(struct words *words, const char *word, size_t length)
{
	unsigned int i;

	if (words->count == WORDS_MAX || length >= WORD_LENGTH_MAX)
		return;
	for (i = 0; i < words->count; i++)
		if (word_is(word, length, words->word[i]))
			return;
	memcpy(words->word[words->count], word, length);
	words->word[words->count++][length] = '\0';
}

void words_take_usage(void *words, const char *text)
{
	const char *end = strstr(text, "  - ");

	if (!strncmp(text, "ERR ", 4)) /* what it may answer, not what it takes */
		return;
	for (end = end ? end : text; text < end; text++) {
		size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (length > 1 && !char_is_letter(text[length]))
			words_add(words, text, length);
		while (char_is_letter(*text))
			text++;
	}
}

bool words_ask(struct words *words, struct channel *channel)
{
	return channel_ask(channel, "HELP", words_take_usage, words);
}

static size_t common(const char *word, const char *other)
{
	size_t length = 0;

	while (word[length] && word[length] == other[length])
		length++;
	return length;
}

unsigned int words_complete(const struct words *words, const char *prefix, size_t length,
			    char rest[WORD_LENGTH_MAX])
{
	unsigned int i, count = 0;

	rest[0] = '\0';
	for (i = 0; i < words->count; i++) {
		const char *word = words->word[i];

		if (strlen(word) < length || strncasecmp(word, prefix, length))
			continue;
		if (!count++)
			strcpy(rest, word + length);
		rest[common(rest, word + length)] = '\0';
	}
	return count;
}
