// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes to lines: finds LF, drops the CR before it, keeps the first 255 bytes
 * and notes whether more came or one that no line may hold. To report that is
 * for whoever runs the line, when its turn has come.
 */
#include "line.h"

void line_clear(struct line *line)
{
	line->length = 0;
	line->came = 0;
	line->complete = false;
	line->too_long = false;
	line->foreign = 0;
	line->foreign_byte = 0;
}

static bool byte_is_foreign(char byte)
{
	/* Where char is signed, the bytes from 0x80 are below 0x20. */
	return (byte < 0x20 && byte != '\t' && byte != '\r') || byte > 0x7e;
}

static void line_note_foreign(struct line *line, const char *bytes, size_t count)
{
	size_t i;

	for (i = 0; i < count && !line->foreign; i++) {
		if (!byte_is_foreign(bytes[i]))
			continue;
		line->foreign = min_t(size_t, line->came + i + 1, U16_MAX);
		line->foreign_byte = bytes[i];
	}
}

static void line_complete(struct line *line)
{
	/* Of 257 bytes and more the last was not kept: too long, CR or not. */
	if (line->came <= LINE_BYTES_MAX + 1 && line->length &&
	    line->bytes[line->length - 1] == '\r')
		line->length--;
	else if (line->came > LINE_BYTES_MAX)
		line->too_long = true;
	line->length = min_t(u16, line->length, LINE_BYTES_MAX);
	line->complete = true;
}

size_t line_take(struct line *line, const char *bytes, size_t count)
{
	const char *end;
	size_t taken, kept;

	if (line->complete)
		return 0;

	end = memchr(bytes, '\n', count);
	taken = end ? (size_t)(end - bytes) : count;
	line_note_foreign(line, bytes, taken);

	/* One byte more than a line may have: it can be the CR of CR LF. */
	kept = min_t(size_t, taken, sizeof(line->bytes) - line->length);
	memcpy(line->bytes + line->length, bytes, kept);
	line->length += kept;
	line->came = min_t(size_t, line->came + taken, U16_MAX);
	if (line->came > LINE_BYTES_MAX + 1)
		line->too_long = true;

	if (end) {
		line_complete(line);
		return taken + 1;
	}
	return taken;
}

void line_shorten(struct line *line, unsigned int length)
{
	line->length = length;
	line->came = length;
	line->complete = false;
	line->too_long = false;
	if (line->foreign > length)
		line->foreign = 0;
}

bool line_finish(struct line *line)
{
	if (line->complete || !line->came)
		return false;
	line_complete(line);
	return true;
}

int line_check(const struct line *line, struct error_report *report)
{
	if (line->foreign)
		return error_set(report, EILSEQ, line->foreign,
				 "byte 0x%02x is not printable ASCII",
				 line->foreign_byte);
	if (line->too_long)
		return error_set(report, EMSGSIZE, LINE_BYTES_MAX + 1,
				 "line longer than %d bytes", LINE_BYTES_MAX);
	return 0;
}
