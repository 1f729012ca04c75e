// SPDX-License-Identifier: GPL-2.0
/*
 * Many files at a time, from a program that runs in the guest: every line runs
 * once and in its file's order, who waits is served in turn, control waits for
 * nobody, and what files and streams cost in memory has a bound.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "trial.h"

#define WRITERS 24
#define CROWD 48 /* that wait */
#define LINES 20

/* Write all of a line whatever it takes; in pieces, if @piece is not 0. */
static void put_line(int fd, const char *line, int piece)
{
	struct pollfd file = { fd, POLLOUT, 0 };
	int left = strlen(line), count;

	while (left) {
		count = write(fd, line, piece && piece < left ? piece : left);
		if (count < 0 && errno == EAGAIN) {
			MUST(poll(&file, 1, 20000) == 1);
			continue;
		}
		if (count < 0 && errno == EINTR)
			continue;
		MUST(count > 0);
		line += count;
		left -= count;
	}
}

/*
 * Of each four writers one writes whole lines, one pieces, one never blocks, and
 * one is interrupted by a timer.
 */
static void writer(int number)
{
	struct itimerval often = { { 0, 53000 }, { 0, 53000 } };
	char line[64], expected[2 * LINES * 16] = "";
	int fd = device(number % 4 == 2 ? O_RDWR | O_NONBLOCK : O_RDWR);
	int i;

	if (number % 4 == 3) {
		handle(SIGALRM, 0);
		setitimer(ITIMER_REAL, &often, NULL);
	}
	for (i = 0; i < LINES; i++) {
		/* so slowly that who watches keeps up: moves flow into one another */
		sprintf(line, "@w%d-%d PAN BY 0.2 TILT BY -0.05 AT 2\n", number, i);
		put_line(fd, line, number % 4 == 1 ? 1 + i : 0);
		sprintf(expected + strlen(expected), "@w%d-%d OK\n", number, i);
	}
	ANSWERS(fd, expected);
	_exit(0);
}

/* What the machine itself tells of the moves that ended, into @next by writer. */
static void watch_done(int fd, int *next)
{
	int number, i, total = 0;
	char line[256], letter;
	FILE *events = fdopen(fd, "r");

	while (total < WRITERS * LINES) {
		if (!fgets(line, sizeof(line), events))
			FAIL("the events end");
		if (sscanf(line, "@w%d-%d * DON%c", &number, &i, &letter) != 3) {
			MUST(!strstr(line, "LOST"));
			continue;
		}
		IS(i, next[number]);
		next[number]++;
		total++;
	}
}

static void every_line_once_and_in_order(void)
{
	int next[WRITERS] = {};
	int fd = device(O_RDWR);
	pid_t child[WRITERS];
	int i;

	IS(put(fd, "WATCH ON\n"), 9);
	for (i = 0; i < WRITERS; i++) {
		child[i] = fork();
		if (!child[i])
			writer(i);
	}
	watch_done(fd, next);
	for (i = 0; i < WRITERS; i++) {
		IS(reap(child[i]), 0);
		IS(next[i], LINES);
	}
	/* 480 moves of 0.2 and -0.05 */
	RESTS_AT("PAN=96.000000 STEPS=8533");
}

static void *write_settings(void *fd)
{
	char line[40];
	int i;

	for (i = 0; i < 200; i++) {
		sprintf(line, "SET PAN SPEED %d; SET TILT SPEED %d\n",
			1 + i % 60, 1 + i % 60);
		IS(put(*(int *)fd, line), (long)strlen(line));
	}
	return NULL;
}

static void threads_share_a_file(void)
{
	int fd = device(O_WRONLY);
	int asking = device(O_RDWR);
	pthread_t thread[8];
	int i, pan, tilt;

	for (i = 0; i < 8; i++)
		MUST(!pthread_create(&thread[i], NULL, write_settings, &fd));
	for (i = 0; i < 200; i++) {
		IS(put(asking, "GET PAN SPEED; GET TILT SPEED\n"), 30);
		MUST(sscanf(answers(asking),
			    "SET PAN SPEED %d SET TILT SPEED %d", &pan,
			    &tilt) == 2);
		IS(pan == tilt || i == 0, 1);
		usleep(100);
	}
	for (i = 0; i < 8; i++)
		MUST(!pthread_join(thread[i], NULL));
	IS(put(fd, "SET PAN SPEED 60; SET TILT SPEED 60\n"), 36);
}

/* A stream of moves that never ends; counts them. */
static void stream(int *count)
{
	int fd = device(O_WRONLY);

	for (;;) {
		IS(put(fd, "WAIT 10ms\n"), 10);
		++*count;
	}
}

static void start_streams(pid_t *child, int *count, int streams)
{
	int i;

	for (i = 0; i < streams; i++) {
		child[i] = fork();
		if (!child[i])
			stream(count + i);
	}
	usleep(300000); /* the queue is full, and all of them wait */
}

static int sum(int *count, int streams)
{
	int i, total = 0;

	for (i = 0; i < streams; i++)
		total += count[i];
	return total;
}

static void end_streams(pid_t *child, int streams)
{
	int i;

	for (i = 0; i < streams; i++) {
		kill(child[i], SIGKILL);
		IS(reap(child[i]), 128 + SIGKILL);
	}
}

/* Thirty entries in a line, against streams that take each place as it comes. */
static void a_long_line_gets_its_turn(void)
{
	int *count = shared(4096);
	char line[256] = "WAIT 1s";
	int fd = device(O_WRONLY);
	pid_t child[4];
	int i, before;

	for (i = 1; i < 30; i++)
		strcat(line, ";WAIT 1s");
	strcat(line, "\n");
	start_streams(child, count, 4);
	before = sum(count, 4);
	IS(put(fd, line), (long)strlen(line));
	/* Those who waited already, and one that came between. */
	i = sum(count, 4) - before;
	if (i > 5)
		FAIL("%d lines overtook", i);
	MUST(i > 0);
	end_streams(child, 4);
}

static void streams_share_the_queue(void)
{
	int *count = shared(4096);
	pid_t child[6];
	int before[6];
	int i;

	start_streams(child, count, 6);
	for (i = 0; i < 6; i++)
		before[i] = count[i];
	sleep(3);
	end_streams(child, 6);
	for (i = 0; i < 6; i++) {
		MUST(count[i] - before[i] > 40);
		if (abs(count[i] - before[i] - count[0] + before[0]) > 2)
			FAIL("%d lines of one stream, %d of another",
			     count[0] - before[0], count[i] - before[i]);
	}
}

static void who_does_not_block_gets_a_turn(void)
{
	int *count = shared(4096);
	int fd = device(O_WRONLY | O_NONBLOCK);
	struct pollfd file = { fd, POLLOUT, 0 };
	pid_t child[4];
	int i, tries = 0, before;

	start_streams(child, count, 4);
	before = sum(count, 4);
	for (i = 0; i < 10; i++) {
		while (put(fd, "WAIT 10ms\n") < 0) {
			IS(errno, EAGAIN);
			tries++;
			IS(poll(&file, 1, 5000), 1);
		}
	}
	/* In turn: ten lines while four others write ten each. */
	MUST(sum(count, 4) - before < 60);
	/* And poll() does not say so in vain. */
	MUST(tries <= 20);
	end_streams(child, 4);
}

/* A file that asked for room and sleeps must not keep the others waiting. */
static void who_does_not_come_back_loses_its_turn(void)
{
	int *count = shared(4096);
	char line[256] = "WAIT 1ms";
	int sleeper[20];
	pid_t child[2];
	int i, before;

	for (i = 1; i < 25; i++)
		strcat(line, ";WAIT 1ms");
	strcat(line, "\n");
	start_streams(child, count, 2);
	for (i = 0; i < 20; i++) {
		sleeper[i] = device(O_WRONLY | O_NONBLOCK);
		FAILS(put(sleeper[i], line), EAGAIN);
	}
	before = sum(count, 2);
	sleep(6);
	/* 600 entries go by, of which 20 times 17 are nobody's. */
	MUST(sum(count, 2) - before > 100);
	for (i = 0; i < 20; i++)
		close(sleeper[i]);
	before = sum(count, 2);
	sleep(1);
	MUST(sum(count, 2) - before > 80);
	end_streams(child, 2);
}

static void takes_no_time(int fd, const char *line)
{
	double begin = seconds(), end;

	IS(put(fd, line), (long)strlen(line));
	end = seconds();
	if (end - begin > 0.2) /* 0.06 in the debug kernel, where it wakes 48; else s */
		FAIL("%.6s took %f s", line, end - begin);
}

static void control_waits_for_nobody(void)
{
	static const char *const lines[] = {
		"?\n",
		"PAN?\n",
		"GET\n",
		"SET PAN SPEED 60\n",
		"HELP\n",
		"VERSION\n",
		"ERROR?\n",
		"WATCH ON\n",
		"WATCH OFF\n",
		"RESET\n",
		"ENABLE\n",
		"SAVE here; FORGET here\n",
		"# nothing\n",
		"PAUSE\n",
		"RESUME\n",
		"!\n",
		"~\n",
		"STOP\n",
	};
	int fd = device(O_RDWR);
	int reports[2];
	pid_t child[8];
	unsigned int i;
	double begin;
	int error;

	MUST(!pipe(reports));
	fill_queue();
	for (i = 0; i < 8; i++) {
		child[i] = fork();
		if (!child[i]) {
			FAILS(put(device(O_WRONLY), i % 2 ? "WAIT 1s\n" :
							    "SYNC\n"),
			      ECANCELED);
			error = write(reports[1], "c", 1);
			_exit(error != 1);
		}
	}
	usleep(100000);
	/* The last of them is STOP. */
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		takes_no_time(fd, lines[i]);
	begin = seconds();
	for (i = 0; i < 8; i++)
		IS(reap(child[i]), 0);
	MUST(seconds() - begin < 0.1);
	IS(put(fd, "SYNC\n"), 5); /* the stop itself has a place in the queue */
	fill_queue();
	takes_no_time(fd, "HALT\n");
	takes_no_time(fd, "RESET\n");
}

/* A stream that STOP ends: what was taken is a prefix, and it may not go on. */
static void stop_ends_the_streams(void)
{
	int *taken = shared(4096);
	int control = device(O_WRONLY);
	pid_t child[8];
	int i, total = 0;

	for (i = 0; i < 8; i++) {
		child[i] = fork();
		if (child[i])
			continue;
		int fd = device(O_WRONLY);

		while (put(fd, "PAN BY 1\nPAN BY -1\n") == 19)
			taken[i]++;
		/* The rest of a write that was cut short as well. */
		FAILS(put(fd, "PAN BY 1\n"), ECANCELED);
		FAILS(put(fd, "PAN BY 1\n"), ECANCELED);
		IS(put(fd, "?\n"), 2);
		IS(put(fd, "RESET\n"), 6);
		_exit(0);
	}
	usleep(500000);
	takes_no_time(control, "STOP\n");
	for (i = 0; i < 8; i++) {
		IS(reap(child[i]), 0);
		total += taken[i];
	}
	MUST(total > 0);
	IS(put(control, "SYNC\n"), 5);
}

/* A stream that is stopped; counts the lines that were taken. */
static void stopped_writer(int number, int *taken)
{
	int fd = device(O_WRONLY);
	char line[64];

	for (;;) {
		sprintf(line, "@w%d-%d PAN BY 0.2 AT 5\n", number, *taken);
		if (put(fd, line) < 0)
			break;
		++*taken;
	}
	IS(errno, ECANCELED);
	_exit(0);
}

/*
 * Each line that was taken is told of once, as done or, after all that were done, as
 * dropped, and in the order of its file. Returns how many were done.
 */
static int watch_stop(int fd, int *next)
{
	FILE *events = fdopen(fd, "r");
	int number, i, done = 0;
	char line[256], how[16];
	bool dropping = false;

	do {
		if (!fgets(line, sizeof(line), events))
			FAIL("the events end");
		MUST(!strstr(line, "LOST"));
		if (sscanf(line, "@w%d-%d * %15s", &number, &i, how) != 3 || !strcmp(how, "STATE"))
			continue;
		IS(i, next[number]);
		next[number]++;
		if (strcmp(how, "DROPPED"))
			MUST(!strcmp(how, "DONE") && !dropping);
		dropping = strcmp(how, "DONE");
		done += !dropping;
	} while (!strstr(line, "* STATE IDLE"));
	return done;
}

static void stop_in_mid_stream_loses_and_doubles_none(void)
{
	int *taken = shared(4096);
	int next[WRITERS] = {};
	int control = device(O_WRONLY);
	int fd = device(O_RDWR);
	pid_t child[WRITERS + 1];
	int i, done;
	double pan;

	IS(put(fd, "WATCH ON\n"), 9);
	for (i = 0; i <= WRITERS; i++) {
		child[i] = fork();
		if (child[i])
			continue;
		if (i < WRITERS)
			stopped_writer(i, taken + i);
		sleep(3);
		IS(put(control, "STOP\n"), 5);
		_exit(0);
	}
	done = watch_stop(dup(fd), next);
	for (i = 0; i <= WRITERS; i++)
		IS(reap(child[i]), 0);
	for (i = 0; i < WRITERS; i++)
		IS(next[i], taken[i]);
	MUST(done > 50);
	IS(put(fd, "RESET; WATCH OFF; PAN?\n"), 23);
	/* 0.2 degrees each; one under way, 20 ms until STOP takes over, and 5 sqrt(5 / 1200) */
	MUST(sscanf(answers(fd), "PAN=%lf", &pan) == 1);
	if (pan < done * 0.2 || pan > (done + 1) * 0.2 + 0.1 + 0.33)
		FAIL("%d done, and at %f", done, pan);
}

/* What ends all does not wait for those whom it ends, however many they are. */
static void a_crowd_that_waits_holds_up_nobody(void)
{
	static const char *const lines[] = { "!\n", "~\n", "PAUSE\n", "STOP\n", "HALT\n" };
	int fd = device(O_RDWR);
	pid_t child[CROWD];
	unsigned int i, j;
	double begin;

	for (i = 3; i < ARRAY_SIZE(lines); i++) {
		fill_queue();
		for (j = 0; j < CROWD; j++) {
			child[j] = fork();
			if (!child[j]) {
				FAILS(put(device(O_WRONLY), j % 3 ? "PAN 1\n" : "SYNC\n"),
				      i == 4 ? ESHUTDOWN : ECANCELED);
				_exit(0);
			}
		}
		usleep(300000);
		for (j = 0; j < 3; j++)
			takes_no_time(fd, lines[j]);
		takes_no_time(fd, lines[i]);
		begin = seconds();
		for (j = 0; j < CROWD; j++)
			IS(reap(child[j]), 0);
		MUST(seconds() - begin < 0.3);
		IS(put(fd, "RESET\nSYNC\n"), 11);
	}
}

/* Writes to one open file take turns, whoever makes them: POSIX orders bytes. */
static void a_duplicate_waits_for_its_file(void)
{
	int fd = device(O_WRONLY);
	int other = device(O_WRONLY);
	pid_t blocked, second;
	int status;

	fill_queue();
	blocked = fork();
	if (!blocked) {
		FAILS(put(fd, "PAN 1\n"), ECANCELED);
		_exit(0);
	}
	usleep(50000);
	second = fork();
	if (!second) {
		IS(put(fd, "?\n"), 2);
		_exit(0);
	}
	usleep(50000);
	IS(waitpid(second, &status, WNOHANG), 0);
	takes_no_time(other, "STOP\n");
	IS(reap(blocked), 0);
	IS(reap(second), 0);
}

static long number_in(const char *path, const char *key)
{
	char line[256];
	long value = -1;
	FILE *file = fopen(path, "r");

	MUST(file);
	while (value < 0 && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)))
			value = atol(line + strlen(key));
	fclose(file);
	if (value < 0)
		FAIL("no %s in %s", key, path);
	return value;
}

#define GROUP "/tmp/group/files"

static void put_into(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	MUST(fd >= 0);
	IS(put(fd, text), (long)strlen(text));
	close(fd);
}

/* What open files pin is charged to whoever opens them. */
static void open_files_are_accounted(void)
{
	const int files = 500;
	struct rlimit limit = { files + 50, files + 50 };
	long before, after, each;
	char text[32];
	int i, most;

	put_into(GROUP "/cgroup.procs", "0");
	MUST(!setrlimit(RLIMIT_NOFILE, &limit));
	before = number_in(GROUP "/memory.current", "");
	for (i = 0; i < files; i++)
		IS(put(device(i % 2 ? O_RDWR : O_WRONLY), "HELP\nPAN"), 8);
	after = number_in(GROUP "/memory.current", "");
	each = (after - before) / files;
	printf("# an open file takes %ld bytes\n", each);
	MUST(each > 16384);
	MUST(each < 40000);
	while (open(DEVICE, O_RDWR) >= 0)
		;
	IS(errno, EMFILE);
	/* Nor more than they may have. */
	MUST(!close_range(100, 200, 0));
	most = open(GROUP "/memory.max", O_WRONLY);
	MUST(most >= 0);
	snprintf(text, sizeof(text), "%ld", number_in(GROUP "/memory.current", "") + 8192);
	IS(put(most, text), (long)strlen(text));
	while (open(DEVICE, O_RDWR) >= 0)
		;
	IS(errno, ENOMEM);
	IS(put(most, "max"), 3);
}

static long memory_in_use(void)
{
	return number_in("/proc/meminfo", "MemTotal:") -
	       number_in("/proc/meminfo", "MemAvailable:");
}

/* cat of many moves, with the queue always full: a step or two each, to and fro. */
static void a_long_script_needs_no_memory(void)
{
	const int lines = access("/long", F_OK) ? 10000 : 100000;
	FILE *script = fopen("/tmp/long", "w");
	long before, most = 0;
	pid_t child;
	int i, status;

	/* In the debug kernel what was freed is kept a while, to catch its use. */
	if (!access("/sys/kernel/debug/kmemleak", F_OK))
		return;
	for (i = 0; i < lines; i++)
		fputs(i % 20000 < 10000 ? "PAN BY 0.0125\n" : "PAN BY -0.0125\n", script);
	fputs("PAN 7\n", script);
	MUST(!fclose(script));
	put_into(GROUP "/cgroup.procs", "0");
	before = memory_in_use();
	child = fork();
	if (!child) {
		IS(dup2(device(O_WRONLY), 1), 1);
		execl("/bin/cat", "cat", "/tmp/long", NULL);
		_exit(127);
	}
	while (!waitpid(child, &status, WNOHANG)) {
		if (memory_in_use() - before > most)
			most = memory_in_use() - before;
		sleep(5);
	}
	IS(status, 0);
	printf("# a script of %d lines took %ld KiB\n", lines, most);
	MUST(most < 1024);
	RESTS_AT("PAN=7.000000 STEPS=622");
}

#define OTHER_MEMORY "the memory is that of stepperd"

static const struct trial trials[] = {
	TRIAL(every_line_once_and_in_order),
	TRIAL(threads_share_a_file),
	TRIAL(a_long_line_gets_its_turn),
	TRIAL(streams_share_the_queue),
	TRIAL(who_does_not_block_gets_a_turn),
	TRIAL(who_does_not_come_back_loses_its_turn),
	TRIAL(control_waits_for_nobody),
	TRIAL(stop_ends_the_streams),
	TRIAL(stop_in_mid_stream_loses_and_doubles_none),
	TRIAL(a_crowd_that_waits_holds_up_nobody),
	TRIAL(a_duplicate_waits_for_its_file),
	STEPPERD_CANNOT(open_files_are_accounted, OTHER_MEMORY, OTHER_MEMORY),
	TRIAL(a_long_script_needs_no_memory),
};

int main(int count, char **arguments)
{
	return run_trials(trials, ARRAY_SIZE(trials), count > 1 ? arguments[1] : "module");
}
