/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random scripts: lines written to a machine in virtual time, and what they make the
 * axes promise. They know what was refused, and go on from there. How the promises
 * are kept is for judge.c.
 */
#ifndef TESTS_SCRIPT_H
#define TESTS_SCRIPT_H

#include "../../hw/sim/head.h"
#include "../../userspace/rehearsal.h"
#include "../unit/reference.h"

#define SCRIPT_TEXT_MAX 65536
#define PROMISES_MAX 8
#define FRAMES_MAX 8
#define POINTS_MAX 32
#define HOMES_MAX 4
#define TRIPS_MAX 16

/* Numbers with a unit are millionths of it, as the language has them. */
struct script_axis {
	u64 numerator, denominator; /* of SCALE */
	s64 speed, accel, jerk, corner, lowest, highest;
	s64 maxspeed, maxaccel;
	s64 target; /* where the last command leads, if that can be known */
	bool known;
	s64 backlash; /* steps */
	s64 play; /* where in it the motor is behind the target, if that is known */
	/* What IS made of the steps: those of position 0 from below, from a time on. */
	struct {
		u64 since_ns;
		s64 origin;
	} frame[FRAMES_MAX];
	unsigned int frames;
	s64 motor, slack, load; /* steps made; how many of them are play; and how many are not */
	bool edges; /* targets are often on the soft limits */
	s64 saved; /* the same by the preset */
	bool saved_known;
	/* The widest that any line allowed, in steps: */
	struct bounds bounds;
	long double jump; /* of the speed, at a corner */
	/* It may go beyond MIN and MAX: HOME knows none; points know no JERK, a stop does. */
	bool turns;
	s64 home; /* steps made from which on downwards its home switch is tripped */
	struct { /* the latest ones, by number */
		u64 at_ns; /* of the machine's clock */
		s64 load;
	} trip[TRIPS_MAX];
	unsigned int trips;
	s64 homepos, homespeed; /* 0 as yet */
};

/* A move whose duration is known beforehand. Steps are the motor's. */
struct promise {
	unsigned int line; /* rehearsal->line[] */
	u32 axes; /* bit n: axis n goes to its target; the others stop */
	bool retarget; /* NOW: from any state */
	bool steps, goes; /* it makes steps; or is at least long enough to be a move */
	long double from[HEAD_AXES]; /* where play has been taken up; not of a NOW */
	long double to[HEAD_AXES]; /* of a NOW: whole, from below */
	struct bounds bounds[HEAD_AXES];
	u64 duration_ns; /* IN */
	long double take_up; /* s, before it */
};

/* Where the plan has to go through, if all that was queued is done. */
struct point {
	unsigned int line;
	u32 axes;
	long double position[HEAD_AXES]; /* steps, from below */
	long double speed[HEAD_AXES];
};

/* A HOME that was accepted: done, it makes other positions of the steps. */
struct homing {
	unsigned int line;
	u32 axes;
	s64 place[HEAD_AXES];
};

struct script {
	struct rehearsal *rehearsal;
	struct script_axis axis[HEAD_AXES];
	bool stream; /* has points: the acceleration may jump */
	struct promise promise[PROMISES_MAX];
	unsigned int promises;
	struct point point[POINTS_MAX];
	unsigned int points;
	unsigned int held; /* so often: points may be passed slower; a ns goes to rounding */
	struct homing home[HOMES_MAX];
	unsigned int homes, homed; /* so many of them are over, and taken into account */
	unsigned int accepted, refused; /* lines */
	const char *fault; /* what should have been refused, or accepted */
	size_t length;
	char text[SCRIPT_TEXT_MAX]; /* for stepctl plan; what was refused as comments */
};

/* Write script @number to @rehearsal, which is new, and let all come to rest. */
void script_play(struct script *script, struct rehearsal *rehearsal, u64 number);

/* @axis has made a step to @motor. */
void script_step(struct script *script, unsigned int axis, s64 motor);

/* The steps of position 0, from below, at @ns of the machine's clock. */
s64 script_origin(const struct script_axis *axis, u64 ns);

/* @micro of an axis in whole steps, half away from zero; and as it is. */
s64 script_steps(const struct script_axis *axis, s64 micro);
long double script_exact(const struct script_axis *axis, s64 micro);

/* The shortest time for a move from rest to rest, s; 0: it goes nowhere. */
long double script_shortest(const struct promise *promise);

#endif
