// SPDX-License-Identifier: GPL-2.0
/*
 * How many lines a second write(2) takes, in the guest.
 *
 * usage: write PATH LINES LINE, with so many LINES in a call
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CALLS 300

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	size_t length, size;
	int i, lines, file;
	double start;
	char *bytes;

	if (argc != 4)
		errx(EXIT_FAILURE, "usage: write PATH LINES LINE");
	lines = atoi(argv[2]);
	length = strlen(argv[3]) + 1;
	size = lines * length;
	bytes = malloc(size + 1);
	file = open(argv[1], O_WRONLY);
	if (lines < 1 || !bytes || file < 0)
		err(EXIT_FAILURE, "%s", argv[1]);
	for (i = 0; i < lines; i++)
		sprintf(bytes + i * length, "%s\n", argv[3]);
	start = seconds();
	for (i = 0; i < CALLS; i++)
		if (write(file, bytes, size) != (ssize_t)size)
			err(EXIT_FAILURE, "%s", argv[3]);
	printf("%.0f\n", CALLS * lines / (seconds() - start));
	return EXIT_SUCCESS;
}
