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
build/bench-stepgen
