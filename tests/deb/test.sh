#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The packages that make deb or make deb-arm64 made: judged by lintian, then installed, used and purged by
# guest.sh in a fresh Debian of the smallest kind, with the headers of two kernels.
# mmdebstrap makes it and throws it away. What takes long and is of no use there is left
# out: the image to boot the kernel that comes with the headers, the index of manuals.
#
# usage: tests/deb/test.sh [ARCHITECTURE], that of this computer if nothing is said

set -u
cd "$(dirname "$0")/../.." || exit

architecture=${1:-$(dpkg --print-architecture)}
packages=build/deb${1:+-$1}

complaints=$(lintian --fail-on error,warning "$packages"/*.changes 2>&1) &&
	echo "ok deb: lintian" || echo "not ok deb: lintian: $complaints"

# Mounts of root's are gone when this ends; others have them in a namespace anyway
unshare=
[ "$(id -u)" != 0 ] || unshare="unshare --mount"
# The device of FUSE is not among those that mmdebstrap puts into /dev
# shellcheck disable=SC2016 # $1, the new root, is for the hooks
$unshare mmdebstrap --quiet --architectures="$architecture" --variant=minbase --format=null \
	--include="linux-headers-$architecture,linux-headers-6.12-$architecture" \
	--include=bash-completion,fuse3,man-db,procps,zsh \
	--dpkgopt=force-unsafe-io --dpkgopt=path-exclude=/etc/kernel/postinst.d/initramfs-tools \
	--essential-hook='echo man-db man-db/auto-update boolean false | chroot "$1" debconf-set-selections' \
	--customize-hook='touch "$1/dev/fuse" && mount --bind /dev/fuse "$1/dev/fuse"' \
	--customize-hook='mkdir "$1/packages"' \
	--customize-hook="copy-in $(echo "$packages"/*.deb) tests/deb/guest.sh /packages" \
	--customize-hook='chroot "$1" sh /packages/guest.sh' \
	--customize-hook='umount "$1/dev/fuse"' \
	bookworm /dev/null 2>&1
