#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The device as a file, in a stock kernel on an emulated board: served by the module,
# or by stepperd by way of FUSE or CUSE.
#
# usage: tests/vm/file.sh BOARD, as in boot.sh
#	 tests/vm/file.sh fuse|cuse
#	 tests/vm/file.sh ... long: of 100,000 moves, where else it is 10,000

set -eu
cd "$(dirname "$0")/../.."
name=$1
board=$1
long=${2:-}
out=build/test/file-$name
programs=build/test/programs-$name
compiler=gcc
mkdir -p "$programs"
make -s build/stepper.4
set -- "$programs/file" "$programs/writers" build/stepper.4
if [ -n "$long" ]; then
	echo "$long" >"$programs/long"
	set -- "$@" "$programs/long"
fi
case $name in
fuse | cuse)
	board=x86
	echo "$name" >"$programs/way"
	set -- "$@" "$programs/way" "$programs/stepperd.tar" \
		"build/cache/$(tests/vm/fetch.sh amd64)/amd64/modules/"*.ko
	tests/vm/pack.sh "$programs/stepperd.tar" build/stepperd
	;;
x86 | debug*) ;;
*) compiler=aarch64-linux-gnu-gcc ;;
esac
for program in file writers; do
	$compiler -O2 -Wall -Wextra -Wno-unused-parameter -Werror -static \
		-o "$programs/$program" tests/vm/$program.c
done
status=0
BOOT_TIMEOUT=${BOOT_TIMEOUT:-300} tests/vm/boot.sh "$board" "$out" tests/vm/guest-file.sh "$@" ||
	status=$?
sed -nE "s/^(not )?ok /&file on $name: /p; s/^skipped /# &/p" "$out/serial.log"
exit "$status"
