/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A machine on the virtual head, in virtual time: what a host does, done by a
 * loop. Every edge is served at the nanosecond when it is due.
 */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include "../../hw/session.h"
#include "../../hw/sim/head.h"

struct rig {
	struct machine machine;
	struct pins pins;
	struct head head;
	u64 now_ns;
	unsigned int locked;
	u64 first_rise_ns; /* of any STEP since rig_mark() */
	u64 last_rise_ns;
	u64 rises;
	u64 shortest_ns[HEAD_AXES]; /* between two rises of an axis */
	u64 aux_rises; /* of the auxiliary output */
	u64 aux_rose_ns;
	u64 aux_fell_ns;
	u32 switches; /* as the head's were last reported */
};

/* The default head, at time 1 s. Free with rig_free(). */
struct rig *rig_new(void);
void rig_free(struct rig *rig);

/*
 * The end of a test: let all come to rest; the head saw no timing fault, and as many
 * steps as the machine says it made. Frees @file and @rig.
 */
void rig_end(struct rig *rig, struct session *file);

/* Serve all edges up to @until_ns and stay there. */
void rig_run(struct rig *rig, u64 until_ns);

/* Serve until nothing is planned; fails the test after an hour. */
void rig_run_to_rest(struct rig *rig);

/*
 * Tell the machine what the head's switches are now. Otherwise done after each edge,
 * but only of the switches that rig->machine.switches.present has: none at first.
 */
void rig_report_switches(struct rig *rig);

/* Forget the counts of rises. */
void rig_mark(struct rig *rig);

/* Open a file for reading and writing, as root or not. */
struct session *rig_open(struct rig *rig, bool privileged);

/*
 * write(2) of a string: what it returns. A blocking write lets time pass until
 * it need not wait.
 */
s64 rig_write(struct rig *rig, struct session *session, const char *bytes);
s64 rig_write_nonblocking(struct rig *rig, struct session *session,
			  const char *bytes);

/* A write that takes the whole string, and @answers come; or fails with -@number. */
void rig_say(struct rig *rig, struct session *session, const char *bytes,
	     const char *answers);
void rig_refused(struct rig *rig, struct session *session, const char *bytes, int number,
		 const char *answers);

/* All answers that wait in the file, as a string valid until the next call. */
const char *rig_answers(struct rig *rig, struct session *session);

/* Faults of all kinds that the head has seen. */
u64 rig_faults(const struct rig *rig);

#endif
