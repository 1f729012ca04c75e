#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The lines that the stepper device of a device tree uses, a line each: number,
# name, flags, and the phandle of the controller: "17 pan-step 0 6".
#
# usage: lines.sh TREE.dtb

set -eu
tree=$1
for node in /stepper $(fdtget -l "$tree" /stepper | sed 's|^|/stepper/|'); do
	[ "$(fdtget -d okay "$tree" "$node" status)" = okay ] || continue
	axis=${node#/stepper}
	axis=${axis#/}
	axis=${axis%@*}
	for property in $(fdtget -p "$tree" "$node" | grep 'gpios$'); do
		fdtget -t i "$tree" "$node" "$property" | xargs -n 3 |
			while read -r controller line flags; do
				echo "$line ${axis:+$axis-}${property%-gpios} $flags $controller"
			done
	done
done | sort -n
