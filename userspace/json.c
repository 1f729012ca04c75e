// SPDX-License-Identifier: GPL-2.0
/*
 * Answers as JSON; see json.h.
 */
#include <stdbool.h>
#include <string.h>

#include "json.h"

static void print_part(FILE *out, const char *bytes, size_t length)
{
	size_t i;

	fputc('"', out);
	for (i = 0; i < length; i++) {
		unsigned char byte = bytes[i];

		if (byte == '"' || byte == '\\')
			fprintf(out, "\\%c", byte);
		else if (byte < ' ' || byte >= 0x7f) /* Latin-1, as no device says it */
			fprintf(out, "\\u%04x", byte);
		else
			fputc(byte, out);
	}
	fputc('"', out);
}

void json_string(FILE *out, const char *string)
{
	print_part(out, string, strlen(string));
}

/* As the device writes numbers, which is how JSON does. */
static bool is_number(const char *bytes, size_t length)
{
	size_t digits, at = length && bytes[0] == '-';

	digits = strspn(bytes + at, "0123456789");
	if (!digits || (digits > 1 && bytes[at] == '0'))
		return false;
	at += digits;
	if (at < length && bytes[at] == '.') {
		digits = strspn(bytes + at + 1, "0123456789");
		at += 1 + digits;
	}
	return digits && at == length;
}

static void print_value(FILE *out, const char *bytes, size_t length)
{
	if (is_number(bytes, length))
		fwrite(bytes, 1, length, out);
	else
		print_part(out, bytes, length);
}

/* Whether all words of @text are KEY=VALUE. */
static bool is_pairs(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, " ");

		if (!memchr(text, '=', length) || *text == '=')
			return false;
		text += length + strspn(text + length, " ");
	}
	return true;
}

static void print_pairs(FILE *out, const char *text)
{
	const char *separator = "{";

	while (*text) {
		size_t key = strcspn(text, "=");
		size_t length = strcspn(text, " ");

		fputs(separator, out);
		print_part(out, text, key);
		fputs(": ", out);
		print_value(out, text + key + 1, length - key - 1);
		text += length + strspn(text + length, " ");
		separator = ", ";
	}
	fputc('}', out);
}

void json_answer(FILE *out, const char *text)
{
	char axis[16], setting[16];
	int value = 0;

	if (*text && is_pairs(text)) {
		print_pairs(out, text);
	} else if (sscanf(text, "SET %15s %15s %n", axis, setting, &value) == 2 && value) {
		fprintf(out, "{\"axis\": \"%s\", \"setting\": \"%s\", \"value\": ", axis,
			setting);
		print_value(out, text + value, strlen(text + value));
		fputc('}', out);
	} else {
		json_string(out, text);
	}
}
