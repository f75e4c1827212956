import KernelInterface

/// The kernels of this instruction set for float64 features.
public func float64Kernels() -> KernelTable<Double> { kernels(DoubleLane.self, DoubleLane.self) }

/// The kernels of this instruction set for float32 features.
public func float32Kernels() -> KernelTable<Float> { kernels(FloatLane.self, DoubleLane.self) }

/// The same for features with a tangent.
public func float64DualKernels() -> KernelTable<Dual<Double>> {
  kernels(DualLane<DoubleLane>.self, DualLane<DoubleLane>.self)
}
public func float32DualKernels() -> KernelTable<Dual<Float>> {
  kernels(DualLane<FloatLane>.self, DualLane<DoubleLane>.self)
}

@inline(__always)
private func kernels<L: Lane, G: Lane>(_ lane: L.Type, _ wide: G.Type) -> KernelTable<L.Element>
where G.Element == L.Element.Wide, G.WeightLane.Element == Double {
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
    splineWeights: {
      splineWeights(
        DoubleLane.self, edges: $0, taps: $1, polynomials: $2, fractions: $3, scales: $4, values: $5,
        slopes: $6)
    },
    interpolate: {
      interpolate(
        L.self, edges: $0, taps: $1, channels: $2, rows: $3, weights: $4, targets: $5, values: $6)
    },
    interpolateAdjoint: {
      interpolateAdjoint(
        L.self, edges: $0, taps: $1, channels: $2, rows: $3, targets: $4, adjoints: $5, weightAdjoints: $6)
    },
    interpolateGradient: {
      interpolateGradient(
        L.self, edges: $0, taps: $1, channels: $2, rows: $3, weights: $4, targets: $5, adjoints: $6)
    },
    couple: {
      couple(
        L.self, G.self, edges: $0, stride: $1, degree: $2, norms: $3, directions: $4, factors: $5, terms: $6,
        termCount: $7, couplingCount: $8, harmonics: $9, couplings: $10, scratch: $11)
    },
    coupleAdjoint: {
      coupleAdjoint(
        L.self, G.self, edges: $0, stride: $1, degree: $2, norms: $3, directions: $4, factors: $5, terms: $6,
        termCount: $7, couplingCount: $8, harmonics: $9, couplingAdjoints: $10, factorAdjoints: $11,
        directionAdjoints: $12, scratch: $13)
    },
    convolve: {
      convolve(
        L.self, tiles: $0, tileCount: $1, edges: $2, channels: $3, weights: $4, couplings: $5,
        couplingStride: $6, senders: $7, message: $8)
    },
    convolveAdjoint: {
      convolveAdjoint(
        L.self, tiles: $0, tileCount: $1, edges: $2, channels: $3, weights: $4, weightAdjoints: $5,
        couplings: $6, couplingAdjoints: $7, couplingStride: $8, senders: $9, senderAdjoints: $10,
        messageAdjoint: $11)
    },
    contract: {
      contract(
        L.self, polynomials: $0, polynomialCount: $1, atoms: $2, rows: $3, channels: $4, coefficients: $5,
        coefficientCount: $6, features: $7, outputs: $8, scratch: $9)
    },
    contractAdjoint: {
      contractAdjoint(
        L.self, polynomials: $0, polynomialCount: $1, atoms: $2, rows: $3, channels: $4, coefficients: $5,
        coefficientCount: $6, features: $7, outputAdjoints: $8, featureAdjoints: $9, gradient: $10,
        scratch: $11)
    },
    peakLoop: { peakLoop(L.self, iterations: $0, sink: $1) })
}
