// SPDX-License-Identifier: GPL-2.0
/*
 * Gives the suites of tests/unit/ to KUnit when the module is loaded. See check.h.
 */
#include <linux/module.h>

#include "check.h"

#define TESTS_MAX 256
#define SUITES_MAX 16

/* A test, found by its name, of which its case has the address. */
static struct test {
	char name[64];
	void (*run)(int i);
	int from;
	int to;
	TCase *group;
} tests[TESTS_MAX];

static unsigned int test_count;
static struct kunit_case cases[TESTS_MAX + SUITES_MAX];
static unsigned int case_count;
static TCase groups[TESTS_MAX];
static unsigned int group_count;
static struct kunit_suite suites[SUITES_MAX];
static struct kunit_suite *suite_list[SUITES_MAX];
static unsigned int suite_count;

/* Those that read a file, or print with %f. */
static const char *const not_here[] = {
	"manual_has_every_row",
	"manual_examples_are_good_lines",
	"points_make_a_path",
};

void check_failed(const char *what, const char *format, ...)
{
	struct va_format message = { .fmt = format };
	va_list arguments;

	/* what follows sleeps */
	kernel_fpu_end();
	va_start(arguments, format);
	message.va = &arguments;
	KUNIT_FAIL(current->kunit_test, "%s: %pV", what, &message);
	va_end(arguments);
	KUNIT_ASSERT_TRUE(current->kunit_test, false);
	unreachable();
}

void check_passed(void)
{
	static unsigned long since;

	if (time_before(jiffies, since + HZ / 10))
		return;
	kernel_fpu_end();
	cond_resched();
	since = jiffies;
	kernel_fpu_begin_mask(KFPU_387 | KFPU_MXCSR);
}

static void run_test(struct kunit *kunit)
{
	struct test *test = (void *)(kunit->name - offsetof(struct test, name));
	int i;

	for (i = test->from; i < test->to; i++) {
		kernel_fpu_begin_mask(KFPU_387 | KFPU_MXCSR);
		if (test->group->set_up)
			test->group->set_up();
		test->run(i);
		if (test->group->tear_down)
			test->group->tear_down();
		kernel_fpu_end();
		cond_resched();
	}
}

Suite *suite_create(const char *name)
{
	Suite *suite = &suites[suite_count];

	suite_list[suite_count++] = suite;
	strscpy((char *)suite->name, name, sizeof(suite->name));
	case_count++; /* the last of a suite is empty */
	suite->test_cases = &cases[case_count];
	return suite;
}

TCase *tcase_create(const char *name)
{
	return &groups[group_count++];
}

void suite_add_tcase(Suite *suite, TCase *group)
{
}

void tcase_add_checked_fixture(TCase *group, void (*set_up)(void), void (*tear_down)(void))
{
	group->set_up = set_up;
	group->tear_down = tear_down;
}

void tcase_add_function(TCase *group, const char *name, void (*run)(int), int from, int to)
{
	struct test *test = &tests[test_count];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(not_here); i++)
		if (!strcmp(name, not_here[i]))
			return;
	*test = (struct test){ .run = run, .from = from, .to = to, .group = group };
	strscpy(test->name, name, sizeof(test->name));
	cases[case_count++] = (struct kunit_case){ .run_case = run_test, .name = test->name };
	test_count++;
}

Suite *backlash_suite(void);
Suite *drives_suite(void);
Suite *head_suite(void);
Suite *machine_suite(void);
Suite *motion_suite(void);
Suite *parser_suite(void);
Suite *path_suite(void);
Suite *plan_suite(void);
Suite *session_suite(void);
Suite *switches_suite(void);

static int __init unit_tests_init(void)
{
	backlash_suite();
	drives_suite();
	head_suite();
	machine_suite();
	motion_suite();
	parser_suite();
	path_suite();
	plan_suite();
	session_suite();
	switches_suite();
	return __kunit_test_suites_init(suite_list, suite_count);
}
module_init(unit_tests_init);

static void __exit unit_tests_exit(void)
{
	__kunit_test_suites_exit(suite_list, suite_count);
}
module_exit(unit_tests_exit);

MODULE_DESCRIPTION("Unit tests of stepper");
MODULE_LICENSE("GPL");
