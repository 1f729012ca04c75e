#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fuzzes the parser and the machine; make fuzz builds the harnesses. What breaks a
# rule is kept in build/fuzz/found/: give such a file to build/fuzz/HARNESS.
#
# usage: tests/fuzz/fuzz.sh		the corpus and a little more, always the same: a suite
#	 tests/fuzz/fuzz.sh SECONDS	as long as that each
#	 tests/fuzz/fuzz.sh minimise	put what is new in build/fuzz/ into the corpus

set -u
cd "$(dirname "$0")/../.." || exit
found=build/fuzz/found
mkdir -p build/fuzz/new/parse build/fuzz/new/machine "$found"
failed=0

fuzz() # HARNESS OPTION...
{
	harness=$1
	shift
	build/fuzz/"$harness" -dict=tests/fuzz/stepper.dict -max_len=512 -timeout=20 \
		-artifact_prefix="$found/$harness-" -print_final_stats=1 "$@"
}

verdict() # HARNESS STATUS LOG
{
	if [ "$2" = 0 ]; then
		echo "ok fuzz: $1"
		return
	fi
	failed=1
	echo "not ok fuzz: $1: $(grep -aE '\.c:[0-9:]+ |ERROR: |Test unit' "$3" |
		head -n 3 | tr '\n' ' ')"
}

case ${1:-} in
minimise)
	for harness in parse machine; do
		rm -rf build/fuzz/least
		mkdir build/fuzz/least
		# a file for each branch, not for each count of it: few files
		fuzz "$harness" -set_cover_merge=1 -use_counters=0 build/fuzz/least tests/fuzz/"$harness" \
			build/fuzz/new/"$harness" 2>/dev/null || exit
		rm -f tests/fuzz/"$harness"/*.txt
		for file in build/fuzz/least/*; do
			cp "$file" tests/fuzz/"$harness/$(basename "$file" | cut -c 1-12).txt"
		done
	done
	;;
'')
	for run in 'parse 6000' 'machine 1000'; do
		# shellcheck disable=SC2086 # two words
		set -- $run
		log=build/fuzz/$1.log
		# what is new goes into the first; always empty, so that runs are the same
		rm -rf build/fuzz/short
		mkdir build/fuzz/short
		fuzz "$1" -seed=1 -runs="$2" build/fuzz/short tests/fuzz/"$1" >"$log" 2>&1
		verdict "$1" $? "$log"
	done
	;;
*)
	for harness in parse machine; do
		log=build/fuzz/$harness.log
		echo "fuzzing $harness for $1 s: $log"
		fuzz "$harness" -max_total_time="$1" build/fuzz/new/"$harness" \
			tests/fuzz/"$harness" >"$log" 2>&1
		verdict "$harness" $? "$log"
		grep -a 'stat::number_of_executed_units' "$log"
	done
	;;
esac
exit "$failed"
