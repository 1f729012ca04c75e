#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The PC sleeps (S3: what is not memory loses its power) and is woken by QMP, with motors
# that rest and that move; judged by the virtual head.
#
# usage: KERNEL=6.12 tests/vm/sleep.sh; or 6.12-rt

set -eu
cd "$(dirname "$0")/../.."
board=x86
out=build/test/sleep-$board
status=0
tests/vm/boot.sh "$board" "$out" tests/vm/guest-sleep.sh || status=$?
sed -nE "s/^(not )?ok /&sleep, $board: /p" "$out/serial.log"
exit "$status"
