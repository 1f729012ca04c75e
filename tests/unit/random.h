/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers that are the same in every run: a test begins with the state it
 * wants.
 */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <math.h>

#include "../../parser/portable.h"

static u64 random_state;

static inline u64 random_bits(void)
{
	/* xorshift64* (Vigna, 2016) */
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 2685821657736338717ULL;
}

static inline u64 random_below(u64 bound)
{
	return random_bits() % bound;
}

/* Between @low and @high, all magnitudes alike. */
static inline long double random_between(long double low, long double high)
{
	return low * powl(high / low, random_bits() / 0x1p64L);
}

#endif
