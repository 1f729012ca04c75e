// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl doctor: whether all is there that the device needs, and what mends the rest.
 * What is looked at is in doctor_checks.c and doctor_pins.c.
 */
#include <getopt.h> /* optind */
#include <unistd.h>

#include "channel.h"
#include "doctor_checks.h"
#include "json.h"
#include "options.h"
#include "stepctl.h"

enum {
	OPTION_JSON,
};

static const struct option_row options[] = {
	[OPTION_JSON] = { "json", NULL, "what was found as JSON" },
	{},
};

static const char *const verdicts[] = {
	[VERDICT_OK] = "ok",
	[VERDICT_NOTE] = "note",
	[VERDICT_WRONG] = "wrong",
};

static void print_text(const char *name, const struct finding *finding)
{
	printf("%-6s %-12s %s\n", verdicts[finding->verdict], name, finding->found);
	if (finding->mend[0])
		printf("%20s%s\n", "", finding->mend);
}

static void print_json(const char *name, const struct finding *finding, bool first)
{
	printf("%s\n  {\"check\": \"%s\", \"verdict\": \"%s\", \"found\": ", first ? "" : ",",
	       name, verdicts[finding->verdict]);
	json_string(stdout, finding->found);
	printf(", \"mend\": ");
	json_string(stdout, finding->mend);
	printf("}");
}

static int examine(const char *device, bool json)
{
	struct patient patient = { .device = device };
	struct finding finding;
	unsigned int i;

	doctor_examine(&patient);
	if (json)
		printf("{\"checks\": [");
	for (i = 0; i < checks_count; i++) {
		finding = (struct finding){};
		checks[i].look(&patient, &finding);
		patient.sick |= finding.verdict == VERDICT_WRONG;
		if (json)
			print_json(checks[i].name, &finding, i == 0);
		else
			print_text(checks[i].name, &finding);
	}
	if (json)
		printf("\n], \"ok\": %s}\n", patient.sick ? "false" : "true");
	return patient.sick ? STATUS_ERROR : STATUS_OK;
}

/* What there is to see is there: its own stepctl looks. Returns if there is no ssh. */
static int examine_host(bool json)
{
	char command[4096] = "stepctl doctor";

	if (json)
		strcat(command, " --json");
	if (channel_device) {
		strcat(command, " --device ");
		channel_add_quoted(command, sizeof(command), channel_device);
	}
	execlp("ssh", "ssh", "-T", "--", channel_host, command, NULL);
	perror("stepctl: ssh");
	return STATUS_NO_DEVICE;
}

static int run(int count, char **arguments)
{
	bool json = false;
	int option;

	while ((option = options_next(&doctor_command, count, arguments)) != OPTION_END) {
		if (option < 0)
			return option == OPTION_HELP ? STATUS_OK : STATUS_USAGE;
		json |= option == OPTION_JSON;
	}
	if (optind != count)
		return options_wrong(&doctor_command, "it takes no arguments");
	if (channel_host)
		return examine_host(json);
	return examine(channel_device ? channel_device : "/dev/stepper", json);
}

const struct subcommand doctor_command = {
	.name = "doctor",
	.arguments = "",
	.summary = "look whether all is there that the device needs, and say what mends it",
	.description =
		"Looks at the kernel, its timers, Secure Boot, headers, the module, the description\n"
		"of the hardware, its pins, the device, who may use it, and real-time limits. What\n"
		"is wrong comes with the command that mends it. Changes nothing; asks for no root,\n"
		"but without it cannot see who has the pins. Exit status 1: something is wrong.\n",
	.uses_device = true,
	.options = options,
	.examples =
		"  stepctl doctor\n"
		"  stepctl doctor --json | jq -r '.checks[] | select(.verdict == \"wrong\").mend'\n"
		"  stepctl doctor --host user@pi      (where stepctl is installed, too)\n",
	.run = run,
};
