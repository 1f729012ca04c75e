// SPDX-License-Identifier: GPL-2.0
/*
 * The device as a file, from a program that runs in the guest: what each system
 * call takes, returns and refuses. Several files at a time are for writers.c.
 */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "trial.h"

#define MEBIBYTE (1024 * 1024)

static void *nowhere; /* where there is no memory */

#define BAD_LINE "ERR 22 EINVAL 1 no command or axis named FOO\n"

static void access_modes(void)
{
	char byte;
	int fd = device(O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);

	FAILS(read(fd, &byte, 1), EBADF);
	IS(put(fd, "?\n"), 2);
	close(fd);
	fd = device(O_RDONLY);
	FAILS(put(fd, "?\n"), EBADF);
	close(fd);
	fd = device(O_ACCMODE); /* neither, as for ioctl() elsewhere */
	FAILS(read(fd, &byte, 1), EBADF);
	FAILS(put(fd, "?\n"), EBADF);
	close(fd);
	FAILS(open(DEVICE, O_RDWR | O_DIRECTORY), ENOTDIR);
	FAILS(open(DEVICE, O_RDWR | O_CREAT | O_EXCL), EEXIST);
}

static void not_for_this_file(void)
{
	int fd = device(O_RDWR);
	char bytes[64];

	FAILS(ioctl(fd, TCGETS, bytes), ENOTTY);
	FAILS((long)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0), ENODEV);
	FAILS(ftruncate(fd, 0), EINVAL);
	FAILS(fallocate(fd, 0, 0, 1), ENODEV);
	ANSWERS(fd, "");
}

static void no_place_in_the_file(void)
{
	int fd = device(O_RDWR);
	char byte;

	FAILS(lseek(fd, 0, SEEK_CUR), ESPIPE);
	FAILS(pread(fd, &byte, 1, 0), ESPIPE);
	FAILS(pwrite(fd, "?\n", 2, 0), ESPIPE);
	ANSWERS(fd, "");
}

static void no_count_of_bytes(void)
{
	int count;

	FAILS(ioctl(device(O_RDWR), FIONREAD, &count), ENOTTY);
}

static void short_write_at_a_bad_line(void)
{
	int fd = device(O_RDWR);
	int writer = device(O_WRONLY);

	IS(put(fd, "PAN?\nFOO\nPAN?\n"), 5);
	ANSWERS(fd, "PAN=0.000000 STEPS=0\nOK\n");
	FAILS(put(fd, "FOO\nPAN?\n"), EINVAL);
	ANSWERS(fd, BAD_LINE);
	IS(put(fd, "PAN?\n"), 5);
	ANSWERS(fd, "PAN=0.000000 STEPS=0\nOK\n");

	IS(put(writer, "PAN BY 1\nPAN 1000\nPAN BY 1\n"), 9);
	FAILS(put(writer, "PAN 1000\nPAN BY 1\n"), ERANGE);
	FAILS(put(writer, "PAN BY 1; FOO\n"), EINVAL);
	FAILS(put(writer, "PAN 9 IN 1us\n"), EDOM);
	FAILS(put(writer, "PAN \001\n"), EILSEQ);
	IS(write(writer, "", 0), 0);
	RESTS_AT("PAN=1.000000 STEPS=89");
}

static void lines_over_many_writes(void)
{
	const char *script = "PAN BY 1\r\n\r\n# a comment\r\n; ;\nPAN BY 1 #x\n"
			     "@tag PAN?\nFO";
	int fd = device(O_RDWR);

	for (; *script; script++)
		IS(write(fd, script, 1), 1);
	/* The line that is bad began in writes that are long over. */
	FAILS(put(fd, "O\nPAN BY 1\n"), EINVAL);
	MUST(strstr(answers(fd), BAD_LINE));
	IS(put(fd, "PAN BY"), 6);
	IS(put(fd, " 1\nPAN BY"), 9);
	IS(put(fd, " 1\n"), 3);
	ANSWERS(fd, "OK\nOK\n");
	RESTS_AT("PAN=4.000000 STEPS=356");
}

static void cr_lf_is_one_line(void)
{
	int fd = device(O_RDWR);

	IS(put(fd, "PAN?\r\nPAN?\r\n"), 12);
	ANSWERS(fd, "PAN=0.000000 STEPS=0\nOK\nPAN=0.000000 STEPS=0\nOK\n");
	IS(put(fd, "PAN?\r"), 5);
	ANSWERS(fd, "");
	IS(put(fd, "\n"), 1);
	ANSWERS(fd, "PAN=0.000000 STEPS=0\nOK\n");
}

static void writev_joins(void)
{
	struct iovec parts[] = {
		{ "PAN", 3 },
		{ " BY", 3 },
		{ "", 0 },
		{ " 1\nPA", 5 },
		{ "N?\nFOO", 6 },
		{ "\nPAN BY 1\n", 10 },
	};
	int fd = device(O_RDWR);

	IS(writev(fd, parts, 6), 14);
	RESTS_AT("PAN=1.000000 STEPS=89");
	MUST(strstr(answers(fd), "STEPS="));
	FAILS(writev(fd, &(struct iovec){ "FOO\n", 4 }, 1), EINVAL);
}

static void splice_from_a_pipe(void)
{
	int fd = device(O_RDWR);
	char left[64];
	int ends[2];

	MUST(!pipe(ends));
	IS(put(ends[1], "PAN BY 1\nPAN BY"), 15);
	IS(splice(ends[0], NULL, fd, NULL, 64, 0), 15);
	IS(put(ends[1], " 1\nFOO\nPAN BY 1\n"), 16);
	IS(splice(ends[0], NULL, fd, NULL, 64, 0), 3);
	FAILS(splice(ends[0], NULL, fd, NULL, 64, 0), EINVAL);
	/* What was not taken is still in the pipe, the bad line as well. */
	IS(read(ends[0], left, sizeof(left)), 13);
	RESTS_AT("PAN=2.000000 STEPS=178");
}

static void sendfile_from_a_file(void)
{
	int script = open("/tmp/script", O_RDWR | O_CREAT | O_TRUNC, 0600);
	int fd = device(O_WRONLY);
	int i;

	for (i = 0; i < 1000; i++)
		IS(put(script, "# a line that does nothing\n"), 27);
	IS(put(script, "PAN BY 1\nFOO\nPAN BY 1\n"), 22);
	IS(lseek(script, 0, SEEK_SET), 0);
	IS(sendfile(fd, script, NULL, MEBIBYTE), 27009);
	IS(lseek(script, 0, SEEK_CUR), 27009);
	FAILS(sendfile(fd, script, NULL, MEBIBYTE), EINVAL);
	IS(lseek(script, 4, SEEK_CUR), 27013);
	IS(sendfile(fd, script, NULL, MEBIBYTE), 9);
	RESTS_AT("PAN=2.000000 STEPS=178");
}

static void splice_waits_for_the_queue(void)
{
	int fd = device(O_WRONLY);
	int other = device(O_WRONLY);
	double begin;
	int ends[2];

	MUST(!pipe(ends));
	IS(put(other, "PAN 0\n"), 6);
	fill_queue();
	IS(put(ends[1], "PAN BY 1\nPAN BY 1\nPAN BY 1\nPAN BY"), 33);
	begin = seconds();
	IS(splice(ends[0], NULL, fd, NULL, 64, 0), 33);
	MUST(seconds() - begin > 5.0);
	IS(put(ends[1], " 1\n"), 3);
	IS(splice(ends[0], NULL, fd, NULL, 64, 0), 3);
	RESTS_AT("PAN=4.000000 STEPS=356");
}

/* A script of 100 moves, open at its begin. */
static int script_of_moves(void)
{
	int script = open("/tmp/script", O_RDWR | O_CREAT | O_TRUNC, 0600);
	int i;

	for (i = 0; i < 100; i++)
		IS(put(script, "PAN BY 0.2\n"), 11);
	IS(lseek(script, 0, SEEK_SET), 0);
	return script;
}

static void sendfile_waits_for_the_queue(void)
{
	int script = script_of_moves();
	int fd = device(O_WRONLY);
	double begin;

	fill_queue();
	begin = seconds();
	IS(sendfile(fd, script, NULL, MEBIBYTE), 1100);
	MUST(seconds() - begin > 60.0);
	RESTS_AT("PAN=20.000000 STEPS=1778");
}

/* What does not find room is still in the pipe, and in the file. */
static void splice_and_sendfile_do_not_wait(void)
{
	int script = script_of_moves();
	int fd = device(O_WRONLY | O_NONBLOCK);
	int other = device(O_WRONLY);
	char left[64];
	int ends[2];

	MUST(!pipe(ends));
	IS(put(other, "WAIT 1s\n"), 8);
	IS(sendfile(fd, script, NULL, MEBIBYTE), 63 * 11);
	IS(lseek(script, 0, SEEK_CUR), 63 * 11);
	FAILS(sendfile(fd, script, NULL, MEBIBYTE), EAGAIN);
	IS(lseek(script, 0, SEEK_CUR), 63 * 11);
	IS(put(ends[1], "?\nPAN BY 1\nPAN BY 1\n"), 20);
	IS(splice(ends[0], NULL, fd, NULL, 64, 0), 2);
	FAILS(splice(ends[0], NULL, fd, NULL, 64, 0), EAGAIN);
	IS(read(ends[0], left, sizeof(left)), 18);
	IS(put(other, "SYNC\n"), 5);
	IS(sendfile(fd, script, NULL, MEBIBYTE), 37 * 11);
	RESTS_AT("PAN=20.000000 STEPS=1778");
}

static void a_mebibyte_at_once(void)
{
	char *bytes = malloc(MEBIBYTE + 1);
	int fd = device(O_RDWR);
	int i;

	for (i = 0; i < MEBIBYTE; i += 16)
		memcpy(bytes + i, "SET PAN SPEED 7\n", 16);
	memcpy(bytes + MEBIBYTE - 16, "PAN BY 1;PAN? #\n", 16);
	IS(write(fd, bytes, MEBIBYTE), MEBIBYTE);
	MUST(strstr(answers(fd), "SET PAN SPEED 7\nOK\nPAN="));
	IS(put(fd, "SET PAN SPEED 60\n"), 17);
	answers(fd);

	/* A line of a mebibyte is told once, and swallowed. */
	memset(bytes, 'P', MEBIBYTE);
	FAILS(write(fd, bytes, MEBIBYTE), EMSGSIZE);
	IS(write(fd, bytes, MEBIBYTE), MEBIBYTE);
	ANSWERS(fd, "ERR 90 EMSGSIZE 256 line longer than 255 bytes\n");
	IS(put(fd, "PAN BY 1\nPAN BY 1\n"), 18);
	ANSWERS(fd, "OK\n");

	for (i = 0; i < MEBIBYTE; i++)
		bytes[i] = i % 7919 >> 3;
	MUST(write(fd, bytes, MEBIBYTE) < 4096);
	RESTS_AT("PAN=2.000000 STEPS=178");
}

static void the_last_close_ends_a_line(void)
{
	int fd = device(O_WRONLY);
	int duplicate = dup(fd);
	pid_t child;

	IS(put(fd, "PAN BY 1"), 8);
	child = fork();
	if (!child) {
		close(fd);
		close(duplicate);
		_exit(0);
	}
	IS(reap(child), 0);
	close(fd);
	RESTS_AT("PAN=0.000000 STEPS=0");
	/* It is still the same line. */
	IS(put(duplicate, "0"), 1);
	close(duplicate);
	RESTS_AT("PAN=10.000000 STEPS=889");
}

static void exit_ends_a_line(void)
{
	pid_t child = fork();

	if (!child) {
		put(device(O_WRONLY), "PAN BY 1");
		_exit(0);
	}
	IS(reap(child), 0);
	RESTS_AT("PAN=1.000000 STEPS=89");
}

static void the_last_close_waits_for_room(void)
{
	int writer = device(O_WRONLY);
	int control = device(O_WRONLY);
	double begin;

	fill_queue();
	IS(put(writer, "PAN 1"), 5);
	begin = seconds();
	close(writer);
	MUST(seconds() - begin > 1.0);
	IS(put(control, "STOP\nSYNC\n"), 10);
	/* A file that may not wait does not, and loses its line. */
	fill_queue();
	writer = device(O_WRONLY | O_NONBLOCK);
	IS(put(writer, "PAN 2"), 5);
	begin = seconds();
	close(writer);
	MUST(seconds() - begin < 0.1);
	IS(put(control, "STOP\n"), 5);
	RESTS_AT("PAN=0.000000 STEPS=0");
}

static void a_killed_writer_ends_no_line(void)
{
	pid_t child = fork();
	int i;

	if (!child) {
		put(device(O_WRONLY), "PAN 1"); /* of PAN 10 */
		for (;;)
			pause();
	}
	usleep(100000);
	kill(child, SIGKILL);
	IS(reap(child), 128 + SIGKILL);
	RESTS_AT("PAN=0.000000 STEPS=0");

	/* Nor is it ended by one that is soon forgotten. */
	for (i = 0; i < 20; i++) {
		child = fork();
		if (!child) {
			put(device(O_WRONLY), "PAN 1");
			kill(getpid(), SIGKILL);
		}
		IS(reap(child), 128 + SIGKILL);
	}
	RESTS_AT("PAN=0.000000 STEPS=0");

	/* Nor does one that waits for the queue hold out. */
	fill_queue();
	child = fork();
	if (!child) {
		int fd = device(O_WRONLY);

		put(fd, "PAN BY");
		put(fd, " 1\n");
		_exit(0);
	}
	usleep(100000);
	kill(child, SIGTERM);
	IS(reap(child), 128 + SIGTERM);
	IS(put(device(O_WRONLY), "STOP\n"), 5);
	RESTS_AT("PAN=0.000000 STEPS=0");
}

static int polled(int fd)
{
	struct pollfd file = { fd, POLLIN | POLLOUT | POLLPRI, 0 };

	MUST(poll(&file, 1, 0) >= 0);
	return file.revents;
}

static void nonblocking_and_poll(void)
{
	int fd = device(O_RDWR | O_NONBLOCK);
	int other = device(O_WRONLY);
	char byte;

	IS(polled(fd), POLLOUT);
	FAILS(read(fd, &byte, 1), EAGAIN);
	fill_queue();
	IS(polled(fd), 0);
	IS(put(fd, "PAN?\nPAN BY 1\nPAN?\n"), 5);
	FAILS(put(fd, "PAN BY 1\n"), EAGAIN);
	IS(put(fd, "PAN BY"), 6);
	FAILS(put(fd, " 1\n"), EAGAIN);
	IS(polled(fd), POLLIN);
	ANSWERS(fd, "PAN=0.000000 STEPS=0\nOK\n");
	/* What is not for the queue is taken, after the line that is. */
	FAILS(put(fd, " 1\n?\n"), EAGAIN);
	IS(put(other, "?\n"), 2);
	while (!polled(fd))
		usleep(10000);
	IS(polled(fd), POLLOUT);
	IS(put(fd, " 1\n"), 3);
	FAILS(put(fd, "SYNC\n"), EAGAIN);
	IS(put(other, "HALT\n"), 5);
	IS(polled(fd), POLLIN | POLLOUT | POLLPRI);
	FAILS(put(fd, "PAN 1\n"), ESHUTDOWN);
	IS(put(other, "RESET\n"), 6);
	IS(polled(fd), POLLIN | POLLOUT);
	FAILS(put(fd, "PAN 1\n"), ECANCELED);
	IS(put(fd, "RESET\nSYNC\n"), 11);
}

static int next_event(int epoll, int timeout_ms)
{
	struct epoll_event event;
	int count = epoll_wait(epoll, &event, 1, timeout_ms);

	MUST(count >= 0);
	return count ? (int)event.events : 0;
}

static void epoll_by_edges(void)
{
	int fd = device(O_RDWR | O_NONBLOCK);
	int other = device(O_WRONLY);
	int epoll = epoll_create1(0);
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLET,
	};

	fill_queue();
	MUST(!epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	FAILS(put(fd, "PAN 1\n"), EAGAIN);
	while (next_event(epoll, 0))
		;
	MUST(next_event(epoll, 5000) & EPOLLOUT);
	IS(put(fd, "PAN 1\n"), 6);
	MUST(next_event(epoll, 0) & EPOLLIN);
	ANSWERS(fd, "OK\n");
	IS(put(other, "HALT\n"), 5);
	MUST(next_event(epoll, 0) & EPOLLPRI);
	IS(put(other, "RESET\n"), 6);
}

static void sigio_comes(void)
{
	int fd = device(O_RDWR | O_NONBLOCK);
	int other = device(O_WRONLY);
	struct timespec at_once = { 0, 0 }, soon = { 5, 0 };
	sigset_t io;

	sigemptyset(&io);
	sigaddset(&io, SIGIO);
	sigprocmask(SIG_BLOCK, &io, NULL);
	MUST(!fcntl(fd, F_SETOWN, getpid()));
	MUST(!fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC));
	IS(put(other, "PAN 1 IN 1s\n"), 12);
	IS(sigtimedwait(&io, NULL, &at_once), SIGIO);
	/* The move ends, and nobody writes. */
	IS(sigtimedwait(&io, NULL, &soon), SIGIO);
	MUST(!fcntl(fd, F_SETFL, O_NONBLOCK));
	IS(put(other, "PAN 0\n"), 6);
	FAILS(sigtimedwait(&io, NULL, &at_once), EAGAIN);
	IS(put(other, "SYNC\n"), 5);
}

/* 200 moves of 0.1 degrees from a write that a timer interrupts all the time. */
static void stream_interrupted(int flags)
{
	struct itimerval often = { { 0, 17000 }, { 0, 17000 } };
	struct itimerval never = {};
	char script[200 * 11 + 1] = "";
	int fd = device(O_RDWR);
	size_t done = 0, length;
	int interrupted = 0, lines = 0;
	const char *at;
	long count;

	for (length = 0; length < sizeof(script) - 1; length += 11)
		memcpy(script + length, "PAN BY 0.1\n", 11);
	handle(SIGALRM, flags);
	MUST(!setitimer(ITIMER_REAL, &often, NULL));
	while (done < length) {
		count = write(fd, script + done, length - done);
		if (count > 0 && count < (long)(length - done))
			interrupted++;
		if (count < 0 && errno == EINTR) {
			interrupted++;
			continue;
		}
		MUST(count > 0);
		done += count;
	}
	MUST(!setitimer(ITIMER_REAL, &never, NULL));
	alarm(0);
	MUST(interrupted > 3);
	RESTS_AT("PAN=20.000000 STEPS=1778");
	for (at = answers(fd); *at; at += 3, lines++)
		MUST(!strncmp(at, "OK\n", 3));
	IS(lines, 200);
}

static void signals_in_a_blocked_write(void)
{
	stream_interrupted(0);
}

static void signals_with_restart(void)
{
	stream_interrupted(SA_RESTART);
}

static void a_signal_with_nothing_taken(void)
{
	struct itimerval soon = { {}, { 0, 100000 } };
	int fd = device(O_WRONLY);
	char byte;

	fill_queue();
	handle(SIGALRM, 0);
	setitimer(ITIMER_REAL, &soon, NULL);
	FAILS(put(fd, "PAN BY 1\n"), EINTR);
	setitimer(ITIMER_REAL, &soon, NULL);
	FAILS(put(fd, "SYNC\n"), EINTR);
	setitimer(ITIMER_REAL, &soon, NULL);
	FAILS(read(device(O_RDWR), &byte, 1), EINTR);
	IS(put(fd, "STOP\n"), 5);
	RESTS_AT("PAN=0.000000 STEPS=0");
}

/* Repeated by the kernel: taken when there is room, and once. */
static void a_signal_that_restarts(void)
{
	struct itimerval soon = { {}, { 0, 100000 } };
	int fd = device(O_WRONLY);

	fill_queue();
	handle(SIGALRM, SA_RESTART);
	setitimer(ITIMER_REAL, &soon, NULL);
	IS(put(fd, "PAN BY 1\n"), 9);
	IS(put(fd, "STOP\n"), 5);
	RESTS_AT("PAN=0.000000 STEPS=0");
}

static void stopped_and_continued(void)
{
	int control = device(O_WRONLY);
	pid_t child;
	int status;

	fill_queue();
	child = fork();
	if (!child) {
		IS(put(device(O_WRONLY), "PAN BY 1\n"), 9);
		_exit(0);
	}
	usleep(50000);
	kill(child, SIGSTOP);
	IS(waitpid(child, &status, WUNTRACED), child);
	MUST(WIFSTOPPED(status));
	kill(child, SIGCONT);
	/* No handler saw a signal: the write just goes on. */
	IS(waitpid(child, &status, WNOHANG), 0);
	IS(reap(child), 0);
	IS(put(control, "STOP\n"), 5);
}

static void fsync_is_sync(void)
{
	int fd = device(O_WRONLY);
	int reader = device(O_RDONLY);
	double begin = seconds();

	IS(put(fd, "PAN 1 IN 1s\n"), 12);
	MUST(seconds() - begin < 0.1);
	IS(fsync(fd), 0);
	MUST(seconds() - begin > 1.0 && seconds() - begin < 1.1);
	IS(fdatasync(fd), 0);
	IS(put(fd, "PAN 0 IN 1s\n"), 12);
	IS(fsync(reader), 0);
	MUST(seconds() - begin > 2.0);
}

static void a_signal_in_fsync(void)
{
	struct itimerval soon = { {}, { 0, 100000 } };
	int fd = device(O_WRONLY);

	IS(put(fd, "WAIT 1s\n"), 8);
	handle(SIGALRM, 0);
	setitimer(ITIMER_REAL, &soon, NULL);
	FAILS(fsync(fd), EINTR);
}

static void fsync_tells_of_a_stop(void)
{
	int fd = device(O_WRONLY);
	int ends[2];
	pid_t child;

	MUST(!pipe(ends));
	IS(put(fd, "PAN 10\n"), 7);
	child = fork();
	if (!child) {
		usleep(50000);
		put(device(O_WRONLY), "STOP\n");
		_exit(0);
	}
	FAILS(fsync(fd), ECANCELED);
	IS(reap(child), 0);
	IS(put(fd, "RESET\nPAN 10\n"), 13);
	child = fork();
	if (!child) {
		usleep(50000);
		put(device(O_WRONLY), "HALT\n");
		_exit(0);
	}
	FAILS(fsync(fd), ESHUTDOWN);
	IS(reap(child), 0);
}

static void a_page_of_status(void)
{
	int first = device(O_RDONLY);
	int second = device(O_RDONLY);
	char bytes[1024], other[1024];
	int length = 0;

	while (read(first, bytes + length, 1) == 1)
		length++;
	IS(read(first, bytes + length, 1), 0);
	IS(read(second, other, sizeof(other)), length);
	IS(read(second, other + length, 1), 0);
	MUST(!memcmp(bytes, "STATE=IDLE PAN=0.000000 ", 24));
	MUST(memchr(bytes, '\n', length) == bytes + length - 1);
	MUST(!memcmp(bytes, other, length));
	IS(polled(first) & POLLIN, POLLIN); /* the end of the file */
}

static void answers_in_short_reads(void)
{
	int fd = device(O_RDWR);
	char bytes[1024];
	int length = 0, count;

	IS(put(fd, "PAN?\n@a TILT?\n"), 14);
	IS(read(fd, bytes, 0), 0);
	while (polled(fd) & POLLIN) {
		count = read(fd, bytes + length, 1 + length % 3);
		MUST(count > 0 && count <= 1 + length % 3);
		length += count;
	}
	bytes[length] = '\0';
	MUST(!strcmp(bytes, "PAN=0.000000 STEPS=0\nOK\n"
			    "@a TILT=0.000000 STEPS=0\n@a OK\n"));
}

/* Two processes read one open file: each byte comes once. */
static void two_readers_of_one_file(void)
{
	int *bytes = shared(4096);
	int fd = device(O_RDWR);
	char some[7];
	int i, count;
	pid_t child[2];

	for (i = 0; i < 2; i++) {
		child[i] = fork();
		if (child[i])
			continue;
		while ((count = read(fd, some, sizeof(some))) > 0)
			__atomic_add_fetch(&bytes[i], count, __ATOMIC_RELAXED);
		_exit(0);
	}
	for (i = 0; i < 100; i++) {
		IS(put(fd, "PAN?\n"), 5);
		if (i % 10 == 0)
			usleep(1000);
	}
	usleep(100000);
	IS(bytes[0] + bytes[1], 100 * 24);
	for (i = 0; i < 2; i++) {
		kill(child[i], SIGKILL);
		IS(reap(child[i]), 128 + SIGKILL);
	}
}

/* The last bytes of a page, after which there is no memory. */
static char *before_nothing(const char *bytes)
{
	char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	MUST(memory != MAP_FAILED && !munmap(memory + 4096, 4096));
	return memcpy(memory + 4096 - strlen(bytes), bytes, strlen(bytes));
}

static void memory_that_cannot_be_read(void)
{
	int fd = device(O_RDWR);
	struct iovec parts[] = { { "PAN BY 1\nPAN", 12 }, { nowhere, 100 } };

	FAILS(write(fd, nowhere, 100), EFAULT);
	IS(write(fd, before_nothing("PAN BY 1\nPAN BY"), 100), 15);
	IS(put(fd, " 1\n"), 3);
	FAILS(write(fd, nowhere, 100), EFAULT);
	IS(writev(fd, parts, 2), 12);
	IS(put(fd, " BY 1\n"), 6);
	ANSWERS(fd, "OK\nOK\nOK\nOK\n");
	RESTS_AT("PAN=4.000000 STEPS=356");
}

static void memory_that_cannot_be_written(void)
{
	const char *line = "PAN=0.000000 STEPS=0\nOK\n";
	int fd = device(O_RDWR);
	char *short_memory = before_nothing("five5");
	char bytes[64];

	IS(put(fd, "PAN?\n"), 5);
	FAILS(read(fd, nowhere, 100), EFAULT);
	FAILS(read(fd, nowhere, 1), EFAULT);
	IS(polled(fd), POLLIN | POLLOUT);
	IS(read(fd, short_memory, 100), 5);
	MUST(!memcmp(short_memory, line, 5));
	FAILS(read(fd, nowhere, 100), EFAULT);
	IS(read(fd, bytes, 3), 3);
	IS(read(fd, bytes + 3, 60), 16);
	MUST(!memcmp(bytes, line + 5, 19));
	IS(polled(fd), POLLOUT);
	fd = device(O_RDONLY);
	FAILS(read(fd, nowhere, 100), EFAULT);
	MUST(read(fd, bytes, 64) > 20);
}

static void send_file(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec part = { "f", 1 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	IS(sendmsg(socket, &message, 0), 1);
}

static int receive_file(int socket)
{
	char control[CMSG_SPACE(sizeof(int))] = {};
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	IS(recvmsg(socket, &message, 0), 1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

/* The file of an unprivileged process in the hands of root, and the reverse. */
static void privilege_is_of_the_opener(void)
{
	struct stat status;
	int sockets[2], fd, trusted;
	pid_t child;

	MUST(!stat(DEVICE, &status));
	IS(status.st_mode & 07777, 0660);
	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	trusted = device(O_WRONLY);
	child = fork();
	if (!child) {
		MUST(!setgid(65534) && !setuid(65534));
		FAILS(open(DEVICE, O_RDWR), EACCES);
		/* An inherited file keeps the rights it was opened with. */
		IS(put(trusted, "SET PAN MAXSPEED 80\n"), 20);
		_exit(0);
	}
	IS(reap(child), 0);
	MUST(!chmod(DEVICE, 0666));
	child = fork();
	if (!child) {
		MUST(!setgid(65534) && !setuid(65534));
		send_file(sockets[0], device(O_RDWR));
		_exit(0);
	}
	IS(reap(child), 0);
	fd = receive_file(sockets[1]);
	FAILS(put(fd, "SET PAN MAXSPEED 90\n"), EPERM);
	FAILS(put(fd, "SET PAN MAX 9999\n"), EPERM);
	IS(put(fd, "SET PAN SPEED 50\nSET PAN SPEED 60\nPAN 0\n"), 40);
	IS(put(fd, "GET PAN MAXSPEED\n"), 17);
	MUST(strstr(answers(fd), "SET PAN MAXSPEED 80\n"));
	IS(put(trusted, "SET PAN MAXSPEED 90\n"), 20);
	MUST(!chmod(DEVICE, 0660));
}

static void presets_are_places_with_names(void)
{
	int fd = device(O_RDWR);
	int writer = device(O_WRONLY);
	char line[32];
	int i;

	IS(put(fd, "PAN 10 TILT 5; SAVE here; PAN 0\nGO HERE IN 3s; SYNC\n"), 52);
	ANSWERS(fd, "OK\nOK\n");
	RESTS_AT("PAN=10.000000 STEPS=889");
	for (i = 1; i < 16; i++) {
		sprintf(line, "SAVE p%d\n", i);
		IS(put(writer, line), (long)strlen(line));
	}
	FAILS(put(writer, "SAVE more\n"), ENOSPC);
	FAILS(put(fd, "SAVE more\n"), ENOSPC);
	ANSWERS(fd, "ERR 28 ENOSPC 1 all 16 presets are taken: FORGET one\n");
	IS(put(writer, "SAVE p3\nFORGET p4; SAVE more\n"), 29);
	FAILS(put(fd, "GO p4\n"), EINVAL);
	ANSWERS(fd, "ERR 22 EINVAL 4 no preset named p4\n");
	FAILS(put(writer, "FORGET p4\n"), EINVAL);
	FAILS(put(writer, "SAVE\n"), EINVAL);
	IS(put(writer, "FORGET here; FORGET more\n"), 25);
	for (i = 1; i < 16; i++) {
		sprintf(line, "FORGET p%d\n", i);
		if (i != 4)
			IS(put(writer, line), (long)strlen(line));
	}
}

static void an_output_that_is_not_there(void)
{
	int fd = device(O_RDWR);

	FAILS(put(device(O_WRONLY), "TRIGGER 9 1ms\n"), ENODEV);
	FAILS(put(fd, "PAN 1; TRIGGER 9 1ms\n"), ENODEV);
	ANSWERS(fd, "ERR 19 ENODEV 16 no output 9\n");
	RESTS_AT("PAN=0.000000 STEPS=0");
}

/* A file that is lost on its way through a socket is closed by the kernel. */
static void a_file_lost_in_a_socket(void)
{
	int sockets[2];
	int fd = device(O_WRONLY);

	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	IS(put(fd, "PAN 1"), 5);
	send_file(sockets[0], fd);
	close(fd);
	close(sockets[0]);
	close(sockets[1]);
	RESTS_AT("PAN=1.000000 STEPS=89");
}

#define NO_SIGIO "FUSE and CUSE have no SIGIO"
#define NO_RESTART "FUSE and CUSE cannot restart a call: EINTR"
#define NO_FSYNC "CUSE has no fsync"
#define NO_SPLICE "CUSE has no splice"

static const struct trial trials[] = {
	TRIAL(access_modes),
	TRIAL(not_for_this_file),
	STEPPERD_CANNOT(no_place_in_the_file, NULL, "CUSE answers lseek with 0"),
	STEPPERD_CANNOT(no_count_of_bytes, "the kernel answers FIONREAD itself", NULL),
	TRIAL(short_write_at_a_bad_line),
	TRIAL(lines_over_many_writes),
	TRIAL(cr_lf_is_one_line),
	TRIAL(writev_joins),
	STEPPERD_CANNOT(splice_from_a_pipe, NULL, NO_SPLICE),
	STEPPERD_CANNOT(sendfile_from_a_file, NULL, NO_SPLICE),
	STEPPERD_CANNOT(splice_waits_for_the_queue, NULL, NO_SPLICE),
	STEPPERD_CANNOT(sendfile_waits_for_the_queue, NULL, NO_SPLICE),
	STEPPERD_CANNOT(splice_and_sendfile_do_not_wait, NULL, NO_SPLICE),
	TRIAL(a_mebibyte_at_once),
	TRIAL(the_last_close_ends_a_line),
	TRIAL(exit_ends_a_line),
	STEPPERD_CANNOT(the_last_close_waits_for_room, "close(2) does not wait", NULL),
	TRIAL(a_killed_writer_ends_no_line),
	TRIAL(nonblocking_and_poll),
	TRIAL(epoll_by_edges),
	STEPPERD_CANNOT(sigio_comes, NO_SIGIO, NO_SIGIO),
	TRIAL(signals_in_a_blocked_write),
	TRIAL(signals_with_restart),
	TRIAL(a_signal_with_nothing_taken),
	STEPPERD_CANNOT(a_signal_that_restarts, NO_RESTART, NO_RESTART),
	STEPPERD_CANNOT(stopped_and_continued, NO_RESTART, NO_RESTART),
	STEPPERD_CANNOT(fsync_is_sync, NULL, NO_FSYNC),
	STEPPERD_CANNOT(a_signal_in_fsync, NULL, NO_FSYNC),
	STEPPERD_CANNOT(fsync_tells_of_a_stop, NULL, NO_FSYNC),
	TRIAL(a_page_of_status),
	TRIAL(answers_in_short_reads),
	TRIAL(two_readers_of_one_file),
	TRIAL(memory_that_cannot_be_read),
	TRIAL(memory_that_cannot_be_written),
	TRIAL(privilege_is_of_the_opener),
	TRIAL(presets_are_places_with_names),
	TRIAL(an_output_that_is_not_there),
	TRIAL(a_file_lost_in_a_socket),
};

int main(int count, char **arguments)
{
	nowhere = before_nothing("");
	return run_trials(trials, ARRAY_SIZE(trials), count > 1 ? arguments[1] : "module");
}
