# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of "remote.sh stepctl" that runs in the guest: stepctl with the module, there
# and through sshd. Both ways are to print the same and to end with the same status.
#
# shellcheck disable=SC2154 # sim is init's

tar -xf /stepctl.tar -C /
mkdir -p /etc/terminfo/x
mv /xterm /etc/terminfo/x/

# As a healthy system has them
lib=/lib/modules/$(uname -r)
mkdir -p "$lib/build" /usr/lib/udev/rules.d
touch "$lib/build/Makefile" /usr/lib/udev/rules.d/60-stepper.rules
echo 'updates/stepper.ko:' >"$lib/modules.dep"

# All that it says, in a line, and its exit status
doctor() # ARGUMENT...
{
	text=$(stepctl doctor "$@")
	echo "$(echo "$text" | tr '\n' '|')-> $?"
}
doctor_of_camera()
{
	su camera -c 'stepctl doctor' | tr '\n' '|'
}

check "doctor: before the module is loaded" like "$(doctor)" \
	"*|wrong  module * is not loaded|*sudo modprobe stepper|*wrong  device *-> 1"

# shellcheck source=tests/vm/guest-sshd.sh
. /guest-sshd.sh

healthy='ok     kernel *|ok     module *|ok     device * by the module: STATE=IDLE *|ok     permissions *'
check "doctor: all is well" like "$(doctor)" "$healthy-> 0"
check "doctor: nothing is noted" like "$(doctor | tr '|' '\n' | grep -vc '^ok ')" 1
check "doctor: for one of the group" like "$(doctor_of_camera)" "$healthy"
check "doctor: on another computer" is "$(doctor --host localhost)" "$(doctor_of_camera)-> 0"
sed -i 's/^stepper:.*/stepper:*:101:/' /etc/group
check "doctor: one who is not in the group" like "$(doctor_of_camera)" \
	'*|wrong  permissions *not in the group stepper|*sudo usermod *'
su camera -c 'until [ -e /tmp/joined ]; do sleep 0.1; done; stepctl doctor' >/tmp/camera &
sleep 1
sed -i 's/^stepper:.*/stepper:*:101:camera/' /etc/group
touch /tmp/joined
wait $!
check "doctor: one who joined it just now" like "$(tr '\n' '|' </tmp/camera)" \
	'*|wrong  permissions *logged in before|*newgrp stepper*'
chmod 666 /dev/stepper
check "doctor: a device that is everybody's" like "$(doctor)" '*|wrong  permissions *everybody*'
chmod 600 /dev/stepper
check "doctor: one that is root's" like "$(doctor)" \
	'*|note   permissions *the group stepper may not|*sudo udevadm *-> 0'
chmod 660 /dev/stepper

# A device tree, which a PC has not, of a device that is wired to the chip of the head. Its
# lines are the module's, which is somebody else for whoever looks here.
tree=/tmp/tree
node=$tree/sys/bus/platform/devices/stepper/of_node
chip=$(basename /sys/bus/gpio/devices/gpiochip*)
mkdir -p $tree/dev "$tree/sys/bus/gpio/devices/$chip/of_node" $node/pan@0
tar -xf /stepctl.tar -C $tree
cells() # NUMBER...: as a device tree has them
{
	for number; do
		printf '%b' "\0000\0000\0000\0$(printf '%03o' "$number")"
	done
}
cells 7 >"$tree/sys/bus/gpio/devices/$chip/of_node/phandle"
cells 2 >"$tree/sys/bus/gpio/devices/$chip/of_node/#gpio-cells"
printf 'stepper-gpio\0' >$node/compatible
cells 7 0 0 >$node/pan@0/step-gpios
cells 7 1 0 >$node/pan@0/dir-gpios
pins()
{
	chroot $tree /bin/stepctl doctor | grep -A 1 ' pins ' | tr '\n' '|'
}
check "doctor: a chip that it may not ask" like "$(pins)" \
	"note   pins  */dev/$chip: No such file or directory|*sudo stepctl doctor|"
numbers=$(cat "/sys/bus/gpio/devices/$chip/dev")
mknod "$tree/dev/$chip" c "${numbers%:*}" "${numbers#*:}"
check "doctor: pins that others have" like "$(pins)" \
	"wrong  pins  *pan@0 dir-gpios, line 1 of $chip, is taken by *; pan@0 step-gpios, line 0 of $chip, is taken by *|*gpioinfo*"
device=$(basename /sys/bus/platform/drivers/stepper-gpio/stepper*)
echo "$device" >/sys/bus/platform/drivers/stepper-gpio/unbind
check "doctor: pins that are given back" like "$(pins)" "ok     pins  *all are free|*"
check "doctor: a device that was unbound" like "$(doctor)" "*|wrong  device *: there is none|*-> 1"
echo "$device" >/sys/bus/platform/drivers/stepper-gpio/bind
until [ -e /dev/stepper ]; do sleep 0.1; done
chmod 660 /dev/stepper
chgrp stepper /dev/stepper

# What stepctl prints and its exit status
here()
{
	printed=$(timeout 100 stepctl --device /dev/stepper "$@" 2>&1)
	echo "$printed -> $?"
}
there()
{
	printed=$(timeout 100 stepctl --host localhost "$@" 2>&1)
	echo "$printed -> $?"
}
both() # NAME EXPECTED ARGUMENT...
{
	name=$1
	expected=$2
	shift 2
	check "$name" is "$(here "$@")" "$expected"
	check "$name, by ssh" is "$(there "$@")" "$expected"
}

# A play that is under way
begin() # ARGUMENT...
{
	stepctl "$@" >/tmp/began 2>&1 &
	child=$!
	until grep -q STATE=RUN /dev/stepper; do sleep 0.1; done
	sleep 1
}
end() # in $ended, the exit status and what was printed
{
	wait $child
	ended="$? $(cat /tmp/began)"
}

cat >shot.move <<'END'
#!/usr/bin/env -S stepctl run
PAN 3; PAN 5
PAN 0 TILT 0
END
printf 'PAN 3\nPAN 300\n' >bad.move

both "send and wait" "done 1: PAN 3 TILT -2 -> 0" --wait PAN 3 TILT -2
both "an answer" "PAN=3.000000 STEPS=267 -> 0" PAN?
both "an error" "stepctl: PAN 300 is beyond MAX 170 -> 1" PAN 300
both "run" "done 2: PAN 3; PAN 5
done 3: PAN 0 TILT 0 -> 0" run shot.move
both "run a bad script" "bad.move:2:5: error: PAN 300 is beyond MAX 170 -> 1" run bad.move
check "lines of standard input" is "$(printf 'PAN 1\nSYNC\nFOO\n' | here -)" \
	"<stdin>:3:1: error: no command or axis named FOO -> 1"
check "lines of standard input, by ssh" is "$(printf 'PAN 1\nSYNC\nFOO\n' | there -)" \
	"<stdin>:3:1: error: no command or axis named FOO -> 1"
check "no privilege is needed, but by who has none" is "$(here SET PAN MAX 171) $(there SET PAN MAX 172)" \
	"SET PAN MAX 170 -> 0 stepctl: $(su camera -c 'stepctl SET PAN MAX 172 2>&1' |
	sed 's/^stepctl: //') -> 1"
check "no device" is "$(stepctl --device /dev/none '?' 2>&1; echo $?)" \
	"stepctl: /dev/none: No such file or directory
3"
check "no device there" like "$(stepctl --host localhost --device /dev/none '?' 2>&1; echo $?)" \
	"stepctl: /dev/none: no such device there*
3"
check "no such host" like "$(stepctl --host nowhere '?' 2>&1; echo $?)" "*
3"

for way in "--device /dev/stepper" "--host localhost"; do
	# shellcheck disable=SC2086 # words
	{
		begin $way --wait PAN 100
		kill -INT $child
		end
		check "$way: Ctrl-C stops" is "$ended" "130 stepctl: stopping; once more halts"
		check "$way: it is at rest, and not there" like "$(cat /dev/stepper)" \
			"STATE=IDLE PAN=[1-9]* ALARM= *"
		begin $way --wait RUN PAN -5
		echo STOP >/dev/stepper
		end
		check "$way: somebody else's STOP" is "$ended" "4 stepctl: canceled by STOP or HALT"
		begin $way --wait RUN PAN -5
		echo HALT >/dev/stepper
		end
		check "$way: somebody else's HALT" like "$ended" "5 stepctl: *"
		check "$way: an alarm" like "$(stepctl $way PAN 0 2>&1; echo $?)" "stepctl: alarm HALTED: RESET first
5"
		stepctl $way RESET
		stepctl $way --wait PAN 0 >/dev/null
	}
done
echo HALT >/dev/stepper
check "doctor: an alarm" like "$(echo 'RUN PAN 1' 2>/dev/null >/dev/stepper
	doctor)" '*|wrong  device *STATE=ALARM *|*stepctl RESET*'
# Type at a terminal: text, or =PATTERN, to wait until that was shown since the last one.
# What the program ends with.
terminal() # COMMAND STEP...
{
	rm -f /tmp/keys
	mkfifo /tmp/keys
	TERM=xterm timeout 100 script -qefc "$1" /dev/null </tmp/keys >/tmp/shown &
	typist=$!
	exec 5>/tmp/keys
	shift
	seen=0
	for step; do
		case $step in
		=*)
			until tail -c "+$((seen + 1))" /tmp/shown | grep -qF "${step#=}"; do
				kill -0 $typist 2>/dev/null || break
				sleep 0.1
			done
			seen=$(wc -c </tmp/shown)
			;;
		*) printf '%b' "$step" >&5 ;;
		esac
	done
	wait $typist
	echo $?
	exec 5>&-
}
echo RESET >/dev/stepper
check "prompt" is "$(terminal stepctl '=IDLE PAN' 'PAN?; zz\n' '=no command or axis' 'PAN 7\n' '=7.00' \
	'RUN PAN 5\n' '=RUN' '\0003' '=IDLE' '\0004')" 0
check "watch" is "$(terminal 'stepctl watch' '=IDLE' '\0033OC' '=RUN' '=IDLE' 'h' '=HALTED' 'r' \
	'=IDLE' 'q')" 0
check "watch, by ssh" is "$(terminal 'stepctl watch --host localhost' '=IDLE' '\0033OD' '=RUN' '=IDLE' \
	'q')" 0

# The wires of the head, and what a rehearsal says of them. (SYNC is a line of its own:
# this shell, the first process, gets signals of all that end behind sshd.)
echo 'PAN 0 TILT 0' >/dev/stepper
echo SYNC >/dev/stepper
printf 'PAN 10 TILT 4; TRIGGER 1 5ms; PAN 3\n' >shot.move
stepctl run shot.move >/dev/null
check "run makes the steps" is "$(cut -d ' ' -f 2 "$sim/position" | xargs)" "267 356"
vcd=$(stepctl capture --vcd - shot.move)
sign=$(echo "$vcd" | sed -n 's/.*wire 1 \(.\) PAN-step .*/\1/p')
check "capture says how many" is "$(echo "$vcd" | grep -cxF "1$sign")" $((889 + 622))
vcd=$(stepctl capture --vcd - --edges "$sim/edges")
sign=$(echo "$vcd" | sed -n 's/.*wire 1 \(.\) pan-step .*/\1/p')
check "capture says how many there were" is "$(echo "$vcd" | grep -cxF "1$sign")" \
	"$(grep -c ' pan-step 1$' "$sim/edges")"

# The examples that need nobody, on the virtual head, in its time. Steps of pan and tilt,
# pulses of the shutter.
mkdir examples
tar -xf /examples.tar -C examples
played() # COMMAND...: what it says of errors, the head's place, and pulses since
{
	begin=$(tail -n 1 "$sim/edges" | cut -d ' ' -f 1)
	"$@" >/tmp/played 2>&1 || cat /tmp/played
	echo "$(cut -d ' ' -f 2 "$sim/position" | xargs)" "$(awk -v begin="$begin" \
		'$1 > begin && $2 == "auxiliary" && $3 { n++ } END { print n + 0 }' "$sim/edges")"
}
to_device()
{
	"$@" >/dev/stepper && echo SYNC >/dev/stepper
}
lapse()
{
	stepctl keyframes --frames 4 --interval 2s examples/timelapse.keys | stepctl run -
}
check "example: interview" is "$(played to_device cat examples/interview.move)" "1333 -178 0"
check "example: time-lapse, of four frames" is "$(played lapse)" "3556 -444 4"
stepctl --wait PAN 0 TILT 0 >/dev/null
# not all around, as this head has limit switches
check "example: turntable" is "$(played stepctl run --loop 6 examples/turntable.move)" "5333 0 6"
stepctl --wait PAN 0 >/dev/null
check "example: star tracker, for six minutes" is "$(played to_device sh examples/star-tracker.sh 0.1)" \
	"$(awk 'BEGIN { printf "%.0f", 361 / 86164.0905 * 32000 }') 0 0"
check "examples: the driver chips saw no fault" is "$(awk '$2 != 0' "$sim/faults")" ""

begin --host localhost run --loop 0 shot.move
killall sshd
end
check "a connection that breaks" like "$ended" "3 *stepctl: the device has gone"
send sshd.log </tmp/sshd.log
