#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The device from another computer: sshd and ssh run inside an emulated PC, on
# its loopback, so that nothing of this computer is touched.
#
# usage: tests/remote.sh [stepctl]: lines of the shell, or stepctl there and by ssh

set -eu
cd "$(dirname "$0")/.."
what=${1:-remote}
out=build/test/$what-guest
files=build/test/files-$what
version=$(tests/vm/fetch.sh ssh)
mkdir -p "$files"
tar -cf "$files/ssh.tar" --exclude=./complete -C "build/cache/$version/ssh" .
set -- "$files/ssh.tar" tests/vm/guest-sshd.sh
if [ "$what" = stepctl ]; then
	tests/vm/pack.sh "$files/stepctl.tar" build/stepctl /usr/bin/script
	tar -cf "$files/examples.tar" -C userspace/examples .
	set -- "$@" "$files/stepctl.tar" "$files/examples.tar" /lib/terminfo/x/xterm
fi
status=0
BOOT_TIMEOUT=400 tests/vm/boot.sh x86 "$out" "tests/vm/guest-$what.sh" "$@" || status=$?
rm -r "$files"
sed -nE "s/^(not )?ok /&$what: /p" "$out/serial.log"
exit "$status"
