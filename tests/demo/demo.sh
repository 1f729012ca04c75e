#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The demo: an emulated ARM board with a stock kernel pans a camera. Shows the
# session and leaves it in build/demo/ with the pins as they were seen.

set -eu
cd "$(dirname "$0")/../.."
out=build/demo
status=0
tests/vm/boot.sh -l virt "$out/raw" tests/demo/guest.sh tests/demo/shot.txt || status=$?
cp "$out/raw/serial.log" "$out/session.log"
tests/vm/vcd.awk "$out/raw/pins.edges" "$out/raw/pins.edges" >"$out/pins.vcd"
tests/vm/motion.sh "$out/raw" "$out/motion.png"
echo
echo "$out/session.log   the session above"
echo "$out/pins.vcd      the pins as they left the GPIO controller (PulseView, GTKWave)"
echo "$out/motion.png    position and speed, made from those pulses"
exit "$status"
