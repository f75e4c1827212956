#!/usr/bin/env bash
# The kernels compiled for arm64 (Embedded Swift, which every toolchain brings): are they NEON code, and do they
# compute what they should, in an emulator? Needs aarch64-linux-gnu-gcc and qemu-aarch64-static for the second.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-.build-arm64}
mkdir -p "$build"
cat > "$build/module.modulemap" <<END
module CKernelSupport { header "$PWD/Sources/CKernelSupport/include/kernel_support.h" export * }
END
swift() {
  swiftc -target aarch64-none-none-elf -enable-experimental-feature Embedded -enable-experimental-feature Extern \
    -wmo -O -parse-as-library -I "$build" -Xcc -fmodule-map-file="$build/module.modulemap" "$@"
}
swift -module-name KernelInterface -emit-module -emit-module-path "$build/KernelInterface.swiftmodule" \
  -c Sources/KernelInterface/*.swift -o "$build/interface.o"
swift -Ounchecked -D ISA_BASELINE -module-name KernelsBaseline -emit-module \
  -emit-module-path "$build/KernelsBaseline.swiftmodule" -c Sources/KernelSource/*.swift -o "$build/kernels.o"
# grep -c ends with 1 where it counts 0, which the limits below judge
count() { llvm-objdump -d "$build/kernels.o" | grep -cE "fmla\s+v[0-9]+\.$1" || true; }
doubles=$(count 2d) floats=$(count 4s)
echo "arm64: $doubles fused multiply-adds of two doubles, $floats of four floats"
[ "$doubles" -gt 1000 ] && [ "$floats" -gt 1000 ] || { echo "arm64: the kernels are not vectorised"; exit 1; }
if ! command -v aarch64-linux-gnu-gcc > /dev/null || ! command -v qemu-aarch64-static > /dev/null; then
  echo "arm64: not run, for want of gcc-aarch64-linux-gnu and qemu-user-static"; exit 0
fi
swift -module-name Check -c Tests/ARM64/check.swift -o "$build/check.o"
aarch64-linux-gnu-gcc -static -fuse-ld=lld -B"$(dirname "$(command -v ld.lld)")" -o "$build/check" "$build"/{check,kernels,interface}.o -lm
qemu-aarch64-static "$build/check" && echo "arm64: the kernels agree with plain sums"
