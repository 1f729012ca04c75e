// SPDX-License-Identifier: GPL-2.0
/*
 * Lines to be played; see source.h.
 */
#include <stdlib.h>
#include <unistd.h>

#include "rehearsal.h"
#include "source.h"

/* Read all of @file behind what the source has. */
static bool read_all(struct source *source, FILE *file)
{
	size_t room = 0, got;
	char *text;

	do {
		if (source->size == room) {
			room = 2 * room + 4096;
			text = realloc(source->text, room + 1);
			if (!text)
				return false;
			source->text = text;
		}
		got = fread(source->text + source->size, 1, room - source->size, file);
		source->size += got;
	} while (got);
	source->text[source->size] = '\0';
	return !ferror(file);
}

/* Leave nothing of the lines before @first but their ends. */
static void blank_before(struct source *source, unsigned int first)
{
	char *to = source->text, *from = source->text;

	for (; first > 1 && *from; first--) {
		from += strcspn(from, "\n");
		if (*from)
			*to++ = *from++;
	}
	memmove(to, from, source->text + source->size + 1 - from);
	source->size -= from - to;
}

bool source_read(struct source *source, const char *name, unsigned int first)
{
	bool is_stdin = !strcmp(name, "-");
	FILE *file = is_stdin ? stdin : fopen(name, "r");
	bool good;

	*source = (struct source){ .file = -1, .name = is_stdin ? "<stdin>" : name };
	good = file && read_all(source, file);
	if (!good)
		fprintf(stderr, "stepctl: %s: %s\n", name, strerror(errno));
	if (file && !is_stdin)
		fclose(file);
	if (good)
		blank_before(source, first);
	return good;
}

void source_stream(struct source *source, int file, const char *name)
{
	*source = (struct source){ .file = file, .name = name };
}

void source_fill(struct source *source)
{
	ssize_t got = read(source->file, source->bytes + source->length,
			   sizeof(source->bytes) - source->length);

	if (got > 0)
		source->length += got;
	else
		source->ended = true;
}

/*
 * Copy a line that ends before @length bytes, or there. How many it has with its end.
 * A NUL becomes another byte that no device takes, so that the line stays a string.
 */
static size_t take_line(char *line, const char *bytes, size_t length)
{
	const char *end = memchr(bytes, '\n', length);
	size_t count = end ? (size_t)(end - bytes) : length;
	size_t kept = min(count, (size_t)LINE_BYTES_MAX + 2);
	size_t i;

	for (i = 0; i < kept; i++)
		line[i] = bytes[i] ? bytes[i] : '\1';
	line[kept] = '\0';
	return end ? count + 1 : count;
}

static bool next_of_text(struct source *source, char *line)
{
	if (source->at == source->size) {
		if (!source->passes || !source->size)
			return false;
		if (source->passes != SOURCE_ENDLESS)
			source->passes--;
		source->at = 0;
		source->number = 0;
	}
	source->at += take_line(line, source->text + source->at,
				source->size - source->at);
	source->number++;
	return true;
}

bool source_next(struct source *source, char line[LINE_BYTES_MAX + 3])
{
	size_t taken;

	if (source->file < 0)
		return next_of_text(source, line);
	if (!memchr(source->bytes, '\n', source->length) &&
	    source->length < sizeof(source->bytes) &&
	    !(source->ended && source->length))
		return false;
	taken = take_line(line, source->bytes, source->length);
	source->length -= taken;
	memmove(source->bytes, source->bytes + taken, source->length);
	source->number++;
	return true;
}

bool source_at_end(const struct source *source)
{
	if (source->file >= 0)
		return source->ended && !source->length;
	return source->at == source->size && (!source->passes || !source->size);
}

bool source_rehearse(struct source *source, struct rehearsal *rehearsal, const char *name)
{
	char line[LINE_BYTES_MAX + 4];
	bool good = true;

	rehearsal->file = name;
	while (good && source_next(source, line)) {
		strcat(line, "\n");
		rehearsal->line_number = source->number - 1;
		good = rehearsal_line(rehearsal, line, strlen(line));
	}
	return good;
}

void source_free(struct source *source)
{
	free(source->text);
	source->text = NULL;
}
