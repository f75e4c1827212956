import CKernelSupport
import Glibc
import KernelInterface
import KernelsBaseline

#if arch(x86_64)
  import KernelsAVX2
  import KernelsAVX512
#endif

/// The instruction sets the kernels are compiled for.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// SSE2 on x86-64, NEON on arm64.
  case baseline
  /// AVX2 and FMA (x86-64-v3).
  case avx2
  /// AVX-512 F, BW, CD, DQ, VL (x86-64-v4).
  case avx512

  private var level: Int32 {
    switch self {
    case .baseline: 0
    case .avx2: 1
    case .avx512: 2
    }
  }

  /// The sets this CPU has, from the plainest to the best.
  public static var available: [InstructionSet] {
    let level = mk_cpu_level()
    return allCases.filter { $0.level <= level }
  }

  /// The best set of this CPU, or the one that the environment variable MACE_ISA names if the CPU has it.
  public static let preferred: InstructionSet = {
    let available = InstructionSet.available
    if let name = getenv("MACE_ISA"), let wanted = InstructionSet(rawValue: String(cString: name)),
      available.contains(wanted)
    {
      return wanted
    }
    return available.last ?? .baseline
  }()

  public var float64: KernelTable<Double> {
    #if arch(x86_64)
      switch self {
      case .avx512: return KernelsAVX512.float64Kernels()
      case .avx2: return KernelsAVX2.float64Kernels()
      case .baseline: break
      }
    #endif
    return KernelsBaseline.float64Kernels()
  }

  public var float32: KernelTable<Float> {
    #if arch(x86_64)
      switch self {
      case .avx512: return KernelsAVX512.float32Kernels()
      case .avx2: return KernelsAVX2.float32Kernels()
      case .baseline: break
      }
    #endif
    return KernelsBaseline.float32Kernels()
  }

  public var float64Dual: KernelTable<Dual<Double>> {
    #if arch(x86_64)
      switch self {
      case .avx512: return KernelsAVX512.float64DualKernels()
      case .avx2: return KernelsAVX2.float64DualKernels()
      case .baseline: break
      }
    #endif
    return KernelsBaseline.float64DualKernels()
  }

  public var float32Dual: KernelTable<Dual<Float>> {
    #if arch(x86_64)
      switch self {
      case .avx512: return KernelsAVX512.float32DualKernels()
      case .avx2: return KernelsAVX2.float32DualKernels()
      case .baseline: break
      }
    #endif
    return KernelsBaseline.float32DualKernels()
  }
}
