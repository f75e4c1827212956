#!/usr/bin/env bash
# Examples/caco3-water/study.sh from end to end in the profile `quick`, and what its results must show.
#
#   Tests/study.sh MACE        the command
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
mace=$(realpath "$1")
work=$(mktemp -d)
trap '[ -n "${KEEP:-}" ] || rm -rf "$work"' EXIT
passed=0
pass() { passed=$((passed + 1)); }
die() { printf 'FAILED: %s\n%d passed, 1 failed\n' "$*" "$passed" >&2; exit 1; }
study() {
  MACE=$mace STUDY=$work/study "$root/Examples/caco3-water/study.sh" quick "$@" > "$work/log" 2>&1 \
    || { tail -n 40 "$work/log" >&2; die "study.sh quick $*"; }
  pass
}
cd "$work"
study
cd study

# value FILE COLUMN WORD...: the column of the first line of the table that has all the words
value() {
  awk -F , -v name="$2" -v words="${*:3}" 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i ~ name) column = i; next }
    { n = split(words, word, " "); found = 1; for (k = 1; k <= n; ++k) { here = 0
        for (i = 1; i <= NF; ++i) if ($i == word[k]) here = 1; if (!here) found = 0 }
      if (found) { print $column; exit } }' "$1"
}
less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a != "" && b != "" && a + 0 > 0 && a + 0 < b + 0) }'; }

for size in 10 30 50; do
  for method in naive replay; do
    fine=$(value errors/matched-gfn2/errors.csv 'F RMSE' "$method" "$size" all)
    scratch=$(value errors/matched-gfn2/errors.csv 'F RMSE' scratch "$size" all)
    echo "forces, N = $size: $method $fine, scratch $scratch meV/Å"
    less "$fine" "$scratch" || die "$method fine-tuning is not better than training from scratch at N = $size"
    pass
  done
done

ls md/*.done > /dev/null || die "no molecular dynamics survived"
for file in observables/*/rdf/*.csv observables/*/msd/*.csv observables/*/coordination/*.csv \
  observables/*/free-energy/*.csv errors/forgetting/*.csv e0s/*.json times.csv; do
  [ -s "$file" ] || die "$file is missing"
  pass
done

# Between 3.5 and 4.3 Å the mean of g(r) of water's oxygen is near 1, and nothing is nearer than 2 Å.
for data in observables/*/rdf/g_O_in_H2O-O_in_H2O.dat; do
  awk '/^#/ || NF < 2 { next } $1 > 3.5 { sum += $2; n += 1 } END { g = sum / n; print "mean g(O-O) beyond 3.5 Å:", g
    exit !(n > 10 && g > 0.7 && g < 1.3) }' "$data" || die "$data does not tend to 1"
  pass
done

# The page holds a picture for every figure, and nothing of it lies elsewhere.
figures=$(find . -name '*.svg' | wc -l)
shown=$(grep -o '<img [^>]*src="data:image/' report.html | wc -l)
echo "report.html: $shown of $figures figures, $(($(stat -c %s report.html) / 1024)) kB"
[ "$figures" -gt 20 ] && [ "$shown" -ge "$figures" ] || die "the report lacks figures"
if grep -qE 'src="(https?:|/|[a-z]+/)' report.html; then die "the report needs other files"; fi
pass

# Called again, it makes nothing anew.
touch before
study split foundation e0s train errors md
[ -z "$(find train foundation md evaluated -newer before -type f ! -name times.csv)" ] || die "a stage was repeated"
pass
printf '%d passed, 0 failed\n' "$passed"
