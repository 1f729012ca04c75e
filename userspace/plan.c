// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl plan: what a script would do, printed in one form or another. How it is
 * played is in rehearsal.c.
 */
#include <getopt.h> /* optarg, optind */
#include <math.h>
#include <stdlib.h>

#include "json.h"
#include "law.h"
#include "options.h"
#include "plan.h"
#include "plot.h"
#include "status.h"
#include "stepctl.h"

static void print_step(struct rehearsal *rehearsal, unsigned int axis, s64 steps)
{
	printf("%llu,%s,%lld\n", rehearsal_time_ns(rehearsal),
	       rehearsal->machine.names.name[axis], steps);
}

/* 21 digits are as many as 64 bits of mantissa are worth. */
static void print_segment(struct rehearsal *rehearsal, const struct segment *segment)
{
	const struct axis_names *names = &rehearsal->machine.names;
	unsigned int i;

	for (i = 0; i < names->count; i++) {
		struct law law = law_of(segment, i);

		printf("%.21Lg,%.21Lg,%s,%.21Lg,%.21Lg,%.21Lg,%.21Lg\n",
		       segment_start(segment), segment_duration(segment),
		       names->name[i], law.position, law.speed, law.acceleration,
		       law.jerk);
	}
}

/* What @axis does now, in its unit. */
static struct law present_law(struct rehearsal *rehearsal, unsigned int axis)
{
	struct machine *machine = &rehearsal->machine;
	const struct axis *settings = &machine->state.axis[axis];
	s64 play = motion_play(&machine->motion, axis);
	const struct segment *segment = NULL;
	double since_ns; /* within a segment that is enough */
	struct law law = {};
	struct real steps;

	while ((segment = motion_next_segment(&machine->motion, segment)) &&
	       segment->start_ns <= rehearsal->now_ns) {
		if (segment_end_ns(segment) <= rehearsal->now_ns)
			continue;
		law = law_of(segment, axis);
		since_ns = rehearsal_time_ns(rehearsal) - segment_start(segment);
		law = law_after(&law, since_ns / 1e9L);
		return law_in_units(&law, settings, play);
	}
	steps = motion_position(&machine->motion, axis, rehearsal->now_ns);
	law.position = ldexpl(steps.mantissa, steps.exponent);
	if (steps.negative)
		law.position = -law.position;
	return law_in_units(&law, settings, play);
}

static void print_sample(struct rehearsal *rehearsal)
{
	const struct axis_names *names = &rehearsal->machine.names;
	unsigned int i;

	for (i = 0; i < names->count; i++) {
		struct law law = present_law(rehearsal, i);

		printf("%llu,%s,%.9Lf,%.9Lf,%.9Lf\n", rehearsal_time_ns(rehearsal),
		       names->name[i], law.position, law.speed, law.acceleration);
	}
}

static struct summary {
	u64 steps;
	struct law peak; /* magnitudes; the position is not used */
} summary[AXES_MAX];

static void sum_step(struct rehearsal *rehearsal, unsigned int axis, s64 steps)
{
	summary[axis].steps++;
}

static void raise_peak(struct law *peak, const struct law *law)
{
	peak->speed = fmaxl(peak->speed, fabsl(law->speed));
	peak->acceleration = fmaxl(peak->acceleration, fabsl(law->acceleration));
	peak->jerk = fmaxl(peak->jerk, fabsl(law->jerk));
}

/* Peaks are at the ends, that of speed perhaps where the acceleration is 0. */
static void raise_peaks(struct law *peak, const struct law *law, long double duration_s)
{
	struct law end = law_after(law, duration_s);
	struct law top;

	raise_peak(peak, law);
	raise_peak(peak, &end);
	if (law->acceleration * end.acceleration < 0) {
		top = law_after(law, -law->acceleration / law->jerk);
		raise_peak(peak, &top);
	}
}

static void sum_segment(struct rehearsal *rehearsal, const struct segment *segment)
{
	const struct machine *machine = &rehearsal->machine;
	unsigned int i;

	for (i = 0; i < machine->names.count; i++) {
		struct law law = law_of(segment, i);

		law = law_in_units(&law, &machine->state.axis[i], 0);
		raise_peaks(&summary[i].peak, &law,
			    segment_duration(segment) / 1e9L);
	}
}

static void print_time(u64 time_ns)
{
	if (time_ns == U64_MAX)
		printf(" %14s", "-");
	else
		printf(" %14.9Lf", time_ns / 1e9L);
}

/* How the line ended. */
static const char *ending_of(const struct script_line *line)
{
	static const char *const endings[] = {
		[ENTRY_PENDING] = "held",
		[ENTRY_DONE] = "done",
		[ENTRY_STOPPED] = "stopped",
		[ENTRY_HALTED] = "halted",
	};

	return endings[line->end_ns == U64_MAX ? ENTRY_PENDING : line->outcome];
}

static void print_lines(const struct rehearsal *rehearsal)
{
	unsigned int i;

	printf("\n%5s %14s %14s %14s %s\n", "line", "written, s", "start, s", "end, s",
	       "is");
	for (i = 0; i < rehearsal->lines; i++) {
		const struct script_line *line = &rehearsal->line[i];

		printf("%5u", line->number);
		print_time(line->written_ns);
		print_time(line->start_ns);
		print_time(line->end_ns);
		printf(" %-7s %s\n", ending_of(line), line->text);
	}
}

static void print_summary(const struct rehearsal *rehearsal)
{
	const struct axis_names *names = &rehearsal->machine.names;
	unsigned int i;

	printf("duration %.9Lf s\n\n", rehearsal_time_ns(rehearsal) / 1e9L);
	printf("%-15s %10s %18s %18s %18s\n", "axis", "steps", "peak speed",
	       "acceleration", "jerk");
	for (i = 0; i < names->count; i++) {
		const struct axis *axis = &rehearsal->machine.state.axis[i];
		const char *unit = unit_name(axis->setting[SETTING_UNIT]);
		const struct law *peak = &summary[i].peak;

		printf("%-15s %10llu %12.6Lf %s/s %12.6Lf %s/s2 %12.6Lf %s/s3\n",
		       names->name[i], summary[i].steps, peak->speed, unit,
		       peak->acceleration, unit, peak->jerk, unit);
	}
	print_lines(rehearsal);
}

/* A time of a line; null: there is none. */
static void print_json_time(const char *name, u64 time_ns)
{
	if (time_ns == U64_MAX)
		printf(", \"%s\": null", name);
	else
		printf(", \"%s\": %.9Lf", name, time_ns / 1e9L);
}

static void print_json_line(const struct script_line *line)
{
	printf("\n  {\"line\": %u", line->number);
	print_json_time("written", line->written_ns);
	print_json_time("start", line->start_ns);
	print_json_time("end", line->end_ns);
	printf(", \"is\": \"%s\", \"text\": ", ending_of(line));
	json_string(stdout, line->text);
	printf("}");
}

/* The summary. */
static void print_json(const struct rehearsal *rehearsal)
{
	const struct axis_names *names = &rehearsal->machine.names;
	unsigned int i;

	printf("{\"duration\": %.9Lf, \"axes\": [", rehearsal_time_ns(rehearsal) / 1e9L);
	for (i = 0; i < names->count; i++) {
		const struct axis *axis = &rehearsal->machine.state.axis[i];
		const struct law *peak = &summary[i].peak;

		printf("%s\n  {\"axis\": \"%s\", \"unit\": \"%s\", \"steps\": %llu, ",
		       i ? "," : "", names->name[i], unit_name(axis->setting[SETTING_UNIT]),
		       summary[i].steps);
		printf("\"speed\": %.6Lf, \"acceleration\": %.6Lf, \"jerk\": %.6Lf}",
		       peak->speed, peak->acceleration, peak->jerk);
	}
	printf("\n], \"lines\": [");
	for (i = 0; i < rehearsal->lines; i++) {
		if (i)
			printf(",");
		print_json_line(&rehearsal->line[i]);
	}
	printf("\n]}\n");
}

static void print_count(const struct rehearsal *rehearsal)
{
	printf("%llu\n", rehearsal->steps);
}

static void plot_segment(struct rehearsal *rehearsal, const struct segment *segment)
{
	if (plot_add(rehearsal, segment))
		return;
	fprintf(stderr, "stepctl: out of memory\n");
	exit(STATUS_ERROR);
}

/* In the order of the table of forms. */
enum {
	FORM_SUMMARY,
	FORM_STEPS,
	FORM_SEGMENTS,
	FORM_SAMPLES,
	FORM_PLOT,
	FORM_COUNT,
	FORM_JSON,
};

static const struct option_row options[] = {
	[FORM_SUMMARY] = { "summary", NULL,
			   "duration, peaks of each axis, start and end of each line:\n"
			   "what is printed without an option" },
	[FORM_STEPS] = { "steps", NULL, "CSV: t_ns,axis,position, a row a step" },
	[FORM_SEGMENTS] = { "segments", NULL,
			    "CSV: t_ns,duration_ns,axis,p,v,a,j in steps and seconds" },
	[FORM_SAMPLES] = { "samples", "TIME",
			   "CSV: t_ns,axis,position,speed,acceleration in axis units,\n"
			   "a row each TIME (us ms s min h)" },
	[FORM_PLOT] = { "plot", "FILE.png",
			"draw position, speed, acceleration and path; or FILE.svg" },
	[FORM_COUNT] = { "count", NULL, "print the number of steps alone" },
	[FORM_JSON] = { "json", NULL, "the summary as JSON" },
	{},
};

static struct form {
	const char *header;
	struct observer observer;
	void (*print)(const struct rehearsal *rehearsal); /* at the end */
} forms[] = {
	[FORM_SUMMARY] = {
		.observer = { .step = sum_step, .segment = sum_segment },
		.print = print_summary,
	},
	[FORM_STEPS] = {
		.header = "t_ns,axis,position\n",
		.observer = { .step = print_step },
	},
	[FORM_SEGMENTS] = {
		.header = "t_ns,duration_ns,axis,p,v,a,j\n",
		.observer = { .segment = print_segment },
	},
	[FORM_SAMPLES] = {
		.header = "t_ns,axis,position,speed,acceleration\n",
		.observer = { .sample = print_sample },
	},
	[FORM_PLOT] = {
		.observer = { .segment = plot_segment },
	},
	[FORM_COUNT] = {
		.observer = { .count_only = true },
		.print = print_count,
	},
	[FORM_JSON] = {
		.observer = { .step = sum_step, .segment = sum_segment },
		.print = print_json,
	},
};

bool plan_parse_time(const char *word, u64 *time_ns)
{
	size_t length = strlen(word);
	s64 micro;
	int digits = number_parse(word, length, &micro);

	return digits > 0 && micro > 0 &&
	       !duration_ns(micro, word + digits, length - digits, time_ns) &&
	       *time_ns;
}

/* Play @source and print it in this form. */
static int play(struct rehearsal *rehearsal, const struct form *form, struct source *source,
		const char *picture)
{
	bool good;

	if (form->header)
		fputs(form->header, stdout);
	good = source_rehearse(source, rehearsal, source->name);
	if (good)
		rehearsal_end(rehearsal);
	if (good && form->print)
		form->print(rehearsal);
	if (good && picture)
		good = plot_draw(rehearsal, picture);
	if (fflush(stdout) || ferror(stdout)) {
		perror("stepctl plan: standard output");
		good = false;
	}
	rehearsal_free(rehearsal);
	return good ? STATUS_OK : STATUS_ERROR;
}

static int play_file(const struct form *form, const char *file, const char *picture)
{
	struct rehearsal *rehearsal = rehearsal_new(&form->observer, NULL, 0);
	struct source source = { .file = -1 };
	int result = STATUS_ERROR;

	if (!rehearsal)
		perror("stepctl");
	else if (source_read(&source, file, 1))
		result = play(rehearsal, form, &source, picture);
	source_free(&source);
	return result;
}

int plan_print(struct source *source, bool json)
{
	const struct form *form = &forms[json ? FORM_JSON : FORM_SUMMARY];
	struct rehearsal *rehearsal = NULL;
	struct device_status status;
	struct channel channel;

	if (!channel_open(&channel, false))
		return STATUS_NO_DEVICE;
	if (status_ask(&status, &channel))
		rehearsal = status_rehearsal(&status, &channel, &form->observer);
	channel_close(&channel);
	return rehearsal ? play(rehearsal, form, source, NULL) : STATUS_ERROR;
}

bool plan_plot(struct rehearsal *rehearsal, const struct source *script,
	       const char *picture)
{
	struct source source = *script; /* which may be played yet */

	rehearsal->observer = &forms[FORM_PLOT].observer;
	if (!source_rehearse(&source, rehearsal, source.name))
		return false;
	rehearsal_end(rehearsal);
	return plot_draw(rehearsal, picture);
}

static int run(int count, char **arguments)
{
	const char *picture = NULL;
	struct form *form = NULL;
	int option;

	while ((option = options_next(&plan_command, count, arguments)) != OPTION_END) {
		if (option < 0)
			return option == OPTION_HELP ? STATUS_OK : STATUS_USAGE;
		if (form)
			return options_wrong(&plan_command, "one option at a time");
		form = &forms[option];
		if (option == FORM_SAMPLES && !plan_parse_time(optarg, &form->observer.sample_ns))
			return options_wrong(&plan_command,
					     "--samples takes a time, as 1ms");
		if (option == FORM_PLOT)
			picture = optarg;
		if (picture && !plot_can_be(picture))
			return options_wrong(&plan_command,
					     "a picture is a .png or a .svg");
	}
	if (optind != count - 1)
		return options_wrong(&plan_command, "one FILE is needed");
	return play_file(form ? form : &forms[FORM_SUMMARY], arguments[optind], picture);
}

const struct subcommand plan_command = {
	.name = "plan",
	.arguments = "FILE",
	.summary = "play a script without a device: what would move when",
	.description =
		"Plays the commands in FILE (-: standard input) on the default head, in virtual\n"
		"time and without a device. A line \"#@ 1.250\" sets the virtual time, in seconds,\n"
		"at which the lines after it are written.\n",
	.options = options,
	.examples =
		"  stepctl plan shot.txt\n"
		"  echo 'PAN 30 TILT -10 IN 2s' | stepctl plan --plot move.png -\n"
		"  stepctl plan --samples 10ms shot.txt > shot.csv\n"
		"  stepctl plan --steps shot.txt | tail -n 1\n",
	.run = run,
};
