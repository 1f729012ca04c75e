#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# stepctl keyframes, by the scripts that it prints and what stepctl plan says of them.

set -u
cd "$(dirname "$0")/.." || exit
suite=keyframes
. tests/is.sh
stepctl=$PWD/build/stepctl
smooth=$PWD/tests/smooth.awk
out=build/test/keyframes
mkdir -p "$out"
cd "$out" || exit
scale=88.888888888888 # of the default head

keyframes() # OPTIONS, the keys on stdin
{
	"$stepctl" keyframes "$@" - 2>&1
	echo "-> $?"
}

cat >shot.keys <<'END'
# a shot
0      PAN 0  TILT 0
2s     PAN 30 TILT 5
3.5    PAN 40         EASE 40%  # not so fast
4.5s   PAN 38         STOP
0.1min tilt 10 pan 20
END
"$stepctl" keyframes shot.keys >shot.move
is "a shot" "$? $(head -n 2 shot.move | tr '\n' ' ')" \
	"0 # shot.keys: 6.000 s PAN 0.000000 TILT 0.000000 "
"$stepctl" plan --segments shot.move >shot.segments
for axis in PAN TILT; do
	# behind the ENABLEDELAY of 1 ms the motion begins
	is "$axis is smooth" "$(awk -f "$smooth" -v axis=$axis -v scale=$scale shot.segments |
		awk '{ print $1, $2, $3 < 0.001 }')" "0.0000 0.0000 1"
done
# 1 ms for ENABLE
samples=$("$stepctl" plan --samples 1ms shot.move | awk -F, '
	$1 == 2001e6 || $1 == 3501e6 && $2 == "PAN" || $1 == 4501e6 && $2 == "PAN" {
		printf "%s %.5f ", $2, $3 }
	$1 == 4501e6 && $2 == "PAN" && ($4 ^ 2 + $5 ^ 2) < 1e-6 { print "rest" }')
is "it passes the keys at their times, and stops where it should" "$samples" \
	"PAN 30.00000 TILT 5.00000 PAN 40.00000 PAN 38.00000 rest"

# Two keys: jerks of 9, -18, 9 deg/s3 for 1 s each
is "two keys" "$(printf '0 PAN 0\n3 PAN 9\n' | keyframes | tail -n +2)" "PAN 0.000000
PVT PAN 1.500000 4.500000 IN 1000.000000ms
PVT PAN 7.500000 4.500000 IN 1000.000000ms
PVT PAN 9.000000 0.000000 IN 1000.000000ms
-> 0"

printf '1 PAN 0 EASE 0%%\n3 PAN 10\n5 PAN 25 EASE 0%%\n' >lead.keys
is "lead-in and lead-out" "$("$stepctl" keyframes --lead 500ms lead.keys |
	sed -n '1s/.*: //p; 2p; $s/ IN.*//p')" "5.000 s
PAN -1.093750
PVT PAN 27.031250 0.000000"
is "with a lead the first key is passed at speed" \
	"$("$stepctl" keyframes lead.keys | sed -n '5s/ IN.*//p')" "PVT PAN 0.000000 4.375000"

is "too fast" "$(printf '0 PAN 0\n1 PAN 90\n' | keyframes)" \
	"<stdin>:1: error: PAN is too fast at 0.500 s: 202.500 deg/s, 2.25 times what MAXSPEED allows
<stdin>:1: error: PAN accelerates too much at 0.333 s: 810.000 deg/s2, 4.50 times what MAXACCEL allows
<stdin>:1: error: PAN jerks too much at 0.333 s: 4860.000 deg/s3, 2.70 times what MAXJERK allows
<stdin>: with all times 2.250 times as long it would not be too fast
-> 1"
is "too fast in several places, and beyond its range in one" "$(printf '0 PAN 0
1 PAN 90 STOP\n9 PAN 0 STOP\n10 PAN 180 STOP\n20 PAN 0\n' |
	keyframes --json | sed '$d' | python3 -c 'import json, sys
for row in json.load(sys.stdin)["excess"]:
	print(row["line"], row["limit"], round(row["time"], 3), row["value"])')" \
	"1 MAXSPEED 0.5 202.5
1 MAXACCEL 0.333 810.0
1 MAXJERK 0.333 4860.0
3 range 10.0 9.999999
3 MAXSPEED 9.5 405.0
3 MAXACCEL 9.333 1620.0
3 MAXJERK 9.333 9720.0
4 range 10.0 9.999999"
is "beyond its range" "$(printf '0 PAN 0\n5 PAN 169\n6 PAN 165\n9 PAN 100\n' | keyframes |
	sed '/ note: /d; s/comes [0-9.]* deg//; s/at [0-9.]* s//')" \
	"<stdin>:2: error: PAN  beyond its range  (MIN -170, MAX 170)
-> 1"

is "frames" "$(printf '0 PAN 0\n3 PAN 9\n' | keyframes --frames 4)" "# <stdin>: 4 frames
PAN 0.000000; WAIT 200.000000ms; TRIGGER 1 100.000000ms
PAN 1.500000; WAIT 200.000000ms; TRIGGER 1 100.000000ms
PAN 7.500000; WAIT 200.000000ms; TRIGGER 1 100.000000ms
PAN 9.000000; WAIT 200.000000ms; TRIGGER 1 100.000000ms
-> 0"
is "frames of a film, one each 2 s" "$(printf '0 PAN 0 TILT 1\n1 PAN 9 TILT 1\n2 PAN 9 TILT 1\n' |
	keyframes --fps 25 --interval 2s --settle 500ms --exposure 20ms --trigger 3 |
	sed -n '1p; $p; $='; printf '0 PAN 0\n2 PAN 0\n' |
	keyframes --fps 1 --interval 1s | sed -n '3p')" "# <stdin>: 51 frames, 2.04 s of film at 25 a second
-> 0
53
WAIT 700.000000ms; WAIT 200.000000ms; TRIGGER 1 100.000000ms"
is "frames of so many for a film" "$(printf '0 PAN 0\n6 PAN 9\n' | keyframes --frames 48 --fps 24 |
	sed -n '1p; 49s/;.*//p')" "# <stdin>: 48 frames, 2.00 s of film at 24 a second
PAN 9.000000"
is "no time to move to the next frame" "$(printf '0 PAN 0\n6 PAN 90\n' |
	keyframes --fps 1 --interval 700ms 2>&1)" "<script>:4:18: error: $(printf 'PAN 1.875\nPAN 15 IN 400ms\n' |
	"$stepctl" plan - 2>&1 | sed 's/.*error: //')
stepctl: this is frame 3
-> 1"
is "a frame beyond the range" "$(printf '0 PAN 0\n6 PAN 180\n' | keyframes --frames 3)" \
	"<script>:4:5: error: PAN 180 is beyond MAX 170
stepctl: this is frame 3
-> 1"
for bad in --frames=3x --frames=1 --fps=0 --fps=fast --fps=nan --trigger=0; do
	is "an option that cannot be: $bad" "$(keyframes $bad </dev/null 2>&1 | tail -n 1)" "-> 2"
done
is "a film of one frame" "$(printf '0 PAN 0\n1 PAN 1\n' | keyframes --fps 0.1)" \
	"stepctl: a film of 1 frames cannot be shot
-> 1"
is "they take their time" "$("$stepctl" keyframes --frames 11 --interval 2s shot.keys |
	"$stepctl" plan - | head -n 1)" "duration 20.301000000 s"

bad() # NAME KEYS MESSAGE
{
	is "$1" "$(printf '%b' "$2" | keyframes)" "<stdin>:$3
-> 1"
}
bad "no time" 'PAN 0\n' "1:1: error: a line begins with a time, as 4 or 4s or 1.5min"
bad "time goes back" '1 PAN 0\n1s PAN 2\n' "2:1: error: times have to grow from line to line"
bad "no axis" '0\n' "1:3: error: no axis has a key here"
bad "an axis that is none" '0 PNA 3\n' \
	"1:3: error: here stands an axis, or EASE and a percentage, or STOP"
bad "an axis twice" '0 PAN 3 PAN 4\n' "1:9: error: the axis is there already"
bad "no position" '0 PAN fast\n' "1:7: error: a position is a number, in the unit of the axis"
bad "too much ease" '0 PAN 3 EASE 120%\n' \
	"1:14: error: EASE takes a percentage, from 0% (full speed) to 100% (a stop)"
is "one key" "$(echo 0 PAN 3 | keyframes)" "<stdin>: a shot has two keys at least
-> 1"
is "no file" "$("$stepctl" keyframes none.keys 2>&1; echo $?)" \
	"stepctl: none.keys: No such file or directory
1"
is "an option that cannot be" "$(keyframes --frames 1 </dev/null 2>&1 | tail -n 1)" "-> 2"

"$stepctl" keyframes --plot shot.svg shot.keys
is "--plot" "$(grep -c '</svg>' shot.svg)" 1
# 30 deg in 0.2 s is more than 90 deg/s and all else
found=$(printf '0 PAN 0\n.2 PAN 30\n' | keyframes --json)
is "--json of a shot that is too fast" "$(echo "$found" | python3 -c 'import json, sys
text, status = sys.stdin.read().rsplit("-> ", 1)
found = json.loads(text)
print(found["ok"], found["end"], found["stretch"] > 2, status.strip(),
	[(row["line"], row["axis"], row["limit"]) for row in found["excess"]])')" \
	"False 0.2 True 1 [(1, 'PAN', 'MAXSPEED'), (1, 'PAN', 'MAXACCEL'), (1, 'PAN', 'MAXJERK')]"
is "--json of one that is not" "$(printf '0 PAN 0\n9 PAN 30\n' | keyframes --json)" \
	'{"begin": 0.000000, "end": 9.000000, "excess": [], "swings": [], "stretch": 0.000, "ok": true}
-> 0'
printf '0 PAN 0\n5 PAN 10\n7 PAN 10 TILT 1\n12 PAN 0\n13 TILT 2\n' >swing.keys
"$stepctl" keyframes swing.keys >swing.move 2>swings
is "where a path swings out" "$(cat swings)" "swing.keys:2: note: PAN swings out $("$stepctl" \
	plan --samples 1ms swing.move | awk -F, '$2 == "PAN" && $3 > most { most = $3 } END { printf "%.3f", most - 10 }') deg beyond this key and the next at 6.000 s; EASE or STOP at one of them lessens that"
is "where it is told not to" "$(sed 's/10$/10 STOP/; s/TILT/STOP TILT/' swing.keys | keyframes |
	grep -c note)" 0
is "--json of frames" "$(printf '0 PAN 0\n6 PAN 9\n' |
	keyframes --json --frames 3 --fps 2 --interval 1s)" \
	'{"duration": 2.301000, "film": 1.500000, "frames": [
  {"frame": 1, "shutter": 0.201000, "PAN": 0.000000},
  {"frame": 2, "shutter": 1.201000, "PAN": 4.500000},
  {"frame": 3, "shutter": 2.201000, "PAN": 9.000000}
], "ok": true}
-> 0'
is "--json of a frame beyond the range" "$(printf '0 PAN 0\n6 PAN 180\n' |
	"$stepctl" keyframes --json --frames 3 - 2>/dev/null | python3 -c 'import json, sys
found = json.load(sys.stdin)
print(found["ok"], [frame["PAN"] for frame in found["frames"]])')" "False [0.0, 90.0]"
is "--json plays nothing" "$(keyframes --json --play shot.keys | tail -n 1)" "-> 2"
