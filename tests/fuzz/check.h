/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stands in for libcheck where the rig of the unit tests is fuzzed: what does not
 * hold ends the process, so that libFuzzer keeps the input.
 */
#ifndef TESTS_FUZZ_CHECK_H
#define TESTS_FUZZ_CHECK_H

#include "../../parser/portable.h"
#include <stdlib.h>

#define ck_assert_msg(holds, ...) \
	do { \
		if (holds) \
			break; \
		fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #holds); \
		fprintf(stderr, __VA_ARGS__); \
		fprintf(stderr, "\n"); \
		abort(); \
	} while (0)

#define ck_abort_msg(...) ck_assert_msg(false, __VA_ARGS__)
#define ck_assert(holds) ck_assert_msg(holds, "broken")
#define ck_assert_int_eq(a, b) ck_assert((a) == (b))
#define ck_assert_uint_eq(a, b) ck_assert((a) == (b))
#define ck_assert_str_eq(a, b) ck_assert(!strcmp(a, b))
#define ck_assert_ptr_nonnull(pointer) ck_assert((pointer) != NULL)

/* What libFuzzer calls, and what it has for mutators. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t size_max, unsigned int seed);
size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t size_max);

#endif
