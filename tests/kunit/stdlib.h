/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the unit tests take from the C library, in the kernel. To allocate may sleep,
 * which the floating point unit does not allow; no call has to keep its state.
 */
#ifndef TESTS_KUNIT_STDLIB_H
#define TESTS_KUNIT_STDLIB_H

#include <asm/fpu/api.h>
#include <linux/slab.h>

static inline void *calloc(size_t count, size_t size)
{
	void *memory;

	kernel_fpu_end();
	memory = kvcalloc(count, size, GFP_KERNEL);
	kernel_fpu_begin_mask(KFPU_387 | KFPU_MXCSR);
	return memory;
}

#define malloc(size) calloc(1, size)

static inline void free(void *memory)
{
	kernel_fpu_end();
	kvfree(memory);
	kernel_fpu_begin_mask(KFPU_387 | KFPU_MXCSR);
}

#define llabs(number) abs(number)
#define strtoul simple_strtoul
#define __builtin_popcount(number) hweight32(number)

/* Tests that measure tell what they found; only whether it is good matters here. */
#define printf(...) ((void)0)

/* There are no files: tests that need one are left out. */
#define FILE void
#define fopen(name, mode) NULL
#define fread(...) 0
#define fclose(file)
#define stpcpy(to, from) strcpy(to, from)

#endif
