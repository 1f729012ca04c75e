// SPDX-License-Identifier: GPL-2.0
/*
 * Arithmetic on struct real. Results are within a unit or two of the 64th bit
 * (roots: four); that is 2^-31 of a step in a move of 2^31 steps, so nothing here
 * has guard bits beyond what subtraction of near-equal numbers needs.
 */
#include "real.h"

/* The number that @mantissa * 2^@exponent is, its top bit brought to the top. */
static struct real normalised(bool negative, u64 mantissa, s32 exponent)
{
	struct real result = {};
	unsigned int shift;

	if (!mantissa)
		return result;
	shift = 64 - fls64(mantissa);
	result.mantissa = mantissa << shift;
	result.exponent = exponent - (s32)shift;
	result.negative = negative;
	return result;
}

struct real real_from(s64 value)
{
	return normalised(value < 0, value < 0 ? -(u64)value : (u64)value, 0);
}

/* What real_ratio(1, 3), (1, 6) and (1, NS_PER_S) are. */
const struct real real_third = { .mantissa = 0xaaaaaaaaaaaaaaaaULL, .exponent = -65 };
const struct real real_sixth = { .mantissa = 0xaaaaaaaaaaaaaaaaULL, .exponent = -66 };
const struct real real_nano = { .mantissa = 0x89705f4136b4a597ULL, .exponent = -93 };

struct real real_ratio(s64 numerator, u64 denominator)
{
	return real_div(real_from(numerator), normalised(false, denominator, 0));
}

/* -1, 0, 1 as |@a| is below, equal to, above |@b|. */
static int compare_magnitudes(struct real a, struct real b)
{
	if (!a.mantissa || !b.mantissa)
		return !!a.mantissa - !!b.mantissa;
	if (a.exponent != b.exponent)
		return a.exponent < b.exponent ? -1 : 1;
	if (a.mantissa != b.mantissa)
		return a.mantissa < b.mantissa ? -1 : 1;
	return 0;
}

/* @a + @b, for those below. */
static inline struct real sum_of(struct real a, struct real b)
{
	int shift = a.exponent - b.exponent;
	u64 aligned, sum;

	if (!a.mantissa || !b.mantissa)
		return a.mantissa ? a : b;
	if (shift < 0) {
		struct real larger = b;

		b = a;
		a = larger;
		shift = -shift;
	}
	if (shift >= 64)
		return a;
	aligned = b.mantissa >> shift;
	if (a.negative == b.negative) {
		sum = a.mantissa + aligned;
		if (sum < aligned) {
			sum = (sum >> 1) | (1ULL << 63);
			a.exponent++;
		}
		a.mantissa = sum;
		return a;
	}
	sum = a.mantissa - aligned;
	if (aligned > a.mantissa) { /* both exponents were the same */
		sum = -sum;
		a.negative = b.negative;
	}
	if (sum >> 63) {
		a.mantissa = sum;
		return a;
	}
	if (shift && (b.mantissa >> (shift - 1)) & 1) /* room for the bit that was shifted out */
		return normalised(a.negative, 2 * sum - 1, a.exponent - 1);
	return normalised(a.negative, sum, a.exponent);
}

/* @a * @b, likewise. */
static inline struct real product_of(struct real a, struct real b)
{
	struct real product = {
		.mantissa = mul_high_u64(a.mantissa, b.mantissa),
		.exponent = a.exponent + b.exponent + 64,
		.negative = a.negative != b.negative,
	};

	if (product.mantissa >> 63)
		return product;
	if (!product.mantissa)
		return real_from(0);
	product.mantissa = product.mantissa << 1 | a.mantissa * b.mantissa >> 63;
	product.exponent--;
	return product;
}

struct real real_add(struct real a, struct real b)
{
	return sum_of(a, b);
}

struct real real_sub(struct real a, struct real b)
{
	return sum_of(a, real_negate(b));
}

struct real real_mul(struct real a, struct real b)
{
	return product_of(a, b);
}

struct real real_add_product(struct real sum, struct real a, struct real b)
{
	return sum_of(sum, product_of(a, b));
}

/*
 * One digit of base 2^32: the quotient of (*@rest * 2^32) / @divisor, where
 * *@rest < @divisor and @divisor's top bit is set. The estimate from the upper
 * half of @divisor is at most 2 too large (Knuth, volume 2, 4.3.1, theorem B).
 */
static u32 quotient_digit(u64 *rest, u64 divisor)
{
	u64 low = (u32)divisor;
	u64 digit = div_u64(*rest, divisor >> 32);
	u64 left = *rest - digit * (divisor >> 32);

	while (digit >> 32 || digit * low > left << 32) {
		digit--;
		left += divisor >> 32;
		if (left >> 32)
			break;
	}
	*rest = (left << 32) - digit * low;
	return digit;
}

struct real real_div(struct real a, struct real b)
{
	bool negative = a.negative != b.negative;
	s32 exponent = a.exponent - b.exponent - 64;
	u64 rest = a.mantissa;
	u64 high, low;

	if (!a.mantissa)
		return a;
	if (rest >= b.mantissa) { /* keep the quotient below 2^64 */
		rest >>= 1;
		exponent++;
	}
	high = quotient_digit(&rest, b.mantissa);
	low = quotient_digit(&rest, b.mantissa);
	return normalised(negative, high << 32 | low, exponent);
}

struct real real_sqrt(struct real a)
{
	s32 odd = a.exponent & 1;
	u64 square = a.mantissa >> odd; /* 2^62 to 2^64, its exponent even: 32 bits of root */
	struct real root;
	u64 guess;
	int round;

	if (!a.mantissa)
		return a;
	/* 0.68 + 0.34 z is within 4 % of the root of 1 <= z < 4; 3 rounds make that 32 bits */
	guess = (square >> 32) * 174 / 256 + 1460288880;
	for (round = 0; round < 3; round++) {
		guess = min_t(u64, guess, U32_MAX);
		guess = (guess + div_u64(square, guess)) / 2;
	}
	root = normalised(false, guess, (a.exponent + odd) / 2);
	return real_shift(real_add(root, real_div(a, root)), -1);
}

struct real real_cbrt(struct real a)
{
	struct real root;
	int round;

	if (!a.mantissa)
		return a;
	root = normalised(false, 1, (a.exponent + 64) / 3);
	for (round = 0; round < 9; round++)
		root = real_mul(real_third, real_add(real_shift(root, 1),
						     real_div(a, real_mul(root, root))));
	return root;
}

int real_compare(struct real a, struct real b)
{
	if (real_sign(a) != real_sign(b))
		return real_sign(a) < real_sign(b) ? -1 : 1;
	return a.negative ? compare_magnitudes(b, a) : compare_magnitudes(a, b);
}

/* The whole part of |@a|, saturated, and whether something is @left over, and half or more. */
static u64 whole_part(struct real a, bool *left, bool *half)
{
	*left = false;
	*half = false;
	if (!a.mantissa)
		return 0;
	if (a.exponent >= 0)
		return U64_MAX;
	if (a.exponent < -64) {
		*left = true;
		return 0;
	}
	*half = (a.mantissa >> (-a.exponent - 1)) & 1;
	if (a.exponent == -64) {
		*left = true;
		return 0;
	}
	*left = a.mantissa << (64 + a.exponent);
	return a.mantissa >> -a.exponent;
}

static s64 with_sign(u64 whole, bool negative)
{
	if (negative)
		return whole > S64_MAX ? S64_MIN : -(s64)whole;
	return whole > S64_MAX ? S64_MAX : (s64)whole;
}

s64 real_round(struct real a)
{
	bool left, half;
	u64 whole = whole_part(a, &left, &half);

	return with_sign(half && whole <= S64_MAX ? whole + 1 : whole, a.negative);
}

s64 real_ceil(struct real a)
{
	bool left, half;
	u64 whole = whole_part(a, &left, &half);

	if (left && !a.negative && whole <= S64_MAX)
		whole++;
	return with_sign(whole, a.negative);
}
