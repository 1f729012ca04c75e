/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a play is: a bar with the time left on a terminal, plain lines elsewhere.
 * The times are those of a rehearsal, put right by what the device says is done.
 */
#ifndef USERSPACE_PROGRESS_H
#define USERSPACE_PROGRESS_H

#include "rehearsal.h"

struct progress {
	bool terminal;
	bool drawn; /* a bar that has to be wiped */
	double *end_s; /* of each line that holds commands; NULL: not known */
	unsigned int lines; /* of the first pass, and as many of the second */
	unsigned int passes; /* 0: without an end */
	double first_s, again_s; /* how long a first pass and a later one take */
	double clock_s; /* of the plan, now */
	double shown_s; /* of this computer, when the clock was set last */
};

/*
 * Begin. @rehearsal has played two passes of the script (or one of one), of which the
 * first took @lines lines and @first_s; NULL: nothing is known of times.
 */
void progress_begin(struct progress *progress, const struct rehearsal *rehearsal,
		    unsigned int passes, unsigned int lines, double first_s);

/* Line @sequence is done, counting those that hold commands from 0 over all passes. */
void progress_done(struct progress *progress, unsigned int sequence,
		   unsigned int number, const char *text);

/* Show that line @sequence runs, or that it is held. To be called again and again. */
void progress_show(struct progress *progress, unsigned int sequence,
		   unsigned int number, const char *text, const char *state);

/* Take the bar away, so that something else can be printed. */
void progress_wipe(struct progress *progress);

void progress_end(struct progress *progress);

/* How many cells a line of the terminal has. */
unsigned int progress_terminal_width(void);

/* Seconds on a clock of this computer that is never set. */
double progress_now_s(void);

#endif
