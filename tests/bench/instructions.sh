#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Instructions in the kernel for each step, of the driver and of a bare timer
# that only toggles one line (tests/toggle), on the emulated arm64 board.

set -eu
cd "$(dirname "$0")/../.."
out=build/bench/instructions
mkdir -p build/bench
aarch64-linux-gnu-gcc -O2 -static -Wall -Wextra -Werror -o build/bench/soak tests/bench/soak.c
BOOT_TIMEOUT=900 tests/vm/boot.sh virt "$out" tests/vm/guest-bench.sh build/bench/soak
echo "guest instructions a step, and how many times those of a bare timer"
awk '$2 == "bare" || $2 == "one" || $2 == "two" { cost[$1, $2] = $3 }
	$2 == "two" {
		if (($1, "bare") in cost)
			bare = cost[$1, "bare"]
		printf "%5d steps/s: bare timer %d, one axis %d (%.2f), two axes %d (%.2f)\n", $1,
			bare, cost[$1, "one"], cost[$1, "one"] / bare, $3, $3 / bare
	}' "$out/serial.log"
