# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of plan.sh that runs in the guest: each script in one write, as cat does it.

record
load
for script in /script-*; do
	mark "${script#/script-}"
	cat "$script" >/dev/stepper || not_ok "$script" "refused"
	echo SYNC >/dev/stepper || not_ok "$script" "not done"
done
