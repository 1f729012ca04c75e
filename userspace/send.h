/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stepctl with a command of the language, not one of its own.
 */
#ifndef USERSPACE_SEND_H
#define USERSPACE_SEND_H

#include <stdbool.h>

struct send_options {
	bool wait;
	bool json;
};

/* Take what options_next() found for send_command. False if it is to end it all. */
bool send_take_option(struct send_options *taken, int option);

/* Send one line of these words, or standard input if they are "-": the exit status. */
int send_words(const struct send_options *options, int count, char **arguments);

#endif
