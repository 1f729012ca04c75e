#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Loads stepper.ko and stepper-sim.ko, built for the running kernel, into it.

set -eu
cd "$(dirname "$0")/../build/modules/$(uname -r)" 2>/dev/null || {
	echo "load-sim: no modules for the running kernel $(uname -r): its headers are missing" >&2
	exit 1
}
root=
[ "$(id -u)" = 0 ] || root=sudo
for module in stepper_sim stepper; do
	! grep -q "^$module " /proc/modules || $root rmmod "$module"
done
$root insmod stepper.ko
$root insmod stepper-sim.ko
ls -l /dev/stepper
