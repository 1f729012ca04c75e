#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Builds the debug kernel, once for each version of Debian's source and each
# kernel.config: build/cache/debug-KEY/ then holds bzImage and linux/, what is
# needed to build modules. Prints that directory. Takes 11 minutes on two cores.

set -eu
cd "$(dirname "$0")/../.."
config=$PWD/tests/debug/kernel.config
archive=/usr/src/linux-source-6.1.tar.xz
key=$({ cat "$config"; dpkg-query -W -f '${Version}' linux-source-6.1; } |
	sha256sum | cut -c -8)
cache=$PWD/build/cache/debug-$key
mkdir -p build/cache
# One at a time, lest one take away what the other builds
exec 9>"$cache.lock"
flock 9
if [ -e "$cache/bzImage" ]; then
	echo "$cache"
	exit
fi

echo "kernel: building the debug kernel in $cache" >&2
rm -rf "$cache"
mkdir -p "$cache/linux"
tar -xJf $archive -C "$cache/linux" --strip-components=1
cd "$cache/linux"
# An option that another one forbids is left out without a word: that is an error
{
	make -s KCONFIG_ALLCONFIG="$config" allnoconfig &&
		! grep '^CONFIG' "$config" | grep -vxFf .config &&
		nice make -s -j "$(nproc)" bzImage modules
} >"$cache/build.log" 2>&1 || {
	tail "$cache/build.log" >&2
	exit 1
}
cp arch/x86/boot/bzImage "$cache/bzImage.new"
# modules need no more: 2 GB less
find . -mindepth 1 -maxdepth 1 -type d ! -name include ! -name scripts ! -name arch \
	! -name tools -exec rm -r {} +
find arch -mindepth 1 -maxdepth 1 -type d ! -name x86 -exec rm -r {} +
find . -name '*.o' -delete
rm -f vmlinux
mv "$cache/bzImage.new" "$cache/bzImage"
echo "$cache"
