# SPDX-License-Identifier: GPL-2.0
#
# make help says what there is. All that is made lies in build/.

# CPPFLAGS, CFLAGS and LDFLAGS from the environment, as when a package is built
CFLAGS ?= -O2 -g
# an unused parameter is what the functions of a table have, as in the kernel
WARNINGS = -Wall -Wextra -Wno-unused-parameter -Werror
PORTABLE = $(sort $(wildcard parser/*.c hw/*.c hw/sim/*.c))
OBJECTS = $(PORTABLE:%.c=build/%.o)
UNIT = $(sort $(wildcard tests/unit/*.c))
UNIT_OBJECTS = $(UNIT:%.c=build/%.o)

# Headers of the running kernel; where there are none (a container), the newest
KDIR = $(or $(wildcard /lib/modules/$(shell uname -r)/build),$(shell \
	ls -dv /lib/modules/*/build | tail -n 1))
# The kernel that the emulated boards run: 6.1, 6.12 or 6.12-rt
KERNEL ?= 6.1
# $(call version,ARCHITECTURE): as in 6.1.0-56
version = $(shell KERNEL=$(KERNEL) tests/vm/fetch.sh $(1))
ARM64 = build/cache/$(call version,arm64)/arm64/usr/src/linux-headers-*-arm64
ARMHF = build/cache/$(call version,armhf)/armhf/usr/src/linux-headers-*-armmp
AMD64 = $(if $(filter 6.1,$(KERNEL)),/usr/src/linux-headers-$(call version,amd64)-amd64,$\
	build/cache/$(call version,amd64)/amd64/usr/src/linux-headers-*-amd64)

# What sets up first makes the rest by another make: two of them may not make the same files.
ifneq ($(filter unit test% fuzz% coverage bench demo,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

.PHONY: all stepctl stepperd modules modules-arm64 modules-armhf modules-amd64 load-sim \
	install install-module install-tools uninstall deb deb-arm64 test-deb test-deb-arm64 unit test \
	check-style fuzz coverage bench demo shell help clean

all: build/libstepper.a build/stepctl build/stepper.4 \
	$(if $(shell pkg-config --exists fuse3 libgpiod 2>/dev/null && echo yes),build/stepperd)

help:
	@echo 'make                 what needs no kernel: build/stepctl, the manual build/stepper.4'
	@echo 'make demo            an emulated ARM board pans a camera: build/demo/'
	@echo 'make test            all tests'
	@echo 'make test-long       a million random scripts, and what make test leaves out for time; 12 minutes'
	@echo 'make test-debug      all that can go wrong, in a kernel with instruments; 40 minutes'
	@echo 'make test-kernels    builds for all kernels, boots 6.12; 15 minutes'
	@echo 'make test-systemd    stepperd as a service of a booted systemd; 3 minutes'
	@echo 'make shell           a prompt on the emulated board'
	@echo 'make modules         build/modules/RELEASE/*.ko [KDIR=/kernel/headers]'
	@echo 'make modules-arm64   the same for Debian'"'"'s arm64 kernel'
	@echo 'make stepctl         build/stepctl, the command'
	@echo 'make stepperd        build/stepperd, the driver as a process'
	@echo 'make load-sim        /dev/stepper on this computer, with a virtual head'
	@echo 'make install         modules and all else [DESTDIR=] [PREFIX=/usr/local] [RELEASE=…]'
	@echo 'make install-tools   all but the modules: commands, manuals, udev rule, group, overlay …'
	@echo 'make deb             Debian packages stepper-dkms and stepper-tools, in build/deb/'
	@echo 'make deb-arm64       the same for a Raspberry Pi, emulated, in build/deb-arm64/; 10 minutes'
	@echo 'make test-deb        installs, uses and purges them in a fresh Debian; 6 minutes'
	@echo 'make test-deb-arm64  makes these, and does the same with them; 20 minutes'
	@echo 'make check-style     checkpatch, sparse, clang-format, shellcheck'
	@echo 'make fuzz            ten minutes of random input [FUZZ_SECONDS=300 each harness]'
	@echo 'make coverage        branches of parser/ that its tests take'
	@echo 'make bench           cost of a step, of planning, of a line'
	@echo 'make clean           remove build/, but for the kernels in build/cache/'

build/libstepper.a: $(OBJECTS)
	rm -f $@
	ar rcs $@ $^

build/%.o: %.c
	@mkdir -p $(@D)
	gcc -std=gnu11 $(WARNINGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# tests/unit/test_WORD.c has the suite WORD_suite()
build/tests/unit/main.o: CFLAGS += \
	-DSUITES="$(patsubst tests/unit/test_%.c,SUITE(%),$(filter tests/unit/test_%.c,$(UNIT)))"
build/tests/unit/main.o: $(UNIT)

build/unit-tests: $(UNIT_OBJECTS) build/libstepper.a | build/stepper.4
	gcc -o $@ $^ -lcheck -lsubunit -lm -lrt -lpthread

STEPPERD = $(patsubst %.c,build/%.o,$(sort $(wildcard userspace/stepperd*.c)))
STEPCTL = $(filter-out %/manual.o $(STEPPERD),$(patsubst %.c,build/%.o,$(sort $(wildcard userspace/*.c))))

build/stepctl: $(STEPCTL) build/libstepper.a
	gcc $(LDFLAGS) -o $@ $^ -lm -ledit -lncurses -ltinfo

# The face of stepperd is libfuse's, its pins are libgpiod's
$(STEPPERD): CFLAGS += $(shell pkg-config --cflags fuse3 libgpiod)

# Random scripts, judged; see tests/README.md
PROPERTY = $(patsubst %.c,build/%.o,$(sort $(wildcard tests/property/*.c)))

build/property: $(PROPERTY) build/tests/unit/reference.o build/userspace/rehearsal.o build/libstepper.a
	gcc -o $@ $^ -lm

build/stepperd: $(STEPPERD) build/libstepper.a
	gcc $(LDFLAGS) -o $@ $^ $$(pkg-config --libs fuse3 libgpiod) -lpthread

# The same with version 2 of libgpiod, which is younger than the system's
GPIOD2 = build/cache/$(call version,gpiod2)/gpiod2/usr
build/stepperd-gpiod2: userspace/stepperd_gpio.c $(STEPPERD) build/libstepper.a
	@tests/vm/fetch.sh gpiod2 >/dev/null
	gcc -std=gnu11 $(WARNINGS) $(CFLAGS) $$(pkg-config --cflags fuse3) -I$(GPIOD2)/include -o $@ \
		$(filter-out %_gpio.o,$^) $$(pkg-config --libs fuse3) -lpthread \
		$(GPIOD2)/lib/x86_64-linux-gnu/libgpiod.so.3 \
		-Wl,-rpath,$(CURDIR)/$(GPIOD2)/lib/x86_64-linux-gnu

stepctl: setup-build
	@$(MAKE) --no-print-directory -s build/stepctl

stepperd: setup-build setup-stepperd
	@$(MAKE) --no-print-directory -s build/stepperd

build/manual: build/userspace/manual.o build/libstepper.a
	gcc -o $@ $^

# lists of commands, settings and errors come from the tables that parse
build/stepper.4: driver/stepper.4.in build/manual
	build/manual < $< > $@

# device tree overlays; -@ keeps their labels, which their parameters need
build/boards/%.dtbo: hw/boards/%.dtso
	@mkdir -p $(@D)
	@cpp -nostdinc -undef -x assembler-with-cpp $< $@.dts
	@dtc -q -@ -I dts -O dtb -o $@ $@.dts

-include $(OBJECTS:.o=.d) $(UNIT_OBJECTS:.o=.d) $(STEPCTL:.o=.d) $(STEPPERD:.o=.d) \
	$(PROPERTY:.o=.d) \
	build/userspace/manual.d

unit: setup-build setup-test
	@$(MAKE) --no-print-directory -s build/unit-tests

.PHONY: setup-%
setup-%:
	@tests/setup.sh $*

# $(call kbuild,HEADERS,OPTIONS,DIRECTORIES): modules are built in a tree of links, one for each
# kernel, so that kernels do not meet and nothing is left among the sources
define kbuild
	@set -e; release=$$(sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' $(1)/include/generated/utsrelease.h); \
	tree=build/kbuild/$$release; mkdir -p $$tree/tests build/modules/$$release; \
	find $$tree -xtype l -delete; \
	cp -rsf $(CURDIR)/Kbuild $(CURDIR)/driver $(CURDIR)/parser $(CURDIR)/hw $$tree/; \
	cp -rsf $(CURDIR)/tests/toggle $$tree/tests/; \
	for directory in $(3); do \
		$(MAKE) -s -C $(1) M=$$(realpath $$tree/$$directory) \
			CONFIG_DEBUG_INFO_BTF_MODULES= $(if $(SPARSE),C=2) $(2) modules; \
		cp $$tree/$$directory/*.ko build/modules/$$release/; \
	done
endef

modules: setup-modules
	@[ -e /lib/modules/$$(uname -r)/build ] || \
		echo "no headers of the running kernel $$(uname -r): building with $(KDIR)"
	$(call kbuild,$(KDIR),W=1,.)

modules-arm64: setup-vm
	$(call kbuild,$(wildcard $(ARM64)),W=1 CROSS_COMPILE=aarch64-linux-gnu-,. tests/toggle)

# for the emulated board of 32 bits
modules-armhf: setup-vm
	$(call kbuild,$(wildcard $(ARMHF)),W=1 CROSS_COMPILE=arm-linux-gnueabihf-,.)

# for the emulated PC
modules-amd64: setup-vm
	$(call kbuild,$(wildcard $(AMD64)),W=1,.)

# for the debug kernel: those to be tested, and the unit tests as a module for KUnit
DEBUG = $(shell tests/debug/kernel.sh)/linux
modules-debug: setup-vm setup-debug
	$(call kbuild,$(DEBUG),W=1,.)
	@mkdir -p build/kbuild/kunit
	@cp -rsf $(CURDIR)/parser $(CURDIR)/hw $(CURDIR)/tests build/kbuild/kunit/
	@ln -sf tests/kunit/Kbuild build/kbuild/kunit/Kbuild
	@$(MAKE) -s -C $(DEBUG) M=$(CURDIR)/build/kbuild/kunit modules
	@cp build/kbuild/kunit/*.ko build/modules/*-debug/

# Where things go; all of it below DESTDIR, for a package. The overlay goes where a
# Raspberry Pi looks for it, if this is one or for a package.
PREFIX = /usr/local
DOC = $(PREFIX)/share/doc/stepper
UNITS = $(PREFIX)/lib/systemd/system
ZSH_COMPLETIONS = $(PREFIX)/share/zsh/site-functions
OVERLAYS = $(firstword $(wildcard /boot/firmware/overlays /boot/overlays) \
	$(if $(DESTDIR),/boot/firmware/overlays))
RELEASE = $(shell uname -r)

# source:destination of what install-tools installs
TOOLS = build/stepctl:$(PREFIX)/bin/stepctl \
	build/stepperd:$(PREFIX)/sbin/stepperd \
	userspace/stepctl.1:$(PREFIX)/share/man/man1/stepctl.1 \
	build/stepper.4:$(PREFIX)/share/man/man4/stepper.4 \
	userspace/stepperd.8:$(PREFIX)/share/man/man8/stepperd.8 \
	build/completion.bash:$(PREFIX)/share/bash-completion/completions/stepctl \
	build/completion.zsh:$(ZSH_COMPLETIONS)/_stepctl \
	userspace/stepperd.service:$(UNITS)/stepperd.service \
	driver/60-stepper.rules:$(PREFIX)/lib/udev/rules.d/60-stepper.rules \
	driver/stepper.sysusers:$(PREFIX)/lib/sysusers.d/stepper.conf \
	userspace/stepperd.conf:$(DOC)/examples/stepperd.conf \
	$(foreach file,$(wildcard userspace/examples/*),$(file):$(DOC)/examples/$(notdir $(file))) \
	$(OVERLAYS:%=build/boards/stepper.dtbo:%/stepper.dtbo)
# where systemd runs, which it does not in a container
RELOAD = [ -n "$(DESTDIR)" ] || [ ! -d /run/systemd/system ] || \
	{ systemctl daemon-reload && udevadm control --reload; }
MODULES = $(DESTDIR)/lib/modules/$(RELEASE)/updates

build/completion.%: build/stepctl
	build/stepctl completion $* > $@

install: install-module install-tools

# what was built for the kernel RELEASE
install-module:
	install -D -m 644 -t $(MODULES) $(addprefix build/modules/$(RELEASE)/,stepper.ko stepper-sim.ko)
	[ -n "$(DESTDIR)" ] || depmod $(RELEASE)

install-tools: $(filter build/%,$(subst :, ,$(TOOLS)))
	@set -e; for tool in $(TOOLS); do \
		source=$${tool%:*}; \
		mode=$$([ -x $$source ] && echo 755 || echo 644); \
		install -D -m $$mode $$source $(DESTDIR)$${tool#*:}; \
	done
	[ -n "$(DESTDIR)" ] || systemd-sysusers
	$(RELOAD)

# The group stays: it may have members
uninstall:
	rm -f $(MODULES)/stepper.ko $(MODULES)/stepper-sim.ko \
		$(addprefix $(DESTDIR),$(filter /%,$(subst :, ,$(TOOLS))))
	rmdir $(DESTDIR)$(DOC)/examples $(DESTDIR)$(DOC) 2>/dev/null || true
	[ -n "$(DESTDIR)" ] || [ ! -d $(MODULES) ] || depmod $(RELEASE)
	$(RELOAD)

# Built in a copy, since the tools of Debian write beside and below the sources.
# What it takes is in debian/control.
deb:
	@dpkg-checkbuilddeps 2>/dev/null || $(if $(shell id -u | grep -vx 0),sudo) sh -c \
		'export DEBIAN_FRONTEND=noninteractive; apt-get -qq update && \
		apt-get -qq -o DPkg::Lock::Timeout=600 \
		--no-install-recommends build-dep . >/dev/null'
	@rm -rf build/deb
	@mkdir -p build/deb/stepper
	@cp -r Makefile Kbuild debian driver parser hw userspace build/deb/stepper/
	@cd build/deb/stepper && DEB_BUILD_OPTIONS=noautodbgsym dpkg-buildpackage -b -us -uc \
		>../build.log 2>&1 || { tail -n 20 ../build.log; exit 1; }
	@ls build/deb/*.deb

deb-arm64: setup-deb-arm64
	@tests/deb/build.sh arm64

load-sim: modules
	@tests/load-sim.sh

demo: modules-arm64
	@tests/demo/demo.sh

shell: modules-arm64
	@echo 'Booting. Ctrl-A X ends it. Try: echo "PAN 30" > /dev/stepper; cat /dev/stepper'
	@tests/vm/boot.sh virt

FUZZ_SECONDS ?= 300
# check.h in tests/fuzz stands in for libcheck
FUZZ = clang -std=gnu11 $(WARNINGS) -O1 -g -Itests/fuzz \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined

build/fuzz/parse: tests/fuzz/parse.c $(filter parser/%,$(PORTABLE))
build/fuzz/machine: tests/fuzz/machine.c tests/unit/rig.c tests/unit/reference.c $(PORTABLE)
build/fuzz/%: $(wildcard tests/fuzz/*.h tests/unit/rig.h parser/*.h hw/*.h hw/sim/*.h)
	@mkdir -p $(@D)
	$(FUZZ) -o $@ $(filter %.c,$^)

fuzz-build: setup-fuzz
	@$(MAKE) --no-print-directory -s build/fuzz/parse build/fuzz/machine

fuzz: fuzz-build
	@tests/fuzz/fuzz.sh $(FUZZ_SECONDS)

# Not optimised, so that every branch of the source is one of the program
COVERAGE = build/coverage
coverage-build: setup-build setup-test
	@$(MAKE) --no-print-directory -s build/stepper.4
	@mkdir -p $(COVERAGE)/parser
	@cd $(COVERAGE)/parser && gcc -std=gnu11 -O0 --coverage -c $(addprefix \
		$(CURDIR)/,$(filter parser/%.c,$(PORTABLE)))
	@gcc -std=gnu11 -O0 -DSUITES='SUITE(parser)' -o $(COVERAGE)/unit-tests \
		$(filter-out tests/unit/test_%,$(UNIT)) tests/unit/test_parser.c \
		$(filter hw/%,$(PORTABLE)) $(COVERAGE)/parser/*.o \
		--coverage -lcheck -lsubunit -lm -lrt -lpthread
	@gcc -std=gnu11 -O0 -Itests/fuzz -o $(COVERAGE)/replay tests/fuzz/parse.c \
		tests/fuzz/replay.c $(COVERAGE)/parser/*.o --coverage

coverage: coverage-build
	@tests/fuzz/coverage.sh

.PHONY: fuzz-build coverage-build
test: unit stepperd fuzz-build coverage-build build/stepctl build/property setup-style setup-boards \
		build/boards/stepper.dtbo modules-arm64 modules-armhf modules-amd64
	@$(MAKE) --no-print-directory -s build/stepperd-gpiod2
	@tests/run.sh

test-long: setup-build stepperd stepctl modules-amd64 modules-arm64
	@$(MAKE) --no-print-directory -s build/property build/stepperd-gpiod2
	@tests/run.sh "tests/property/run.sh long" "tests/vm/file.sh x86 long" "tests/vm/file.sh cuse" \
		"tests/vm/test.sh gpio" "tests/vm/switches.sh gpiod2" "tests/vm/plan.sh raspi3b"

test-debug: setup-build modules-debug
	@BOOT_TIMEOUT=1800 tests/run.sh tests/debug/stress.sh "tests/vm/file.sh debug" \
		"tests/vm/test.sh debug" "tests/vm/switches.sh debug" \
		"tests/vm/new-device.sh debug" tests/kunit/run.sh
	@tests/debug/coverage.sh

test-systemd: stepperd modules-amd64 setup-systemd
	@tests/run.sh tests/systemd/test.sh

test-kernels: setup-build setup-modules setup-vm setup-style setup-kernels
	@$(MAKE) --no-print-directory -s build/stepper.4
	@tests/run.sh tests/kernels.sh

test-deb: deb setup-test-deb
	@tests/run.sh tests/deb/test.sh

test-deb-arm64: deb-arm64 setup-test-deb
	@tests/run.sh "tests/deb/test.sh arm64"

check-style: setup-style setup-modules
	@tests/check-style.sh

bench: setup-build setup-bench modules-arm64 all
	@set -e; for bench in tests/bench/*.sh; do $$bench; done

clean:
	rm -rf $(filter-out build/cache,$(wildcard build/*))
