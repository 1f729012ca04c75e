#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Stop motion: the camera goes to the next frame of a shot and waits, while you move the
# puppets; Enter shoots. The shutter is on output 1.
#
#	stop-motion.sh shot.keys 48     # in 48 frames; shot.keys as for stepctl keyframes
#
# Ctrl-C ends it, and stops the camera where it is.

exec 3<&0 # the keyboard
number=0
stepctl keyframes --frames "$2" "$1" | while read -r frame; do
	case $frame in
	"#"*) continue ;;
	esac
	stepctl --wait "${frame%%;*}" || exit # the move
	number=$((number + 1))
	printf 'frame %d of %d: Enter ' "$number" "$2"
	read -r _ <&3 || exit
	stepctl --wait "${frame#*;}" || exit # a rest, and the shutter
done
