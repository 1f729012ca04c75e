/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stepctl doctor looks at, in the order of causes.
 */
#ifndef USERSPACE_DOCTOR_CHECKS_H
#define USERSPACE_DOCTOR_CHECKS_H

#include "doctor_finding.h"

struct check {
	const char *name;
	void (*look)(const struct patient *patient, struct finding *finding);
};

extern const struct check checks[];
extern const unsigned int checks_count;

/* Fill in all but @sick and @device of @patient. */
void doctor_examine(struct patient *patient);

#endif
