#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The device as a file, in a stock kernel on an emulated board.
#
# usage: tests/vm/file.sh BOARD, as in boot.sh

set -eu
cd "$(dirname "$0")/../.."
board=$1
out=build/test/file-$board
programs=build/test/programs-$board
compiler=gcc
[ "$board" = x86 ] || compiler=aarch64-linux-gnu-gcc
mkdir -p "$programs"
for name in file writers; do
	$compiler -O2 -Wall -Wextra -Wno-unused-parameter -Werror -static \
		-o "$programs/$name" tests/vm/$name.c
done
status=0
BOOT_TIMEOUT=300 tests/vm/boot.sh "$board" "$out" tests/vm/guest-file.sh \
	"$programs/file" "$programs/writers" || status=$?
sed -nE "s/^(not )?ok /&file on $board: /p" "$out/serial.log"
exit "$status"
