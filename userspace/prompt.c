// SPDX-License-Identifier: GPL-2.0
/*
 * The prompt; see prompt.h. Lines are edited by libedit, which reads keys by way of
 * next_key(): that is where all else goes on while nobody types.
 */
#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "live.h"
#include "progress.h"
#include "prompt.h"
#include "words.h"

#define REFRESH_MS 200

/* How long the next prompt waits for the answer to the last line. */
#define ANSWER_S 0.3

static struct live live; /* its lines are what is typed */

static struct {
	struct words words;
	bool asked; /* for the status */
	unsigned int unanswered; /* lines */
	char text[AXES_MAX * (AXIS_NAME_MAX + 16) + 64]; /* the prompt */
	EditLine *editor;
	bool shown; /* on the screen, with what is typed behind it */
} all;

static sig_atomic_t interrupted;

static void note_interrupt(int number)
{
	WRITE_ONCE(interrupted, 1);
}

/*
 * Take what is shown of the line that is edited off the screen, where libedit does not:
 * it takes it for granted that it shows a line anew on an empty one. The words of the
 * language are ASCII, a cell each.
 */
static void wipe(void)
{
	const LineInfo *line;
	unsigned int cells, rows;

	if (!all.shown)
		return;
	all.shown = false;
	line = el_line(all.editor);
	cells = strlen(all.text) + (line->cursor - line->buffer);
	rows = cells / progress_terminal_width();
	if (rows)
		printf("\033[%uA", rows);
	printf("\r\033[J");
	fflush(stdout);
}

static void show_again(void)
{
	if (!all.shown)
		el_set(all.editor, EL_REFRESH);
	all.shown = true;
}

/* "IDLE PAN 30.00 TILT -10.00> ", "ALARM HALTED PAN 30.00 TILT -10.00> ". */
static void make_prompt(void)
{
	char text[sizeof(all.text)];
	unsigned int i;
	int length;

	length = snprintf(text, sizeof(text), "%s%s%s", live.status.state,
			  live.status.alarm[0] ? " " : "", live.status.alarm);
	for (i = 0; i < live.status.axes.count; i++)
		length += snprintf(text + length, sizeof(text) - length, " %s %.2f",
				   live.status.axes.name[i],
				   strtod(live.status.position[i], NULL));
	snprintf(text + length, sizeof(text) - length, "%s> ", all.unanswered ? " ..." : "");
	if (!strcmp(text, all.text))
		return;
	wipe();
	strcpy(all.text, text);
}

static char *show_prompt(EditLine *editor)
{
	return all.text;
}

static void print(const char *text)
{
	wipe();
	printf("%s\n", text);
	fflush(stdout);
}

static void hear_lines(void)
{
	struct answer answer;
	char *text;

	live.gone |= !channel_receive(&live.lines);
	while ((text = channel_next_line(&live.lines))) {
		answer_parse(&answer, text);
		if (answer.kind == ANSWER_OK || answer.kind == ANSWER_ERROR)
			all.unanswered -= min(all.unanswered, 1U);
		if (answer.kind != ANSWER_OK)
			print(answer.text);
	}
}

static void hear_control(void)
{
	struct answer answer;
	struct device_status status;
	char *text;

	live.gone |= !channel_receive(&live.control);
	while ((text = channel_next_line(&live.control))) {
		answer_parse(&answer, text);
		if (!strcmp(answer.tag, "typed") && answer.kind != ANSWER_OK) {
			print(answer.text);
		} else if (status_parse(&status, text)) {
			live.status = status;
			all.asked = false;
		}
	}
}

static void ask_status(void)
{
	if (!all.asked)
		live.gone |= !channel_send(&live.control, "?");
	all.asked = true;
}

static void say_stop(void)
{
	channel_send(&live.control, "@typed STOP");
	/* The file that lines are written to may move again if it says so itself. */
	channel_send(&live.lines, "STOP");
	all.unanswered++;
}

/* Wait a while for a key, or for a device. True if there is a key. */
static bool wait_for_key(void)
{
	struct pollfd files[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = live.lines.from, .events = POLLIN },
		{ .fd = live.control.from, .events = POLLIN },
	};

	if (poll(files, ARRAY_SIZE(files), REFRESH_MS) == 0)
		ask_status();
	if (files[1].revents)
		hear_lines();
	if (files[2].revents)
		hear_control();
	make_prompt();
	show_again();
	return files[0].revents;
}

/* For libedit: the next key. Ctrl-C stops what moves, and else takes the line away. */
static int next_key(EditLine *editor, wchar_t *key)
{
	unsigned char byte;

	all.shown = true;
	while (!live.gone) {
		bool typed = wait_for_key();

		if (READ_ONCE(interrupted)) {
			WRITE_ONCE(interrupted, 0);
			if (status_moves(&live.status))
				say_stop();
			*key = 'U' & 0x1f;
			return 1;
		}
		if (!typed)
			continue;
		if (read(STDIN_FILENO, &byte, 1) != 1)
			return 0;
		*key = byte;
		return 1;
	}
	return 0;
}

static void list_candidates(const char *prefix, size_t length)
{
	unsigned int i, cells = 0, width = progress_terminal_width();

	wipe();
	for (i = 0; i < all.words.count; i++) {
		const char *word = all.words.word[i];

		if (strncasecmp(word, prefix, length))
			continue;
		if (cells + strlen(word) + 1 > width)
			cells = printf("\n") - 1;
		cells += printf("%s ", word);
	}
	printf("\n");
	fflush(stdout);
	show_again();
}

static unsigned char complete(EditLine *editor, int key)
{
	const LineInfo *line = el_line(editor);
	const char *word = line->cursor;
	char rest[WORD_LENGTH_MAX + 1];
	unsigned int count;
	size_t length;

	while (word > line->buffer && (char_is_letter(word[-1]) || char_is_digit(word[-1]) ||
				       word[-1] == '_'))
		word--;
	length = line->cursor - word;
	count = words_complete(&all.words, word, length, rest);
	if (!count)
		return CC_ERROR;
	if (count > 1 && !rest[0]) {
		list_candidates(word, length);
		return CC_NORM;
	}
	if (count == 1)
		strcat(rest, " ");
	return el_insertstr(editor, rest) ? CC_ERROR : CC_REFRESH;
}

static bool is_stop(const char *line)
{
	return word_is(line, strcspn(line, " \t;#\n"), "STOP");
}

/* While a line waits in the device the others go by the other file. */
static void send_line(char *line)
{
	char tagged[2 * LINE_BYTES_MAX];
	double until_s = progress_now_s() + ANSWER_S;
	size_t blank;

	line[strcspn(line, "\n")] = '\0';
	blank = strspn(line, " \t;");
	if (!line[blank] || line[blank] == '#')
		return;
	if (all.unanswered && is_stop(line + blank)) {
		say_stop();
	} else if (all.unanswered) {
		snprintf(tagged, sizeof(tagged), "@typed %s", line);
		live.gone |= !channel_send(&live.control, tagged);
	} else {
		live.gone |= !channel_send(&live.lines, line);
		all.unanswered++;
	}
	ask_status();
	while (!live.gone && all.unanswered && progress_now_s() < until_s) {
		struct pollfd file = { .fd = live.lines.from, .events = POLLIN };

		if (poll(&file, 1, REFRESH_MS / 4) > 0)
			hear_lines();
	}
	make_prompt();
}

static void read_lines(History *kept)
{
	HistEvent event;
	const char *line;
	char *copy;
	int count;

	for (;;) {
		line = el_gets(all.editor, &count);
		all.shown = false;
		if (!line || count <= 0 || live.gone)
			return;
		if (line[0] != '\n')
			history(kept, &event, H_ENTER, line);
		copy = strdup(line);
		if (!copy)
			return;
		send_line(copy);
		free(copy);
	}
}

static void edit(void)
{
	History *kept = history_init();
	struct termios before, always;
	char path[512] = "";
	HistEvent event;

	/* What is typed while no line is edited waits as it is, Ctrl-D too. */
	tcgetattr(STDIN_FILENO, &before);
	always = before;
	always.c_lflag &= ~ICANON;
	tcsetattr(STDIN_FILENO, TCSANOW, &always);
	all.editor = el_init("stepctl", stdin, stdout, stderr);
	if (!kept || !all.editor) {
		perror("stepctl");
		return;
	}
	history(kept, &event, H_SETSIZE, 1000);
	history(kept, &event, H_SETUNIQUE, 1);
	if (getenv("HOME")) {
		snprintf(path, sizeof(path), "%s/.stepctl_history", getenv("HOME"));
		history(kept, &event, H_LOAD, path);
	}
	/* or libedit turns it on between two lines, and a Ctrl-D typed there is lost */
	el_set(all.editor, EL_SETTY, "-x", "-icanon", NULL);
	el_set(all.editor, EL_EDITOR, "emacs");
	el_set(all.editor, EL_PROMPT, show_prompt);
	el_set(all.editor, EL_HIST, history, kept);
	el_set(all.editor, EL_GETCFN, next_key);
	el_set(all.editor, EL_ADDFN, "stepctl-complete", "complete a word", complete);
	el_set(all.editor, EL_BIND, "^I", "stepctl-complete", NULL);
	el_source(all.editor, NULL); /* the user's ~/.editrc */
	read_lines(kept);
	if (path[0])
		history(kept, &event, H_SAVE, path);
	el_end(all.editor);
	history_end(kept);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	printf("\n");
}

static void use(void)
{
	struct sigaction action = { .sa_handler = note_interrupt };
	unsigned int i;

	live.gone = !words_ask(&all.words, &live.control);
	for (i = 0; i < live.status.axes.count; i++)
		words_add(&all.words, live.status.axes.name[i],
			  strlen(live.status.axes.name[i]));
	make_prompt();
	sigaction(SIGINT, &action, NULL);
	if (!live.gone)
		edit();
}

int prompt(void)
{
	return live_use(&live, use);
}
