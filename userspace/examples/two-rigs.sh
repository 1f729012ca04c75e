#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Rigs that start together: each gets the same shot by ssh, and waits for the same
# instant of its own clock. Let chrony or systemd-timesyncd keep these together.
#
#	two-rigs.sh shot.move user@left user@right
#
# Says which failed, and why; the others go on.

shot=$1
shift
start=$(($(date +%s) + ${LEAD:-5})) # seconds, for all to have got it by then

for rig in "$@"; do
	{
		echo "WAIT UNTIL $start"
		cat "$shot"
		echo "; SYNC" # be there when it is over
	} | ssh "$rig" 'cat > /dev/stepper' || echo "$rig: not done" >&2 &
done
wait
