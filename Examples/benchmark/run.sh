#!/usr/bin/env bash
# Speed and memory of libmace as tables in Markdown: architectures, sizes, precisions, threads, a step of training.
#
#   ./run.sh [models] [sizes] [train] [paths]        all without an argument; FRAME=frame.xyz, MACE=mace, REPEATS=7
#
# The models are untrained ones of the published architectures: the time does not depend on the weights. The frame
# should be a liquid of a few hundred atoms of H, C, O and Ca; the default is CaCO3 with 20 H2O, repeated to 520 atoms. Run it on
# a machine that does nothing else: medians are printed, but caches and memory are shared.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mace=${MACE:-mace}
default=$here/../../Tests/Fixtures/caco3-water.extxyz
frame=${FRAME:-$default} copies=${COPIES:-$([ -n "${FRAME:-}" ] && echo 1,1,1 || echo 2,2,2)} repeats=${REPEATS:-7}
work=${WORK:-$(mktemp -d)}
mkdir -p "$work"

# untrained NAME OPTION...: a model that was never trained
untrained() {
  name=$1; shift
  [ -f "$work/$name/$name.safetensors" ] || "$mace" train --name "$name" --work_dir "$work/$name" \
    --train_file "$default" --valid_fraction 0.3 --E0s average --max_num_epochs 0 --batch_size 1 --max_ell 3 \
    --correlation 3 --r_max 6 --num_radial_basis 10 --MLP_irreps 16x0e "$@" > "$work/$name.log"
}
untrained mp0-small --hidden_irreps 128x0e
untrained mp0-medium --hidden_irreps 128x0e+128x1o
untrained mp0-large --hidden_irreps 128x0e+128x1o+128x2e
untrained mpa0-medium --hidden_irreps 128x0e+128x1o --interaction_first RealAgnosticDensityInteractionBlock \
  --interaction RealAgnosticDensityResidualInteractionBlock --distance_transform Agnesi --pair_repulsion
untrained off23-small --hidden_irreps 96x0e --r_max 4.5 --num_radial_basis 8

# measure NAME DTYPE THREADS COPIES [OPTION...]: JSON
measure() {
  name=$1 dtype=$2 threads=$3 n=$4; shift 4
  "$mace" bench --json --model "$work/$name/$name.safetensors" --configs "$frame" --replicate "$n" \
    --default_dtype "$dtype" --threads "$threads" --repeats "$repeats" "$@"
}
row() {
  python3 -c '
import json, sys
r = json.load(sys.stdin)
rates = {k: v for k, v in r["gflops"].items()}
flops = sum(rates[k] * r["stages"][k] for k in rates)
share = 100 * flops / sum(r["stages"].values()) / r["fma_peak_gflops"]
print("| %s | %s | %d | %d | %d | %.1f | %.0f | %.0f | %.1f | %.0f |" % (
    sys.argv[1], r["dtype"], r["threads"], r["atoms"], r["edges"], 1e3 * r["seconds_per_evaluation"],
    r["microseconds_per_atom"], share, r["bytes_per_atom"] / 1e3, r["peak_rss_bytes"] / 1e6))' "$1"
}
head() {
  echo "| model | precision | threads | atoms | edges | ms | µs per atom | % of peak | kB per atom | peak MB |"
  echo "|---|---|---|---|---|---|---|---|---|---|"
}

models() {
  head
  for name in mp0-small mp0-medium mp0-large mpa0-medium off23-small; do
    for dtype in float64 float32; do
      for threads in 1 2; do measure "$name" "$dtype" "$threads" "$copies" | row "$name"; done
    done
  done
}

# SIZES: numbers of copies of the cell
sizes() {
  head
  for n in ${SIZES:-1,1,1 2,2,2 5,5,6 12,12,12}; do
    for dtype in float64 float32; do
      repeats=3 measure mp0-medium "$dtype" 1 "$n" | row mp0-medium
      repeats=3 measure mp0-medium "$dtype" 2 "$n" | row mp0-medium
    done
  done
}

train() {
  for dtype in float64 float32; do
    "$mace" bench --train --model "$work/mp0-medium/mp0-medium.safetensors" --configs "$frame" --replicate "$copies" \
      --default_dtype "$dtype" --threads 1 --repeats 3
    echo
  done
}

paths() {
  "$mace" bench --compare --model "$work/mp0-medium/mp0-medium.safetensors" --configs "$frame" --replicate "$copies" \
    --threads 1 --repeats 5
}

for part in ${*:-models sizes train paths}; do echo; "$part"; done
