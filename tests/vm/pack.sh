#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Packs programs with the libraries that they need, for a root directory of their own:
# build/stepctl is /bin/stepctl there, build/stepperd* is /bin/stepperd.
#
# usage: tests/vm/pack.sh TAR PROGRAM...

set -eu
tar=$1
shift
libraries=$(ldd "$@" | grep -o '	.*/[^ ]*' | grep -o '/[^ ]*')
# shellcheck disable=SC2086 # a list of files
tar -cf "$tar" --absolute-names --dereference --transform 's|^/||' \
	--transform 's|^build/\(stepperd\|stepctl\).*|bin/\1|' "$@" $libraries
