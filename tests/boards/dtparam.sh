#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sets parameters of an overlay as the firmware of a Raspberry Pi does.
#
# usage: dtparam.sh OVERLAY.dtbo OUT.dtbo [NAME=VALUE | NAME]...
#
# Of what the firmware knows in __overrides__ it does what hw/boards/stepper.dtso
# uses: "property" (a string; "status" takes on and off), "property:offset" (a
# cell; the property grows as it must), and either with "=value", or with "=" and a
# cell behind it that is resolved to a label. The rules are those of "Device Trees,
# overlays, and parameters" in the documentation of Raspberry Pi.

set -eu
out=$2
cp "$1" "$out"
shift 2

fail()
{
	echo "dtparam: $parameter: $*" >&2
	exit 1
}

# Targets of a parameter, a line each: phandle, where the cell behind it is, text
targets() # PARAMETER
{
	fdtget -t bu "$out" /__overrides__ "$1" | tr ' ' '\n' | awk '
		skip > 0 { skip--; next }
		bytes < 4 { phandle = phandle * 256 + $1; bytes++; next }
		$1 { text = text sprintf("%c", $1 + 0); next }
		{
			print phandle, NR, text
			skip = text ~ /=$/ ? 4 : 0
			phandle = bytes = 0
			text = ""
		}'
}

path_of() # PHANDLE
{
	for symbol in $(fdtget -p "$out" /__symbols__); do
		path=$(fdtget "$out" /__symbols__ "$symbol")
		[ "$(fdtget -t u "$out" "$path" phandle)" != "$1" ] || return 0
	done
	fail "no label has the phandle $1"
}

label_at() # PLACE
{
	for label in $(fdtget -p "$out" /__fixups__); do
		case " $(fdtget "$out" /__fixups__ "$label") " in
		*" $1 "*) return 0 ;;
		esac
	done
	fail "$1 is resolved by no label"
}

set_cell() # PROPERTY OFFSET HEXADECIMAL
{
	cells=$(fdtget -t x "$out" "$path" "$1" 2>/dev/null || true)
	# shellcheck disable=SC2046 # words
	fdtput -t x "$out" "$path" "$1" $(echo "$cells" | awk -v n=$(($2 / 4 + 1)) -v value="$3" '{
		$n = value
		for (i = 1; i <= NF; i++)
			print $i == "" ? 0 : $i
	}')
}

set_parameter() # NAME VALUE
{
	parameter=$1
	targets "$1" >"$out.targets"
	[ -s "$out.targets" ] || fail "there is no such parameter"
	while read -r phandle behind text; do
		path_of "$phandle"
		value=$2
		property=${text%%[:=]*}
		case $text in
		*=?*) value=${text#*=} ;;
		esac
		case $text in
		*:*=)
			offset=${text#*:}
			offset=${offset%=}
			label_at "/__overrides__:$1:$behind"
			set_cell "$property" "$offset" ffffffff
			# shellcheck disable=SC2046 # words
			fdtput -t s "$out" /__fixups__ "$label" \
				$(fdtget "$out" /__fixups__ "$label") "$path:$property:$offset"
			;;
		*:*)
			offset=${text#*:}
			set_cell "$property" "${offset%%=*}" "$(printf %x "$value")"
			;;
		*)
			case $property=$value in
			status=on) value=okay ;;
			status=off) value=disabled ;;
			esac
			fdtput -t s "$out" "$path" "$property" "$value"
			;;
		esac
	done <"$out.targets"
	rm "$out.targets"
}

for argument; do
	case $argument in
	*=*) set_parameter "${argument%%=*}" "${argument#*=}" ;;
	*) set_parameter "$argument" on ;;
	esac
done
