// SPDX-License-Identifier: GPL-2.0
/*
 * A way to the device; see channel.h.
 */
#define _GNU_SOURCE /* pipe2() */

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"

/*
 * The relay, a shell with the device as file 3. What is written to it comes a line a
 * write(2), so that an error is that of the line. It holds no quote (').
 */
#define RELAY(refused) \
	"cat <&3 & " \
	"while IFS= read -r line; do printf \"%s\\n\" \"$line\" >&3 || " refused "; " \
	"done 2>/dev/null; " \
	"cat >/dev/null; kill $! 2>/dev/null"
/* A shell would make a file of its own of what is not there. */
#define OPEN \
	"[ -e \"$1\" ] && [ ! -s \"$1\" ] || " \
	"{ echo \"stepctl: $1: no such device there\" >&2; exit 1; }; " \
	"exec 3<>\"$1\" || exit; "

const char *channel_device;
const char *channel_host;

/* The directory where ssh keeps the one connection that all channels share. */
static char shared[32];

static const char *device(void)
{
	return channel_device ? channel_device : "/dev/stepper";
}

const char *channel_name(void)
{
	static char name[256];

	snprintf(name, sizeof(name), "%s%s%s", channel_host ? channel_host : "",
		 channel_host ? ":" : "", device());
	return name;
}

static void forget_shared(void)
{
	rmdir(shared);
}

static bool make_shared(void)
{
	if (shared[0])
		return true;
	strcpy(shared, "/tmp/stepctl-XXXXXX");
	if (!mkdtemp(shared)) {
		perror("stepctl: /tmp");
		return false;
	}
	atexit(forget_shared);
	return true;
}

void channel_add_quoted(char *command, size_t size, const char *word)
{
	size_t length = strlen(command);

	command[length++] = '\'';
	for (; *word && length + 6 < size; word++) {
		if (*word == '\'') {
			memcpy(command + length, "'\\'", 3);
			length += 3;
		}
		command[length++] = *word;
	}
	memcpy(command + length, "'", 2);
}

static void run_ssh(bool strict)
{
	char command[4096] = "sh -c ";
	char path[sizeof(shared) + 32];

	channel_add_quoted(command, sizeof(command) / 2,
			   strict ? OPEN RELAY("break") : OPEN RELAY(":"));
	strcat(command, " sh ");
	channel_add_quoted(command, sizeof(command), device());
	snprintf(path, sizeof(path), "ControlPath=%s/%%C", shared);
	execlp("ssh", "ssh", "-T", "-o", "ControlMaster=auto", "-o", path, "-o",
	       "ControlPersist=no", "--", channel_host, command, NULL);
	perror("stepctl: ssh");
	_exit(127);
}

/* In the child: @file is the device, or -1 if it is that of another host. */
static void run_relay(int from, int to, int file, bool strict)
{
	/* These are for stepctl, that has to say STOP by way of this. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_DFL);
	dup2(from, STDIN_FILENO);
	dup2(to, STDOUT_FILENO);
	if (file < 0)
		run_ssh(strict);
	setpgid(0, 0); /* to end with all of it */
	dup2(file, 3);
	close(file); /* not by exec: the server may ask /proc of who closes, which exec bars */
	execl("/bin/sh", "sh", "-c", strict ? RELAY("break") : RELAY(":"), NULL);
	perror("stepctl: /bin/sh");
	_exit(127);
}

/*
 * The device of this computer; -1 if there is none: stderr has been told. It has no
 * size, be it the kernel's or a file in a FUSE mount: nothing is written to others.
 */
static int open_device(void)
{
	int raw = open(device(), O_RDWR | O_CLOEXEC);
	/* Not 0 to 3, which the relay has for other things. */
	int file = raw < 0 ? -1 : fcntl(raw, F_DUPFD_CLOEXEC, 10);
	struct stat status;

	if (file < 0)
		fprintf(stderr, "stepctl: %s: %s%s\n", device(), strerror(errno),
			channel_device ? "" : " (stepctl doctor tells what is missing)");
	if (raw >= 0)
		close(raw);
	if (file >= 0 && (fstat(file, &status) || status.st_size)) {
		fprintf(stderr, "stepctl: %s: not a device\n", device());
		close(file);
		return -1;
	}
	return file;
}

bool channel_open(struct channel *channel, bool strict)
{
	int there[2], back[2];
	int file = channel_host ? -1 : open_device();

	*channel = (struct channel){ .to = -1, .from = -1 };
	if (channel_host ? !make_shared() : file < 0)
		return false;
	/* A socket, as to write into a pipe that nobody reads is deadly. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, there) ||
	    pipe2(back, O_CLOEXEC)) {
		perror("stepctl");
		return false;
	}
	channel->child = fork();
	if (channel->child < 0) {
		perror("stepctl");
		return false;
	}
	if (!channel->child)
		run_relay(there[0], back[1], file, strict);
	if (file >= 0)
		setpgid(channel->child, 0); /* whichever process is first */
	close(there[0]);
	close(back[1]);
	if (file >= 0)
		close(file);
	channel->to = there[1];
	channel->from = back[0];
	return true;
}

bool channel_send(struct channel *channel, const char *line)
{
	size_t length = strlen(line);
	char bytes[2 * LINE_BYTES_MAX];

	if (length >= sizeof(bytes))
		length = sizeof(bytes) - 1; /* too long for any device anyhow */
	memcpy(bytes, line, length);
	bytes[length++] = '\n';
	return send(channel->to, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

void channel_end(struct channel *channel)
{
	if (channel->to >= 0)
		close(channel->to);
	channel->to = -1;
}

bool channel_receive(struct channel *channel)
{
	ssize_t got;

	memmove(channel->bytes, channel->bytes + channel->line,
		channel->length - channel->line);
	channel->length -= channel->line;
	channel->line = 0;
	if (channel->length == sizeof(channel->bytes))
		channel->length = 0; /* no device has such lines */
	do
		got = read(channel->from, channel->bytes + channel->length,
			   sizeof(channel->bytes) - channel->length);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	channel->length += got;
	return true;
}

char *channel_next_line(struct channel *channel)
{
	char *begin = channel->bytes + channel->line;
	char *end = memchr(begin, '\n', channel->length - channel->line);

	if (!end)
		return NULL;
	*end = '\0';
	channel->line = end + 1 - channel->bytes;
	return begin;
}

void channel_close(struct channel *channel)
{
	if (channel->from < 0)
		return;
	channel_end(channel);
	close(channel->from);
	channel->from = -1;
	/* A relay that waits in a write would not see the end. */
	kill(channel_host ? channel->child : -channel->child, SIGTERM);
	waitpid(channel->child, NULL, 0);
}

void answer_parse(struct answer *answer, const char *line)
{
	int column = 0;

	*answer = (struct answer){ .kind = ANSWER_TEXT };
	if (sscanf(line, "@%15s", answer->tag) == 1)
		line += min(strlen(line), strlen(answer->tag) + 2);
	answer->text = line;
	if (!strcmp(line, "OK")) {
		answer->kind = ANSWER_OK;
	} else if (!strncmp(line, "* ", 2)) {
		answer->kind = ANSWER_EVENT;
	} else if (sscanf(line, "ERR %d %15s %u %n", &answer->number, answer->name,
			  &answer->column, &column) == 3 &&
		   column) {
		answer->kind = ANSWER_ERROR;
		answer->text = line + column;
	}
}

bool channel_ask(struct channel *channel, const char *line,
		 void (*take)(void *context, const char *text), void *context)
{
	bool there = channel_send(channel, line);
	struct answer answer;
	char *text;

	while (there) {
		while ((text = channel_next_line(channel))) {
			answer_parse(&answer, text);
			if (answer.kind == ANSWER_OK)
				return true;
			if (answer.kind == ANSWER_ERROR) {
				fprintf(stderr, "stepctl: %s: %s\n", line,
					answer.text);
				return false;
			}
			if (answer.kind == ANSWER_TEXT && take)
				take(context, answer.text);
		}
		there = channel_receive(channel);
	}
	fprintf(stderr, "stepctl: %s: the device has gone\n", device());
	return false;
}
