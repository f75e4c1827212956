#!/bin/sh
# The study: study.sh PROFILE [STAGE...]     stages: split foundation e0s train errors md observables report
#
# Every setting of a profile (profiles/PROFILE.sh) can be given as an environment variable, and besides:
#   MACE     the command (default: mace)             STUDY    folder of the results (default: study-PROFILE)
#   RECIPES  paper, matched (default: both; quick: matched)   METHODS  scratch multihead naive replay (default: all)
#   FOUNDATION  a model to fine-tune, in place of the one that the stage foundation trains
#   FOUNDATION_HEAD  its head to start from (needed if it has several)
#   KEEP_ELEMENTS    True: naive models keep all elements of the foundation, so that its frames can be evaluated
#   SCRATCH_E0S      E0s of models from scratch, such as average (default: those estimated with the foundation)
#   EPOCHS, FOUNDATION_EPOCHS  in place of those in configs/
#   ENERGY_KEY, FORCES_KEY of the frames, PT_ENERGY_KEY, PT_FORCES_KEY of those of pretraining (default: REF_...)
#   THREADS  of every command (default: all CPUs)
# What is there already is not made again: an interrupted study continues when it is called again.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
profile=${1:?usage: study.sh PROFILE [STAGE...]}; shift
. "$here/profiles/$profile.sh"
stages=${*:-split foundation e0s train errors md observables report}
mace=${MACE:-mace}; study=${STUDY:-study-$profile}; recipes=${RECIPES:-matched paper}
methods=${METHODS:-scratch multihead naive replay}
energy=${ENERGY_KEY:-REF_energy}; forces=${FORCES_KEY:-REF_forces}
pt_energy=${PT_ENERGY_KEY:-REF_energy}; pt_forces=${PT_FORCES_KEY:-REF_forces}
[ -z "${THREADS:-}" ] || export OMP_NUM_THREADS="$THREADS"
# Paths are those of the folder where the script was called; the rest happens in the folder of the results.
absolute() { case $1 in /*|"") echo "$1" ;; *) echo "$PWD/$1" ;; esac; }
FRAMES=$(absolute "$FRAMES"); PRETRAIN=$(absolute "$PRETRAIN"); MODEL=$(absolute "$MODEL")
foundation_head=${FOUNDATION_HEAD:-}; scratch_E0s=${SCRATCH_E0S:-}
FOUNDATION=$(absolute "${FOUNDATION:-}"); E0_FRAMES=$(absolute "${E0_FRAMES:-}")
case $mace in */*) mace=$(absolute "$mace") ;; esac
mkdir -p "$study"; cd "$study"

level_file() { printf '%s' "$1" | sed "s|%|$2|"; }   # level_file PATTERN LEVEL
frames() {                                       # frames FILE FIRST LAST, counted from 1
  awk -v a="$2" -v b="$3" 'left == 0 { n = $1; left = n + 2; i++ } i >= a && i <= b { print } { left-- }' "$1"
}
plain() { case $1 in *.xz) xzcat "$1" ;; *.gz) gzip -dc "$1" ;; *) cat "$1" ;; esac; }
say() { echo; echo "== $*"; }
timed() {                                        # timed NAME COMMAND...: log and wall time
  what=$1; shift; say "$what"; start=$(date +%s)
  "$@" || { echo "$what failed: $*" >&2; exit 1; }
  echo "$what,$(($(date +%s) - start))" >> times.csv
}
[ -f times.csv ] || echo "what,seconds" > times.csv

foundation() { echo "${FOUNDATION:-foundation/foundation.safetensors}"; }
# The folder of a run, whose name is RECIPE METHOD LEVEL SIZE; a multihead model has all levels.
run_folder() { if [ "$2" = multihead ]; then echo "train/$1/$2-$4"; else echo "train/$1/$2-$3-$4"; fi; }
# The model of a run: that of the second stage, if there was one.
model() {
  for file in "$(run_folder "$@")/run_stagetwo.safetensors" "$(run_folder "$@")/run.safetensors"; do
    if [ -f "$file" ]; then echo "$file"; return; fi
  done
}
head_option() {                                                        # head_option METHOD LEVEL
  case $1 in multihead) echo "--head $2" ;; replay) echo "--head Default" ;; esac
}

stage_split() {
  mkdir -p sets
  for level in $LEVELS; do
    [ -f "sets/$level.extxyz" ] || plain "$(level_file "$FRAMES" "$level")" > "sets/$level.extxyz"
  done
  if [ "$SPLIT" = random ]; then                     # one list of frames for all levels
    [ -f sets/split.json ] || (cd sets && "$mace" split $(for l in $LEVELS; do echo "$l.extxyz"; done) \
      --num_frames "$NUM_FRAMES" --test "$TEST" --sizes "$(echo $SIZES | tr ' ' ,)" --output_dir .)
  else
    for level in $LEVELS; do
      for size in $SIZES; do
        frames "sets/$level.extxyz" 1 "$size" > "sets/${level}_train_$size.extxyz"; last=$size
      done
      frames "sets/$level.extxyz" $((last + 1)) $((last + TEST)) > "sets/${level}_test.extxyz"
    done
  fi
  [ -f sets/pretrain.json ] || "$mace" split "$PRETRAIN" --test "$PRETRAIN_TEST" --output_dir sets \
    --save_indices sets/pretrain.json
  base=$(basename "$PRETRAIN" | sed 's/\.[gx]z$//; s/\.[a-z]*$//')
  [ -f sets/pretrain_test.extxyz ] || mv sets/"$base"_test.extxyz sets/pretrain_test.extxyz
  [ -f sets/pretrain_train.extxyz ] || mv sets/"$base"_train_*.extxyz sets/pretrain_train.extxyz
}

stage_foundation() {
  [ -z "${FOUNDATION:-}" ] || { echo "foundation: $FOUNDATION"; return; }
  [ ! -f foundation/foundation.safetensors ] || return 0
  mkdir -p foundation
  cat "$MODEL" "$here/configs/foundation.yml" > foundation/config.yml
  timed foundation "$mace" train --config foundation/config.yml --name foundation --work_dir foundation \
    --train_file sets/pretrain_train.extxyz --test_file sets/pretrain_test.extxyz \
    --E0s "$here/data/E0-gfn1.json" --restart_latest ${FOUNDATION_EPOCHS:+--max_num_epochs "$FOUNDATION_EPOCHS"}
}

# Every run gets E0s of its own training frames (and frames of other compositions, if the profile has them).
stage_e0s() {
  mkdir -p e0s
  for level in $LEVELS; do
    extra=; [ -z "${E0_FRAMES:-}" ] || extra=$(level_file "$E0_FRAMES" "$level")
    for size in $SIZES; do
      out=e0s/$level-$size
      [ ! -f "$out.json" ] || continue
      say "E0s $level $size"
      "$mace" e0s --train_file "sets/${level}_train_$size.extxyz" ${extra:+--train_file "$extra"} \
        --E0s estimated --foundation_model "$(foundation)" --energy_key "$energy" \
        ${foundation_head:+--foundation_head "$foundation_head"} \
        --output "$out.json" > "$out.txt"
      cat "$out.txt"
    done
  done
}

train() {                                        # train RECIPE METHOD LEVEL SIZE
  [ -z "$(model "$@")" ] || return 0
  run=$(run_folder "$@"); mkdir -p "$run"
  architecture=$MODEL; common=$here/configs/$1/common.yml
  [ -f "$common" ] || common=/dev/null
  case $2 in naive|replay) architecture=/dev/null ;; esac
  cat "$architecture" "$common" "$here/configs/$1/$2.yml" > "$run/config.yml"
  dtype=$(sed -n 's/^default_dtype: //p' "$MODEL")
  set -- "$@" --config "$run/config.yml" --name run --work_dir "$run" \
    --energy_key "$energy" --forces_key "$forces" --default_dtype "$dtype" --restart_latest \
    ${EPOCHS:+--max_num_epochs "$EPOCHS"}
  own="'train_file': 'sets/$3_train_$4.extxyz', 'E0s': 'e0s/$3-$4.json'"
  scratch=
  case $2 in scratch|multihead) scratch=$scratch_E0s ;; esac
  case $2 in
    multihead)
      heads=
      for l in $LEVELS; do
        heads="$heads'$l': {'train_file': 'sets/${l}_train_$4.extxyz', 'E0s': '${scratch:-e0s/$l-$4.json}'}, "
      done
      set -- "$@" --heads "{$heads}" ;;
    replay)                                          # the replay frames have keys of their own
      keys="'energy_key': '$pt_energy', 'forces_key': '$pt_forces'"
      set -- "$@" --heads "{'Default': {$own}, 'pt_head': {$keys}}" \
        --pt_train_file sets/pretrain_train.extxyz --num_samples_pt "$REPLAY" ;;
    *) set -- "$@" --train_file "sets/$3_train_$4.extxyz" --E0s "${scratch:-e0s/$3-$4.json}" ;;
  esac
  case $2 in
    naive|replay)
      set -- "$@" --foundation_model "$(foundation)" ${foundation_head:+--foundation_head "$foundation_head"} ;;
  esac
  case $2 in naive) set -- "$@" --foundation_model_elements "${KEEP_ELEMENTS:-False}" ;; esac
  name="train $1 $2 $3 $4"; shift 4
  timed "$name" "$mace" train "$@"
}

stage_train() {
  for recipe in $recipes; do for size in $SIZES; do for method in $methods; do
    for level in $TARGETS; do train "$recipe" "$method" "$level" "$size"; done
  done; done; done
}

evaluate() {                                     # evaluate MODEL INPUT OUTPUT [OPTION...]
  evaluated_model=$1 input=$2 output=$3; shift 3
  [ ! -f "$output" ] || return 0
  echo "evaluate $output"
  "$mace" evaluate --model "$evaluated_model" --configs "$input" --output "$output" \
    --energy_key "${key_e:-$energy}" --forces_key "${key_f:-$forces}" "$@" > "${output%.xyz}.txt"
}

stage_errors() {
  mkdir -p evaluated errors
  for level in $TARGETS; do for recipe in $recipes; do
    set --; sizes=; labels=
    for method in $methods; do for size in $SIZES; do
      file=evaluated/$recipe-$method-$level-$size.xyz
      used=$(model "$recipe" "$method" "$level" "$size"); [ -n "$used" ] || continue
      evaluate "$used" "sets/${level}_test.extxyz" "$file" \
        $(head_option "$method" "$level")
      set -- "$@" "$file"; sizes="$sizes $size"; labels="$labels $method"
    done; done
    [ $# -gt 0 ] || continue
    "$mace" analyze errors --configs "$@" --labels $labels --sizes $sizes --energy_key "$energy" \
      --forces_key "$forces" --output "errors/$recipe-$level"
  done; done
  stage_forgetting
}

# What fine-tuning costs on frames of the foundation's own level, with the elements of the fine-tuned models.
stage_forgetting() {
  if [ -f sets/forgetting.xyz ]; then :
  elif [ "${KEEP_ELEMENTS:-False}" = True ]; then cp sets/pretrain_test.extxyz sets/forgetting.xyz
  else
    "$mace" select --configs_pt sets/pretrain_test.extxyz --filtering_type combinations \
      --filter_atomic_numbers_pt '[1, 6, 8, 20]' --subselect random --output sets/forgetting.xyz
  fi
  key_e=$pt_energy key_f=$pt_forces
  evaluate "$(foundation)" sets/forgetting.xyz evaluated/forgetting-foundation.xyz \
    ${foundation_head:+--head "$foundation_head"}
  set -- evaluated/forgetting-foundation.xyz; labels=foundation
  for level in $TARGETS; do for recipe in $recipes; do for method in naive replay; do for size in $SIZES; do
    used=$(model "$recipe" "$method" "$level" "$size"); [ -n "$used" ] || continue
    file=evaluated/forgetting-$recipe-$method-$level-$size.xyz
    option=; [ "$method" != replay ] || option="--head pt_head"
    evaluate "$used" sets/forgetting.xyz "$file" $option
    set -- "$@" "$file"; labels="$labels $recipe-$method-$level-$size"
  done; done; done; done
  "$mace" analyze errors --configs "$@" --labels $labels --energy_key "$pt_energy" --forces_key "$pt_forces" \
    --output errors/forgetting
  unset key_e key_f
}

# A model that does not survive is a result: its run ends in md/NAME.failed, and the study goes on.
stage_md() {
  mkdir -p md
  for recipe in $recipes; do for level in $TARGETS; do for method in $methods; do
    name=$recipe-$method-$level
    used=$(model "$recipe" "$method" "$level" "$MD_SIZE")
    [ -n "$used" ] && [ ! -f "md/$name.done" ] && [ ! -f "md/$name.failed" ] || continue
    say "md $name"; start=$(date +%s)
    if "$mace" md --model "$used" $(head_option "$method" "$level") --configs "sets/${level}_test.extxyz" \
      --frame 0 --output "md/$name" --time "$MD_TIME" --timestep 1fs --temperature 300K --thermostat bussi \
      --tau 100fs --default_dtype float32 --log-every 1000 --trajectory-every "$MD_EVERY" \
      --restart-every 5000 --seed 1 --resume 2> "md/$name.err"
    then touch "md/$name.done"
    else
      status=$?; cat "md/$name.err" >&2
      [ "$status" = 1 ] || exit "$status"                              # interrupted, or used wrongly
      mv "md/$name.err" "md/$name.failed"
    fi
    echo "md $name,$(($(date +%s) - start))" >> times.csv
  done; done; done
}

stage_observables() {
  for recipe in $recipes; do for level in $TARGETS; do
    set --; labels=
    for method in $methods; do
      name=$recipe-$method-$level; [ -f "md/$name.done" ] || continue
      set -- "$@" "md/$name.xyz"; labels="$labels $method"
    done
    [ $# -gt 0 ] || continue
    out=observables/$recipe-$level; mkdir -p "$out"
    "$mace" analyze rdf --pairs "Ca-O in H2O" "O in H2O-O in H2O" --trajectory "$@" --labels $labels \
      --from "$MD_FROM" --r_max "$RDF_MAX" --output "$out/rdf"
    "$mace" analyze msd --select "O in H2O" --trajectory "$@" --labels $labels \
      --from "$MD_FROM" --fit "$MSD_FIT" --temperature 300K --viscosity 0.89mPa*s --output "$out/msd"
    "$mace" analyze coordination --pair Ca-O --r0 3.25A --trajectory "$@" --labels $labels --from "$MD_FROM" \
      --output "$out/coordination"
    "$mace" analyze free-energy --pair Ca-O --r0 3.25A --temperature 300K --trajectory "$@" --labels $labels \
      --from "$MD_FROM" --output "$out/free-energy"
  done; done
}

stage_report() { "$mace" analyze report . --title "CaCO3 in water, $profile"; }

for stage in $stages; do
  case $stage in
    split|foundation|e0s|train|errors|md|observables|report) "stage_$stage" ;;
    *) echo "study.sh: no stage $stage" >&2; exit 2 ;;
  esac
done
