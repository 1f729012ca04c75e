#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A star tracker: PAN, whose axis points at the celestial pole, turns as the sky does,
# once in a sidereal day (15.041067 arc seconds a second), from where it is now. Of a motor
# with 32000 steps a turn a step is 40 arc seconds: behind a gear of 144:1 it is 0.3, with
# SCALE 4608000/360. South of the equator set INVERT.
#
#	echo "PAN IS 0" > /dev/stepper        # aim the camera; then
#	star-tracker.sh 4 > /dev/stepper      # hours; STOP ends it before
#
# Each minute has its point, computed from the beginning, so that errors cannot add up.
# The device takes an hour of them ahead, and lets this wait to write more.

awk -v hours="${1:-1}" 'BEGIN {
	speed = 360 / 86164.0905 # degrees a second
	point = "PVT PAN %.6f %.6f IN %s\n"
	printf point, speed / 2, speed, "1s" # half as far while it speeds up
	for (minute = 1; minute <= 60 * hours; minute++)
		printf point, speed * (60 * minute + 0.5), speed, "1min"
	printf point, speed * (60 * minute - 59), 0, "1s"
}'
