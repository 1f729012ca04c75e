#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What becomes of motors that move when the GPIO controller goes, which before was late,
# when the computer sleeps, and when, though somebody insists, it starts another kernel
# in place of the one that runs (kexec), and is reset: in a stock kernel on the board
# virt, judged by the pins alone, as the kernel's account of them is lost.
#
# shellcheck disable=SC2154 # eval assigns them

set -eu
cd "$(dirname "$0")/../.."
board=virt
out=build/test/life
mkdir -p build/test
aarch64-linux-gnu-gcc -O2 -Wall -Wextra -Werror -static -o build/test/kexec tests/vm/kexec.c
version=$(tests/vm/fetch.sh arm64)
cp "build/cache/$version/arm64/boot/vmlinuz-$version-arm64" build/test/vmlinuz
status=0
tests/vm/boot.sh $board "$out" tests/vm/guest-life.sh build/test/kexec \
	build/test/vmlinuz || status=$?
rm build/test/vmlinuz
sed -nE "s/^(not )?ok /&life: /p" "$out/serial.log"
[ "$status" = 0 ]

. tests/vm/pins.sh

# Of lines 0, STEP of pan, and 5, EN of all drivers, which is low when they are on: how
# often they were switched on, the steps each time, and those while they were off
eval "$(sed -n 's/^pl061_set_output .* output \([05]\) to \([01]\)$/\1 \2/p' "$out/qemu.trace" |
	awk '$1 == 5 && $2 { probed = 1 } # from when the driver switches them off
	!probed { next }
	$1 == 5 { if (off && !$2) times++; off = $2 }
	$1 == 0 && $2 { if (off) stray++; else steps[times]++ }
	END {
		printf "stray=%d off=%d times=%d", stray, off, times
		for (i = 1; i <= 5; i++)
			printf " steps%d=%d", i, steps[i]
	}')"
that "drivers were switched on again each time" "$times" = 5
that "steps until the controller went" "$steps1" -gt 100
that "steps until the computer slept" "$steps2" -gt 100
that "steps until another kernel was started" "$steps3" -gt 100
that "steps by the other kernel's driver" "$steps4" = 89
that "steps until the reset" "$steps5" -gt 100
that "no step while drivers are off" "$stray" = 0
that "drivers are off in the end" "$off" = 1
