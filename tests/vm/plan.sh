#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# From end to end: random scripts run in the emulated kernel, and the steps that left
# its GPIO controller are those that `stepctl plan --steps` tells, in number, order and
# time. Two boards' clocks differ by where a script begins: times count from its first
# step. And a joystick retargets both axes each millisecond: all is told by the pins.
#
# shellcheck disable=SC2154 # eval assigns them
#
# usage: tests/vm/plan.sh BOARD [SEED], as in boot.sh; SEED also does another script

set -eu
cd "$(dirname "$0")/../.."
board=$1
seed=${2:-$(date +%s)}
out=build/test/plan-$board
scripts=build/test/plan-scripts-$board
# What an interrupt of the emulated board may be late; of raspi3b four processors take turns
tolerance_ns=50000
[ "$board" != raspi3b ] || tolerance_ns=150000
rm -rf "$scripts"
mkdir -p "$scripts"

# All start and end at 0, reached from below, so that each can be planned alone.
script() # SEED
{
	awk -v seed="$1" '
	function any(n) { return int(rand() * n) }
	function place(axis) { return axis " " any(2401) / 100 - 12 }
	function settings(axis)
	{
		print "SET " axis " SPEED " 10 + any(30)
		print "SET " axis " ACCEL " 50 + any(130)
		print "SET " axis " JERK " (any(4) ? 500 + any(1300) : 0)
		print "SET " axis " CORNER " any(4)
		print "SET " axis " BACKLASH " (any(3) ? 0 : any(20) / 100)
	}
	function point(axis, to)
	{
		return "PVT " axis " " to " 2 IN 250ms\nPVT " axis " " to + 0.5 " 0 IN 400ms"
	}
	BEGIN {
		srand(seed)
		settings("PAN")
		settings("TILT")
		for (lines = 4 + any(5); lines > 0; lines--) {
			axis = any(2) ? "PAN" : "TILT"
			what = any(9)
			if (what < 3)
				print place("PAN") " " place("TILT") (any(2) ? " AT " 1 + any(9) : "")
			else if (what < 5)
				print axis " BY " any(41) / 100 - 0.2
			else if (what < 6)
				print place("PAN") "; " place("TILT") "; " place("PAN")
			else if (what < 7)
				print place(axis) " IN " 3 + any(30) / 10 "s"
			else if (what < 8)
				print any(2) ? "WAIT " any(300) "ms" : "TRIGGER 1 " 1 + any(90) "ms"
			else
				print axis " 5\n" point(axis, 5.2)
		}
		print "PAN -13 TILT -13\nPAN 0 TILT 0"
	}'
}

for number in 1 2 3 4 5 "$seed"; do
	script "$number" >"$scripts/script-$number"
	build/stepctl plan --steps "$scripts/script-$number" >"$scripts/plan-$number"
done
aarch64-linux-gnu-gcc -O2 -Wall -Wextra -Werror -static -o "$scripts/joystick" tests/vm/joystick.c -lm
status=0
tests/vm/boot.sh "$board" "$out" tests/vm/guest-plan.sh "$scripts/joystick" "$scripts"/script-* ||
	status=$?
sed -nE "s/^(not )?ok /&$board: /p" "$out/serial.log"
[ "$status" = 0 ]

for number in 1 2 3 4 5 "$seed"; do
	awk -v mark="$number" -v tolerance="$tolerance_ns" -v name="$board: script $number" '
	function fail(what)
	{
		print "not ok " name ": " what
		failed = 1
		exit
	}
	FNR == NR { # the plan
		split($0, field, ",")
		axis = tolower(field[2])
		if (field[1] == "t_ns")
			next
		if (!(axis in steps))
			begin[axis] = field[1]
		if (start == "")
			start = field[1]
		time[axis, ++steps[axis]] = field[1]
		at[axis, steps[axis]] = field[3]
		all++
		next
	}
	$2 == "mark" { on = $3 == mark }
	$2 ~ /-dir$/ { up[substr($2, 1, length($2) - 4)] = $3 }
	$2 ~ /-step$/ && $3 && on {
		axis = substr($2, 1, length($2) - 5)
		position[axis] += up[axis] ? 1 : -1
		if (began == "")
			began = $1
		made++
		if (++count[axis] > steps[axis])
			fail("step " count[axis] " of " axis " was not planned")
		if (position[axis] != at[axis, count[axis]])
			fail("step " count[axis] " of " axis " is to " position[axis] ", not " \
			     at[axis, count[axis]])
		off = ($1 - began) - (time[axis, count[axis]] - start)
		if (off < 0)
			off = -off
		if (off > worst)
			worst = off
		if (off > tolerance)
			fail("step " count[axis] " of " axis " is off by " off " ns")
	}
	END {
		if (!failed && made != all)
			print "not ok " name ": " made " steps, not " all
		else if (!failed)
			print "ok " name ": " made " steps as planned, at most " worst " ns off"
	}' "$scripts/plan-$number" "$out/pins.edges"
done

. tests/vm/pins.sh

during joystick
that "a joystick goes to and fro" "$pan_down" -gt 500
that "a joystick ends where it told" "$((pan_up - pan_down)) $((tilt_up - tilt_down))" = "267 -178"

# How far from equal intervals the steps in the middle of a train left, on average
spread() # MARK
{
	awk -v mark="$1" '
		$2 == "mark" { on = $3 == mark }
		on && $2 == "pan-step" && $3 { time[++n] = $1 }
		END {
			first = int(n / 4)
			last = 3 * first
			interval = (time[last] - time[first]) / (last - first)
			for (i = first; i <= last; i++)
				mean += off[i] = time[i] - time[first] - (i - first) * interval
			mean /= last - first + 1
			for (i = first; i <= last; i++)
				sum += off[i] < mean ? mean - off[i] : off[i] - mean
			printf "%d", sum / (last - first + 1)
		}' "$out/pins.edges"
}

late=$(spread early0)
early=$(spread early20)
echo "spread of a train of steps: $late ns, woken early $early ns"
that "steps leave in better time when woken early" "$early" -lt "$((late / 2))"
