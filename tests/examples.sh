#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The examples: long ones by their plan, in virtual time, those that talk with a device
# with stepperd on the virtual head.

set -u
cd "$(dirname "$0")/.." || exit
suite=examples
. tests/is.sh
examples=$PWD/userspace/examples
stepctl=$PWD/build/stepctl
daemon=$PWD/build/stepperd
out=$PWD/build/test/examples
rm -rf "$out"
mkdir -p "$out/bin"
cd "$out" || exit

# The first field of standard input is this, within a tolerance
near() # NAME EXPECTED TOLERANCE
{
	read -r found rest
	is "$1" "$(awk -v is="$found" -v to="$2" -v within="$3" \
		'BEGIN { print is != "" && is - to <= within && to - is <= within ? to : is }')" "$2"
}

duration() # of a script
{
	"$stepctl" plan "$1" | sed -n 's/^duration //p'
}

ends() # of a script, where its axes are
{
	"$stepctl" plan --samples 1s "$1" | awk -F , '{ p[$2] = $3 }
		END { printf "%.1f %.1f\n", p["PAN"], p["TILT"] }'
}

# Rises and falls of the auxiliary output in a script
triggers()
{
	"$stepctl" capture --vcd shutter.vcd "$1"
	awk '$1 == "$var" && $5 == "output-1" { on = "1" $4; off = "0" $4 }
		$1 == on { rises++ }
		$1 == off && rises { falls++ }
		END { print rises + 0, falls + 0 }' shutter.vcd
}

shot=$examples/interview.move
is "interview: two minutes" "$("$stepctl" plan "$shot" |
	awk '/IN 2min/ { printf "%.6f %s\n", $3 - $2, $4; printf "%.6f\n", $4 - $3 }' | tail -n 1)" \
	120.000000
is "interview: where it ends" "$(ends "$shot")" "15.0 -2.0"
# steps are 0.01125 degrees
"$stepctl" plan --samples 100ms "$shot" | awk -F , '$1 > 6e9 { p[$2] = $3 }
	$1 > 6e9 && $2 == "TILT" { d = (p["PAN"] + 15) / 30 * -5 + 3 - $3
		if (d < 0) d = -d
		if (d > worst) worst = d
		n++ }
	END { print (n > 1000 ? worst : "too few") }' | near "interview: a straight line" 0 0.012

"$stepctl" keyframes --fps 25 --interval 6s "$examples/timelapse.keys" >lapse.move
is "time-lapse: a picture for each frame of 12 s" "$(triggers lapse.move)" "301 301"
is "time-lapse: where it ends" "$(ends lapse.move)" "40.0 -5.0"
# the way to the first takes 1.1 s, which and its rest and exposure are not of the 6 s
duration lapse.move | near "time-lapse: half an hour" 1801.4 0.1
is "time-lapse: nothing moves while the shutter is open" "$("$stepctl" capture --vcd - lapse.move |
	awk '$1 == "$var" { name[$4] = $5 }
		/^[01]/ { wire = name[substr($1, 2)]; level = substr($1, 1, 1) + 0
			if (wire == "output-1") open = level
			else if (wire ~ /-step$/ && level && open) moved++ }
		END { print moved + 0, (NR > 3000) }')" "0 1"

"$examples/star-tracker.sh" 4 >stars.move
duration stars.move | near "star tracker: four hours" 14402 0.01
is "star tracker: as many steps as the sky asks for" "$("$stepctl" plan --count stars.move)" \
	"$(awk 'BEGIN { printf "%.0f\n", 360 / 86164.0905 * 14401 * 32000 / 360 }')"
# from its first second on it is half a second behind; a step is 0.01125 degrees, 40"
"$stepctl" plan --samples 1min stars.move | awk -F , '$2 == "PAN" && $1 > 2e9 && $1 < 14401e9 {
		d = $3 - 360 / 86164.0905 * ($1 / 1e9 - 0.501)
		if (d < 0) d = -d
		if (d > worst) worst = d
		if ($4 < 0.004178 || $4 > 0.0041782) wrong++
		n++ }
	END { print (n > 230 && !wrong) ? worst * 3600 : "too few, or unsteady" }' |
	near "star tracker: within an arc second of the sky" 0 1

# In place of stepctl: the plan of "stepctl run --loop TIMES FILE"
cat >bin/stepctl <<END
#!/bin/sh
{
	echo "SET PAN MAX 9999"
	for _ in \$(seq "\$3"); do cat "\$4"; done
} >table.move
END
chmod +x bin/stepctl
PATH=$out/bin:$PATH
"$examples/turntable.move"
is "turntable: 36 pictures" "$(triggers table.move)" "36 36"
is "turntable: a whole turn" "$(ends table.move)" "360.0 0.0"
# ten degrees take 0.68595 s at least
duration table.move | near "turntable: in its time" 78.695 0.002

devices=
start() # NAME
{
	"$daemon" --sim --edges "$1.edges" --mount "$out/$1" 2>"$1.messages" &
	devices="$devices $!"
	while [ ! -e "$out/$1/stepper" ]; do
		kill -0 "$!" 2>/dev/null || {
			echo "# skipped: this computer allows no FUSE mount: $(cat "$1.messages")"
			exit
		}
		sleep 0.05
	done
}
server=
finish()
{
	# shellcheck disable=SC2086 # numbers
	kill $server $devices
	wait
}
start left
trap finish EXIT
start right

# An ssh that goes to either; and copies of the examples with this device for the one of
# the computer
cat >bin/ssh <<END
#!/bin/sh
exec sh -c "\$(echo "\$2" | sed "s|/dev/stepper|$out/\${1#user@}/stepper|")"
END
for example in remote.sh remote.py remote.mjs; do
	sed "s|/dev/stepper|$out/left/stepper|" "$examples/$example" >"bin/$example"
done
chmod +x bin/*

at() # DEVICE KEY...: of its status
{
	eval "$(cat "$1/stepper")"
	shift
	for key in "$@"; do
		eval "printf '%s ' \"\$$key\""
	done
}

went="PAN=10.000000 TILT=5.000000
PAN=-10.000000 TILT=0.000000
PAN 9e3: ERR 22 EINVAL 5 \"9e3\" is not a number"
is "Python: this computer" "$(remote.py)" "$went"
is "Python: by ssh" "$("$examples/remote.py" user@right)" "$went"

# How far the keys went, as 1 for "up", "down" of pan, of tilt; a RUN ends by itself
keys() # DEVICE KEYS COMMAND...
{
	device=$1
	printf '%b' "$2" >typed
	shift 2
	before=$(at "$device" PAN TILT)
	timeout 60 "$@" <typed
	until grep -q STATE=IDLE "$device/stepper"; do sleep 0.05; done
	echo "$before $(at "$device" PAN TILT)" |
		awk '{ print ($3 > $1) ($3 < $1), ($4 > $2) ($4 < $2) }'
}
is "shell: a key" "$(keys left d remote.sh)" "10 00"
is "shell: another key, and none after q" "$(keys left wqa remote.sh)" "00 10"
exec 4>left/stepper
keys left ' ' remote.sh >/dev/null
is "shell: STOP" "$(echo "PAN 1" | LC_ALL=C cat 2>&1 >&4 | sed 's/.*: //')" "Operation canceled"
exec 4>&-
is "shell: by ssh" "$(keys right s "$examples/remote.sh" user@right)" "00 01"

sed "s|stepctl |$stepctl --device $out/left/stepper |" "$examples/stop-motion.sh" >bin/stop-motion.sh
chmod +x bin/stop-motion.sh
printf '0 PAN -3\n2 PAN 3\n' >puppets.keys
is "stop motion: it waits for Enter" "$({ echo; until [ "$(at left PAN STATE)" = "0.000000 IDLE " ]; do sleep 0.1; done
	at left PAN >waits; grep -c 'auxiliary 1' left.edges >>waits; echo
	echo; } | stop-motion.sh puppets.keys 3 | tr -d '\n'; cat waits)" \
	"done 1: PAN -3.000000frame 1 of 3: Enter done 1:  WAIT 200.000000ms; TRIGGER 1 100.000000ms$(
	)done 1: PAN 0.000000frame 2 of 3: Enter done 1:  WAIT 200.000000ms; TRIGGER 1 100.000000ms$(
	)done 1: PAN 3.000000frame 3 of 3: Enter done 1:  WAIT 200.000000ms; TRIGGER 1 100.000000ms0.000000 1"
is "stop motion: pictures" "$(grep -c 'auxiliary 1' left.edges)" 3

port=$((20000 + $$ % 20000))
remote.mjs "$port" &
server=$!
# GET without a line
page() # [LINE [HEADER VALUE]]
{
	python3 - "$port" "$@" <<-'END'
	import sys, urllib.error, urllib.request as web
	port, *line = sys.argv[1:]
	request = web.Request(f"http://localhost:{port}/", line[0].encode() if line else None)
	if line[1:]:
	    request.add_header(*line[1:])
	try:
	    print(web.urlopen(request, timeout=30).read().decode(), end="")
	except urllib.error.URLError as error:
	    print(error)
	END
}
until page | grep -q STOP; do
	kill -0 "$server" || break
	sleep 0.1
done
is "Node: the page" "$(page | grep -c 'RUN PAN 20')" 1
is "Node: a move" "$(page "PAN 3 TILT 1; SYNC"; at left PAN TILT)" "OK
3.000000 1.000000 "
is "Node: an error" "$(page PNA)" "ERR 22 EINVAL 1 no command or axis named PNA"
is "Node: answers" "$(page 'GET PAN MAX')" "SET PAN MAX 170
OK"
is "Node: not for other pages" "$(page "PAN 9" Origin http://elsewhere)" "HTTP Error 403: Forbidden"
is "Node: nothing was done" "$(page SYNC; at left PAN)" "OK
3.000000 "

cat >both.move <<END
PAN 0 TILT 0
PAN 2 IN 500ms
END
begin=$(date +%s)
LEAD=2 "$examples/two-rigs.sh" both.move left right 2>wrong &
rigs=$!
until grep -q QUEUE=3 left/stepper && grep -q QUEUE=3 right/stepper; do sleep 0.02; done
is "two rigs: both wait" "$(at left PAN; at right PAN; [ "$(date +%s)" -lt $((begin + 2)) ] || echo late)" \
	"3.000000 -10.000000 "
wait "$rigs"
is "two rigs: both have moved" "$(cat wrong; at left PAN STATE; at right PAN STATE)" \
	"2.000000 IDLE 2.000000 IDLE "
is "two rigs: not before the instant" "$([ "$(date +%s)" -ge $((begin + 2)) ] && echo so)" so
echo 'PAN x' >bad.move
is "two rigs: an error is told" "$(LEAD=1 "$examples/two-rigs.sh" bad.move left 2>&1 |
	sed 's/.*: //')" "Invalid argument
not done"
