#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Devices described by a line of text, on the lines of the virtual head.

set -eu
cd "$(dirname "$0")/../.."
out=build/test/new-device
status=0
tests/vm/boot.sh x86 $out tests/vm/guest-new-device.sh || status=$?
grep -E '^(not )?ok ' $out/serial.log
[ "$status" = 0 ]
