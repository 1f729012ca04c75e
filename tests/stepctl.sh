#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# stepctl plan, by its output: known moves, and its step times against the cubics
# that it says they were made from, read by plan.awk.

set -u
cd "$(dirname "$0")/.." || exit
suite=stepctl
. tests/is.sh
source=$PWD
stepctl=$source/build/stepctl
out=build/test/stepctl
mkdir -p "$out"
cd "$out" || exit

plan() # OPTIONS, the script on stdin
{
	"$stepctl" plan "$@" - 2>&1
}

# 60 deg/s, 120 deg/s2: 0.5 s and 15 deg up and down, 6 deg in 0.1 s; 1 ms for ENABLE
summary=$(printf 'SET PAN JERK 0\nPAN 36 # 3200 steps\n' | plan)
is "duration of a trapezoid" "$(echo "$summary" | head -n 1)" "duration 1.101000000 s"
is "steps and peaks" "$(echo "$summary" | awk '$1 == "PAN" { print $2, $3, $5, $7 }')" \
	"3200 60.000000 120.000000 0.000000"
is "start and end of a line" "$(echo "$summary" | awk '$1 == 2 { print $2, $3, $4, $5 }')" \
	"0.000000000 0.001000000 1.101000000 done"
is "the axis that rests" "$(echo "$summary" | awk '$1 == "TILT" { print $2, $3 }')" \
	"0 0.000000"

# Sped up to MAXSPEED less 5, and no faster though the stream ends there
summary=$(printf '%s\n' 'PVT PAN 0.85 17 IN 100ms' 'PVT PAN 3.4 34 IN 100ms' \
	'PVT PAN 7.65 51 IN 100ms' 'PVT PAN 13.6 68 IN 100ms' 'PVT PAN 21.25 85 IN 100ms' | plan)
is "peak speed of a stream that ends in speeding up" \
	"$(echo "$summary" | awk '$1 == "PAN" { print $3 }')" 85.000000
is "start and end of a point" "$(echo "$summary" | awk '$1 == 2 { print $3, $4, $5 }')" \
	"0.101000000 0.201000000 done"

# However a way is divided, and though the device has only the first line when it begins
straight() # PARTS
{
	awk -v n="$1" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "PAN %.6f TILT %.6f\n", 60 * i / n, 20 * i / n
	}' | plan | head -n 1 | cut -c 1-16
}
for parts in 2 5 50; do
	is "a straight way in $parts moves takes as long as in one" \
		"$(straight $parts)" "$(straight 1)"
done

# And though it has but 20 of its parts at a time, which end between steps, and no axis
# may jump anywhere
streamed() # PARTS
{
	awk -v n="$1" 'BEGIN {
		print "SET PAN CORNER 0; SET TILT CORNER 0; ENABLE\n#@ 0.01"
		for (i = 1; i <= n; i++) {
			if (i > 20)
				printf "#@ %.6f\n", 0.02 + 0.0085 * (i - 20)
			printf "PAN %.6f TILT %.6f\n", 50 * i / n, 25 * i / n
		}
	}' | plan | head -n 1 | cut -c 1-16
}
is "a straight way that comes in a stream takes as long as in one move" \
	"$(streamed 100)" "$(streamed 1)"

# All kinds of motion, and more moves than the queue holds
cat >mixed.txt <<'END'
SET TILT INVERT 1
SET PAN SCALE 100000/360
PAN 30 TILT -10.5
PAN 20 AT 5
#@ 0.25
NOW PAN -10 TILT 3
#@ 0.600000001
RUN TILT -20 FOR 150ms
#@ 0.7
STOP
SYNC
WAIT 100ms; TILT BY 1 IN 1s
TILT BY -0.01
PAN BY 1
#@ 3.1
PAN 40
#@ 3.25
PAUSE
#@ 3.75
RESUME
PAN 41 TILT 10
END
awk 'BEGIN {
	srand(4)
	for (i = 0; i < 100; i++)
		printf "PAN %.2f TILT %.2f\n", 16 * rand() - 8, 6 * rand()
}' >>mixed.txt

for form in steps segments count; do
	"$stepctl" plan --$form mixed.txt >mixed.$form || echo "not ok stepctl: --$form failed"
done
is "--count counts the rows of --steps" "$(cat mixed.count)" "$(tail -n +2 mixed.steps | wc -l)"
is "--steps has a header" "$(head -n 1 mixed.steps)" "t_ns,axis,position"
is "--segments has a header" "$(head -n 1 mixed.segments)" "t_ns,duration_ns,axis,p,v,a,j"
# 2 deg/s of 100000 steps a turn
awk -v corner=555.556 -f ../../../tests/plan.awk mixed.segments mixed.steps
"$stepctl" plan mixed.txt >mixed.summary
is "the summary's steps" "$(awk '$1 ~ /^(PAN|TILT)$/ { n += $2 } END { print n }' mixed.summary)" \
	"$(cat mixed.count)"

samples=$(printf 'PAN IS 9\nPAN 45\n' | plan --samples 250ms)
is "--samples, a row each time for each axis" \
	"$(echo "$samples" | cut -d, -f 1,2 | tr '\n' ' ' | cut -c 1-50)" \
	"t_ns,axis 0,PAN 0,TILT 250000000,PAN 250000000,TIL"
is "--samples in axis units" "$(echo "$samples" | sed -n 2p)" \
	"0,PAN,9.000000000,0.000000000,0.000000000"
# jerk-limited to 60 deg/s: up in 0.6 s over 18 deg, so that the middle of 36 deg is at 0.601 s
is "--samples of speed and acceleration" \
	"$(printf 'PAN 36\n' | plan --samples 601ms | grep 601000000,PAN)" \
	"601000000,PAN,18.000000000,60.000000000,0.000000000"

halted=$(printf 'PAN 30\n#@ 0.3\nHALT\nRESET\n#@ 1\nPAN 30\n')
is "HALT ends a segment in its middle" \
	"$(echo "$halted" | plan --segments | awk -F, '$3 == "PAN" && $1 < 3e8 { end = $1 + $2 }
		END { print end }')" 300000000
is "steps after HALT go on from those made" \
	"$(echo "$halted" | plan --steps | tail -n 1 | cut -d, -f 3)" 2667
is "a line that was dropped never began" \
	"$(printf 'PAN 9\nPAN 8\n#@ 0.1\nSTOP\n' | plan | awk '$1 == 2 { print $3, $4, $5 }')" \
	"- 0.100000000 stopped"
is "PAUSE holds to the end" "$(printf 'PAN 9\nPAUSE\n' | plan | awk '$1 == 1 { print $4, $5 }')" \
	"- held"

is "what was held before it began never did" \
	"$(printf 'RUN PAN 1 FOR 253us\nPAUSE\nRESUME\n' | plan | awk '$1 == 1 { print $3, $5 }')" \
	"- done"
is "a HOME that was held begins when the one before it ended" \
	"$(printf 'HOME TILT\nHOME PAN\n#@ 10\nPAUSE\n#@ 11\nRESUME\n' | plan |
		awk '$1 == 1 { end = $4 } $1 == 2 { print $3 == end, $5 }')" "1 done"
# The third is passed while it slows down from 0.297 s on, 120 deg/s2 at most
is "points that a hold passes end when they are passed" "$(plan <<-END | awk '$1 ~ /^[1-4]$/ { print $3, $4 }'
	PVT PAN 0.1 2 IN 100ms
	PVT PAN 0.3 2 IN 100ms
	PVT PAN 0.5 2 IN 100ms
	PVT PAN 0.7 2 IN 100ms
	PVT PAN 0.8 0 IN 100ms
	#@ 0.295
	PAUSE
	#@ 0.4
	RESUME
END
)" "0.001000000 0.101000000
0.101000000 0.201000000
0.201000000 0.302095257
0.302095257 0.504200001"

# The switches trip at the steps -15289 and -4178
homes='SET PAN HOMESPEED 40; SET PAN HOMEPOS -172; SET PAN BACKOFF 2; SET TILT HOMEPOS -47
PAN -100; HOME; PAN BY 2
#@ 6
PAUSE
#@ 7
RESUME
#@ 15
TILT IS 0; HOME TILT; TILT -45'
echo "$homes" | plan >homes.summary
for form in steps segments count; do
	echo "$homes" | plan --$form >homes.$form
done
is "HOME: its place" "$(awk -F, '{ at[$2] = $3 } END { print at["PAN"], at["TILT"] }' homes.steps)" \
	"$((-15289 + 178)) $((-4178 + 178))"
is "HOME: --count counts the rows of --steps" "$(cat homes.count)" "$(tail -n +2 homes.steps | wc -l)"
awk -v corner=177.8 -f ../../../tests/plan.awk homes.segments homes.steps
is "HOME: each line is done" "$(awk '$NF != "is" && $1 ~ /^[0-9]+$/ { print $5 }' homes.summary | sort -u)" \
	"done"
is "HOME: when no switch comes" \
	"$(printf 'SET PAN HOMEDIR 1; SET PAN HOMESPEED 60; HOME PAN\n' | plan --json | grep -o '"is": "[a-z]*"')" \
	'"is": "halted"'

is "--json" "$(printf 'PAN 9; PAN?\nPAUSE\n' | plan --json)" '{"duration": 0.005000000, "axes": [
  {"axis": "PAN", "unit": "deg", "steps": 0, "speed": 0.001200, "acceleration": 1.200000, "jerk": 1200.000000},
  {"axis": "TILT", "unit": "deg", "steps": 0, "speed": 0.000000, "acceleration": 0.000000, "jerk": 0.000000}
], "lines": [
  {"line": 1, "written": 0.000000000, "start": 0.001000000, "end": null, "is": "held", "text": "PAN 9; PAN?"},
  {"line": 2, "written": 0.000000000, "start": 0.000000000, "end": 0.000000000, "is": "done", "text": "PAUSE"}
]}'
is "no LF at the end of the script" "$(printf 'TILT 0.09' | plan --steps | tail -n 1 |
	cut -d, -f 2-)" TILT,8
is "an empty script" "$(plan --count </dev/null)" 0
is "WAIT UNTIL a virtual time" "$(printf 'WAIT UNTIL 5\n' | plan | head -n 1)" \
	"duration 5.000000000 s"

# bad NAME SCRIPT MESSAGE: refused, with the status of an error
bad()
{
	printf '%b' "$2" >bad.txt
	message=$("$stepctl" plan bad.txt 2>&1 >/dev/null)
	is "$1" "$? $message" "1 bad.txt:$3"
}

bad "a bad target" 'PAN 1\n  PAN 300\n' "2:7: error: PAN 300 is beyond MAX 170"
bad "a bad command in a line" 'PAN 1; JUMP\n' "1:8: error: no command or axis named JUMP"
bad "a bad byte" 'PAN 1\nPAN\0001 1\n' "2:4: error: byte 0x01 is not printable ASCII"
bad "SYNC of what was stopped" 'PAN 9\nPAUSE\nSYNC\n' "3:1: error: this would wait for ever"
bad "no time" 'PAN 1\n#@ soon\n' "2:4: error: #@ takes a time in seconds, as 1.250"
bad "more than a time" '#@ 1 s\n' "1:4: error: #@ takes a time in seconds, as 1.250"
bad "time that goes backwards" '#@ 2\n#@ 1.999999999\n' "2:4: error: it is 2.000000000 s already"
bad "time that a wait has passed" 'PAN 36\nSYNC\n#@ 1\n' "3:4: error: it is $("$stepctl" \
	plan - <<-END | sed -n 's/duration //p'
	PAN 36
	END
) already"
is "standard input in a message" "$(echo BAD | plan | tail -n 1)" \
	"<stdin>:1:1: error: no command or axis named BAD"

# status NAME STATUS ARGUMENT...
status()
{
	name=$1
	expected=$2
	shift 2
	"$stepctl" "$@" >/dev/null 2>&1 </dev/null
	is "exit status: $name" "$?" "$expected"
}

status "a file that is not there" 1 plan not-there.txt
status "a directory" 1 plan .
status "no file" 2 plan
status "two forms" 2 plan --steps --count -
status "an unknown option" 2 plan --fast -
status "a command that nobody can be told" 3 --device none fly
status "no time between samples" 2 plan --samples 0s -
status "no picture" 2 plan --plot picture.jpg -
status "help" 0 plan --help
is "-h" "$("$stepctl" plan -h)" "$("$stepctl" plan --help)"
is "-h of all" "$("$stepctl" -h)" "$("$stepctl" --help)"
is "which option is wrong" "$("$stepctl" plan --fast - 2>&1 | head -n 1; "$stepctl" run --loop 2>&1 | head -n 1)" \
	"stepctl: plan: --fast: there is no such option, or not used so
stepctl: run: --loop: it takes a value"
is "nothing to do" "$("$stepctl" 2>&1 </dev/null | head -n 1)" "stepctl: nothing to do"
status "help of all" 0 --help

rm -f picture.png
"$stepctl" plan --plot picture.png mixed.txt
# of the header of a PNG: signature, width, height
is "--plot draws a PNG" "$(od -An -tx1 -N24 picture.png | tr -d ' \n')" \
	89504e470d0a1a0a0000000d49484452000004b000000320
is "with something in it" "$([ "$(wc -c <picture.png)" -gt 20000 ] && echo yes)" yes
printf 'PAN 5 TILT 5\n' | plan --plot "it's.svg"
is "--plot draws an SVG" "$(grep -c '</svg>' "it's.svg")" 1
awk 'BEGIN { for (i = 0; i < 6000; i++) printf "PAN %.3f TILT %.3f\n", 20 * sin(i / 80), 9 * cos(i / 50) }' |
	plan --plot many.svg
is "--plot of 6000 moves draws no more than there are pixels" \
	"$([ "$(wc -c <many.svg)" -lt 1200000 ] && grep -c '</svg>' many.svg)" 1
is "--plot without gnuplot" "$(printf 'PAN 5\n' | PATH=/none plan --plot picture.png)" \
	"stepctl: --plot needs gnuplot, which is not installed (Debian: apt install gnuplot-nox)"
is "--plot to where nothing can be" "$(printf 'PAN 5\n' | plan --plot none/picture.png)" \
	"stepctl: none/picture.png: No such file or directory"
is "--plot without motion" "$(printf 'PAN 0\n' | plan --plot none.png)" \
	"stepctl: nothing moves: there is nothing to draw"

is "--count of a long move" "$(printf 'SET PAN SCALE 2000/1\nSET PAN MAX 1000\nPAN 1000\n' | plan --count)" 2000000

vcd=$(printf 'PAN 1 TILT -1; TRIGGER 1 5ms\n' | "$stepctl" capture --vcd - -)
sign() # LINE
{
	echo "$vcd" | awk -v line="$1" '$1 == "$var" && $5 == line { print $4 }'
}
is "capture: steps up" "$(echo "$vcd" | grep -cxF "1$(sign PAN-step)")" 89
is "capture: steps down" "$(echo "$vcd" | grep -cxF "1$(sign TILT-step)")" 89
is "capture: DIR down before the first step" "$(echo "$vcd" | sed -n '/^#1/,$p' |
	grep -c -m 1 -xF "1$(sign TILT-dir)")" 0
is "capture: ENABLE, its delay and half a step before the first edge" "$(echo "$vcd" | awk \
	-v enable="1$(sign PAN-enable)" -v step="1$(sign PAN-step)" '
	/^#/ { time = substr($0, 2) } $0 == enable { on = time }
	$0 == step { print (time - on > 1000000); exit }')" 1
is "capture: the pulse of TRIGGER" "$(echo "$vcd" | awk -v sign="$(sign output-1)" '
	/^#/ { time = substr($0, 2) } $0 == "1" sign { rose = time }
	$0 == "0" sign && rose { print time - rose }')" 5000000
is "capture: STEPLEN" "$(echo "$vcd" | awk -v sign="$(sign PAN-step)" '
	/^#/ { time = substr($0, 2) } $0 == "1" sign { rose = time }
	$0 == "0" sign && rose { print time - rose }' | sort -u)" 2000
is "capture --edges" "$(printf '5000000 pan_step 1\n5002000 pan_step 0\n5002000 pan_dir 0\n' |
	"$stepctl" capture --vcd - --edges - | tail -n 8 | tr '\n' ' ')" \
	'#0 0! 1" #1000000 1! #1002000 0! 0" '
is "capture --edges out of order" "$(printf '5 a 1\n4 a 0\n' | "$stepctl" capture --vcd - --edges - 2>&1)" \
	"<stdin>:2:1: error: an edge is TIME_NS NAME LEVEL, in order of time"
status "capture without --vcd" 2 capture mixed.txt
status "capture to where nothing can be" 1 capture --vcd none/shot.vcd mixed.txt

# completed WORD...: what bash makes of the last word
completed()
{
	bash -c 'eval "$("$0" completion bash)"; COMP_WORDS=(stepctl "$@")
		COMP_CWORD=$#; _stepctl; echo "${COMPREPLY[*]}"' "$stepctl" "$@"
}
is "completion: sub-commands" "$(completed ke)" keyframes
is "completion: the language" "$(completed --wait REL)" RELEASE
is "completion: options of a sub-command" "$(completed run --d)" "--dry-run --device"
is "completion: all options have their --help" "$(completed keyframes --exp)" --exposure
is "completion: all words" "$(completed PAN 3 UNT) $(completed SET PAN MAXJ)" "UNTIL MAXJERK"
is "completion: behind a host" "$(completed --host user@pi run --l)" --loop
is "completion: shells" "$(completed completion b)" bash
status "completion of no shell" 2 completion fish
status "completion for zsh" 0 completion zsh

# What --help tells, the manual has
helped=$(for command in '' $("$stepctl" --help | awk '/^  stepctl [a-z]/ { print $2 }' | sort -u |
	grep -vE '^(-|PAN)'); do
	# shellcheck disable=SC2086 # a word, or none
	"$stepctl" $command --help
done)
is "sub-commands have examples" "$(echo "$helped" | grep -c '^examples:')" 8
is "options are in the manual" "$(sed 's/\\-/-/g' "$source/userspace/stepctl.1" >manual
	echo "$helped" | grep -oE '^  --[a-z-]+' | sort -u | while read -r option; do
	grep -qF -e "$option" manual || echo "$option"
done)" ""
