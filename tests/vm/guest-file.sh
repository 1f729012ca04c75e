# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of file.sh that runs in the guest: the device as a file, from the
# tools of a shell and from C, and many files at a time.
#
# shellcheck disable=SC2154 # $way is of init

is() # FOUND EXPECTED
{
	[ "$1" = "$2" ] || {
		echo "\"$1\", not \"$2\""
		return 1
	}
}

position()
{
	echo SYNC >/dev/stepper
	sed 's/.* PAN=\([^ ]*\) .*/\1/' /dev/stepper
}

# COMMAND..., with its exit status and its message
says()
{
	said=$("$@" 2>&1)
	echo "$? ${said##*: }"
}

load
printf 'PAN BY 1\r\n# nothing\n\nPAN BY 1; PAN BY 1' >/tmp/good
printf 'PAN BY 1\nPAN BY 1000\nPAN BY 1\n' >/tmp/bad
check "cat" is "$(cat /tmp/good >/dev/stepper; position)" 3.000000
check "append" is "$(cat /tmp/good >>/dev/stepper; position)" 6.000000
check "cp" is "$(cp /tmp/good /dev/stepper; position)" 9.000000
check "dd by bytes" is \
	"$(dd bs=1 if=/tmp/good of=/dev/stepper 2>/dev/null; position)" 12.000000
check "tee" is "$(tee /dev/stepper </tmp/good >/dev/null; position)" 15.000000
check "a pipe" is "$(sed 's/BY 1/BY 2/g' /tmp/good >/dev/stepper; position)" 21.000000
check "several in a group" is "$({
	printf 'PAN '
	printf '1'
	echo 0
} >/dev/stepper; position)" 10.000000
check "cat of a bad line" is "$(says sh -c 'cat /tmp/bad >/dev/stepper')" \
	"1 Numerical result out of range"
check "cp of a bad line" is "$(says cp /tmp/bad /dev/stepper)" \
	"1 Numerical result out of range"
check "dd of a bad line" is "$(says dd status=none bs=1 if=/tmp/bad of=/dev/stepper)" \
	"1 Numerical result out of range"
check "none after it runs" is "$(position)" 13.000000
begin=$(date +%s)
echo 'PAN 0 IN 10s' | dd conv=fsync of=/dev/stepper 2>/dev/null
# CUSE has no fsync
[ "$way" != cuse ] || echo SYNC >/dev/stepper
check "dd conv=fsync waits" [ $(($(date +%s) - begin)) -ge 10 ]
check "an interactive shell" is "$(
	exec 3<>/dev/stepper
	echo '@a PAN?' >&3
	read -r first <&3
	read -r second <&3
	echo "$first|$second")" '@a PAN=0.000000 STEPS=0|@a OK'
check "a status in variables" is "$(
	eval "$(cat /dev/stepper)"
	echo "$STATE $PAN")" 'IDLE 0.000000'

/file "$way"

# What a group of processes takes of memory
mkdir /tmp/group
mount -t cgroup2 none /tmp/group
echo +memory >/tmp/group/cgroup.subtree_control
mkdir /tmp/group/files
/writers "$way"
