# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of stress.sh that runs in the guest.

debugfs=/sys/kernel/debug
for kind in failslab fail_page_alloc fail_usercopy; do
	echo 0 >$debugfs/$kind/verbose
done
echo N >$debugfs/failslab/ignore-gfp-wait
echo N >$debugfs/fail_page_alloc/ignore-gfp-wait
echo 0 >$debugfs/fail_page_alloc/min-order

load
/faults
/stress

# Sleep, as far as the devices go; the driver has to be at rest after it
echo devices >/sys/power/pm_test
echo 'RUN PAN 5' >/dev/stepper
check "suspend" sh -c 'echo mem >/sys/power/state'
check "motors are stopped by it" grep -q STATE=ALARM /dev/stepper
echo RESET >/dev/stepper

# What is in use may go as well
exec 3<>/dev/stepper
check "a chip that goes" rmmod stepper-sim
check "its file knows" sh -c '! echo "?" >&3'
exec 3<&-
check "all is gone" rmmod stepper
