#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# Judges what stepctl plan prints: whether the segments follow each other without a
# jump, and each step is where its axis's cubic crosses the middle between two
# steps.
#
# usage: plan.awk -v corner=STEPS_PER_SECOND SEGMENTS STEPS, the CSV of --segments
# and of --steps

function at(i, t)
{
	return p[i] + t * (v[i] + t / 2 * (a[i] + t / 3 * j[i]))
}

function speed_at(i, t)
{
	return v[i] + t * (a[i] + t / 2 * j[i])
}

function far(x, y, tolerance)
{
	return x - y > tolerance || y - x > tolerance
}

# the cubic within its segment, dt ns from the step's time
function near(i, t, dt)
{
	t += dt - start[i]
	return at(i, (t < 0 ? 0 : t > duration[i] ? duration[i] : t) / 1e9)
}

function complain(what, where)
{
	if (!(what in complaints))
		complaints[what] = where
}

function verdict(name, what)
{
	if (what in complaints)
		printf "not ok stepctl: %s: %s\n", name, complaints[what]
	else
		print "ok stepctl: " name
}

BEGIN {
	FS = ","
}

FNR == 1 {
	file++
	next
}

file == 1 {
	i = ++segments
	start[i] = $1
	duration[i] = $2
	p[i] = $4
	v[i] = $5
	a[i] = $6
	j[i] = $7
	last = latest[$3]
	if (last) {
		gap = $1 - start[last] - duration[last]
		seconds = duration[last] / 1e9
		# a stop may end between two steps, and the axis rests on the nearest
		rests = !far(v[i], 0, 1e-3)
		if (far(p[i], at(last, seconds), 1e-6 + 0.5 * rests))
			complain("position", $0)
		if (far(v[i], speed_at(last, seconds), corner + 1e-3))
			complain("speed", $0)
		if (gap < -0.01)
			complain("overlap", $0)
		follows[last] = i
	} else {
		present[$3] = i
	}
	latest[$3] = i
}

file == 2 {
	steps++
	i = present[$2]
	while (i && $1 > start[i] + duration[i] + 0.5001)
		i = follows[i]
	if (!i || $1 < start[i] - 0.5001) {
		complain("root", "outside of segments: " $0)
		next
	}
	present[$2] = i
	crossing = (position[$2] + $3) / 2
	up = $3 - position[$2]
	if (far(up, 0, 1) || !up)
		complain("one", $0)
	position[$2] = $3
	if (up * (near(i, $1, -100) - crossing) > 1e-9 ||
	    up * (near(i, $1, 100) - crossing) < -1e-9)
		complain("root", $0)
}

END {
	for (axis in latest) {
		i = latest[axis]
		if (far(position[axis], at(i, duration[i] / 1e9), 0.5 + 1e-6))
			complain("end", axis " ends at " position[axis])
	}
	if (segments < 100 || steps < 10000)
		complain("root", segments " segments, " steps + 0 " steps")
	verdict("segments follow each other", "overlap")
	verdict("position has no jump", "position")
	verdict("speed jumps by no more than CORNER", "speed")
	verdict("each row is one step", "one")
	verdict("steps are within 100 ns of their roots", "root")
	verdict("the last steps are where the cubics end", "end")
}
