# Part of Tests/lammps.sh: fix mace/bussi, which needs no model.

say "fix mace/bussi: moments of the kinetic energy, conserved energy, restart, 1 and 2 ranks"
for ranks in 1 2; do
  run "thermostat.in on $ranks ranks" "${mpi[@]}" -np $ranks "$lmp" -in thermostat.in -log none \
    -var samples 20000
  cp log thermostat.$ranks
  # 33 degrees of freedom: <T> = 300 K, <T^2> - <T>^2 = 2 <T>^2 / 33. Statistical errors are 0.5 % and 3 %.
  awk '$1 == "MOMENTS" { mean = $2; ratio = ($3 - $2 * $2) / (2 * 300 * 300 / 33)
    printf "  <T> %.2f K, variance / canonical %.3f\n", mean, ratio
    exit !(mean > 294 && mean < 306 && ratio > 0.85 && ratio < 1.15) }' log || die "not canonical"
  pass
  awk '$1 == "CONSERVED" { n += 1; e[n] = $2; d = $2 - $3; if (d > 1e-9 || d < -1e-9) exit 1 }
    END { d = e[2] - e[1]; exit !(n == 2 && d < 1e-9 && d > -1e-9) }' log || die "energy with the bath drifts"
  [ "$(grep -c '^AFTER' log)" = 2 ] && [ "$(grep '^AFTER' log | sort -u | wc -l)" = 1 ] \
    || { grep '^AFTER' log >&2; die "the thermostat does not continue from a restart"; }
  pass
done
for key in MOMENTS AFTER; do
  paste <(grep "^$key" thermostat.1) <(grep "^$key" thermostat.2) \
    | awk '{ d = ($2 - $5) / $2; if (d > 1e-7 || d < -1e-7) exit 1 }' || die "1 and 2 ranks differ"
done
pass
# wrong TEXT STYLE
wrong() {
  if "$lmp" -in thermostat.in -log none -var style "$2" -var samples 1 > log 2>&1; then die "accepted: $2"; fi
  grep -qF -- "$1" log || { cat log >&2; die "the error is not: $1"; }
  pass
}
wrong "use: fix ID group mace/bussi Tstart Tstop Tdamp seed" "mace/bussi 300 300 0.1"
wrong "Tdamp must be greater than 0" "mace/bussi 300 300 0 4711"
wrong "a temperature is negative" "mace/bussi -1 300 0.1 4711"
wrong "the seed must be greater than 0" "mace/bussi 300 300 0.1 0"
wrong "there is no equal-style variable none" "mace/bussi v_none 300 0.1 4711"
