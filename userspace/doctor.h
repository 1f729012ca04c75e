/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stepctl doctor looks at: the checks of doctor_checks.c and doctor_pins.c, in
 * the order of causes, each with what it found and the command that mends it.
 */
#ifndef USERSPACE_DOCTOR_H
#define USERSPACE_DOCTOR_H

#include "../parser/portable.h"

enum verdict {
	VERDICT_OK,
	VERDICT_NOTE, /* good to know; nothing is broken */
	VERDICT_WRONG,
};

enum server {
	SERVER_NONE,
	SERVER_MODULE,
	SERVER_STEPPERD,
};

struct finding {
	enum verdict verdict;
	char found[400];
	char mend[600]; /* a command or what else helps; "": nothing to do */
};

/* What the checks share. */
struct patient {
	const char *device; /* its path */
	enum server server; /* of it */
	char release[128]; /* of the kernel that runs */
	bool loaded; /* the module is */
	bool sick; /* something was wrong so far */
};

struct check {
	const char *name;
	void (*look)(const struct patient *patient, struct finding *finding);
};

extern const struct check checks[];
extern const unsigned int checks_count;

/* Fill in all but @sick and @device of @patient. */
void doctor_examine(struct patient *patient);

/* Its verdict, and what was found, as of printf(). */
void doctor_find(struct finding *finding, enum verdict verdict, const char *format, ...)
	__printf(3, 4);

/* More of what was found, as of printf(). */
void doctor_add(struct finding *finding, const char *format, ...)
	__printf(2, 3);

/* What mends it, as of printf(). */
void doctor_mend(struct finding *finding, const char *format, ...)
	__printf(2, 3);

/* Read a file of at most @size - 1 bytes, to a string. Its length; -1: it cannot be read. */
int doctor_read(const char *path, char *bytes, size_t size);

/* Whether the device is described to the kernel, and who has its pins. */
void doctor_look_at_description(const struct patient *patient, struct finding *finding);
void doctor_look_at_pins(const struct patient *patient, struct finding *finding);

#endif
