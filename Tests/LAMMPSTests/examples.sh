# Part of Tests/lammps.sh: the inputs of Examples/lammps, with fewer steps, and what they promise.

say "examples"
examples=$root/Examples/lammps
# The inputs find the models from their own folder only.
trained=("$root"/Examples/caco3-water/caco3-water{,-2}.safetensors)
"$examples/xyz2data.py" "$examples/calcite.extxyz" calcite.data H C O Ca
# example NAME [options]; columns are those of the thermo table
example() {
  local name=$1
  shift
  run "in.$name" "${mpi[@]}" -np 2 "$lmp" -in "$examples/in.$name" -log none -var model "${trained[0]}" \
    -var models "${trained[*]}" "$@"
}
# table PROGRAM: awk over the rows of the last thermo table
table() {
  awk '/^ *Step /{ on = 1; rows = ""; next } /^Loop|^ *$|^pair_style/ { on = 0 } on { rows = rows $0 "\n" }
    END { printf "%s", rows }' log | awk "$1" \
    || { cat log >&2; die "the table of an example is not as promised: $1"; }
  pass
}
example water-caco3 -var steps 100
table '{ if (NR == 1) e = $6; d = $6 - e; if (d > 0.5 || d < -0.5) exit 1 } END { exit NR < 10 }'
awk 'NR > 4 && $2 > 0.9 && $2 < 1.1 && $5 > 3 { bond = 1 } END { exit !bond }' rdf.dat || die "no O-H bond in rdf.dat"
[ "$(grep -vc '^#' msd.dat)" = 11 ] || die "msd.dat"
example nve -var warm 20 -var steps 50
awk '$1 == "drift" { n += 1; if ($2 != $2 + 0) exit 1 }
  $1 == "momentum" { n += 1; for (i = 2; i <= 4; ++i) if ($i > 1e-9 || $i < -1e-9) exit 1 }
  END { exit n != 2 }' log || { tail -n 40 log >&2; die "drift of energy or momentum"; }
pass
example minimize
awk '$1 == "POSITIONS" { first = $2; force = $3 } $1 == "BOX" { second = $2 }
  END { exit !(first < -2444 && second < first - 0.3 && force < 1.1e-3) }' log || { cat log >&2; die "in.minimize"; }
grep -q 'Stopping criterion = force tolerance' log || die "the force tolerance was not reached"
example crystal-npt -var steps 50
table '{ if (!($2 >= 0 && $2 < 2000)) exit 1; v = $8 } END { exit !(NR > 8 && v > 1000 && v < 1500) }'
example overlay -var steps 50
table '{ d = $3 - $4 - $5; if (d > 1e-2 || d < -1e-2) exit 1 } END { exit NR < 2 }'
example heat-flux -var steps 100
table '{ if ($8 > 1e-6 || $8 < -1e-6) exit 1 } END { exit NR < 2 }'
example committee -var limit 0.3
grep -q 'Fix halt condition for fix-id limit met' log || { cat log >&2; die "in.committee did not stop"; }
awk '!/^#/ { last = $5 } END { exit !(last > 0.3) }' model_devi.out || die "model_devi.out"
pass
