// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl completion: for bash or zsh, from the tables of options and of the language.
 */
#include <getopt.h> /* optind */

#include "../parser/help.h"
#include "options.h"
#include "stepctl.h"
#include "words.h"

static const struct option_row options[] = { {} };

static void print_options(const struct subcommand *command)
{
	const struct option_row *row;

	for (row = command->options; row->name; row++)
		printf(" --%s", row->name);
	for (row = device_options; command->uses_device && row->name; row++)
		printf(" --%s", row->name);
	printf(" --%s", help_option.name);
}

/* Sub-commands, and the words of the language as HELP would list them. */
static void print_words(void)
{
	static char bytes[1 << 14];
	static struct words words;
	struct text text;
	unsigned int i;
	char *line;

	text_init(&text, bytes, sizeof(bytes));
	help_commands(&text, "");
	help_settings(&text, "");
	for (line = strtok(bytes, "\n"); line; line = strtok(NULL, "\n"))
		words_take_usage(&words, line);
	for (i = 1; i < subcommands_count; i++)
		printf(" %s", subcommands[i]->name);
	for (i = 0; i < words.count; i++)
		printf(" %s", words.word[i]);
}

/*
 * The axes are between STATE and QUEUE on the device's status page. A file of some size
 * is no device, and that of another host is not asked while somebody types.
 */
static void print_axes(void)
{
	printf("_stepctl_axes()\n{\n"
	       "\tlocal line= word\n"
	       "\t[ -r \"$1\" ] && [ ! -s \"$1\" ] && [ ! -d \"$1\" ] && read -r line <\"$1\"\n"
	       "\tfor word in $line; do\n"
	       "\t\tcase $word in STATE=*) ;; QUEUE=*) break ;; *) echo \"${word%%%%=*}\" ;; esac\n"
	       "\tdone\n"
	       "}\n");
}

/* zsh runs it as well, by its bashcompinit. */
static void print_bash(void)
{
	unsigned int i;

	print_axes();
	printf("_stepctl()\n{\n"
	       "\tlocal command= word before= options words= device=/dev/stepper\n"
	       "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	       "\t\tcase $before,$word in\n"
	       "\t\t--device,*) device=$word ;;\n"
	       "\t\t--host,*) device= ;;\n"
	       "\t\t*,[a-z]*) command=$word; break ;;\n"
	       "\t\tesac\n"
	       "\t\tbefore=$word\n"
	       "\tdone\n"
	       "\tcase $command in\n");
	for (i = 1; i < subcommands_count; i++) {
		printf("\t%s) options=\"", subcommands[i]->name);
		print_options(subcommands[i]);
		printf("\"%s ;;\n",
		       subcommands[i] == &completion_command ? "; words=\"bash zsh\"" : "");
	}
	printf("\t*) options=\"");
	print_options(subcommands[0]);
	printf(" --version\"; words=\"");
	print_words();
	printf(" $(_stepctl_axes \"$device\")\" ;;\n\tesac\n"
	       "\tcase ${COMP_WORDS[COMP_CWORD]} in\n"
	       "\t-*) words=$options ;;\n"
	       "\tesac\n"
	       "\tCOMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
	       "}\n"
	       "complete -o default -F _stepctl stepctl\n");
}

static void print_zsh(void)
{
	printf("#compdef stepctl\n"
	       "autoload -U +X bashcompinit && bashcompinit\n");
	print_bash();
}

static int run(int count, char **arguments)
{
	int option = options_next(&completion_command, count, arguments);

	if (option != OPTION_END)
		return option == OPTION_HELP ? STATUS_OK : STATUS_USAGE;
	if (optind == count - 1 && !strcmp(arguments[optind], "bash"))
		print_bash();
	else if (optind == count - 1 && !strcmp(arguments[optind], "zsh"))
		print_zsh();
	else
		return options_wrong(&completion_command, "it takes bash or zsh");
	return STATUS_OK;
}

const struct subcommand completion_command = {
	.name = "completion",
	.arguments = "bash | zsh",
	.summary = "print what lets the shell complete stepctl's words",
	.description = "Prints a script for the shell to read.\n",
	.options = options,
	.examples =
		"  eval \"$(stepctl completion bash)\"      (in ~/.bashrc)\n"
		"  eval \"$(stepctl completion zsh)\"       (in ~/.zshrc, behind compinit)\n",
	.run = run,
};
