#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Device trees: the binding, its examples, and the overlay for Raspberry Pis with
# its parameters, merged into the trees of the boards, and installed.

set -eu
cd "$(dirname "$0")/../.."
out=build/test/boards
schema=hw/boards/stepper-gpio.yaml
overlay=build/boards/stepper.dtbo
rm -rf $out
mkdir -p $out
version=$(tests/vm/fetch.sh trees)
trees=build/cache/$version/trees

# silent NAME COMMAND...: these tools tell what is wrong by words, not by status
silent()
{
	name=$1
	shift
	complaint=$("$@" 2>&1) || complaint="$complaint (status $?)"
	if [ -z "$complaint" ]; then
		echo "ok $name"
	else
		echo "not ok $name: $complaint"
	fi
}

refused() # NAME COMMAND...
{
	name=$1
	shift
	if [ -n "$("$@" 2>&1)" ]; then echo "ok $name"; else echo "not ok $name: no complaint"; fi
}

same() # NAME EXPECTED FOUND
{
	if [ "$2" = "$3" ]; then echo "ok $1"; else echo "not ok $1: expected $2, found $3"; fi
}

valid() # TREE...
{
	dt-validate -l stepper-gpio -s $out/schema.json "$@"
}

silent "binding" dt-doc-validate -u hw/boards $schema
silent "binding, as schema" dt-mk-schema -j -o $out/schema.json hw/boards

# the headers of any kernel have dt-bindings/
headers=$(find /usr/src/linux-headers-*-common/include -maxdepth 0 | tail -n 1)
dt-extract-example $schema |
	cpp -P -nostdinc -undef -I "$headers" -x assembler-with-cpp - >$out/examples.dts
# what it finds too much is what dt-extract-example puts around examples
silent "examples compile" dtc -W no-avoid_unnecessary_addr_size \
	-O dtb -o $out/examples.dtb $out/examples.dts
same "examples, three of them" "stepper stepper stepper" \
	"$(for i in 0 1 2; do fdtget -l $out/examples.dtb /example-$i; done | xargs)"
silent "examples are valid" valid $out/examples.dtb

# The language takes these settings
rehearse() # SETTINGS
{
	echo "$1" | tr ';' '\n' | sed 's/^ */SET PAN /' | build/stepctl plan - >/dev/null
}

breaks() # NAME TYPE NODE PROPERTY VALUE...
{
	name=$1
	type=$2
	node=/example-0/stepper/$3
	shift 3
	cp $out/examples.dtb $out/broken.dtb
	fdtput -t "$type" $out/broken.dtb "$node" "$@"
	refused "binding refuses $name" valid $out/broken.dtb
}

breaks "an unknown property" s pan@0 speed 90
breaks "a property of the whole in an axis" i pan@0 aux-gpios 1 2 3
breaks "settings that are a number" i pan@0 settings 90
breaks "an unknown drive" s pan@0 drive half
breaks "phases that are none" s pan@0 drive half-steps
fdtput -d $out/examples.dtb /example-0/stepper/pan@0 dir-gpios
refused "binding refuses an axis without DIR" valid $out/examples.dtb

boards="bcm2837-rpi-3-b bcm2837-rpi-3-b-plus bcm2837-rpi-zero-2-w bcm2711-rpi-4-b bcm2712-rpi-5-b"
for board in $boards; do
	cp "$(find "$trees" -name "$board.dtb")" $out/
done
# So does Raspberry Pi's own tree of the Pi 5 call the header's controller
fdtput -t s $out/bcm2712-rpi-5-b.dtb /__symbols__ gpio \
	"$(fdtget $out/bcm2712-rpi-5-b.dtb /__symbols__ rp1_gpio)"

# merge NAME PARAMETER...: the overlay with its parameters into the trees of all
# boards; the lines that it should then use are on stdin
merge()
{
	name=$1
	shift
	expected=$(sort -n)
	rm -f $out/merged-*
	silent "$name: parameters" tests/boards/dtparam.sh $overlay $out/overlay.dtbo "$@"
	for board in $boards; do
		tree=$out/$board.dtb
		merged=$out/merged-$board.dtb
		silent "$name: $board: merge" fdtoverlay -i "$tree" -o "$merged" $out/overlay.dtbo
		header=$(fdtget -t i "$tree" "$(fdtget "$tree" /__symbols__ gpio)" phandle)
		same "$name: $board: lines of the header" \
			"$(echo "$expected" | sed "s/$/ $header/")" \
			"$(tests/boards/lines.sh "$merged")"
	done
	silent "$name: valid" valid $out/merged-*
}

merge "one axis, as it is" <<END
17 pan-step 0
27 pan-dir 0
END
merge "one axis on other lines" pan_step=4 pan_dir=0x10 enable_high=9 <<END
4 pan-step 0
9 enable 0
16 pan-dir 0
END
merge "two axes, wired as README.md says" tilt enable=22 <<END
17 pan-step 0
22 enable 1
23 tilt-step 0
24 tilt-dir 0
27 pan-dir 0
END
merge "two axes, pan not one of them" pan=off tilt=on slide_step=2 slide_dir=3 <<END
2 slide-step 0
3 slide-dir 0
23 tilt-step 0
24 tilt-dir 0
END
merge "phases, as wiring.md says, beside STEP and DIR on both edges" \
	pan_drive=half-steps pan_phase_a=17 pan_phase_b=27 pan_phase_c=22 pan_phase_d=4 \
	tilt_drive=both-edges <<END
4 pan-phase-d 0
17 pan-phase-a 0
17 pan-step 0
22 pan-phase-c 0
23 tilt-step 0
24 tilt-dir 0
27 pan-dir 0
27 pan-phase-b 0
END
merge "three axes with all that they may have" \
	pan_step=2 pan_dir=3 pan_enable=4 pan_home=7 pan_limit_min=8 pan_limit_max=9 \
	tilt_step=10 tilt_dir=11 tilt_enable=12 tilt_home_nc=13 \
	tilt_limit_min_nc=14 tilt_limit_max_nc=15 \
	slide_step=16 slide_dir=17 slide_enable=18 slide_home=19 \
	slide_limit_min_nc=20 slide_limit_max=21 \
	estop_nc=22 aux1=23 aux2=24 poll_interval=5 "pan_settings=SCALE 17.5; MAX 90" <<END
2 pan-step 0
3 pan-dir 0
4 pan-enable 1
7 pan-home 17
8 pan-limit-min 17
9 pan-limit-max 17
10 tilt-step 0
11 tilt-dir 0
12 tilt-enable 1
13 tilt-home 16
14 tilt-limit-min 16
15 tilt-limit-max 16
16 slide-step 0
17 slide-dir 0
18 slide-enable 1
19 slide-home 17
20 slide-limit-min 16
21 slide-limit-max 17
22 estop 16
23 aux 0
24 aux 0
END
same "settings, replaced" "SCALE 17.5; MAX 90" "$(fdtget "$merged" /stepper/pan@0 settings)"
same "poll_interval" 5 "$(fdtget "$merged" /stepper poll-interval)"
same "settings, as they were" "SCALE 32000/360; MIN -45; MAX 90" \
	"$(fdtget "$merged" /stepper/tilt@1 settings)"

# the number says that it was set, and where
for parameter in $(fdtget -p $overlay /__overrides__); do
	case $parameter in
	pan | tilt | slide | poll_interval | *_settings | *_drive) continue ;;
	esac
	tests/boards/dtparam.sh $overlay $out/overlay.dtbo tilt slide "$parameter=50"
	fdtoverlay -i "$tree" -o "$merged" $out/overlay.dtbo
	name=$(echo "$parameter" | sed 's/_nc$//; s/enable_high/enable/; s/aux./aux/; s/_/-/g')
	same "parameter $parameter" "$name" \
		"$(tests/boards/lines.sh "$merged" | sed -n 's/^50 \([^ ]*\) .*/\1/p')"
done
refused "a parameter that there is not" tests/boards/dtparam.sh $overlay $out/overlay.dtbo pan_stp=1

# Settings, a line each, as they stand in the sources and pages of hw/boards/
settings()
{
	grep -hoE '"[A-Z]{3,} [^"]*"' hw/boards/*.dtso hw/boards/*.yaml | tr -d '"'
	sed -n 's/.*settings=//p; s/^    SCALE/SCALE/p; s/^|.*| .\(STEPLEN.*\). |$/\1/p' \
		hw/boards/wiring.md
}

settings | sort -u >$out/settings
while read -r line; do
	silent "settings: $line" rehearse "$line"
done <$out/settings
refused "settings that are wrong" rehearse "MIN 0; SCALE 0"

root=$PWD/$out/root
installed()
{
	make -s "$1" "DESTDIR=$root" PREFIX=/opt/motors "RELEASE=$version-arm64" OVERLAYS=/overlays
}

silent "make install" installed install
silent "the overlay is installed" cmp $overlay "$root/overlays/stepper.dtbo"
same "a command, its completion and an example are below PREFIX" 5 \
	"$(cd "$root/opt/motors" && find bin/stepctl sbin/stepperd share/zsh/site-functions/_stepctl \
		share/bash-completion/completions/stepctl share/doc/stepper/examples/stepperd.conf | wc -l)"
same "nothing but modules is elsewhere" "lib/modules/$version-arm64/updates/stepper-sim.ko
lib/modules/$version-arm64/updates/stepper.ko" "$(cd "$root" && find lib usr etc -type f 2>/dev/null | sort)"
silent "make uninstall" installed uninstall
same "nothing stays" "" "$(find "$root" -type f -o -path '*/doc/stepper')"
