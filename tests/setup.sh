#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Installs what is missing for the purposes named: build, stepperd, modules, vm, boards,
# test, style, fuzz, bench, debug, kernels, deb-arm64, test-deb. Silent, and done in a blink, when
# everything is there. Installs on Debian 12 amd64 only; elsewhere it says which piece is
# missing and fails. What the emulated boards need beside packages is fetched by
# vm/fetch.sh, what make deb needs is in debian/control.

set -eu

# purpose, package, and what shows that it is there: a command or a file
pieces()
{
	cat <<-'END'
	build gcc gcc
	build libc6-dev /usr/include/stdio.h
	build libedit-dev /usr/include/histedit.h
	build libncurses-dev /usr/include/ncurses.h
	stepperd pkg-config pkg-config
	stepperd libfuse3-dev /usr/include/fuse3/fuse_lowlevel.h
	stepperd fuse3 fusermount3
	stepperd libgpiod-dev /usr/include/gpiod.h
	modules gcc gcc
	modules linux-headers-amd64 /lib/modules/*/build/Makefile
	vm cpp cpp
	vm gcc-aarch64-linux-gnu aarch64-linux-gnu-gcc
	vm libc6-dev-arm64-cross /usr/aarch64-linux-gnu/include/stdio.h
	vm gcc-arm-linux-gnueabihf arm-linux-gnueabihf-gcc
	vm linux-headers-amd64 /usr/src/linux-headers-6.1.*-amd64/Makefile
	vm qemu-system-arm qemu-system-aarch64
	vm qemu-system-x86 qemu-system-x86_64
	vm device-tree-compiler fdtoverlay
	vm cpio cpio
	vm xz-utils xz
	vm busybox-static /bin/busybox
	vm gnuplot-nox gnuplot
	boards dt-schema dt-validate
	test check /usr/include/check.h
	test python3 python3
	test python3-pyte /usr/lib/python3/dist-packages/pyte/__init__.py
	test nodejs node
	test zsh zsh
	test systemd systemd-analyze
	systemd mmdebstrap mmdebstrap
	fuzz clang clang
	fuzz libclang-rt-14-dev /usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-x86_64.a
	test gnuplot-nox gnuplot
	style sparse sparse
	style clang-format clang-format
	style shellcheck shellcheck
	style linux-source-6.1 /usr/src/linux-source-6.1.tar.xz
	style perl perl
	bench gnuplot-nox gnuplot
	debug linux-source-6.1 /usr/src/linux-source-6.1.tar.xz
	debug bc bc
	debug bison bison
	debug flex flex
	debug libelf-dev /usr/include/libelf.h
	debug make make
	deb-arm64 arch-test arch-test
	deb-arm64 mmdebstrap mmdebstrap
	deb-arm64 qemu-user-static qemu-aarch64-static
	test-deb lintian lintian
	test-deb mmdebstrap mmdebstrap
	kernels mmdebstrap mmdebstrap
	kernels qemu-user-static qemu-arm-static
	END
}

there()
{
	case $1 in
	/*)
		for file in $1; do # a pattern
			[ -e "$file" ] && return
		done
		return 1
		;;
	*) command -v "$1" >/dev/null ;;
	esac
}

missing=
while read -r purpose package witness; do
	case " $* " in
	*" $purpose "*) there "$witness" || missing="$missing $package" ;;
	esac
done <<END
$(pieces)
END
[ -n "$missing" ] || exit 0

give_up()
{
	echo "setup: missing:$missing" >&2
	echo "setup: $*" >&2
	exit 1
}

# shellcheck source=/dev/null
system=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${VERSION_ID:-}") || system=
[ "$system $(uname -m)" = "debian 12 x86_64" ] ||
	give_up "these are names of Debian 12 packages; install their like by hand"

root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || give_up "not root, and there is no sudo"
	root=sudo
fi

# Where something else installs packages now, in the background perhaps, that may take a
# while. apt-get can wait for it, but not for its lists of packages.
patience=600 # s
update()
{
	tries=0
	until complaint=$($root env LC_ALL=C apt-get -qq update 2>&1); do
		case $complaint in
		*"Could not get lock"*) ;;
		*) return 1 ;;
		esac
		[ $((tries += 1)) -lt $((patience / 5)) ] || return 1
		sleep 5
	done
}

echo "setup: installing$missing"
export DEBIAN_FRONTEND=noninteractive
update || give_up "apt-get update failed; is there a network? $complaint"
# shellcheck disable=SC2086 # a list of packages
$root apt-get -qq -o DPkg::Lock::Timeout=$patience install --no-install-recommends $missing \
	>/dev/null || give_up "apt-get could not install them"
