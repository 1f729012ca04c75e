/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stands in for libcheck where the unit tests run as a KUnit module: each of its
 * tests becomes a case of KUnit's. What does not hold ends the case.
 */
#ifndef TESTS_KUNIT_CHECK_H
#define TESTS_KUNIT_CHECK_H

#include <asm/fpu/api.h>
#include <kunit/test.h>

#include "../../parser/portable.h"

#define Suite struct kunit_suite
#define TCase struct test_group

/* Tests with what comes before and after each of them. */
struct test_group {
	void (*set_up)(void);
	void (*tear_down)(void);
};

#define START_TEST(name) static void name(int _i)
#define END_TEST

/*
 * Ends the case. Out of line, as what KUnit makes of an assertion fills a stack. Its
 * message ends before the first number in floating point, with a warning of the kernel's.
 */
void __printf(2, 3) __noreturn check_failed(const char *what, const char *format, ...);

/* Lets others run now and then: a test may take a minute, and holds the processor. */
void check_passed(void);

#define ck_assert_msg(holds, ...) \
	do { \
		if (!(holds)) \
			check_failed(#holds, __VA_ARGS__); \
		check_passed(); \
	} while (0)
#define ck_abort_msg(...) ck_assert_msg(false, __VA_ARGS__)
#define ck_assert(holds) ck_assert_msg(holds, "broken")

#define ck_compare(a, operator, b) ck_assert((a) operator(b))
#define ck_assert_int_eq(a, b) ck_compare(a, ==, b)
#define ck_assert_int_ne(a, b) ck_compare(a, !=, b)
#define ck_assert_int_lt(a, b) ck_compare(a, <, b)
#define ck_assert_int_le(a, b) ck_compare(a, <=, b)
#define ck_assert_int_gt(a, b) ck_compare(a, >, b)
#define ck_assert_int_ge(a, b) ck_compare(a, >=, b)
#define ck_assert_uint_eq ck_assert_int_eq
#define ck_assert_uint_lt ck_assert_int_lt
#define ck_assert_uint_le ck_assert_int_le
#define ck_assert_uint_gt ck_assert_int_gt
#define ck_assert_uint_ge ck_assert_int_ge
#define ck_assert_ptr_eq ck_assert_int_eq
#define ck_assert_ptr_null(pointer) ck_assert(!(pointer))
#define ck_assert_ptr_nonnull(pointer) ck_assert(pointer)
#define ck_assert_str_eq(a, b) ck_assert(!strcmp(a, b))
#define ck_assert_str_ne(a, b) ck_assert(strcmp(a, b))
#define ck_assert_mem_eq(a, b, size) ck_assert(!memcmp(a, b, size))
#define ck_assert_double_gt ck_assert_int_gt
#define ck_assert_double_lt ck_assert_int_lt
#define ck_assert_double_eq_tol(a, b, tolerance) \
	do { \
		double _difference = (a) - (b), _most = (tolerance); \
		ck_assert(_difference < _most && -_difference < _most); \
	} while (0)

Suite *suite_create(const char *name);
TCase *tcase_create(const char *name);
void suite_add_tcase(Suite *suite, TCase *group);
void tcase_add_checked_fixture(TCase *group, void (*set_up)(void), void (*tear_down)(void));
void tcase_add_function(TCase *group, const char *name, void (*run)(int), int from, int to);

#define tcase_add_test(group, name) tcase_add_function(group, #name, name, 0, 1)
#define tcase_add_loop_test(group, name, from, to) \
	tcase_add_function(group, #name, name, from, to)
#define tcase_set_timeout(group, seconds)

#endif
