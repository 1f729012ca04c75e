# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of drives.sh that runs in the guest.

steps() # WHAT AXIS
{
	exec 3<>/dev/stepper
	echo "$2?" >&3
	read -r answer <&3
	exec 3<&-
	echo "steps of $2, $1: ${answer##*STEPS=}"
}

does() # MARK LINE...
{
	mark "$1"
	check "$1: taken" write_line "$2; SYNC"
}

write_line()
{
	echo "$1" >/dev/stepper
}

record
load
does up 'PAN 5 TILT 3'
does down 'PAN 2 TILT -1'
does slow 'TILT 1steps'
does released RELEASE
does enabled ENABLE
does back 'PAN 0 TILT 0'
steps "in the end" PAN
steps "in the end" TILT
does idle 'SET TILT IDLE 50ms; TILT 2'
sleep 0.2
does reversed 'SET TILT IDLE 0s; SET PAN INVERT 1; SET TILT INVERT 1; PAN 1 TILT 3'
mark halted
write_line 'PAN 100 TILT 40'
sleep 0.3
write_line HALT
sleep 0.2
steps "halted" PAN
steps "halted" TILT
mark end

start_anew()
{
	# shellcheck disable=SC2154 # of init
	kill "$stepperd"
	wait "$stepperd"
	start_stepperd --config /stepperd.conf --state /tmp/state
	until [ -w /dev/stepper ]; do sleep 0.01; done
}

# shellcheck disable=SC2154 # of init
if [ "$way" = gpio ]; then
	start_anew
	write_line 'PAN IS 0; TILT IS 0'
	does leaving 'TILT BY -3steps'
	mark away
	start_anew
	does returned ENABLE
	mark end
	before=$(cat /dev/stepper)
	printf 'PAN 5\nHOME PAN\n' >/tmp/homes
	check "no home switch: a script with HOME is refused" like \
		"$(stepctl --device /dev/stepper run /tmp/homes 2>&1)" \
		"/tmp/homes:2:1: error: PAN has no home switch"
	check "no home switch: and HOME" like "$(stepctl --device /dev/stepper HOME 2>&1)" \
		"stepctl: PAN has no home switch"
	check "no home switch: nothing moves" like "$(cat /dev/stepper)" "$before"
fi
