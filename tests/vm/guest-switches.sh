# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of switches.sh that runs in the guest. On x86 and debug the virtual head has
# limits and home switches, by interrupt and then without; on virt the power button
# is the emergency stop.
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

# Reads the status until it is like PATTERN; the processor is never idle meanwhile,
# as time would fly
await()
{
	for _ in $(seq 3000); do
		# shellcheck disable=SC2254 # a pattern
		case $(cat /dev/stepper) in
		$1) return ;;
		esac
	done
	return 1
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

press() # whether: 1 or 0
{
	case "$way $1" in
	"fuse 1") kill -USR1 "$stepperd" ;;
	"fuse 0") kill -USR2 "$stepperd" ;;
	*) echo "$1" >/sys/kernel/debug/stepper-sim/estop ;;
	esac
}

home() # NAME: tilt stands at 0 degrees
{
	line 'SET TILT HOMEPOS -47; SET TILT BACKOFF 1'
	mark "home-$1"
	check "HOME, $1: SYNC waits for it" line 'HOME TILT; SYNC'
	status "HOME, $1: done" 'STATE=IDLE * TILT=-47.000000 * ALARM= UNTRUSTED=* SWITCHES=TILT-HOME'
	status "HOME, $1: trusted" '* UNTRUSTED= UNKNOWN=PAN *'
	[ ! -e "$sim" ] || echo "tilt after HOME, $1: $(sed -n 's/^tilt \([^ ]*\).*/\1/p' "$sim/position")"
	mark "home-$1-end"
	check "HOME, $1: what follows waits for it" line 'HOME TILT
TILT 0; SYNC'
	status "HOME, $1: moved then" '* TILT=0.000000 *'
	line 'TILT IS 0'
}

if [ "$board" != virt ]; then
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
[ "$board" = virt ] || press 0
sleep 0.2
status "emergency stop: let go" 'STATE=ALARM *ALARM=ESTOP * SWITCHES='
steps "steps after the stop" PAN
check "emergency stop: RESET" line RESET
mark reset
check "emergency stop: on again" line 'PAN BY 1; SYNC'
mark end
