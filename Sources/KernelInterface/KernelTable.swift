/// The hot loops for one element type, compiled for one instruction set.
///
/// Layout of features: `[atom][row][channel]`, channel innermost and padded with zeros to a multiple of
/// `KernelTable.channelAlignment`, so that a row is a whole number of vectors for every instruction set.
public struct KernelTable<Element: KernelElement>: @unchecked Sendable {
  public typealias In = UnsafePointer<Element>
  public typealias Out = UnsafeMutablePointer<Element>
  public typealias Weights = UnsafePointer<Element.Weight>
  public typealias WeightGradient = UnsafeMutablePointer<Element.Weight>

  /// y[yRow[r] + w] (+)= Σ_u x[xRow[r] + u] · weight[u][w], r < rows, u < inner, w < outer (whole vectors).
  public typealias Linear =
    @Sendable (
      _ rows: Int, _ xRows: UnsafePointer<Int>, _ yRows: UnsafePointer<Int>, _ inner: Int, _ outer: Int,
      _ x: In, _ weight: Weights, _ y: Out, _ accumulate: Bool
    ) -> Void

  /// gradient[u][w] += Σ_r x[xRow[r] + u] · g[yRow[r] + w], shapes as in `Linear`; of duals, the tangent of it.
  public typealias LinearGradient =
    @Sendable (
      _ rows: Int, _ xRows: UnsafePointer<Int>, _ yRows: UnsafePointer<Int>, _ inner: Int, _ outer: Int,
      _ x: In, _ g: In, _ gradient: WeightGradient
    ) -> Void

  /// y = constant · silu(x) and slope = dy/dx, `count` numbers (whole vectors); y may be x.
  public typealias SiLU =
    @Sendable (_ count: Int, _ constant: Double, _ x: In, _ y: Out, _ slope: Out) -> Void

  /// Values w_k(τ_e) = Σ_p polynomials[p][k] τ_eᵖ and slopes scales[e] · dw_k/dτ, p < taps: polynomials `[taps][8]`,
  /// values and slopes `[edge][8]`.
  public typealias SplineWeights =
    @Sendable (
      _ edges: Int, _ taps: Int, _ polynomials: UnsafePointer<Double>, _ fractions: UnsafePointer<Double>,
      _ scales: UnsafePointer<Double>, _ values: UnsafeMutablePointer<Double>,
      _ slopes: UnsafeMutablePointer<Double>
    ) -> Void

  /// values[targets[e]][c] = Σ_k weights[e][k] rows[e][k][c]: `taps` (6 or 8) rows of `channels` numbers
  /// (whole vectors) from rows[e] on.
  public typealias Interpolate =
    @Sendable (
      _ edges: Int, _ taps: Int, _ channels: Int, _ rows: UnsafePointer<Weights>, _ weights: In,
      _ targets: UnsafePointer<Int32>, _ values: Out
    ) -> Void

  /// weightAdjoints[e][k] += Σ_c rows[e][k][c] adjoints[targets[e]][c], shapes as in `Interpolate`.
  public typealias InterpolateAdjoint =
    @Sendable (
      _ edges: Int, _ taps: Int, _ channels: Int, _ rows: UnsafePointer<Weights>,
      _ targets: UnsafePointer<Int32>, _ adjoints: In, _ weightAdjoints: Out
    ) -> Void

  /// rows[e][k][c] += weights[e][k] adjoints[targets[e]][c]; of duals, the tangent of it.
  public typealias InterpolateGradient =
    @Sendable (
      _ edges: Int, _ taps: Int, _ channels: Int, _ rows: UnsafePointer<WeightGradient>, _ weights: In,
      _ targets: UnsafePointer<Int32>, _ adjoints: In
    ) -> Void

  /// Harmonics Y_lm of the edges' directions, and couplings Q = f Σ C Y: see `couple` among the kernels.
  ///
  /// Directions `[x, y, z][stride]`, factors `[edge]`, harmonics `[lm][stride]`, with room for whole vectors; couplings
  /// `[edge][couplingCount]`, terms in their order; norms of Y_lm at [l(l+1)/2 + m]; scratch: 16 (degree + 3)² numbers.
  public typealias Couple =
    @Sendable (
      _ edges: Int, _ stride: Int, _ degree: Int, _ norms: UnsafePointer<Double>,
      _ directions: UnsafePointer<Element.Wide>, _ factors: UnsafePointer<Element.Wide>,
      _ terms: UnsafePointer<CouplingTerm>, _ termCount: Int, _ couplingCount: Int,
      _ harmonics: UnsafeMutablePointer<Element.Wide>, _ couplings: Out,
      _ scratch: UnsafeMutablePointer<Element.Wide>
    ) -> Void

  /// The adjoint of `Couple`: from ∂E/∂Q it sets ∂E/∂f `[edge]` and ∂E/∂u `[x, y, z][stride]`.
  public typealias CoupleAdjoint =
    @Sendable (
      _ edges: Int, _ stride: Int, _ degree: Int, _ norms: UnsafePointer<Double>,
      _ directions: UnsafePointer<Element.Wide>, _ factors: UnsafePointer<Element.Wide>,
      _ terms: UnsafePointer<CouplingTerm>, _ termCount: Int, _ couplingCount: Int,
      _ harmonics: UnsafePointer<Element.Wide>, _ couplingAdjoints: In,
      _ factorAdjoints: UnsafeMutablePointer<Element.Wide>,
      _ directionAdjoints: UnsafeMutablePointer<Element.Wide>,
      _ scratch: UnsafeMutablePointer<Element.Wide>
    ) -> Void

  /// M[row][c] += Σ_edges Σ_tiles R[e][c] Σ_m1 Q_e[m3][m1] S_e[m1][c], for the tiles of one path.
  ///
  /// weights R: `[edge][channel]`; couplings Q: `[edge][couplingStride]`; senders: per edge the first row of the
  /// sender's features.
  public typealias Convolve =
    @Sendable (
      _ tiles: UnsafePointer<ConvolutionTile>, _ tileCount: Int, _ edges: Int, _ channels: Int,
      _ weights: In, _ couplings: In, _ couplingStride: Int,
      _ senders: UnsafePointer<UnsafePointer<Element>>, _ message: Out
    ) -> Void

  /// The adjoint of `Convolve` for one receiver: from G = ∂E/∂M it sets ∂E/∂R (layout of R) and ∂E/∂Q (layout
  /// of Q; left out if nil) and, if `senderAdjoints` is given, adds ∂E/∂S_e to each edge's sender.
  public typealias ConvolveAdjoint =
    @Sendable (
      _ tiles: UnsafePointer<ConvolutionTile>, _ tileCount: Int, _ edges: Int, _ channels: Int,
      _ weights: In, _ weightAdjoints: Out,
      _ couplings: In, _ couplingAdjoints: Out?, _ couplingStride: Int,
      _ senders: UnsafePointer<UnsafePointer<Element>>,
      _ senderAdjoints: UnsafePointer<UnsafeMutablePointer<Element>>?, _ messageAdjoint: In
    ) -> Void

  /// B[d][c] = polynomial_d(A[:][c]) for `atoms` = 4 or 1 atoms of one species.
  ///
  /// `rows` rows of features; coefficients: `[channel vector of channelAlignment][coefficient][lane]`; scratch: four
  /// vectors per row (`ContractAdjoint`: eight).
  public typealias Contract =
    @Sendable (
      _ polynomials: UnsafePointer<Polynomial>, _ polynomialCount: Int, _ atoms: Int, _ rows: Int,
      _ channels: Int,
      _ coefficients: Weights, _ coefficientCount: Int,
      _ features: UnsafePointer<UnsafePointer<Element>>,
      _ outputs: UnsafePointer<UnsafeMutablePointer<Element>>,
      _ scratch: Out
    ) -> Void

  /// The adjoint of `Contract`: adds Σ_d G[d][c] ∂polynomial_d/∂A[i][c] to `featureAdjoints` and, if given, Σ_atoms
  /// G[d][c] · monomial to `gradient` (layout of the coefficients); of duals, the tangent of it.
  public typealias ContractAdjoint =
    @Sendable (
      _ polynomials: UnsafePointer<Polynomial>, _ polynomialCount: Int, _ atoms: Int, _ rows: Int,
      _ channels: Int,
      _ coefficients: Weights, _ coefficientCount: Int,
      _ features: UnsafePointer<UnsafePointer<Element>>,
      _ outputAdjoints: UnsafePointer<UnsafePointer<Element>>,
      _ featureAdjoints: UnsafePointer<UnsafeMutablePointer<Element>>, _ gradient: WeightGradient?,
      _ scratch: Out
    ) -> Void

  /// The rate of independent fused multiply–adds over `iterations` rounds: returns the number of
  /// floating-point operations done (2 per lane and fma); `sink` keeps the result alive.
  public typealias PeakLoop = @Sendable (_ iterations: Int, _ sink: Out) -> Double

  public var instructionSet: String
  public var linear: Linear
  public var linearGradient: LinearGradient
  public var silu: SiLU
  public var splineWeights: SplineWeights
  public var interpolate: Interpolate
  public var interpolateAdjoint: InterpolateAdjoint
  public var interpolateGradient: InterpolateGradient
  public var couple: Couple
  public var coupleAdjoint: CoupleAdjoint
  public var convolve: Convolve
  public var convolveAdjoint: ConvolveAdjoint
  public var contract: Contract
  public var contractAdjoint: ContractAdjoint
  public var peakLoop: PeakLoop

  public init(
    instructionSet: String, linear: @escaping Linear, linearGradient: @escaping LinearGradient,
    silu: @escaping SiLU, splineWeights: @escaping SplineWeights, interpolate: @escaping Interpolate,
    interpolateAdjoint: @escaping InterpolateAdjoint,
    interpolateGradient: @escaping InterpolateGradient, couple: @escaping Couple,
    coupleAdjoint: @escaping CoupleAdjoint, convolve: @escaping Convolve,
    convolveAdjoint: @escaping ConvolveAdjoint, contract: @escaping Contract,
    contractAdjoint: @escaping ContractAdjoint, peakLoop: @escaping PeakLoop
  ) {
    self.instructionSet = instructionSet
    self.linear = linear
    self.linearGradient = linearGradient
    self.silu = silu
    self.splineWeights = splineWeights
    self.interpolate = interpolate
    self.interpolateAdjoint = interpolateAdjoint
    self.interpolateGradient = interpolateGradient
    self.couple = couple
    self.coupleAdjoint = coupleAdjoint
    self.convolve = convolve
    self.convolveAdjoint = convolveAdjoint
    self.contract = contract
    self.contractAdjoint = contractAdjoint
    self.peakLoop = peakLoop
  }
}
