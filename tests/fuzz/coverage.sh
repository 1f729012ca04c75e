#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Branch coverage of parser/ by its unit tests and the corpus of its harness, which
# make coverage builds with gcov, as a suite. Prints it for each file, and the
# branches that were never taken; below 95% it is not ok.

set -eu
cd "$(dirname "$0")/../.."
find build/coverage -name '*.gcda' -delete
CK_RUN_SUITE=parser CK_VERBOSITY=silent build/coverage/unit-tests
build/coverage/replay tests/fuzz/parse/*

cd build/coverage

# a call of a function is a branch to gcov only where it may not return
gcov -b -c parser/*.gcda >/dev/null
for file in *.c.gcov; do
	awk -v file="parser/${file%.gcov}" '
		/^ *[0-9#=-]+[*]?: *[0-9]+:/ {
			split($0, part, ":")
			number = part[2] + 0
			source = substr($0, length(part[1]) + length(part[2]) + 3)
			sub(/^[ \t]+/, "", source)
		}
		/^branch / {
			all++
			if ($3 == "never" || $4 == 0)
				missed[++misses] = "\t" number ": " source
		}
		END {
			printf "%-20s %4d of %4d branches\n", file, all - misses, all
			for (i = 1; i <= misses; i++)
				print missed[i]
		}' "$file"
done | awk '
	{ print }
	/ branches$/ { taken += $2; all += $4 }
	END {
		good = all && taken >= 0.95 * all
		printf "%sok coverage: parser/ %d of %d branches, %.1f%%\n", good ? "" : "not ",
			taken, all, 100 * taken / (all + !all)
		exit !good
	}'
