import KernelInterface

/// The channel-wise tensor product of sender features with harmonics, one path of it summed over a receiver's
/// edges:
///
///     M[m3][c] += Σ_e R[e][c] Σ_m1 Q_e[m3][m1] S_e[m1][c]
///
/// A tile's rows of M stay in registers over all edges.
func convolve<L: Lane>(
  _ lane: L.Type, tiles: UnsafePointer<ConvolutionTile>, tileCount: Int, edges: Int, channels: Int,
  weights: UnsafePointer<L.Element>, couplings: UnsafePointer<L.Element>, couplingStride: Int,
  senders: UnsafePointer<UnsafePointer<L.Element>>, message: UnsafeMutablePointer<L.Element>
) {
  for t in 0..<tileCount {
    let tile = tiles[t]
    let q = couplings + Int(tile.coupling)
    let m = message + Int(tile.messageRow) * channels, s = Int(tile.senderRow) * channels
    withShape(tile.rows, tile.columns) { rows, columns in
      var k = 0
      while k < channels {
        let p = m + k
        var m0 = L.load(p)
        var m1 = rows > 1 ? L.load(p + channels) : L.zero
        var m2 = rows > 2 ? L.load(p + 2 * channels) : L.zero
        var m3 = rows > 3 ? L.load(p + 3 * channels) : L.zero
        var m4 = rows > 4 ? L.load(p + 4 * channels) : L.zero
        var m5 = rows > 5 ? L.load(p + 5 * channels) : L.zero
        var m6 = rows > 6 ? L.load(p + 6 * channels) : L.zero
        for e in 0..<edges {
          let x = Columns<L>(senders[e] + (s + k), channels, columns).scaled(
            L.load(weights + (e * channels + k)), columns)
          let qe = q + e * couplingStride
          m0 = x.dot(qe, columns, m0)
          if rows > 1 { m1 = x.dot(qe + columns, columns, m1) }
          if rows > 2 { m2 = x.dot(qe + 2 * columns, columns, m2) }
          if rows > 3 { m3 = x.dot(qe + 3 * columns, columns, m3) }
          if rows > 4 { m4 = x.dot(qe + 4 * columns, columns, m4) }
          if rows > 5 { m5 = x.dot(qe + 5 * columns, columns, m5) }
          if rows > 6 { m6 = x.dot(qe + 6 * columns, columns, m6) }
        }
        m0.store(p)
        if rows > 1 { m1.store(p + channels) }
        if rows > 2 { m2.store(p + 2 * channels) }
        if rows > 3 { m3.store(p + 3 * channels) }
        if rows > 4 { m4.store(p + 4 * channels) }
        if rows > 5 { m5.store(p + 5 * channels) }
        if rows > 6 { m6.store(p + 6 * channels) }
        k += L.count
      }
    }
  }
}

/// The adjoint, with G = ∂E/∂M of one receiver:
///
///     T[m1][c]        = Σ_m3 Q_e[m3][m1] G[m3][c]
///     ∂E/∂R[e][c]     = Σ_m1 T[m1][c] S_e[m1][c]
///     ∂E/∂S_e[m1][c] += R[e][c] T[m1][c]
///     ∂E/∂Q_e[m3][m1] = Σ_c R[e][c] G[m3][c] S_e[m1][c]
func convolveAdjoint<L: Lane>(
  _ lane: L.Type, tiles: UnsafePointer<ConvolutionTile>, tileCount: Int, edges: Int, channels: Int,
  weights: UnsafePointer<L.Element>, weightAdjoints: UnsafeMutablePointer<L.Element>,
  couplings: UnsafePointer<L.Element>, couplingAdjoints: UnsafeMutablePointer<L.Element>?,
  couplingStride: Int,
  senders: UnsafePointer<UnsafePointer<L.Element>>,
  senderAdjoints: UnsafePointer<UnsafeMutablePointer<L.Element>>?, messageAdjoint: UnsafePointer<L.Element>
) {
  // two loops: a test for couplings inside would cost registers
  if let couplingAdjoints {
    adjoint(true, couplingAdjoints)
  } else {
    adjoint(false, weightAdjoints)
  }

  @inline(__always) func adjoint(_ wantsCouplings: Bool, _ couplingAdjoints: UnsafeMutablePointer<L.Element>)
  {
    for t in 0..<tileCount {
      let tile = tiles[t]
      let s = Int(tile.senderRow) * channels
      let g = messageAdjoint + Int(tile.messageRow) * channels
      let isFirst = tile.isFirst
      for e in 0..<edges {
        let q = couplings + (e * couplingStride + Int(tile.coupling))
        let dq = couplingAdjoints + (e * couplingStride + Int(tile.coupling))
        let r = weights + e * channels, dr = weightAdjoints + e * channels
        let x = senders[e] + s
        let dx = senderAdjoints.map { $0[e] + s }
        withShape(tile.rows, tile.columns) { rows, columns in
          var q0 = Columns<L>(), q1 = Columns<L>(), q2 = Columns<L>(), q3 = Columns<L>()
          var q4 = Columns<L>(), q5 = Columns<L>(), q6 = Columns<L>()
          var k = 0
          while k < channels {
            let sender = Columns<L>(x + k, channels, columns)
            let weight = L.load(r + k)
            var back = Columns<L>()
            @inline(__always) func row(_ m: Int, _ sums: inout Columns<L>) {
              let gm = L.load(g + (m * channels + k))
              back.add(q + m * columns, gm, columns)
              if wantsCouplings { sums.add(weight * gm, sender, columns) }
            }
            row(0, &q0)
            if rows > 1 { row(1, &q1) }
            if rows > 2 { row(2, &q2) }
            if rows > 3 { row(3, &q3) }
            if rows > 4 { row(4, &q4) }
            if rows > 5 { row(5, &q5) }
            if rows > 6 { row(6, &q6) }
            let radial = back.dot(sender, columns)
            (isFirst ? radial : radial + L.load(dr + k)).store(dr + k)
            if let dx { back.addScaled(weight, to: dx + k, channels, columns) }
            k += L.count
          }
          guard wantsCouplings else { return }
          q0.storeSums(dq, columns)
          if rows > 1 { q1.storeSums(dq + columns, columns) }
          if rows > 2 { q2.storeSums(dq + 2 * columns, columns) }
          if rows > 3 { q3.storeSums(dq + 3 * columns, columns) }
          if rows > 4 { q4.storeSums(dq + 4 * columns, columns) }
          if rows > 5 { q5.storeSums(dq + 5 * columns, columns) }
          if rows > 6 { q6.storeSums(dq + 6 * columns, columns) }
        }
      }
    }
  }
}
