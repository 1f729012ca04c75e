#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a line costs: to parse and accept it, on this computer and in instructions of the
# emulated arm64 board, and to plan, where that cannot wait; and through write(2) there,
# beside /dev/null.

set -eu
cd "$(dirname "$0")/../.."
out=build/bench/line
programs=build/bench/line-programs
mkdir -p $programs
wrap=-Wl,--wrap=plan_change,--wrap=plan_pvt,--wrap=queue_stop
gcc -std=gnu11 -O2 $wrap -o build/bench-line tests/bench/line.c build/libstepper.a
aarch64-linux-gnu-gcc -std=gnu11 -O2 $wrap -static -o $programs/line tests/bench/line.c \
	parser/*.c hw/*.c
aarch64-linux-gnu-gcc -O2 -static -Wall -Wextra -Werror -o $programs/write tests/bench/write.c
tests/vm/boot.sh virt $out tests/vm/guest-lines.sh $programs/line $programs/write
echo "parse and accept a line: ns, median and best of 1000, and instructions on arm64;"
echo "and what planning takes for those that act at once"
build/bench-line >$out/here
awk '{ printf "%d %d\n", $1 / 2, $3 / 2 }' $out/costs | paste -d ' ' - $out/here |
	awk 'BEGIN { printf "%8s %8s %13s %12s %13s\n", "ns", "best", "instructions", "planning: ns",
		"instructions" }
		{ line = $0; sub(/^ *[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ /, "", line)
		printf "%8d %8d %13d %12d %13d  %s\n", $3, $4, $1, $5, $2, line }'
echo "lines a second through write(2), at 500 million instructions a second"
awk 'BEGIN { printf "%12s %10s %13s\n", "/dev/stepper", "/dev/null", "lines a write" }
	{ line = $0; sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", line)
	printf "%12d %10d %13d  %s\n", $1, $2, $3, line }' $out/rates
