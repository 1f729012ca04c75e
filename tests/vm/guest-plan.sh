# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of plan.sh that runs in the guest: each script in one write, as cat does it; and
# a joystick, that is not planned before.

record
load
for script in /script-*; do
	mark "${script#/script-}"
	cat "$script" >/dev/stepper || not_ok "$script" "refused"
	echo SYNC >/dev/stepper || not_ok "$script" "not done"
done

slip=/sys/class/misc/stepper/slip_total_ns
echo "SET PAN BACKLASH 0; SET TILT BACKLASH 0; SET PAN SPEED 60; SET TILT SPEED 60" >/dev/stepper
echo "SET PAN ACCEL 120; SET TILT ACCEL 120; SET PAN JERK 1200; SET TILT JERK 1200" >/dev/stepper
before=$(cat $slip)
mark joystick
check "a joystick that retargets each ms" /joystick
echo SYNC >/dev/stepper
mark rest
exec 3<>/dev/stepper
echo 'PAN?; TILT?' >&3
there=$(head -n 2 <&3)
exec 3>&-
check "a joystick's steps are counted" [ "$there" = "PAN=3.000000 STEPS=267
TILT=-2.000000 STEPS=-178" ]
check "a joystick lets nothing slip" [ "$(cat $slip)" = "$before" ]

# Waking early, and waiting: the same train of steps leaves in better time.
early=/sys/module/stepper/parameters/early_us
echo 'PAN 0 TILT 0; SYNC' >/dev/stepper
for us in 0 20; do
	echo $us >$early
	mark early$us
	echo 'RUN PAN 11 FOR 400ms; SYNC' >/dev/stepper
	mark rest
done
