#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a step costs and how exact its time is, without a kernel: see stepgen.c.
# The machine may be shared: medians count.

set -eu
cd "$(dirname "$0")/../.."
gcc -std=gnu11 -O2 -o build/bench-stepgen tests/bench/stepgen.c tests/unit/reference.c \
	build/libstepper.a -lquadmath -lm
echo "step generator alone: ns a step, and ns from the exact time"
mkdir -p build/bench
build/bench-stepgen | tee build/bench/stepgen

# Theirs were measured once, with their own code on a computer of this kind; ours now.
echo "beside others on the same moves: largest error of a step's time, and ns a step"
awk 'function row(who, m1, m2, m3, cost) { printf "%-26s %9s %9s %9s  %s\n", who, m1, m2, m3, cost }
	$1 ~ /^M[123]$/ {
		trapezoid = $2 == "jerk" ? 0 : 1
		error[$1, trapezoid] = $(NF - 2) " ns"
		cost = $(NF - 4)
		if (!(trapezoid in least) || cost < least[trapezoid])
			least[trapezoid] = cost
		if (cost > most[trapezoid])
			most[trapezoid] = cost
	}
	function own(who, i) {
		row(who, error["M1", i], error["M2", i], error["M3", i], least[i] " to " most[i])
	}
	END {
		row("", "M1", "M2", "M3", "ns a step")
		row("Klipper (25 us bound)", "25 us", "25 us", "25 us", "29 to 160")
		row("LinuxCNC (20 us base)", "572 us", "561 us", "-", "37 to 347")
		row("FastAccelStepper", "6.5 ms", "5.2 ms", "4.9 ms", "0.7 to 31")
		row("GRBL 1.1", "18 ms", "3.8 ms", "66 ms", "10 to 60")
		row("AccelStepper 1.64", "10 ms", "3.9 ms", "20 ms", "15 to 20")
		own("stepper, trapezoid", 1)
		own("stepper, jerk-limited", 0)
	}' build/bench/stepgen
