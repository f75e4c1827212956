#!/bin/sh
# Trains a model of acetylacetone: train.sh DATA [FOLDER]
#   DATA    folder with isolated_atoms.extxyz, train_300K.extxyz and test_MD_300K.extxyz (also .gz, .xz)
#   FOLDER  of the results (default: acac)
#   MACE    the command (default: mace)     THREADS  (default: all CPUs)
# An interrupted run continues when it is called again. OPTIONS are added to the command.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=$(cd "${1:?usage: train.sh DATA [FOLDER]}" && pwd); mace=${MACE:-mace}
case $mace in */*) mace=$(cd "$(dirname "$mace")" && pwd)/$(basename "$mace") ;; esac
mkdir -p "${2:-acac}"; cd "${2:-acac}"
[ -z "${THREADS:-}" ] || export OMP_NUM_THREADS="$THREADS"
plain() {                                          # plain NAME: the file, decompressed
  for file in "$data/$1" "$data/$1.xz" "$data/$1.gz"; do
    [ -f "$file" ] || continue
    case $file in *.xz) xzcat "$file" ;; *.gz) gzip -dc "$file" ;; *) cat "$file" ;; esac
    return
  done
  echo "train.sh: no $1 in $data" >&2; exit 1
}
if [ ! -f train.xyz ]; then                        # isolated atoms are known by their config_type
  plain isolated_atoms.extxyz | sed 's/config_type=isolated_atom/config_type=IsolatedAtom/' > train.part
  plain train_300K.extxyz >> train.part
  mv train.part train.xyz
fi
[ -f test.xyz ] || { plain test_MD_300K.extxyz > test.part; mv test.part test.xyz; }
"$mace" train --config "$here/acac.yml" --name acac --work_dir . --train_file train.xyz --test_file test.xyz \
  --restart_latest ${OPTIONS:-}
