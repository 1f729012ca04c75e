// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl completion: for bash or zsh, from the tables of options and of the language.
 */
#include <getopt.h> /* optind */

#include "../parser/commands.h"
#include "../parser/portable.h"
#include "options.h"
#include "stepctl.h"

static const struct option_row options[] = { {} };

static const char *const language[] = {
#define COMMAND(verb, word, form, usage, help) word,
	COMMANDS
#undef COMMAND
};

static void print_options(const struct subcommand *command)
{
	const struct option_row *row;

	for (row = command->options; row->name; row++)
		printf(" --%s", row->name);
	for (row = device_options; command->uses_device && row->name; row++)
		printf(" --%s", row->name);
	printf(" --%s", help_option.name);
}

static void print_words(void)
{
	unsigned int i;

	for (i = 1; i < subcommands_count; i++)
		printf(" %s", subcommands[i]->name);
	for (i = 0; i < ARRAY_SIZE(language); i++)
		if (language[i][0] && language[i][0] != '?')
			printf(" %s", language[i]);
}

/* zsh runs it as well, by its bashcompinit. */
static void print_bash(void)
{
	unsigned int i;

	printf("_stepctl()\n{\n"
	       "\tlocal command= word options words=\n"
	       "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	       "\t\tcase $word in [a-z]*) command=$word; break ;; esac\n"
	       "\tdone\n"
	       "\tcase $command in\n");
	for (i = 1; i < subcommands_count; i++) {
		printf("\t%s) options=\"", subcommands[i]->name);
		print_options(subcommands[i]);
		printf("\" ;;\n");
	}
	printf("\t*) options=\"");
	print_options(subcommands[0]);
	printf(" --version\"; words=\"");
	print_words();
	printf("\" ;;\n\tesac\n"
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
