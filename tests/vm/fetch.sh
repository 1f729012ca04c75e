#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fetches what the emulated boards run: Debian's stock arm64 and amd64 kernels
# of the very version whose headers are installed, arm64 headers and busybox,
# to build/cache/VERSION/. Changes nothing on this system: apt works on a state
# of its own, and checks signatures with the system's keys. Prints VERSION.

set -eu
cd "$(dirname "$0")/../.."

# the newest installed 6.1 headers, as in 6.1.0-56
version=$(find /usr/src -maxdepth 1 -name 'linux-headers-6.1.*-amd64' |
	sed 's/.*headers-\(.*\)-amd64/\1/' | grep -v -e rt -e cloud | sort -V | tail -n 1)
[ -n "$version" ] || {
	echo "fetch: no headers of Debian's kernel 6.1 in /usr/src" >&2
	exit 1
}
cache=$PWD/build/cache/$version
if [ -e "$cache/complete" ]; then
	echo "$version"
	exit
fi

echo "fetch: Debian's kernel $version for arm64 and amd64, 130 MB" >&2
rm -rf "$cache"
mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial" \
	"$cache/arm64/usr/lib" "$cache/amd64"

in_own_state()
{
	apt-get -qq -oAPT::Architecture=arm64 -oAPT::Architectures=arm64,amd64 \
		-oDir::State::Lists="$cache/apt/lists" \
		-oDir::State::status=/dev/null -oDir::Cache="$cache/apt" \
		-oAPT::Sandbox::User="$(id -un)" -oAcquire::Languages=none "$@"
}

unpack() # PACKAGE TO PATTERN...
{
	package=$1
	to=$2
	shift 2
	dpkg --fsys-tarfile "$cache/apt/$package"_*.deb |
		tar -x -C "$to" --wildcards "$@"
}

in_own_state update >&2
(cd "$cache/apt" && in_own_state download \
	"linux-image-$version-arm64:arm64" "linux-headers-$version-arm64:arm64" \
	busybox-static:arm64 "linux-image-$version-amd64:amd64") >&2 || {
	echo "fetch: could not download; no network, or $version has left the archive" >&2
	echo "fetch: (then: apt-get install linux-headers-amd64)" >&2
	exit 1
}
unpack "linux-image-$version-arm64" "$cache/arm64" \
	'./boot/vmlinuz-*' '*/bcm2837-rpi-3-b.dtb' '*/bcm2835_wdt.ko'
unpack "linux-headers-$version-arm64" "$cache/arm64" './usr/src/*'
unpack busybox-static "$cache/arm64" ./bin/busybox
unpack "linux-image-$version-amd64" "$cache/amd64" './boot/vmlinuz-*'
# the headers' links to scripts that run here lead to /usr/lib
ln -s /usr/lib/linux-kbuild-6.1 "$cache/arm64/usr/lib/"

# Unpacked here, so that no emulated processor has to do it: 6 s of a boot
vmlinuz=$cache/amd64/boot/vmlinuz-$version-amd64
offset=$(LC_ALL=C grep -abo -P '\xfd7zXZ\x00' "$vmlinuz" | head -n 1 | cut -d : -f 1)
tail -c "+$((offset + 1))" "$vmlinuz" | xz -dc --single-stream >"$cache/amd64/vmlinux"

rm -r "$cache/apt" "$vmlinuz"
touch "$cache/complete"
echo "$version"
