#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A remote control for the keys of a terminal: w a s d move, space stops, q ends.
#
#	remote.sh                # the device of this computer
#	remote.sh user@pi        # that of another, by ssh
#
# Dead man: a key that is held repeats, and each RUN ends by itself if no other comes.

keys()
{
	while key=$(dd bs=1 count=1 2>/dev/null) && [ "${key:-q}" != q ]; do
		case $key in
		a) echo "RUN PAN -10 FOR 600ms" ;;
		d) echo "RUN PAN 10 FOR 600ms" ;;
		w) echo "RUN TILT 10 FOR 600ms" ;;
		s) echo "RUN TILT -10 FOR 600ms" ;;
		" ") echo "STOP" ;;
		esac
	done
}

if [ -t 0 ]; then
	terminal=$(stty -g)
	trap 'stty "$terminal"' EXIT
	stty -icanon -echo
fi
if [ $# = 0 ]; then
	keys > /dev/stepper
else
	keys | ssh "$1" 'cat > /dev/stepper'
fi
