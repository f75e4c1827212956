#!/bin/sh
# CaCO3 in water in LAMMPS and with `mace md`, by the model of this folder: demo.sh [FOLDER]     (see `make demo`)
#
#   MACE, LMP   the commands (default: mace, lmp_mace)       RANKS   MPI ranks of LAMMPS (default: 2, or 1 on one core)
#   TIME        length of each run in ps (default: 10)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mace=${MACE:-mace}; lmp=${LMP:-lmp_mace}; time=${TIME:-10}
if [ "$(nproc)" -gt 1 ]; then ranks=${RANKS:-2}; else ranks=${RANKS:-1}; fi
case $mace in */*) mace=$(realpath "$mace") ;; esac
case $lmp in */*) lmp=$(realpath "$lmp") ;; esac
mkdir -p "${1:-demo}"; cd "${1:-demo}"
model=$here/caco3-water.safetensors; start=$here/../../Tests/Fixtures/caco3-water.extxyz
say() { printf '\n== %s\n' "$*"; }
quietly() { "$@" > log 2>&1 || { cat log; exit 1; }; }

cat << END

One Ca2+, one CO3(2-) and 20 water molecules at 300 K, $time ps in LAMMPS on $ranks MPI ranks and $time ps with
mace md, from the same structure and with the same model; then the distances they found. Nothing is trained:
the model ($(($(stat -Lc %s "$model") / 1024)) kB) comes with the source, and imitates GFN2-xTB.
END

say "LAMMPS: pair_style mace, fix mace/bussi"
quietly "$here/../lammps/xyz2data.py" "$start" water.data H C O Ca
# Ranks that wait give their core to others; root is allowed for containers.
export OMP_NUM_THREADS=1 OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpirun -np "$ranks" "$lmp" -in "$here/../lammps/in.water-caco3" -log none -var model "$model" -var timestep 0.001 \
  -var steps $((1000 * time)) -var dump water.dump > lammps.log 2>&1 || { tail -n 30 lammps.log; exit 1; }
awk '/^ *Step .*Econserve/ { on = 1 } /^ *$|^Loop/ { on = 0 } on' lammps.log
grep '^Performance' lammps.log

say "mace md --thermostat bussi"
quietly "$mace" relax --model "$model" --configs "$start" --output start.xyz --fmax 1000meV/A
"$mace" md --model "$model" --configs start.xyz --output water --time "${time}ps" --timestep 1fs --temperature 300K \
  --thermostat bussi --tau 100fs --default_dtype float32 --seed 1 --threads "$ranks" --log-every $((100 * time)) \
  --trajectory-every 10 --overwrite

say "mace analyze rdf: Ca and the oxygen of water, the first fifth of each run left out"
"$mace" analyze rdf --pairs "Ca-O in H2O" "O in H2O-O in H2O" --trajectory water.dump water.xyz \
  --labels "LAMMPS" "mace md" --types H C O Ca --timestep 1fs --from "$((time / 5))ps" --r_max 4.2A --bins 84 --output rdf
gnuplot << 'END'
set terminal dumb 96 26
set xlabel "r(Ca-O) / Angstrom"
set ylabel "g(r)"
set xrange [1.5:4.2]
plot for [i = 0:1] 'rdf/g_Ca-O_in_H2O.dat' index i using 1:2 with lines title word("LAMMPS mace_md", i + 1)
END
cat << END
Seen: the temperature of both runs stays around 300 K (one value of 65 atoms scatters by 31 K), and the energy with
what the thermostat took out (Econserve, conserved) stays where it is. Both engines find the same shell of water around
Ca; the curves differ by the noise of ${time} ps. Figures, tables and settings: $PWD/rdf, the runs beside it.
END
