// swift-tools-version: 6.2
import PackageDescription

/// The kernels are one source, compiled once per instruction set and chosen at load.
/// `-Ounchecked` and `-O` in every configuration: unoptimised kernels would be hundreds of times slower.
func kernels(_ name: String, _ define: String, _ march: String?) -> Target {
  var flags = ["-O", "-Ounchecked", "-wmo"]
  if let march { flags += ["-Xcc", "-march=\(march)"] }
  return .target(
    name: name, dependencies: ["CKernelSupport", "KernelInterface"],
    swiftSettings: [.define(define), .unsafeFlags(flags)])
}

#if arch(x86_64)
  let vectorKernels = [
    kernels("KernelsAVX2", "ISA_AVX2", "x86-64-v3"), kernels("KernelsAVX512", "ISA_AVX512", "x86-64-v4"),
  ]
#else
  let vectorKernels: [Target] = []
#endif

let package = Package(
  name: "mace",
  targets: [
    .target(name: "Diagnostics"),
    .target(name: "Atomistics", dependencies: ["Diagnostics"]),
    .target(name: "Equivariance"),
    .target(name: "Checkpoint", dependencies: ["Diagnostics", "Equivariance"]),
    .target(
      name: "MACE",
      dependencies: ["Atomistics", "Checkpoint", "Diagnostics", "Equivariance", "KernelInterface", "Kernels"]),
    .executableTarget(name: "scratch", dependencies: ["MACE", "Checkpoint", "Atomistics"]),
    .target(name: "CKernelSupport"),
    .target(name: "KernelInterface"),
    kernels("KernelsBaseline", "ISA_BASELINE", nil),
    .target(
      name: "Kernels",
      dependencies: ["CKernelSupport", "KernelInterface", "KernelsBaseline"]
        + vectorKernels.map { .byName(name: $0.name) }),
  ] + vectorKernels
)
