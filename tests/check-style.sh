#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Style and static analysis of all sources: checkpatch and clang-format for C,
# sparse for the modules, shellcheck for scripts, the kernel's check of ABI pages,
# SPDX tags everywhere.

set -u
cd "$(dirname "$0")/.." || exit
kernel=linux-source-6.1
scripts=build/checkpatch/$kernel/scripts
checkpatch=$scripts/checkpatch.pl
failed=0

if [ ! -e "$checkpatch" ] || [ ! -e "$scripts/get_abi.pl" ]; then
	mkdir -p build/checkpatch
	tar -xJf /usr/src/$kernel.tar.xz -C build/checkpatch \
		$kernel/scripts/checkpatch.pl $kernel/scripts/spelling.txt \
		$kernel/scripts/const_structs.checkpatch $kernel/scripts/get_abi.pl
fi

# verdict NAME: what came on stdin is what was wrong
verdict()
{
	complaints=$(cat)
	if [ -z "$complaints" ]; then
		echo "ok style: $1"
	else
		echo "$complaints"
		echo "not ok style: $1"
		failed=1
	fi
}

files() # PATTERN...
{
	git ls-files --cached --others --exclude-standard -- "$@" |
		xargs -d '\n' ls -d 2>/dev/null # some may be deleted
}

every_file_has_spdx()
{
	files | grep -Ev '^(LICENSE|\.gitignore|debian/(changelog|copyright)|.*\.(md|txt|png|svg))$' |
		xargs -d '\n' awk 'FNR <= 2 && /SPDX-License-Identifier: GPL-2.0/ { tagged[FILENAME] }
			END { for (i = 1; i < ARGC; i++)
				if (!(ARGV[i] in tagged)) print ARGV[i] ": no SPDX tag" }'
}

# of the files on stdin. Not judged: names in CamelCase, which take a kernel tree
# to judge, tables that are macros, and what IGNORE names. Run in build/, where it leaves a cache.
checkpatch() # [IGNORE]
{
	sed 's|^|../|' | (cd build && GIT_DIR=../.git xargs perl "../$checkpatch" --no-tree \
		--strict --quiet --terse --no-summary --color=never --ignore \
		"CAMELCASE,COMPLEX_MACRO,MULTISTATEMENT_MACRO_USE_DO_WHILE,TRAILING_SEMICOLON,${1:-}" -f)
}

sparse_modules()
{
	make -s modules KDIR="$(readlink -f "$(find /lib/modules/*/build -maxdepth 0 |
		sort -V | tail -n 1)")" SPARSE=1 2>&1 | grep -E '(warning|error):'
}

every_file_has_spdx | verdict spdx
{
	files '*.c' '*.h' ':!tests/unit' ':!tests/kunit' ':!tests/property' \
		':!parser/portable.h' | checkpatch
	# START_TEST is no function to checkpatch, Suite no type, and 1e-9L no number
	files 'tests/unit/*.[ch]' 'tests/kunit/*.[ch]' 'tests/property/*.[ch]' | checkpatch LINE_SPACING,SPACING
	# in userspace there is nobody else to define these
	echo parser/portable.h |
		checkpatch PREFER_DEFINED_ATTRIBUTE_MACRO,VOLATILE,UNSPECIFIED_INT
} | verdict checkpatch
files '*.c' '*.h' | xargs clang-format --dry-run 2>&1 | grep -E 'warning:|error:' |
	verdict clang-format
files '*.sh' tests/vm/init .ci/run | xargs shellcheck | verdict shellcheck
sparse_modules | verdict sparse
perl "$scripts/get_abi.pl" validate --dir "$PWD/driver/ABI" 2>&1 | verdict abi
exit "$failed"
