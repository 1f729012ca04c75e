/* SPDX-License-Identifier: GPL-2.0 */
/* What the unit tests take from the compiler's header, which the kernel does without. */
#ifndef TESTS_KUNIT_FLOAT_H
#define TESTS_KUNIT_FLOAT_H

#define LDBL_MANT_DIG __LDBL_MANT_DIG__

#endif
