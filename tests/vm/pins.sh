# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # what the suite sets, and what it uses
#
# For suites to read with ".": what the pins of $board did, whose boot is kept in $out.

that() # NAME CONDITION, of the values of pulses.awk
{
	name=$1
	shift
	if [ "$@" ]; then
		echo "ok $board: $name"
	else
		echo "not ok $board: $name: $*"
	fi
}

during() # MARK
{
	eval "$(tests/vm/pulses.awk -v mark="$1" "$out/pins.edges")"
	steps="$pan_up $pan_down $tilt_up $tilt_down"
}
