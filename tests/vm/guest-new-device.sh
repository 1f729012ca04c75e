# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of new-device.sh that runs in the guest. The lines of the virtual head:
# 0 to 2 STEP, DIR and EN of pan, 6 to 8 those of tilt, 12 the auxiliary one; their
# names are pan-step and so on.
#
# shellcheck disable=SC2154,SC2086 # modules and sim are init's, and words

driver=/sys/bus/platform/drivers/stepper-gpio
pan='PAN step=stepper-sim:0 dir=stepper-sim:1'

# What is wrong with a refusal, if anything: the shell's word for the errno, what the
# kernel's log says, and there is no device
refusal() # ERRNO LOG LINE
{
	known=$(dmesg | wc -l)
	# shellcheck disable=SC2116 # the message is that of echo
	if message=$(echo "$3" 2>&1 >$driver/new_device); then
		echo "not refused"
		return 1
	fi
	like "$message" "*: $1" && like "$(dmesg | tail -n "+$((known + 1))")" "*$2*" &&
		[ ! -e $driver/stepper-gpio.0 ]
}

refused() # NAME ERRNO LOG LINE
{
	check "$1" refusal "$2" "$3" "$4"
}

new_device()
{
	echo "$1" >$driver/new_device
}

delete_device()
{
	echo "$1" >$driver/delete_device
}

write_line() # LINE [FILE]
{
	echo "$1" >"${2:-/dev/stepper}"
}

answer() # LINE: what the second device says to it
{
	exec 5<>/dev/stepper1
	echo "$1" >&5 2>/dev/null
	head -n 1 <&5
	exec 5<&-
}

write_open() # LINE
{
	echo "$1" >&4
}

# In the debug kernel they go late, in virtual time
nodes_are() # HOW MANY
{
	for _ in $(seq 60); do
		[ "$(find /sys/kernel/software_nodes -mindepth 1 -maxdepth 1 | wc -l)" != "$1" ] ||
			return 0
		sleep 0.1
	done
	ls /sys/kernel/software_nodes
	return 1
}

# pan and tilt of the head, in steps
head_is() # PAN TILT
{
	like "$(cut -d ' ' -f 2 $sim/position | xargs)" "$1 $2"
}

insmod $modules/stepper.ko
refused "no such chip" 'No such device' 'there is no such GPIO chip or line' "$pan"
refused "no such line" 'No such device' 'cannot find GPIO line nowhere' 'PAN step=nowhere dir=there'
insmod $modules/stepper-sim.ko
refused "lines in use" 'Device or resource busy' 'PAN: step-gpios' "$pan"
echo stepper-gpio >$driver/unbind
check "the head's own device is gone" [ ! -e /dev/stepper ]

refused "nothing" 'Invalid argument' 'no axis' ''
refused "no DIR" 'Invalid argument' 'PAN: no dir-gpios' 'PAN step=stepper-sim:0'
refused "no such offset" 'Invalid argument' 'PAN: step-gpios' 'PAN step=stepper-sim:99 dir=stepper-sim:1'
refused "not an output" 'Invalid argument' 'PAN: dir-gpios' 'PAN step=stepper-sim:0 dir=stepper-sim:3'
refused "unknown line of an axis" 'Invalid argument' 'PAN: no line of an axis is called "stp"' \
	'PAN stp=stepper-sim:0'
refused "unknown line of the device" 'Invalid argument' 'no line of the device is called "step"' \
	'step=stepper-sim:0 PAN'
refused "unknown flag" 'Invalid argument' 'a line has no flag "lo"' \
	"$pan enable=stepper-sim:2,lo"
refused "a line twice" 'Invalid argument' 'too many lines PAN-step' "$pan step=stepper-sim:4"
refused "settings twice" 'Invalid argument' 'PAN: settings given twice' \
	"$pan settings=\"MIN 0\" settings=\"MAX 9\""
refused "an unknown drive" 'Invalid argument' 'PAN: no drive is called "half"' "$pan drive=half"
refused "no phase C" 'Invalid argument' 'PAN: no phase-c-gpios' \
	'PAN drive=full-steps phase-a=stepper-sim:1 phase-b=stepper-sim:7'
refused "no number" 'Invalid argument' 'poll-interval: "often" is no number' \
	"poll-interval=often $pan"
refused "an axis twice" 'Invalid argument' 'the name PAN is taken or reserved' "$pan PAN"
refused "an axis twice, in small letters" 'Invalid argument' 'taken or reserved' \
	"$pan pan step=stepper-sim:4 dir=stepper-sim:5"
refused "a word of the language" 'Invalid argument' 'the name HOME is taken or reserved' \
	'HOME step=stepper-sim:0 dir=stepper-sim:1'
refused "a path for a name" 'Invalid argument' 'cannot name an axis' '../PAN step=stepper-sim:0'
refused "no name" 'Invalid argument' 'cannot name an axis' '"" step=stepper-sim:0'
refused "a sign in a name" 'Invalid argument' 'cannot name an axis' \
	'P-N step=stepper-sim:0 dir=stepper-sim:1'
refused "wrong setting" 'Invalid argument' 'PAN: settings "MIN 0; SCALE 0": a ratio must be greater' \
	"$pan settings=\"MIN 0; SCALE 0\""
refused "nine axes" 'No space left on device' 'more than 8 axes' 'A B C D E F G H I'

check "phases, on wires that make no step of the head" new_device \
	'TURRET drive=full-steps phase-a=pan-dir phase-b=pan-enable phase-c=tilt-dir
	phase-d=tilt-enable,low'
edges=$(wc -l <$sim/edges)
write_line 'TURRET 4steps; SYNC'
check "its motor was switched on and driven" [ $(($(wc -l <$sim/edges) - edges)) = 10 ]
write_line RELEASE
check "and is off" [ $(($(wc -l <$sim/edges) - edges)) = 12 ]
check "its device goes" delete_device stepper-gpio.0

check "by chip and offset" new_device "enable=stepper-sim:2,low aux=stepper-sim:12 $pan settings=\"MAX 90; SCALE 100\""
check "move" write_line 'PAN 30; TRIGGER 1 1ms; SYNC'
check "the head moved" head_is 3000 0
check "setting" like "$(write_line 'PAN 91' 2>&1)" '*: Numerical result out of range'
check "a second one by names" new_device \
	'roll step=tilt-step dir=tilt-dir enable=tilt-enable,low'
check "a second file" write_line 'ROLL 9; SYNC' /dev/stepper1
check "the other motor moved" head_is 3000 800
check "HOME without a switch" like "$(write_line HOME /dev/stepper1 2>&1)" '*: No such device'
check "HOME without a switch, answered" like "$(answer HOME)" 'ERR 19 ENODEV 1 *'
check "HOME ROLL without a switch, answered" like "$(answer 'HOME ROLL')" 'ERR 19 ENODEV 1 *ROLL*'
check "TRIGGER without an output" like "$(write_line 'TRIGGER 1 5ms' /dev/stepper1 2>&1)" \
	'*: No such device'
check "TRIGGER without an output, answered" like "$(answer 'TRIGGER 1 5ms')" \
	'ERR 19 ENODEV 9 no output 1'
write_line 'PAN 80'
write_line 'ROLL 40' /dev/stepper1
check "both move at once" like "$(cat /dev/stepper /dev/stepper1 | xargs)" 'STATE=RUN *STATE=RUN *'
check "one comes to its end" write_line SYNC
check "the other, too" write_line SYNC /dev/stepper1
check "in their places" head_is 8000 3556
check "delete" delete_device stepper-gpio.0
check "its file is gone" [ ! -e /dev/stepper ]
check "the other stays" write_line 'ROLL 0; SYNC' /dev/stepper1
check "delete what is not" like "$(delete_device stepper-gpio.0 2>&1)" '*: No such device'
check "delete no name" like "$(delete_device stepper 2>&1)" '*: Invalid argument'
check "delete what is not ours" like "$(delete_device stepper-gpio. 2>&1)" '*: Invalid argument'

check "again, on what was set free" new_device "$pan enable=stepper-sim:2,low"
exec 4>/dev/stepper
echo 'PAN 90' >&4
delete_device stepper-gpio.0
check "a file that outlives its device" like "$(write_open 'PAN 0' 2>&1)" '*: No such device'
exec 4>&-
check "once more, in two lines" new_device "PAN step=stepper-sim:0
	dir=stepper-sim:1"
check "unload with devices" rmmod stepper
check "no node stays but the head's" nodes_are 1
check "no fault" like "$(awk '$2 != 0' $sim/faults)" ''
check "load again" insmod $modules/stepper.ko
check "nothing was kept" [ ! -e $driver/stepper-gpio.0 ]

echo stepper-gpio >$driver/unbind
check "a switch that is looked at" new_device "poll-interval=40 $pan enable=pan-enable,low home=pan-home
	settings=\"HOMESPEED 45; HOMEPOS -172; MIN -175\""
check "how often is told" like "$(dmesg | tail -n 3)" '*1 of 1 switches are polled, each 40 ms*'
check "it is seen" write_line 'HOME; SYNC'
check "and shown" like "$(cat /dev/stepper)" '* PAN=-172.000000 *UNKNOWN= SWITCHES=PAN-HOME'
check "the device goes" delete_device stepper-gpio.0

# Two axes leave no time between edges both to sleep and to wake early: the plan does not
# slip for that. In the debug kernel it slips anyway.
slip=/sys/class/misc/stepper/slip_total_ns
if [ "$board" = x86 ]; then
	fast='settings="SCALE 100; MAX 99; MAXSPEED 500; MAXACCEL 100000; ACCEL 100000; JERK 0"'
	check "two fast axes" new_device "$pan $fast TILT step=tilt-step dir=tilt-dir $fast"
	echo 20 >/sys/module/stepper/parameters/early_us
	check "at 37000 steps/s" write_line 'RUN PAN 370 TILT 369.9 FOR 200ms; SYNC'
	echo "they slip by $(cat $slip) ns"
	check "woken early" [ "$(cat $slip)" -lt 10000 ]
	echo 0 >/sys/module/stepper/parameters/early_us
	check "they go" delete_device stepper-gpio.0
fi

# What has no device tree is told, too, when its GPIO chip goes: in mid-move
check "on lines that will go" new_device "estop=stepper-sim:13 aux=stepper-sim:12
	$pan enable=stepper-sim:2,low"
exec 4>/dev/stepper
write_open 'RUN PAN 5'
check "moving" like "$(cat /dev/stepper)" 'STATE=RUN *'
check "the chip goes" rmmod stepper-sim
check "its file tells" like "$(write_open 'PAN 0' 2>&1)" '*: No such device'
exec 4>&-
check "no line is held" like "$(dmesg | grep -c 'STILL REQUESTED')" 0
check "nothing drives what is not there" [ ! -e $driver/stepper-gpio.0 ]
check "it can be deleted" delete_device stepper-gpio.0
