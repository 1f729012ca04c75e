# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of switches.sh that runs in the guest. On x86 and debug the virtual head has
# limits and home switches, by interrupt and then without; on virt the power button
# is the emergency stop; on raspi3b somebody outside sets the levels of inputs.
#
# shellcheck disable=SC2154 # way, board, sim and stepperd are of the kit

status()
{
	check "$1" like "$(cat /dev/stepper)" "$2"
}

steps() # WHAT AXIS
{
	exec 3<>/dev/stepper
	echo "$2?" >&3
	read -r answer <&3
	exec 3<&-
	echo "$1: ${answer##*STEPS=}"
}

line()
{
	echo "$1" >/dev/stepper
}

not()
{
	! "$@" 2>/dev/null
}

limits() # NAME: tilt stands at -44 degrees, which it takes for 0
{
	line 'TILT -44; SYNC'
	line 'TILT IS 0'
	mark "$1"
	check "$1: SYNC tells" not line 'PAN 5 TILT -20; SYNC'
	status "$1: alarm" 'STATE=ALARM *ALARM=LIMIT UNTRUSTED=*TILT* SWITCHES=TILT-MIN,TILT-HOME'
	check "$1: RESET is needed" not line 'TILT 0'
	line RESET
	steps "steps to the limit, $1" TILT
	mark "$1-away"
	line 'TILT 0; SYNC'
	status "$1: away" 'STATE=IDLE * TILT=0.000000 * ALARM= *SWITCHES='
	mark "$1-end"
	line 'PAN 0 TILT 44; SYNC'
	line 'TILT IS 0'
}

# The switch that somebody presses comes to LEVEL as contacts do, in less than 1 ms
bounce() # LEVEL
{
	for level in "$1" $((1 - $1)) "$1" $((1 - $1)) "$1"; do
		echo "$level" >"$sim/estop"
	done
}

press() # whether: 1 or 0
{
	case "$way $1" in
	"fuse 1") kill -USR1 "$stepperd" ;;
	"fuse 0") kill -USR2 "$stepperd" ;;
	*) bounce "$1" ;;
	esac
}

home() # NAME: tilt stands at 0 degrees
{
	line 'SET TILT HOMEPOS -47; SET TILT BACKOFF 1'
	mark "home-$1"
	check "HOME, $1: SYNC waits for it" line 'HOME TILT; SYNC'
	status "HOME, $1: done" 'STATE=IDLE * TILT=-47.000000 * ALARM= UNTRUSTED=* SWITCHES=TILT-HOME'
	status "HOME, $1: trusted" '* UNTRUSTED= UNKNOWN=PAN *'
	[ ! -e "$sim" ] || echo "tilt after HOME, $1: $(motor tilt)"
	mark "home-$1-end"
	check "HOME, $1: what follows waits for it" line 'HOME TILT
TILT 0; SYNC'
	status "HOME, $1: moved then" '* TILT=0.000000 *'
	queue "$1"
	line 'TILT IS 0'
}

# HOME among moves, and on hold
queue() # NAME
{
	line 'TILT -44; SYNC'
	mark "queue-$1"
	line 'WAIT 300ms; PAN BY 5; HOME TILT; TILT -44; HOME TILT
TILT -45'
	status "HOME in the queue, $1" 'STATE=RUN * QUEUE=6/64 *'
	check "HOME in the queue, $1: after what is before it" await 'STATE=HOMING * QUEUE=4/64 *'
	line PAUSE
	status "HOME in the queue, $1: held" 'STATE=HOLD * QUEUE=4/64 *'
	sleep 0.5
	mark "held-$1"
	sleep 2
	mark "held-$1-end"
	check "HOME in the queue, $1: goes on" line 'RESUME; SYNC'
	status "HOME in the queue, $1: all done" 'STATE=IDLE * TILT=-45.000000 QUEUE=0/64 * ALARM= UNTRUSTED= *'
	mark "queue-$1-end"
	# 45 degrees are 4000 steps; polled, the switch is seen a step later, at most
	[ ! -e "$sim" ] || check "HOME in the queue, $1: from its place" like "$(motor tilt)" '-400[01]'
	line 'PAN BY -5 TILT 0; SYNC'
}

motor() # AXIS: where the head has it, in steps
{
	sed -n "s/^$1 \\([^ ]*\\).*/\\1/p" "$sim/position"
}

# HOME as the module's virtual head alone allows to look at it
all_home()
{
	line 'SET PAN HOMEPOS -172; SET PAN HOMESPEED 20; SET TILT HOMEPOS -47'
	line HOME
	status "HOME, all axes: at once" 'STATE=HOMING *'
	check "HOME, all axes" line SYNC
	status "HOME, all axes: done" 'STATE=IDLE PAN=-172.000000 TILT=-47.000000 * UNTRUSTED= UNKNOWN= SWITCHES=PAN-HOME,TILT-HOME'
	# 172 and 47 degrees are 15288.9 and 4177.8 steps
	check "HOME, all axes: on the steps that trip" [ "$(motor pan) $(motor tilt)" = "-15289 -4178" ]
	line 'PAN -160 TILT 0; SYNC'
	# upwards is where it went down
	line 'SET PAN INVERT 1; SET PAN HOMEDIR 1; SET PAN HOMEPOS 90'
	check "HOME upwards" line 'HOME PAN; SYNC'
	status "HOME upwards: done" 'STATE=IDLE PAN=90.000000 * UNTRUSTED= UNKNOWN= SWITCHES=PAN-HOME'
	check "HOME upwards: on the step that trips" [ "$(motor pan)" = -15289 ]
	echo stepper-gpio >$driver/unbind

	# wired wrongly, to the switch of an axis that stands still: 20 degrees and 1/8
	# more are 2000 steps
	echo 'PAN step=stepper-sim:0 dir=stepper-sim:1 enable=stepper-sim:2,low home=tilt-home
		settings="MIN -10; MAX 10; HOMESPEED 20"' >$driver/new_device
	before=$(motor pan)
	check "HOME without end: SYNC tells" not line 'HOME; SYNC'
	status "HOME without end: alarm" 'STATE=ALARM * ALARM=HOME UNTRUSTED= UNKNOWN=PAN SWITCHES='
	check "HOME without end: the way that it may go" [ $((before - $(motor pan))) = 2000 ]
	exec 3<>/dev/stepper
	echo 'ERROR?' >&3
	read -r answer <&3
	exec 3<&-
	check "HOME without end: says so" like "$answer" '108 ESHUTDOWN *'
	echo stepper-gpio.0 >$driver/delete_device

	# one switch for both
	echo 'TILT step=tilt-step dir=tilt-dir enable=tilt-enable,low
		limit-min=tilt-limit-min settings="HOMESPEED 60"' >$driver/new_device
	check "HOME, by the limit" line 'HOME; SYNC'
	check "HOME, by the limit: on the step that trips it" [ "$(motor tilt)" = -4445 ]
	check "HOME, by the limit: which is one again" not line 'TILT -1; SYNC'
	status "HOME, by the limit: alarm" 'STATE=ALARM *ALARM=LIMIT UNTRUSTED=* SWITCHES=TILT-MIN'
	check "HOME, by the limit: no step beyond it" [ "$(motor tilt)" = -4445 ]
	check "HOME: no fault of the head" like "$(awk '$2 != 0' "$sim/faults")" ''
}

# Within the 10 ms that count, in which the debug kernel starts no program
at_once() # NAME PATTERN
{
	echo '?' >&6
	read -r answer <&6
	read -r _ <&6
	check "$1" like "$answer" "$2"
}

# That switch in other places, and what watches says of it
bouncing()
{
	echo stepper-gpio >$driver/unbind
	wires='PAN step=stepper-sim:0 dir=stepper-sim:1 enable=stepper-sim:2,low'
	echo "$wires limit-max=stepper-sim:13" >$driver/new_device
	exec 5<>/dev/stepper 6<>/dev/stepper
	echo 'WATCH ON' >&5
	line 'RUN PAN 5'
	check "bounces: moving" await '*PAN=[1-9]*'
	bounce 1
	check "bounces: the limit trips" await '*ALARM=LIMIT *SWITCHES=PAN-MAX'
	echo 0 >"$sim/estop"
	at_once "bounces: open for a moment is not open" '*SWITCHES=PAN-MAX'
	echo 1 >"$sim/estop"
	line RESET
	check "bounces: away" line 'PAN BY -1; SYNC'
	bounce 0
	at_once "bounces: nor is it at once, when it opens" '*SWITCHES=PAN-MAX'
	sleep 0.02
	status "bounces: but then" '*SWITCHES='
	check "bounces: all is well" line 'PAN BY 1; SYNC'
	timeout 0.1 cat <&5 >/tmp/events
	exec 5<&- 6<&-
	check "bounces: one alarm" like "$(grep -c 'ALARM LIMIT' /tmp/events)" 1
	echo stepper-gpio.0 >$driver/delete_device

	echo "$wires home=stepper-sim:13 settings=\"HOMESPEED 10; BACKOFF 1\"" >$driver/new_device
	turns=$(grep -c pan-dir "$sim/edges")
	line 'HOME'
	check "bounces: HOME seeks" await 'STATE=HOMING PAN=-[2-9].*'
	bounce 1
	check "bounces: HOME comes back" await 'STATE=HOMING PAN=-1.*'
	bounce 0
	check "bounces: HOME touches again" await 'STATE=HOMING PAN=-[2-9].*'
	there=$(motor pan)
	bounce 1
	check "bounces: HOME is done" await 'STATE=IDLE PAN=0.000000 * UNTRUSTED= UNKNOWN= SWITCHES=PAN-HOME'
	# a step takes 9 ms, and to ask in the debug kernel as long as two
	check "bounces: HOME is where it closed first" [ $((there - $(motor pan))) -le 3 ]
	# down, up, down, and up to where it closed
	check "bounces: HOME turns as often as it should" [ $(($(grep -c pan-dir "$sim/edges") - turns)) -le 4 ]
	bounce 0
	echo stepper-gpio.0 >$driver/delete_device
}

# of the Raspberry Pi's inputs, by who is outside; it takes a while
outside() # set|clear GPIO
{
	register=0x3f20001c
	[ "$1" = set ] || register=0x3f200028
	echo "outside: writel $register $((1 << $2))"
}

# On a Raspberry Pi home is GPIO 16, to ground, and the upper limit 20, which opens
inputs_of_raspberry_pi()
{
	outside set 16
	load
	check "home has opened" await '* UNKNOWN=PAN SWITCHES='

	mark limit
	line 'RUN PAN 5'
	check "limit: moving" await '*PAN=[1-9]*'
	outside set 20
	check "limit: alarm" await 'STATE=ALARM *ALARM=LIMIT *UNKNOWN=PAN *SWITCHES=PAN-MAX'
	check "limit: RESET is needed" not line 'PAN 0'
	line RESET
	check "limit: no way on" not line 'PAN BY 1; SYNC'
	line RESET
	mark away
	check "limit: away" line 'PAN BY -1; SYNC'
	outside clear 20
	check "limit: let go" await '*SWITCHES='

	line 'PAN IS 0; SET PAN HOMESPEED 10; SET PAN BACKOFF 1; SET PAN HOMEPOS -90'
	mark home
	line 'HOME PAN'
	check "HOME: seeks" await 'STATE=HOMING PAN=-[2-9].*'
	outside clear 16
	check "HOME: comes back" await 'STATE=HOMING PAN=-1.*'
	outside set 16
	check "HOME: has left it" await 'STATE=HOMING *SWITCHES='
	check "HOME: touches again" await 'STATE=HOMING PAN=-[2-9].*'
	outside clear 16
	check "HOME: done" await 'STATE=IDLE PAN=-90.000000 * UNTRUSTED= UNKNOWN= SWITCHES=PAN-HOME'
	mark home-end
	line 'PAN IS 0'
	outside set 16
}

driver=/sys/bus/platform/drivers/stepper-gpio
if [ "$board" = raspi3b ]; then
	record
	inputs_of_raspberry_pi
	mark pressing
	line 'RUN PAN 5'
	check "moving" await '*PAN=[1-9]*'
	outside set 26
elif [ "$board" != virt ]; then
	if [ "$way" = module ]; then
		load
		all_home
		unload
		load
		bouncing
		unload
	fi
	if [ "$way" != fuse ]; then # stepperd --sim has no pins
		load no_interrupts=1
		limits polled
		[ "$way" != module ] || home polled
		unload
		record
	fi
	load
	status "positions are unknown at first" '* UNKNOWN=PAN,TILT SWITCHES='
	limits interrupt
	home interrupt
	mark pressing
	line 'RUN PAN 5'
	check "moving" await '*PAN=[1-9]*'
	press 1
else
	record
	load
	mark pressing
	line 'RUN PAN 5'
	check "moving" await '*PAN=[1-9]*'
	echo "press the power button"
fi
check "emergency stop: pressed" await '*ALARM=ESTOP *SWITCHES=ESTOP'
mark pressed
check "emergency stop: no RESET while it is pressed" not line RESET
case $board in
virt) ;; # by itself
raspi3b) outside clear 26 ;;
*) press 0 ;;
esac
check "emergency stop: let go" await 'STATE=ALARM *ALARM=ESTOP * SWITCHES='
steps "steps after the stop" PAN
check "emergency stop: RESET" line RESET
mark reset
check "emergency stop: on again" line 'PAN BY 1; SYNC'
mark end
