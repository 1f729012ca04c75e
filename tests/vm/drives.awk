#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# What pulses.awk is for pulses, for pins.edges (see boot.sh) where each edge of
# AXIS-step is a step, or each change of AXIS-phase-a to -d: of several lines, it is
# over when none of them changes for a while. For each axis, steps up and down; of
# phases also changes that were no step, and those that were on in the end.
#
# usage: drives.awk [-v mark=NAME] [-v full=1] OUT/pins.edges, from mark NAME to the
# next one; full: by full steps

BEGIN {
	counted = mark == ""
	settled_ns = 50000
	for (i = split("A--- AB-- -B-- -BC- --C- --CD ---D A--D", order); i > 0; i--)
		eighth[order[i]] = i
}

function settle(	axis, i, now, turn)
{
	for (axis in changed) {
		now = ""
		for (i = 1; i <= 4; i++)
			now = now (on[axis, substr("abcd", i, 1)] ? substr("ABCD", i, 1) : "-")
		turn = (eighth[now] - eighth[was[axis]] + 8) % 8 / (full ? 2 : 1)
		if (counted) {
			held[axis] = now
			if (now == "----" || was[axis] == "----" || was[axis] == "")
				;
			else if (!(now in eighth) || (full && eighth[now] % 2))
				wrong[axis]++
			else if (turn == 1)
				up[axis]++
			else if (turn == (full ? 3 : 7))
				down[axis]++
			else
				wrong[axis]++
		}
		was[axis] = now
	}
	split("", changed)
}

$1 - last > settled_ns || $2 == "mark" {
	settle()
}

{
	last = $1
}

$2 == "mark" && mark != "" {
	counted = $3 == mark
}

$2 ~ /-dir$/ {
	forward[substr($2, 1, length($2) - 4)] = $3
}

counted && $2 ~ /-step$/ {
	axis = substr($2, 1, length($2) - 5)
	if (forward[axis])
		up[axis]++
	else
		down[axis]++
}

$2 ~ /-phase-[a-d]$/ {
	axis = substr($2, 1, length($2) - 8)
	on[axis, substr($2, length($2))] = $3
	changed[axis] = 1
}

END {
	settle()
	for (i = split("pan tilt", axes); i > 0; i--) {
		axis = axes[i]
		print axis "_up=" up[axis] + 0
		print axis "_down=" down[axis] + 0
		print axis "_wrong=" wrong[axis] + 0
		print axis "_on=" held[axis]
	}
}
