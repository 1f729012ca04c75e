#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What the runs in the debug kernel have executed of driver/, all together: fails
# below 90 % of the statements, and lists those that never ran.

set -eu
cd "$(dirname "$0")/../.."
objects=$(echo "$PWD"/build/kbuild/*-debug/driver)
all=$PWD/build/test/coverage
rm -rf "$all"
mkdir -p "$all"
for counts in build/test/*/gcda.tar; do
	mkdir "$all/one"
	tar -xf "$counts" -C "$all/one"
	if [ ! -e "$all/one/probe.gcda" ]; then
		rm -r "$all/one" # the driver was not there
	elif [ -e "$all/sum" ]; then
		gcov-tool merge -o "$all/both" "$all/sum" "$all/one"
		rm -r "$all/sum" "$all/one"
		mv "$all/both" "$all/sum"
	else
		mv "$all/one" "$all/sum"
	fi
done
cp "$objects"/*.gcno "$all/sum/"
cd "$all/sum"
gcov ./*.gcno >gcov.log 2>&1
awk -F : '$1 ~ /#####/ { never++; print FILENAME ":" $2 + 0 ":" $3 }
	$1 ~ /^ *[0-9]/ { ran++ }
	END {
		printf "%sok coverage: %d of %d statements of driver/\n",
			(ran >= 9 * never) ? "" : "not ", ran, ran + never
	}' ./*.c.gcov
