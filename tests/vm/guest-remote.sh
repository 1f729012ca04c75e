# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of remote.sh that runs in the guest: lines for the device by ssh.
#
# shellcheck disable=SC2154 # ssh is guest-sshd.sh's

# shellcheck source=tests/vm/guest-sshd.sh
. /guest-sshd.sh

# What ssh says and its exit status, with these lines for the device
remotely() # HOST LINE...
{
	host=$1
	shift
	said=$(printf '%s\n' "$@" | $ssh "$host" 'cat > /dev/stepper' 2>&1)
	echo "$? $said"
}

position()
{
	echo SYNC >/dev/stepper
	sed 's/.* PAN=\([^ ]*\) .*/\1/' /dev/stepper
}

refusal='cat: write error: Numerical result out of range'
check "a script" is "$(remotely localhost 'PAN 10' 'PAN 20')" "0 "
check "it is done" is "$(position)" 20.000000
check "a status" is "$($ssh localhost 'cat /dev/stepper' | cut -c 1-24)" \
	"STATE=IDLE PAN=20.000000"
check "an error" is "$(remotely localhost 'PAN 10' 'PAN 300' 'PAN 0')" "1 $refusal"
check "what was before the error stays" is "$(position)" 10.000000

begin=$(cut -d . -f 1 /proc/uptime)
check "SYNC" is "$(remotely localhost 'PAN 20 IN 20s' SYNC)" "0 "
check "SYNC waits" [ $(($(cut -d . -f 1 /proc/uptime) - begin)) -ge 20 ]
{
	sleep 30
	echo STOP >/dev/stepper
} &
check "SYNC tells of a STOP" is "$(remotely localhost 'PAN 10 IN 100s' SYNC)" \
	"1 cat: write error: Operation canceled"
wait $!
{
	sleep 30
	echo HALT >/dev/stepper
} &
check "SYNC tells of an alarm" is "$(remotely localhost 'PAN 10 IN 100s' SYNC)" \
	"1 cat: write error: Cannot send after transport endpoint shutdown"
wait $!
check "so does a move" is "$(remotely localhost 'PAN 10')" \
	"1 cat: write error: Cannot send after transport endpoint shutdown"
printf 'RESET\nPAN IS 0\n' >/dev/stepper

# A connection whose lines come from file 4
connect() # HOST [COMMAND]
{
	mkfifo /tmp/lines
	# shellcheck disable=SC2094 # it is a pipe
	$ssh -T "$@" </tmp/lines &
	client=$!
	exec 4>/tmp/lines
	rm /tmp/lines
}

# It is cut: ssh dies, sshd sees the end, and so does the shell behind it
drop()
{
	kill -9 $client
	exec 4>&-
	sleep 5
}

# Somebody turns the camera, and says so anew while it goes on
steer()
{
	echo 'RUN PAN 5 FOR 1s' >&4
	until grep -q STATE=RUN /dev/stepper; do sleep 0.1; done
	for _ in 1 2 3 4 5 6; do
		echo 'RUN PAN 5 FOR 1s' >&4
		sleep 0.5
	done
}

echo 'PAN 0' >/dev/stepper
connect localhost 'cat > /dev/stepper'
printf '%s\n' 'PAN 10 IN 30s' 'PAN 20 IN 30s' >&4
sleep 20
drop
check "a dropped cat leaves what it queued" like "$(cat /dev/stepper)" 'STATE=RUN * QUEUE=2/64 *'
check "which is done" is "$(position)" 20.000000

# 100 moves, of which the queue takes 64; those that cat has read already follow
connect localhost 'cat > /dev/stepper'
for _ in $(seq 100); do echo 'PAN BY 0.1 IN 1s'; done >&4
sleep 10
check "the queue is full" like "$(cat /dev/stepper)" 'STATE=RUN * QUEUE=64/64 *'
drop
check "a cat that waits for it is dropped" like "$(cat /dev/stepper)" 'STATE=RUN * QUEUE=64/64 *'
while like "$(cat /dev/stepper)" 'STATE=RUN *' >/dev/null; do sleep 1; done
check "what had come is done" is "$(position)" 30.000000
connect localhost 'cat > /dev/stepper'
for _ in $(seq 100); do echo 'PAN BY 0.1 IN 1s'; done >&4
sleep 10
drop
echo STOP >/dev/stepper
sleep 5
check "STOP ends it, though nobody is there to be told" like "$(cat /dev/stepper)" \
	'STATE=IDLE PAN=3[01].* QUEUE=0/64 *'
check "nobody is left of it" is "$(grep -l "^Uid:.1000" /proc/[0-9]*/status)" ""

echo 'PAN 0; SYNC' >/dev/stepper
connect restricted
printf '%s\n' 'PAN 30 IN 30s' 'PAN 40 IN 30s' >&4
printf 'PAN 4' >&4
sleep 20
drop
check "a dropped connection leaves what it queued" like "$(cat /dev/stepper)" \
	'STATE=RUN * QUEUE=2/64 *'
check "and half a line does nothing" is "$(position)" 40.000000

connect restricted
steer
check "RUN FOR, repeated, goes on" like "$(cat /dev/stepper)" 'STATE=RUN PAN=5[4-6].*'
drop
check "it ends with its connection" like "$(cat /dev/stepper)" \
	'STATE=IDLE PAN=[56]* QUEUE=0/64 HOMES=PAN,TILT ALARM= UNTRUSTED= UNKNOWN=* SWITCHES='
connect restricted
steer
kill -STOP $client # as when the link is dead, and nobody is told
sleep 2
check "and with what comes through it" like "$(cat /dev/stepper)" \
	'STATE=IDLE PAN=[78]* QUEUE=0/64 HOMES=PAN,TILT ALARM= UNTRUSTED= UNKNOWN=* SWITCHES='
echo 'RUN PAN 1' >&4
kill -CONT $client
sleep 2
drop
check "RUN alone goes on" like "$(cat /dev/stepper)" 'STATE=RUN *'
echo 'STOP' >/dev/stepper
check "nobody is left" is "$(grep -l "^Uid:.1000" /proc/[0-9]*/status)" ""

check "a restricted account" is "$(remotely restricted 'PAN 20')" "0 "
check "its lines count" is "$(position)" 20.000000
check "its errors" is "$(remotely restricted 'PAN 300' 'PAN 0')" \
	"1 sh: write error: Numerical result out of range"
check "its commands do not" is \
	"$(echo 'PAN 5' | $ssh restricted 'touch /tmp/broken; echo hello')" ""
check "they did not run" [ ! -e /tmp/broken ]
check "it has no terminal" like "$(echo 'PAN 5' | $ssh -tt restricted 2>&1)" \
	'*PTY allocation request failed*'
check "it forwards nothing" like \
	"$(echo 'PAN 5' | $ssh -W 127.0.0.1:2222 restricted 2>&1)" '*prohibited*'
check "its file has no privilege" is \
	"$(remotely localhost 'SET PAN MAX 9999')" \
	"1 cat: write error: Operation not permitted"
check "others may not open it" like "$(echo 'PAN 5' |
	su -s /bin/sh sshd -c 'cat >/dev/stepper' 2>&1)" '*/dev/stepper*ermission denied*'
send sshd.log </tmp/sshd.log
