/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual pan/tilt head: two stepper motors behind A4988 driver chips, their
 * switches, an emergency stop and one auxiliary output, seen from their wires. It counts steps
 * as the chips would, checks their timing rules and remembers the edges. The
 * host brings the levels and the time, serialises the calls and shows the result.
 */
#ifndef HW_SIM_HEAD_H
#define HW_SIM_HEAD_H

#include "../../parser/portable.h"

enum head_axis {
	HEAD_PAN,
	HEAD_TILT,
	HEAD_AXES,
};

/* Wires of one axis, from HEAD_LINE(axis, 0). Levels are physical: 1 is high. */
enum head_wire {
	HEAD_STEP,
	HEAD_DIR, /* high: the position grows */
	HEAD_ENABLE, /* low: the motor is driven, as on the A4988 */
	/* From the head; high: the switch is tripped */
	HEAD_HOME,
	HEAD_MIN,
	HEAD_MAX,
	HEAD_WIRES,
};

#define HEAD_LINE(axis, wire) (HEAD_WIRES * (axis) + (wire))
#define HEAD_AUXILIARY HEAD_LINE(HEAD_AXES, 0)
#define HEAD_ESTOP (HEAD_AUXILIARY + 1) /* from the head; high: pressed */
#define HEAD_LINES (HEAD_ESTOP + 1)

#define HEAD_EDGES_KEPT 65536
#define HEAD_SETTINGS_MAX 16

/* What an A4988 does not promise to survive; the step is counted all the same. */
enum head_fault {
	HEAD_FAULT_STEP_HIGH, /* STEP high for less than 1 us */
	HEAD_FAULT_STEP_LOW, /* STEP low for less than 1 us */
	HEAD_FAULT_DIR_SETUP, /* DIR changed less than 200 ns before STEP rose */
	HEAD_FAULT_DIR_HOLD, /* DIR changed less than 200 ns after STEP rose */
	HEAD_FAULT_ENABLE_SETUP, /* the same of ENABLE */
	HEAD_FAULT_ENABLE_HOLD,
	HEAD_FAULT_DISABLED, /* STEP rose while disabled: no step */
	HEAD_FAULTS,
};

/* What the head is, for whoever describes it to the machine. */
struct head_axis_data {
	const char *name;
	u32 scale_numerator; /* steps per degree, an exact ratio */
	u32 scale_denominator;
	s32 home_degrees; /* the home switch is tripped from here downwards */
	s32 min_degrees; /* and the limit switches from here outwards */
	s32 max_degrees;
	unsigned int settings_count;
	const char *settings[HEAD_SETTINGS_MAX]; /* for machine_configure() */
};

struct head_edge {
	u64 t_ns;
	u8 line;
	bool level;
};

struct head {
	bool level[HEAD_LINES];
	u64 changed_ns[HEAD_LINES]; /* last change of level */
	u64 step_rose_ns[HEAD_AXES];
	s64 position[HEAD_AXES]; /* rotor, microsteps */
	bool estop; /* pressed; by the host */
	u64 faults[HEAD_FAULTS];
	u64 edges; /* edges ever */
	struct head_edge edge[HEAD_EDGES_KEPT]; /* ring */
};

extern const struct head_axis_data head_axis_data[HEAD_AXES];
extern const char *const head_line_name[HEAD_LINES];
extern const char *const head_fault_name[HEAD_FAULTS];

/* A head at rest at 0 degrees, driver outputs off. */
void head_init(struct head *head);

/*
 * Put @level on a line at @now_ns, which must not be before the last call's.
 * No edge, and nothing happens, if the line has that level already or is not an
 * input of the head. Any context.
 */
void head_set(struct head *head, unsigned int line, bool level, u64 now_ns);

/* The level of any line, switches included. Any context. */
bool head_level(const struct head *head, unsigned int line);

/* Whether the line is one that the head drives: a switch. */
bool head_line_is_output(unsigned int line);

/* Rotor angle in millionths of a degree, rounded towards 0. */
s64 head_angle_micro(const struct head *head, enum head_axis axis);

/* The number of the oldest edge still kept; numbers count from 0 to edges - 1. */
u64 head_oldest_edge(const struct head *head);

/* Edge of that number, which must be kept still. */
struct head_edge head_edge(const struct head *head, u64 number);

#endif
