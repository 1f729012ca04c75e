// SPDX-License-Identifier: GPL-2.0
/*
 * Options of sub-commands, by their tables; see options.h.
 */
#include <getopt.h>
#include <string.h>

#include "channel.h"
#include "options.h"
#include "stepctl.h"

/* More than any table has. */
#define OPTIONS_MAX 24

const struct option_row help_option = { "help", NULL, "this text" };

const struct option_row device_options[] = {
	{ "device", "FILE", "the device (/dev/stepper)" },
	{ "host", "USER@HOST", "the device of another computer, by ssh" },
	{},
};

static void print_row(FILE *out, const struct option_row *row)
{
	const char *help = row->help;
	int width;

	width = fprintf(out, "  --%s%s%s", row->name, row->value ? " " : "",
			row->value ? row->value : "");
	for (;;) {
		size_t length = strcspn(help, "\n");

		fprintf(out, "%*s%.*s\n", width < 22 ? 22 - width : 1, "",
			(int)length, help);
		if (!help[length])
			return;
		help += length + 1;
		width = 0;
	}
}

static void print_rows(FILE *out, const struct option_row *rows)
{
	for (; rows->name; rows++)
		print_row(out, rows);
}

void options_print_help(const struct subcommand *command, FILE *out)
{
	fprintf(out, "usage: stepctl %s%s[OPTION]... %s\n\n%s\n", command->name,
		command->name[0] ? " " : "", command->arguments,
		command->description);
	print_rows(out, command->options);
	if (command->uses_device)
		print_rows(out, device_options);
	print_row(out, &help_option);
	fprintf(out, "\nexamples:\n%s", command->examples);
}

int options_wrong(const struct subcommand *command, const char *message)
{
	fprintf(stderr, "stepctl: %s%s%s\n", command->name, command->name[0] ? ": " : "",
		message);
	fprintf(stderr, "\"stepctl%s%s --help\" tells more\n",
		command->name[0] ? " " : "", command->name);
	return STATUS_USAGE;
}

static unsigned int add_row(struct option *options, unsigned int count,
			    const struct option_row *row, int value)
{
	options[count] = (struct option){
		.name = row->name,
		.has_arg = row->value ? required_argument : no_argument,
		.val = value,
	};
	return count + 1;
}

int options_next(const struct subcommand *command, int count, char **arguments)
{
	enum { DEVICE = 1000,
	       HOST,
	       HELP };
	struct option options[OPTIONS_MAX] = {};
	unsigned int i, rows = 0;
	char message[120];
	int option;

	for (i = 0; command->options[i].name; i++)
		rows = add_row(options, rows, &command->options[i], i);
	for (i = 0; command->uses_device && device_options[i].name; i++)
		rows = add_row(options, rows, &device_options[i], DEVICE + i);
	add_row(options, rows, &help_option, HELP);
	opterr = 0;
	for (;;) {
		option = getopt_long(count, arguments, "+:h", options, NULL);
		switch (option) {
		case -1:
			return OPTION_END;
		case DEVICE:
			channel_device = optarg;
			break;
		case HOST:
			channel_host = optarg;
			break;
		case HELP:
		case 'h':
			options_print_help(command, stdout);
			return OPTION_HELP;
		case '?':
		case ':':
			snprintf(message, sizeof(message), "%.40s: %s", arguments[optind - 1],
				 option == ':' ? "it takes a value" :
						 "there is no such option, or not used so");
			options_wrong(command, message);
			return OPTION_WRONG;
		default:
			return option;
		}
	}
}
