# Part of Tests/lammps.sh: runs that must stop, and say which atom and step.

say "forces beyond a limit, atoms that fly apart"
refused "a force, or 0 for no limit" -var style "mace max_force -1"
refused "more than max_force 0.001; the nearest to it is atom" -var style "mace max_force 0.001"
reference "$model" water
point 2 "$model" water -var style "mace precision float64 max_force 1000"
compare water.ref.xyz water.dump log
point 2 "$model" water -var unit real -var style "mace precision float64 max_force 1e6"
for ranks in 1 2; do
  if timeout 120 "${mpi[@]}" -np $ranks "$lmp" -in apart.in -log none -var model "$model" > log 2>&1; then
    die "an atom flew away and the run went on"
  fi
  grep -q 'step 1: atom 7 (.*) has a position that is not finite' log || { cat log >&2; die "apart.in"; }
  pass
done

say "time per stage at the end of a run"
run "nve.in" "${mpi[@]}" -np 2 "$lmp" -in nve.in -log none -var model "$model"
[ "$(grep -c 'pair_style mace: 20 evaluations, seconds per stage' log)" = 2 ] || die "no table of times"
awk -F'|' '/^(graph|geometry|radial|convolution|linear|contraction|readout|communication|other)/ { sum += $3 }
  /^all / { d = sum - $3; if (d > 0.02 * $3 || d < -0.02 * $3) exit 1; sum = 0; n += 1 } END { exit n != 2 }' log \
  || { cat log >&2; die "the stages do not add up"; }
pass
