#!/usr/bin/env bash
# Speed of pair_style mace on one rank, two ranks and two threads, as a table in Markdown.
#
#   ./run.sh [MODEL]
#
# Needs lmp_mace (or LMP=lmp and LAMMPS_PLUGIN_PATH) and mpirun in the PATH, and a machine that does nothing else.
# --bind-to none: mpirun of OpenMPI otherwise binds the threads of a rank to one core.
# 1040 and 10400 atoms; PRECISION=float64 and STEPS=20 may be set. Memory is that of the workspace, per rank, as
# the first line of the style says it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
model=$(realpath "${1:-$here/../../caco3-water/caco3-water.safetensors}")
lmp=${LMP:-lmp_mace}
export OMP_NUM_THREADS=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$here/../xyz2data.py" "$here/../../../Tests/Fixtures/caco3-water.extxyz" water.data H C O Ca

# measure RANKS THREADS "NX NY NZ": sets `time`, ms per step, and `memory`, MB
measure() {
  read -r nx ny nz <<< "$3"
  mpirun --bind-to none -np "$1" "$lmp" -in "$here/in.speed" -log none -var model "$model" -var threads "$2" \
    -var precision "${PRECISION:-float32}" -var steps "${STEPS:-20}" -var nx "$nx" -var ny "$ny" -var nz "$nz" \
    > log || { cat log >&2; exit 1; }
  time=$(awk '/^Loop time/ { t = 1000 * $4 / $9 } END { printf "%.1f", t }' log)
  memory=$(awk '/per rank: atoms/ { print $(NF - 1) }' log)
}

echo "| atoms | ranks x threads | ms per step | speed-up | MB per rank |"
echo "|---|---|---|---|---|"
for size in "2 2 4" "4 5 8"; do
  read -r nx ny nz <<< "$size"
  for kind in "1 1" "2 1" "1 2"; do
    read -r ranks threads <<< "$kind"
    measure "$ranks" "$threads" "$size"
    if [ "$kind" = "1 1" ]; then first=$time; fi
    echo "| $((65 * nx * ny * nz)) | $ranks x $threads | $time | $(awk "BEGIN { printf \"%.2f\", $first / $time }") | $memory |"
  done
done
