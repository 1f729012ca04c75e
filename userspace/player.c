// SPDX-License-Identifier: GPL-2.0
/*
 * Playing lines on a device; see player.h. Two channels: one takes the lines, and
 * waits where the device lets it wait; the other asks, and says STOP.
 */
#define _GNU_SOURCE /* ppoll() */

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "channel.h"
#include "json.h"
#include "player.h"
#include "progress.h"
#include "status.h"
#include "stepctl.h"

/* Lines that may be on their way: enough to fill the time of a round trip by ssh. */
#define WINDOW 32

/* Lines that may be queued in the device, and those on their way to it. */
#define SENT_KEPT 128

#define REFRESH_S 0.2

/* Of the lines that stop, with a number behind, as their answers show it. */
#define STOP_TAG "stepctl-"

struct sent_line {
	unsigned int number; /* in its source */
	unsigned int entries; /* of the queue, that it makes */
	unsigned int done; /* of them */
	unsigned int own; /* length of the tag that was put before it */
	char tag[TAG_MAX + 1];
	char text[LINE_BYTES_MAX + 3];
};

/* Numbers of lines count those that hold a command, over all passes. */
struct player {
	const struct play *play;
	struct channel stream;
	struct channel control;
	struct device_status status;
	struct progress progress;
	struct sent_line line[SENT_KEPT]; /* by number */
	unsigned int sent;
	unsigned int answered;
	unsigned int running; /* the first that is not over */
	unsigned int answers; /* of the present line, printed so far */
	bool syncing; /* SYNC was sent behind the last line */
	bool asked; /* for the status */
	double asked_s;
	double begun_s; /* when the first line was sent */
	double hold_s; /* until then no line is sent */
	unsigned int stops; /* STOP, HALT that were said for the user */
	unsigned int stopped; /* of them, what the device has answered */
	bool over;
	int result;
};

/* How many came, and the last. */
static sig_atomic_t signals, last_signal;

static void note_signal(int number)
{
	WRITE_ONCE(signals, signals + 1);
	WRITE_ONCE(last_signal, number);
}

static struct sent_line *line_of(struct player *player, unsigned int number)
{
	return &player->line[number % SENT_KEPT];
}

static void end(struct player *player, int result)
{
	player->over = true;
	player->result = result;
}

static bool joins_the_queue(enum verb verb)
{
	return verb == VERB_MOVE || verb == VERB_NOW || verb == VERB_RUN ||
	       verb == VERB_PVT || verb == VERB_WAIT || verb == VERB_TRIGGER ||
	       verb == VERB_HOME || verb == VERB_GO;
}

/*
 * Whether the device will answer the line @text, in which case @line is filled with
 * what is known of it.
 */
static bool look_at(const struct axis_names *axes, const char *text,
		    struct sent_line *line)
{
	struct error_report report;
	struct command command;
	struct parser parser;
	struct line bytes;
	unsigned int commands = 0;
	int more;

	memset(line, 0, sizeof(*line));
	snprintf(line->text, sizeof(line->text), "%s", text);
	line_clear(&bytes);
	line_take(&bytes, text, strlen(text));
	if (line_check(&bytes, &report) ||
	    parser_begin(&parser, axes, text, strlen(text), &report))
		return true; /* with an error */
	snprintf(line->tag, sizeof(line->tag), "%s", parser.tag);
	while ((more = parser_next(&parser, &command, &report)) > 0) {
		line->entries += joins_the_queue(command.verb);
		commands++;
	}
	return more < 0 || commands;
}

/*
 * How much of the text is known to be taken or refused: not what follows a HOME, and nothing
 * from where a preset is or who resumes has to be known.
 */
static size_t known_size(struct player *player)
{
	struct source source = *player->play->source;
	char text[LINE_BYTES_MAX + 3];
	struct error_report report;
	struct command command;
	struct parser parser;
	bool homes = false;
	size_t at;

	source.passes = 0;
	while (at = source.at, source_next(&source, text)) {
		if (parser_begin(&parser, &player->status.axes, text, strlen(text),
				 &report))
			continue;
		while (parser_next(&parser, &command, &report) > 0) {
			if (command.verb == VERB_GO || command.verb == VERB_PAUSE)
				return at;
			homes |= command.verb == VERB_HOME;
		}
		if (homes)
			break;
	}
	return source.at;
}

/*
 * Play it in virtual time and note how long the first pass takes; a second one behind it
 * if there is one, since all later ones are alike. False if it was refused.
 */
static bool rehearse(struct player *player, struct rehearsal *rehearsal,
		     unsigned int *lines, double *first_s)
{
	struct source source = *player->play->source;
	size_t size = source.size;
	bool again = source.passes, good;

	source.passes = 0;
	source.size = known_size(player);
	good = source_rehearse(&source, rehearsal, source.name);
	if (!good && source.name)
		end(player, STATUS_ERROR);
	source.size = size;
	good = good && source_rehearse(&source, rehearsal, NULL);
	*lines = rehearsal->lines;
	if (good && again) {
		source.at = 0;
		good = source_rehearse(&source, rehearsal, NULL);
	}
	if (!good)
		return false;
	rehearsal_end(rehearsal);
	*first_s = rehearsal_time_ns(rehearsal) / 1e9;
	if (again && *lines)
		*first_s = rehearsal->line[*lines - 1].end_ns / 1e9;
	return true;
}

/* Unless it cannot be played: that ends it. */
static void begin_progress(struct player *player)
{
	static const struct observer observer = { .count_only = true };
	const struct source *source = player->play->source;
	struct rehearsal *rehearsal = NULL;
	unsigned int lines = 0;
	double first_s = 0;
	bool good = false;

	/* From elsewhere than rest nobody knows where it will begin. */
	if (source->size && !strcmp(player->status.state, "IDLE"))
		rehearsal = status_rehearsal(&player->status, &player->control, &observer);
	if (rehearsal)
		good = rehearse(player, rehearsal, &lines, &first_s);
	progress_begin(&player->progress, good ? rehearsal : NULL, source->passes + 1,
		       lines, first_s);
	if (rehearsal)
		rehearsal_free(rehearsal);
}

static bool open_channels(struct player *player)
{
	player->stream.from = -1;
	player->control.from = -1;
	if (!player->play->wait)
		return channel_open(&player->stream, true);
	return channel_open(&player->control, false) &&
	       status_ask(&player->status, &player->control) &&
	       channel_open(&player->stream, true) &&
	       channel_ask(&player->stream, "WATCH ON", NULL, NULL);
}

/* Send a line that will be answered. */
static void send_line(struct player *player, const struct sent_line *line)
{
	struct sent_line *kept = line_of(player, player->sent);
	char bytes[2 * LINE_BYTES_MAX];

	*kept = *line;
	if (player->play->wait && !line->tag[0]) {
		snprintf(kept->tag, sizeof(kept->tag), "L%u", player->sent % 1000000);
		kept->own = strlen(kept->tag) + 2;
	}
	/* With a tag of ours it may be too long. */
	if (kept->own + strlen(kept->text) > LINE_BYTES_MAX)
		kept->own = 0;
	if (kept->own)
		snprintf(bytes, sizeof(bytes), "@%s %s", kept->tag, kept->text);
	else
		snprintf(bytes, sizeof(bytes), "%s", kept->text);
	player->sent++;
	channel_send(&player->stream, bytes); /* its end tells if nobody is there */
}

/* A line that says when those behind it are to be sent. */
static void take_mark(struct player *player, const char *text)
{
	const struct source *source = player->play->source;
	unsigned int column;
	u64 time_ns;

	if (rehearsal_parse_mark(text, &time_ns, &column)) {
		player->hold_s = player->begun_s + time_ns / 1e9;
		return;
	}
	fprintf(stderr, "%s:%u:%u: error: %s\n", source->name, source->number, column,
		TIME_MARK_WRONG);
	end(player, STATUS_ERROR);
}

static void send_lines(struct player *player)
{
	struct source *source = player->play->source;
	char text[LINE_BYTES_MAX + 3];
	struct sent_line line;

	while (!player->over && !player->stops &&
	       player->sent - player->answered < WINDOW &&
	       player->sent - player->running < SENT_KEPT &&
	       progress_now_s() >= player->hold_s && source_next(source, text)) {
		if (player->play->timed && !strncmp(text, TIME_MARK, strlen(TIME_MARK)))
			take_mark(player, text);
		if (!look_at(&player->status.axes, text, &line))
			continue;
		line.number = source->number;
		send_line(player, &line);
	}
	if (player->over || player->stops || player->syncing || !source_at_end(source))
		return;
	if (player->play->wait) {
		player->syncing = true;
		channel_send(&player->stream, "SYNC");
	} else if (player->answered == player->sent) {
		end(player, STATUS_OK);
	}
}

/* The first line that was not is over now. */
static void end_line(struct player *player)
{
	const struct sent_line *line = line_of(player, player->running);

	if (player->play->wait && !player->play->json) {
		progress_wipe(&player->progress);
		progress_done(&player->progress, player->running, line->number, line->text);
	}
	player->running++;
}

/* The lines that are over, from the first on. */
static void move_on(struct player *player)
{
	const struct sent_line *line;

	while (player->running != player->answered) {
		line = line_of(player, player->running);
		if (line->done < line->entries)
			return;
		end_line(player);
	}
}

/* An entry of the queue that a line with @tag made is done, and all before it over. */
static void take_event(struct player *player, const struct answer *answer)
{
	unsigned int number;

	if (strcmp(answer->text, "* DONE"))
		return;
	for (number = player->running; number != player->sent; number++)
		if (!strcmp(line_of(player, number)->tag, answer->tag))
			break;
	if (number == player->sent || !answer->tag[0])
		return; /* of somebody else */
	line_of(player, number)->done++;
	while (player->running != number) /* something dropped them */
		player->running++;
	move_on(player);
}

static void print_json_line(struct player *player, const struct answer *answer)
{
	const struct sent_line *line = line_of(player, player->answered);

	if (!player->answers++) {
		printf("{\"line\": ");
		json_string(stdout, line->text);
		printf(", \"answers\": [");
	} else if (answer->kind == ANSWER_TEXT) {
		printf(", ");
	}
	if (answer->kind == ANSWER_TEXT) {
		json_answer(stdout, answer->text);
		return;
	}
	printf("], \"ok\": %s", answer->kind == ANSWER_OK ? "true" : "false");
	if (answer->kind == ANSWER_ERROR) {
		printf(", \"error\": {\"number\": %d, \"name\": \"%s\", \"column\": %u, \"text\": ",
		       answer->number, answer->name, answer->column);
		json_string(stdout, answer->text);
		printf("}");
	}
	printf("}\n");
	fflush(stdout);
	player->answers = 0;
}

static void print_error(struct player *player, const struct answer *answer)
{
	const struct sent_line *line = line_of(player, player->answered);
	const char *name = player->play->source->name;
	unsigned int column = answer->column;

	if (player->answered == player->sent) { /* SYNC */
		fprintf(stderr, "stepctl: %s\n", answer->text);
		return;
	}
	column -= min(column, line->own);
	if (name)
		fprintf(stderr, "%s:%u:%u: error: %s\n", name, line->number,
			max(column, 1U), answer->text);
	else
		fprintf(stderr, "stepctl: %s\n", answer->text);
}

static int status_of(const struct answer *answer)
{
	switch (answer->number) {
	case ECANCELED:
		return STATUS_STOPPED;
	case ESHUTDOWN:
		return STATUS_ALARM;
	default:
		return STATUS_ERROR;
	}
}

static void take_answer(struct player *player, const struct answer *answer)
{
	bool sync = player->answered == player->sent;

	progress_wipe(&player->progress);
	if (player->play->json && !sync) {
		print_json_line(player, answer);
	} else if (answer->kind == ANSWER_TEXT) {
		printf("%s\n", answer->text);
		fflush(stdout);
	}
	if (answer->kind == ANSWER_TEXT)
		return;
	if (answer->kind == ANSWER_ERROR && player->stops)
		return; /* as was asked for */
	if (answer->kind == ANSWER_ERROR) {
		print_error(player, answer);
		end(player, status_of(answer));
		return;
	}
	if (sync) {
		/* Events may be behind. */
		while (player->running != player->sent)
			end_line(player);
		end(player, STATUS_OK);
		return;
	}
	player->answered++;
	move_on(player);
}

static void hear_stream(struct player *player)
{
	struct answer answer;
	char *text;

	if (!channel_receive(&player->stream)) {
		progress_wipe(&player->progress);
		fprintf(stderr, "stepctl: the device has gone\n");
		end(player, STATUS_NO_DEVICE);
		return;
	}
	while (!player->over && (text = channel_next_line(&player->stream))) {
		answer_parse(&answer, text);
		if (answer.kind == ANSWER_EVENT)
			take_event(player, &answer);
		else
			take_answer(player, &answer);
	}
}

static void hear_control(struct player *player)
{
	char *text;

	if (!channel_receive(&player->control)) {
		progress_wipe(&player->progress);
		fprintf(stderr, "stepctl: the device has gone\n");
		end(player, STATUS_NO_DEVICE);
		return;
	}
	while ((text = channel_next_line(&player->control))) {
		if (sscanf(text, "@" STOP_TAG "%u", &player->stopped) == 1)
			continue;
		if (!status_parse(&player->status, text))
			continue;
		player->asked = false;
		if (player->stops && player->stops == player->stopped &&
		    !status_moves(&player->status))
			end(player, STATUS_SIGNAL + READ_ONCE(last_signal));
	}
}

/* Signals: the first stops the motors, the second at once. */
static void obey_signals(struct player *player)
{
	unsigned int said = READ_ONCE(signals);
	char line[32];

	if (player->stops >= said)
		return;
	progress_wipe(&player->progress);
	fprintf(stderr, said == 1 ? "stepctl: stopping; once more halts\n" :
				    "stepctl: halting\n");
	snprintf(line, sizeof(line), "@" STOP_TAG "%u %s", said,
		 said == 1 ? "STOP" : "HALT");
	channel_send(&player->control, line);
	player->stops = said;
}

static void ask_status(struct player *player)
{
	double now_s = progress_now_s();

	if (!player->play->wait || player->asked || now_s < player->asked_s + REFRESH_S)
		return;
	player->asked = true;
	player->asked_s = now_s;
	channel_send(&player->control, "?");
}

static void show(struct player *player)
{
	const struct sent_line *line = line_of(player, player->running);
	bool any = player->running != player->sent;

	if (player->play->wait && !player->play->json && !player->stops)
		progress_show(&player->progress, player->running, any ? line->number : 0,
			      any ? line->text : "", player->status.state);
}

/* Wait until something comes; signals come in here alone. */
static void hear(struct player *player, const sigset_t *mask)
{
	struct source *source = player->play->source;
	bool room = player->sent - player->answered < WINDOW &&
		    player->sent - player->running < SENT_KEPT;
	struct pollfd files[] = {
		{ .fd = player->stream.from, .events = POLLIN },
		{ .fd = player->play->wait ? player->control.from : -1,
		  .events = POLLIN },
		{ .fd = room && !source->ended ? source->file : -1, .events = POLLIN },
	};
	double left_s = player->hold_s - progress_now_s();
	double refresh_s = left_s > 0 ? fmin(left_s, REFRESH_S) : REFRESH_S;
	struct timespec refresh = { .tv_nsec = refresh_s * 1e9 };

	if (ppoll(files, ARRAY_SIZE(files), player->play->wait ? &refresh : NULL, mask) < 0)
		return;
	if (files[0].revents)
		hear_stream(player);
	if (files[1].revents && !player->over)
		hear_control(player);
	if (files[2].revents)
		source_fill(source);
}

static void play_on(struct player *player, const sigset_t *mask)
{
	player->begun_s = progress_now_s();
	if (!player->over)
		send_lines(player);
	while (!player->over) {
		hear(player, mask);
		if (player->over)
			return;
		obey_signals(player);
		ask_status(player);
		send_lines(player);
		show(player);
	}
}

/* From now on signals are for obey_signals(); @before is what to wait with. */
static void catch_signals(sigset_t *before)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = note_signal };
	sigset_t mask;
	unsigned int i;

	sigemptyset(&mask);
	for (i = 0; i < ARRAY_SIZE(caught); i++) {
		sigaddset(&mask, caught[i]);
		sigaction(caught[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &mask, before);
}

int player_play(const struct play *play)
{
	struct player *player = calloc(1, sizeof(*player));
	sigset_t mask;
	int result = STATUS_NO_DEVICE;

	if (!player) {
		perror("stepctl");
		return STATUS_ERROR;
	}
	player->play = play;
	if (open_channels(player)) {
		sigprocmask(SIG_BLOCK, NULL, &mask);
		if (play->wait) {
			begin_progress(player);
			catch_signals(&mask);
			/* Who read what is printed has gone: no reason to leave motors alone. */
			signal(SIGPIPE, SIG_IGN);
		}
		play_on(player, &mask);
		progress_end(&player->progress);
		result = player->result;
	}
	channel_close(&player->control);
	channel_close(&player->stream);
	free(player);
	return result;
}
