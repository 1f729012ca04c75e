#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Packs a stepperd with the libraries that it needs, for a guest: unpacked in its
# root directory, the program is /bin/stepperd.
#
# usage: tests/vm/pack.sh TAR PROGRAM

set -eu
libraries=$(ldd "$2" | grep -o '/[^ ]*')
# shellcheck disable=SC2086 # a list of files
tar -cf "$1" --absolute-names --dereference --transform 's|^/||' --transform 's|^build/stepperd.*|bin/stepperd|' "$2" $libraries
