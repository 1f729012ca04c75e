# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of bench/fastest.sh that runs in the guest.
#
# shellcheck disable=SC2154 # modules is of the kit

chip=9030000.pl061
base=$(sed -n "s/^gpiochip.*GPIOs \\([0-9]*\\)-.*$chip.*/\\1/p" /sys/kernel/debug/gpio)
driver=/sys/bus/platform/drivers/stepper-gpio
class=/sys/class/misc/stepper
pan="PAN step=$chip:0 dir=$chip:1"
tilt="TILT step=$chip:2 dir=$chip:4"
settings='settings="SCALE 100; MIN -99999; MAX 99999; MAXSPEED 9999; MAXACCEL 99999; ACCEL 99999; JERK 0; STEPLEN 1us; STEPSPACE 1us"'

# Whether the bare timer makes this rate, but for $percent of its edges
bare()
{
	insmod "$modules/toggle.ko" gpio="$base" edges=4000 period_ns=$((500000000 / $1))
	sleep 1
	missed=$(cat /sys/module/toggle/parameters/missed)
	rmmod toggle
	[ "$missed" -le $((40 * percent)) ]
}

one()
{
	runs "RUN PAN $(($1 / 100)) FOR 200ms; SYNC"
}

# Speeds that are not quite the same, so that edges meet in every way
two()
{
	runs "RUN PAN $(($1 / 100)) TILT $(($1 / 100 - 1)).9 FOR 200ms; SYNC"
}

# Whether the plan slips by no more than $percent of its time
runs() # LINE
{
	before=$(cat $class/slip_total_ns)
	echo "$1" >/dev/stepper
	slip_us=$((($(cat $class/slip_total_ns) - before) / 1000))
	[ $slip_us -le $((2000 * percent)) ]
}

# The highest rate in thousands of steps/s at which COMMAND RATE is true
fastest() # NAME COMMAND
{
	found=
	for percent in 0 1; do
		low=1 high=256
		while [ $((high - low)) -gt 1 ]; do
			middle=$(((low + high) / 2))
			if $2 ${middle}000; then low=$middle; else high=$middle; fi
		done
		found="$found ${low}000"
	done
	echo "fastest $1: $found"
}

# What the device in force accepts
accepted() # NAME COMMAND
{
	rate=$(cat $class/steps_per_second_max)
	$2 "$rate"
	echo "fastest $1: $rate accepted, with a slip of $slip_us us in 200 ms"
}

fastest "bare timer" bare
for module in /any.ko "$modules/stepper.ko"; do
	insmod "$module"
	[ "$module" = /any.ko ] && try=fastest || try=accepted
	echo stepper >$driver/unbind
	echo "$pan $settings" >$driver/new_device
	$try "stepper, one axis" one
	echo stepper-gpio.0 >$driver/delete_device
	echo "$pan $settings $tilt $settings" >$driver/new_device
	$try "stepper, two axes" two
	rmmod stepper
done
