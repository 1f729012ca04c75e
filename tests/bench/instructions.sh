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
echo "guest instructions a step"
tests/vm/boot.sh -l virt "$out" tests/vm/guest-bench.sh build/bench/soak
awk '{ cost[$1] = $NF }
	END { printf "ratio: %.2f\n", cost["stepper,"] / cost["bare"] }' "$out/serial.log"
