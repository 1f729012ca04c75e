// SPDX-License-Identifier: GPL-2.0
/*
 * Building answers in a buffer of fixed size. Which lines there are, and where
 * they wait to be read, is for others.
 */
#include "number.h"
#include "text.h"

#define INTEGER_MAX 999999999 /* the largest that a line may hold */

void text_init(struct text *text, char *bytes, size_t size)
{
	text->bytes = bytes;
	text->size = size;
	text->length = 0;
	text->overflow = false;
	text->lost = 0;
	bytes[0] = '\0';
}

static void append(struct text *text, const char *bytes, size_t length)
{
	if (text->overflow || length >= text->size - text->length) {
		text->overflow = true;
		return;
	}
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void text_string(struct text *text, const char *string)
{
	append(text, string, strlen(string));
}

void text_printf(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->length;
	va_list arguments;
	int length;

	/* After a gap nothing more of this line may be added. */
	if (text->overflow)
		return;

	va_start(arguments, format);
	length = vsnprintf(text->bytes + text->length, room, format, arguments);
	va_end(arguments);
	if (length >= 0 && (size_t)length < room) {
		text->length += length;
	} else {
		text->bytes[text->length] = '\0';
		text->overflow = true;
	}
}

/* Write @value, at least @digits digits, so that it ends before @end; where it begins. */
static char *write_before(char *end, u64 value, int digits)
{
	u64 digit;

	for (; digits > 0 || value; digits--) {
		value = div64_u64_rem(value, 10, &digit);
		*--end = '0' + digit;
	}
	return end;
}

/* By hand: status lines are made of these, and printf would take most of their time. */
void text_micro(struct text *text, s64 micro, bool full)
{
	u64 size = micro < 0 ? -(u64)micro : (u64)micro, rest, whole;
	char number[24], *end = number + sizeof(number), *begin = end;
	unsigned int decimals = 6;
	u32 fraction;

	whole = div64_u64_rem(size, MICRO, &rest);
	fraction = rest;
	while (!full && decimals && fraction % 10 == 0) {
		fraction /= 10;
		decimals--;
	}
	if (decimals) {
		begin = write_before(end, fraction, decimals);
		*--begin = '.';
	}
	begin = write_before(begin, whole, 1);
	if (micro < 0)
		*--begin = '-';
	append(text, begin, end - begin);
}

void text_duration(struct text *text, u64 duration_ns)
{
	u64 below_us;

	div64_u64_rem(duration_ns, NS_PER_US, &below_us);
	if (duration_ns < 1000 * NS_PER_US) {
		text_micro(text, duration_ns * 1000, false);
		text_printf(text, "us");
	} else if (duration_ns < NS_PER_S || below_us) {
		text_micro(text, duration_ns, false);
		text_printf(text, "ms");
	} else {
		text_micro(text, div64_u64(duration_ns, NS_PER_US), false);
		text_printf(text, "s");
	}
}

void text_ratio(struct text *text, u64 numerator, u64 denominator)
{
	bool integers = numerator <= INTEGER_MAX && denominator <= INTEGER_MAX;
	u64 unit = integers ? MICRO : 1;

	text_micro(text, numerator * unit, false);
	if (integers && denominator == 1)
		return;
	text_printf(text, "/");
	text_micro(text, denominator * unit, false);
}

bool text_end_line(struct text *text)
{
	text_string(text, "\n");
	if (!text->overflow)
		return true;

	while (text->length && text->bytes[text->length - 1] != '\n')
		text->length--;
	text->bytes[text->length] = '\0';
	text->overflow = false;
	text->lost++;
	return false;
}
