# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest instructions for each step, on the emulated board: what a background
# process loses while steps are made. A long train less a short one: over the
# same time: what does not depend on the number of steps cancels.

base=$(sed -n 's/^gpiochip.*GPIOs \([0-9]*\)-.*pl061.*/\1/p' /sys/kernel/debug/gpio)
modules=/lib/modules
rates="2500 5000 20000"

# stolen LOOPS COMMAND: instructions that ran beside the soak
stolen()
{
	sleep 0.1 # what was before is over
	/soak "$1" >/tmp/stolen &
	sleep 0.1 # and all of the command is beside the soak
	eval "$2"
	wait $!
	cat /tmp/stolen
}

# toggle EDGES PERIOD_NS: the bare timer
toggle()
{
	stolen "$((4000 * $2 / 4 + 40000000))" \
		"insmod $modules/toggle.ko gpio=$base edges=$1 period_ns=$2"
	rmmod toggle
}

# move RATE STEPS [STEPS]: the driver; the ramps are the same whatever the way
move()
{
	way="PAN BY $(($2 / 100))"
	[ $# = 2 ] || way="$way TILT BY $(($3 / 100))"
	stolen 280000000 "echo '$way AT $(($1 / 100))' >/dev/stepper"
	echo 'SYNC' >/dev/stepper
}

# A step is two edges
for rate in $rates; do
	period=$((500000000 / rate))
	toggle 1000 $period >/dev/null # the first one costs more
	short=$(toggle 1000 $period)
	long=$(toggle 4000 $period)
	echo "$rate bare $(((long - short) / 1500))"
done

insmod $modules/stepper.ko
for axis in PAN TILT; do
	echo "SET $axis MAX 9999; SET $axis MIN -9999; SET $axis SCALE 100; SET $axis MAXSPEED 500;
SET $axis MAXACCEL 100000; SET $axis ACCEL 100000; SET $axis JERK 0" >/dev/stepper
done
# the last is more than the bare timer can
for rate in $rates 50000; do
	move "$rate" 100 >/dev/null
	steps=$((rate * 4 / 10))
	short=$(move "$rate" $steps)
	long=$(move "$rate" $((2 * steps)))
	echo "$rate one $(((long - short) / steps))"
	# not as far, so that edges meet in every way
	other=$((steps * 9 / 10))
	short=$(move "$rate" $steps $other)
	long=$(move "$rate" $((2 * steps)) $((2 * other)))
	echo "$rate two $(((long - short) / (steps + other)))"
done
