/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a device says, as JSON.
 */
#ifndef USERSPACE_JSON_H
#define USERSPACE_JSON_H

#include <stdio.h>

void json_string(FILE *out, const char *string);

/*
 * A line of an answer: an object of its KEY=VALUE words, or of axis, setting and
 * value of a SET line, or else a string.
 */
void json_answer(FILE *out, const char *text);

#endif
