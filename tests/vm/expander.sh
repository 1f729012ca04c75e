#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Lines that sleep, and 32-bit ARM: a stock kernel on an emulated board whose motor
# is on the I2C expander MAX7310, judged by what the expander is sent.
#
# usage: tests/vm/expander.sh
#
# shellcheck disable=SC2154 # eval assigns them

set -eu
cd "$(dirname "$0")/../.."
board=sabrelite
out=build/test/expander
status=0
tests/vm/boot.sh $board "$out" tests/vm/guest-expander.sh || status=$?
sed -nE "s/^(not )?ok /&expander: /p" "$out/serial.log"
[ "$status" = 0 ]

. tests/vm/pins.sh

during move
that "steps up" "$pan_up $pan_down" = "300 0"
that "STEPLEN" "$pan_high" -ge 1900
that "DIRSETUP" "$pan_setup" -ge 900
during back
that "steps down" "$pan_up $pan_down" = "0 200"
during fastest
that "at the highest speed that is served" "$pan_up $pan_down" = "400 0"
during halting
that "steps before HALT" "$pan_up" -gt 10
halted=$pan_up
during halted
that "no step after HALT" "$pan_up $pan_down" = "0 0"
that "steps counted are steps emitted" \
	"$(sed -n 's/^steps after HALT: //p' "$out/serial.log")" = "$((500 + halted))"
during unbinding
that "it moved when its driver was taken away" "$pan_down" -gt 0
during unbound
that "no step without a driver" "$edges" = 0
