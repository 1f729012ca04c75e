#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The driver in a stock kernel on an emulated board, judged by its pins.
#
# usage: tests/vm/test.sh BOARD, as in boot.sh
#	 tests/vm/test.sh gpio|gpiod2: stepperd on the lines of the virtual head, built
#		with the system's libgpiod or with version 2
#
# shellcheck disable=SC2154 # eval assigns them

set -eu
cd "$(dirname "$0")/../.."
board=$1
out=build/test/$board
mkdir -p build/test
case $board in
gpio | gpiod2)
	machine=x86
	files=build/test/files-$board
	mkdir -p "$files"
	echo gpio >"$files/way"
	program=build/stepperd
	[ "$board" = gpio ] || program=build/stepperd-gpiod2
	tests/vm/pack.sh "$files/stepperd.tar" "$program"
	set -- "$files/way" "$files/stepperd.tar" tests/vm/stepperd.conf \
		"build/cache/$(tests/vm/fetch.sh amd64)/amd64/modules/"*.ko
	;;
*)
	machine=$board
	set --
	;;
esac
status=0
tests/vm/boot.sh "$machine" "$out" tests/vm/guest-test.sh "$@" || status=$?
sed -nE "s/^(not )?ok /&$board: /p" "$out/serial.log"
[ "$status" = 0 ]

. tests/vm/pins.sh

# pan up, pan down, tilt up, tilt down
while read -r mark expected; do
	during "$mark"
	that "$mark: steps" "$steps" = "$expected"
done <<END
pan30 2667 0 0 0
whole 533 0 0 0
both 800 0 0 800
back 0 400 0 0
timed 800 0 0 0
slow 0 844 0 0
queue 444 889 800 0
no_newline 445 0 0 0
again 800 0 0 0
trigger 178 0 0 0
now 0 534 0 0
points 89 0 0 0
END

# from rest to 5 deg/s in 0.129 s, at it until 1 s have passed, and to rest again:
# 5 deg, less nothing, as the stop takes as long as the start
during run
that "RUN FOR goes as far as it should" "$tilt_up" -gt 440
that "RUN FOR goes no farther" "$tilt_up" -lt 449

# 6 deg to 9 deg: 533 to 800 steps, in two parts
during hold
to_hold=$pan_up
during held
that "no pin moves on hold" "$edges" = 0
during go_on
that "a stream that was held goes on" "$pan_up" -gt 20
that "a stream that was held makes its steps, once" "$((to_hold + pan_up)) $pan_down" = "267 0"

aux=$(awk '$2 == "mark" { on = $3 == "trigger" }
	on && $2 ~ /^aux/ { printf "%d", $3 ? -$1 : $1 - rose; rose = $1; if ($3) printf " " }' \
	"$out/pins.edges" | awk '{ print $2 + 0 }')
that "TRIGGER pulses its output" "$aux" -gt 49900000
that "TRIGGER ends in time" "$aux" -lt 50100000

# of the line EN of tilt's driver, low when it is on, and of its STEP, in us
eval "$(awk '$2 == "mark" { on = $3 == "enable" }
	on && $2 ~ /^(tilt-)?enable$/ { if ($3) off = $1; else begin = $1 }
	on && $2 == "tilt-step" { if (!first) first = $1; last = $1 }
	END { printf "delay=%d idle=%d", (first - begin) / 1000, (off - last) / 1000 }' \
	"$out/pins.edges")"
# and the first step is half a step from rest: 30 ms, as is the last
that "ENABLEDELAY from EN to the first step" "$delay" -ge 20000
that "ENABLEDELAY is no longer" "$delay" -lt 60000
that "IDLE from the last step to EN" "$idle" -ge 50000
that "IDLE is no longer" "$idle" -lt 100000

during asked
that "no pin moves when nothing valid is asked" "$edges" = 0

if [ "$board" = raspi3b ]; then
	during slide
	that "slide: steps of 25 mm" "$slide_up $slide_down $pan_up" = "2000 0 89"
	during limit
	that "limit: no step towards it" "$slide_up $slide_down" = "0 0"
	during away
	that "limit: away from it" "$slide_up $slide_down" = "80 0"
fi

during both
that "axes that move together end together" $((pan_ns - tilt_ns)) -lt 2000000
that "axes that move together start together" $((tilt_ns - pan_ns)) -lt 2000000

# 9 deg under 60 deg/s, 120 deg/s^2, 1200 deg/s^3 takes 0.65678 s at least; in
# 2 s the jerk is 1200 / (2 / 0.65678)^3 = 42.5 deg/s^3 or 3777 steps/s^3. From whole
# step to whole step the first is half a step after the start, the last half a step before
# the end: (6 * 0.5 / 3777)^(1/3) = 0.092607 s each, and 1.814786 s between them
during timed
that "a timed move takes its time" "$pan_ns" -gt 1814700000
that "a timed move takes no more" "$pan_ns" -lt 1814900000

during stopping
that "STOP comes before the target" "$pan_up" -lt 8889
that "STOP comes after a start" "$pan_up" -gt 100
that "STOP does not turn back" "$pan_down" = 0
that "steps counted are steps emitted" \
	"$(sed -n 's/^steps after STOP: //p' "$out/serial.log")" = "$((3556 + pan_up))"
during stopped
that "nothing moves after STOP" "$edges" = 0
during halting
net=$pan_down
during halted
that "no step after HALT" "$steps" = "0 0 0 0"
during stopping
that "steps counted are steps emitted, after HALT" \
	"$(sed -n 's/^steps after HALT: //p' "$out/serial.log")" = "$((3556 + pan_up - net))"

case $board in
gpio*)
	during killing
	that "a process that is killed was in mid-move" "$pan_up" -gt 100
	during killed
	that "and leaves its pins as they are" "$edges" = 0
	;;
esac

# the driver's defaults, less what an emulated board's clock may waver
eval "$(tests/vm/pulses.awk "$out/pins.edges")"
for axis in pan tilt; do
	eval "high=\$${axis}_high low=\$${axis}_low setup=\$${axis}_setup hold=\$${axis}_hold"
	that "$axis: STEPLEN" "$high" -ge 1900
	that "$axis: STEPSPACE" "$low" -ge 1900
	that "$axis: DIRSETUP" "$setup" -ge 900
	that "$axis: DIRHOLD" "$hold" -ge 900
done

if [ -e "$out/faults" ]; then
	faults=$(awk '$2 != 0' "$out/faults" | tr '\n' ' ')
	that "the virtual head saw no fault" "$faults" = ""
fi
