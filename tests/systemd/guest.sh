# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of test.sh that runs as a service in the guest.

is() # NAME ACTUAL EXPECTED
{
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1: \"$2\", not \"$3\""
	fi
}

show() # PROPERTY...: of the service
{
	for property in "$@"; do
		systemctl show -p "$property" --value stepperd
	done | tr '\n' ' '
}

shown() # KEY...: of the status page
{
	eval "$(cat /dev/stepper)"
	for key in "$@"; do
		eval "printf '%s ' \"\$$key\""
	done
}

status_of() # KEY: of the process
{
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(show MainPID | tr -d ' ')/status"
}

ask() # LINE
{
	exec 3<>/dev/stepper
	echo "$1" >&3
	read -r answer <&3
	echo "$answer"
	exec 3<&-
}

# As somebody with one more group; what was wrong. Slowly, since on a busy computer pins
# can be served at low rates only.
says() # GROUP LINE
{
	echo "$2" | setpriv --reuid=1000 --regid=1000 --groups="$1" tee /dev/stepper 2>&1 |
		sed -n 's/^tee: .*: //p'
}

depmod
systemd-sysusers
group=$(getent group stepper | cut -d : -f 3)
is "the group is there" "$(getent group stepper | cut -d : -f 1)" stepper

# The module, and the rule of udev: what devtmpfs alone would not give
systemctl start systemd-udevd
modprobe stepper
modprobe stepper-sim
udevadm settle
is "udev gives the device to its group" "$(stat -c '%F %a %U %G' /dev/stepper)" \
	"character special file 660 root stepper"
is "who is in the group may move" "$(says "$group" 'PAN 1 AT 5; SYNC')" ""
is "and did" "$(shown PAN)" "1.000000 "
is "but not change what guards the machine" "$(says "$group" 'SET PAN MAX 171')" \
	"Operation not permitted"
is "and back" "$(says "$group" 'PAN 0 AT 5; SYNC')" ""
is "others may not" "$(says 1000 'PAN 2 AT 5')" "Permission denied"
is "nor look" "$(setpriv --reuid=1000 --regid=1000 --clear-groups cat /dev/stepper 2>&1)" \
	"cat: /dev/stepper: Permission denied"
rmmod stepper

# It measures how fast it can be, and this computer may be busy with others
echo 'SET PAN SPEED 10; SET TILT SPEED 10' >>/etc/stepperd.conf
systemctl start stepperd
is "started, when it says so" "$(show ActiveState SubState Type)" "active running notify "
is "the device is there then, for its group" "$(stat -c '%F %a %G' /dev/stepper)" \
	"character special file 660 stepper"
is "systemd shows which" "$(show StatusText)" "The device is /dev/stepper "
is "cuse was loaded for it" "$(show ConditionResult; lsmod | grep -c '^cuse')" "yes 1"

is "one capability" "$(status_of CapEff)" 0000000000000001
is "no new privileges, and a filter of calls" "$(status_of NoNewPrivs) $(status_of Seccomp)" "1 2"
pid=$(show MainPID)
pid=${pid% }
is "real-time priorities, but not to write what is kept" \
	"$(cut -d ' ' -f 40 "/proc/$pid/task/"*/stat | sort -n | tr '\n' ' ')" "0 1 40 41 "
is "memory is locked" "$([ "$(status_of VmLck | tr -dc 0-9)" -gt 1000 ] && echo yes)" yes
is "nothing of the system can be written" "$(nsenter -t "$pid" -m touch /etc/stepperd.conf 2>&1 |
	sed 's/.*: //')" "Read-only file system"
is "other devices are out of reach" "$(show DevicePolicy)" "closed "

echo 'PAN IS 0; TILT IS 0' >/dev/stepper
echo 'PAN 3 TILT -1; SAVE there; SYNC' >/dev/stepper
is "it moves" "$(shown STATE PAN TILT; ask 'ERROR?')" "IDLE 3.000000 -1.000000 0 no error"
is "pins were set" "$(awk '$1 == "pan" { print $2 }' /sys/kernel/debug/stepper-sim/position)" 267
is "root may set what guards the machine" "$(ask 'SET PAN MAX 160')" "SET PAN MAX 170"

echo 'SET PAN SPEED 12' >>/etc/stepperd.conf
systemctl reload stepperd
for _ in $(seq 100); do # it was only asked to
	[ "$(ask 'GET PAN SPEED')" != "SET PAN SPEED 12" ] || break
	sleep 0.2
done
is "reloaded" "$(show ActiveState SubState; ask 'GET PAN SPEED')" "active running SET PAN SPEED 12"

echo 'PAN 90 IN 90s' >/dev/stepper
while ! grep -q 'PAN=[4-9]' /dev/stepper; do :; done
systemctl stop stepperd
is "stopped in mid-move" "$(show ActiveState Result ExecMainStatus)" "inactive success 0 "
is "and the device is gone" "$([ -e /dev/stepper ] || echo gone)" gone
steps=$(awk '$1 == "pan" { print $2 }' /sys/kernel/debug/stepper-sim/position)
is "it slowed down, and no farther" "$([ "$steps" -gt 300 ] && [ "$steps" -lt 8000 ] && echo yes)" yes
is "no fault of the driver chips" "$(awk '$2 != 0' /sys/kernel/debug/stepper-sim/faults)" ""

systemctl start stepperd
is "where it stopped is known" \
	"$(shown PAN | awk '{ printf "%.0f", $1 * 32000 / 360 }')" "$steps"
is "and trusted" "$(shown UNTRUSTED UNKNOWN)" "  "
echo 'GO there; SYNC' >/dev/stepper
is "presets are known, too" "$(shown PAN TILT)" "3.000000 -1.000000 "
is "to the step" "$(awk '{ printf "%s ", $2 }' /sys/kernel/debug/stepper-sim/position)" "267 -89 "

systemctl kill -s KILL stepperd
for _ in $(seq 100); do
	[ "$(show NRestarts ActiveState)" != "1 active " ] || break
	sleep 0.2
done
is "after a crash it is started anew" "$(show NRestarts ActiveState)" "1 active "
is "and positions are not trusted" "$(shown STATE UNTRUSTED)" "IDLE PAN,TILT "
systemctl stop stepperd
is "nothing failed" "$(systemctl --failed --no-legend --plain | grep -c stepper)" 0
journalctl -o cat -u stepperd >/dev/ttyS0
echo "guest ended"
