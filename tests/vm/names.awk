#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# The names of GPIO lines, from the source of a device tree overlay in
# hw/boards/: "0 pan-step".

/^[ \t]*[a-z]+(@[0-9]+)? \{/ {
	node = $1
	sub(/@.*/, "", node)
}

/-gpios = </ {
	what = $1
	sub(/-gpios/, "", what)
	line = $4
	print line, node == "stepper" ? what : node "-" what
}
