#!/bin/sh
# Trains the default model, caco3-water.safetensors, in the folder given (default: default-model), and with
# SECOND=1 the one that makes a committee of two with it, caco3-water-2.safetensors. What is there is not made again.
set -eu
here=$(cd "$(dirname "$0")" && pwd); mace=${MACE:-mace}
case $mace in */*) mace=$(realpath "$mace") ;; esac
mkdir -p "${1:-default-model}"; cd "${1:-default-model}"
for file in caco3-water-gfn2 caco3-water-mixed-gfn2 active-gfn2 active-gfn2-test; do
  [ -f $file.extxyz ] || xzcat "$here/data/$file.extxyz.xz" > $file.extxyz
done
[ -f split.json ] || "$mace" split caco3-water-gfn2.extxyz --test 15 --output_dir .
train() {                                        # train CONFIG FOLDER NAME SEED [OPTION...]
  config=$1 folder=$2 name=$3 seed=$4; shift 4
  [ ! -f "$folder/$name.safetensors" ] || return 0
  mkdir -p "$folder"
  "$mace" train --config "$here/configs/$config.yml" --work_dir "$folder" --name "$name" --seed "$seed" \
    --train_file "['caco3-water-gfn2_train_85.extxyz', 'caco3-water-mixed-gfn2.extxyz', 'active-gfn2.extxyz']" \
    --valid_file "['caco3-water-gfn2_test.extxyz', 'active-gfn2-test.extxyz']" --restart_latest "$@"
}
model() {                                        # model NAME SEED [OPTION...]
  name=$1 seed=$2; shift 2
  train default first "$name" "$seed" --E0s "$here/data/E0-gfn2.json" "$@"
  train default-refine . "$name" "$seed" --foundation_model "first/$name.safetensors" --E0s foundation
}
model caco3-water 1
[ -z "${SECOND:-}" ] || model caco3-water-2 2 --max_L 0 --hidden_irreps 16x0e
