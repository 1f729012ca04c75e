/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A script of commands on the machine, in virtual time and without a device: the
 * host's part, done by a loop. What steps and segments come of it is handed to
 * an observer. Every edge is served at the nanosecond when it is due.
 */
#ifndef USERSPACE_REHEARSAL_H
#define USERSPACE_REHEARSAL_H

#include "../hw/session.h"

/* The machine's clock when virtual time is 0. */
#define REHEARSAL_BEGIN_NS NS_PER_S

/* A line that begins so says when the lines after it are written. */
#define TIME_MARK "#@"
#define TIME_MARK_WRONG TIME_MARK " takes a time in seconds, as 1.250"

/*
 * A home switch of which nobody knows where it is, is taken to be where it should: at HOMEPOS
 * and beyond, as HOMEDIR says.
 */
#define HOME_IS_HOMEPOS S64_MIN

struct rehearsal;

/* What is wanted of a rehearsal; all but @count_only may be NULL or 0. */
struct observer {
	/* STEP of @axis rose now: where that leaves it, in steps. */
	void (*step)(struct rehearsal *rehearsal, unsigned int axis, s64 steps);
	/* Lines, bits as in pins.h, were set to these levels now, which they may have had. */
	void (*edges)(struct rehearsal *rehearsal, u64 lines, u64 levels);
	/* The axes have followed @segment to its end; called before settings change. */
	void (*segment)(struct rehearsal *rehearsal, const struct segment *segment);
	/* A multiple of @sample_ns has come. */
	void (*sample)(struct rehearsal *rehearsal);
	u64 sample_ns;
	/* Find the steps, but make no edges of them. */
	bool count_only;
};

/* A line of the script that holds commands. */
struct script_line {
	unsigned int number; /* in the file, from 1 */
	u64 written_ns; /* virtual time, as all here */
	u64 start_ns; /* U64_MAX: it never began */
	u64 end_ns; /* U64_MAX: held for ever */
	u32 first; /* of the entries that it queued */
	u32 last; /* before first: there are none */
	bool behind; /* others that were queued when it was written */
	enum entry_outcome outcome;
	char text[48]; /* how it begins */
};

struct rehearsal {
	struct machine machine;
	struct session session;
	struct pins pins;
	const struct observer *observer;
	u64 now_ns; /* of the machine's clock */
	u64 steps; /* of all axes, up and down */
	s64 position[AXES_MAX]; /* as the wires have it */
	u32 up; /* the DIR lines */
	/* Steps from which on downwards the home switch is tripped, or HOME_IS_HOMEPOS. */
	s64 home[AXES_MAX];
	u32 tripped; /* axes whose home switches are, as last reported */
	u64 next_sample_ns; /* of the machine's clock */
	struct segment running; /* when the present line was written */
	u64 observed_ns; /* where the last segment that was observed begins */
	u32 observed_fraction;
	struct script_line *line;
	unsigned int lines;
	unsigned int lines_ended; /* the first so many have */
	const char *file; /* in messages */
	unsigned int line_number; /* of the line that was written last */
};

/*
 * A machine with axes of these @names and default settings, those in @homes, bits, with a
 * home switch, and with as many auxiliary outputs as there can be; where @names is NULL, with
 * the axes of the default head, their home switches and its one output. NULL if there is no
 * memory.
 */
struct rehearsal *rehearsal_new(const struct observer *observer,
				const struct axis_names *names, u32 homes);
void rehearsal_free(struct rehearsal *rehearsal);

/*
 * Write one line before the script is played, as GET prints it: so a machine becomes
 * like another. False if it was refused.
 */
bool rehearsal_set_up(struct rehearsal *rehearsal, const char *line);

/*
 * Write one line of @count bytes, with its LF and a NUL behind that, as one who may
 * change every setting; or let time come to its mark. False if it was refused, and the
 * next may follow: stderr has been told, unless rehearsal->file is NULL.
 */
bool rehearsal_line(struct rehearsal *rehearsal, const char *bytes, size_t count);

/* When all are written: go on until all is done or held. */
void rehearsal_end(struct rehearsal *rehearsal);

/* The time of a @line that is a mark; false: it has none, or what is at @column is wrong. */
bool rehearsal_parse_mark(const char *line, u64 *time_ns, unsigned int *column);

/* The virtual time now, ns. */
static inline u64 rehearsal_time_ns(const struct rehearsal *rehearsal)
{
	return rehearsal->now_ns - REHEARSAL_BEGIN_NS;
}

#endif
