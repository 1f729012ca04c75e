#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Boots an emulated board with Debian's stock kernel and our modules.
#
# usage: tests/vm/boot.sh [-l] BOARD OUT GUEST [FILE...]
#	 tests/vm/boot.sh BOARD			(a prompt on this terminal)
#
# BOARD	virt (arm64, PL061), raspi3b (arm64, BCM2835), sabrelite (32-bit ARM, an
#	I2C expander MAX7310, which /guest describes), x86 (stepper-sim), or x86 with the debug kernel: debug, and debug-smp, two processors
# GUEST	a shell script that the board runs (its kit: see init); FILEs lie beside
#	it in the root directory
# OUT	a directory for what comes out: serial.log, the files that the guest
#	sends, dmesg, qemu.trace, and (where the guest said record)
#	pins.edges: "time_ns name level" for each change of a level, in order,
#	and "time_ns mark NAME" where the guest said so
# -l	show the session while it runs
#
# Exit status: the guest's; 1 also if its kernel complained, if it did not end
# by itself, or if QEMU's and the kernel's account of the pins differ.
#
# OVERLAY=drives boots virt with that overlay of hw/boards/ in place of its own.
# PARAMETERS are those of the overlay on raspi3b, if other ones than test.sh wants.
#
# A guest on virt that prints "press the power button" gets it pressed, for 100 ms; one on
# raspi3b that prints "outside: COMMAND" gets that done by QEMU's qtest from outside, as
# a write of GPSET0 or GPCLR0, which there sets what is read of inputs, too.
#
# Time is the guest's count of instructions, 2 ns each (1 ns with SHIFT=0, or debug), and does not
# depend on the load of this computer; two runs are the same, but for when a button
# is pressed. With a prompt it is ours, and with two processors, which run at the
# same time.

set -eu
here=$(dirname "$0")
top=$(cd "$here/../.." && pwd)
live=
if [ "$1" = -l ]; then
	live=1
	shift
fi
board=$1
case $board in
debug*) version=debug ;;
x86) version=$("$here/fetch.sh" amd64) ;;
sabrelite) version=$("$here/fetch.sh" armhf) ;;
*) version=$("$here/fetch.sh" arm64) ;;
esac
cache=$top/build/cache/$version

if [ $# -gt 1 ]; then
	out=$2
	rm -rf "$out"
else
	out=$top/build/shell/$board
fi
mkdir -p "$out"
out=$(cd "$out" && pwd)

case $board in
virt | raspi3b)
	modules=$top/build/modules/$version-arm64
	busybox=$cache/arm64/bin/busybox
	;;
sabrelite)
	modules=$top/build/modules/$version-armmp
	cache=$cache/armhf
	busybox=$cache/bin/busybox
	;;
x86)
	modules=$top/build/modules/$version-amd64
	busybox=/bin/busybox
	;;
debug*)
	cache=$("$here/../debug/kernel.sh")
	modules=$(echo "$top"/build/modules/*-debug)
	busybox=/bin/busybox
	: "${BOOT_TIMEOUT:=1800}"
	;;
*)
	echo "boot: no board $board; there are virt, raspi3b, sabrelite, x86, debug, debug-smp" >&2
	exit 2
	;;
esac

root=$out/root
rm -rf "$root"
mkdir -p "$root/bin" "$root/lib/modules"
cp "$here/init" "$root/"
cp "$busybox" "$root/bin/busybox"
find "$modules" -name '*.ko' -exec cp -t "$root/lib/modules" {} + 2>/dev/null || true
if [ $# -gt 1 ]; then
	cp "$3" "$root/guest"
	shift 3
	[ $# = 0 ] || cp "$@" "$root/"
	how="-nodefaults -serial file:$out/serial.raw -icount shift=${SHIFT:-1},sleep=off"
	case $board in
	debug) how="${how% -icount*} -icount shift=0,sleep=off" ;;
	debug-smp) how="${how% -icount*} -smp 2" ;;
	esac
else
	how="-nodefaults -serial mon:stdio"
fi

case $board in
virt)
	gpio=/pl061@9030000 overlay=${OVERLAY:-virt} parameters=
	set -- qemu-system-aarch64 -M virt,dtb-randomness=off -cpu cortex-a53 -m 256 \
		-kernel "$cache/arm64/boot/vmlinuz-$version-arm64" \
		-trace pl061_set_output
	"$@" -M virt,dumpdtb="$out/base.dtb" 2>/dev/null
	console=ttyAMA0
	;;
raspi3b)
	gpio=/soc/gpio@7e200000 overlay=stepper
	parameters=${PARAMETERS:-tilt slide enable=22 aux1=25 slide_limit_min=20 estop_nc=26}
	set -- qemu-system-aarch64 -M raspi3b -accel tcg,thread=single \
		-kernel "$cache/arm64/boot/vmlinuz-$version-arm64" \
		-trace memory_region_ops_write
	cp "$cache"/arm64/usr/lib/linux-image-*/broadcom/bcm2837-rpi-3-b.dtb "$out/base.dtb"
	find "$cache/arm64/lib" -name bcm2835_wdt.ko -exec cp -t "$root/lib/modules" {} +
	console=ttyAMA0
	;;
sabrelite)
	gpio=
	# the console is its second UART
	set -- qemu-system-arm -M sabrelite -m 256 -serial null \
		-device max7310,address=0x20 -trace i2c_send -trace i2c_event \
		-kernel "$cache/boot/vmlinuz-$version-armmp" \
		-dtb "$out/board.dtb"
	# QEMU's local timer has not the frequency that Linux takes it to have
	cp "$cache/usr/lib/linux-image-$version-armmp/imx6q-sabrelite.dtb" "$out/board.dtb"
	fdtput -r "$out/board.dtb" /soc/timer@a00600
	find "$cache/lib/modules" -name '*.ko' -exec cp -t "$root/lib/modules" {} +
	console=ttymxc1
	printf '%s\n' '0 pan-step' '1 pan-dir' '2 pan-enable' >"$out/pins.names"
	;;
x86)
	gpio=
	set -- qemu-system-x86_64 -M pc -m 256 -kernel "$cache/amd64/vmlinux"
	console=ttyS0
	;;
debug*)
	gpio=
	set -- qemu-system-x86_64 -M pc -m 512 -kernel "$cache/bzImage"
	console=ttyS0
	# the kernel's log to a serial line would be the first thing that lockdep
	# complains of; it stops after that
	options="loglevel=1 kunit.enable=1"
	;;
esac

if [ -n "$gpio" ]; then
	# A Raspberry Pi's own device tree has the label "gpio"; most of these have not
	fdtput -c "$out/base.dtb" /__symbols__ 2>/dev/null || true
	fdtput -t s "$out/base.dtb" /__symbols__ gpio "$gpio"
	make -s -C "$top" "build/boards/$overlay.dtbo"
	# shellcheck disable=SC2086 # words
	"$here/../boards/dtparam.sh" "$top/build/boards/$overlay.dtbo" \
		"$out/overlay.dtbo" $parameters
	fdtoverlay -i "$out/base.dtb" -o "$out/board.dtb" "$out/overlay.dtbo"
	set -- "$@" -dtb "$out/board.dtb"
	"$here/../boards/lines.sh" "$out/board.dtb" >"$out/pins.names"
fi

(cd "$root" && find . | cpio -o -H newc --quiet -R 0:0) >"$out/initrd"
rm -r "$root"
# A board that starts has no random numbers yet, and a call of the kernel would wait
# 20 us for one to displace its stack by.
# shellcheck disable=SC2086 # words
set -- "$@" -initrd "$out/initrd" -append "board=$board console=$console nokaslr quiet \
	randomize_kstack_offset=off panic=-1 oops=panic reboot=t ${options:-}" \
	-D "$out/qemu.trace" -seed 1 -rtc base=2026-01-01T00:00:00,clock=vm \
	-display none -no-reboot $how

case $how in
*mon:*) exec "$@" ;;
esac

# The serial line: files between <<< NAME and >>>, all else is the session
receive()
{
	file=
	ended=
	while IFS= read -r line; do
		line=${line%"$(printf '\r')"}
		case $line in
		"<<< "*)
			file=$out/${line#<<< }
			: >"$file.base64"
			;;
		"press the power button")
			echo '{"execute":"system_powerdown"}' >"$out/qmp.in"
			;;
		"outside: "*) echo "${line#outside: }" >"$out/qtest.in" ;;
		"guest ended with "*)
			echo "${line##* }" >"$out/result"
			ended=1
			;;
		">>>")
			base64 -d "$file.base64" | gunzip >"$file" ||
				echo "boot: $file came damaged" >&2
			rm "$file.base64"
			file=
			;;
		*)
			if [ -n "$file" ]; then
				printf '%s\n' "$line" >>"$file.base64"
			elif [ -z "$ended" ]; then
				printf '%s\n' "$line" >>"$out/serial.log"
				[ -z "$live" ] || printf '%s\n' "$line"
			fi
			;;
		esac
	done
}

# A computer that has gone to sleep (mem, not freeze) is woken. Not x86 with 6.1: QEMU then
# loads the kernel into memory once more, as it does not where the kernel unpacks itself.
watch_over()
{
	echo '{"execute":"qmp_capabilities"}' >"$out/qmp.in"
	while IFS= read -r event; do
		case $event in
		*'"SUSPEND"'*) echo '{"execute":"system_wakeup"}' >"$out/qmp.in" ;;
		esac
	done <"$out/qmp.out"
}

mkfifo "$out/qmp.in" "$out/qmp.out" "$out/qtest.in" "$out/qtest.out"
set -- "$@" -qmp "pipe:$out/qmp" -qtest "pipe:$out/qtest"
# Through a file: a UART that waits for a slow reader would let time jump
: >"$out/serial.log"
: >"$out/serial.raw"
watch_over &
timeout "${BOOT_TIMEOUT:-300}" "$@" </dev/null >"$out/qemu.log" 2>&1 &
tail -c +1 -s 0.1 -f --pid=$! "$out/serial.raw" | receive
rm "$out/initrd" "$out/serial.raw" "$out"/qmp.* "$out"/qtest.*

if [ ! -e "$out/result" ]; then
	echo "boot: $board did not end by itself: see $out/serial.log" >&2
	tail -n 5 "$out/serial.log" "$out/qemu.log" >&2
	exit 1
fi
# One report of the debug kernel is of itself: kmemleak_update_trace() in Linux 6.1 takes
# memory under a raw lock. lockdep is off after it.
own_reports()
{
	awk '/\[ BUG: Invalid wait context \]/ { report = ""; inside = 1 }
	!inside { print; next }
	{ report = report $0 "\n" }
	/<\/TASK>/ {
		inside = 0
		if (report ~ /kmemleak_update_trace/)
			print "boot: lockdep is off from here on, by a fault of kmemleak"
		else
			printf "%s", report
	}
	END { if (inside) printf "%s", report }' "$out/dmesg"
}

own_reports >"$out/log"
grep '^boot: ' "$out/log" || true
if grep -E 'WARNING:|BUG:|INFO: |Oops|UBSAN:|ODEBUG:|Call [Tt]race|Kernel panic|suspected memory leak' \
	"$out/log" >&2; then
	echo "boot: the kernel of $board complained: see $out/dmesg" >&2
	exit 1
fi
[ ! -e "$out/times" ] || "$here/edges.sh" "$out" "$board" >"$out/pins.edges"
exit "$(cat "$out/result")"
