// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl watch: the device on a whole terminal, as it is now, and keys that stop,
 * hold and jog it. A jog has a dead man: it ends by itself unless its key repeats.
 */
#include <getopt.h> /* optind */
#include <ncurses.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "live.h"
#include "options.h"
#include "progress.h"
#include "stepctl.h"

#define REFRESH_MS 100
#define SAMPLES 512 /* of the strip chart, one each REFRESH_MS */
#define CHART_LEFT 12

/* Longer than a keyboard takes until a key that is held repeats. */
#define JOG_FOR "600ms"

static struct live live; /* its lines are what keys say */

static struct {
	bool asked;
	double asked_s;
	unsigned int samples; /* ever */
	double sample[AXES_MAX][SAMPLES]; /* positions, a ring */
	double sample_s[SAMPLES]; /* when */
	unsigned int jog; /* percent of MAXSPEED */
	unsigned int axis; /* that left and right move; up and down the next */
	char said[80]; /* by the device, of the last key */
} all = { .jog = 10 };

static const struct option_row options[] = { {} };

static void take_sample(void)
{
	unsigned int i, at = all.samples++ % SAMPLES;

	for (i = 0; i < live.status.axes.count; i++)
		all.sample[i][at] = strtod(live.status.position[i], NULL);
	all.sample_s[at] = progress_now_s();
}

static void hear_control(void)
{
	char *text;

	live.gone |= !channel_receive(&live.control);
	while ((text = channel_next_line(&live.control))) {
		if (!status_parse(&live.status, text))
			continue;
		all.asked = false;
		take_sample();
	}
}

static void hear_keys(void)
{
	struct answer answer;
	char *text;

	live.gone |= !channel_receive(&live.lines);
	while ((text = channel_next_line(&live.lines))) {
		answer_parse(&answer, text);
		if (answer.kind == ANSWER_OK)
			all.said[0] = '\0';
		else
			snprintf(all.said, sizeof(all.said), "%s", answer.text);
	}
}

/* Units a second, by the last two samples. */
static double speed_of(unsigned int axis)
{
	unsigned int last = (all.samples - 1) % SAMPLES;
	unsigned int before = (all.samples - 2) % SAMPLES;
	double passed_s = all.sample_s[last] - all.sample_s[before];

	return all.samples < 2 || passed_s <= 0 ?
		       0 :
		       (all.sample[axis][last] - all.sample[axis][before]) / passed_s;
}

static void draw_state(void)
{
	const struct device_status *status = &live.status;
	unsigned int i;

	attron(A_BOLD);
	mvprintw(0, 0, "%-8s", status->state);
	attroff(A_BOLD);
	printw(" queue %u/%u", status->queue, status->places);
	if (status->alarm[0])
		printw("  ALARM %s", status->alarm);
	if (status->untrusted[0])
		printw("  not trusted: %s", status->untrusted);
	for (i = 0; i < status->axes.count; i++)
		mvprintw(2 + i, 0, "%c %-15s %14s %12.3f /s",
			 i == all.axis ? '>' : ' ', status->axes.name[i],
			 status->position[i], speed_of(i));
}

/* The samples that there is room for, each axis as its letter between its extremes. */
static void draw_axis(unsigned int axis, int top, int height, unsigned int width)
{
	unsigned int count = min(min(all.samples, (unsigned int)SAMPLES), width);
	double lowest = 0, highest = 0;
	unsigned int i;

	for (i = 0; i < count; i++) {
		double value = all.sample[axis][(all.samples - 1 - i) % SAMPLES];

		lowest = i ? min(lowest, value) : value;
		highest = i ? max(highest, value) : value;
	}
	mvprintw(top, 0, "%c %9.2f", live.status.axes.name[axis][0], highest);
	mvprintw(top + height - 1, 0, "%c %9.2f", live.status.axes.name[axis][0], lowest);
	for (i = 0; i < count; i++) {
		double value = all.sample[axis][(all.samples - 1 - i) % SAMPLES];
		double share = highest > lowest ? (value - lowest) / (highest - lowest) : 0;

		mvaddch(top + height - 1 - (int)(share * (height - 1)),
			CHART_LEFT + width - 1 - i, live.status.axes.name[axis][0]);
	}
}

/* A strip for each axis, with the newest at the right. */
static void draw(void)
{
	unsigned int axes = live.status.axes.count, i;
	int first = 3 + axes, room = LINES - first - 2;
	int height = axes ? room / (int)axes : 0;

	erase();
	draw_state();
	for (i = 0; i < axes && height > 2 && COLS > 2 * CHART_LEFT; i++)
		draw_axis(i, first + i * height, height - 1, COLS - CHART_LEFT - 1);
	mvprintw(LINES - 2, 0, "%.*s", COLS - 1, all.said);
	mvprintw(LINES - 1, 0, "%.*s", COLS - 1,
		 "space STOP  p pause  h HALT  r RESET  arrows jog  tab axis  +- ");
	printw("%u%%  q quit", all.jog);
	refresh();
}

static void say(const char *line)
{
	live.gone |= !channel_send(&live.lines, line);
}

/* Jog the selected axis, or the one after it. */
static void jog(bool next, bool back)
{
	unsigned int axis = all.axis + next;
	char line[64];

	if (axis >= live.status.axes.count)
		return;
	snprintf(line, sizeof(line), "RUN %s %s%u%% FOR " JOG_FOR,
		 live.status.axes.name[axis], back ? "-" : "", all.jog);
	say(line);
}

/* False if it says to end. */
static bool obey(int key)
{
	switch (key) {
	case ' ':
		say("STOP");
		return true;
	case 'p':
		say(strcmp(live.status.state, "HOLD") ? "PAUSE" : "RESUME");
		return true;
	case 'h':
		say("HALT");
		return true;
	case 'r':
		say("RESET");
		return true;
	case KEY_LEFT:
	case KEY_RIGHT:
		jog(false, key == KEY_LEFT);
		return true;
	case KEY_UP:
	case KEY_DOWN:
		jog(true, key == KEY_DOWN);
		return true;
	case '\t':
		all.axis = (all.axis + 1) % max(live.status.axes.count, 1U);
		return true;
	case '+':
		all.jog = min(all.jog + 10, 100U);
		return true;
	case '-':
		all.jog = max(all.jog, 20U) - 10;
		return true;
	default:
		return key != 'q';
	}
}

static void ask_status(void)
{
	double now_s = progress_now_s();

	if (all.asked || now_s < all.asked_s + REFRESH_MS / 1000.0)
		return;
	all.asked = true;
	all.asked_s = now_s;
	live.gone |= !channel_send(&live.control, "?");
}

static void watch(void)
{
	struct pollfd files[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = live.control.from, .events = POLLIN },
		{ .fd = live.lines.from, .events = POLLIN },
	};
	int key;

	while (!live.gone) {
		ask_status();
		if (poll(files, ARRAY_SIZE(files), REFRESH_MS / 2) < 0)
			continue; /* a signal, as when the window changes its size */
		if (files[1].revents)
			hear_control();
		if (files[2].revents)
			hear_keys();
		while ((key = getch()) != ERR)
			if (!obey(key))
				return;
		if (files[0].revents & (POLLHUP | POLLERR))
			return;
		draw();
	}
}

static void show_screen(void)
{
	initscr();
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	watch();
	endwin();
}

static int run(int count, char **arguments)
{
	int option = options_next(&watch_command, count, arguments);

	if (option != OPTION_END)
		return option == OPTION_HELP ? STATUS_OK : STATUS_USAGE;
	if (optind != count)
		return options_wrong(&watch_command, "it takes no arguments");
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return options_wrong(&watch_command, "it takes a terminal");
	return live_use(&live, show_screen);
}

const struct subcommand watch_command = {
	.name = "watch",
	.arguments = "",
	.summary = "state, positions, speeds and a strip chart, live; keys stop and jog",
	.description =
		"Shows the device on the whole terminal until q is pressed. Space says STOP, p PAUSE\n"
		"or RESUME, h HALT, r RESET. The arrows jog the selected axis (left, right) and the\n"
		"one after it (down, up) as long as they are held; + and - set how fast.\n",
	.uses_device = true,
	.options = options,
	.examples =
		"  stepctl watch\n"
		"  stepctl watch --host user@pi\n",
	.run = run,
};
