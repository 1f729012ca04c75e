#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# How far from their planned times steps leave the pins of the emulated arm64 board, with
# 1000 million instructions a second, about as many as a Raspberry Pi 3 does,
# at constant speeds, beside a bare timer that toggles one line; with the processor
# otherwise idle. What the driver refuses is said to be refused; it measures its pins
# while they are not recorded, which costs as much as setting them. And how long after HALT
# was written, and after the interrupt of a limit switch, the last edge leaves. A picture
# of how the deviations are spread is build/bench/jitter/jitter.png.

set -eu
cd "$(dirname "$0")/../.."
out=build/bench/jitter
mkdir -p build/bench
# line 1 is DIR of the first axis, by which the driver measures
SHIFT=0 UNTOLD=1 BOOT_TIMEOUT=900 tests/vm/boot.sh virt "$out" tests/vm/guest-jitter.sh

# Steps at a constant speed are due at equal intervals: how much later than the
# earliest of its train, by that measure, each left. Only the half in the middle counts:
# the others speed up or slow down.
awk '
	function judge(i, first, interval, late, least, n)
	{
		if (split(train, part, "-") < 3)
			return
		interval = 1e9 / part[3]
		n = split(times, t, " ")
		if (n < 200) {
			print train ": refused" >"/dev/stderr"
			return
		}
		first = int(n / 4)
		for (i = first; i <= 3 * first; i++) {
			late = t[i] - t[first] - (i - first) * interval
			if (i == first || late < least)
				least = late
		}
		for (i = first; i <= 3 * first; i++)
			print part[1], part[2], part[3],
				t[i] - t[first] - (i - first) * interval - least
	}
	$2 == "mark" { judge(); train = $3; times = ""; next }
	$2 == "pan-step" && $3 == 1 { times = times " " $1 }
' "$out/pins.edges" >"$out/deviations"

sort -s -k 1,1 -k 2,2n -k 3,3n -k 4,4n "$out/deviations" | awk '
	BEGIN {
		name["bare"] = "bare timer"
		name[0] = "stepper"
		name[20] = "stepper, early_us=20"
		print "deviation from equal intervals, us: half of the steps, 99 in 100, all"
	}
	function tell()
	{
		if (n)
			printf "%-22s %d axes %6d steps/s: %6.2f %6.2f %6.2f\n", name[was[1]], was[2],
				was[3], d[int((n + 1) / 2)] / 1e3, d[int(n * 0.99)] / 1e3, d[n] / 1e3
		n = 0
	}
	$1 " " $2 " " $3 != key { tell(); key = $1 " " $2 " " $3; split(key, was, " ") }
	{ d[++n] = $4 }
	END { tell() }'

# latency MARK PATTERN: from what PATTERN matches first after each MARK to the last edge
latency()
{
	paste -d ' ' "$out/times" "$out/values" | awk -v mark="$1" -v pattern="$2" '
		/ tracing_mark_write: / {
			if (began)
				print last - began
			on = $NF == mark
			began = 0
		}
		on && !began && $0 ~ pattern { began = last = $3 }
		began && / gpio_value: .* set / { last = $3 }' |
		sort -n | awk '{ d[NR] = $1 } END { printf "%d times, half within %.1f us, all within %.1f us\n",
			NR, d[int((NR + 1) / 2)] / 1e3, d[NR] / 1e3 }'
}

echo "two axes at 30000 steps/s, from write(2) of HALT to the last edge: $(latency halt 'sys_write.fd')"
echo "one axis at 50000 steps/s, from the interrupt of a limit switch: $(latency limit 'irq_handler_entry: .*name=stepper')"

# A histogram of each: rows are speeds, columns are who makes the steps. Bins are a quarter
# of a power of ten wide; what is less than 0.01 us is in the first.
{
	cat <<-'END'
	set terminal pngcairo size 1500,1000 font ",9"
	set multiplot layout 5,5 title "Share of steps that left so many us later than equal intervals would have them"
	set logscale x
	set format x "10^{%T}"
	set xrange [0.007:1000]
	set yrange [0:1.15]
	set ytics 0.5
	set style fill solid
	set key off
	END
	for rate in 1000 5000 10000 20000 50000; do
		echo "set ylabel '$rate steps/s'"
		for who in bare-1 0-1 0-2 20-1 20-2; do
			file=$out/$who-$rate
			awk -v who="$who" -v rate="$rate" '$1 "-" $2 == who && $3 == rate {
				us = $4 / 1000
				if (us > most)
					most = us
				bin = us > 0.01 ? int(4 * log(us / 0.01) / log(10) + 1) : 0
				count[bin]++
				n++
			}
			END {
				for (bin in count)
					printf "%g %g %.2f\n", 0.01 * 10 ^ ((bin - 0.5) / 4), count[bin] / n, most
			}' "$out/deviations" >"$file"
			name=$(echo "$who" | sed 's/bare-1/bare timer/; s/^0-1/one axis/; s/^0-2/two axes/
				s/20-1/one axis, 20 us early/; s/20-2/two axes, 20 us early/')
			if [ -s "$file" ]; then
				echo "set title '$name: at most $(awk 'END { print $3 }' "$file")'"
				echo "plot '$file' using 1:2:(\$1 * 0.5) with boxes lc rgb '#3060a0'"
			else
				echo "set title '$name: refused'"
				echo "plot -1"
			fi
			echo "unset ylabel"
		done
	done
} | gnuplot >"$out/jitter.png"
