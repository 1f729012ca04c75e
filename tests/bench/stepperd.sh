#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# stepperd beside the module, both on the lines of the virtual head in the emulated PC
# (500 million instructions a second, one processor): the step rate that each finds it
# can serve, how far from their times steps leave, with the processor otherwise idle and
# otherwise busy, and how much of it they take.

set -eu
cd "$(dirname "$0")/../.."
files=build/bench/stepperd-files
mkdir -p "$files"
gcc -O2 -static -Wall -Wextra -Werror -o "$files/soak" tests/bench/soak.c
echo gpio >"$files/way"
tests/vm/pack.sh "$files/stepperd.tar" build/stepperd

judge() # NAME OUT
{
	echo "$1: up to $(sed -n 's/^rate: \([0-9]*\) .*/\1/p' "$2/serial.log") steps/s"
	none=$(sed -n 's/^without steps: \([0-9]*\) .*/\1/p' "$2/serial.log")
	for rate in 1000 5000 10000 20000; do
		for load in idle busy; do
			[ -s "$2/$load-$rate" ] || continue
			# the last of the train slow down
			awk -v rate="$rate" 'NR > rate / 20 && NR <= rate * 9 / 20 {
					if (!first)
						first = $1
					late[++n] = $1 - first - (n - 1) * 1e9 / rate
					if (n == 1 || late[n] < least)
						least = late[n]
				}
				END { for (i = 1; i <= n; i++) print late[i] - least }' "$2/$load-$rate" |
				sort -n | awk -v rate="$rate" -v load="$load" '{ d[NR] = $1 / 1e3 }
				END { printf "%6d steps/s, %s: %7.2f %7.2f %7.2f\n", rate, load,
					d[int((NR + 1) / 2)], d[int(NR * 0.99)], d[NR] }'
		done
		sed -n "s/^$rate steps\/s: \([0-9]*\) of \([0-9]*\)/\1 \2/p" "$2/serial.log" |
			awk -v none="$none" '{ printf "%29s%.1f %%\n", "processor: ",
				100 * ($1 - none) / ($1 + $2) }'
		grep "^$rate steps/s: refused" "$2/serial.log" || :
	done
}

echo "deviation of steps from equal intervals, us: half of them, 99 in 100, all"
tests/vm/boot.sh x86 build/bench/stepperd-module tests/vm/guest-stepperd.sh "$files/soak"
judge "module" build/bench/stepperd-module
tests/vm/boot.sh x86 build/bench/stepperd tests/vm/guest-stepperd.sh "$files/soak" \
	"$files/way" "$files/stepperd.tar" tests/vm/stepperd.conf \
	"build/cache/$(tests/vm/fetch.sh amd64)/amd64/modules/"*.ko
judge "stepperd" build/bench/stepperd
