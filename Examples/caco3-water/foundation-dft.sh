#!/bin/sh
# A small foundation model of DFT data for a study that continues with study.sh dft40:
#
#   STUDY=dft MPTRJ=mptrj.extxyz.xz NACL="nacl1.extxyz.xz nacl2.extxyz.xz" ./foundation-dft.sh
#   STUDY=dft FOUNDATION_HEAD=revPBE0_D3 FRAMES=frames40_%.extxyz.xz ./study.sh dft40
#
# MPTRJ: frames of Materials Project trajectories (PBE+U); NACL: frames of NaCl in water (revPBE0-D3). Both have the
# keys energy and forces. 40 frames of NACL and 100 of MPTRJ are held out; NACL_FRAMES (default 240) and MPTRJ_FRAMES
# (default: all others) are trained on.
# The frames of NACL are those that fine-tuning replays, and whose errors tell what it forgot.
set -eu
here=$(cd "$(dirname "$0")" && pwd); mace=${MACE:-mace}; study=${STUDY:-study-dft40}
: ${MPTRJ:?} ${NACL:?}
[ -z "${THREADS:-}" ] || export OMP_NUM_THREADS="$THREADS"
case $mace in */*) mace=$(cd "$(dirname "$mace")" && pwd)/$(basename "$mace") ;; esac
plain() { case $1 in *.xz) xzcat "$1" ;; *.gz) gzip -dc "$1" ;; *) cat "$1" ;; esac; }
calm() {                       # calm FILE: its frames without a force above 10 eV/Å, with species, pos, forces in order
  awk '
    left == 0 { if (n && calm) printf "%s", frame; n = $1; left = n + 2; frame = ""; calm = 1 }
    { if (left <= n) for (k = 5; k <= 7; k++) if ($k > 10 || $k < -10) calm = 0; frame = frame $0 "\n"; left-- }
    END { if (n && calm) printf "%s", frame }' "$1"
}
mkdir -p "$study/sets" "$study/foundation"
for file in $NACL; do plain "$file"; done > "$study/sets/nacl.extxyz"
plain "$MPTRJ" > "$study/sets/mptrj-all.extxyz"
cd "$study"
if [ ! -f sets/pretrain.json ]; then
  # without actinides, whose few frames may all be held out, and without frames that fly apart
  calm sets/mptrj-all.extxyz > sets/mptrj-calm.extxyz
  "$mace" select --configs_pt sets/mptrj-calm.extxyz --filtering_type combinations \
    --filter_atomic_numbers_pt "[$(seq -s , 1 83)]" --subselect random --output sets/mptrj.extxyz
  "$mace" split sets/mptrj.extxyz ${MPTRJ_FRAMES:+--num_frames $((MPTRJ_FRAMES + 100))} --test 100 --output_dir sets --save_indices sets/mptrj.json
  "$mace" split sets/nacl.extxyz --num_frames $((${NACL_FRAMES:-240} + 40)) --test 40 --output_dir sets \
    --save_indices sets/pretrain.json
  mv sets/nacl_test.extxyz sets/pretrain_test.extxyz
  mv sets/nacl_train_*.extxyz sets/pretrain_train.extxyz
fi
# E0s of all frames but those held out, since some elements are in few of them
for set in mptrj_train_*:PBE pretrain_train:revPBE0_D3; do
  out=foundation/E0-${set#*:}
  [ -f "$out.json" ] || "$mace" e0s --train_file sets/${set%:*}.extxyz --E0s average --energy_key energy \
    --output "$out.json" > "$out.txt"
done
cat "$here/configs/model-dft.yml" "$here/configs/foundation-dft.yml" > foundation/config.yml
# the last head decides which epoch is best
"$mace" train --config foundation/config.yml --name foundation --work_dir foundation \
  --energy_key energy --forces_key forces --restart_latest --heads "{
    'PBE': {'train_file': '$(ls sets/mptrj_train_*.extxyz)', 'test_file': 'sets/mptrj_test.extxyz',
      'E0s': 'foundation/E0-PBE.json'},
    'revPBE0_D3': {'train_file': 'sets/pretrain_train.extxyz', 'test_file': 'sets/pretrain_test.extxyz',
      'E0s': 'foundation/E0-revPBE0_D3.json'}}"
