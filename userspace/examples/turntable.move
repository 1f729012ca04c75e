#!/usr/bin/env -S stepctl run --loop 36
# SPDX-License-Identifier: GPL-2.0
#
# A turntable for photogrammetry: a picture each ten degrees, all around. The table is
# PAN, of which MAX has to be far away, once and for all in the description of the
# hardware, or for now
#
#	sudo stepctl SET PAN MAX 9999
#
# The camera's shutter is on output 1. From another height: turntable.move again.

PAN BY 10
WAIT 800ms       # until nothing swings any more
TRIGGER 1 200ms
WAIT 500ms       # the exposure
