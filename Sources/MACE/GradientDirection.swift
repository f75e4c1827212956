/// Along what a loss gradient is taken: L depends on E, F and W of each graph of a batch.
///
/// With v = ∂L/∂F as a displacement of the atoms and ω = ∂L/∂W as a strain, F = −∂E/∂r and W = −∂E/∂ε give
///
///     dL/dθ = Σ_g ∂L/∂E_g ∂E_g/∂θ − D_(v,ω) Σ_g ∂E_g/∂θ,
///
/// the tangent of Σ_g s_g ∂E_g/∂θ with the dual seeds s_g = −1 + ε ∂L/∂E_g.
struct GradientDirection {
  /// The graph of each node.
  var graphs: [Int32]
  /// ∂L/∂E of each graph, 1/eV.
  var energies: [Double]
  /// ∂L/∂F of each node, Å/eV.
  var displacements: [SIMD3<Double>]
  /// The symmetric part of ∂L/∂W of each graph, as rows.
  var strains: [[SIMD3<Double>]]
}
