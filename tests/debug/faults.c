// SPDX-License-Identifier: GPL-2.0
/*
 * Fault injection, from a program that runs in the guest: every allocation and
 * every copy from or to user memory, one after the other, fails once, in probe,
 * open, read, write, poll and close. Whatever fails is told and changes nothing.
 * Not so in the GPIO chip that comes, nor in the nodes that new_device makes: there
 * Linux 6.1 itself falls.
 */
#include "../vm/trial.h"

#define DRIVER "/sys/bus/platform/drivers/stepper-gpio/"
#define STEPPER "stepper-gpio"

/* A device on lines that can sleep, those of guest.sh's expander. */
#define SECOND_DEVICE "/dev/stepper1"
#define SECOND STEPPER ".0"
#define DESCRIPTION \
	"enable=expander:2,low aux=expander:5 estop=expander:4 " \
	"PAN step=expander:0 dir=expander:1 limit-max=expander:3 settings=\"MAX 9\""

#define FAULTS_MAX 5000 /* in one call; there are fewer */

/* From now on the @nth chance to fail of this thread does; 0: none does. */
static void fail_nth(int nth)
{
	static int fd = -1;
	char number[12];

	if (fd < 0)
		fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	MUST(fd >= 0);
	sprintf(number, "%d", nth);
	while (pwrite(fd, number, strlen(number), 0) < 0)
		; /* it was this that failed */
}

/* Whether the chance that was to fail came; no more do. */
static bool has_failed(void)
{
	char number[12] = "";
	int fd = open("/proc/thread-self/fail-nth", O_RDONLY);

	/* Reading may fail, too, which is as good as an answer. */
	if (fd >= 0) {
		if (read(fd, number, sizeof(number) - 1) < 0)
			number[0] = '\0';
		close(fd);
	}
	fail_nth(0);
	return atoi(number) == 0;
}

/* Make every chance of @call fail, in turn; returns how many there were. */
static int inject(long (*call)(void), void (*judge)(long result, int error))
{
	long result;
	int nth, error;

	for (nth = 1; nth < FAULTS_MAX; nth++) {
		fail_nth(nth);
		errno = 0;
		result = call();
		error = errno;
		if (!has_failed()) {
			judge(result, 0);
			printf("# %s: %d faults\n", trial_name, nth - 1);
			return nth - 1;
		}
		judge(result, error);
	}
	FAIL("more faults than any call has");
}

static int file;

static long write_line(void)
{
	return put(file, "PAN BY 1; GET; WATCH ON\n");
}

static int taken;

static void line_is_whole(long result, int error)
{
	if (result < 0)
		MUST(error == EFAULT || error == ENOMEM);
	else
		IS(result, 24);
	taken += result > 0;
	IS(put(file, "?\n"), 2); /* what follows is not harmed */
}

static void writing(void)
{
	char expected[64];

	file = device(O_WRONLY);
	MUST(inject(write_line, line_is_whole) > 0);
	sprintf(expected, "PAN=%d.000000 ", taken);
	file = device(O_RDWR);
	IS(put(file, "SYNC\nPAN?\n"), 10);
	MUST(strstr(answers(file), expected));
}

static char answer[4096];

static long read_answers(void)
{
	return read(file, answer, sizeof(answer));
}

static void read_again(long result, int error)
{
	if (result < 0) {
		IS(error, EFAULT);
		result = read(file, answer, sizeof(answer));
	}
	IS(result, 24);
	MUST(!memcmp(answer, "PAN=0.000000 STEPS=0\nOK\n", 24));
	IS(put(file, "PAN?\n"), 5);
}

static void reading(void)
{
	file = device(O_RDWR);
	IS(put(file, "PAN?\n"), 5);
	MUST(inject(read_answers, read_again) > 0);
}

static long open_and_close(void)
{
	int fd = open(DEVICE, O_RDWR);

	return fd < 0 ? fd : close(fd);
}

static void no_memory(long result, int error)
{
	if (result < 0) /* EFAULT: the name of the device */
		MUST(error == ENOMEM || error == EFAULT);
}

static void opening(void)
{
	MUST(inject(open_and_close, no_memory) > 0);
	RESTS_AT("PAN=0.000000 STEPS=0");
}

static long watch(void)
{
	struct pollfd waiting = { file, POLLIN | POLLOUT | POLLPRI, 0 };

	if (fcntl(file, F_SETFL, O_ASYNC | O_NONBLOCK) < 0)
		return -1;
	return poll(&waiting, 1, 0);
}

static void watch_no_more(long result, int error)
{
	if (result < 0)
		MUST(error == ENOMEM || error == EFAULT);
	MUST(!fcntl(file, F_SETFL, 0));
}

static void watching(void)
{
	file = device(O_RDWR);
	MUST(inject(watch, watch_no_more) > 0);
}

/* Into a file of sysfs: through one descriptor, so that only the write counts. */
static long put_into(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	long result;

	if (fd < 0)
		return fd;
	result = write(fd, text, strlen(text));
	close(fd);
	return result;
}

static long bind(void)
{
	return put_into(DRIVER "bind", STEPPER);
}

static void is_whole_or_not_there(long result, int error)
{
	if (access(DEVICE, F_OK) == 0) {
		rest_at_zero();
		RESTS_AT("PAN=0.000000 STEPS=0");
		IS(put_into(DRIVER "unbind", STEPPER), (long)strlen(STEPPER));
	} else if (result > 0) {
		FAIL("bound, but there is no device");
	}
	FAILS(access(DEVICE, F_OK), ENOENT);
}

static void probing(void)
{
	IS(put_into(DRIVER "unbind", STEPPER), (long)strlen(STEPPER));
	MUST(inject(bind, is_whole_or_not_there) > 20);
	IS(bind(), (long)strlen(STEPPER));
	RESTS_AT("PAN=0.000000 STEPS=0");
}

static void make_second(void)
{
	IS(put_into(DRIVER "new_device", DESCRIPTION), (long)strlen(DESCRIPTION));
	IS(access(SECOND_DEVICE, F_OK), 0);
}

static long bind_second(void)
{
	return put_into(DRIVER "bind", SECOND);
}

static void second_is_there_or_not(long result, int error)
{
	if (access(SECOND_DEVICE, F_OK) == 0)
		IS(put_into(DRIVER "unbind", SECOND), (long)strlen(SECOND));
	else if (result > 0)
		FAIL("bound, but there is no device");
	FAILS(access(SECOND_DEVICE, F_OK), ENOENT);
}

static void probing_sleepers(void)
{
	make_second();
	IS(put_into(DRIVER "unbind", SECOND), (long)strlen(SECOND));
	MUST(inject(bind_second, second_is_there_or_not) > 20);
	IS(put_into(DRIVER "delete_device", SECOND), (long)strlen(SECOND));
}

/* A line that is refused before there are nodes. */
static long describe_nothing(void)
{
	return put_into(DRIVER "new_device", "PAN what=ever");
}

static void nothing_is_made(long result, int error)
{
	IS(result, -1);
	MUST(!error || error == EINVAL || error == ENOMEM || error == EFAULT);
	FAILS(access(SECOND_DEVICE, F_OK), ENOENT);
}

static void describing(void)
{
	MUST(inject(describe_nothing, nothing_is_made) > 3);
}

static const struct trial trials[] = {
	{ .name = "faults in write", .run = writing },
	{ .name = "faults in read", .run = reading },
	{ .name = "faults in open", .run = opening },
	{ .name = "faults in poll and fasync", .run = watching },
	{ .name = "faults in probe", .run = probing },
	{ .name = "faults in probe, of lines that can sleep", .run = probing_sleepers },
	{ .name = "faults in new_device", .run = describing },
};

int main(void)
{
	return run_trials(trials, ARRAY_SIZE(trials), "module");
}
