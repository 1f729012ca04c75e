#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A picture of position and speed over time, made from the pulses alone: each
# rising edge of STEP is a step to the side that DIR shows; the speed is one
# step by the time since the last one, 0 after 20 ms without a step.
#
# usage: tests/vm/motion.sh OUT PNG, OUT as in boot.sh; 32000/360 steps a degree

set -eu
out=$1
png=$2

awk -v out="$out" '
start == "" && $2 != "mark" {
	start = $1
	for (i = split("pan tilt", axes); i > 0; i--)
		print 0, 0, 0 >(out "/motion." axes[i])
}
$2 ~ /-dir$/ {
	up[substr($2, 1, length($2) - 4)] = $3
}
$2 ~ /-step$/ && $3 {
	axis = substr($2, 1, length($2) - 5)
	file = out "/motion." axis
	t = ($1 - start) / 1e9
	step = up[axis] ? 360 / 32000 : -360 / 32000
	if (t - last[axis] < 0.02) {
		print (t + last[axis]) / 2, position[axis], step / (t - last[axis]) >file
	} else {
		print last[axis] + 0, position[axis] + 0, 0 >file
		print t, position[axis] + 0, 0 >file
	}
	position[axis] += step
	last[axis] = t
}
END {
	for (axis in last)
		print last[axis], position[axis], 0 >(out "/motion." axis)
}' "$out/pins.edges"

gnuplot <<END
set terminal pngcairo size 1000,700 font "sans,11"
set output "$png"
set multiplot layout 2,1
set grid
set lmargin 10
set xrange [0:]
set title "From the pulses that left the GPIO controller"
set ylabel "position, deg"
plot for [axis in "pan tilt"] "$out/motion.".axis using 1:2 with lines lw 2 title axis
unset title
set xlabel "time, s"
set ylabel "speed, deg/s"
plot for [axis in "pan tilt"] "$out/motion.".axis using 1:3 with lines lw 2 title axis
END
rm "$out"/motion.pan "$out"/motion.tilt
