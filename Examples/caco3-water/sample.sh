#!/bin/sh
# Structures that a model itself visits, to be labelled: sample.sh MODEL FRAMES FOLDER [COUNT [TIME [FIRST]]]
#
# Molecular dynamics from COUNT structures of FRAMES at 300, 400, 500 and 350 K in turn, a structure every 150 steps,
# in FOLDER/structures.xyz. A run that stops (atoms that fly, temperatures out of bounds) is what one is looking
# for, and its structures count as the others do.
set -eu
model=$(realpath "$1"); frames=$(realpath "$2"); mkdir -p "$3"; cd "$3"
count=${4:-8}; time=${5:-1.5ps}; frame=${6:-0}; last=$((frame + count))
rm -f structures.xyz
while [ "$frame" -lt "$last" ]; do
  case $((frame % 4)) in 0) kelvin=300 ;; 1) kelvin=400 ;; 2) kelvin=500 ;; 3) kelvin=350 ;; esac
  name=$frame-${kelvin}K
  "${MACE:-mace}" md --model "$model" --configs "$frames" --frame "$frame" --output "$name" --time "$time" \
    --timestep 1fs --temperature ${kelvin}K --thermostat bussi --tau 50fs --default_dtype float32 --threads 1 \
    --seed "$frame" --trajectory-every 150 --log-every 150 --restart-every 100000 --overwrite > "$name.log" 2>&1 \
    || tail -n 1 "$name.log"
  # The first structure is one that is labelled already, or made by hand.
  awk -v name="$name" -v kelvin="$kelvin" 'NF == 1 && NR % ($1 + 2) == 1 { n += 1 }
    /Properties=/ { $0 = $0 " origin=" name " temperature=" kelvin } n > 1' "$name.xyz" >> structures.xyz
  frame=$((frame + 1))
done
