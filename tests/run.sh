#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs test suites, two at a time, and counts. See README.md beside this file.
#
# usage: tests/run.sh [SUITE...], all without names

set -u
cd "$(dirname "$0")/.." || exit
[ $# != 0 ] || set -- "tests/vm/file.sh x86" "tests/vm/file.sh fuse" "tests/vm/test.sh x86" \
	"tests/vm/test.sh raspi3b" tests/vm/new-device.sh tests/remote.sh "tests/remote.sh stepctl" "tests/vm/test.sh virt" \
	"tests/vm/plan.sh virt" "tests/vm/drives.sh virt" "tests/vm/drives.sh gpio" \
	tests/vm/expander.sh tests/vm/life.sh "tests/vm/switches.sh x86" "tests/vm/switches.sh virt" \
	"tests/vm/switches.sh raspi3b" \
	"tests/vm/switches.sh gpio" "tests/vm/switches.sh fuse" \
	tests/property/run.sh tests/fuzz/fuzz.sh tests/fuzz/coverage.sh tests/check-style.sh tests/unit/run.sh \
	tests/stepctl.sh tests/doctor.sh tests/keyframes.sh tests/stepctl_device.sh tests/examples.sh tests/stepperd.sh \
	"tests/vm/test.sh gpiod2" tests/boards/test.sh
rm -rf build/test
mkdir -p build/test

# shellcheck disable=SC2016 # for the inner shell
printf '%s\n' "$@" | xargs -P 2 -I '{}' sh -c '
	log=build/test/$(echo "$1" | tr "/ " --).log
	$1 >"$log" 2>&1
	status=$?
	if [ $status != 0 ] && ! grep -q "^not ok " "$log"; then
		echo "not ok $1 ended with status $status" >>"$log"
	elif ! grep -Eq "^(not )?ok " "$log"; then
		echo "not ok $1 tested nothing" >>"$log"
	fi
	sed "s|^|$1: |" "$log"' sh '{}'

passed=$(cat build/test/*.log | grep -c '^ok ')
failed=$(cat build/test/*.log | grep -c '^not ok ')
if [ "$failed" != 0 ]; then
	echo
	grep '^not ok ' build/test/*.log
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
