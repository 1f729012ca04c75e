# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Trains of steps at constant speeds, for bench/jitter.sh: each begins at a mark that
# says who makes them, for how many axes, at how many steps/s. Then motions that
# HALT and a limit switch, which is the board's power button, end.
#
# shellcheck disable=SC2154,SC2086 # modules and tracing are of the kit

chip=9030000.pl061
base=$(sed -n "s/^gpiochip.*GPIOs \\([0-9]*\\)-.*$chip.*/\\1/p" /sys/kernel/debug/gpio)
driver=/sys/bus/platform/drivers/stepper-gpio
settings='settings="MAX 9999; MIN -9999; SCALE 100; MAXSPEED 500; MAXACCEL 100000; ACCEL 100000; JERK 0"'
one="PAN step=$chip:0 dir=$chip:1 $settings"
two="$one TILT step=$chip:2 dir=$chip:4 $settings"
rates="1000 5000 10000 20000 50000"

# train EARLY AXES RATE COMMAND: its first and its last quarter have ramps in them
train()
{
	mark "$1-$2-$3"
	echo "$4 FOR $((400000 / $3 + 40))ms; SYNC" >/dev/stepper
	mark end
}

# Recording the pins takes time, which the device that appears is not to measure
appear() # DESCRIPTION
{
	echo 0 >$tracing/events/gpio/gpio_value/enable
	echo "$1" >$driver/new_device
	echo 1 >$tracing/events/gpio/gpio_value/enable
}

trains() # AXES DESCRIPTION
{
	appear "$2"
	dmesg | grep 'edges by' | tail -n 1
	for early in 0 20; do
		echo $early >/sys/module/stepper/parameters/early_us
		for rate in $rates; do
			speed=$((rate / 100))
			# speeds that are not quite the same, so that edges meet in every way
			[ "$1" = 1 ] || command=" TILT $((speed - 1)).9"
			train $early "$1" "$rate" "RUN PAN $speed${command:-}"
			echo "late: $early-$1-$rate $(cat /sys/class/misc/stepper/late_edges) $(cat \
				/sys/class/misc/stepper/slip_total_ns)"
		done
	done
	echo 0 >/sys/module/stepper/parameters/early_us
}

record
for rate in $rates; do
	mark "bare-1-$rate"
	insmod "$modules/toggle.ko" gpio="$base" edges=600 period_ns=$((500000000 / rate))
	sleep 0.7
	rmmod toggle
done
insmod "$modules/stepper.ko"
echo stepper >$driver/unbind
trains 1 "$one"
echo stepper-gpio.0 >$driver/delete_device
trains 2 "$two"
exec 4>/dev/stepper
echo 1 >$tracing/events/syscalls/sys_enter_write/enable
for _ in $(seq 20); do
	echo "RUN PAN 300 TILT 299.9" >&4
	sleep 0.02
	mark halt
	echo HALT >&4
	sleep 0.01
	mark end
	echo RESET >&4
done
exec 4>&-
echo 0 >$tracing/events/syscalls/sys_enter_write/enable
echo stepper-gpio.0 >$driver/delete_device

appear "PAN limit-max=$chip:3 ${one#PAN }"
echo 1 >$tracing/events/irq/irq_handler_entry/enable
for _ in 1 2 3 4 5; do
	echo "RUN PAN 500" >/dev/stepper
	await '*PAN=[1-9]*'
	mark limit
	echo "press the power button"
	await '*ALARM=LIMIT*'
	mark end
	sleep 0.2
	echo 'RESET
PAN 0; SYNC' >/dev/stepper
done
