# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of stress.sh that runs in the guest.

debugfs=/sys/kernel/debug
for kind in failslab fail_page_alloc fail_usercopy; do
	echo 0 >$debugfs/$kind/verbose
done
echo N >$debugfs/failslab/ignore-gfp-wait
echo N >$debugfs/fail_page_alloc/ignore-gfp-wait
echo 0 >$debugfs/fail_page_alloc/min-order

# Lines that can sleep, as those of an expander on I2C
mount -t configfs none /sys/kernel/config
chip=/sys/kernel/config/gpio-sim/expander
mkdir -p $chip/bank
echo expander >$chip/bank/label
echo 6 >$chip/bank/num_lines
echo 1 >$chip/live
lines=/sys/devices/platform/$(cat $chip/dev_name)/$(cat $chip/bank/chip_name)
driver=/sys/bus/platform/drivers/stepper-gpio

load
/stress

# A thread moves them, in place of the timer
make()
{
	echo 'estop=expander:4 PAN step=expander:0 dir=expander:1 enable=expander:2
		limit-max=expander:3 settings="SCALE 100"' >$driver/new_device
}

unmake()
{
	echo stepper-gpio.0 >$driver/delete_device
}

line()
{
	echo "$1" >/dev/stepper1
}

check "lines that can sleep" make
rises=$(sed -n 's/^gpiochip.*GPIOs \([0-9]*\)-.*expander.*/gpio_value: \1 set 1/p' $debugfs/gpio)
# shellcheck disable=SC2154 # of init
echo 1 >"$tracing/events/gpio/gpio_value/enable"
check "a thread moves them" line 'PAN 3; SYNC'
echo 0 >"$tracing/events/gpio/gpio_value/enable"
check "a thread makes each step" [ "$(grep -c "$rises" "$tracing/trace")" = 300 ]
line 'RUN PAN 1'
echo pull-up >"$lines/sim_gpio3/pull"
sleep 0.5
check "a limit that can sleep" grep -q ALARM=LIMIT /dev/stepper1
line RESET
line 'RUN PAN -1'
echo pull-up >"$lines/sim_gpio4/pull"
sleep 0.5
check "an emergency stop that can sleep" grep -q ALARM=ESTOP /dev/stepper1
echo pull-down >"$lines/sim_gpio4/pull"
for _ in $(seq 10); do
	unmake
	make
	line 'RUN PAN -1'
	sleep 0.1
done
unmake
check "they go while they move" [ ! -e /dev/stepper1 ]

check "what can be read" cat /sys/class/misc/stepper/late_max_ns \
	/sys/kernel/debug/stepper-sim/estop

# Sleep, as far as the devices go; the driver has to be at rest after it
echo devices >/sys/power/pm_test
echo 'RUN PAN 5' >/dev/stepper
check "suspend" sh -c 'echo mem >/sys/power/state'
check "motors are stopped by it" grep -q STATE=ALARM /dev/stepper
echo RESET >/dev/stepper

/faults

# What is in use may go as well
exec 3<>/dev/stepper
check "a chip that goes" rmmod stepper-sim
check "its file knows" sh -c '! echo "?" >&3'
exec 3<&-
check "all is gone" rmmod stepper
