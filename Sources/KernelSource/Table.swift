import KernelInterface

/// The kernels of this instruction set for float64 features.
public func float64Kernels() -> KernelTable<Double> { kernels(DoubleLane.self) }

/// The kernels of this instruction set for float32 features.
public func float32Kernels() -> KernelTable<Float> { kernels(FloatLane.self) }

/// The same for features with a tangent.
public func float64DualKernels() -> KernelTable<Dual<Double>> { kernels(DualLane<DoubleLane>.self) }
public func float32DualKernels() -> KernelTable<Dual<Float>> { kernels(DualLane<FloatLane>.self) }

@inline(__always)
private func kernels<L: Lane>(_ lane: L.Type) -> KernelTable<L.Element> {
  KernelTable(
    instructionSet: instructionSet,
    linear: {
      linear(
        L.self, rows: $0, xRows: $1, yRows: $2, inner: $3, outer: $4, x: $5, weight: $6, y: $7,
        accumulate: $8)
    },
    linearGradient: {
      linearGradient(
        L.self, rows: $0, xRows: $1, yRows: $2, inner: $3, outer: $4, x: $5, g: $6, gradient: $7)
    },
    silu: { silu(L.self, count: $0, constant: $1, x: $2, y: $3, slope: $4) },
    convolve: {
      convolve(
        L.self, tiles: $0, tileCount: $1, edges: $2, channels: $3, weights: $4, pathStride: $5, couplings: $6,
        couplingStride: $7, senders: $8, message: $9)
    },
    convolveAdjoint: {
      convolveAdjoint(
        L.self, tiles: $0, tileCount: $1, edges: $2, channels: $3, weights: $4, weightAdjoints: $5,
        pathStride: $6, couplings: $7, couplingAdjoints: $8, couplingStride: $9, senders: $10,
        senderAdjoints: $11, messageAdjoint: $12)
    },
    contract: {
      contract(
        L.self, polynomials: $0, polynomialCount: $1, atoms: $2, channels: $3, coefficients: $4,
        coefficientCount: $5, features: $6, outputs: $7, scratch: $8)
    },
    contractAdjoint: {
      contractAdjoint(
        L.self, polynomials: $0, polynomialCount: $1, atoms: $2, channels: $3, coefficients: $4,
        coefficientCount: $5, features: $6, outputAdjoints: $7, featureAdjoints: $8, gradient: $9,
        scratch: $10)
    },
    peakLoop: { peakLoop(L.self, iterations: $0, sink: $1) })
}
