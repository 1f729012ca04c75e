# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# What a line costs on the emulated board, where an instruction takes 2 ns: in the
# code that the kernel shares with others, and through write(2).

/line | send costs

load
for line in '# nothing' 'PAN?' '?' 'SET PAN SPEED 60'; do
	for lines in 1 100; do
		echo "$(/write /dev/stepper $lines "$line")" \
			"$(/write /dev/null $lines "$line")" "$lines" "$line"
	done
done | send rates
