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

# All answers to a good line but the last, which is OK
ask()
{
	exec 3<>/dev/stepper
	echo "$1" >&3
	while read -r answer <&3 && [ "$answer" != OK ]; do echo "$answer"; done
	exec 3<&-
}

ask GET >/tmp/settings
ask VERSION >/tmp/version
check "VERSION" grep -Eqx 'DRIVER=[0-9.]+ LANGUAGE=[0-9]+' /tmp/version
for line in 'SET PAN MIN 200' 'SET PAN MAXSPEED 7' 'SET PAN UNIT rev' 'SET TILT SCALE 17/3' \
	'SET TILT MAX -45' 'SET TILT INVERT 1' 'SET PAN JERK 5' 'SET PAN BACKLASH 1' \
	'SET TILT IDLE 1min' 'SET TILT HOMEDIR 1' 'SET PAN CORNER 30%'; do
	echo "$line" >/dev/stepper
done
check "settings are others" [ "$(ask GET | diff - /tmp/settings | grep -c '^+')" -ge 12 ]
cat /tmp/settings >/dev/stepper
check "what GET printed restores all" is "$(ask GET)" "$(cat /tmp/settings)"

# The lists of the manual, which are made from the same tables, as HELP prints them
sed -n '/^\.SH COMMANDS/,/^\.SH PRIVILEGES/p' /stepper.4 |
	sed 's/\\f[BIR]//g; s/\\-/-/g; s/\\(ti/~/g; s/\\(aq/'"'"'/g; s/\.$//' |
	awk '$0 == ".TP" { usage = ""; next } usage == "" { usage = $0; next }
	usage != "-" { print usage "  - " $0; usage = "-" }' >/tmp/manual
ask HELP >/tmp/help
check "HELP is in the manual" is "$(grep -vxFf /tmp/manual /tmp/help)" ""
check "HELP is long" [ "$(wc -l </tmp/help)" -gt 60 ]
while read -r usage; do
	case $usage in
	axis*) word=PAN ;;
	"SET axis "[A-Z]*) word=${usage#SET axis } ;;
	"ERR "*) word=${usage#ERR [0-9]* } ;;
	*) word=$usage ;;
	esac
	ask "HELP ${word%% *}" | grep -qxF "$usage" || echo "$usage"
done </tmp/help >/tmp/without
check "each line of HELP comes for its word" is "$(cat /tmp/without)" ""

/file "$way"

# What a group of processes takes of memory
mkdir /tmp/group
mount -t cgroup2 none /tmp/group
echo +memory >/tmp/group/cgroup.subtree_control
mkdir /tmp/group/files
/writers "$way"
