// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of several files of one machine: who waits for the queue is served
 * in turn, and nobody else waits. Single files are in test_machine.c.
 */
#include <check.h>
#include <stdlib.h>

#include "rig.h"

#define FILES 4

static struct rig *rig;
static struct session *file[FILES];

/* The first file is for control, the queue is full of waits of one second each. */
static void set_up(void)
{
	int i;

	rig = rig_new();
	for (i = 0; i < FILES; i++)
		file[i] = rig_open(rig, true);
	for (i = 0; i < QUEUE_MAX; i++)
		ck_assert_int_eq(rig_write(rig, file[0], "WAIT 1s\n"), 8);
	rig_run(rig, rig->now_ns + NS_PER_S / 2);
}

static void tear_down(void)
{
	int i;

	for (i = 0; i < FILES; i++) {
		session_close(file[i]);
		free(file[i]);
	}
	ck_assert_ptr_null(rig->machine.waiting);
	rig_free(rig);
}

/* One try to write a line: what session_feed() says. */
static int try(struct session *session, const char *line)
{
	size_t taken;
	int status;

	session_begin_write(session, true);
	status = session_feed(session, line, strlen(line), rig->now_ns, &taken);
	session_end_write(session, status);
	return status;
}

static void let_end(int entries)
{
	rig_run(rig, rig->now_ns + entries * NS_PER_S);
}

START_TEST(who_needs_little_does_not_overtake)
{
	ck_assert_int_eq(try(file[1], "WAIT 1s; WAIT 1s; WAIT 1s\n"), -EAGAIN);
	ck_assert_int_eq(try(file[2], "WAIT 1s\n"), -EAGAIN);
	let_end(2);
	ck_assert(!session_ready(file[2], rig->now_ns));
	ck_assert(!session_can_write(file[2], rig->now_ns));
	ck_assert(!session_can_write(file[3], rig->now_ns));
	ck_assert_int_eq(try(file[2], "WAIT 1s\n"), -EAGAIN);
	ck_assert_int_eq(try(file[1], "WAIT 1s; WAIT 1s; WAIT 1s\n"), -EAGAIN);
	let_end(1);
	ck_assert(session_can_write(file[1], rig->now_ns));
	ck_assert_int_eq(try(file[1], "WAIT 1s; WAIT 1s; WAIT 1s\n"), 0);
	/* It is the second's turn now, though there is no place. */
	ck_assert(session_ready(file[2], rig->now_ns));
	ck_assert_int_eq(try(file[2], "WAIT 1s\n"), -EAGAIN);
	ck_assert(!session_ready(file[2], rig->now_ns));
	let_end(1);
	ck_assert_int_eq(try(file[3], "WAIT 1s\n"), -EAGAIN);
	ck_assert_int_eq(try(file[2], "WAIT 1s\n"), 0);
}
END_TEST

START_TEST(only_the_queue_has_turns)
{
	ck_assert_int_eq(try(file[1], "WAIT 1s; WAIT 1s\n"), -EAGAIN);
	let_end(1);
	ck_assert_int_eq(try(file[2], "?; PAN?; GET; SET PAN SPEED 9\n"), 0);
	/* SYNC waits, but not for a place. */
	ck_assert_int_eq(try(file[3], "SYNC\n"), -EAGAIN);
	ck_assert_int_eq(try(file[2], "WAIT 1s\n"), -EAGAIN);
	/* What drops the queue sends the others away. */
	ck_assert_int_eq(try(file[2], "STOP; PAN 1\n"), 0);
	ck_assert(session_ready(file[1], rig->now_ns));
	ck_assert_int_eq(try(file[1], "WAIT 1s; WAIT 1s\n"), -ECANCELED);
	ck_assert_int_eq(try(file[2], "WAIT 1s\n"), 0);
}
END_TEST

START_TEST(who_does_not_come_back_loses_the_turn)
{
	ck_assert_int_eq(try(file[1], "WAIT 1s\n"), -EAGAIN);
	ck_assert_int_eq(try(file[2], "WAIT 1s\n"), -EAGAIN);
	let_end(QUEUE_MAX / 4);
	ck_assert(!session_ready(file[2], rig->now_ns));
	let_end(1);
	ck_assert(session_ready(file[2], rig->now_ns));
	/* From now on it is the second's, and for as long. */
	let_end(QUEUE_MAX / 4);
	ck_assert_int_eq(try(file[3], "WAIT 1s\n"), -EAGAIN);
	let_end(1);
	ck_assert_int_eq(try(file[3], "WAIT 1s\n"), 0);
}
END_TEST

START_TEST(an_empty_queue_is_for_all)
{
	ck_assert_int_eq(try(file[1], "WAIT 1s\n"), -EAGAIN);
	ck_assert_int_eq(try(file[0], "HALT\n"), 0);
	ck_assert_int_eq(try(file[0], "RESET\n"), 0);
	ck_assert_int_eq(try(file[0], "WAIT 1s\n"), 0);
}
END_TEST

START_TEST(who_closes_leaves)
{
	ck_assert_int_eq(try(file[1], "WAIT 1s; WAIT 1s\n"), -EAGAIN);
	ck_assert_int_eq(try(file[2], "WAIT 1s\n"), -EAGAIN);
	let_end(1);
	ck_assert(!session_ready(file[2], rig->now_ns));
	session_close(file[1]);
	ck_assert(session_ready(file[2], rig->now_ns));
	ck_assert_int_eq(try(file[2], "WAIT 1s\n"), 0);
}
END_TEST

START_TEST(sync_after_an_alarm_is_of_its_own_time)
{
	ck_assert_int_eq(try(file[0], "HALT\n"), 0);
	ck_assert_int_eq(try(file[0], "SYNC\n"), -ESHUTDOWN);
	ck_assert_int_eq(try(file[0], "RESET\n"), 0);
	ck_assert_int_eq(try(file[0], "SYNC\n"), 0);
}
END_TEST

/* As SYNC: who has not acknowledged that STOP is not told that all is done. */
START_TEST(fsync_after_a_stop_tells_of_it)
{
	struct machine_wait wait;

	ck_assert_int_eq(try(file[1], "STOP\n"), 0);
	rig_run_to_rest(rig);
	machine_wait_begin(&rig->machine, &file[0]->client, &wait);
	ck_assert_int_eq(machine_wait_result(&rig->machine, &wait), -ECANCELED);
	ck_assert_int_eq(try(file[0], "SYNC\n"), -ECANCELED);
	machine_wait_begin(&rig->machine, &file[1]->client, &wait);
	ck_assert_int_eq(machine_wait_result(&rig->machine, &wait), 0);
	ck_assert_int_eq(try(file[0], "RESET\n"), 0);
	machine_wait_begin(&rig->machine, &file[0]->client, &wait);
	ck_assert_int_eq(machine_wait_result(&rig->machine, &wait), 0);
}
END_TEST

Suite *session_suite(void);

Suite *session_suite(void)
{
	Suite *suite = suite_create("session");
	TCase *tests = tcase_create("session");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, who_needs_little_does_not_overtake);
	tcase_add_test(tests, only_the_queue_has_turns);
	tcase_add_test(tests, who_does_not_come_back_loses_the_turn);
	tcase_add_test(tests, an_empty_queue_is_for_all);
	tcase_add_test(tests, who_closes_leaves);
	tcase_add_test(tests, sync_after_an_alarm_is_of_its_own_time);
	tcase_add_test(tests, fsync_after_a_stop_tells_of_it);
	suite_add_tcase(suite, tests);
	return suite;
}
