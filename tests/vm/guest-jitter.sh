# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Trains of steps at constant speeds, for bench/jitter.sh: each begins at a mark that
# says who makes them, for how many axes, at how many steps/s.
#
# shellcheck disable=SC2154 # modules is of the kit

base=$(sed -n 's/^gpiochip.*GPIOs \([0-9]*\)-.*pl061.*/\1/p' /sys/kernel/debug/gpio)
rates="1000 5000 10000 20000 50000"

record
for rate in $rates; do
	mark "bare-1-$rate"
	insmod "$modules/toggle.ko" gpio="$base" edges=600 period_ns=$((500000000 / rate))
	sleep 0.7
	rmmod toggle
done
load
dmesg | grep 'edges by'
for axis in PAN TILT; do
	echo "SET $axis MAX 9999; SET $axis MIN -9999; SET $axis SCALE 100; SET $axis MAXSPEED 500;
SET $axis MAXACCEL 100000; SET $axis ACCEL 100000; SET $axis JERK 0" >/dev/stepper
done
for early in 0 20; do
	echo $early >/sys/module/stepper/parameters/early_us
	for rate in $rates; do
		speed=$((rate / 100))
		mark "$early-1-$rate"
		echo "RUN PAN $speed FOR $((400000 / rate + 40))ms; SYNC" >/dev/stepper
		mark "$early-2-$rate"
		# speeds that are not quite the same, so that edges meet in every way
		echo "RUN PAN $speed TILT $((speed - 1)).9 FOR $((400000 / rate + 40))ms; SYNC" \
			>/dev/stepper
	done
done
mark run
echo "RUN PAN 200" >/dev/stepper
sleep 0.1
mark halt
echo HALT >/dev/stepper
mark end
