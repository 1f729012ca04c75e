# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of test.sh that runs in the guest: lines written to the driver, and
# what it says. What the pins did meanwhile is for test.sh to judge, mark by mark.

# The message that writing a line ends in
refused() # NAME MESSAGE LINE
{
	# shellcheck disable=SC2116 # the message is that of echo
	if message=$(echo "$3" 2>&1 >/dev/stepper); then
		not_ok "$1" "not refused: $3"
	else
		check "$1" like "$message" "*: $2"
	fi
}

# All answers to a line, on a file open for both
ask()
{
	exec 3<>/dev/stepper
	echo "$1" >&3 2>/dev/null
	while read -r answer <&3; do
		echo "$answer"
		case $answer in
		OK | "ERR "*) break ;;
		esac
	done
	exec 3<&-
}

answers() # NAME PATTERN LINE
{
	check "$1" like "$(ask "$3" | tr '\n' '|')" "$2|"
}

write_line()
{
	echo "$1" >/dev/stepper
}

moves() # NAME LINE
{
	mark "$1"
	check "$1: taken" write_line "$2"
	check "$1: done" write_line SYNC
}

record
load
check "device file" [ -c /dev/stepper ]

moves pan30 'PAN 30'
answers "position after a move" 'PAN=30.000000 STEPS=2667|OK' 'PAN?'
moves whole 'PAN 36'
moves both 'PAN 45 TILT -9'
moves back 'PAN BY -4.5'
moves timed 'PAN BY 9 IN 2s'
moves slow 'pan 40 at 20'
moves queue 'PAN 45;PAN 35 ; TILT 0 # three moves'
mark no_newline
printf 'PAN 40' >/dev/stepper
echo SYNC >/dev/stepper

mark asked
answers "all settings" '*SET PAN SCALE *SET TILT SCALE *OK' 'GET'
answers "a setting answers with its undo" 'SET PAN SPEED 60|OK' 'SET PAN SPEED 30'
answers "a setting is set" 'SET PAN SPEED 30|OK' 'GET PAN SPEED'
answers "undo" 'SET PAN SPEED 30|OK' 'SET PAN SPEED 60'
check "status page" like "$(cat /dev/stepper)" 'STATE=IDLE PAN=40.000000 TILT=0.000000 *'

refused "unknown word" 'Invalid argument' 'PNA 30'
answers "unknown word, answered" 'ERR 22 EINVAL 1 *PNA*' 'PNA 30'
refused "unknown axis" 'Invalid argument' 'PAN 3 ROLL 4'
answers "unknown axis, answered" 'ERR 22 EINVAL 7 *ROLL*' 'PAN 3 ROLL 4'
refused "unknown unit" 'Invalid argument' 'PAN 3furlong'
refused "number too long" 'Invalid argument' 'PAN 1234567890'
refused "all or nothing" 'Invalid argument' 'PAN 10; TILT 5; PAN 1x'
refused "beyond MAX" 'Numerical result out of range' 'PAN 170.01'
refused "beyond MIN" 'Numerical result out of range' 'TILT -45.01'
refused "beyond MAX by a later command" 'Numerical result out of range' 'PAN 160; PAN BY 20'
refused "impossible time" 'Numerical argument out of domain' 'PAN -100 IN 100ms'
refused "impossible speed" 'Numerical argument out of domain' 'PAN 10 AT 91'
refused "line too long" 'Message too long' "$(head -c 256 /dev/zero | tr '\0' ' ')PAN 1"
refused "binary bytes" 'Invalid or incomplete multibyte or wide character' "$(printf 'PAN 1\001')"
if message=$(cat /bin/busybox 2>&1 >/dev/stepper); then
	not_ok "a program file" "not refused"
else
	check "a program file" like "$message" '*Invalid or incomplete multibyte*'
fi
check "ioctl is refused" like "$(stty </dev/stepper 2>&1)" '*Inappropriate ioctl*'

class=/sys/class/misc/stepper
# shellcheck disable=SC2154 # of init
if [ "$way" = module ]; then
	check "what can be served was measured" \
		[ "$(cat $class/steps_per_second_max)" -gt 8000 ]
	check "no step was late" \
		[ "$(cat $class/late_edges) $(cat $class/slip_total_ns)" = "0 0" ]
fi

mark stopping
echo 'PAN 140' >/dev/stepper
sleep 0.5
echo STOP >/dev/stepper
sleep 1
mark stopped
check "at rest after STOP" like "$(cat /dev/stepper)" 'STATE=IDLE *'
answers "position after STOP" 'PAN=*|OK' 'PAN?'
ask 'PAN?' | sed -n 's/.*STEPS=/steps after STOP: /p'

mark halting
echo 'PAN -100' >/dev/stepper
sleep 0.3
echo HALT >/dev/stepper
mark halted
sleep 0.2
check "alarm after HALT" like "$(cat /dev/stepper)" 'STATE=ALARM *'
refused "a move after HALT" 'Cannot send after transport endpoint shutdown' 'PAN 0'
ask 'PAN?' | sed -n 's/.*STEPS=/steps after HALT: /p'
answers "RESET" 'OK' 'RESET'
answers "PAN IS 0" 'OK' 'PAN IS 0'
answers "PAN is 0" 'PAN=0.000000 *|OK' 'PAN?'
moves again 'PAN 9'
moves trigger 'PAN 10; TRIGGER 1 50ms; PAN 11'
moves now 'NOW PAN 5'
moves run 'RUN TILT 5 FOR 1s'
moves points 'PVT PAN 5.5 4 IN 250ms; PVT PAN 6 0 IN 250ms'
mark hold
check "hold: taken" write_line 'PVT PAN 6.5 4 IN 250ms; PVT PAN 8.5 4 IN 500ms'
check "hold: the last point" write_line 'PVT PAN 9 0 IN 250ms'
sleep 0.4
check "hold: PAUSE" write_line PAUSE
sleep 0.5
mark held
sleep 0.5
check "a stream on hold" like "$(cat /dev/stepper)" 'STATE=HOLD *'
moves go_on RESUME
answers "a stream that was held ends at its end" 'PAN=9.000000 *|OK' 'PAN?'
# the third axis of the overlay, in mm
# shellcheck disable=SC2154 # from the kernel's command line
[ "$board" != raspi3b ] || moves slide 'SLIDE 2.5cm PAN BY 1'
check "RELEASE" write_line RELEASE
mark enable
check "enable: taken" write_line 'SET TILT ENABLEDELAY 20ms; SET TILT IDLE 50ms; TILT BY 1; SYNC'
sleep 0.2
check "enable: undone" write_line 'SET TILT ENABLEDELAY 1ms; SET TILT IDLE 0s'
if [ "$board" = raspi3b ]; then
	# QEMU's inputs are low: a switch that closes to ground has closed
	mark limit
	check "limit: closed" like "$(cat /dev/stepper)" '*SWITCHES=SLIDE-MIN'
	refused "limit: no way on" 'Cannot send after transport endpoint shutdown' 'SLIDE 0; SYNC'
	check "limit: alarm" like "$(cat /dev/stepper)" 'STATE=ALARM *ALARM=LIMIT *'
	answers "limit: RESET" 'OK' 'RESET'
	moves away 'SLIDE BY 1'
fi
until=$(($(date +%s) + 3))
echo "WAIT UNTIL $until.1; SYNC" >/dev/stepper
check "WAIT UNTIL is by the clock on the wall" [ "$(date +%s)" = "$until" ]
refused "an instant that has passed" 'Numerical argument out of domain' \
	'WAIT UNTIL 1'
[ "$way" != module ] || check "unload" rmmod stepper
if [ "$way" = gpio ]; then
	mark killing
	echo 'PAN 100' >/dev/stepper
	sleep 0.4
	# shellcheck disable=SC2154 # of init
	kill -KILL "$stepperd"
	wait "$stepperd"
	mark killed
	sleep 0.2
fi
