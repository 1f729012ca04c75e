#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# How many steps a second the emulated arm64 board serves before the plan slips: of a
# bare timer that toggles one line (tests/toggle), and of the driver for one axis and
# for two, by a module that does not refuse what its pins are too slow for. Beside
# these, what the driver accepts.

set -eu
cd "$(dirname "$0")/../.."
out=build/bench/fastest
tree=$PWD/build/bench/fastest-tree
headers=$(echo "$PWD/build/cache/$(tests/vm/fetch.sh arm64)"/arm64/usr/src/linux-headers-*-arm64)
rm -rf "$tree"
mkdir -p "$tree"
cp -r Kbuild driver parser hw "$tree/"
sed -i 's/^.*stepper->edge_ns);$/&\n\tstepper->machine.highest_rate = 0;/' \
	"$tree/driver/engine.c"
grep -q 'highest_rate = 0;' "$tree/driver/engine.c"
make -s -C "$headers" M="$tree" CROSS_COMPILE=aarch64-linux-gnu- CONFIG_DEBUG_INFO_BTF_MODULES= \
	modules
mkdir -p build/bench/any
cp "$tree/stepper.ko" build/bench/any/any.ko
BOOT_TIMEOUT=900 tests/vm/boot.sh virt "$out" tests/vm/guest-fastest.sh build/bench/any/any.ko
echo "most steps/s of each axis with no slip, and with a slip of 1 %, at 500 million instructions/s"
sed -n 's/^fastest //p' "$out/serial.log"
