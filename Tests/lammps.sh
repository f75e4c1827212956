#!/usr/bin/env bash
# pair_style mace in the LAMMPS that is installed (Debian: lammps, liblammps-dev), against `mace evaluate`.
#
#   Tests/lammps.sh [MODEL ...]
#
# Without arguments, with three small checkpoints of different architectures: like MP-0; density with Agnesi
# transform and ZBL; three interactions. And, where MACE_REFERENCE names the folder of the large references, with
# the checkpoint like MP-0-medium. `make lammps-deps` installs what
# it needs. MPIRUN may name another launcher of MPI. Everything is required, except valgrind.
#
# With LAMMPS_PROGRAM, a LAMMPS that loads plugins, macelmpplugin.so is built with LAMMPS_CMAKE_FLAGS and
# tested in place of the launcher lmp_mace: see Tests/lammps-plugin.sh. LAMMPS_PYTHON starts a Python with its
# module `lammps`.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -gt 0 ]; then
  models=("$@")
else
  models=("$root"/Tests/Fixtures/models/tiny_{L1,density,int3}.model)
  if [ -n "${MACE_REFERENCE:-}" ]; then models+=("$MACE_REFERENCE/models/mp0_medium_like.model"); fi
fi
for i in "${!models[@]}"; do models[i]=$(realpath "${models[i]}"); done
tests=$root/Tests/LAMMPSTests
fixtures=$root/Tests/AtomisticsTests/Fixtures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
passed=0
# One thread per rank, more ranks than cores, and no search for fast networks.
export OMP_NUM_THREADS=1 OMPI_MCA_btl=self,vader OMPI_MCA_btl_vader_single_copy_mechanism=none
mpi=(${MPIRUN:-mpirun --oversubscribe --allow-run-as-root})

say() { printf '== %s\n' "$*"; }
pass() { passed=$((passed + 1)); }
die() { printf 'FAILED: %s\n' "$*" >&2; printf '%d passed, 1 failed\n' "$passed"; exit 1; }
run() {
  local what=$1
  shift
  if ! timeout 600 "$@" > log 2>&1; then
    cat log >&2
    die "$what"
  fi
  pass
}

say "build and install into a temporary prefix"
cd "$work"
if [ -n "${LAMMPS_PROGRAM:-}" ]; then
  run "make install" "${MAKE:-make}" -C "$root" install PREFIX="$prefix" DESTDIR=
  # LAMMPS_CMAKE_FLAGS is a list of words.
  # shellcheck disable=SC2086
  run "cmake" cmake -S "$root/lammps-plugin" -B plugin -DCMAKE_PREFIX_PATH="$prefix" $LAMMPS_CMAKE_FLAGS
  run "plugin" cmake --build plugin
  export LAMMPS_PLUGIN_PATH=$work/plugin
  lmp=$LAMMPS_PROGRAM
  programs=("$lmp")
else
  run "make install-lammps" "${MAKE:-make}" -C "$root" install-lammps PREFIX="$prefix" DESTDIR=
  lmp=$prefix/bin/lmp_mace
  programs=(lmp "$lmp")
fi
mace=$prefix/bin/mace
# libmace must be found beside, without help.
unset LD_LIBRARY_PATH
cp "$tests"/*.in .
: > empty.in
echo 'pair_coeff * * ${model} ${elements}' > mace.in

# structure NAME FILE FRAME: NAME.data for LAMMPS and the same structure as NAME.xyz
structure() {
  "$root/Examples/lammps/xyz2data.py" "$2" "$1.data" H C O Ca --frame "$3" --rotated "$1.xyz"
}
# reference MODEL STRUCTURE: what mace says, STRUCTURE.ref
reference() {
  "$mace" evaluate --model "$1" --configs "$2.xyz" --output "$2.ref.xyz" --return_node_energies \
    --compute_atomic_virials $(grep -q 'pbc="T T T"' "$2.xyz" && echo --compute_stress) > log 2>&1 \
    || { cat log >&2; die "mace evaluate $2"; }
}
# point RANKS MODEL STRUCTURE [LAMMPS options]: the same from LAMMPS
point() {
  local ranks=$1 model=$2 data=$3
  shift 3
  run "lmp_mace, $ranks ranks, $data" "${mpi[@]}" -np "$ranks" "$lmp" -in point.in -log lammps.log \
    -var model "$model" -var data "$data.data" -var dump "$data.dump" "$@"
}
compare() {
  python3 "$tests/compare.py" "$@" || die "LAMMPS and mace evaluate differ: $*"
  pass
}

# same_flux A.dump B.dump: the nine virial components of each atom (the last columns) are equal
same_flux() {
  paste "$1" "$2" | awk 'NF == 40 { n += 1; for (k = 12; k <= 20; ++k) {
      d = $k - $(k + 20); limit = 1e-9 * (1e6 + $k * ($k > 0 ? 1 : -1)); if (d > limit || d < -limit) exit bad = 1 } }
    END { exit bad || n == 0 }' || die "compute centroid/stress/atom depends on the number of ranks: $2"
  pass
}

structure water "$root/Tests/Fixtures/caco3-water.extxyz" 0
structure triclinic "$fixtures/triclinic_24.extxyz" 0
structure primitive "$fixtures/crystal_CaO_prim2.extxyz" 0
structure slab "$fixtures/slab_ttf.extxyz" 0

for model in "${models[@]}"; do
  say "$(basename "$model"): 65 atoms, 1 to 4 ranks"
  reference "$model" water
  for ranks in 1 2 3 4; do
    point $ranks "$model" water
    compare water.ref.xyz water.dump log
  done
  say "$(basename "$model"): triclinic boxes smaller than the cutoff, slab"
  for name in triclinic primitive; do
    reference "$model" $name
    for ranks in 1 2 4; do
      point $ranks "$model" $name
      compare $name.ref.xyz $name.dump log
      [ $ranks = 1 ] && cp $name.dump $name.1.dump
      same_flux $name.1.dump $name.dump
    done
  done
  reference "$model" slab
  for ranks in 1 2 3; do
    point $ranks "$model" slab -var bound "p p f"
    compare slab.ref.xyz slab.dump log
  done
done

model=${models[0]}
reference "$model" water

say "ranks without atoms, shrink-wrapped and fixed boundaries"
reference "$model" slab
echo 'change_box all z final -20 200' > wide.in
echo 'processors 1 1 *' > column.in
point 3 "$model" slab -var bound "p p f" -var extra wide.in
grep -q 'atoms 0 to' log || die "no rank was without atoms"
compare slab.ref.xyz slab.dump log
for bound in "p p s" "p p m"; do
  point 2 "$model" slab -var bound "$bound"
  compare slab.ref.xyz slab.dump log
done

say "balance, tiled communication, larger ghost cutoff, threads"
printf 'comm_style tiled\nbalance 1.0 rcb\n' > tiled.in
point 3 "$model" water -var extra tiled.in
compare water.ref.xyz water.dump log
echo 'comm_modify cutoff 9.0' > ghosts.in
point 2 "$model" water -var extra ghosts.in
compare water.ref.xyz water.dump log
point 1 "$model" water -var style "mace precision float64 threads 2"
compare water.ref.xyz water.dump log

say "units real; float32"
point 2 "$model" water -var unit real
compare water.ref.xyz water.dump log --unit real
point 1 "$model" water -var style "mace precision float32"
compare water.ref.xyz water.dump log --tolerance 2e-3
point 3 "$model" water -var style "mace precision float32"
compare water.ref.xyz water.dump log --tolerance 2e-3

say "atoms the model does not see: NULL types in hybrid styles, exclusion"
grep -v '^Ca' water.xyz | sed "1s/.*/$(($(head -n 1 water.xyz) - $(grep -c '^Ca' water.xyz)))/" > without.xyz
reference "$model" without
cat > overlay.in << 'END'
pair_coeff * * mace ${model} H C O NULL
pair_coeff * * lj/cut 0.0 1.0
END
cat > hybrid.in << 'END'
pair_coeff * * mace ${model} H C O NULL
pair_coeff * 4 lj/cut 0.0 1.0
END
cat > exclude.in << 'END'
pair_coeff * * ${model} H C O Ca
group hidden type 4
neigh_modify exclude group hidden all
END
for ranks in 1 2 4; do
  point $ranks "$model" water -var style "hybrid/overlay mace precision float64 lj/cut 6.0" \
    -var coefficients overlay.in
  compare without.ref.xyz water.dump log --left-out Ca water.xyz
  point $ranks "$model" water -var style "hybrid mace precision float64 lj/cut 6.0" \
    -var coefficients hybrid.in
  compare without.ref.xyz water.dump log --left-out Ca water.xyz
  point $ranks "$model" water -var coefficients exclude.in
  compare without.ref.xyz water.dump log --left-out Ca water.xyz
done

say "dynamics: momentum, energy, sorting, atoms that change ranks; 1 and 4 ranks agree"
for ranks in 1 4; do
  run "nve.in on $ranks ranks" "${mpi[@]}" -np $ranks "$lmp" -in nve.in -log none -var model "$model"
  grep '^NVE' log > nve.$ranks
  cat nve.$ranks
done
awk '{ for (i = 3; i <= 5; ++i) if ($i > 1e-10 || $i < -1e-10) exit 1
  if ($2 - first > 1e-4 || first - $2 > 1e-4) { if (NR > 1) exit 1 } if (NR == 1) first = $2 }
  END { if (NR != 3) exit 1 }' nve.1 || die "energy or momentum is not conserved"
pass
paste nve.1 nve.4 | awk '{ d = $2 - $7; if (d > 1e-7 || d < -1e-7) exit 1 }' || die "1 and 4 ranks differ"
pass

say "mace md and LAMMPS: 100 steps at constant energy from the same start"
# same MODEL TIMESTEP TOLERANCE, in ps and Å: round-off grows by the motion between
same() {
  run "mace md" "$mace" md --model "$1" --configs water.xyz --output md --time "$(awk "BEGIN { print 100 * $2 }")ps" \
    --timestep "$2ps" --thermostat none --temperature 300K --trajectory-every 10 --threads 1 --overwrite
  "$tests/trajectory.py" start md.xyz start.in
  run "trajectory.in" "$lmp" -in trajectory.in -log none -var model "$1" -var timestep "$2" -var steps 100 -var every 10
  "$tests/trajectory.py" compare md.xyz trajectory.dump "$3" || die "the trajectories differ: $1"
  pass
}
# Random weights make steep potentials: tiny steps. The model that is trained takes the steps of a simulation.
same "$model" 1e-5 1e-11
same "$root/Examples/caco3-water/caco3-water.safetensors" 0.0005 1e-8

say "atoms and box that change: delete, exclude, create, deposit, displace, gcmc, data, restart, heat flux, minimisation"
for ranks in 1 3; do
  run "changes.in on $ranks ranks" "${mpi[@]}" -np $ranks "$lmp" -in changes.in -log none \
    -var model "$model" -var file changes.data
  cp log changes.$ranks
  energy() { awk -v key="$1" '$1 == key { print $2, $3 }' changes.$ranks; }
  before=$(energy BEFORE)
  [ -n "$before" ] && [ "$(energy AFTER)" = "$before" ] && [ "$(energy RESTART)" = "$before" ] \
    || die "the energy after atoms came and went is not that of the atoms read anew"
  [ "$(energy MOVED)" = "$(energy CHANGED)" ] || die "the energy changes when all atoms are displaced"
  awk '$1 == "TRIALS" { exit !($3 > 0 && $4 > 0) }' changes.$ranks || die "fix gcmc changed nothing"
  awk '$1 == "DEPOSITED" { exit $2 != 2 }' changes.$ranks || die "fix deposit added no atoms"
done
steps='^(DELETED|EXCLUDED|CHANGED)'
[ "$(grep -E "$steps" changes.1)" = "$(grep -E "$steps" changes.3)" ] && [ "$(grep -cE "$steps" changes.1)" = 3 ] \
  || die "1 and 3 ranks differ after delete_atoms, neigh_modify exclude and change_box"
pass

say "heat flux of an open cluster against d/dt of the first moment of the energy: one, two and three layers"
for name in tiny_int1 tiny_L0 tiny_L1 tiny_int3 tiny_att; do
  for ranks in 1 2 3 4; do
    run "heat_flux.in, $name on $ranks ranks" "${mpi[@]}" -np $ranks "$lmp" -in heat_flux.in -log none \
      -var model "$root/Tests/Fixtures/models/$name.model" -var data water.data
    "$tests/heat_flux.py" log 3e-7 3e-7 || die "heat_flux.in"
    pass
  done
done

say "clear, the style given again, partitions, standard input, exit codes"
run "again.in" "${mpi[@]}" -np 2 "$lmp" -in again.in -log none -var model "$model"
[ "$(grep '^AGAIN' log | sort -u | wc -l)" = 1 ] && [ "$(grep -c '^AGAIN' log)" = 4 ] || die "again.in"
run "standard input" "$lmp" -log none -var model "$model" -var data water.data -var dump stdin.dump < point.in
grep -q '^ENERGY' log || die "standard input"
run "partitions" "${mpi[@]}" -np 2 "$lmp" -partition 2x1 -in again.in -log none -screen part \
  -var model "$model"
[ "$(grep -c '^AGAIN' part.0)" = 4 ] && [ "$(grep -c '^AGAIN' part.1)" = 4 ] || die "partitions"
"$lmp" -h > log 2>&1 || die "lmp_mace -h"
pass
echo 'no_such_command' > bad.in
for program in "${programs[@]}"; do
  code=0
  "$program" -in bad.in -log none > log 2>&1 || code=$?
  [ $code = 1 ] || die "exit code $code of $program"
done
pass

if [ -n "${LAMMPS_PROGRAM:-}" ]; then
  say "plugin load and unload, another version of LAMMPS"
  run "plugin.in" env LAMMPS_PLUGIN_PATH= "$lmp" -in plugin.in -log none -var model "$model" \
    -var plugin "$work/plugin/macelmpplugin.so"
  [ "$(grep -c '^AGAIN' log)" = 2 ] || die "plugin.in"
  cp -r "$root/lammps-plugin" other-source
  # shellcheck disable=SC2086
  run "cmake" cmake -S other-source -B other -DCMAKE_PREFIX_PATH="$prefix" $LAMMPS_CMAKE_FLAGS \
    -DLAMMPS_VERSION_NUMBER=20240829
  run "plugin" cmake --build other
  if LAMMPS_PLUGIN_PATH='' "$lmp" -in plugin.in -log none -var model "$model" \
    -var plugin "$work/other/macelmpplugin.so" > log 2>&1; then
    die "a plugin for another LAMMPS was loaded"
  fi
  grep -q 'was built for LAMMPS 20240829' log || { cat log >&2; die "the two versions are not named"; }
  pass
fi

say "inputs that are wrong"
# refused TEXT [options]: LAMMPS must stop with this text
refused() {
  local text=$1
  shift
  # The first -var of a name counts.
  if timeout 120 "$lmp" -in point.in -log none "$@" -var model "$model" -var data water.data \
    -var dump x.dump > log 2>&1; then cat log >&2; die "was not refused: $text"; fi
  grep -qF -- "$text" log || { cat log >&2; die "the error is not: $text"; }
  pass
}
coefficients() { echo "$*" > wrong.in; }
refused "works with 'units metal' or 'units real', not 'units lj'" -var unit lj
refused "unknown keyword 'cutoff'" -var style "mace cutoff 5"
refused "'head' needs a value" -var style "mace head"
refused "precision is float64 or float32, not 'half'" -var style "mace precision half"
refused "threads is a number from 1 to 1024, not '0'" -var style "mace threads 0"
refused "has no head 'other'; it has Default" -var style "mace head other"
refused "cannot read the model file nowhere.model" -var model nowhere.model
refused "water.data: " -var model water.data
refused "3 element symbols for 4 atom types" -var elements "H C O"
refused "'Xx' (atom type 4) is not an element symbol" -var elements "H C O Xx"
refused "does not know the element Fe (atom type 4); it knows H C O Ca" -var elements "H C O Fe"
refused "all atom types are NULL" -var elements "NULL NULL NULL NULL"
coefficients 'pair_coeff 1 1 ${model} H C O Ca'
refused "pair_coeff 1 1" -var coefficients wrong.in
sed 's/^newton on/newton off/' point.in > off.in
code=0
"$lmp" -in off.in -log none -var model "$model" -var data water.data -var dump x > log 2>&1 || code=$?
[ $code = 1 ] && grep -q "needs 'newton on'" log || { cat log >&2; die "newton off was not refused"; }
pass
for z in 1.0 1.0001; do
  printf 'set atom 7 x 1.0 y 1.0 z 1.0\nset atom 9 x 1.0 y 1.0 z %s\n' $z > near.in
  refused "step 0: atom " -var extra near.in
  grep -qE 'atom (7|9) \([A-Z][a-z]?\) and atom (7|9) \([A-Z][a-z]?\) are (0|0\.0001) Angstrom apart' log \
    || { cat log >&2; die "the atoms at one point are not named"; }
done
heads=$root/Tests/Fixtures/models/tiny_multihead2.model
refused "has the heads Default, pt_head: choose one" -var model "$heads"
point 1 "$heads" water -var style "mace head pt_head"
point 1 "$model" water -var style "mace no_domain_decomposition"
grep -q 'no_domain_decomposition is not needed' log || die "no notice about no_domain_decomposition"
point 1 "$model" water -var elements "C H O Ca"
[ "$(grep -c 'WARNING: pair_style mace: atom type' log)" = 2 ] || die "masses were not checked"

# shellcheck source=Tests/LAMMPSTests/committee.sh
. "$tests/committee.sh"
# shellcheck source=Tests/LAMMPSTests/thermostat.sh
. "$tests/thermostat.sh"
# shellcheck source=Tests/LAMMPSTests/safety.sh
. "$tests/safety.sh"

if command -v valgrind > /dev/null && [ -z "${LAMMPS_PROGRAM:-}" ]; then
  say "valgrind: memory of the style is released"
  run "valgrind" valgrind --leak-check=full --show-leak-kinds=definite "$lmp" -in again.in -log none \
    -var model "$model"
  # MPI and LAMMPS have reports of their own; none may name the style or libmace.
  if grep -E '^==.*(PairMACE|FixMACE|ComputeMACE|libmace\.so)' log; then die "valgrind names pair_style mace"; fi
  pass
else
  say "valgrind: left out (not installed, or LAMMPS is not of this system)"
fi

# shellcheck source=Tests/LAMMPSTests/examples.sh
. "$tests/examples.sh"

printf '%d passed, 0 failed\n' "$passed"
