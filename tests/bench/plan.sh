#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What planning costs, without a kernel: see plan.c.

set -eu
cd "$(dirname "$0")/../.."
gcc -std=gnu11 -O2 -o build/bench-plan tests/bench/plan.c tests/unit/reference.c \
	build/libstepper.a -lm
echo "planning alone: us a command, median and best of 21 runs"
build/bench-plan
gcc -std=gnu11 -O2 -o build/bench-stream tests/bench/stream.c build/libstepper.a -lm
echo "moves of a circle that stream through a full queue: us a move, its line included"
build/bench-stream
