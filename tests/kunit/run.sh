#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The unit tests inside the debug kernel.

set -eu
cd "$(dirname "$0")/../.."
out=build/test/kunit
status=0
tests/vm/boot.sh debug $out tests/kunit/guest.sh || status=$?
sed -nE 's/^(not )?ok /&kunit: /p' $out/serial.log
exit "$status"
