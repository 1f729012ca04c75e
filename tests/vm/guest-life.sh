# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of life.sh that runs in the guest, twice: the second time in a kernel
# that the first one has started.

line()
{
	echo "$1" >/dev/stepper
}

# Somebody who does not give up. What he writes is in vain when there is no device.
insist()
{
	while :; do
		line RESET
		line 'RUN PAN 5'
	done 2>/dev/null &
	sleep 0.5
}

level() # LINE of the controller
{
	base=$(cat /sys/class/gpio/gpiochip*/base)
	echo $((base + $1)) >/sys/class/gpio/export
	cat /sys/class/gpio/gpio$((base + $1))/value
	echo $((base + $1)) >/sys/class/gpio/unexport
}

controller()
{
	echo 9030000.pl061 >"/sys/bus/amba/drivers/pl061_gpio/$1"
}

bind()
{
	echo stepper >/sys/bus/platform/drivers/stepper-gpio/bind
}

# The kernel probes again when it has time
appears()
{
	for _ in $(seq 20); do
		[ ! -c /dev/stepper ] || return 0
		sleep 0.1
	done
	return 1
}

write_open()
{
	echo "$1" >&3
}

if [ ! -e /again ]; then
	check "a controller that is late" controller unbind
	load
	check "no device without it" [ ! -e /dev/stepper ]
	check "it comes" controller bind
	check "and with it the device" appears
	check "moving" line 'RUN PAN 5'
	sleep 0.5
	exec 3>/dev/stepper
	check "the controller goes" controller unbind
	check "and with it the device, again" [ ! -e /dev/stepper ]
	check "an open file tells" like "$(write_open RESET 2>&1)" '*: No such device'
	exec 3>&-
	check "it comes back" controller bind
	check "the device can be bound again" bind
	check "and is there" [ -c /dev/stepper ]
	check "no line was held" like "$(dmesg | grep -c 'STILL REQUESTED')" 0

	check "moving once more" line 'RUN PAN 5'
	sleep 0.5
	began=$(date +%s)
	echo +3 >/sys/class/rtc/rtc0/wakealarm
	check "sleep, until the clock wakes it" sh -c 'echo freeze >/sys/power/state'
	check "sleep: it slept" [ $(($(date +%s) - began)) -ge 3 ]
	check "sleep: motors are stopped" like "$(cat /dev/stepper)" 'STATE=ALARM *ALARM=HALTED UNTRUSTED=PAN*'
	insist
	check "moving again" like "$(cat /dev/stepper)" 'STATE=RUN *'

	touch /again
	cd /
	find . -xdev ! -name vmlinuz | cpio -o -H newc >/tmp/initrd 2>/dev/null
	mv /tmp/initrd /
	check "another kernel is started" /kexec
	return 1
fi

ok "another kernel has been started"
# the levels that the other kernel left, before this one's driver
check "another kernel: STEP is low" [ "$(level 0)" = 0 ]
check "another kernel: motors are off" [ "$(level 5)" = 1 ]
load
check "another kernel: moves" line 'PAN 1; SYNC'
line RELEASE
insist
check "moving at the reboot" like "$(cat /dev/stepper)" 'STATE=RUN *'
