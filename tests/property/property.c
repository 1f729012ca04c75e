// SPDX-License-Identifier: GPL-2.0
/*
 * Plays random scripts on the machine, in virtual time, and judges all that came of
 * each. A script depends on its number alone: that of one that failed plays it again.
 *
 * usage: property [SCRIPTS [FIRST]]
 */
#include <stdlib.h>

#include "judge.h"

/* After so many there is little to learn. */
#define FAULTS_MAX 5

static struct record record;
static struct script script;

static void observe_step(struct rehearsal *rehearsal, unsigned int axis, s64 position)
{
	record_step(&record, axis, rehearsal->now_ns, position);
	script_step(&script, axis, position);
}

static void observe_segment(struct rehearsal *rehearsal, const struct segment *segment)
{
	record_segment(&record, segment, rehearsal->machine.state.alarm != ALARM_NONE);
}

static const struct observer observer = { .step = observe_step, .segment = observe_segment };

static struct {
	u64 accepted, refused, segments, steps, promises;
} total;

/* Whether all is right with script @number. */
static bool play(u64 number)
{
	struct rehearsal *rehearsal = rehearsal_new(&observer, NULL, 0);
	const char *fault;
	unsigned int i;

	if (!rehearsal)
		abort();
	record_clear(&record);
	script_play(&script, rehearsal, number);
	fault = judge(&script, &record);
	if (fault)
		printf("not ok property: script %llu: %s\n%s\n", number, fault, script.text);
	total.accepted += script.accepted;
	total.refused += script.refused;
	total.segments += record.count;
	total.promises += script.promises;
	for (i = 0; i < HEAD_AXES; i++)
		total.steps += record.axis[i].count;
	rehearsal_free(rehearsal);
	return !fault;
}

int main(int count, char **arguments)
{
	u64 scripts = count > 1 ? strtoull(arguments[1], NULL, 10) : 100000;
	u64 first = count > 2 ? strtoull(arguments[2], NULL, 10) : 0;
	unsigned int faults = 0;
	u64 number;

	for (number = first; number - first < scripts && faults < FAULTS_MAX; number++)
		faults += !play(number);
	printf("%llu scripts from %llu on: %llu lines, and %llu refused; ", number - first, first,
	       total.accepted, total.refused);
	printf("%llu segments, %llu steps, %llu durations\n", total.segments, total.steps,
	       total.promises);
	if (!faults)
		printf("ok property: %llu random scripts\n", scripts);
	return faults ? EXIT_FAILURE : EXIT_SUCCESS;
}
