// SPDX-License-Identifier: GPL-2.0
/*
 * The virtual pan/tilt head; see head.h. The timing rules are those of the
 * A4988 datasheet (Allegro, "Logic Interface" timing: t_A to t_D): STEP at least
 * 1 us high and 1 us low, control inputs stable 200 ns before and after STEP rises.
 */
#include "head.h"

#define STEP_MIN_NS 1000
#define CONTROL_SETUP_NS 200
#define CONTROL_HOLD_NS 200

/* The last change of a line that has not changed yet: long before any time 0. */
#define LONG_AGO_NS (0 - 1000000000ULL)

#define MICRODEGREES 1000000LL

/* clang-format off */

/*
 * The pulse times are twice what the A4988 asks for (five times, for DIR), since
 * a line may be set some 100 ns after the time that is noted for it.
 */
#define COMMON_SETTINGS \
	"MAXSPEED 90", "MAXACCEL 180", "MAXJERK 1800", \
	"SPEED 60", "ACCEL 120", "JERK 1200", \
	"STEPLEN 2us", "STEPSPACE 2us", "DIRSETUP 1us", "DIRHOLD 1us"
#define COMMON_COUNT 10

const struct head_axis_data head_axis_data[HEAD_AXES] = {
	/* 200 steps a turn, 16 microsteps, a gear of 10:1 */
	[HEAD_PAN] = {
		.name = "pan",
		.scale_numerator = 32000,
		.scale_denominator = 360,
		.home_degrees = -172,
		.min_degrees = -176,
		.max_degrees = 176,
		.settings_count = 4 + COMMON_COUNT,
		.settings = {
			"UNIT deg", "SCALE 32000/360", "MIN -170", "MAX 170",
			COMMON_SETTINGS
		},
	},
	[HEAD_TILT] = {
		.name = "tilt",
		.scale_numerator = 32000,
		.scale_denominator = 360,
		.home_degrees = -47,
		.min_degrees = -50,
		.max_degrees = 95,
		.settings_count = 4 + COMMON_COUNT,
		.settings = {
			"UNIT deg", "SCALE 32000/360", "MIN -45", "MAX 90",
			COMMON_SETTINGS
		},
	},
};

const char *const head_line_name[HEAD_LINES] = {
	"pan-step", "pan-dir", "pan-enable", "pan-home", "pan-limit-min", "pan-limit-max",
	"tilt-step", "tilt-dir", "tilt-enable", "tilt-home", "tilt-limit-min",
	"tilt-limit-max",
	"auxiliary", "estop",
};

const char *const head_fault_name[HEAD_FAULTS] = {
	[HEAD_FAULT_STEP_HIGH] = "step-high",
	[HEAD_FAULT_STEP_LOW] = "step-low",
	[HEAD_FAULT_DIR_SETUP] = "dir-setup",
	[HEAD_FAULT_DIR_HOLD] = "dir-hold",
	[HEAD_FAULT_ENABLE_SETUP] = "enable-setup",
	[HEAD_FAULT_ENABLE_HOLD] = "enable-hold",
	[HEAD_FAULT_DISABLED] = "disabled",
};

/* clang-format on */

void head_init(struct head *head)
{
	unsigned int i;

	memset(head, 0, sizeof(*head));
	for (i = 0; i < HEAD_LINES; i++)
		head->changed_ns[i] = LONG_AGO_NS;
	for (i = 0; i < HEAD_AXES; i++) {
		head->step_rose_ns[i] = LONG_AGO_NS;
		/* The chip's board pulls it up. */
		head->level[HEAD_LINE(i, HEAD_ENABLE)] = true;
	}
}

static void step_rises(struct head *head, unsigned int axis, u64 now_ns)
{
	unsigned int step = HEAD_LINE(axis, HEAD_STEP);
	unsigned int dir = HEAD_LINE(axis, HEAD_DIR);
	unsigned int enable = HEAD_LINE(axis, HEAD_ENABLE);

	if (now_ns - head->changed_ns[step] < STEP_MIN_NS)
		head->faults[HEAD_FAULT_STEP_LOW]++;
	if (now_ns - head->changed_ns[dir] < CONTROL_SETUP_NS)
		head->faults[HEAD_FAULT_DIR_SETUP]++;
	if (now_ns - head->changed_ns[enable] < CONTROL_SETUP_NS)
		head->faults[HEAD_FAULT_ENABLE_SETUP]++;
	head->step_rose_ns[axis] = now_ns;

	if (head->level[enable])
		head->faults[HEAD_FAULT_DISABLED]++;
	else
		head->position[axis] += head->level[dir] ? 1 : -1;
}

static void wire_changes(struct head *head, unsigned int line, bool level,
			 u64 now_ns)
{
	unsigned int axis = line / HEAD_WIRES;
	u64 since_step_ns = now_ns - head->step_rose_ns[axis];

	switch (line % HEAD_WIRES) {
	case HEAD_STEP:
		if (level)
			step_rises(head, axis, now_ns);
		else if (since_step_ns < STEP_MIN_NS)
			head->faults[HEAD_FAULT_STEP_HIGH]++;
		break;
	case HEAD_DIR:
		if (since_step_ns < CONTROL_HOLD_NS)
			head->faults[HEAD_FAULT_DIR_HOLD]++;
		break;
	case HEAD_ENABLE:
		if (since_step_ns < CONTROL_HOLD_NS)
			head->faults[HEAD_FAULT_ENABLE_HOLD]++;
		break;
	}
}

void head_set(struct head *head, unsigned int line, bool level, u64 now_ns)
{
	struct head_edge *edge;

	if (head_line_is_output(line) || head->level[line] == level)
		return;
	if (line != HEAD_AUXILIARY)
		wire_changes(head, line, level, now_ns);
	head->level[line] = level;
	head->changed_ns[line] = now_ns;

	edge = &head->edge[head->edges % HEAD_EDGES_KEPT];
	edge->t_ns = now_ns;
	edge->line = line;
	edge->level = level;
	head->edges++;
}

bool head_level(const struct head *head, unsigned int line)
{
	const struct head_axis_data *data;
	unsigned int axis = line / HEAD_WIRES;
	s64 scaled;

	if (!head_line_is_output(line))
		return head->level[line];
	if (line == HEAD_ESTOP)
		return head->estop;
	data = &head_axis_data[axis];
	scaled = head->position[axis] * data->scale_denominator;
	switch (line % HEAD_WIRES) {
	case HEAD_HOME:
		return scaled <= (s64)data->home_degrees * data->scale_numerator;
	case HEAD_MIN:
		return scaled <= (s64)data->min_degrees * data->scale_numerator;
	default:
		return scaled >= (s64)data->max_degrees * data->scale_numerator;
	}
}

bool head_line_is_output(unsigned int line)
{
	return line == HEAD_ESTOP ||
	       (line < HEAD_AUXILIARY && line % HEAD_WIRES >= HEAD_HOME);
}

s64 head_angle_micro(const struct head *head, enum head_axis axis)
{
	const struct head_axis_data *data = &head_axis_data[axis];

	return div64_s64(head->position[axis] * data->scale_denominator *
				 MICRODEGREES,
			 data->scale_numerator);
}

u64 head_oldest_edge(const struct head *head)
{
	return head->edges > HEAD_EDGES_KEPT ? head->edges - HEAD_EDGES_KEPT : 0;
}

struct head_edge head_edge(const struct head *head, u64 number)
{
	return head->edge[number % HEAD_EDGES_KEPT];
}
