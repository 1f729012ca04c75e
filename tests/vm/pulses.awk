#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# Sums up pins.edges (see boot.sh) for tests, as lines that a shell can eval, for
# each axis: steps up and down, and the shortest times in ns that the terms of
# pulse trains are about: STEP high, low, from DIR to STEP, from STEP to DIR.
#
# usage: pulses.awk [-v mark=NAME] OUT/pins.edges, from mark NAME to the next one

function shortest(what, ns)
{
	if (!(what in least) || ns < least[what])
		least[what] = ns
}

BEGIN {
	counted = mark == ""
}

$2 == "mark" && mark != "" {
	counted = $3 == mark
}

counted && $2 != "mark" {
	edges++
}

$2 ~ /-dir$/ {
	axis = substr($2, 1, length($2) - 4)
	up[axis] = $3
	if (counted && axis in fell)
		shortest(axis "_hold", $1 - fell[axis])
	turned[axis] = $1
}

$2 ~ /-step$/ {
	axis = substr($2, 1, length($2) - 5)
	if ($3) {
		if (counted) {
			count[axis, up[axis] + 0]++
			if (axis in fell)
				shortest(axis "_low", $1 - fell[axis])
			if (axis in turned)
				shortest(axis "_setup", $1 - turned[axis])
			if (!(axis in first))
				first[axis] = $1
			last[axis] = $1
		}
		rose[axis] = $1
	} else {
		if (counted)
			shortest(axis "_high", $1 - rose[axis])
		fell[axis] = $1
	}
}

END {
	print "edges=" edges + 0
	for (i = split("pan tilt slide", axes); i > 0; i--) {
		axis = axes[i]
		print axis "_up=" count[axis, 1] + 0
		print axis "_down=" count[axis, 0] + 0
		printf "%s_ns=%.0f\n", axis, last[axis] - first[axis]
		for (j = split("high low setup hold", terms); j > 0; j--) {
			term = axis "_" terms[j]
			# what never happened was never too short
			printf "%s=%.0f\n", term, (term in least) ? least[term] : 1e9
		}
	}
}
