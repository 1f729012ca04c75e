// SPDX-License-Identifier: GPL-2.0
/*
 * Decimal numbers, units and durations, exactly. What a unit means on an axis
 * (how many steps a degree has) is for hw/.
 */
#include "number.h"

#define DIGITS_BEFORE 9
#define DIGITS_AFTER 6 /* as many as MICRO has zeros */

/* Of seconds since 1970, in ns: more than S64_MAX, but not more than U64_MAX. */
#define INSTANT_DIGITS_BEFORE 10
#define INSTANT_DIGITS_AFTER 9

static const char *const unit_names[] = {
	[UNIT_NONE] = "",
	[UNIT_DEG] = "deg",
	[UNIT_RAD] = "rad",
	[UNIT_REV] = "rev",
	[UNIT_MM] = "mm",
	[UNIT_CM] = "cm",
	[UNIT_IN] = "in",
	[UNIT_STEPS] = "steps",
	[UNIT_PERCENT] = "%",
};

/* Append the digits at @bytes to @value, which wraps if they are too many. */
static unsigned int digits(const char *bytes, unsigned int length, u64 *value)
{
	unsigned int i;

	for (i = 0; i < length && char_is_digit(bytes[i]); i++)
		*value = *value * 10 + (bytes[i] - '0');
	return i;
}

/*
 * Read digits with a point, as many as allowed, as an integer of the last place
 * that is allowed. Returns as number_parse().
 */
static int decimal(const char *bytes, unsigned int length, unsigned int most_before,
		   unsigned int most_after, u64 *value)
{
	unsigned int before, after = 0, at;

	*value = 0;
	before = digits(bytes, length, value);
	at = before;
	if (at < length && bytes[at] == '.') {
		at++;
		after = digits(bytes + at, length - at, value);
		at += after;
	}
	if (!before && !after)
		return -EINVAL;
	if (before > most_before || after > most_after)
		return -ERANGE;

	while (after++ < most_after)
		*value *= 10;
	return at;
}

int number_parse(const char *bytes, unsigned int length, s64 *micro)
{
	unsigned int sign = length && (bytes[0] == '-' || bytes[0] == '+');
	u64 value;
	int read;

	read = decimal(bytes + sign, length - sign, DIGITS_BEFORE, DIGITS_AFTER, &value);
	if (read < 0)
		return read;
	*micro = sign && bytes[0] == '-' ? -(s64)value : (s64)value;
	return sign + read;
}

int instant_parse(const char *bytes, unsigned int length, u64 *ns)
{
	int read = decimal(bytes, length, INSTANT_DIGITS_BEFORE, INSTANT_DIGITS_AFTER, ns);

	if (read < 0)
		return read;
	if ((unsigned int)read < length)
		return -EINVAL;
	return *ns > S64_MAX ? -ERANGE : 0;
}

const char *unit_name(enum unit unit)
{
	return unit_names[unit];
}

enum unit unit_find(const char *word, unsigned int length)
{
	unsigned int unit;

	for (unit = UNIT_DEG; unit < ARRAY_SIZE(unit_names); unit++)
		if (word_is(word, length, unit_names[unit]))
			return unit;
	return UNIT_NONE;
}

int duration_ns(u64 micro, const char *word, unsigned int length, u64 *ns)
{
	static const struct {
		const char *name;
		u32 multiply; /* millionths of it to ns: times this, */
		u32 divide; /* over this */
	} units[] = {
		{ "s", 1000, 1 },
		{ "ms", 1, 1 },
		{ "us", 1, 1000 },
		{ "min", 60 * 1000, 1 },
		{ "h", 3600 * 1000, 1 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (!word_is(word, length, units[i].name))
			continue;
		if (micro > div64_u64(S64_MAX, units[i].multiply))
			return -ERANGE;
		*ns = div64_u64(micro * units[i].multiply + units[i].divide / 2,
				units[i].divide);
		return 0;
	}
	return -EINVAL;
}

void ratio_reduce(u64 *numerator, u64 *denominator)
{
	u64 divisor = *numerator, rest = *denominator, next;

	/* Euclid's algorithm. */
	while (rest) {
		div64_u64_rem(divisor, rest, &next);
		divisor = rest;
		rest = next;
	}
	*numerator = div64_u64(*numerator, divisor);
	*denominator = div64_u64(*denominator, divisor);
}
