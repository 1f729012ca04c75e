/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Usage as text, from the tables that parse: what HELP answers, and the lists
 * in the manual.
 */
#ifndef PARSER_HELP_H
#define PARSER_HELP_H

#include "text.h"

/*
 * Append a line "usage  - help", with its LF, for each row of the table that
 * @word (any case) asks for: by a word of a command's usage or its verb, the name
 * of a setting, the name or the number of an error; for all rows if it is "".
 * Returns whether there is such a row. Lines have 100 bytes at most; one that does
 * not fit @text is left out.
 */
bool help_commands(struct text *text, const char *word);
bool help_settings(struct text *text, const char *word);
bool help_errors(struct text *text, const char *word);

/* The same of all commands that name an axis. */
void help_axis(struct text *text);

/* The three tables. 0, or -EINVAL if no table has the word. */
int help_print(struct text *text, const char *word);

#endif
