#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# stepctl doctor in a root directory that is made up: the one of a Raspberry Pi where
# all is well, and what it says when one thing is not.

set -u
cd "$(dirname "$0")/.." || exit
suite=doctor
. tests/is.sh
out=$PWD/build/test/doctor
root=$out/root
release=6.12.47+rpt-rpi-v8
lib=/lib/modules/$release
node=/sys/bus/platform/devices/stepper/of_node
mkdir -p "$out"
tests/vm/pack.sh "$out/stepctl.tar" build/stepctl

file() # PATH [TEXT, with \n and the like]
{
	mkdir -p "$root${1%/*}"
	printf '%b' "${2:-}" >"$root$1"
}

# The device is a file of no size, as in a mount of stepperd: nobody but root can make
# a device node. The module is loaded and has its device.
healthy()
{
	rm -rf "$root"
	mkdir "$root"
	tar -xf "$out/stepctl.tar" -C "$root"
	file /proc/sys/kernel/osrelease "$release\n"
	file /proc/sys/kernel/sched_rt_runtime_us '950000\n'
	file /etc/passwd 'camera:x:1000:1001::/:/bin/sh\n'
	file /etc/group 'stepper:x:1000:\n'
	file $lib/build/Makefile
	file $lib/modules.dep 'kernel/a.ko:\nupdates/stepper.ko:\n'
	file $lib/updates/stepper.ko
	file /sys/module/stepper/refcnt
	file /sys/bus/platform/drivers/stepper-gpio/stepper/driver/bind
	file $node/compatible 'stepper-gpio\0000'
	file /boot/firmware/config.txt '[all]\ndtoverlay=stepper,tilt\n'
	file /boot/firmware/overlays/stepper.dtbo
	file /usr/lib/udev/rules.d/60-stepper.rules
	file /usr/lib/sysusers.d/stepper.conf
	file /dev/stepper
}

# a Raspberry Pi that has just been set up, with one thing that is not done
without() # WHAT: unloaded, description, device
{
	rm -rf "$root/sys/bus/platform/drivers" "$root/dev/stepper"
	[ "$1" = device ] || rm -r "$root/sys/module/stepper"
	[ "$1" != description ] || rm -r "$root/sys/bus"
}

doctor() # as the user camera, who may raise no limits
{
	# shellcheck disable=SC3045 # dash and bash have it
	(ulimit -r 0 && unshare --map-user=1000 --map-group=1000 --root="$root" \
		/bin/stepctl doctor "$@")
}

# says NAME CHECK VERDICT FOUND [MEND]: patterns of the shell
says()
{
	line=$(doctor --json | grep "{\"check\": \"$2\"")
	expected="*: \"$3\", \"found\": \"$4\", \"mend\": \"${5:-}\"}*"
	# shellcheck disable=SC2254 # a pattern
	case $line in
	$expected) is "$1" 1 1 ;;
	*) is "$1" "$line" "$expected" ;;
	esac
}

healthy
doctor >"$out/text"
is "all is well" "$? $(grep -c '^ok ' "$out/text") $(grep -c '^wrong ' "$out/text")" "0 9 0"
doctor --json >"$out/json"
is "--json" "$? $(python3 -c 'import json, sys
found = json.load(sys.stdin)
print(found["ok"], len(found["checks"]))' <"$out/json")" "0 True 10"
says "kernel" kernel ok "$release"
says "real-time" real-time note "a stepperd of yours would have no priority*" "printf '@stepper*"

file /proc/sys/kernel/osrelease '5.15.0-1\n'
says "an old kernel" kernel wrong "5.15.0-1: the module needs 6.1 or later" "sudo apt full-upgrade*"
doctor >/dev/null
is "exit status when something is wrong" $? 1

healthy
file /proc/sys/kernel/sched_rt_runtime_us '0\n'
says "no time for priorities" real-time wrong "*is 0*" "sudo sysctl kernel.sched_rt_runtime_us=950000"

healthy
rm -r "$root$lib/build"
says "no headers, for later" headers note "there are none*" "sudo apt install linux-headers-$release"
without unloaded
rm "$root$lib/modules.dep"
says "no headers" headers wrong "there are none" "sudo apt install linux-headers-$release"
says "no module" module wrong "there is none for this kernel, but one for $release" \
	"make modules && sudo make install (in its source) && sudo modprobe stepper"
mkdir -p "$root/var/lib/dkms/stepper"
says "no module, with dkms" module wrong "*" "sudo dkms autoinstall && sudo modprobe stepper"

healthy
without unloaded
says "a module that is not loaded" module wrong "$lib/updates/stepper.ko is not loaded" \
	"sudo modprobe stepper"
says "a device that is not there" device wrong "/dev/stepper: there is none" "what is wrong above*"
says "pins that nobody has" pins ok "all are free"
file $node/pan@0/step-gpios '\0000\0000\0000\0007\0000\0000\0000\0021\0000\0000\0000\0000'
says "pins of a chip that is not there" pins wrong "pan@0 step-gpios: its GPIO chip is not there" "*"
file /sys/bus/gpio/devices/gpiochip0/of_node/phandle '\0000\0000\0000\0007'
file '/sys/bus/gpio/devices/gpiochip0/of_node/#gpio-cells' '\0000\0000\0000\0002'
says "a chip that cannot be asked" pins note "/dev/gpiochip0: No such file or directory" \
	"sudo stepctl doctor"

efi=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
says "no Secure Boot" secure-boot ok "off; modules need no signature"
file $efi '\0006\0000\0000\0000\0001'
says "Secure Boot that asks for nothing" secure-boot ok "on; modules need no signature"
file /sys/kernel/security/lockdown 'none [integrity] confidentiality\n'
says "a module without signature, and no key" secure-boot wrong \
	"on, and $lib/updates/stepper.ko has no signature" "sudo mkdir *openssl*mokutil --import*"
file /var/lib/dkms/mok.pub
says "a module without signature" secure-boot wrong "*" \
	"sudo $lib/build/scripts/sign-file sha256 /var/lib/dkms/mok.key /var/lib/dkms/mok.pub $lib/updates/stepper.ko"
file $lib/updates/stepper.ko 'ELF~Module signature appended~\n'
says "a module with one" secure-boot note "on; modules need a signature" "if modprobe says *"

healthy
without device
says "a driver that refused" overlay wrong "*but the driver refused it" "sudo dmesg | grep stepper"
without description
says "an overlay that was not loaded" overlay wrong "/boot/firmware/config.txt asks for it*" "sudo reboot*"
file /boot/firmware/config.txt 'dtoverlay=stepper-like\n#dtoverlay=stepper\n'
says "an overlay that is not asked for" overlay wrong "/boot/firmware/config.txt asks for none" \
	"echo dtoverlay=stepper,tilt,enable=22 | sudo tee -a /boot/firmware/config.txt && sudo reboot"
rm "$root/boot/firmware/overlays/stepper.dtbo"
says "an overlay that is not installed" overlay wrong \
	"there is no /boot/firmware/overlays/stepper.dtbo" "sudo make install*"
rm -r "${root:?}/boot"
says "a computer without device tree" overlay wrong "no hardware is described" \
	"echo 'PAN step=CHIP:LINE dir=CHIP:LINE' | sudo tee */new_device; *"

healthy
file /dev/stepper 'PAN 30\n'
says "a file that a shell made" device wrong "/dev/stepper is a plain file*" "sudo rm /dev/stepper*"
file /dev/stepper
rm -r "$root/sys/module/stepper" "$root/sys/bus"
says "stepperd needs no module" module ok "not needed*"
says "stepperd needs no overlay" overlay ok "not needed*"
chmod 600 "$root/dev/stepper"
says "a file of one's own" permissions ok "you may use it"
chmod 060 "$root/dev/stepper"
says "one of the group" permissions wrong "*you are not in the group stepper" \
	"sudo usermod -aG stepper \$USER, and log in anew"
chmod 000 "$root/dev/stepper"
says "one of nobody" permissions wrong "*nor may the group stepper" "sudo udevadm control --reload*"
rm "$root/usr/lib/udev/rules.d/60-stepper.rules"
says "no rule of udev" permissions wrong "*" "sudo make install*"
file /etc/group
says "no group" permissions wrong "*" "sudo systemd-sysusers"
rm -r "$root/usr/lib/sysusers.d" "$root/dev/stepper"
says "no group, and nothing that makes it" permissions wrong "there is no group stepper" \
	"sudo groupadd --system stepper"
