#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# stepperd as a service of systemd, and the module with udev: Debian's own, in a small root
# that is made once and boots in the emulated PC with what "make install-tools" installs.
# The pins are those of the virtual head; guest.sh is one more service, that judges.

set -eu
cd "$(dirname "$0")/../.."
version=$(tests/vm/fetch.sh amd64)
cache=$PWD/build/cache/$version
out=$PWD/build/test/systemd
more=$out/more
rm -rf "$out"
mkdir -p "$more/etc/systemd/system" "$more/usr/lib/modules/$version-amd64"

if [ ! -e "$cache/systemd-udev.cpio" ]; then
	root=$cache/systemd
	rm -rf "$root"
	mkdir -p "$root"
	mmdebstrap --quiet --variant=essential --include=systemd,udev,libfuse3-3,libgpiod2,kmod \
		bookworm "$root.tar"
	# half of it is documentation, and what packages are installed by
	tar -x -f "$root.tar" -C "$root" --exclude='./dev/*' --exclude=./usr/share/doc \
		--exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./usr/share/perl \
		--exclude='./usr/lib/x86_64-linux-gnu/perl*' --exclude=./var/lib/dpkg \
		--exclude=./var/cache --exclude=./var/lib/apt --exclude='./usr/lib/udev/hwdb*'
	(cd "$root" && find . | cpio -o -H newc --quiet -R 0:0) >"$cache/systemd.new"
	rm -rf "$root" "$root.tar"
	mv "$cache/systemd.new" "$cache/systemd-udev.cpio"
fi

make -s install-tools PREFIX=/usr DESTDIR="$more" >/dev/null
cp "$cache"/amd64/modules/*.ko "build/modules/$version-amd64/"stepper*.ko \
	"$more/usr/lib/modules/$version-amd64/"
cp tests/vm/stepperd.conf "$more/etc/"
cp tests/systemd/guest.sh "$more/"
cat >"$more/etc/systemd/system/test.service" <<-END
	[Service]
	Type=oneshot
	ExecStart=/bin/sh /guest.sh
	StandardOutput=tty
	TTYPath=/dev/ttyS0
END
(cd "$more" && find . | cpio -o -H newc --quiet -R 0:0) |
	cat "$cache/systemd-udev.cpio" - >"$out/initrd"

timeout "${BOOT_TIMEOUT:-300}" qemu-system-x86_64 -M pc -m 1024 -nodefaults -display none \
	-kernel "$cache/amd64/vmlinux" -initrd "$out/initrd" \
	-append "console=ttyS0 quiet rdinit=/lib/systemd/systemd systemd.unit=test.service \
	systemd.show_status=0 panic=-1" -serial "file:$out/serial.log" </dev/null &
machine=$!
while kill -0 $machine 2>/dev/null && ! grep -qs '^guest ended' "$out/serial.log"; do
	sleep 1
done
kill $machine 2>/dev/null || :
rm -r "$out/initrd" "$more"
tr -d '\r' <"$out/serial.log" | sed -nE 's/^(not )?ok /&systemd: /p'
grep -q '^guest ended' "$out/serial.log" || {
	tail -n 20 "$out/serial.log" >&2
	exit 1
}
