#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Random scripts, judged by what came of them: see property.c. The first so many are the
# same in every run; with "long" ten times as many that were never tried before. Some that
# once found a fault are always among them.

cd "$(dirname "$0")/../.." || exit
status=0
for script in 105262 121886 266943 313420 468523 474447 870870 888903 1051713 1072984 \
	1101757 1183736 1687605 1728119 1882864 1884204 1933135 2111813 2206403 2306621 2728794 \
	2811027 2874477 3228183 3297088 4639142 5066215 7023789 7038518 7166183 7257225; do
	timeout 60 build/property 1 $script || status=1
done
case ${1:-} in
long) build/property 1000000 "$(date +%s)000000" || status=1 ;;
*) build/property 100000 || status=1 ;;
esac
exit $status
