# Part of Tests/lammps.sh: several models in one pair_coeff.

fixtures_models=$root/Tests/Fixtures/models
committee=()
for name in tiny_L1 tiny_density tiny_int3; do
  committee+=("$fixtures_models/$name.model")
  reference "$fixtures_models/$name.model" water
  mv water.ref.xyz "$name.ref.xyz"
done
references=(tiny_L1.ref.xyz tiny_density.ref.xyz tiny_int3.ref.xyz)
# shellcheck disable=SC2016
echo 'pair_coeff * * ${models} H C O Ca' > committee_coeff.in
# committee RANKS [LAMMPS options]
committee() {
  local ranks=$1
  shift
  run "committee.in on $ranks ranks" "${mpi[@]}" -np "$ranks" "$lmp" -in committee.in -log none "$@" \
    -var models "${committee[*]}"
}
deviations() {
  python3 "$tests/committee.py" log devi.out devi.dump "${references[@]}" "$@" || die "deviations differ: $*"
  pass
}

say "committee: deviations against mace evaluate, 1 to 4 ranks"
for ranks in 1 2 3 4; do
  committee $ranks
  deviations
done
keywords="precision float64 out_freq 1 out_file devi.out atomic"
committee 2 -var style "mace $keywords committee mean threads 2"
deviations --mean
committee 3 -var style "mace $keywords committee mean relative 0.5 relative_v 0.2"
deviations --mean --relative 0.5 --relative_v 0.2
committee 2 -var unit real
deviations --unit real
printf 'pair_coeff * * mace ${models} H C O Ca\npair_coeff * * lj/cut 0.0 1.0\n' > overlay_coeff.in
committee 2 -var style "hybrid/overlay mace $keywords lj/cut 3.0" -var coefficients overlay_coeff.in
deviations

say "committee: equal models deviate by 0; fix halt"
committee=("$fixtures_models/tiny_L1.model" "$fixtures_models/tiny_L1.model" "$fixtures_models/tiny_L1.model")
committee 2
grep -q '^DEVIATION 0 0 0 0 0 0 0$' log || { cat log >&2; die "equal models deviate"; }
pass
unequal="$fixtures_models/tiny_L1.model $fixtures_models/tiny_density.model"
for limit in 1e-6 1e9; do
  run "halt.in" "${mpi[@]}" -np 2 "$lmp" -in halt.in -log none -var models "$unequal" -var limit $limit
  grep -q "^STEP $([ $limit = 1e9 ] && echo 10 || echo 2)\$" log || { cat log >&2; die "fix halt at $limit"; }
  [ "$(awk '!/#/ { print $1 }' halt.out | xargs)" = "$([ $limit = 1e9 ] && echo 0 5 10 || echo 0)" ] \
    || die "rows of out_file"
  pass
done

if [ -n "${LAMMPS_PYTHON:-}" ]; then
  say "committee: extract for Python, and fix pair"
  for ranks in 1 2 3; do
    # LAMMPS_PYTHON and the models are lists of words.
    # shellcheck disable=SC2086
    run "extract.py on $ranks ranks" "${mpi[@]}" -np $ranks $LAMMPS_PYTHON "$tests/extract.py" water.data $unequal
    [ "$(grep -o 'extract.py: passed' log | wc -l)" = $ranks ] || { cat log >&2; die "extract.py"; }
  done
else
  say "committee: extract for Python is left out (without LAMMPS_PYTHON; Debian's LAMMPS of 2021 has neither)"
fi

say "committee: inputs that are wrong"
one=$fixtures_models/tiny_L1.model
echo 'compute D all mace/deviation' > deviation.in
refused "'relative' is for several models" -var style "mace relative 1.0"
refused "committee is first or mean, not 'all'" -var style "mace committee all"
refused "out_freq is a number of steps" -var style "mace out_freq 1.5"
refused "needs several models in pair_coeff" -var extra_after deviation.in
refused "'$one' (atom type 1) is not an element symbol" -var elements "$one H C O"
refused "cannot read the model file H;" -var elements "H C O Ca H"
refused "are there more element symbols than atom types?" -var elements "H C O Ca H"
refused "cannot write nowhere/devi.out" -var elements "$one H C O Ca" \
  -var style "mace out_file nowhere/devi.out"
