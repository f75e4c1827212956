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

/// libmace.so shows the C API only and stays loaded once loaded: the runtime inside it cannot be unloaded.
let sharedLibrary: [LinkerSetting] = [
  .unsafeFlags([
    "-use-ld=lld", "-Xlinker", "--version-script=\(Context.packageDirectory)/packaging/mace.map",
    "-Xlinker", "-soname=libmace.so.1", "-Xlinker", "-z", "-Xlinker", "nodelete",
  ])
]

let package = Package(
  name: "mace",
  products: [
    .library(name: "MACE", targets: ["MACE", "Atomistics", "Checkpoint", "ExtendedXYZ", "Diagnostics"]),
    // installed as libmace.so; a product "mace" would collide with the command
    .library(name: "mace-c", type: .dynamic, targets: ["LibMACE"]),
    .executable(name: "mace", targets: ["MACECommand"]),
  ],
  dependencies: [
    // of the command line only
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // MARK: Atoms
    .target(name: "Diagnostics"),
    .target(name: "Atomistics", dependencies: ["Diagnostics"]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
    .target(name: "ExtendedXYZ", dependencies: ["Atomistics", "Diagnostics", "CZlib", "CLZMA"]),

    // MARK: Analysis
    // opens libnetcdf when it is needed
    .target(name: "CNetCDF"),
    .target(name: "Analysis", dependencies: ["Diagnostics", "Atomistics", "ExtendedXYZ", "CNetCDF"]),
    .target(name: "Plotting", dependencies: ["Checkpoint", "Diagnostics"]),

    // MARK: The model
    .target(name: "Equivariance"),
    .target(name: "Checkpoint", dependencies: ["Diagnostics", "Equivariance"]),
    .target(name: "CKernelSupport"),
    .target(name: "KernelInterface"),
    kernels("KernelsBaseline", "ISA_BASELINE", nil),
    .target(
      name: "Kernels",
      dependencies: ["CKernelSupport", "KernelInterface", "KernelsBaseline"]
        + vectorKernels.map { .byName(name: $0.name) }),
    .target(
      name: "MACE",
      dependencies: ["Atomistics", "Checkpoint", "Diagnostics", "Equivariance", "KernelInterface", "Kernels"]),

    // MARK: Training
    // static archives by name: libmace and the command need no LAPACK or Fortran runtime where they run
    .target(
      name: "CLAPACKE",
      linkerSettings: [
        // in this order, which SwiftPM does not keep for linkedLibrary
        .unsafeFlags(["-l:liblapacke.a", "-l:liblapack_pic.a", "-l:libblas.a"].flatMap { ["-Xlinker", $0] })
      ]),
    .target(
      name: "Training",
      dependencies: [
        "Diagnostics", "Atomistics", "ExtendedXYZ", "Checkpoint", "Equivariance", "MACE", "Plotting",
        "CLAPACKE",
      ]),

    // YAML, for the command only: libmace does not hold it
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .target(
      name: "TrainingConfiguration", dependencies: ["CYAML", "Checkpoint", "Diagnostics", "Training"],
      linkerSettings: [.unsafeFlags(["-Xlinker", "-l:libyaml.a"])]),

    // MARK: Simulation
    .target(
      name: "Dynamics",
      dependencies: ["Atomistics", "Checkpoint", "CNetCDF", "Diagnostics", "ExtendedXYZ", "MACE"]),

    // MARK: Faces
    .target(name: "CMace"),
    .target(
      name: "LibMACE",
      dependencies: ["CMace", "MACE", "Training", "Atomistics", "Checkpoint", "Diagnostics"],
      path: "Sources/libmace", linkerSettings: sharedLibrary),
    .target(
      name: "MACETool",
      dependencies: [
        "Training", "MACE", "Kernels", "Checkpoint", "Equivariance", "ExtendedXYZ", "Atomistics",
        "Diagnostics", "Analysis", "Plotting", "Dynamics",
      ]),
    .executableTarget(
      name: "MACECommand",
      dependencies: [
        "MACETool", "Training", "TrainingConfiguration", "MACE", "CMace", "Diagnostics", "Analysis",
        "Atomistics", "ExtendedXYZ", "Dynamics", "Plotting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // MARK: Tests, with shared helpers; fixtures are in Tests/Fixtures
    .target(
      name: "TestSupport",
      dependencies: ["Atomistics", "Checkpoint", "Diagnostics", "Equivariance", "Kernels", "MACE"],
      path: "Tests/TestSupport"),
    .testTarget(
      name: "MACETests",
      dependencies: [
        "Atomistics", "Checkpoint", "Diagnostics", "Equivariance", "Kernels", "MACE", "TestSupport",
      ]),
    .testTarget(name: "EquivarianceTests", dependencies: ["Checkpoint", "Equivariance", "TestSupport"]),
    .testTarget(
      name: "KernelsTests", dependencies: ["Equivariance", "KernelInterface", "Kernels", "TestSupport"]),
    .testTarget(
      name: "AtomisticsTests", dependencies: ["Atomistics", "ExtendedXYZ", "Diagnostics", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ExtendedXYZTests", dependencies: ["ExtendedXYZ", "Atomistics", "Diagnostics", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "TrainingConfiguration", "Atomistics", "Checkpoint", "Diagnostics", "Equivariance",
        "ExtendedXYZ", "MACE", "Plotting", "TestSupport",
      ]),
    .testTarget(
      name: "MACEToolTests",
      dependencies: [
        "MACETool", "MACECommand", "Training", "MACE", "Checkpoint", "ExtendedXYZ", "Atomistics",
        "Diagnostics", "Dynamics",
      ]),
    .testTarget(
      name: "DynamicsTests",
      dependencies: [
        "Dynamics", "MACE", "ExtendedXYZ", "Atomistics", "CNetCDF", "Diagnostics", "TestSupport",
      ]),
    .testTarget(
      name: "AnalysisTests",
      dependencies: [
        "Analysis", "MACETool", "ExtendedXYZ", "Atomistics", "CNetCDF", "Diagnostics", "TestSupport",
      ]),
    .testTarget(name: "PlottingTests", dependencies: ["Plotting", "Diagnostics"]),
    .testTarget(name: "CheckpointTests", dependencies: ["Checkpoint", "Equivariance", "Diagnostics"]),
  ] + vectorKernels
)
