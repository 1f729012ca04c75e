#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Devices described by a line of text, on the lines of the virtual head.
#
# usage: tests/vm/new-device.sh [BOARD], x86 or debug

set -eu
cd "$(dirname "$0")/../.."
board=${1:-x86}
out=build/test/new-device-$board
status=0
tests/vm/boot.sh "$board" "$out" tests/vm/guest-new-device.sh || status=$?
sed -nE "s/^(not )?ok /&$board: /p" "$out/serial.log"
[ "$status" = 0 ]
