// SPDX-License-Identifier: GPL-2.0
/*
 * Has the processor of an emulated board to itself for a known number of
 * instructions and prints how many more ran meanwhile: those of interrupts and
 * of other processes. Under QEMU's -icount shift=1: an instruction takes 2 ns.
 *
 * usage: soak LOOPS, of two instructions each
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static unsigned long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

int main(int argc, char **argv)
{
	unsigned long long loops, left, start_ns;

	if (argc != 2)
		return EXIT_FAILURE;
	loops = strtoull(argv[1], NULL, 10);
	if (!loops)
		return EXIT_FAILURE;
	left = loops;
	start_ns = now_ns();
#ifdef __aarch64__
	asm volatile("1: subs %0, %0, #1\n\tb.ne 1b"
		     : "+r"(left)
		     :
		     : "cc");
#else
	asm volatile("1: sub $1, %0\n\tjne 1b"
		     : "+r"(left)
		     :
		     : "cc");
#endif
	printf("%llu\n", (now_ns() - start_ns) / 2 - 2 * loops);
	return EXIT_SUCCESS;
}
