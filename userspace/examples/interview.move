#!/usr/bin/env -S stepctl run
# SPDX-License-Identifier: GPL-2.0
#
# A two-minute interview pan: from the one who asks to the one who answers, so slowly
# that nobody notices. A move IN a time is eased: it has no jerk at either end.

PAN -15 TILT 3          # frame the first; as fast as the limits allow
WAIT 5s                 # roll
PAN 15 TILT -2 IN 2min  # both axes on one straight line
WAIT 5s                 # and hold
