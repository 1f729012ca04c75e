#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# stepctl with a device: stepperd on the virtual head, on this computer. Another host
# is this one too: an ssh that runs what it is told, here.

set -u
cd "$(dirname "$0")/.." || exit
suite="stepctl device"
. tests/is.sh
stepctl=$PWD/build/stepctl
daemon=$PWD/build/stepperd
out=$PWD/build/test/stepctl-device
mkdir -p "$out/bin"
cd "$out" || exit
device=$out/mount/stepper

fusermount3 -u "$out/mount" 2>/dev/null
"$daemon" --sim --edges edges --mount "$out/mount" &
pid=$!
trap 'kill $pid; wait $pid; fusermount3 -u "$out/mount" 2>/dev/null' EXIT
while [ ! -e "$device" ]; do
	kill -0 "$pid" 2>/dev/null || {
		echo "not ok stepctl device: stepperd does not run"
		exit 1
	}
	sleep 0.05
done

ctl() # what it prints and its exit status
{
	printed=$(timeout 60 "$stepctl" --device "$device" "$@" 2>&1)
	echo "$printed -> $?"
}

ctl 'PAN IS 0; TILT IS 0' >/dev/null
is "a shot is played to its end though nobody reads of it" "$(printf 'PAN 1\nPAN 2\nPAN 3\n' |
	"$stepctl" --device "$device" run - 2>&1 | head -n 1; ctl 'SYNC; PAN?')" "done 1: PAN 1
PAN=3.000000 STEPS=267 -> 0"
is "a move" "$(ctl PAN 5 TILT -3)" " -> 0"
is "--wait" "$(ctl --wait PAN 2 TILT 1)" "done 1: PAN 2 TILT 1 -> 0"
is "an answer" "$(ctl 'PAN?')" "PAN=2.000000 STEPS=178 -> 0"
is "a status" "$(ctl '?')" \
	"STATE=IDLE PAN=2.000000 TILT=1.000000 QUEUE=0/64 HOMES=PAN,TILT ALARM= UNTRUSTED= UNKNOWN= SWITCHES= -> 0"
is "an error" "$(ctl PAN 300)" "stepctl: PAN 300 is beyond MAX 170 -> 1"
is "an error while waiting" "$(ctl --wait PAN 300)" "stepctl: PAN 300 is beyond MAX 170 -> 1"
is "a word of the language that is a sub-command, too" "$(ctl --wait RUN PAN 5 FOR 10ms)" \
	"done 1: RUN PAN 5 FOR 10ms -> 0"
is "nothing but a comment" "$(ctl '# hello')" " -> 0"
is "a line too long" "$(ctl "# $(printf '%0300d' 0)")" "stepctl: line longer than 255 bytes -> 1"


# rises LINE: of the file shot.vcd
rises()
{
	awk -v line="$1" '$1 == "$var" && $5 == line { up = "1" $4 } $1 == up { n++ }
		END { print n + 0 }' shot.vcd
}
# 5 degrees are 444 steps
is "capture of what the virtual head has seen" "$("$stepctl" capture --vcd shot.vcd --edges edges
	before=$(rises pan-step)
	ctl --wait 'PAN 7; TRIGGER 1 1ms; PAN 2' >/dev/null
	"$stepctl" capture --vcd shot.vcd --edges edges
	echo $(($(rises pan-step) - before)) "$(rises auxiliary)")" "888 1"
is "lines of standard input" "$(printf 'PAN 3\n\n# hi\nPAN BY 1\nSYNC\nPAN?' | ctl -)" \
	"PAN=4.000000 STEPS=356 -> 0"
is "an error ends them" "$(printf 'PAN 3\nFOO\nPAN 9\n' | ctl -)" \
	"<stdin>:2:1: error: no command or axis named FOO -> 1"
is "nothing behind it was done" "$(printf 'SYNC\nPAN?' | ctl -)" \
	"PAN=3.000000 STEPS=267 -> 0"
is "a NUL among them" "$(printf 'PAN\0 9\n' | ctl -)" \
	"<stdin>:1:4: error: byte 0x01 is not printable ASCII -> 1"
is "more lines than the queue holds" "$(awk 'BEGIN {
	for (i = 0; i < 300; i++)
		print "PAN", 3 + i % 2 / 100
	print "SYNC\nPAN?" }' | ctl -)" "PAN=3.010000 STEPS=268 -> 0"

is "--json" "$(ctl --json 'GET PAN SPEED; PAN?; VERSION; ERROR?')" \
	'{"line": "GET PAN SPEED; PAN?; VERSION; ERROR?", "answers": [{"axis": "PAN", "setting": "SPEED", "value": 60}, {"PAN": 3.010000, "STEPS": 268}, {"DRIVER": "0.1.0", "LANGUAGE": 1}, "0 no error"], "ok": true} -> 0'
is "--json of an error" "$(timeout 60 "$stepctl" --json --device "$device" 'PAN "' 2>/dev/null)" \
	'{"line": "PAN \"", "answers": [], "ok": false, "error": {"number": 22, "name": "EINVAL", "column": 5, "text": "\"\"\" is not a number"}}'

cat >shot.move <<'END'
#!/usr/bin/env -S stepctl run
PAN 3; PAN 5
@me TILT 2   # with a tag of its own

SET PAN SPEED 50
WAIT 10ms
PAN 0 TILT 0
END
is "run" "$(ctl run shot.move)" "SET PAN SPEED 60
done 2: PAN 3; PAN 5
done 3: @me TILT 2   # with a tag of its own
done 5: SET PAN SPEED 50
done 6: WAIT 10ms
done 7: PAN 0 TILT 0 -> 0"
is "run to the end" "$(ctl '?' | cut -c 1-38)" "STATE=IDLE PAN=0.000000 TILT=0.000000 "
is "--from, --loop" "$(ctl run --loop 3 --from 6 shot.move | tr '\n' ' ' | sed 's/ TILT 0//g')" \
	"done 6: WAIT 10ms done 7: PAN 0 done 6: WAIT 10ms done 7: PAN 0 done 6: WAIT 10ms done 7: PAN 0 -> 0 "
ctl SET PAN JERK 0 >/dev/null
is "--dry-run knows settings and position of the device" \
	"$(echo 'PAN 36 AT 50' | ctl run --dry-run - | awk '/^PAN/ { print $2, $3, $5, $7 }')" \
	"3200 50.000000 120.000000 0.000000"
# each round flows into the next, as one move
is "--dry-run --loop" "$(echo 'PAN BY 12' | ctl run --dry-run --loop 3 - | head -n 1 | cut -c 1-16
	echo 'PAN BY 12' | ctl run --dry-run --loop 3 - | grep -c '^ .* done .* PAN BY 12')" \
	"$(echo 'PAN 36' | ctl run --dry-run - | head -n 1 | cut -c 1-16)
3"
is "--dry-run of what has no end" "$(echo 'PAN BY 12' | ctl run --dry-run --loop 0 - | head -n 1)" \
	"stepctl: run: a plan of --loop 0 has no end"
is "--dry-run --json" "$(printf '# none\nPAN 36 AT 50\nWAIT 5ms\n' | ctl run --dry-run --json - |
	sed 's/ -> 0$//' | python3 -c 'import json, sys
plan = json.load(sys.stdin)
pan, tilt = plan["axes"]
print(pan["axis"], pan["unit"], pan["steps"], pan["speed"], pan["jerk"], tilt["steps"])
for line in plan["lines"]:
	print(line["line"], line["written"], line["is"], line["text"])
print(plan["lines"][1]["end"] == plan["duration"])')" "PAN deg 3200 50.0 0.0 0
2 0.0 done PAN 36 AT 50
3 0.0 done WAIT 5ms
True"
# A reader that ends early, as head; all of it is more than a pipe holds
seq -f 'PAN BY 0.001 # %g' 3000 >long.move
is "a reader of a plan that ends early ends it, silently" \
	"$(bash -c '"$1" --device "$2" run --dry-run long.move | head -n 1 | cut -c 1-8
		echo "${PIPESTATUS[0]}"' bash "$stepctl" "$device" 2>&1)" "duration
$((128 + 13))"
# 356 steps to the switch, then what HOME needs to stop and to touch it again, and 89 back:
# where PAN 3 has no way to go if HOME has found HOMEPOS. Both directions are alike.
for way in '' -; do
	is "--dry-run of HOME, ${way:-+}" "$(printf '%s\n' "SET PAN HOMEPOS ${way}4; SET PAN HOMEDIR ${way}1" \
		"HOME PAN" "PAN BY ${way}-1" "PAN ${way}3" | sed 's/--//' | ctl run --dry-run --json - |
		sed 's/ -> 0$//' | python3 -c 'import json, sys
plan = json.load(sys.stdin)
lines = plan["lines"]
print(plan["axes"][0]["steps"], *(line["is"] for line in lines))
print(lines[1]["end"] - lines[1]["start"] > 0.4, lines[3]["end"] == lines[2]["end"])')" "617 done done done done
True True"
done
is "--dry-run moves nothing" "$(ctl 'PAN?')" "PAN=0.000000 STEPS=0 -> 0"
ctl SET PAN JERK 1200 >/dev/null
printf 'PAN 3\n\nPAN 300\n' >bad.move
is "a bad script" "$(ctl run bad.move)" "bad.move:3:5: error: PAN 300 is beyond MAX 170 -> 1"
is "nothing of it was done" "$(ctl 'PAN?')" "PAN=0.000000 STEPS=0 -> 0"
is "a preset, which no rehearsal knows" \
	"$(ctl 'SAVE left'; printf 'PAN 1\nGO left\n' | ctl run -)" " -> 0
done 1: PAN 1
done 2: GO left -> 0"
printf 'PAN 60 IN 20s\n#@ 0.4\nNOW PAN 1\n' >timed.move
is "a line waits for its time" "$(ctl run timed.move | tail -n 1; ctl '?' | cut -c 1-23)" \
	"done 3: NOW PAN 1 -> 0
STATE=IDLE PAN=1.000000"
printf 'SAVE here\n#@ 0.5\nPAN?\n' >timed.move
begin_ns=$(date +%s%N)
ctl run timed.move >/dev/null
is "not less than that" "$([ $(($(date +%s%N) - begin_ns)) -ge 500000000 ] && echo yes)" yes
is "a time that is none, in what is not rehearsed" "$(printf 'GO here\n#@ soon\n' | ctl run -)" \
	"<stdin>:2:4: error: #@ takes a time in seconds, as 1.250 -> 1"
is "times cannot be looped" "$(ctl run --loop 2 timed.move | head -n 1)" \
	"stepctl: run: a script with times (#@) cannot be looped"
is "run --json" "$(printf 'PAN 0; SYNC\nPAN?\n' | ctl run --json -)" '{"line": "PAN 0; SYNC", "answers": [], "ok": true}
{"line": "PAN?", "answers": [{"PAN": 0.000000, "STEPS": 0}], "ok": true} -> 0'
is "an empty script" "$(: | ctl run -)" " -> 0"
is "a script that is a program" "$(chmod +x shot.move
	sed -i "1s|stepctl|$stepctl --device $device|" shot.move
	timeout 60 ./shot.move | tail -n 1)" "done 7: PAN 0 TILT 0"

printf '0 PAN 0\n.5 PAN 1 EASE 0%%\n' >shot.keys
is "keyframes --play" "$(ctl keyframes --lead 300ms --play shot.keys | tail -n 1)" \
	"done 8: PVT PAN 1.450000 0.000000 IN 100.000000ms -> 0"
ctl --wait PAN 0 >/dev/null

# Signals are sent when it is known to run
begin() # ARGUMENT...
{
	"$stepctl" --device "$device" "$@" >began 2>&1 &
	child=$!
	until grep -q STATE=RUN "$device"; do sleep 0.05; done
}

position()
{
	sed 's/.* PAN=\([-0-9]*\)\..*/\1/' "$device"
}

end() # in $ended, the exit status and what was printed
{
	wait "$child"
	ended="$? $(cat began)"
}

printf 'PAN -50 IN 60s\nPAN 50 IN 60s\n' >long.move
begin run long.move
kill -INT "$child"
end
is "Ctrl-C stops the motors" "$ended" "130 stepctl: stopping; once more halts"
is "and they stay stopped" "$(cut -d ' ' -f 1 "$device") $([ "$(position)" -gt -50 ] && echo yes)" \
	"STATE=IDLE yes"
begin --wait PAN -170 IN 60s
kill -TERM "$child"
end
is "SIGTERM as well" "$ended" "143 stepctl: stopping; once more halts"
# as long as it has sped up it takes to slow down
ctl 'SET PAN ACCEL 0.2; SET PAN JERK 0' >/dev/null
begin --wait RUN PAN 3
sleep 3
kill -INT "$child"
sleep 0.2
kill -INT "$child"
end
is "a second one halts" "$ended" "130 stepctl: stopping; once more halts
stepctl: halting"
is "that is an alarm" "$(ctl PAN 0)" "stepctl: alarm HALTED: RESET first -> 5"
ctl 'RESET; SET PAN ACCEL 120; SET PAN JERK 1200' >/dev/null
begin --wait PAN -170 IN 60s
ctl STOP >/dev/null
end
is "somebody else's STOP" "$ended" "4 stepctl: canceled by STOP or HALT"
ctl --wait PAN 0 >/dev/null

is "no device" "$(device="none" ctl PAN 3)" "stepctl: none: No such file or directory -> 3"
echo hello >file
is "no file is overwritten" "$(device="file" ctl PAN 3; cat file)" \
	"stepctl: file: not a device -> 3
hello"

cat >bin/ssh <<'END'
#!/bin/sh
while [ "$1" != -- ]; do shift; done
echo "$2" >ssh-host
shift 2
exec sh -c "$*"
END
chmod +x bin/ssh
remote() # ARGUMENT...
{
	PATH=$out/bin:$PATH ctl --host user@pi "$@"
}
is "--host" "$(printf 'PAN 1\nSYNC\nPAN?' | remote -)" "PAN=1.000000 $(ctl 'PAN?' | sed 's/.* S/S/')"
is "--host is a host of ssh" "$(cat ssh-host)" user@pi
is "run --host" "$(remote run --from 7 shot.move)" "done 7: PAN 0 TILT 0 -> 0"
is "an error there" "$(remote PAN 300)" "stepctl: PAN 300 is beyond MAX 170 -> 1"
is "no device there" "$(device="it's none" remote PAN 3)" \
	"stepctl: it's none: no such device there
stepctl: the device has gone -> 3"
is "no file is made there" "$([ -e "it's none" ] || echo none)" none
is "no file is overwritten there" "$(device="file" remote PAN 3; cat file)" \
	"stepctl: file: no such device there
stepctl: the device has gone -> 3
hello"

# Ctrl-C, and when the terminal is closed, go to ssh as well
for signal in 2 1; do
	rm began
	PATH=$out/bin:$PATH setsid "$stepctl" --host user@pi --device "$device" --wait PAN -50 IN 60s >began 2>&1 &
	child=$!
	until grep -q STATE=RUN "$device"; do sleep 0.05; done
	kill -$signal -$child
	end
	is "signal $signal to all of --host stops the motors" "$ended $(cut -d ' ' -f 1 "$device")" \
		"$((128 + signal)) stepctl: stopping; once more halts STATE=IDLE"
done
is "a bar on a terminal" "$(timeout 60 script -qec \
	"$stepctl --device $device --wait PAN 2 IN 1s" /dev/null </dev/null | tr '\r' '\n' |
	grep -m 1 -o '%  0:01 left PAN 2 IN 1s')" "%  0:01 left PAN 2 IN 1s"

terminal() # STEP... -- ARGUMENT..., as for terminal.py: what was not shown, exit status
{
	HOME=$out "$out/../../../tests/terminal.py" 60 "$@" >shown 2>&1
	echo "$(grep '^terminal:' shown) $?"
}
printf 'PAN BY 1 IN 400ms\nPAN BY -1 IN 400ms\n' >short.move
is "a bar of a loop" "$(terminal '%\[#* *\] .*  0:0[45] left  round 1  line [12]: PAN BY -?1 IN 400ms' \
	'%\[#+ *\].* left  round [45]  line [12]: PAN BY -?1 IN 400ms' \
	-- "$stepctl" run --device "$device" --loop 5 short.move)" " 0"
is "nothing of the bar is left by Ctrl-C" "$(terminal '%\[.*% .*' '\x03' \
	'%stepctl: stopping; once more halts' -- "$stepctl" run --device "$device" long.move)" " 130"
ctl --wait PAN 2 >/dev/null

# Real shells, with the file that is installed for them
mkdir -p fpath
"$stepctl" completion bash >completion.bash
"$stepctl" completion zsh >fpath/_stepctl
echo "PS1='$ '; . ./completion.bash" >.bashrc
echo "PS1='$ '; fpath=($out/fpath \$fpath); autoload -U compinit; compinit -u -D" >.zshrc
for shell in bash zsh; do
	is "completion: $shell" "$(PATH=${stepctl%/*}:$PATH terminal '%[$]' \
		'stepctl ru\t' '%[$] stepctl run' 'shot.m\t' '%[$] stepctl run shot[.]move' '\x15' \
		'stepctl --devi\tmount/ste\tPAN 3 ti\t' \
		'%[$] stepctl --device mount/stepper PAN 3 TILT' '\x15' \
		'stepctl keyframes --expo\t' '%[$] stepctl keyframes --exposure' '\x15' \
		'stepctl set pan maxj\t' '%[$] stepctl set pan MAXJERK' '\x15' '%[$]' 'exit\n' -- $shell)" " 0"
done

# The prompt
prompt() # STEP...
{
	terminal "$@" -- "$stepctl" --device "$device"
}
rm -f .stepctl_history
ctl --wait PAN 0 TILT 0 >/dev/null
is "prompt: state, answers, errors, completion" "$(prompt '=IDLE PAN 0.00 TILT 0.00> ' \
	'til\t' '=tilT ' 'zz\n' '=needs a position' 'pa\t' '=PAUSE' '\x15PAN 5 IN 1s\n' \
	'=IDLE PAN 5.00' 'SYN\t\n' 'PAN?\n' '=PAN=5.000000 STEPS=444' '=> ' '\x04')" " 0"
# of what was shown before nothing is left, nor of a line that is longer than the terminal
long=$(printf '%0120d' 0)
is "prompt: it is shown anew in its place" "$(prompt '%IDLE PAN 5.00 TILT 0.00>' 'PAN 3 IN 2s\n' \
	'# so' '%RUN PAN 4[.][0-9]* TILT 0.00> # so' '%IDLE PAN 3.00 TILT 0.00> # so' \
	'\x15' "PAN 5 IN 2s # $long\n" "# $long" '%RUN PAN 4[.][0-9]* TILT 0.00> # 0*' '%0{46}' \
	'%IDLE PAN 5.00 TILT 0.00> # 0*' '%0{47}' '\x15' '%IDLE PAN 5.00 TILT 0.00>' '\x04')" " 0"
is "prompt: an alarm, and candidates" "$(prompt '=> ' 'HALT\n' '%ALARM HALTED PAN .*>' 'RESET\n' \
	'RE\t' '%RESET RESUME RELEASE' '%IDLE PAN 5.00 TILT 0.00> RE' '\x15' 'er\t' '=erROR' '\x15' '\x04')" " 0"
is "prompt: history of the last time" "$(prompt '=> ' '\x10\x10\x10\x10\x10\n' '=PAN=5.000000 STEPS' '=> ' '\x04')" " 0"
is "prompt: Ctrl-C stops, and moves may follow" "$(prompt '=> ' 'PAN -50 IN 60s; SYNC\n' '=RUN' \
	'\x03' '=canceled by STOP' '=IDLE' 'PAN 0; SYNC\n' '=IDLE PAN 0.00' '=> ' '\x04')" " 0"
is "prompt: STOP is not blocked by a line that waits" "$(prompt '=> ' 'PAN -50 IN 60s; SYNC\n' \
	'=RUN' 'STOP\n' '=canceled by STOP' '=IDLE' 'PAN 0; SYNC\n' '=IDLE PAN 0.00' '=> ' '\x04')" " 0"

ctl --wait PAN 60 >/dev/null
is "prompt: Ctrl-C stops HOME" "$(prompt '=> ' 'HOME PAN\n' '%HOMING PAN [1-5][0-9][.].*>' '\x03' \
	'%IDLE PAN [1-5][0-9][.].*>' '\x04')" " 0"
ctl --wait PAN 0 >/dev/null

# The screen: an arrow is ESC O C; it is drawn in part, where something changed
watch() # STEP...
{
	terminal "$@" -- "$stepctl" watch --device "$device"
}
is "watch: a jog ends by itself" "$(watch '=IDLE' '\x1bOC' '=RUN' '=IDLE' 'q')" " 0"
is "watch: it was one upwards" "$([ "$(position)" -gt 0 ] && echo yes)" yes
is "watch: STOP, PAUSE, RESUME" "$(echo 'PAN 60 IN 60s' >"$device"; watch '=RUN' 'p' '=HOLD' \
	'p' '=RUN' ' ' '=IDLE' 'q')" " 0"
is "watch: HALT and RESET" "$(watch '=IDLE' '\x1bOD' '=RUN' 'h' '=HALTED' '\x1bOD' \
	'=alarm HALTED: RESET first' 'r' '=IDLE' 'q')" " 0"
is "watch: what it shows" "$(ctl 'RESET; PAN IS 0; TILT IS -2' >/dev/null; ctl --wait PAN -1 TILT 0 >/dev/null
	watch "%IDLE +queue 0/64 +(.*/)?mount/stepper" '%> PAN +-1[.]000000 deg +0[.]000 deg/s' \
	'%  TILT +0[.]000000 deg +-?0[.]000 deg/s' '\t' '%> TILT .*' \
	'+' '%.* [+]- 20%  q quit' '%[ T]+[|]-1 s' 'q')" " 0"
is "watch and prompt of another host" "$(PATH=$out/bin:$PATH terminal '%IDLE +queue 0/64 +user@pi:mount/stepper' \
	'q' -- "$stepctl" --host user@pi --device mount/stepper watch
	PATH=$out/bin:$PATH terminal '%IDLE PAN .*>' 'PAN?\n' '=PAN=-?[0-9.]+ STEPS' '=> ' '\x04' \
	-- "$stepctl" --host user@pi --device "$device")" " 0
 0"
is "watch: an arrow does not end what others play" "$(echo 'PAN 60 IN 60s' >"$device"
	watch '=RUN' '\x1bOC' '%what moves was not started here: .*' '\x03' '=IDLE' '\x03')" " 0"
is "watch: a key that is held" "$(ctl --wait PAN 0 >/dev/null
	watch '=IDLE' '\x1bOC' '=RUN' '\x1bOC' '\x1bOC' '%RUN +queue ./64 .*' '\x1bOC' '=IDLE' 'q'
	grep -c 'not started here' shown)" " 0
0"
is "watch: without a terminal" "$(ctl watch </dev/null | head -n 1)" \
	"stepctl: watch: it takes a terminal"

# HOMEPOS is 0, and the head far from where it was
is "--wait for HOME" "$(ctl --wait HOME PAN)" "done 1: HOME PAN -> 0"
ctl --wait PAN 22 >/dev/null
printf 'HOME PAN\nPAN 22 AT 10\n' >home.move
is "a bar of HOME" "$(terminal '%\[#* *\] .*  0:0[1-9] left  line 1: HOME PAN' \
	'%\[#+ *\] .*  0:0[12] left  line 2: PAN 22 AT 10' \
	-- "$stepctl" run --device "$device" home.move; ctl 'PAN?' | sed 's/ .*//')" " 0
PAN=22.000000"
