// SPDX-License-Identifier: GPL-2.0
/*
 * A joystick, in the guest: both axes are told by NOW where to go, each millisecond anew,
 * for two seconds. Fails if a line is refused, or comes too late to be one of these.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINES 2000
#define PERIOD_NS 1000000
#define NS_PER_S 1000000000LL

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void wait_until(long long at_ns)
{
	struct timespec at = { at_ns / NS_PER_S, at_ns % NS_PER_S };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

int main(void)
{
	int file = open("/dev/stepper", O_WRONLY);
	long long begin_ns = now_ns(), late_ns, latest_ns = 0;
	char line[64];
	int i;

	for (i = 1; i <= LINES; i++) {
		if (i < LINES)
			sprintf(line, "NOW PAN %.3f TILT %.3f\n", 6 * sin(i / 90.0),
				4 * sin(i / 70.0));
		else
			strcpy(line, "NOW PAN 3 TILT -2\n");
		wait_until(begin_ns + i * (long long)PERIOD_NS);
		if (write(file, line, strlen(line)) != (ssize_t)strlen(line)) {
			perror(line);
			return 1;
		}
		late_ns = now_ns() - begin_ns - i * (long long)PERIOD_NS;
		if (late_ns > latest_ns)
			latest_ns = late_ns;
	}
	printf("joystick: a line was taken %lld ns after its time at most\n", latest_ns);
	return latest_ns > PERIOD_NS;
}
