// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl watch: the device on a whole terminal, as it is now, and keys that stop,
 * hold and jog it. A jog has a dead man: it ends by itself unless its key repeats.
 */
#include <getopt.h> /* optind */
#include <math.h>
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
#define CONTROL_C ('C' & 0x1f)

/* Longer than a keyboard takes until a key that is held repeats. */
#define JOG_FOR "600ms"

/* Until the state that the device tells is after the jog. */
#define JOG_SEEN_S 1

static struct live live; /* its lines are what keys say */

static struct {
	bool asked;
	double asked_s;
	unsigned int samples; /* ever */
	double sample[AXES_MAX][SAMPLES]; /* positions, a ring */
	double sample_s[SAMPLES]; /* when */
	char unit[AXES_MAX][8];
	unsigned int jog; /* percent of MAXSPEED */
	bool jogging; /* what moves was started by a key here */
	double jogged_s; /* when, for the last time */
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
		if (!status_moves(&live.status) &&
		    progress_now_s() > all.jogged_s + JOG_SEEN_S)
			all.jogging = false;
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

static void draw_list(const char *what, const char *list)
{
	if (list[0])
		printw("  %s: %s", what, list);
}

static void draw_state(void)
{
	const struct device_status *status = &live.status;
	const char *name = channel_name();
	char line[128];
	unsigned int i;

	attron(A_BOLD);
	mvprintw(0, 0, "%-8s", status->state);
	attroff(A_BOLD);
	printw(" queue %u/%u", status->queue, status->places);
	if (status->alarm[0]) {
		attron(A_BOLD | A_REVERSE);
		printw("  ALARM %s ", status->alarm);
		attroff(A_BOLD | A_REVERSE);
	}
	draw_list("not trusted", status->untrusted);
	draw_list("unknown", status->unknown);
	draw_list("tripped", status->switches);
	if (getcury(stdscr) == 0 && getcurx(stdscr) + 2 + (int)strlen(name) <= COLS)
		mvprintw(0, COLS - strlen(name), "%s", name);
	for (i = 0; i < status->axes.count; i++) {
		snprintf(line, sizeof(line), "%c %-15s %14s %-5s %12.3f %s/s",
			 i == all.axis ? '>' : ' ', status->axes.name[i],
			 status->position[i], all.unit[i], speed_of(i), all.unit[i]);
		mvaddnstr(2 + i, 0, line, COLS);
	}
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

		mvaddch(top + height - 1 - (int)lround(share * (height - 1)),
			CHART_LEFT + width - 1 - i, live.status.axes.name[axis][0]);
	}
}

/* How far back the strips go: under each tenth column, how long ago that was. */
static void draw_times(int line, unsigned int width)
{
	unsigned int count = min(min(all.samples, (unsigned int)SAMPLES), width);
	double now_s = progress_now_s();
	unsigned int i;

	for (i = 10; i < count; i += 10)
		mvprintw(line, CHART_LEFT + width - 1 - i, "|%.0f s",
			 all.sample_s[(all.samples - 1 - i) % SAMPLES] - now_s);
}

/* A strip for each axis, with the newest at the right. */
static void draw(void)
{
	unsigned int axes = live.status.axes.count, i;
	int first = 3 + axes, room = LINES - first - 3;
	int height = axes ? room / (int)axes : 0;
	char keys[96];

	erase();
	draw_state();
	for (i = 0; i < axes && height > 2 && COLS > 2 * CHART_LEFT; i++)
		draw_axis(i, first + i * height, height - 1, COLS - CHART_LEFT - 1);
	if (height > 2 && COLS > 2 * CHART_LEFT)
		draw_times(LINES - 3, COLS - CHART_LEFT - 1);
	snprintf(keys, sizeof(keys),
		 "space STOP  p pause  h HALT  r RESET  arrows jog  tab axis  +- %u%%  q quit",
		 all.jog);
	mvaddnstr(LINES - 2, 0, all.said, COLS - 1);
	mvaddnstr(LINES - 1, 0, keys, COLS - 1);
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
	if (status_moves(&live.status) && !all.jogging) {
		/* a key that was hit by mistake must not end a shot */
		snprintf(all.said, sizeof(all.said),
			 "what moves was not started here: space stops it");
		return;
	}
	all.jogging = true;
	all.jogged_s = progress_now_s();
	snprintf(line, sizeof(line), "RUN %s %s%u%% FOR " JOG_FOR,
		 live.status.axes.name[axis], back ? "-" : "", all.jog);
	say(line);
}

/* False if it says to end. */
static bool obey(int key)
{
	switch (key) {
	case CONTROL_C:
		if (!status_moves(&live.status))
			return false;
		fallthrough;
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

/* How long nothing is to be done, ms. */
static int ask_status(void)
{
	double now_s = progress_now_s();
	double left_s = all.asked_s + REFRESH_MS / 1000.0 - now_s;

	if (left_s > 0)
		return left_s * 1000 + 1;
	if (!all.asked) {
		all.asked = true;
		all.asked_s = now_s;
		live.gone |= !channel_send(&live.control, "?");
	}
	return REFRESH_MS;
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
		if (poll(files, ARRAY_SIZE(files), ask_status()) < 0)
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

/* Of "SET PAN UNIT deg". */
static void take_unit(void *context, const char *line)
{
	char name[AXIS_NAME_MAX + 1], unit[8];
	unsigned int i;

	if (sscanf(line, "SET %15s UNIT %7s", name, unit) != 2)
		return;
	for (i = 0; i < live.status.axes.count; i++)
		if (!strcmp(name, live.status.axes.name[i]))
			strcpy(all.unit[i], unit);
}

static void show_screen(void)
{
	live.gone = !channel_ask(&live.control, "GET", take_unit, NULL);
	if (live.gone)
		return;
	initscr();
	raw(); /* Ctrl-C is a key */
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
		"or RESUME, h HALT, r RESET, Ctrl-C STOP or, at rest, q. The arrows jog the selected axis (left, right) and the\n"
		"one after it (down, up) as long as they are held; + and - set how fast.\n",
	.uses_device = true,
	.options = options,
	.examples =
		"  stepctl watch\n"
		"  stepctl watch --host user@pi\n",
	.run = run,
};
