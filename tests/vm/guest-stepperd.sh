# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Trains of steps at constant speeds on the lines of the virtual head, for
# bench/stepperd.sh: their edges, without and with a process that wants all of the
# processor, and what that lost by them.
#
# shellcheck disable=SC2154 # way and sim are of the kit

loops=100000000 # of two instructions: 400 ms

ask() # LINE
{
	exec 3<>/dev/stepper
	echo "$1" >&3 2>/dev/null
	read -r answer <&3
	echo "$answer"
	exec 3<&-
}

load
echo "SET PAN MAX 99999; SET PAN MIN -99999; SET PAN SCALE 100; SET PAN MAXSPEED 90000;
SET PAN MAXACCEL 1000000; SET PAN ACCEL 1000000; SET PAN JERK 0; SET PAN CORNER 0" >/dev/stepper
answer=$(ask "RUN PAN 2400 FOR 1ms")
echo "rate: ${answer##* can be served at }"
/soak "$loops" >/dev/null
echo "without steps: $(/soak "$loops") of $((2 * loops))"
sign=
for rate in 1000 5000 10000 20000; do
	for load in idle busy; do
		if ! echo "RUN PAN $sign$((rate / 100)) FOR 650ms" >/dev/stepper; then
			echo "$rate steps/s: refused"
			break
		fi
		sleep 0.1
		if [ "$load" = busy ]; then
			echo "$rate steps/s: $(/soak "$loops") of $((2 * loops))"
		fi
		echo SYNC >/dev/stepper
		awk '$2 == "pan-step" && $3 == 1 { print $1 }' "$sim/edges" |
			tail -n $((rate / 2)) | send "$load-$rate"
		[ "$sign" ] && sign= || sign=-
	done
done
unload
