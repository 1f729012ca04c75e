/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line being run: what its commands share. Private to the machine.
 */
#ifndef HW_TRANSACTION_H
#define HW_TRANSACTION_H

#include "queue.h"

struct transaction {
	struct machine *machine;
	struct machine_state *state; /* the staged one */
	u64 now_ns;
	bool privileged;
	bool nonblocking;
	bool behind; /* as the client's, until a STOP sends the others away */
	bool acknowledged; /* the client knows of every stop so far */
	bool moved; /* motion was staged */
	bool stopped; /* motion was cut: the queue before it is dropped */
	bool paused; /* motion was cut, and the queue is held */
	u64 held_ns; /* when, in plan time */
	bool checks; /* on hold motion was staged only to see whether it can be done */
	bool points; /* of a stream are staged, to be published */
	bool runs; /* what is staged is a RUN: machine->asked.change has it */
	bool timing; /* a setting of pulses changed */
	bool halt; /* nothing behind it is planned by this line */
	u32 unknown; /* axes of which only the halt itself will tell where they rest */
	bool sync;
	u32 sync_number;
	u32 enable; /* axes to be enabled when it takes effect */
	u32 release; /* and disabled */
	bool watch; /* of the client, when it takes effect */
	const char *tag;
	struct text *answer;
	struct error_report *report;
};

/* What the commands do; each a row in parser/commands.h. 0 or negative errno. */
typedef int command_effect(struct transaction *line,
			   const struct command *command);
/* clang-format off */
#define COMMAND(verb, word, form, usage, help) \
	command_effect command_##verb;
COMMANDS
/* clang-format on */
#undef COMMAND

/*
 * axis_convert() of axis @i, with an error that names both units. 0 or -EINVAL.
 */
int transaction_convert(struct transaction *line, unsigned int i,
			const struct quantity *quantity, s64 *micro);

/* The place in the queue that transaction_queue() will take; to be filled first. */
static inline struct queue_entry *transaction_entry(struct transaction *line)
{
	return machine_entry(line->machine, line->state->queued + 1);
}

/* Take the next place in the queue. */
void transaction_queue(struct transaction *line);

/* The same for an entry whose motion is staged: it ends with the staged plan. */
void transaction_queue_staged(struct transaction *line);

/* The entry that was queued last. */
static inline struct queue_entry *transaction_last(struct transaction *line)
{
	return machine_entry(line->machine, line->state->queued);
}

/*
 * What was staged from a cut on replaces all that is queued; it takes a place
 * itself, as transaction_entry() says, and its end tells the targets of the axes.
 */
void transaction_replace(struct transaction *line);

/*
 * What the line staged and queued before is forgotten, and a hold with it; behind a HALT
 * what the machine has queued as well.
 */
void transaction_unstage(struct transaction *line);

/* Whether this line may command motion: 0 or negative errno. */
int transaction_allowed(struct transaction *line, const struct command *command);

/* The same, and whether there is a place in the queue: -EAGAIN if not. */
int transaction_room(struct transaction *line, const struct command *command);

/* @percent_micro (millionths of a percent) of @whole. */
s64 transaction_percent(s64 whole, s64 percent_micro);

/* The place of an axis counts, and only a HALT in this line will tell it: -EBUSY. */
int transaction_report_unknown(struct transaction *line, const struct command *command);

/* Make the position that @command gives to axis @i its target; 0 or an errno. */
int transaction_target(struct transaction *line, const struct command *command,
		       unsigned int i);

/*
 * The speed that @command lets axis @i reach, in millionths of its unit per s. 0,
 * or -EDOM or -EINVAL.
 */
int transaction_speed(struct transaction *line, const struct command *command,
		      unsigned int i, s64 *speed);

/* What is under way at the cut that is staged; NULL: nothing. */
const struct queue_entry *transaction_present_entry(const struct transaction *line);

/*
 * The speed of that, and the least of what follows before the staged plan rests, for an axis
 * that goes on; SPEED if they have none.
 */
s64 transaction_present_speed(const struct transaction *line, unsigned int i);

/* The soft limits of axis @i, into @change; while it homes there are none. */
void transaction_range(const struct transaction *line, unsigned int i,
		       struct plan_change *change);

/* Note the drivers of @axes to be switched on; how long they take to settle, ns. */
u64 transaction_enable(struct transaction *line, u32 axes);

/* What an axis may do, for its entry in the queue. */
struct entry_limits transaction_limits(const struct axis *axis, s64 speed);

/*
 * Fill in transaction_entry() for motion of all axes that is staged already, with their
 * highest speeds: for a hold it is a move to where it comes to rest.
 */
void transaction_fill_entry(struct transaction *line, enum entry_kind kind,
			    const s64 speed[AXES_MAX]);

/*
 * Stage all that is queued: 0 or -EAGAIN. While it is held, nothing, and what the line
 * stages behind it is only looked at: checks is set.
 */
int transaction_stage(struct transaction *line);

/* Where an axis rests before a move, and in the play of its gear. */
struct place {
	s64 micro;
	s64 play;
};

/*
 * How long it takes to take up the play of the axes that turn round after @from, ns;
 * U64_MAX: longer than any plan may.
 */
u64 transaction_take_up_ns(struct transaction *line, const struct place from[AXES_MAX]);

/* Whether anything moves or is queued, as the line so far leaves it. */
static inline bool transaction_moves(const struct transaction *line)
{
	return line->state->queued != line->state->done;
}

/* Whether all axes rest, in places that are known. */
static inline bool transaction_rests(const struct transaction *line)
{
	return !transaction_moves(line) && !line->unknown;
}

/* Whether a HOME is: what is queued behind it cannot be planned yet. */
bool transaction_homes(const struct transaction *line);

#endif
