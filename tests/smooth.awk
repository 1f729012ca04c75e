#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# The segments of `stepctl plan --segments` in axis units: the largest jumps of
# position, speed and acceleration of axis (-v axis=PAN) from one to the next.
# -v scale=: steps per unit.

BEGIN { FS = "," }
NR == 1 || $3 != axis || $1 < from * 1e9 { next }
{
	t = $1 / 1e9; d = $2 / 1e9
	p = $4 / scale; v = $5 / scale; a = $6 / scale; j = $7 / scale
	if (any) {
		note(0, p - ep)
		note(1, v - ev)
		note(2, a - ea)
	}
	any = 1
	ep = p + d * (v + d / 2 * (a + d / 3 * j))
	ev = v + d * (a + d / 2 * j)
	ea = a + d * j
}
END { printf "%.4f %.4f %.4f\n", worst[0], worst[1], worst[2] }

function note(kind, jump)
{
	if (jump < 0)
		jump = -jump
	if (jump > worst[kind])
		worst[kind] = jump
}
