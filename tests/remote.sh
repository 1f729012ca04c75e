#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The device from another computer: sshd and ssh run inside an emulated PC, on
# its loopback, so that nothing of this computer is touched.

set -eu
cd "$(dirname "$0")/.."
out=build/test/remote
version=$(tests/vm/fetch.sh ssh)
mkdir -p build/test
tar -cf build/test/ssh.tar --exclude=./complete -C "build/cache/$version/ssh" .
status=0
BOOT_TIMEOUT=300 tests/vm/boot.sh x86 $out tests/vm/guest-remote.sh build/test/ssh.tar || status=$?
rm build/test/ssh.tar
sed -nE 's/^(not )?ok /&remote: /p' $out/serial.log
exit "$status"
