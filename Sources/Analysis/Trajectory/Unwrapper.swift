import Atomistics
import Diagnostics

/// Makes positions continuous in time.
///
/// Where the file does not say that they are, the displacement between two frames is the shortest image. In a
/// cell that changes, displacements are added up in the new cell (the toroidal view of von Bülow, Bullerjahn and
/// Hummer, J. Chem. Phys. 153, 021101 (2020)), which gives the right diffusion coefficient.
public struct Unwrapper: Sendable {
  /// A displacement that was too long to be sure of.
  public struct Jump: Sendable, Equatable {
    /// Counted from 1 among the frames seen.
    public let frame: Int
    public let atom: Int
    /// As a fraction of the width of the cell.
    public let fraction: Double
  }

  /// The longest displacement between two frames, as a fraction of the width of the cell.
  public private(set) var longest = Jump(frame: 0, atom: 0, fraction: 0)

  private var previous: [SIMD3<Double>] = []
  private var unwrapped: [SIMD3<Double>] = []
  private var frames = 0

  public init() {}

  /// Above this, an atom may as well have gone the other way round: frames are too far apart to be unwrapped.
  public static let safeFraction = 0.4

  /// The continuous positions of the next frame, Å.
  public mutating func next(_ frame: TrajectoryFrame) throws(MACEError) -> [SIMD3<Double>] {
    let structure = frame.structure
    frames += 1
    defer { previous = structure.positions }
    guard !previous.isEmpty, structure.pbc.isAny else {
      unwrapped = structure.positions
      return unwrapped
    }
    let basis = try PeriodicBasis(cell: structure.cell, pbc: structure.pbc)
    for atom in unwrapped.indices {
      var step = structure.positions[atom] - previous[atom]
      var longestPart = 0.0
      for k in 0..<3 where basis.periodic[k] {
        var part = step.dot(basis.reciprocal[k])
        if !frame.isUnwrapped {
          let turns = part.rounded()
          step -= turns * basis.rows[k]
          part -= turns
        }
        longestPart = max(longestPart, part.magnitude)
      }
      if longestPart > longest.fraction { longest = Jump(frame: frames, atom: atom, fraction: longestPart) }
      unwrapped[atom] += step
    }
    if frame.isUnwrapped { unwrapped = structure.positions }
    return unwrapped
  }

  /// What to tell the user if the positions cannot be trusted.
  public var warning: String? {
    guard longest.fraction > Self.safeFraction else { return nil }
    let percent = (100 * longest.fraction).rounded()
    return
      "atom \(longest.atom) moved by \(percent) % of the cell before frame \(longest.frame): frames are too "
      + "far apart (or not as unwrapped as the file says) for displacements to be certain"
  }
}
