#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What planning costs, without a kernel: see plan.c.

set -eu
cd "$(dirname "$0")/../.."
gcc -std=gnu11 -O2 -o build/bench-plan tests/bench/plan.c tests/unit/reference.c \
	build/libstepper.a -lm
echo "planning alone: us a command, median and best of 21 runs, a mean of 1000 each"
mkdir -p build/bench
build/bench-plan | tee build/bench/plan
awk '/^point of a stream/ && $(NF - 2) == 8 {
	printf "points for 8 axes, 1000 a second: %.1f %% of a processor\n", $(NF - 1) / 10
}' build/bench/plan
gcc -std=gnu11 -O2 -o build/bench-stream tests/bench/stream.c build/libstepper.a -lm
echo "moves of a circle that stream through a full queue: us a move, its line included"
build/bench-stream
