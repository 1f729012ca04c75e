/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a check of stepctl doctor is told, and what it has found.
 */
#ifndef USERSPACE_DOCTOR_FINDING_H
#define USERSPACE_DOCTOR_FINDING_H

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

#endif
