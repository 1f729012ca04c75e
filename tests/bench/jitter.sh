#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# How far from their planned times steps leave the pins of the emulated arm64 board,
# at constant speeds, beside a bare timer that toggles one line; with the processor
# otherwise idle. What the driver refuses is said to be refused; it measures its pins
# while they are not recorded, which would cost as much as setting them. And how long after HALT was written, and after the
# interrupt of a limit switch, the last edge leaves. A picture of how the deviations
# are spread is build/bench/jitter/jitter.png.

set -eu
cd "$(dirname "$0")/../.."
out=build/bench/jitter
mkdir -p build/bench
# line 1 is DIR of the first axis, by which the driver measures
UNTOLD=1 BOOT_TIMEOUT=900 tests/vm/boot.sh virt "$out" tests/vm/guest-jitter.sh

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

{
	cat <<-'END'
	set terminal pngcairo size 1000,800
	set multiplot layout 3,2 title "Deviation of steps from equal intervals, share of steps"
	set logscale x
	set xrange [0.01:1000]
	set yrange [0:1]
	set xlabel "us"
	set key bottom right
	END
	for rate in 1000 5000 10000 20000 50000; do
		echo "set title '$rate steps/s'"
		separator=plot
		for who in "bare 1" "0 1" "0 2" "20 1" "20 2"; do
			file="$out/$(echo "$who-$rate" | tr ' ' -)"
			awk -v who="$who" -v rate="$rate" '$1 " " $2 == who && $3 == rate { print $4 / 1000 }' \
				"$out/deviations" | sort -n | awk '{ d[NR] = $1 }
				END { for (i = 1; i <= NR; i++) print d[i] < 0.01 ? 0.01 : d[i], i / NR }' >"$file"
			[ -s "$file" ] || continue
			printf "%s '%s' with steps lw 2 title '%s'" "$separator" "$file" \
				"$(echo "$who" | sed 's/bare 1/bare timer/; s/^0 /stepper, axes: /; s/^20 /20 us early, axes: /')"
			separator=,
		done
		echo
	done
} | gnuplot >"$out/jitter.png"
