#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# make deb for another computer than this one, the Raspberry Pi: in a fresh Debian of its
# architecture, whose programs QEMU emulates. The packages go to build/deb-ARCHITECTURE/.
#
# usage: tests/deb/build.sh ARCHITECTURE

set -eu
cd "$(dirname "$0")/../.."
architecture=$1
packages=build/deb-$architecture

# That this kernel runs its programs systemd sees to, where it runs
if ! arch-test "$architecture" >/dev/null; then
	register=/proc/sys/fs/binfmt_misc/register
	[ -e $register ] || mount -t binfmt_misc none "$(dirname $register)"
	cat /usr/lib/binfmt.d/qemu-aarch64.conf >$register
fi

rm -rf "$packages"
mkdir -p "$packages"
# Mounts of root's are gone when this ends; others have them in a namespace anyway
unshare=
[ "$(id -u)" != 0 ] || unshare="unshare --mount"
# shellcheck disable=SC2016 # $1, the new root, is for the hooks
$unshare mmdebstrap --quiet --architectures="$architecture" --variant=minbase --format=null \
	--include=make --dpkgopt=force-unsafe-io \
	--customize-hook='mkdir "$1/stepper"' \
	--customize-hook='copy-in Makefile Kbuild debian driver parser hw userspace /stepper' \
	--customize-hook='chroot "$1" make -s -C /stepper deb' \
	--customize-hook='rm -r "$1/stepper/build/deb/stepper"' \
	--customize-hook="sync-out /stepper/build/deb $packages" \
	bookworm /dev/null >"$packages.log" 2>&1 || {
	tail -n 20 "$packages.log" >&2
	exit 1
}
mv "$packages.log" "$packages/mmdebstrap.log"
ls "$packages"/*.deb
