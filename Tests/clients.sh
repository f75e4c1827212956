#!/usr/bin/env bash
# Builds and runs the clients in C, C++, Fortran and Python against an installed copy of the library.
#
#   Tests/clients.sh MODEL [HEAD]
#
# MACE_TEST_PYTHON names a Python that has ASE, and may have mace-torch; without it, and without them in python3,
# these checks are left out and said so; so is valgrind when it is not installed. Everything else is required.
# SWIFT, MAKE, CC, CXX and FC may be set as usual.
set -euo pipefail

if [ $# -lt 1 ]; then
  echo "usage: $0 MODEL [HEAD]" >&2
  exit 2
fi
root=$(cd "$(dirname "$0")/.." && pwd)
model=$(realpath "$1")
shift
head=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
strict=(-Wall -Wextra -Wpedantic -Werror)
passed=0
left_out=0

say() { printf '== %s\n' "$*"; }
pass() { passed=$((passed + 1)); }
die() { printf 'FAILED: %s\n' "$*" >&2; printf '%d passed, 1 failed\n' "$passed"; exit 1; }
# Runs a command; its output is shown when it fails.
run() {
  local what=$1
  shift
  if ! "$@" > "$work/log" 2>&1; then
    cat "$work/log" >&2
    die "$what"
  fi
  pass
}

say "install into a temporary prefix"
run "make install" "${MAKE:-make}" -C "$root" install PREFIX="$prefix" DESTDIR=
library=$prefix/lib/libmace.so
version=$(sed -n 's/^#define MACE_VERSION "\(.*\)"$/\1/p' "$prefix/include/mace.h")
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib
# An older libmace elsewhere must not be found in its place.
unset MACE_LIBRARY

say "what the library shows and needs"
nm -D --defined-only "$library" | awk '{print $NF}' | sed 's/@.*//' | sort > "$work/exported"
grep -oE '\bmace_[a-z_0-9]+\(' "$prefix/include/mace.h" | tr -d '(' | sort -u > "$work/mentioned"
if grep -v '^mace_' "$work/exported"; then die "other symbols than mace_* are exported"; fi
comm -23 "$work/exported" "$work/mentioned" > "$work/odd"
if [ -s "$work/odd" ]; then die "exported but not in mace.h: $(tr '\n' ' ' < "$work/odd")"; fi
comm -13 "$work/exported" "$work/mentioned" > "$work/odd"
if [ -s "$work/odd" ]; then die "in mace.h but not exported: $(tr '\n' ' ' < "$work/odd")"; fi
pass
readelf -d "$library" > "$work/dynamic"
grep -q 'SONAME.*\[libmace\.so\.1\]' "$work/dynamic" || die "the SONAME is not libmace.so.1"
grep -q 'NODELETE' "$work/dynamic" || die "the library can be unloaded, and would crash"
system='libc|libm|libgcc_s|libstdc\+\+|libpthread|libdl|libz|liblzma'
for file in "$library" "$prefix/bin/mace"; do
  extra=$(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' \
    | grep -vE "^($system|ld-linux[-a-z0-9_]*)\\.so" || true)
  [ -z "$extra" ] || die "$file needs $extra"
  ! readelf -d "$file" | grep -E 'R(UN)?PATH' | grep -v '\[\$ORIGIN\]' || die "$file looks outside its folder"
  ! ldd "$file" | grep -E 'not found|/opt/|swift' || die "$file needs a library that a user may not have"
done
pass
[ "$("$prefix/bin/mace" --version)" = "mace $version" ] || die "mace --version is not $version"
pass

say "header in C99 and C++11"
echo '#include <mace.h>' > "$work/header.c"
cp "$work/header.c" "$work/header.cpp"
run "C99 header" "${CC:-gcc}" -std=c99 "${strict[@]}" -I"$prefix/include" -fsyntax-only "$work/header.c"
run "C++11 header" "${CXX:-g++}" -std=c++11 "${strict[@]}" -I"$prefix/include" -fsyntax-only \
  "$work/header.cpp"

say "build: C with pkg-config, C++ with CMake, Fortran"
flags=$(pkg-config --cflags --libs mace)
[ "$(pkg-config --modversion mace)" = "$version" ] || die "mace.pc has another version"
cd "$work"
# $flags is a list of words.
# shellcheck disable=SC2086
{
  run "energy.c" "${CC:-gcc}" -std=c99 -O1 "${strict[@]}" "$root/Examples/c/energy.c" $flags -o energy-c
  run "ghosts.c" "${CC:-gcc}" -std=c99 -O1 "${strict[@]}" "$root/Examples/c/ghosts.c" $flags -lm -o ghosts
  run "fine_tune.c" "${CC:-gcc}" -std=c99 -O1 "${strict[@]}" "$root/Examples/c/fine_tune.c" $flags -lm \
    -lpthread -o fine_tune
  run "training.c" "${CC:-gcc}" -std=c99 -g "${strict[@]}" "$root/Tests/ClientTests/training.c" $flags -lm \
    -o training
  run "contract.c" "${CC:-gcc}" -std=c99 -g "${strict[@]}" "$root/Tests/ClientTests/contract.c" $flags \
    -lm -lpthread -o contract
  run "lifetime.c" "${CC:-gcc}" -std=gnu99 -g -Wall -Wextra -Werror "$root/Tests/ClientTests/lifetime.c" \
    -I"$prefix/include" -ldl -lm -lpthread -o lifetime
  run "energy.f90" "${FC:-gfortran}" -std=f2008 -Wall -Wextra -Werror -fcheck=all \
    "$root/Examples/fortran/energy.f90" $(pkg-config --libs mace) -o energy-fortran
}
run "cmake" cmake -S "$root/Examples/cpp" -B cpp -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_CXX_FLAGS="${strict[*]}"
run "energy.cpp" cmake --build cpp
sed 's/find_package(MACE 1.0 /find_package(MACE 2.0 /' "$root/Examples/cpp/CMakeLists.txt" > future.txt
mkdir future && cp "$root/Examples/cpp/energy.cpp" future/ && mv future.txt future/CMakeLists.txt
if cmake -S future -B future/build -DCMAKE_PREFIX_PATH="$prefix" > log 2>&1; then
  die "find_package(MACE 2.0) accepted $version"
fi
pass

say "run: the same numbers from every language"
# Compares all words of two outputs: numbers to 1e-10, the finite difference to 1e-5.
same() {
  grep -v '^thread ' "$2" | paste -d '\n' "$1" - | awk '
    NR % 2 == 1 { n = split($0, a); next }
    { if (n == 0 || split($0, b) != n) { print "lines differ: " $0; exit 1 }
      for (i = 1; i <= n; ++i) {
        tolerance = a[1] == "difference" ? 1e-5 : 1e-10
        if (a[i] ~ /^[-+.0-9eE]+$/ ? a[i] - b[i] > tolerance || b[i] - a[i] > tolerance : a[i] != b[i]) {
          print "word " i " differs: " a[i] " and " b[i]; exit 1 } } }
    END { if (NR < 30) exit 1 }' || die "$2 is not $1"
  pass
}
./energy-c "$model" "${head[@]}" > c.out || die "energy.c"
cpp/energy "$model" "${head[@]}" > cpp.out || die "energy.cpp"
./energy-fortran "$model" "${head[@]}" > fortran.out || die "energy.f90"
python3 "$root/Examples/python/mace_ase.py" "$model" "${head[@]}" > python.out || die "mace_ase.py"
cat c.out
for language in cpp fortran python; do same c.out $language.out; done
awk '$1 == "difference" { d = $2 - $3; good = d < 2e-5 && d > -2e-5 } END { exit !good }' c.out \
  || die "the force is not the slope of the energy"
pass
awk '$1 == "thread" { ++n; if ($4 + 0 > 1e-9) exit 1 } END { if (n != 4) exit 1 }' cpp.out \
  || die "threads got other energies"
pass

say "ghosts and exchange reproduce the periodic box"
run "ghosts" ./ghosts "$model" "${head[@]}"
cat log

say "the contract of mace.h"
run "contract" ./contract "$model" "${head[@]}"
tail -n 1 log
# Nothing may be printed by the library: the only line is the program's own.
[ "$(wc -l < log)" = 1 ] || { cat log; die "the library printed something"; }

run "training" ./training "$model" "${head[@]}"
tail -n 1 log
[ "$(wc -l < log)" = 1 ] || { cat log; die "the trainer printed something"; }

say "fine-tuning while a simulation runs"
run "fine_tune" ./fine_tune "$model" "${head[@]}"
grep -E '^(force error|[0-9]+ steps)' log

say "dlopen, dlclose, two copies in one process, threads, fork"
cp "$library" "$work/libother.so"
run "lifetime" timeout 300 ./lifetime "$library" "$work/libother.so" "$model" "${head[@]}"
cat log

if command -v valgrind > /dev/null; then
  say "valgrind"
  run "valgrind energy" valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
    ./energy-c "$model" "${head[@]}"
  run "valgrind contract" valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
    ./contract "$model" "${head[@]}"
  # memory errors only: the table of options, which lives as long as the process, is held by tagged pointers,
  # which valgrind takes for lost
  rm -rf run
  run "valgrind training" valgrind -q --error-exitcode=9 --leak-check=no ./training "$model" "${head[@]}"
else
  say "valgrind is not installed: that check is left out"
  left_out=$((left_out + 1))
fi

python=${MACE_TEST_PYTHON:-python3}
if "$python" -c 'import ase' 2> /dev/null; then
  say "ASE"
  run "ase" env MACE_LIBRARY="$library" PYTHONPATH="$root/Examples/python" PYTHONDONTWRITEBYTECODE=1 \
    "$python" "$root/Tests/ClientTests/ase_check.py" "$model" c.out "${head[@]}"
  cat log
  run "ase_md" env MACE_LIBRARY="$library" PYTHONPATH="$root/Examples/python" PYTHONDONTWRITEBYTECODE=1 \
    "$python" "$root/Tests/ClientTests/ase_md.py" "$prefix/bin/mace" "$model" "${head[@]}"
  cat log
  run "analysis" "$python" -W ignore "$root/Tests/ClientTests/analysis_check.py" "$prefix/bin/mace"
  cat log
elif [ -n "${MACE_TEST_PYTHON:-}" ]; then
  die "MACE_TEST_PYTHON=$MACE_TEST_PYTHON has no ASE"
else
  say "python3 has no ASE (set MACE_TEST_PYTHON): that check is left out"
  left_out=$((left_out + 1))
fi

if "$python" -c 'import mace, ase' 2> /dev/null; then
  say "mace-torch"
  cat > box.xyz <<- 'END'
	6
	Lattice="4.5 0.0 0.0 0.3 4.6 0.0 -0.2 0.4 4.8" Properties=species:S:1:pos:R:3 pbc="T T T"
	O 0.00  0.00  0.12
	H 0.00  0.76 -0.48
	H 0.00 -0.76 -0.48
	O 2.10  2.30  2.50
	H 2.90  2.70  2.90
	H 1.50  2.80  3.10
	END
  run "convert" "$prefix/bin/mace" convert "$model" model.safetensors
  run "evaluate" "$prefix/bin/mace" evaluate --model model.safetensors --configs box.xyz --output evaluated.xyz \
    ${head:+--head "${head[0]}"}
  run "mace_to_torch" env PYTHONPATH="$root/Examples/python" PYTHONDONTWRITEBYTECODE=1 \
    "$python" -W ignore "$root/Tests/ClientTests/torch_check.py" model.safetensors evaluated.xyz "${head[@]}"
  tail -n 1 log
else
  say "$python has no mace-torch (set MACE_TEST_PYTHON): that check is left out"
  left_out=$((left_out + 1))
fi

say "uninstall leaves nothing"
run "make uninstall" "${MAKE:-make}" -C "$root" uninstall PREFIX="$prefix" DESTDIR=
rest=$(find "$prefix" ! -type d)
[ -z "$rest" ] || die "left behind: $rest"

printf '%d passed, 0 failed, %d skipped\n' "$passed" "$left_out"
