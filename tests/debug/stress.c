// SPDX-License-Identifier: GPL-2.0
/*
 * Stress, from a program that runs in the guest with two processors: many
 * processes do whatever a file allows, random signals hit them, and meanwhile the
 * hardware goes and comes back while its motors turn. Nobody may be left waiting,
 * and every step that was counted must be one that was made. What else went wrong
 * is told by the kernel's instruments.
 */
#define _GNU_SOURCE
#include <strings.h>
#include <sys/uio.h>

#include "../vm/trial.h"

#define DRIVER "/sys/bus/platform/drivers/stepper-gpio/"
#define STEPPER "stepper-gpio"
#define HEAD "/sys/kernel/debug/stepper-sim/"

#define WORKERS 12
#define SECONDS 60
#define REBINDS 25

static void *nowhere; /* where there is no memory */

static const char *const lines[] = {
	"PAN BY 3 TILT BY -1\n",
	"PAN 20; TILT 5; PAN -20\n",
	"NOW PAN 0 TILT 0\n",
	"RUN PAN 20 FOR 300ms\n",
	"RUN TILT -5\n",
	"PVT PAN 1 1 IN 100ms\nPVT PAN 2 0 IN 100ms\n",
	"WAIT 20ms\nTRIGGER 1 5ms\n",
	"STOP\n",
	"HALT\n",
	"RESET\n",
	"!\n",
	"~\n",
	"SYNC\n",
	"?\nGET\nHELP\n",
	"WATCH ON\n",
	"SET PAN SPEED 30; SET PAN SPEED 60\n",
	"ENABLE\nRELEASE\n",
	"SAVE here; GO here; FORGET here\n",
	"FOO\nPAN 1000\n",
	"PAN BY 1", /* ended by what comes next, or by close() */
};

static void write_something(int fd)
{
	const char *one = lines[rand() % ARRAY_SIZE(lines)];
	const char *two = lines[rand() % ARRAY_SIZE(lines)];
	struct iovec parts[] = {
		{ (void *)one, strlen(one) },
		{ (void *)two, strlen(two) },
	};

	if (writev(fd, parts, 2) < 0)
		MUST(errno != ENOTTY && errno != EIO);
}

/* One of those who use the device; ends when a signal ends it. */
static void work(unsigned int seed)
{
	const int flags[] = { O_RDWR, O_WRONLY, O_RDONLY, O_RDWR | O_NONBLOCK };
	char bytes[300];
	int fd, i, ends[2];

	srand(seed);
	for (;;) {
		fd = open(DEVICE, flags[rand() % 4]);
		if (fd < 0) {
			usleep(2000);
			continue;
		}
		if (rand() % 4 == 0)
			fcntl(fd, F_SETOWN, getpid());
		for (i = rand() % 20; i > 0; i--) {
			struct pollfd waiting = { fd, POLLIN | POLLOUT, 0 };

			switch (rand() % 9) {
			case 0:
				fsync(fd);
				break;
			case 1:
				poll(&waiting, 1, rand() % 50);
				break;
			case 2:
				fcntl(fd, F_SETFL, rand() & (O_NONBLOCK | O_ASYNC));
				break;
			case 3: /* nobody may be there to answer */
				waiting.events = POLLIN;
				if (poll(&waiting, 1, 0) == 1)
					MUST(read(fd, bytes, sizeof(bytes)) >= -1);
				break;
			case 4:
				MUST(write(fd, nowhere, 100) < 0);
				break;
			case 5:
				MUST(!pipe(ends));
				put(ends[1], lines[rand() % ARRAY_SIZE(lines)]);
				splice(ends[0], NULL, fd, NULL, 64, 0);
				close(ends[0]);
				close(ends[1]);
				break;
			default:
				write_something(fd);
			}
		}
		close(fd);
	}
}

static pid_t worker[WORKERS];

static void start_worker(int i)
{
	static unsigned int seed;

	/* before the child is there to be hit */
	handle(SIGIO, 0);
	handle(SIGALRM, 0);
	handle(SIGUSR1, SA_RESTART);
	seed++;
	worker[i] = fork();
	if (!worker[i])
		work(seed);
}

/* A random signal to a random worker; who dies of it is replaced. */
static void hit(void)
{
	const int signals[] = { SIGALRM, SIGUSR1, SIGALRM, SIGUSR1, SIGALRM, SIGSTOP,
				SIGTERM, SIGKILL };
	int i = rand() % WORKERS, number = signals[rand() % ARRAY_SIZE(signals)];

	kill(worker[i], number);
	if (number == SIGSTOP) {
		usleep(rand() % 5000);
		kill(worker[i], SIGCONT);
	} else if (number == SIGTERM || number == SIGKILL) {
		IS(reap(worker[i]), 128 + number);
		start_worker(i);
	}
}

static void put_into(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	MUST(fd >= 0);
	IS(put(fd, text), (long)strlen(text));
	close(fd);
}

/* The virtual head's own count of a motor's steps. */
static long steps_made(const char *axis)
{
	char name[16];
	long steps;
	FILE *position = fopen(HEAD "position", "r");

	MUST(position);
	while (fscanf(position, "%15s %ld %*s", name, &steps) == 2) {
		if (strcasecmp(name, axis))
			continue;
		fclose(position);
		return steps;
	}
	FAIL("no %s in " HEAD "position", axis);
}

static long steps_counted(const char *question)
{
	int fd = device(O_RDWR);
	const char *at;

	IS(put(fd, "STOP\nRESET\nSYNC\n"), 16);
	answers(fd);
	IS(put(fd, question), (long)strlen(question));
	at = strstr(answers(fd), "STEPS=");
	close(fd);
	MUST(at);
	return atol(at + 6);
}

/* No fault of timing since the head is there. */
static void head_is_content(void)
{
	char name[40];
	long count;
	FILE *faults = fopen(HEAD "faults", "r");

	MUST(faults);
	while (fscanf(faults, "%39s %ld", name, &count) == 2)
		if (count)
			FAIL("%ld faults of the kind %s", count, name);
	fclose(faults);
}

static void all_end(void)
{
	int i;

	for (i = 0; i < WORKERS; i++) {
		kill(worker[i], SIGKILL);
		IS(reap(worker[i]), 128 + SIGKILL);
	}
}

static void everything_at_once(void)
{
	long pan = steps_made("PAN") - steps_counted("PAN?\n");
	long tilt = steps_made("TILT") - steps_counted("TILT?\n");
	double end = seconds() + SECONDS;
	int i;

	for (i = 0; i < WORKERS; i++)
		start_worker(i);
	while (seconds() < end) {
		hit();
		usleep(rand() % 20000);
	}
	all_end();
	IS(steps_counted("PAN?\n"), steps_made("PAN") - pan);
	IS(steps_counted("TILT?\n"), steps_made("TILT") - tilt);
	head_is_content();
}

static void hardware_goes_and_comes(void)
{
	int i, fd;

	for (i = 0; i < WORKERS; i++)
		start_worker(i);
	for (i = 0; i < REBINDS; i++) {
		usleep(200000 + rand() % 300000);
		hit();
		fd = device(O_RDWR);
		put(fd, "RESET\nRUN PAN 10\n");
		usleep(50000);
		put_into(DRIVER "unbind", STEPPER);
		FAILS(put(fd, "RESET\n"), ENODEV);
		close(fd);
		put_into(DRIVER "bind", STEPPER);
	}
	all_end();
	rest_at_zero();
	RESTS_AT("PAN=0.000000 STEPS=0");
	head_is_content();
}

static void ten_wait_while_it_goes(void)
{
	int fd = device(O_WRONLY | O_NONBLOCK);
	pid_t child[10];
	int i;

	while (put(fd, "WAIT 10min\n") > 0)
		;
	IS(errno, EAGAIN);
	close(fd);
	for (i = 0; i < 10; i++) {
		child[i] = fork();
		if (child[i])
			continue;
		struct pollfd waiting = { device(O_RDWR), POLLPRI, 0 };
		char byte;

		fd = waiting.fd;
		switch (i % 5) {
		case 0:
			FAILS(put(fd, "PAN 1\n"), ENODEV);
			break;
		case 1:
			FAILS(read(fd, &byte, 1), ENODEV);
			break;
		case 2:
			IS(poll(&waiting, 1, -1), 1);
			IS(waiting.revents, POLLERR | POLLHUP);
			break;
		case 3:
			FAILS(put(fd, "SYNC\n"), ENODEV);
			break;
		default:
			FAILS(fsync(fd), ENODEV);
		}
		_exit(0);
	}
	sleep(3);
	put_into(DRIVER "unbind", STEPPER);
	for (i = 0; i < 10; i++)
		IS(reap(child[i]), 0);
	put_into(DRIVER "bind", STEPPER);
	head_is_content();
}

static const struct trial trials[] = {
	{ .name = "everything at once", .run = everything_at_once },
	{ .name = "ten wait while the hardware goes", .run = ten_wait_while_it_goes },
	{ .name = "the hardware goes and comes", .run = hardware_goes_and_comes },
};

int main(void)
{
	nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return run_trials(trials, ARRAY_SIZE(trials), "module");
}
