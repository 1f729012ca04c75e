# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The part of run.sh that runs in the guest: each case of KUnit's is in the log.

# A unit test ends with its process, elsewhere, and need not free all
echo off >/sys/kernel/debug/kmemleak
# shellcheck disable=SC2154 # of init
insmod "$modules/stepper-kunit.ko"
dmesg | sed -nE 's/^.*[]] +(not )?ok [0-9]+ ([a-z_]+)$/\1ok \2/p'
