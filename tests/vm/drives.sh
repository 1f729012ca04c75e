#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Steps on both edges, and the phases of a motor, in a stock kernel on an emulated
# board, judged by the pins: half steps by the driver on virt, full ones by stepperd.
#
# usage: tests/vm/drives.sh virt|gpio, as for test.sh
#
# shellcheck disable=SC2154 # eval assigns them

set -eu
cd "$(dirname "$0")/../.."
board=$1
out=build/test/drives-$board
status=0
case $board in
virt)
	full=
	OVERLAY=drives tests/vm/boot.sh virt "$out" tests/vm/guest-drives.sh || status=$?
	;;
gpio)
	full=1
	files=build/test/files-drives
	mkdir -p "$files"
	echo gpio >"$files/way"
	tests/vm/pack.sh "$files/stepperd.tar" build/stepperd build/stepctl
	cp tests/vm/drives.conf "$files/stepperd.conf"
	tests/vm/boot.sh x86 "$out" tests/vm/guest-drives.sh "$files/way" \
		"$files/stepperd.tar" "$files/stepperd.conf" \
		"build/cache/$(tests/vm/fetch.sh amd64)/amd64/modules/"*.ko || status=$?
	# the lines of the virtual head, by what is wired to them
	sed -i 's/ tilt-step / tilt-phase-a /; s/ tilt-dir / tilt-phase-b /
		s/ tilt-enable / tilt-phase-c /; s/ auxiliary / tilt-phase-d /' "$out/pins.edges"
	;;
esac
sed -nE "s/^(not )?ok /&$board: /p" "$out/serial.log"
[ "$status" = 0 ]

. tests/vm/pins.sh

during() # MARK
{
	eval "$(tests/vm/drives.awk -v mark="$1" -v full="$full" "$out/pins.edges")"
	steps="$pan_up $pan_down $tilt_up $tilt_down"
}

# 5 and 3 degrees are 444 and 267 steps, 2 and -1 are 178 and -89
while read -r mark expected; do
	during "$mark"
	that "$mark: steps" "$steps" = "$expected"
	that "$mark: no phase but the next" "$tilt_wrong" = 0
done <<END
up 444 0 267 0
down 0 266 0 356
slow 0 0 90 0
released 0 0 0 0
enabled 0 0 0 0
back 0 178 0 1
idle 0 0 178 0
reversed 0 89 0 89
END

during slow
held=$tilt_on
during released
that "RELEASE: phases are off" "$tilt_on" = ----
during enabled
that "ENABLE: those are on that were" "$tilt_on" = "$held"
during idle
that "IDLE: phases are off" "$tilt_on" = ----

if [ "$board" = gpio ]; then
	during leaving
	held=$tilt_on
	during returned
	that "a motor is held as it was before a restart: $held" "$tilt_on" = "$held"
fi

said() # WHAT AXIS
{
	sed -n "s/^steps of $2, $1: //p" "$out/serial.log"
}

that "steps counted are steps emitted" "$(said "in the end" PAN) $(said "in the end" TILT)" = "0 0"
during halted
that "HALT: in mid-move" "$pan_down" -gt 100
# INVERT is set: 89 and 178 + 89 steps up before
that "HALT: steps counted are steps emitted" "$((89 + pan_down)) $((267 + tilt_down))" \
	= "$(said halted PAN) $(said halted TILT)"
that "HALT: the motor is held" "$tilt_on" != ----
