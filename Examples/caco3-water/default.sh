#!/bin/sh
# Trains the default model in the folder given (default: default-model).
set -eu
here=$(cd "$(dirname "$0")" && pwd); mace=${MACE:-mace}
mkdir -p "${1:-default-model}"; cd "${1:-default-model}"
"$mace" split "$here/data/caco3-water-gfn1.extxyz.xz" --test 20 --output_dir .
"$mace" select --configs_pt "$here/data/pretrain-gfn1.extxyz.xz" --filtering_type combinations \
  --filter_atomic_numbers_pt '[1, 6, 8, 20]' --subselect random --output pretrain.xyz
xzcat "$here/data/caco3-water-mixed-gfn1.extxyz.xz" > mixed.xyz
# First everything, then what the model is for.
"$mace" train --config "$here/configs/default.yml" --name caco3-water-xtb --work_dir . \
  --E0s "$here/data/E0-gfn1.json" \
  --train_file "['caco3-water-gfn1_train_80.extxyz', 'mixed.xyz', 'pretrain.xyz']" \
  --valid_file caco3-water-gfn1_test.extxyz
mkdir -p refined
"$mace" train --config "$here/configs/default-refine.yml" --name caco3-water-xtb --work_dir refined \
  --foundation_model caco3-water-xtb.safetensors --E0s foundation \
  --train_file "['caco3-water-gfn1_train_80.extxyz', 'mixed.xyz']" --valid_file caco3-water-gfn1_test.extxyz
