# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of sleep.sh that runs in the guest. boot.sh wakes it.
#
# shellcheck disable=SC2154 # sim is of the kit

line()
{
	echo "$1" >/dev/stepper
}

status()
{
	check "$1" like "$(cat /dev/stepper)" "$2"
}

head_steps() # of pan
{
	sed -n 's/^pan \([^ ]*\).*/\1/p' "$sim/position"
}

counted() # steps of pan
{
	exec 3<>/dev/stepper
	echo 'PAN?' >&3
	read -r answer <&3
	exec 3<&-
	echo "${answer##*STEPS=}"
}

load
line 'PAN 1; SYNC'
check "sleep at rest" sh -c 'echo mem >/sys/power/state'
status "at rest: an alarm" 'STATE=ALARM PAN=1.000000 *ALARM=HALTED UNTRUSTED= *'
line RESET

line 'RUN PAN 5'
line 'SYNC' 2>/tmp/waiter &
check "moving" await '*PAN=[2-9].*'
check "sleep in motion" sh -c 'echo mem >/sys/power/state'
edges=$(wc -l <"$sim/edges")
status "an alarm" 'STATE=ALARM PAN=2.* QUEUE=0/64 * ALARM=HALTED *'
wait $!
check "who waited for the end is told" like "$(cat /tmp/waiter)" '*shutdown'
check "no move without RESET" sh -c '! echo "PAN 0" >/dev/stepper 2>/dev/null'
sleep 1
check "it stays where it is" [ "$(wc -l <"$sim/edges")" = "$edges" ]
check "steps counted are steps emitted" [ "$(counted)" = "$(head_steps)" ]
check "its driver is off" like "$(grep pan-enable "$sim/edges" | tail -n 1)" '*pan-enable 1'
before=$(head_steps)
check "RESET" line RESET
check "it moves" line 'PAN BY 9; SYNC'
check "all the way" [ $(($(head_steps) - before)) = 800 ]
check "no fault of the head" like "$(awk '$2 != 0' "$sim/faults")" ''
unload
load
check "it goes and comes" line 'PAN 1; SYNC'
