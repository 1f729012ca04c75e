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

/* The words of the language, as HELP would list them. */
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
	for (i = 0; i < words.count; i++)
		printf("%s ", words.word[i]);
}

/*
 * The axes are between STATE and QUEUE on the device's status page. A file of some size
 * is no device, and that of another host is not asked while somebody types.
 */
static void print_axes(void)
{
	printf("_stepctl_axes()\n{\n"
	       "\tlocal word\n"
	       "\t[ -r \"$1\" ] && [ ! -s \"$1\" ] && [ ! -d \"$1\" ] || return\n"
	       "\tfor word in $(cat \"$1\"); do\n"
	       "\t\tcase $word in STATE=*) ;; QUEUE=*) break ;; *) echo \"${word%%%%=*}\" ;; esac\n"
	       "\tdone\n"
	       "}\n");
}

/*
 * What bash and zsh have in common: from the words before the present one, which are
 * @before in either, the $options and $candidates that may follow.
 */
static void print_choice(const char *before)
{
	unsigned int i;

	printf("\tlocal command= word= last= options= candidates= device=/dev/stepper\n"
	       "\tfor word in %s; do\n"
	       "\t\tcase $last,$word in\n"
	       "\t\t--device,*) device=$word ;;\n"
	       "\t\t--host,*) device= ;;\n"
	       "\t\t*,[A-Za-z]*) command=$word; break ;;\n"
	       "\t\tesac\n"
	       "\t\tlast=$word\n"
	       "\tdone\n"
	       "\tcase $command in\n",
	       before);
	for (i = 1; i < subcommands_count; i++) {
		printf("\t%s) options=\"", subcommands[i]->name);
		print_options(subcommands[i]);
		printf("\"%s ;;\n",
		       subcommands[i] == &completion_command ? "; candidates=\"bash zsh\"" : "");
	}
	printf("\t*)\n\t\toptions=\"");
	print_options(subcommands[0]);
	printf(" --version\"\n\t\tcandidates=\"");
	print_words();
	printf("$(_stepctl_axes \"$device\")\"\n"
	       "\t\t[ -n \"$command\" ] || candidates=\"$candidates");
	for (i = 1; i < subcommands_count; i++)
		printf(" %s", subcommands[i]->name);
	printf("\" ;;\n\tesac\n");
}

/* The language ignores case. */
static void print_bash(void)
{
	print_axes();
	printf("_stepctl()\n{\n"
	       "\tlocal present=${COMP_WORDS[COMP_CWORD]}\n");
	print_choice("\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"");
	printf("\tcase $present in\n"
	       "\t-*) candidates=$options ;;\n"
	       "\tesac\n"
	       "\tCOMPREPLY=($(compgen -W \"$candidates\" -- \"$present\"))\n"
	       "\t[ ${#COMPREPLY[@]} != 0 ] ||\n"
	       "\t\tCOMPREPLY=($(compgen -W \"$candidates\" -- \"${present^^}\"))\n"
	       "}\n"
	       "complete -o default -F _stepctl stepctl\n");
}

/* As a file in $fpath it is the function's body, and defines it anew at its first call. */
static void print_zsh(void)
{
	printf("#compdef stepctl\n");
	print_axes();
	printf("_stepctl()\n{\n");
	print_choice("\"${(@)words[2,CURRENT-1]}\"");
	printf("\tcase $words[CURRENT] in\n"
	       "\t-*) candidates=$options ;;\n"
	       "\tesac\n"
	       "\tcompadd -- ${=candidates} ||\n"
	       "\t\tcompadd -M 'm:{a-z}={A-Z}' -- ${=candidates} || _files\n"
	       "}\n"
	       "if [ \"$funcstack[1]\" = _stepctl ]; then\n"
	       "\t_stepctl \"$@\"\n"
	       "else\n"
	       "\tcompdef _stepctl stepctl\n"
	       "fi\n");
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
