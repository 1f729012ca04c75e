#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Installs the packages beside it, uses what they brought, purges them, and looks for
# what is left. Runs as root in the Debian that test.sh made for this.

set -u
cd "$(dirname "$0")" || exit
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

check() # NAME COMMAND...
{
	name=$1
	shift
	if complaints=$("$@" 2>&1); then
		echo "ok deb: $name"
	else
		echo "not ok deb: $name: $complaints"
	fi
}

# All but what comes and goes, and the records of apt and dpkg
files()
{
	find / -xdev \( -path /packages -o -path /run -o -path /var/cache -o -path /var/log \) \
		-prune -o -print | sort
}

depends()
{
	for package in *.deb; do
		dpkg-deb --field "$package" Depends
	done | paste -sd ,
}

install()
{
	dpkg --install ./*.deb && return
	tail -n 30 /var/lib/dkms/stepper/*/build/make.log
	return 1
}

# of both modules, for both kernels
modules_are_built()
{
	dkms status
	[ "$(dkms status | grep -c '^stepper/.*: installed$')" = 2 ] || return
	for kernel in $kernels; do
		modinfo -k "$kernel" stepper stepper-sim || return
		modinfo -k "$kernel" -F vermagic stepper | grep "^$kernel " || return
	done
}

versions_agree()
{
	for package in stepper-dkms stepper-tools; do
		version=$(dpkg-query --show --showformat '${Version}' $package)
		[ "$(stepctl --version), $(stepperd --version)" = \
			"stepctl $version, stepperd $version" ] || return
	done
}

example()
{
	stepctl plan /usr/share/doc/stepper-tools/examples/interview.move | tee /dev/stderr |
		grep '^duration 1'
}

manuals()
{
	for page in 'stepctl 1' 'stepper 4' 'stepperd 8'; do
		# shellcheck disable=SC2086 # name and section
		set -- $page
		man "$2" "$1" | grep -i "^$1($2)" || return
	done
	man --warnings stepctl stepper stepperd 2>&1 >/dev/null | grep . && return 1
	return 0
}

bash_completes()
{
	bash -c '. /usr/share/bash-completion/bash_completion
		_completion_loader stepctl
		COMP_WORDS=(stepctl keyf) COMP_CWORD=1
		_stepctl
		echo "${COMPREPLY[*]}"
		[ "${COMPREPLY[*]}" = keyframes ]'
}

zsh_completes()
{
	# shellcheck disable=SC2016 # for zsh
	zsh -c 'autoload -U compinit; compinit -D; echo $_comps[stepctl]; [ "$_comps[stepctl]" = _stepctl ]'
}

# Root moves the motors, and whoever is in the group tells where
stepperd_moves()
{
	mkdir /var/lib/stepperd # where the service keeps its state
	stepperd --sim --mount /run/rig --state /var/lib/stepperd/state &
	tries=0
	until [ -e /run/rig/stepper ] || [ $((tries += 1)) -gt 100 ]; do
		sleep 0.1
	done
	setpriv --reuid nobody --regid stepper --clear-groups sh -c '
		stepctl --device /run/rig/stepper --wait "PAN 30; SAVE left" &&
		stepctl --device /run/rig/stepper PAN?' |
		tee /dev/stderr | grep -F PAN=30.000000
	moved=$?
	kill $!
	wait $! && [ $moved = 0 ] && [ -s /var/lib/stepperd/state ]
}

purge()
{
	dpkg --purge stepper-dkms stepper-tools
}

# No package removes a group: who was in it would lose it with the next installation
nothing_is_left()
{
	files | diff before - && grep -v '^stepper:' /etc/group | diff group -
}

check "the dependencies can be had" apt-get -qq satisfy --no-install-recommends "$(depends)"
kernels=$(ls /lib/modules)
for kernel in $kernels; do
	depmod "$kernel" 2>/dev/null
done
mkdir -p /boot/firmware/overlays # as on a Raspberry Pi
touch before
cp /etc/group group
files >before

check "installation" install
check "modules for $(echo "$kernels" | paste -sd ' ')" modules_are_built
check "one version everywhere" versions_agree
check "the group" getent group stepper
check "the udev rule" grep 'GROUP="stepper"' /usr/lib/udev/rules.d/60-stepper.rules
check "the overlay" test -s /boot/firmware/overlays/stepper.dtbo
check "the service" systemd-analyze verify stepperd.service
check "the service is not started" test ! -e /etc/systemd/system/multi-user.target.wants/stepperd.service
check "an example of its configuration" \
	cp /usr/share/doc/stepper-tools/examples/stepperd.conf /etc/
check "manuals" manuals
check "completion in bash" bash_completes
check "completion in zsh" zsh_completes
check "stepctl plans an example" example
check "stepperd as a user" stepperd_moves
check "purge" purge
check "nothing is left" nothing_is_left
