// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the files named through a harness once, without libFuzzer: for measuring
 * coverage with gcov, and for debuggers.
 */
#include <check.h>

int main(int count, char **names)
{
	static u8 data[1 << 16];
	FILE *file;
	int i;

	for (i = 1; i < count; i++) {
		file = fopen(names[i], "rb");
		if (!file) {
			perror(names[i]);
			return 1;
		}
		LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof(data), file));
		fclose(file);
	}
	return 0;
}
