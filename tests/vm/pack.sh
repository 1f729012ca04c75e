#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Packs a program with the libraries that it needs, for a guest: unpacked in its
# root directory, the program lies in /bin.
#
# usage: tests/vm/pack.sh TAR PROGRAM

set -eu
libraries=$(ldd "$2" | grep -o '/[^ ]*')
# shellcheck disable=SC2086 # a list of files
tar -cf "$1" --absolute-names --dereference --transform 's|^/||' --transform 's|^build/|bin/|' "$2" $libraries
