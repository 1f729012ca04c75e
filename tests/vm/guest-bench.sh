# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest instructions for each step, on the emulated board: what a background
# process loses while steps are made. A long train less a short one: over the
# same time: what does not depend on the number of steps cancels.

base=$(sed -n 's/^gpiochip.*GPIOs \([0-9]*\)-.*pl061.*/\1/p' /sys/kernel/debug/gpio)
modules=/lib/modules

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

# bare STEPS_PER_SECOND; a step is two edges
bare()
{
	period=$((500000000 / $1))
	toggle 1000 $period >/dev/null # the first one costs more
	short=$(toggle 1000 $period)
	long=$(toggle 4000 $period)
	echo "bare timer, $1 steps/s: $(((long - short) / 1500))"
}

# move SPEED DEGREES: the driver; the ramps are the same whatever the way
move()
{
	stolen 280000000 "echo 'PAN BY $2 AT $1' >/dev/stepper"
	echo SYNC >/dev/stepper
}

emitted()
{
	exec 3<>/dev/stepper
	echo 'PAN?' >&3
	read -r answer <&3
	exec 3<&-
	echo "${answer##*STEPS=}"
}

# at 2667 and at 5333 steps/s
bare 2667
bare 5333
insmod $modules/stepper.ko
for speed in 30 60; do
	move "$speed" 1 >/dev/null
	start=$(emitted)
	short=$(move "$speed" 10)
	middle=$(emitted)
	long=$(move "$speed" 25)
	steps=$(($(emitted) - 2 * middle + start))
	echo "stepper, $((speed * 32000 / 360)) steps/s: $(((long - short) / steps))"
	echo 'PAN 0; SYNC' >/dev/stepper
done
