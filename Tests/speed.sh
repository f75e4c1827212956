#!/usr/bin/env bash
# Ratios of code paths within one run, so that a collapse of vectorisation or of the tables does not go unseen:
# nothing is timed absolutely. The model is an untrained one of 128x0e+128x1o, where kernels matter most; the limits are
# about half of what a quiet machine shows.
set -euo pipefail
cd "$(dirname "$0")/.."
mace=${MACE:-.build-dist/release/mace}
frame=Tests/Fixtures/caco3-water.extxyz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$mace" train --name untrained --work_dir "$work" --train_file "$frame" --valid_fraction 0.3 --E0s average \
  --max_num_epochs 0 --batch_size 1 --hidden_irreps 128x0e+128x1o --r_max 6 > "$work/log" || { cat "$work/log"; exit 1; }
model=$work/untrained.safetensors
"$mace" bench --compare --json --threads 1 --repeats 9 --model "$model" --configs "$frame" | python3 -c '
import json, sys
paths = {(p["instruction_set"], p["dtype"], p["radial"]): p for p in json.load(sys.stdin)}
sets = [s for s in ("baseline", "avx2", "avx512") if (s, "float64", "exact") in paths]
best = sets[-1]
failures = []
def ratio(name, slow, fast, at_least):
    r = paths[slow]["seconds_fastest"] / paths[fast]["seconds_fastest"]
    print(f"speed: {name}: {r:.2f} (at least {at_least})")
    if not r >= at_least: failures.append(name)
for dtype in ("float64", "float32"):
    ratio(f"{dtype}, tables against networks", (best, dtype, "exact"), (best, dtype, "tabulated"), 1.5)
    if "avx2" in sets:
        ratio(f"{dtype}, AVX2 against baseline", ("baseline", dtype, "exact"), ("avx2", dtype, "exact"), 1.7)
    else:
        print("speed: no AVX2 here, nothing to compare the baseline with")
ratio("float32 against float64", (best, "float64", "exact"), (best, "float32", "exact"), 1.2)
for key, p in paths.items():
    if key[1] != "float64": continue
    if p["force_error"] > 1e-6 or p["energy_error_per_atom"] > 1e-8:
        failures.append(f"errors of {key}: {p}")
worst = max(p["force_error"] for k, p in paths.items() if k[1:] == ("float64", "tabulated"))
print(f"speed: largest difference of a force, tables against networks, float64: {worst:.1e} eV/A")
if failures: sys.exit("speed: too slow or wrong: " + "; ".join(failures))
'
