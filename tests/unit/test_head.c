// SPDX-License-Identifier: GPL-2.0
/*
 * The virtual head: what it counts, what it calls a fault, when its switches
 * close, and which edges it remembers.
 */
#include <check.h>
#include <stdlib.h>

#include "../../hw/sim/head.h"

#define PAN_STEP HEAD_LINE(HEAD_PAN, HEAD_STEP)
#define PAN_DIR HEAD_LINE(HEAD_PAN, HEAD_DIR)
#define PAN_ENABLE HEAD_LINE(HEAD_PAN, HEAD_ENABLE)
#define PAN_HOME HEAD_LINE(HEAD_PAN, HEAD_HOME)
#define TILT_HOME HEAD_LINE(HEAD_TILT, HEAD_HOME)

static struct head *head;
static u64 now_ns;

static void set_up(void)
{
	head = malloc(sizeof(*head));
	ck_assert_ptr_nonnull(head);
	head_init(head);
	now_ns = 0;
}

static void tear_down(void)
{
	free(head);
}

static u64 all_faults(void)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < HEAD_FAULTS; i++)
		sum += head->faults[i];
	return sum;
}

/* After @wait_ns, put a level on a line. */
static void set(unsigned int line, bool level, u64 wait_ns)
{
	now_ns += wait_ns;
	head_set(head, line, level, now_ns);
}

static void steps(enum head_axis axis, bool up, unsigned int count)
{
	set(HEAD_LINE(axis, HEAD_ENABLE), false, 5000);
	set(HEAD_LINE(axis, HEAD_DIR), up, 5000);
	while (count--) {
		set(HEAD_LINE(axis, HEAD_STEP), true, 1000);
		set(HEAD_LINE(axis, HEAD_STEP), false, 1000);
	}
}

START_TEST(counts_up_and_down_by_dir)
{
	steps(HEAD_PAN, true, 2667);
	ck_assert_int_eq(head->position[HEAD_PAN], 2667);
	ck_assert_int_eq(head_angle_micro(head, HEAD_PAN), 30003750);
	ck_assert_int_eq(head->position[HEAD_TILT], 0);
	steps(HEAD_PAN, false, 2668);
	ck_assert_int_eq(head->position[HEAD_PAN], -1);
	ck_assert_int_eq(head_angle_micro(head, HEAD_PAN), -11250);
	steps(HEAD_TILT, false, 889);
	ck_assert_int_eq(head->position[HEAD_TILT], -889);
	ck_assert_int_eq(head->position[HEAD_PAN], -1);
	ck_assert_uint_eq(all_faults(), 0);
}
END_TEST

START_TEST(first_edge_at_time_zero_is_no_fault)
{
	head->level[PAN_ENABLE] = false;
	set(PAN_STEP, true, 0);
	ck_assert_int_eq(head->position[HEAD_PAN], -1);
	ck_assert_uint_eq(all_faults(), 0);
}
END_TEST

START_TEST(same_level_is_no_edge)
{
	steps(HEAD_PAN, true, 1);
	set(PAN_STEP, true, 5000);
	set(PAN_STEP, true, 1);
	ck_assert_int_eq(head->position[HEAD_PAN], 2);
	ck_assert_uint_eq(all_faults(), 0);
	/* enable, dir, three of STEP, and the one above */
	ck_assert_uint_eq(head->edges, 5);
}
END_TEST

START_TEST(disabled_motor_does_not_step)
{
	ck_assert(head_level(head, PAN_ENABLE));
	set(PAN_STEP, true, 5000);
	set(PAN_STEP, false, 5000);
	ck_assert_int_eq(head->position[HEAD_PAN], 0);
	ck_assert_uint_eq(head->faults[HEAD_FAULT_DISABLED], 1);
	ck_assert_uint_eq(all_faults(), 1);
}
END_TEST

/*
 * Rows: STEP rises so long after this line changed, and that is this fault.
 * Each begins 1 us after a step fell, the motor enabled, DIR high.
 */
static const struct {
	unsigned int line;
	u64 wait_ns;
	int fault; /* HEAD_FAULTS: none */
} timing_rows[] = {
	{ PAN_STEP, 0, HEAD_FAULTS },
	{ PAN_DIR, 199, HEAD_FAULT_DIR_SETUP },
	{ PAN_DIR, 200, HEAD_FAULTS },
};

START_TEST(setup_before_a_step)
{
	steps(HEAD_PAN, true, 1);
	now_ns += 1000;
	if (timing_rows[_i].line == PAN_DIR)
		set(PAN_DIR, false, 0);
	set(PAN_STEP, true, timing_rows[_i].wait_ns);
	if (timing_rows[_i].fault < HEAD_FAULTS)
		ck_assert_uint_eq(head->faults[timing_rows[_i].fault], 1);
	ck_assert_uint_eq(all_faults(), timing_rows[_i].fault < HEAD_FAULTS);
}
END_TEST

START_TEST(dir_is_held_after_a_step)
{
	steps(HEAD_PAN, true, 1);
	set(PAN_STEP, true, 5000);
	set(PAN_DIR, false, 199);
	ck_assert_uint_eq(head->faults[HEAD_FAULT_DIR_HOLD], 1);
	set(PAN_DIR, true, 1);
	ck_assert_uint_eq(all_faults(), 1);
}
END_TEST

START_TEST(enable_is_held_and_set_up)
{
	steps(HEAD_PAN, true, 1);
	set(PAN_STEP, true, 5000);
	set(PAN_ENABLE, true, 199);
	ck_assert_uint_eq(head->faults[HEAD_FAULT_ENABLE_HOLD], 1);
	set(PAN_STEP, false, 5000);
	set(PAN_ENABLE, false, 5000);
	set(PAN_STEP, true, 199);
	ck_assert_uint_eq(head->faults[HEAD_FAULT_ENABLE_SETUP], 1);
	ck_assert_uint_eq(all_faults(), 2);
	ck_assert_int_eq(head->position[HEAD_PAN], 3);
}
END_TEST

START_TEST(short_pulses_count_and_are_faults)
{
	steps(HEAD_PAN, true, 1);
	set(PAN_STEP, true, 999);
	ck_assert_uint_eq(head->faults[HEAD_FAULT_STEP_LOW], 1);
	set(PAN_STEP, false, 999);
	ck_assert_uint_eq(head->faults[HEAD_FAULT_STEP_HIGH], 1);
	ck_assert_uint_eq(all_faults(), 2);
	ck_assert_int_eq(head->position[HEAD_PAN], 2);
}
END_TEST

START_TEST(home_switch_closes_by_position)
{
	/* -172 deg is -15288.9 steps, -47 deg is -4177.8 steps */
	ck_assert(!head_level(head, PAN_HOME));
	steps(HEAD_PAN, false, 15288);
	ck_assert(!head_level(head, PAN_HOME));
	steps(HEAD_PAN, false, 1);
	ck_assert(head_level(head, PAN_HOME));
	steps(HEAD_PAN, true, 1);
	ck_assert(!head_level(head, PAN_HOME));
	steps(HEAD_TILT, false, 4177);
	ck_assert(!head_level(head, TILT_HOME));
	steps(HEAD_TILT, false, 1);
	ck_assert(head_level(head, TILT_HOME));
}
END_TEST

START_TEST(a_switch_cannot_be_set)
{
	ck_assert(head_line_is_output(PAN_HOME));
	ck_assert(head_line_is_output(TILT_HOME));
	ck_assert(!head_line_is_output(PAN_STEP));
	ck_assert(!head_line_is_output(HEAD_AUXILIARY));
	set(PAN_HOME, true, 0);
	ck_assert(!head_level(head, PAN_HOME));
	ck_assert_uint_eq(head->edges, 0);
}
END_TEST

START_TEST(auxiliary_output_is_remembered)
{
	set(HEAD_AUXILIARY, true, 7);
	ck_assert(head_level(head, HEAD_AUXILIARY));
	ck_assert_uint_eq(head->edges, 1);
	ck_assert_uint_eq(head_edge(head, 0).t_ns, 7);
	ck_assert_uint_eq(head_edge(head, 0).line, HEAD_AUXILIARY);
	ck_assert(head_edge(head, 0).level);
	ck_assert_uint_eq(all_faults(), 0);
}
END_TEST

START_TEST(the_last_edges_are_kept)
{
	unsigned int i;

	ck_assert_uint_eq(head_oldest_edge(head), 0);
	for (i = 0; i < HEAD_EDGES_KEPT + 3; i++)
		set(HEAD_AUXILIARY, i % 2 == 0, 10);
	ck_assert_uint_eq(head->edges, HEAD_EDGES_KEPT + 3);
	ck_assert_uint_eq(head_oldest_edge(head), 3);
	ck_assert_uint_eq(head_edge(head, 3).t_ns, 40);
	ck_assert(!head_edge(head, 3).level);
	ck_assert_uint_eq(head_edge(head, head->edges - 1).t_ns, now_ns);
}
END_TEST

START_TEST(description_is_complete)
{
	unsigned int axis, i;

	for (axis = 0; axis < HEAD_AXES; axis++) {
		const struct head_axis_data *data = &head_axis_data[axis];

		ck_assert_uint_le(data->settings_count, HEAD_SETTINGS_MAX);
		for (i = 0; i < HEAD_SETTINGS_MAX; i++)
			ck_assert_int_eq(!data->settings[i],
					 i >= data->settings_count);
	}
	for (i = 0; i < HEAD_LINES; i++)
		ck_assert_ptr_nonnull(head_line_name[i]);
	for (i = 0; i < HEAD_FAULTS; i++)
		ck_assert_ptr_nonnull(head_fault_name[i]);
}
END_TEST

Suite *head_suite(void)
{
	Suite *suite = suite_create("head");
	TCase *tcase = tcase_create("head");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, counts_up_and_down_by_dir);
	tcase_add_test(tcase, first_edge_at_time_zero_is_no_fault);
	tcase_add_test(tcase, same_level_is_no_edge);
	tcase_add_test(tcase, disabled_motor_does_not_step);
	tcase_add_loop_test(tcase, setup_before_a_step, 0,
			    ARRAY_SIZE(timing_rows));
	tcase_add_test(tcase, dir_is_held_after_a_step);
	tcase_add_test(tcase, enable_is_held_and_set_up);
	tcase_add_test(tcase, short_pulses_count_and_are_faults);
	tcase_add_test(tcase, home_switch_closes_by_position);
	tcase_add_test(tcase, a_switch_cannot_be_set);
	tcase_add_test(tcase, auxiliary_output_is_remembered);
	tcase_add_test(tcase, the_last_edges_are_kept);
	tcase_add_test(tcase, description_is_complete);
	suite_add_tcase(suite, tcase);
	return suite;
}
