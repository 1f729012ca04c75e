#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Random scripts, judged by what came of them: see property.c. The first so many are the
# same in every run; with "long" ten times as many that were never tried before.

cd "$(dirname "$0")/../.." || exit
case ${1:-} in
long) build/property 1000000 "$(date +%s)000000" ;;
*) build/property 100000 ;;
esac
