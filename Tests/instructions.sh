#!/usr/bin/env bash
# One library runs on every x86-64: instructions beyond SSE2 are in the modules that are chosen by CPUID, and
# nowhere else; and these are vectorised. Reads the object files of `make` (folder: .build-dist/release).
set -euo pipefail
cd "$(dirname "$0")/.."
built=${1:-.build-dist/release}
status=0
[ "$(uname -m)" = x86_64 ] || { echo "instructions: not checked on $(uname -m)"; exit 0; }
vex='\sv[a-z0-9]+\s.*%[xyz]mm|%[yz]mm'
checked=0
for module in "$built"/*.build; do
  name=$(basename "$module" .build)
  case $name in KernelsAVX2|KernelsAVX512) continue ;; esac
  for object in $(find "$module" -name '*.o'); do
    checked=$((checked + 1))
    if objdump -d --no-show-raw-insn "$object" | grep -qE "$vex"; then
      echo "instructions: $object has instructions that not every CPU knows"; status=1
    fi
  done
done
# grep -c ends with 1 where it counts 0, which the limits below judge
count() { objdump -d --no-show-raw-insn $(find "$built/$1.build" -name '*.o') | grep -cE "vfn?madd[0-9]+$2\s.*%$3" || true; }
avx2=$(count KernelsAVX2 pd ymm) avx512=$(count KernelsAVX512 pd zmm)
echo "instructions: $checked object files for every x86-64; fused multiply-adds: $avx2 AVX2, $avx512 AVX-512"
[ "$checked" -gt 20 ] && [ "$avx2" -gt 1000 ] && [ "$avx512" -gt 1000 ] || { echo "instructions: too few"; status=1; }
exit $status
