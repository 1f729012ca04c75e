# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What a person would type on the board; runs in the emulated guest.

record
say 'uname -srm'
say 'insmod /lib/modules/stepper.ko'
say 'ls -l /dev/stepper'
say 'cat /dev/stepper'
say 'echo "PAN 30 TILT -10" > /dev/stepper'
say 'sleep 0.3; cat /dev/stepper'
say 'echo SYNC > /dev/stepper; cat /dev/stepper'
say 'cat shot.txt'
say 'cat shot.txt > /dev/stepper; cat /dev/stepper'
say 'echo "PAN 300" > /dev/stepper'
true
