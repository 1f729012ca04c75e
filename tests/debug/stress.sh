#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Faults in memory, everything at once and hardware that goes, in the debug kernel
# on two processors.

set -eu
cd "$(dirname "$0")/../.."
out=build/test/stress
programs=build/test/programs-stress
mkdir -p $programs
for name in faults stress; do
	gcc -O2 -Wall -Wextra -Wno-unused-parameter -Werror -static \
		-o $programs/$name tests/debug/$name.c
done
status=0
tests/vm/boot.sh debug-smp $out tests/debug/guest.sh \
	$programs/faults $programs/stress || status=$?
sed -nE 's/^(not )?ok /&stress: /p' $out/serial.log
exit "$status"
