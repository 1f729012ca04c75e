#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What happened on the pins: the changes of level that QEMU saw leaving the GPIO
# controller, in its order, each with the time that the guest kernel's
# gpio_value tracepoint gave the same change: "time_ns name level". Fails if
# the two do not agree edge by edge.
#
# Inputs, which only raspi3b's account of QEMU has, are set from outside: after the edge
# before.
#
# usage: edges.sh OUT BOARD, OUT and BOARD as in boot.sh
#
# UNTOLD is the number of a line that was also set while nothing was recorded, and is
# left out.

set -eu
out=$1

# There the virtual head tells, by the same clock
case $2 in
x86 | debug*)
	paste -d ' ' "$out/times" "$out/values" |
		awk '/ tracing_mark_write: / { print $3, "mark", $NF }' |
		sort -s -n -k 1,1 - "$out/edges"
	exit
	;;
esac

case $2 in
virt) # ... setting output 0 to 1
	chip=pl061
	sed -n 's/^pl061_set_output .* output \([0-7]\) to \([01]\)$/\1 \2/p' "$out/qemu.trace"
	;;
sabrelite) # the output register, number 1, of the MAX7310: its number, then its value
	chip='2-0020, can sleep'
	awk '/^i2c_event start/ { sent = 0; next }
	/^i2c_send / {
		sub(/.*data:0x/, "")
		value = 0
		for (digit = 1; digit <= length($0); digit++)
			value = 16 * value + index("0123456789abcdef", substr($0, digit, 1)) - 1
		if (sent++)
			for (line = 0; number == 1 && line < 8; line++) {
				print line, value % 2
				value = int(value / 2)
			}
		else
			number = value
	}' "$out/qemu.trace"
	;;
raspi3b) # GPSET0 and GPCLR0: bits of the lines 0 to 31
	chip=pinctrl-bcm2835
	awk '/addr 0x3f2000(1c|28) / {
		mask = substr($9, 3)
		level = $7 ~ /1c$/ ? 1 : 0
		digits = length(mask)
		for (i = digits; i > 0; i--) {
			digit = index("0123456789abcdef", substr(mask, i, 1)) - 1
			for (bit = 0; bit < 4; bit++) {
				if (digit % 2)
					print (digits - i) * 4 + bit, level
				digit = int(digit / 2)
			}
		}
	}' "$out/qemu.trace"
	;;
esac >"$out/qemu.levels"

base=$(sed -n "s/^gpiochip.*GPIOs \([0-9]*\)-.*$chip.*/\1/p" "$out/gpio")

# The two dumps of one trace buffer, line by line: cpu and ns; line and level
paste -d ' ' "$out/times" "$out/values" |
	awk -v base="$base" -v untold="${UNTOLD:--1}" '
	BEGIN {
		marks = told = 0
	}
	function fail(what)
	{
		print "edges: " what >"/dev/stderr"
		failed = 1
		exit 1
	}
	FILENAME ~ /names$/ {
		name[$1] = $2
	}
	/ tracing_mark_write: / {
		marked[marks] = $3
		mark[marks++] = $NF
	}
	FILENAME == "-" && / set [01]$/ {
		line = $(NF - 2) - base
		level = $NF
		if (line != untold && level != was[line] + 0) {
			was[line] = level
			time[line, made[line]++] = $3
		}
	}
	FILENAME ~ /levels$/ && $1 != untold && $2 != seen[$1] + 0 {
		seen[$1] = $2
		if (name[$1] ~ /(home|limit-m..|estop)$/) {
			printf "%.0f %s %s\n", last, name[$1], $2
			next
		}
		if (!(($1, matched[$1] + 0) in time))
			fail("the kernel did not set line " $1 " to " $2)
		now = time[$1, matched[$1]++ + 0]
		# lines set in one go are traced in the order of their
		# descriptors, but set in that of their numbers
		if (now + 0 < last + 0 && last - now < 10000)
			now = last
		if (now + 0 < last + 0)
			fail("line " $1 " changed in another order at " now)
		last = now
		tell_marks(now)
		print now, ($1 in name) ? name[$1] : $1, $2
	}
	function tell_marks(until)
	{
		for (; told < marks && (until == "" || marked[told] + 0 <= until + 0); told++)
			print marked[told], "mark", mark[told]
	}
	END {
		if (failed)
			exit 1
		tell_marks("")
		for (line in made)
			if (made[line] != matched[line] + 0)
				fail("line " line " never changed as often as it was set")
	}' "$out/pins.names" - "$out/qemu.levels"
