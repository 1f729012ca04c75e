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
	/soak "$1" >/tmp/stolen &
	eval "$2"
	wait $!
	cat /tmp/stolen
}

# toggle EDGES PERIOD_NS: the bare timer
toggle()
{
	stolen "$((4000 * $2 / 4 + 10000000))" \
		"insmod $modules/toggle.ko gpio=$base edges=$1 period_ns=$2"
	rmmod toggle
}

# bare STEPS_PER_SECOND; a step is two edges
bare()
{
	period=$((500000000 / $1))
	long=$(toggle 4000 $period)
	short=$(toggle 2000 $period)
	echo "bare timer, $1 steps/s: $(((long - short) / 1000))"
}

emitted()
{
	exec 3<>/dev/stepper
	echo 'PAN?' >&3
	read -r answer <&3
	exec 3<&-
	echo "${answer##*STEPS=}"
}

bare 2667
bare 5333

if insmod $modules/stepper.ko; then
	# Speed only: the ramps are the same
	for speed in 30 60; do
		start=$(emitted)
		short=$(stolen 160000000 "echo 'PAN BY 10 AT $speed' >/dev/stepper")
		middle=$(emitted)
		long=$(stolen 160000000 "echo 'PAN BY 20 AT $speed' >/dev/stepper")
		end=$(emitted)
		steps=$((end - 2 * middle + start))
		echo "stepper, $speed deg/s: $(((long - short) / steps))"
	done
fi
