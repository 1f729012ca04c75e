/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one place where the portable rooms (parser/ and hw/) meet their
 * surroundings: it gives them the kernel's integer types, errno values, string
 * functions and 64-bit arithmetic, in the kernel from <linux/...>, elsewhere
 * from the C library. Nothing else in those rooms includes a system header.
 */
#ifndef PARSER_PORTABLE_H
#define PARSER_PORTABLE_H

#ifdef __KERNEL__

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#include <linux/types.h>

#else

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64; /* as in the kernel, for %llu */
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#define U64_MAX (~0ULL)
#define S64_MAX ((s64)(U64_MAX >> 1))
#define S64_MIN (-S64_MAX - 1)
#define U32_MAX UINT32_MAX
#define U16_MAX UINT16_MAX
#define S32_MAX INT32_MAX

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(n) (1UL << (n))
#define min(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define max(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a > _b ? _a : _b; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define clamp_t(type, value, low, high) min_t(type, max((type)(value), (type)(low)), high)
#define __printf(text, first) __attribute__((__format__(printf, text, first)))
#define unlikely(x) __builtin_expect(!!(x), 0)
#define likely(x) __builtin_expect(!!(x), 1)
#define fallthrough __attribute__((__fallthrough__))
#define noinline __attribute__((__noinline__))
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))

/* The number of the lowest bit that is set in @word, which is not 0. */
static inline unsigned int __ffs(unsigned long word)
{
	return __builtin_ctzl(word);
}

static inline unsigned int __ffs64(u64 word)
{
	return __builtin_ctzll(word);
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline s64 div64_s64(s64 dividend, s64 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

/* The number of the highest bit that is set, from 1; 0 if none is. */
static inline int fls64(u64 word)
{
	return word ? 64 - __builtin_clzll(word) : 0;
}

#endif

/* The upper half of the product of 128 bits. */
static inline u64 mul_high_u64(u64 a, u64 b)
{
#ifdef __SIZEOF_INT128__
	return (unsigned __int128)a * b >> 64;
#else
	u64 low = (u64)(u32)a * (u32)b;
	u64 cross = (a >> 32) * (u32)b + (low >> 32);
	u64 other = (u64)(u32)a * (b >> 32) + (u32)cross;

	return (a >> 32) * (b >> 32) + (cross >> 32) + (other >> 32);
#endif
}

/* Likewise of signed numbers, rounded down. */
static inline s64 mul_high_s64(s64 a, s64 b)
{
#ifdef __SIZEOF_INT128__
	return (__int128)a * b >> 64;
#else
	return mul_high_u64(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0);
#endif
}

/*
 * ASCII alone: the C library's <ctype.h> depends on the locale, and the kernel's
 * takes the letters of Latin-1 for letters.
 */
static inline bool char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline char char_upper(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static inline bool char_is_letter(char c)
{
	return char_upper(c) >= 'A' && char_upper(c) <= 'Z';
}

/* Whether the @length bytes at @word are the string @name, in any case. */
static inline bool word_is(const char *word, unsigned int length,
			   const char *name)
{
	unsigned int i;

	for (i = 0; i < length; i++)
		if (!name[i] || char_upper(word[i]) != char_upper(name[i]))
			return false;
	return !name[length];
}

#endif
