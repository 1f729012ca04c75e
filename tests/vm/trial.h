/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the test programs that run in a guest share. Each test is a function that
 * runs in a process of its own and ends it at the first thing that is not as it
 * should be; the device is at rest at 0, 0 before each, after 0 steps.
 */
#ifndef TESTS_TRIAL_H
#define TESTS_TRIAL_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEVICE "/dev/stepper"
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define TRIAL_SECONDS 2000 /* of the guest: then it hangs */

/* End the test: NAME and what was found go into its line "not ok". */
#define FAIL(...) \
	do { \
		printf("not ok %s: line %d: ", trial_name, \
		       __LINE__); \
		printf(__VA_ARGS__); \
		putchar('\n'); \
		fflush(stdout); \
		_exit(1); \
	} while (0)

#define MUST(condition) \
	do { \
		if (!(condition)) \
			FAIL("%s (errno %d)", #condition, errno); \
	} while (0)

/* Of numbers; what is found is printed. */
#define IS(found, expected) \
	do { \
		long _found = (found), _expected = (expected); \
		if (_found != _expected) \
			FAIL("%s is %ld, not %ld (errno %d)", #found, \
			     _found, _expected, errno); \
	} while (0)

/* A call that has to fail with -1 and this errno. */
#define FAILS(call, number) \
	do { \
		long _result = (long)(call); \
		int _errno = errno, _number = (number); \
		if (_result != -1 || _errno != _number) \
			FAIL("%s is %ld, errno %d, not %d", #call, \
			     _result, _errno, _number); \
	} while (0)

static const char *trial_name;

static int device(int flags)
{
	int fd = open(DEVICE, flags);

	MUST(fd >= 0);
	return fd;
}

static inline long put(int fd, const char *lines)
{
	return write(fd, lines, strlen(lines));
}

/* All answers that wait in the file, as a string valid until the next call. */
static inline const char *answers(int fd)
{
	static char bytes[20000];
	struct pollfd waiting = { fd, POLLIN, 0 };
	long length = 0, got;

	while (poll(&waiting, 1, 0) == 1 && (waiting.revents & POLLIN)) {
		got = read(fd, bytes + length, sizeof(bytes) - 1 - length);
		MUST(got > 0);
		length += got;
	}
	bytes[length] = '\0';
	return bytes;
}

static inline void answers_are(int fd, const char *expected, int line)
{
	const char *found = answers(fd);

	if (strcmp(found, expected))
		FAIL("from line %d: answered \"%s\", not \"%s\"", line, found,
		     expected);
}

#define ANSWERS(fd, expected) answers_are(fd, expected, __LINE__)

static inline double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* "PAN=1.000000 STEPS=89\nOK\n" when all that was queued is done. */
static inline void comes_to_rest_at(const char *expected, int line)
{
	int fd = device(O_RDWR);

	IS(put(fd, "SYNC\n"), 5);
	answers(fd);
	IS(put(fd, "PAN?\n"), 5);
	answers_are(fd, expected, line);
	close(fd);
}

#define RESTS_AT(expected) comes_to_rest_at(expected "\nOK\n", __LINE__)

/* Take all places of the queue for 2 s each. */
static inline void fill_queue(void)
{
	int fd = device(O_WRONLY | O_NONBLOCK);
	int i;

	for (i = 0; i < 64; i++)
		IS(put(fd, "WAIT 2s\n"), 8);
	FAILS(put(fd, "WAIT 2s\n"), EAGAIN);
	close(fd);
}

/* Wait for a child; returns its exit status, or 128 and the signal. */
static inline int reap(pid_t child)
{
	int status;

	IS(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A handler that does nothing; @flags SA_RESTART or 0. */
static inline void nothing(int signal)
{
}

static inline void handle(int signal, int flags)
{
	struct sigaction action = { .sa_handler = nothing, .sa_flags = flags };

	MUST(!sigaction(signal, &action, NULL));
}

/* Memory that parent and children share, zeroed. */
static inline void *shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	MUST(memory != MAP_FAILED);
	return memory;
}

struct trial {
	const char *name;
	void (*run)(void);
	/* Why stepperd cannot do it as the kernel driver does; NULL: it can. */
	const char *not_by_fuse;
	const char *not_by_cuse;
};

#define TRIAL(name) \
	{ \
#name, name, NULL, NULL \
	}
#define STEPPERD_CANNOT(name, by_fuse, by_cuse) \
	{ \
#name, name, by_fuse, by_cuse \
	}

static void rest_at_zero(void)
{
	int fd = device(O_WRONLY);

	IS(put(fd, "STOP\nRESET\nSYNC\nPAN 0 TILT 0\nSYNC\n"), 34);
	close(fd);
}

/* The reason to leave a trial out, or NULL. @way is how the device is served. */
static const char *reason_not_to(const struct trial *trial, const char *way)
{
	if (!strcmp(way, "fuse"))
		return trial->not_by_fuse;
	return strcmp(way, "cuse") ? NULL : trial->not_by_cuse;
}

/*
 * Run the trials that the device can do: served by the "module", or by stepperd by
 * way of "fuse" or "cuse". Returns the exit status of the program: 0 if all is ok.
 */
static int run_trials(const struct trial *trials, unsigned int count, const char *way)
{
	int failed = 0;
	unsigned int i;
	pid_t child;
	int status;

	for (i = 0; i < count; i++) {
		trial_name = trials[i].name;
		if (reason_not_to(&trials[i], way)) {
			printf("skipped %s by %s: %s\n", trial_name, way,
			       reason_not_to(&trials[i], way));
			continue;
		}
		fflush(stdout);
		child = fork();
		if (!child) {
			setpgid(0, 0);
			alarm(TRIAL_SECONDS);
			rest_at_zero();
			trials[i].run();
			_exit(0);
		}
		status = reap(child);
		kill(-child, SIGKILL); /* what a failed test left behind */
		if (!status)
			printf("ok %s\n", trial_name);
		else if (status != 1)
			printf("not ok %s: ended by signal %d\n", trial_name,
			       status - 128);
		failed |= status;
	}
	fflush(stdout);
	return !!failed;
}

#endif
