#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every kernel that users have. The modules are built, with W=1 and sparse, for
# Debian's 6.1, 6.12, 6.12-rt and newest, on amd64, arm64 and 32-bit ARM: a single
# warning fails. The boards run their tests on 6.12, too, and the unit tests run on
# 32-bit ARM, emulated. 6.1 boots in make test, and on 32-bit ARM there alone.
#
# The newest kernel wants the newest compiler: both are in a root of their own,
# build/cache/sid, made of Debian's packages, which are unpacked there and not
# installed. It takes root or user namespaces to change into it.

# shellcheck disable=SC2317 # build calls functions by name
set -u
cd "$(dirname "$0")/.." || exit
sid=$PWD/build/cache/sid
logs=build/test/kernels

make_sid()
{
	rm -rf "$sid"
	echo "kernels: Debian's newest kernel and compilers, 250 MB" >&2
	# A mirror may be some days behind: its signature is what counts
	mmdebstrap --quiet --variant=extract --architectures=amd64,arm64,armhf \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--include=base-files,coreutils,dash,diffutils,findutils,grep,make,mawk,sed \
		--include=gcc,gcc-aarch64-linux-gnu,gcc-arm-linux-gnueabihf,sparse \
		--include=linux-headers-amd64:amd64,linux-headers-arm64:arm64 \
		--include=linux-headers-armmp:armhf \
		--include=libc6-dev-armhf-cross,check:armhf,libsubunit-dev:armhf \
		sid "$sid" http://deb.debian.org/debian || return
	ln -s mawk "$sid/usr/bin/awk"
	# What make C=2 asks first is left out of the package
	checker=$(echo "$sid"/usr/lib/linux-kbuild-*/scripts)/checker-valid.sh
	printf '#!/bin/sh\necho 1\n' >"$checker"
	chmod +x "$checker"
	touch "$sid/complete"
}

# A command, with $sid for a root, in the same directory
in_sid()
{
	# shellcheck disable=SC2016 # for the inner shell
	unshare --map-root-user --mount sh -ec '
		sid=$1
		shift
		mkdir -p "$sid$PWD"
		mount --bind "$PWD" "$sid$PWD"
		mount --rbind /dev "$sid/dev"
		mount --rbind /proc "$sid/proc"
		exec unshare --root="$sid" --wd="$PWD" "$@"' sh "$sid" "$@"
}

# verdict NAME: what came on stdin is what was wrong
verdict()
{
	complaints=$(cat)
	if [ -z "$complaints" ]; then
		echo "ok kernels: $1"
	else
		echo "$complaints"
		echo "not ok kernels: $1"
	fi
}

# Whatever a build says is a complaint, but for what concerns this computer
build() # NAME COMMAND...
{
	name=$1
	shift
	{ "$@" 2>&1 || echo "it failed"; } | grep -v '^no headers of the running kernel' |
		tee "$logs/$name" | verdict "$name"
}

# Debian's modpost for amd64 has the sizes of 64 bits, and cannot link modules of
# 32: so far they get
build_armmp()
{
	make_in_sid armmp 2>&1 | grep -Ev '^(make|ERROR: modpost: .*stepper_of_match)'
	ls build/kbuild/*-armmp/stepper.o build/kbuild/*-armmp/stepper-sim.o >/dev/null
}

make_in_sid() # FLAVOUR
{
	headers=$(cd "$sid/usr/src" && echo linux-headers-*-"$1")
	in_sid make -s SPARSE=1 -o setup-modules modules "KDIR=/usr/src/$headers"
}

unit_tests_on_arm()
{
	suites=$(for file in tests/unit/test_*.c; do
		name=${file##*/test_}
		printf 'SUITE(%s) ' "${name%.c}"
	done)
	in_sid arm-linux-gnueabihf-gcc -std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter \
		-static -isystem /usr/include -DSUITES="$suites" -o build/unit-tests-armhf \
		tests/unit/*.c parser/*.c hw/*.c hw/sim/*.c \
		-L/usr/lib/arm-linux-gnueabihf -lcheck -lsubunit -lm || return
	CK_VERBOSITY=normal CK_FORK=no qemu-arm-static build/unit-tests-armhf \
		>"$logs/unit-tests" && return
	cat "$logs/unit-tests"
	return 1
}

rm -rf "$logs" build/kbuild
mkdir -p "$logs"
[ -e "$sid/complete" ] || make_sid || exit
for kernel in 6.1 6.12 6.12-rt; do
	for architecture in amd64 arm64; do
		KERNEL=$kernel tests/vm/fetch.sh $architecture >/dev/null || exit
		build "$kernel $architecture" \
			make -s SPARSE=1 KERNEL=$kernel "modules-$architecture"
	done
done
tests/vm/fetch.sh armhf >/dev/null || exit
build "6.1 armhf" make -s SPARSE=1 modules-armhf
build "newest amd64" make_in_sid amd64
build "newest arm64" make_in_sid arm64
build "newest armhf" build_armmp
build "unit tests on armhf" unit_tests_on_arm
for kernel in 6.12 6.12-rt; do
	for board in x86 virt raspi3b; do
		KERNEL=$kernel tests/vm/test.sh $board | sed "s/ok /&$kernel, /"
	done
	KERNEL=$kernel tests/vm/sleep.sh | sed "s/ok /&$kernel, /"
done
