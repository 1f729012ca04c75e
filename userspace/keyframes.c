// SPDX-License-Identifier: GPL-2.0
/*
 * stepctl keyframes: a shot, printed as a script, drawn, or played. See shot.h for
 * what it is.
 */
#include <getopt.h> /* optarg, optind */
#include <math.h>
#include <stdlib.h>

#include "channel.h"
#include "options.h"
#include "plan.h"
#include "player.h"
#include "plot.h"
#include "shot.h"
#include "status.h"
#include "stepctl.h"

enum {
	OPTION_PLAY,
	OPTION_PLOT,
	OPTION_LEAD,
	OPTION_FRAMES,
	OPTION_FPS,
	OPTION_INTERVAL,
	OPTION_SETTLE,
	OPTION_EXPOSURE,
	OPTION_TRIGGER,
	OPTION_JSON,
};

static const struct option_row options[] = {
	[OPTION_PLAY] = { "play", NULL, "play it on the device, as stepctl run does" },
	[OPTION_PLOT] = { "plot", "FILE.png", "draw it; or FILE.svg" },
	[OPTION_LEAD] = { "lead", "TIME",
			  "from rest to a first key that is passed, and from\n"
			  "a last key to rest (1s)" },
	[OPTION_FRAMES] = { "frames", "N", "shoot, move, shoot: N frames, from the first key to\n"
					   "the last" },
	[OPTION_FPS] = { "fps", "F", "or as many as a film of that length needs, with F a\n"
				     "second" },
	[OPTION_INTERVAL] = { "interval", "TIME",
			      "from frame to frame; without it as soon as can be" },
	[OPTION_SETTLE] = { "settle", "TIME", "rest before each frame (200ms)" },
	[OPTION_EXPOSURE] = { "exposure", "TIME", "how long TRIGGER is on (100ms)" },
	[OPTION_TRIGGER] = { "trigger", "OUTPUT", "the output of the shutter (1)" },
	[OPTION_JSON] = { "json", NULL, "only look at it: print what a check finds, or the\n"
					"frames, as JSON" },
	{},
};

#define FRAMES_MAX 10000000

struct request {
	bool play;
	bool json;
	const char *picture;
	u64 lead_ns;
	u64 interval_ns;
	double fps; /* of the film; 0: not said */
	struct frames frames; /* count 0: not asked for */
};

static bool take_number(unsigned int *number, unsigned int lowest)
{
	char *end;
	unsigned long value = strtoul(optarg, &end, 10);

	*number = value;
	return optarg[0] >= '0' && optarg[0] <= '9' && !*end && value >= lowest &&
	       value <= FRAMES_MAX;
}

static bool take_option(struct request *request, int option)
{
	char *end;

	switch (option) {
	case OPTION_PLAY:
		request->play = true;
		return true;
	case OPTION_PLOT:
		request->picture = optarg;
		return plot_can_be(optarg);
	case OPTION_LEAD:
		return plan_parse_time(optarg, &request->lead_ns);
	case OPTION_FRAMES:
		return take_number(&request->frames.count, 2);
	case OPTION_FPS:
		request->fps = strtod(optarg, &end);
		return request->fps >= 0.001 && request->fps <= 1000 && !*end;
	case OPTION_INTERVAL:
		return plan_parse_time(optarg, &request->interval_ns);
	case OPTION_SETTLE:
		return plan_parse_time(optarg, &request->frames.settle_ns);
	case OPTION_EXPOSURE:
		return plan_parse_time(optarg, &request->frames.exposure_ns);
	case OPTION_JSON:
		request->json = true;
		return true;
	default:
		return take_number(&request->frames.output, 1);
	}
}

/*
 * The default head, with any output, unless a device is named or is to play. Exit status
 * in *@failed.
 */
static struct rehearsal *rehearsal_of(const struct request *request, int *failed)
{
	static const struct observer observer = {};
	struct rehearsal *rehearsal = NULL;
	struct device_status status;
	struct channel channel;

	*failed = STATUS_ERROR;
	if (!request->play && !channel_device && !channel_host) {
		rehearsal = rehearsal_new(&observer, NULL, 0);
		if (rehearsal)
			rehearsal->machine.outputs = AUX_MAX;
		return rehearsal;
	}
	if (!channel_open(&channel, false)) {
		*failed = STATUS_NO_DEVICE;
		return NULL;
	}
	if (status_ask(&status, &channel))
		rehearsal = status_rehearsal(&status, &channel, &observer);
	channel_close(&channel);
	return rehearsal;
}

/* The frames of the film, and the time that is left for each move. */
static bool complete_frames(struct request *request, const struct shot *shot)
{
	struct frames *frames = &request->frames;
	u64 rest_ns = frames->settle_ns + frames->exposure_ns;

	double count = 1 + round((shot->last_s - shot->first_s) * request->fps);

	if (!frames->count && (count < 2 || count > FRAMES_MAX)) {
		fprintf(stderr, "stepctl: a film of %g frames cannot be shot\n", count);
		return false;
	}
	if (!frames->count)
		frames->count = count;
	if (!request->interval_ns)
		return true;
	if (request->interval_ns <= rest_ns) {
		fprintf(stderr, "stepctl: an interval of %g s leaves no time to move\n",
			request->interval_ns / 1e9);
		return false;
	}
	frames->move_ns = request->interval_ns - rest_ns;
	return true;
}

static bool wants_frames(const struct request *request)
{
	return request->frames.count || request->fps;
}

/* Write the script of the shot to @out. False if there can be none: stderr has been told. */
static bool write_script(struct request *request, const struct shot *shot, FILE *out)
{
	if (!wants_frames(request)) {
		if (!shot_check(shot, NULL))
			return false;
		shot_print(shot, out);
		return true;
	}
	if (!complete_frames(request, shot))
		return false;
	shot_print_frames(shot, &request->frames, request->fps, out);
	return true;
}

/* Whether the machine takes the script; stderr has been told of the frame that it does not. */
static bool can_be(const struct request *request, struct rehearsal *rehearsal,
		   const struct source *script)
{
	struct source source = *script; /* which may be played yet */

	if (request->picture ? plan_plot(rehearsal, &source, request->picture) :
			       source_rehearse(&source, rehearsal, source.name))
		return true;
	/* line 1 is a comment, and each other a frame */
	if (request->frames.count && rehearsal->line_number > 1)
		fprintf(stderr, "stepctl: this is frame %u\n", rehearsal->line_number - 1);
	return false;
}

/* The frames as they were rehearsed, up to one that cannot be. */
static void print_json_frames(const struct request *request, const struct shot *shot,
			      const struct rehearsal *rehearsal, bool good)
{
	const struct frames *frames = &request->frames;
	unsigned int count = good ? frames->count : rehearsal->line_number - 2;
	unsigned int i, j;

	printf("{\"duration\": %.6Lf, ", rehearsal_time_ns(rehearsal) / 1e9L);
	if (request->fps)
		printf("\"film\": %.6f, ", frames->count / request->fps);
	printf("\"frames\": [");
	for (i = 0; i < count; i++) {
		u64 open_ns = rehearsal->line[i].end_ns - frames->exposure_ns;

		printf("%s\n  {\"frame\": %u, \"shutter\": %.6Lf", i ? "," : "", i + 1,
		       open_ns / 1e9L);
		for (j = 0; j < shot->machine->names.count; j++)
			if (shot->axis[j].keys)
				printf(", \"%s\": %.6f", shot->machine->names.name[j],
				       shot_frame(shot, frames, i, j));
		printf("}");
	}
	printf("\n], \"ok\": %s}\n", good ? "true" : "false");
}

static int use_script(const struct request *request, const struct shot *shot,
		      struct rehearsal *rehearsal, struct source *source)
{
	struct play play = { .source = source, .wait = true };
	bool good = can_be(request, rehearsal, source);

	if (request->json) {
		rehearsal_end(rehearsal);
		print_json_frames(request, shot, rehearsal, good);
	}
	if (!good)
		return STATUS_ERROR;
	if (request->play)
		return player_play(&play);
	if (!request->picture && !request->json)
		fwrite(source->text, 1, source->size, stdout);
	return STATUS_OK;
}

/* The exit status. */
static int use_shot(struct request *request, const struct shot *shot,
		    struct rehearsal *rehearsal)
{
	struct source source = { .file = -1, .name = "<script>" };
	int result = STATUS_ERROR;
	bool good;
	FILE *out;

	if (request->json && !wants_frames(request))
		return shot_check(shot, stdout) ? STATUS_OK : STATUS_ERROR;
	out = open_memstream(&source.text, &source.size);
	if (!out) {
		perror("stepctl");
		return STATUS_ERROR;
	}
	good = write_script(request, shot, out);
	fclose(out);
	if (good)
		result = use_script(request, shot, rehearsal, &source);
	source_free(&source);
	return result;
}

static int make(struct request *request, const char *file)
{
	struct rehearsal *rehearsal;
	struct shot shot;
	int result;

	rehearsal = rehearsal_of(request, &result);
	if (!rehearsal)
		return result;
	result = STATUS_ERROR;
	if (shot_read(&shot, &rehearsal->machine, file, request->lead_ns / 1e9))
		result = use_shot(request, &shot, rehearsal);
	shot_free(&shot);
	rehearsal_free(rehearsal);
	return result;
}

static int run(int count, char **arguments)
{
	struct request request = {
		.lead_ns = NS_PER_S,
		.frames = {
			.output = 1,
			.exposure_ns = NS_PER_S / 10,
			.settle_ns = NS_PER_S / 5,
		},
	};
	int option;

	while ((option = options_next(&keyframes_command, count, arguments)) != OPTION_END) {
		if (option < 0)
			return option == OPTION_HELP ? STATUS_OK : STATUS_USAGE;
		if (!take_option(&request, option))
			return options_wrong(&keyframes_command,
					     "an option has a value that cannot be");
	}
	if (optind != count - 1)
		return options_wrong(&keyframes_command, "one FILE is needed");
	if (request.json && (request.play || request.picture))
		return options_wrong(&keyframes_command, "--json only looks at a shot");
	return make(&request, arguments[optind]);
}

const struct subcommand keyframes_command = {
	.name = "keyframes",
	.arguments = "FILE",
	.summary = "a camera shot from keyframes: a smooth path as a script, or played",
	.description =
		"Makes a smooth path through the keys in FILE (-: standard input), checks it against\n"
		"the limits of the device (of the default head, if none is named), and prints it as\n"
		"a script of PVT lines. A line is a time, axes with their positions, and perhaps\n"
		"EASE and a percentage (0%: passed at full speed, 100%: a stop) or STOP:\n"
		"\n"
		"  0       PAN 0   TILT 0\n"
		"  4s      PAN 30  TILT 5   EASE 40%\n"
		"  10s     PAN 0\n",
	.uses_device = true,
	.options = options,
	.examples =
		"  stepctl keyframes shot.keys > shot.move\n"
		"  stepctl keyframes --plot shot.png shot.keys\n"
		"  stepctl keyframes --json shot.keys | jq .stretch\n"
		"  stepctl keyframes --host user@pi --play shot.keys\n"
		"  stepctl keyframes --fps 25 --interval 2s shot.keys > timelapse.move\n",
	.run = run,
};
