#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fetches what the emulated boards run: Debian's stock kernel of the very version
# whose headers are installed (for arm64 also headers and busybox, for amd64 the
# modules of FUSE; for armhf that of Debian 12 without its updates), OpenSSH with its
# libraries for the emulated PC, the device trees of Raspberry Pis from the newest
# kernel for Debian 13 (in that of 6.1 there is no Pi 5), or version 2 of libgpiod, to
# build/cache/VERSION/WHAT/. Changes nothing on this system: apt works on a state of
# its own, and checks signatures with the system's keys. Prints VERSION.
#
# usage: [KERNEL=6.12] tests/vm/fetch.sh [arm64|amd64|armhf|ssh|trees|gpiod2]
#
# KERNEL	6.1 (unless told otherwise), or another series of this Debian: 6.12,
#		6.12-rt. Of these the newest version is fetched, with its headers. For
#		armhf there is but one.

set -eu
cd "$(dirname "$0")/../.."

kernel=${KERNEL:-6.1}
what=${1:-arm64}
[ "$what" != armhf ] || kernel=armhf
architecture=$what
flavour=$what
suite=
case $what in
armhf) flavour=armmp suite=bookworm ;;
ssh) architecture=amd64 ;;
gpiod2) architecture=amd64 suite=bookworm-backports ;;
trees) architecture=arm64 suite=trixie-backports ;;
esac
architectures=$architecture,amd64
[ "$what" != armhf ] || architectures=$architectures,i386
mkdir -p build/cache
apt=$PWD/build/cache/apt-$kernel-$what

# apt with a state, and for some with a source, of its own
in_own_state() # COMMAND ARGUMENT...
{
	command=$1
	shift
	mkdir -p "$apt/lists/partial" "$apt/archives/partial"
	[ ! -e "$apt/sources.list" ] || set -- "$@" \
		-oDir::Etc::sourcelist="$apt/sources.list" \
		-oDir::Etc::sourceparts=/dev/null
	"$command" -qq -oAPT::Architecture="$architecture" \
		-oAPT::Architectures="$architectures" \
		-oDir::State::Lists="$apt/lists" \
		-oDir::State::status=/dev/null -oDir::Cache="$apt" \
		-oAPT::Sandbox::User="$(id -un)" -oAcquire::Languages=none "$@"
}

update()
{
	mkdir -p "$apt"
	[ -z "$suite" ] ||
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
			"http://deb.debian.org/debian $suite main" >"$apt/sources.list"
	in_own_state apt-get update >&2
}

# The newest of $kernel in the archive, as in 6.12.117+deb12-rt
newest_version()
{
	update
	metapackage=linux-headers-$kernel-$architecture
	[ "$what" != armhf ] || metapackage=linux-headers-$flavour
	in_own_state apt-cache depends "$metapackage" |
		sed -n "s/.*Depends: linux-headers-\(.*\)-$flavour$/\1/p" | grep .
}

# One at a time: suites that run side by side need the same
exec 9>"$apt.lock"
flock 9
if [ "$kernel" = 6.1 ]; then
	# the newest installed headers, as in 6.1.0-56
	version=$(find /usr/src -maxdepth 1 -name 'linux-headers-6.1.*-amd64' |
		sed 's/.*headers-\(.*\)-amd64/\1/' | grep -v -e rt -e cloud | sort -V | tail -n 1)
	[ -n "$version" ] || {
		echo "fetch: no headers of Debian's kernel 6.1 in /usr/src" >&2
		exit 1
	}
else
	# once, so that all architectures have the same
	version=$(cat "build/cache/$kernel" 2>/dev/null) || version=$(newest_version)
	echo "$version" >"build/cache/$kernel"
fi
cache=$PWD/build/cache/$version/$what
complete=$cache/complete
[ "$what" != amd64 ] || complete=$cache/modules/complete
if [ -e "$complete" ]; then
	echo "$version"
	exit
fi

case $what in
ssh) echo "fetch: Debian's OpenSSH, 10 MB" >&2 ;;
trees) echo "fetch: device trees of Raspberry Pis, 5 MB" >&2 ;;
*) echo "fetch: Debian's kernel $version for $what, 70 to 120 MB" >&2 ;;
esac
rm -rf "$cache"
mkdir -p "$cache"

download() # PACKAGE...
{
	(cd "$apt" && in_own_state apt-get download "$@" >&2) || {
		echo "fetch: could not download; no network, or $version has left the archive" >&2
		echo "fetch: (then: apt-get install linux-headers-amd64, or rm build/cache/$kernel)" >&2
		exit 1
	}
}

unpack() # PACKAGE PATTERN...
{
	package=$1
	shift
	dpkg --fsys-tarfile "$apt/$package"_*.deb |
		tar -x -C "$cache" --wildcards "$@"
}

update

image=linux-image-$version-$flavour
headers=linux-headers-$version-$flavour
plain=${version%-rt}
common=linux-headers-$plain-common${version#"$plain"}
others= # what the headers need and this system has not
[ "$kernel" = 6.1 ] || others="$common linux-kbuild-$plain:amd64"

unpack_headers()
{
	unpack "$headers" './usr/src/*'
	if [ -z "$others" ]; then
		# the links to scripts that run here lead to /usr/lib
		ln -s /usr/lib/linux-kbuild-6.1 "$cache/usr/lib/"
		return
	fi
	unpack_common
	unpack "linux-kbuild-$plain" './usr/lib/*'
}

unpack_common()
{
	unpack "$common" './usr/src/*'
	# shellcheck disable=SC2016 # for make
	echo 'include $(dir $(lastword $(MAKEFILE_LIST)))'"../$common/Makefile" \
		>"$cache/usr/src/$headers/Makefile"
}

# The tables of modules of 32 bits are read right by a modpost of 32 bits alone
unpack_modpost_of_32_bits()
{
	cp -rs /usr/lib/linux-kbuild-6.1 "$cache/usr/lib/"
	unpack linux-kbuild-6.1 '*/modpost.real-lsb-32' --transform 's|.*/|i386/|'
	unpack libc6 './lib/i386-linux-gnu/*'
	modpost=$cache/usr/lib/linux-kbuild-6.1/scripts/mod/modpost
	rm "$modpost"
	cat >"$modpost" <<-'END'
		#!/bin/sh
		cache=$(dirname "$0")/../../../../..
		exec "$cache/lib/i386-linux-gnu/ld-linux.so.2" \
			--library-path "$cache/lib/i386-linux-gnu" \
			"$cache/i386/modpost.real-lsb-32" "$@"
	END
	chmod +x "$modpost"
}

case $what in
arm64)
	# shellcheck disable=SC2086 # a list of packages
	download "$image" "$headers" $others busybox-static
	unpack "$image" './boot/vmlinuz-*' '*/bcm2837-rpi-3-b.dtb' '*/bcm2835_wdt.ko*'
	find "$cache/lib" -name '*.xz' -exec xz -d {} +
	unpack_headers
	unpack busybox-static ./bin/busybox
	;;
amd64)
	# shellcheck disable=SC2086 # a list of packages
	if [ -z "$others" ]; then
		download "$image"
	else
		download "$image" "$headers" $others
		unpack_headers
	fi
	unpack "$image" './boot/vmlinuz-*' '*/fs/fuse/*.ko*'
	mkdir "$cache/modules"
	find "$cache/lib" -name '*.xz' -exec xz -d {} +
	find "$cache/lib" -name '*.ko' -exec mv -t "$cache/modules" {} +
	vmlinuz=$cache/boot/vmlinuz-$version-amd64
	# Unpacked here, so that no emulated processor has to: 6 s of a boot
	if offset=$(LC_ALL=C grep -abo -P '\xfd7zXZ\x00' "$vmlinuz"); then
		tail -c "+$((${offset%%:*} + 1))" "$vmlinuz" | xz -dc --single-stream >"$cache/vmlinux"
		rm "$vmlinuz"
	else
		mv "$vmlinuz" "$cache/vmlinux" # by zstd, which costs a second only
	fi
	;;
armhf)
	download "$image" "$headers" "$common" linux-kbuild-6.1:i386 libc6:i386 busybox-static
	unpack "$image" './boot/vmlinuz-*' '*/imx6q-sabrelite.dtb' '*/i2c-imx.ko' \
		'*/gpio-pca953x.ko' '*/imx2_wdt.ko'
	unpack "$headers" './usr/src/*'
	unpack_common
	unpack_modpost_of_32_bits
	unpack busybox-static ./bin/busybox
	;;
ssh)
	libraries="libaudit1 libc6 libcap-ng0 libcap2 libcom-err2 libcrypt1 libgcrypt20
		libgpg-error0 libgssapi-krb5-2 libk5crypto3 libkeyutils1 libkrb5-3
		libkrb5support0 liblz4-1 liblzma5 libnsl2 libpam0g libpcre2-8-0
		libselinux1 libssl3 libsystemd0 libtirpc3 libwrap0 libzstd1 zlib1g"
	# shellcheck disable=SC2086 # a list of packages
	download openssh-server openssh-client $libraries
	unpack openssh-server ./usr/sbin/sshd
	unpack openssh-client ./usr/bin/ssh ./usr/bin/ssh-keygen
	for library in $libraries; do
		unpack "$library" './*lib/x86_64-linux-gnu/lib*.so.*'
	done
	unpack libc6 './lib64/*' './lib/x86_64-linux-gnu/ld-linux-*'
	;;
trees)
	base=$(in_own_state apt-cache pkgnames linux-base- |
		grep -E '^linux-base-[0-9.]+\+deb13-arm64$' | sort -V | tail -n 1)
	download "$base"
	unpack "$base" '*/broadcom/bcm2[78]*-rpi-*.dtb'
	;;
gpiod2)
	download libgpiod-dev libgpiod3
	unpack libgpiod-dev '*/gpiod.h'
	unpack libgpiod3 '*/libgpiod.so.*'
	;;
esac

rm -r "$apt"
touch "$complete"
echo "$version"
