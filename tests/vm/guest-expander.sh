# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of expander.sh that runs in the guest.
#
# shellcheck disable=SC2154 # modules is of the kit

driver=/sys/bus/platform/drivers/stepper-gpio
class=/sys/class/misc/stepper

line() # LINE
{
	echo "$1" >/dev/stepper
}

unbind()
{
	echo stepper-gpio.0 >$driver/unbind
}

refused() # NAME MESSAGE LINE
{
	check "$1" like "$(line "$3" 2>&1)" "*: $2"
}

record
insmod "$modules/i2c-imx.ko"
insmod "$modules/gpio-pca953x.ko"
echo max7310 0x20 >/sys/bus/i2c/devices/i2c-2/new_device
insmod "$modules/stepper.ko"
mark probe
echo 'PAN step=2-0020:0 dir=2-0020:1 enable=2-0020:2 settings="SCALE 10; MAXSPEED 9999; SPEED 5"' \
	>$driver/new_device
dmesg | grep 'edges by'
check "edges by thread" like "$(dmesg)" '*stepper-gpio stepper-gpio.0: edges by thread, *'
check "of a real-time priority" like \
	"$(cut -d ' ' -f 40,41 "/proc/$(pidof stepper-edges)/stat")" '[1-9]* 1'
rate=$(cat $class/steps_per_second_max)
check "its speed was measured" like "$rate" '[1-9]*[0-9][0-9]'

mark move
check "move" line 'PAN 30; SYNC'
mark back
check "move back" line 'PAN 10; SYNC'
mark slow
refused "a speed above that" 'Numerical argument out of domain' "PAN 20 AT $((rate / 10 + 1))"
exec 3<>/dev/stepper
echo 'ERROR?' >&3
read -r answer <&3
exec 3<&-
check "the limit is told" like "$answer" "*PAN: its pins can be served at $rate steps/s at most*"
mark fastest
check "a speed just below" line "PAN 50 AT $((rate / 10)); SYNC"
check "no step was late" [ "$(cat $class/late_edges) $(cat $class/slip_total_ns)" = "0 0" ]

mark halting
line 'RUN PAN 5'
sleep 1
check "HALT" line HALT
sleep 0.1
mark halted
sleep 0.5
check "in alarm after HALT" like "$(cat /dev/stepper)" 'STATE=ALARM *'
exec 3<>/dev/stepper
echo 'PAN?' >&3
read -r answer <&3
echo "steps after HALT: ${answer##*STEPS=}"
line RESET

mark unbinding
line 'RUN PAN -5'
sleep 1
check "unbind while it moves" unbind
mark unbound
check "its file is gone" [ ! -e /dev/stepper ]
check "no thread stays" [ -z "$(pidof stepper-edges)" ]
exec 3<&-
