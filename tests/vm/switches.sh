#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Limits and the emergency stop in a stock kernel on an emulated board, judged by
# the pins: on x86 and debug the switches of the virtual head, on virt the power button, on
# raspi3b the inputs of the overlay, polled, as QEMU interrupts for none.
#
# usage: tests/vm/switches.sh BOARD, as in boot.sh
#	 tests/vm/switches.sh gpio|gpiod2: stepperd on the lines of the virtual head, as in
#		test.sh
#	 tests/vm/switches.sh fuse: stepperd --sim, judged by what it says
#
# shellcheck disable=SC2154 # eval assigns them

set -eu
cd "$(dirname "$0")/../.."
board=$1
machine=$board
out=build/test/switches-$board
set --
case $board in
gpio | gpiod2 | fuse)
	machine=x86
	files=build/test/files-switches-$board
	mkdir -p "$files"
	program=build/stepperd
	[ "$board" != gpiod2 ] || program=build/stepperd-gpiod2
	tests/vm/pack.sh "$files/stepperd.tar" "$program"
	echo "${board%d2}" >"$files/way"
	set -- "$files/way" "$files/stepperd.tar" tests/vm/stepperd.conf \
		"build/cache/$(tests/vm/fetch.sh amd64)/amd64/modules/"*.ko
	;;
esac
export PARAMETERS="enable=22 pan_home=16 pan_limit_max_nc=20 estop_nc=26 poll_interval=4"
status=0
tests/vm/boot.sh "$machine" "$out" tests/vm/guest-switches.sh "$@" || status=$?
sed -nE "s/^(not )?ok /&$board: /p" "$out/serial.log"
[ "$status" = 0 ]
[ "$board" != fuse ] || exit 0

. tests/vm/pins.sh

said() # WHAT
{
	sed -n "s/^$1: //p" "$out/serial.log"
}

# after LINE became LEVEL last, as it was from outside: steps up and down until the next mark
after() # MARK LINE LEVEL
{
	eval "$(awk -v mark="$1" -v line="$2" -v level="$3" '
		$2 == "mark" { on = $3 == mark; next }
		on && $2 == line && $3 == level { up = down = 0 }
		$2 == "pan-dir" { sign = $3 }
		on && $2 == "pan-step" && $3 { if (sign) up++; else down++ }
		END { print "after_up=" up + 0 " after_down=" down + 0 }' "$out/pins.edges")"
}

if [ "$board" = raspi3b ]; then
	# 444 steps/s; looked at each 4 ms, or a tick later, in which there are no more than 4.
	# QEMU stamps what comes from outside with when it began to run the guest, which may
	# be up to a timer's time before: the way of a step.
	after limit pan-limit-max 1
	that "limit: no step after it was seen" "$after_up" -le 5
	during limit
	that "limit: moving until then" "$pan_up" -gt 88
	during away
	that "limit: away" "$pan_up $pan_down" = "0 89"
	# touched at 111 steps/s
	after home pan-home 0
	that "HOME: comes to rest where it is touched" "$((after_down - after_up))" -le 1
	that "HOME: and not before" "$((after_down - after_up))" -ge 0
	during home
	that "HOME: backs off" "$pan_up" -gt 89
	after pressing estop 1
	that "emergency stop: no step after it was seen" "$after_up" -le 5
elif [ "$machine" != virt ]; then
	# 50 degrees are 4444.4 steps, 44 are 3911: the 534th trips the switch
	during interrupt
	there=$tilt_down
	that "limit: not before it" "$tilt_down" -ge 534
	# a process hears of it later than an interrupt: by two steps, 0.2 ms apart
	late=$([ "$machine" = "$board" ] && echo 0 || echo 2)
	that "limit: no step after it" "$tilt_down" -le $((534 + late))
	that "limit: steps counted are steps emitted" \
		"$(said "steps to the limit, interrupt")" = $((-3911 - tilt_down))
	polled=$(said "steps to the limit, polled")
	that "limit, polled: not before it" "$polled" -le -4445
	# looked at every 4 ms, in which there are no more than 18 steps
	that "limit, polled: soon after it" "$polled" -gt -4481
	during interrupt-away
	that "limit: all the way back" "$tilt_down $tilt_up" = "0 $there"
	# 47 degrees are 4177.8 steps: it rests on the step that trips the switch
	during home-interrupt
	that "HOME: to the step that trips the switch" "$((tilt_down - tilt_up))" = 4178
	that "HOME: backs off and touches again" "$tilt_up" -gt 89
	during queue-interrupt
	that "HOME in the queue: the move before it" "$pan_up $pan_down" = "444 0"
	during held-interrupt
	that "HOME in the queue: nothing moves on hold" "$steps" = "0 0 0 0"
	# touched at 111 steps/s, it is seen a step later, at most
	if [ "$board" = x86 ]; then
		polled=$(said "tilt after HOME, polled")
		that "HOME, polled: not before the switch trips" "$polled" -le -4178
		that "HOME, polled: soon after it" "$polled" -ge -4179
	fi
fi

during pressing
that "emergency stop: moving until then" "$pan_up" -gt 80
during pressed
that "emergency stop: no step after it" "$steps" = "0 0 0 0"
during reset
that "emergency stop: moves after RESET" "$pan_up" = 89
eval "$(tests/vm/pulses.awk "$out/pins.edges")"
that "steps counted are steps emitted" \
	"$(said "steps after the stop")" = "$((pan_up - pan_down - 89))"

if [ -e "$out/faults" ]; then
	faults=$(awk '$2 != 0' "$out/faults" | tr '\n' ' ')
	that "the virtual head saw no fault" "$faults" = ""
fi
