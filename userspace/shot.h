/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A camera shot as a file of keyframes, and what becomes of it. A line is a time, axes
 * with their positions there, and how the key is passed:
 *
 *	0       PAN 0   TILT 0
 *	4s      PAN 30  TILT 5   EASE 40%
 *	1min    PAN 35           STOP
 */
#ifndef USERSPACE_SHOT_H
#define USERSPACE_SHOT_H

#include "path.h"

struct shot {
	const char *name; /* of its file */
	const struct machine *machine; /* whose axes these are */
	struct path axis[AXES_MAX]; /* without keys: not in the shot */
	double first_s, last_s; /* the times of the keys */
	double begin_s, end_s; /* of the motion, with leads */
};

/*
 * Read the keys of @file and find the paths. False if that failed; stderr has been
 * told, and shot_free() has to be called all the same.
 */
bool shot_read(struct shot *shot, const struct machine *machine, const char *file,
	       double lead_s);

/*
 * Check the paths against the limits of the machine. False if they are beyond; stderr
 * has been told where and by how much, or @json, if that is not NULL.
 */
bool shot_check(const struct shot *shot, FILE *json);

/* Print it as a script: to where it begins, and its points. */
void shot_print(const struct shot *shot, FILE *out);

/* Shoot, move, shoot: frames at equal distances in the time of the shot. */
struct frames {
	unsigned int count; /* 2 at least */
	unsigned int output; /* of TRIGGER */
	u64 exposure_ns;
	u64 settle_ns;
	u64 move_ns; /* 0: as fast as it goes */
};

/* @fps: of the film that they are for, which its first line tells of; 0: it does not. */
void shot_print_frames(const struct shot *shot, const struct frames *frames, double fps,
		       FILE *out);

/* Where @axis, which is in the shot, is in @frame (from 0), in its unit. */
double shot_frame(const struct shot *shot, const struct frames *frames, unsigned int frame,
		  unsigned int axis);

void shot_free(struct shot *shot);

#endif
