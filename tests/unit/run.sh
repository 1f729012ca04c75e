#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs the unit tests and tells their results as suites do: from the TAP of
# libcheck "ok 1 - test_head.c:head:counts_steps: Passed" to "ok head: counts_steps".

cd "$(dirname "$0")/../.." || exit
tap=build/unit.tap
rm -f "$tap"
CK_TAP_LOG_FILE_NAME=$tap CK_VERBOSITY=silent build/unit-tests
status=$?
sed -nE -e 's/: Passed$//' \
	-e 's/^(not )?ok [0-9]+ - [^:]*:([^:]*):([^:]*)/\1ok \2: \3/p' "$tap"
exit "$status"
