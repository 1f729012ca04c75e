/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stepctl alone, on a terminal: a prompt.
 */
#ifndef USERSPACE_PROMPT_H
#define USERSPACE_PROMPT_H

/* Read lines and send them, until the end of input: the exit status. */
int prompt(void);

#endif
