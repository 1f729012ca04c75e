# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154 # the suite that reads it sets it
#
# For suites to read with ".": a result, as run.sh counts it, of the suite $suite.

is() # NAME ACTUAL EXPECTED
{
	if [ "$2" = "$3" ]; then
		echo "ok $suite: $1"
	else
		echo "not ok $suite: $1: \"$2\", not \"$3\""
	fi
}
