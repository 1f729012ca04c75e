#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# From pins.edges (see boot.sh) to a Value Change Dump, which PulseView and
# GTKWave open. Time 0 is 1 ms before the first edge.
#
# usage: vcd.awk OUT/pins.edges OUT/pins.edges >pins.vcd	(it reads it twice)

$2 == "mark" {
	next
}

NR == FNR {
	if (!($2 in sign)) {
		sign[$2] = sprintf("%c", 33 + signs++)
		variables = variables "$var wire 1 " sign[$2] " " $2 " $end\n"
		levels = levels "0" sign[$2] "\n"
	}
	next
}

start == "" {
	start = $1 - 1000000
	print "$timescale 1 ns $end"
	print "$scope module stepper $end"
	printf "%s", variables
	print "$upscope $end"
	print "$enddefinitions $end"
	print "#0"
	printf "%s", levels
}

{
	if ($1 != last)
		printf "#%.0f\n", $1 - start
	last = $1
	print $3 sign[$2]
}
