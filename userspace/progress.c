// SPDX-License-Identifier: GPL-2.0
/*
 * Showing how far a play is; see progress.h.
 */
#include <math.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

#define BAR_WIDTH 24

double progress_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

void progress_begin(struct progress *progress, const struct rehearsal *rehearsal,
		    unsigned int passes, unsigned int lines, double first_s)
{
	unsigned int i;

	*progress = (struct progress){
		.terminal = isatty(STDOUT_FILENO),
		.passes = passes,
		.lines = lines,
		.first_s = first_s,
		.shown_s = progress_now_s(),
	};
	if (!rehearsal)
		return;
	progress->again_s = rehearsal_time_ns(rehearsal) / 1e9 - first_s;
	progress->end_s = calloc(rehearsal->lines + 1, sizeof(*progress->end_s));
	for (i = 0; progress->end_s && i < rehearsal->lines; i++)
		progress->end_s[i] = rehearsal->line[i].end_ns / 1e9;
}

/* When the line ends, by the plan; negative: not known. */
static double end_of(const struct progress *progress, unsigned int sequence)
{
	unsigned int lines = progress->lines;
	unsigned int pass = lines ? sequence / lines : 0;

	if (!progress->end_s || !lines || (progress->passes && pass >= progress->passes))
		return -1;
	if (pass < 2)
		return progress->end_s[sequence];
	return progress->end_s[lines + sequence % lines] +
	       (pass - 1) * progress->again_s;
}

void progress_wipe(struct progress *progress)
{
	if (progress->drawn) {
		fputs("\r\033[K", stdout);
		fflush(stdout); /* what follows may be for stderr */
	}
	progress->drawn = false;
}

void progress_done(struct progress *progress, unsigned int sequence,
		   unsigned int number, const char *text)
{
	progress->clock_s = fmax(progress->clock_s, end_of(progress, sequence));
	if (progress->terminal)
		return;
	printf("done %u: %s\n", number, text);
	fflush(stdout);
}

/* The plan's clock goes on, but not beyond the line that runs. */
static void set_clock(struct progress *progress, unsigned int sequence, bool runs)
{
	double end_s = end_of(progress, sequence);
	double now_s = progress_now_s();

	if (runs && end_s > progress->clock_s)
		progress->clock_s = fmin(progress->clock_s + now_s - progress->shown_s,
					 end_s);
	progress->shown_s = now_s;
}

unsigned int progress_terminal_width(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_col < 20 ? 80 :
									     size.ws_col;
}

/* The share that is done, and the time that is left. */
static int print_bar(char *bytes, size_t size, const struct progress *progress,
		     bool runs)
{
	double total_s = progress->first_s + (progress->passes - 1) * progress->again_s;
	double share = total_s > 0 ? fmin(progress->clock_s / total_s, 1) : 1;
	unsigned int left_s = ceil(fmax(total_s - progress->clock_s, 0));
	int full = share * BAR_WIDTH;

	return snprintf(bytes, size, "[%.*s%*s] %3.0f%%  %u:%02u left%s", full,
			"########################", BAR_WIDTH - full, "",
			floor(100 * share), left_s / 60, left_s % 60,
			runs ? "" : ", held");
}

void progress_show(struct progress *progress, unsigned int sequence,
		   unsigned int number, const char *text, const char *state)
{
	bool runs = strcmp(state, "HOLD");
	char bytes[160];
	int width = progress_terminal_width() - 1;
	int length;

	set_clock(progress, sequence, runs);
	if (!progress->terminal)
		return;
	if (progress->end_s && progress->passes)
		length = print_bar(bytes, sizeof(bytes), progress, runs);
	else
		length = snprintf(bytes, sizeof(bytes), "%s", state);
	if (progress->passes != 1 && progress->lines)
		length += snprintf(bytes + length, sizeof(bytes) - length, "  round %u",
				   sequence / progress->lines + 1);
	if (number && progress->lines > 1)
		length += snprintf(bytes + length, sizeof(bytes) - length, "  line %u:",
				   number);
	snprintf(bytes + length, sizeof(bytes) - length, " %s", text);
	printf("\r%.*s\033[K", width, bytes);
	fflush(stdout);
	progress->drawn = true;
}

void progress_end(struct progress *progress)
{
	progress_wipe(progress);
	fflush(stdout);
	free(progress->end_s);
	progress->end_s = NULL;
}
