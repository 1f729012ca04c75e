#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# stepperd as a process: its arguments, signals and end. What the device does as a file
# is tested by vm/file.sh, for stepperd as for the module.

set -u
cd "$(dirname "$0")/.." || exit
suite=stepperd
. tests/is.sh
out=$PWD/build/test/stepperd
mkdir -p "$out"
cd "$out" || exit
daemon=../../stepperd
device=$out/mount/stepper

# status NAME STATUS ARGUMENT...
status()
{
	name=$1
	expected=$2
	shift 2
	"$daemon" "$@" >/dev/null 2>&1
	is "exit status: $name" "$?" "$expected"
}

status "help" 0 --help
status "no configuration" 1 --config nowhere.conf
status "an unknown option" 2 --fast
status "both a device and a mount" 2 --sim --mount mount --device stepper
status "one argument too many" 2 --sim --mount mount more
status "a mount where nothing can be" 1 --sim --mount none/mount
# libfuse finds no descriptor for it
prlimit --nofile=7 "$daemon" --sim --mount refused >/dev/null 2>&1
is "a mount that is refused leaves no directory" "$? $(ls -d refused 2>/dev/null)" "1 "

# wrong NAME LINES MESSAGE: a configuration with these lines, and what is said of it
wrong()
{
	printf '%b' "$2" >wrong.conf
	is "configuration: $1" "$("$daemon" --config wrong.conf 2>&1)" "stepperd: $3"
}

pan='PIN PAN STEP none 1\nPIN PAN DIR none 2\n'
wrong "nothing in it" '# nothing\n' "wrong.conf: no axis: no PIN line"
wrong "another word" "${pan}MOVE PAN 1\n" "wrong.conf:3:1: PIN, DRIVE or SET, not MOVE PAN 1"
wrong "a move behind a setting" "${pan}SET PAN SPEED 1; PAN 1\n" \
	"wrong.conf:3:1: PIN, DRIVE or SET, not SET PAN SPEED 1; PAN 1"
wrong "no DIR" 'PIN PAN STEP none 1\n' "wrong.conf: STEP, DIR or a phase is missing of PAN"
wrong "too few words" 'PIN PAN STEP none\n' \
	"wrong.conf:1:1: not PIN AXIS FUNCTION CHIP LINE [LOW]"
wrong "a function that is none" 'PIN PAN STOP none 1\n' \
	"wrong.conf:1:9: no output or switch of an axis is called STOP"
wrong "a name that is a command" 'PIN STOP STEP none 1\n' \
	"wrong.conf:1:5: the name STOP is taken or reserved"
wrong "a line that is no number" 'PIN PAN STEP none 1x\n' \
	"wrong.conf:1:19: the number of a line, not 1x"
wrong "a pin twice" "${pan}PIN PAN DIR none 3\n" "wrong.conf:3:1: this pin is given twice"
wrong "a line twice" "${pan}PIN TILT DIR none 2\n" \
	"wrong.conf:3:1: only ENABLE lines can be shared"
wrong "a switch twice" "${pan}PIN ESTOP none 3\nPIN estop none 4 LOW\n" \
	"wrong.conf:4:1: this pin is given twice"
wrong "a switch on a line that is taken" "${pan}PIN PAN ENABLE none 3\nPIN PAN HOME none 3\n" \
	"wrong.conf:4:1: only ENABLE lines can be shared"
wrong "another word behind a switch" "${pan}PIN PAN LIMIT-MIN none 3 LOW PULL\n" \
	"wrong.conf:3:30: LOW, PULL-UP or PULL-DOWN, not PULL"
wrong "an output that is pulled" "${pan}PIN PAN ENABLE none 3 PULL-UP\n" \
	"wrong.conf:3:23: LOW, not PULL-UP"
wrong "an emergency stop without a line" "${pan}PIN ESTOP none\n" \
	"wrong.conf:3:1: not PIN AXIS FUNCTION CHIP LINE [LOW]"
wrong "a drive that is none" "${pan}DRIVE PAN half\n" "wrong.conf:3:11: no drive is called half"
wrong "a drive of nothing" "${pan}DRIVE half-steps\n" "wrong.conf:3:1: not DRIVE AXIS WORD"
wrong "no phases" "${pan}DRIVE PAN half-steps\n" \
	"wrong.conf: STEP, DIR or a phase is missing of PAN"
wrong "an output that is none" "${pan}PIN AUX 9 none 3\n" "wrong.conf:3:9: no auxiliary output 9"
wrong "a setting that is none" "# a comment; SET\r\n${pan} SET PAN SPEED 1; SET PAN SPED 3 # fast\n" \
	"wrong.conf:4:27: no setting named SPED"
wrong "a limit below what it limits" "${pan}SET PAN MAXSPEED 5\nSET PAN SPEED 6\n" \
	"wrong.conf:4:15: above MAXSPEED of PAN"
wrong "a byte that is none of a text" "${pan}\0\n" \
	"wrong.conf: Invalid or incomplete multibyte or wide character"
wrong "a chip that is not there" "$pan" "the pins on none: No such file or directory"
wrong "a switch that is not there" "${pan}PIN PAN HOME none 3 LOW PULL-UP\n" \
	"the switch on line 3 of none: No such file or directory"

preload= # for env(1)
start() # ARGUMENT...
{
	# shellcheck disable=SC2086 # several words
	env $preload "$daemon" --sim --mount "$out/mount" "$@" 2>messages &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		[ ! -e "$device" ] || return 0
		sleep 0.05
	done
	return 1
}

ask() # LINE
{
	exec 3<>"$device"
	echo "$1" >&3
	read -r line <&3
	echo "$line"
	exec 3<&-
}

shown() # KEY...: of the status page
{
	eval "$(cat "$device")"
	for key in "$@"; do
		eval "printf '%s ' \"\$$key\""
	done
}

unmount()
{
	fusermount3 -u "$out/mount"
}

# What its end was, the exit status and what it said, in $ended
end() # SIGNAL
{
	kill -"$1" "$pid"
	wait "$pid" 2>/dev/null
	ended="$? $(cat messages)"
}

steps() # of pan, when it has ended
{
	sed 's/.* pan \(.*\) tilt .*/\1/' messages
}

printf 'PIN PAN STEP none 1\nset pan speed 10\n' >slow.conf
if ! start --config slow.conf; then
	echo "# skipped: this computer allows no FUSE mount: $(cat messages)"
	exit
fi
is "settings of a file" "$(ask "GET PAN SPEED")" "SET PAN SPEED 10"
is "the mount" "$(ls "$out/mount")" stepper
# It asks who closes a file, and must not wait for an execve(2) that waits for that
is "a file that closes on exec" "$(timeout -s KILL 20 python3 -c 'import os, sys
os.open(sys.argv[1], os.O_WRONLY)
os.execlp("echo", "echo", "done")' "$device")" "done"
is "a status page" "$(cut -d ' ' -f 1-3 "$device")" "STATE=IDLE PAN=0.000000 TILT=0.000000"
echo "PAN 9 TILT -4.5; SYNC" >"$device"
is "a move" "$(cut -d ' ' -f 1-3 "$device")" "STATE=IDLE PAN=9.000000 TILT=-4.500000"
echo "PAN 300" >bad
is "an error" "$(LC_ALL=C cp bad "$device" 2>&1 | sed 's/.*: //')" \
	"Numerical result out of range"
end TERM
is "SIGTERM" "$ended" \
	"0 stepperd: the virtual head ends at pan 800 tilt -400 steps, after 0 faults"

is "nor the directory, which was made for it" "$(ls -d "$out/mount" 2>/dev/null)" ""

# Where nobody says where and there is no CUSE: in a namespace, so that /run is not ours
place() # USER DIRECTORY
{
	rm -f told
	python3 -c 'import socket
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
told.bind("\0stepperd-test")
told.settimeout(60)
print(flush=True)
print(told.recv(999).decode().replace("\n", " "))' >told &
	listener=$!
	while ! [ -s told ]; do sleep 0.02; done
	# shellcheck disable=SC2016 # for the inner shell
	NOTIFY_SOCKET=@stepperd-test XDG_RUNTIME_DIR=/run/user unshare --mount sh -ec '
		mount -t tmpfs none /dev
		mknod -m 666 /dev/fuse c 10 229
		mknod -m 666 /dev/null c 1 3
		mount -t tmpfs none /run
		mkdir -m 777 /run/user
		cp "$2" /run/
		exec setpriv --reuid "$1" --regid nogroup --clear-groups /run/stepperd --sim
		' sh "$1" "$daemon" 2>messages &
	pid=$!
	wait $listener
	is "without CUSE $1 has $2" "$(cat messages)" \
		"stepperd: /dev/cuse: No such file or directory, so the device is $2/stepper"
	is "and systemd shows it" "$(tail -n 1 told)" "READY=1 STATUS=The device is $2/stepper"
	is "there it is" "$(nsenter -t "$pid" --mount setpriv --reuid "$1" --regid nogroup \
		--clear-groups cut -d ' ' -f 1-2 "$2/stepper")" "STATE=IDLE PAN=0.000000"
	end TERM
	is "until the end" "${ended%% *}" 0
}

if [ "$(id -u)" = 0 ]; then
	place root /run/stepper
	place nobody /run/user/stepper
else
	echo "# skipped: what is done without CUSE, as only root can take it away"
fi

# Who opens and opens, and writes and writes, is in nobody else's way
crowd()
{
	python3 -c 'import errno, os, sys, threading

def opened(files, flags):
    try:
        while len(files) < 1000:
            files.append(os.open(sys.argv[1], flags))
    except OSError as error:
        print(len(files), "open files,", errno.errorcode[error.errno])

def write(file):
    try:
        os.write(file, b"PAN 1\n" + 1048570 * b" ")
    except OSError as error:
        refused.append(errno.errorcode[error.errno])

refused = []
files = []
opened(files, os.O_WRONLY)
os.close(files.pop())
opened(files, os.O_WRONLY)
os.write(files.pop(), b"PAUSE\n" + 64 * b"PAN 2\n")
writers = [threading.Thread(target=write, args=[file]) for file in files[:40]]
for writer in writers:
    writer.start()
while len(refused) < 8:
    pass
print(len(refused), "of 40 writes,", refused[0])
sys.stdout.flush()
os.write(files[40], b"STOP\n")
for writer in writers:
    writer.join()
print(len(refused) - 8, refused[8])' "$device"
}

start
is "one user's files and writes are bounded" "$(crowd)" "256 open files, EMFILE
256 open files, EMFILE
8 of 40 writes, ENOMEM
32 ECANCELED"
end TERM

start
echo "PAN 90" >"$device"
while ! grep -q 'PAN=[1-9]' "$device"; do sleep 0.02; done
echo "PAN 80; SYNC" 2>/dev/null >"$device" &
waiting=$!
while ! grep -q 'QUEUE=2' "$device"; do sleep 0.02; done
end INT
is "SIGINT in the middle of a move" "${ended%% *}" 0
wait "$waiting"
is "who waits is told" "$?" 1
is "it moved" "$([ "$(steps)" -gt 50 ] && echo yes)" yes
is "it stopped" "$([ "$(steps)" -lt 8000 ] && echo yes)" yes

# The head has switches, as in the module
start
is "positions are unknown at first" "$(shown UNKNOWN SWITCHES)" "PAN,TILT  "
echo "SET TILT HOMEPOS -47; HOME TILT; SYNC" >"$device"
is "HOME" "$(shown STATE TILT UNTRUSTED UNKNOWN SWITCHES)" "IDLE -47.000000  PAN TILT-HOME "
echo "RUN PAN 5" >"$device"
while ! grep -q 'PAN=[1-9]' "$device"; do sleep 0.02; done
kill -USR1 "$pid"
while ! grep -q ALARM=ESTOP "$device"; do sleep 0.02; done
is "the emergency stop" "$(shown STATE UNTRUSTED SWITCHES)" "ALARM TILT TILT-HOME,ESTOP "
is "no RESET while it is pressed" "$(ask RESET | cut -d ' ' -f 1-3)" "ERR 16 EBUSY"
kill -USR2 "$pid"
while grep -q "SWITCHES=.*ESTOP" "$device"; do sleep 0.02; done
is "RESET when it was let go" "$(ask RESET)" OK
end TERM

# After a sleep of the system, in which motors stopped
gcc -shared -fPIC -O2 -Wall -Wextra -Werror -o asleep.so ../../../tests/asleep.c
preload="LD_PRELOAD=./asleep.so"
start
preload=
echo "PAN IS 0; TILT IS 0; PAN 90" >"$device"
while ! grep -q 'PAN=[1-9]' "$device"; do sleep 0.02; done
touch asleep
while ! grep -q STATE=ALARM "$device"; do sleep 0.02; done
is "a sleep of the system halts" "$(shown ALARM UNTRUSTED)" "HALTED PAN,TILT "
here=$(shown PAN)
sleep 0.1
is "nothing moves after it" "$(shown PAN)" "$here"
is "it goes on when it was acknowledged" "$(ask RESET; ask "PAN BY 1; SYNC")" "OK
OK"
end TERM
rm asleep
is "the head saw no fault" "${ended##* after }" "0 faults"

start
echo "PAN 90" >"$device"
end KILL
is "a file of one that was killed" \
	"$(LC_ALL=C head "$device" 2>&1 | sed 's/.*: //')" "Transport endpoint is not connected"
start # takes what is left of the other away
is "it starts anew" "$(cut -d ' ' -f 1-2 "$device")" "STATE=IDLE PAN=0.000000"
unmount
wait "$pid"
is "an end by unmounting" "$? $(steps)" "0 0"

# What is kept over restarts
rm -f kept*
start --state kept
is "no file yet" "$(shown STATE PAN UNTRUSTED)" "IDLE 0.000000  "
echo "PAN IS 0; TILT IS 0; PAN 3 TILT -1; SAVE there; PAN 5.1; SYNC" >"$device"
end TERM
start --state kept
is "positions are kept" "$(shown PAN TILT UNTRUSTED)" "5.100000 -1.000000  "
echo "GO there; SAVE also; SYNC" >"$device"
is "presets are kept" "$(shown PAN TILT)" "3.000000 -1.000000 "
while ! grep -q "SAVE also" kept; do sleep 0.05; done
end KILL
start --state kept
is "after a crash positions are not trusted" "$(shown UNTRUSTED)" "PAN,TILT "
echo "GO also; SYNC" >"$device"
echo "TILT IS 7" >"$device"
is "but presets are there" "$(shown PAN TILT UNTRUSTED)" "3.000000 7.000000 PAN "
end TERM
start --state kept
is "trust is kept for each axis" "$(shown PAN TILT UNTRUSTED)" "3.000000 7.000000 PAN "
echo "PAN IS 3; PAN 90" >"$device"
while ! grep -q 'PAN=[4-9]' "$device"; do sleep 0.02; done
kill -INT "$pid" # of two that are the same one may be lost
end TERM
start --state kept
is "an end in mid-move takes it away" "$(shown TILT UNTRUSTED)" "7.000000 PAN,TILT "
end TERM
is "nothing else is left" "$(ls kept*)" kept
# A gear with play is where it was, too: to be taken up before the head moves up
printf 'SET TILT BACKLASH 1\n' >slack.conf
rm kept
start --state kept --config slack.conf
echo "PAN IS 0; TILT IS 0; TILT -2; SYNC" >"$device"
end TERM
start --state kept --config slack.conf
echo "TILT -1; SYNC" >"$device"
end TERM
is "the play of a gear is kept" "$(sed 's/.* tilt \(.*\) steps.*/\1/' messages)" 178

# The power goes at each call that has to do with the file, in a run that begins, keeps a
# preset and ends, each in six calls; and what was on no disk yet may be gone
gcc -shared -fPIC -O2 -Wall -Wextra -Werror -o powercut.so ../../../tests/powercut.c
start --state kept
echo "PAN IS 3; TILT IS 0; SAVE first" >"$device"
end TERM
cp kept before
cuts=0
broken=
for lost in data names; do
	call=1
	while :; do
		cp before kept
		preload="LD_PRELOAD=./powercut.so POWERCUT_FILE=kept POWERCUT_AT=$call POWERCUT_LOST=$lost"
		start --state kept && echo "PAN IS 5; SAVE second" 2>/dev/null >"$device"
		while kill -0 "$pid" 2>/dev/null && ! grep -qs "SAVE second" kept; do sleep 0.01; done
		end TERM 2>/dev/null
		preload=
		[ "${ended%% *}" != 0 ] || break
		unmount 2>/dev/null
		cuts=$((cuts + 1))
		start --state kept
		found="$(shown PAN UNTRUSTED)$(ask "GO first") $(ask "FORGET second" | cut -d ' ' -f 1-3)"
		end TERM
		case "$(((call - 1) / 6)) $found" in
		"0 3.000000  OK ERR 22 EINVAL") ;; # no line was taken
		"0 3.000000 PAN,TILT OK ERR 22 EINVAL") ;;
		"1 3.000000 PAN,TILT OK ERR 22 EINVAL") ;;
		"1 5.000000 PAN,TILT OK OK") ;;
		"2 5.000000 PAN,TILT OK OK") ;;
		"2 5.000000  OK OK") ;;
		*) broken="$broken, $lost $call: $found" ;;
		esac
		[ "$(wc -l <messages)" = 1 ] || broken="$broken, $lost $call: $(cat messages)"
		call=$((call + 1))
	done
done
is "power cuts leave the old file or the new" "$broken" ""
is "at each call" "$cuts" 36
status "a state that cannot be written" 1 --sim --mount mount --state nowhere/kept

# The unit, as if stepperd were installed
sed "s|^ExecStart=stepperd|ExecStart=$(realpath "$daemon")|" ../../../userspace/stepperd.service >stepperd.service
is "systemd takes the unit" "$(systemd-analyze verify --man=no ./stepperd.service 2>&1)" ""
is "systemd finds its sandbox tight" "$(systemd-analyze security --offline=true --threshold=25 \
	./stepperd.service >/dev/null; echo $?)" 0

# SIGHUP: all of the file counts, or nothing
reload() # LINES: what is said of them
{
	printf '%b' "$1" >slow.conf
	: >messages
	kill -HUP "$pid"
	while ! grep -q 'nothing has changed' messages; do sleep 0.02; done
	head -n 1 messages
}

printf 'SET PAN SPEED 10; SET TILT SPEED 9\n' >slow.conf
start --config slow.conf
is "a reload says what is wrong, and where" \
	"$(reload 'SET PAN SPEED 20\n\n# more\nSET TILT SPEED 8; SET PAN SPED 1\n')" \
	"stepperd: slow.conf:4:27: no setting named SPED"
is "then nothing of it is set" "$(ask "GET PAN SPEED"; ask "GET TILT SPEED")" \
	"SET PAN SPEED 10
SET TILT SPEED 9"
echo "PAN 90" >"$device"
is "nor where an axis moves" "$(reload 'SET PAN SPEED 20\nSET PAN SCALE 100\n')" \
	"stepperd: slow.conf:2:1: SCALE needs the axes at rest"
is "nor then" "$(ask "GET PAN SPEED")" "SET PAN SPEED 10"
echo HALT >"$device"
printf 'SET PAN SPEED 20 # all good\r\nset tilt speed 7' >slow.conf
kill -HUP "$pid"
while [ "$(ask "GET PAN SPEED")" != "SET PAN SPEED 20" ]; do sleep 0.02; done
is "a reload sets" "$(ask "GET TILT SPEED")" "SET TILT SPEED 7"
end TERM
