/// One property of all atoms: a name and `width` entries per atom.
public struct Column: Sendable, Equatable {
  /// The entries, [atom][component] with the component innermost.
  public enum Values: Sendable, Equatable {
    /// Type R.
    case reals([Double])
    /// Type I.
    case ints([Int])
    /// Type S.
    case strings([String])
    /// Type L.
    case bools([Bool])

    /// The number of entries: atoms × components.
    public var count: Int {
      switch self {
      case .reals(let values): values.count
      case .ints(let values): values.count
      case .strings(let values): values.count
      case .bools(let values): values.count
      }
    }
  }

  /// The name in `Properties`, for example "forces".
  public let name: String
  /// The number of components per atom.
  public let width: Int
  /// All entries.
  public let values: Values

  /// - Precondition: `width` ≥ 1 and the number of values is a multiple of it.
  public init(name: String, width: Int, values: Values) {
    precondition(width >= 1 && values.count % width == 0)
    self.name = name
    self.width = width
    self.values = values
  }

  /// Three real components per atom.
  public init(name: String, vectors: [SIMD3<Double>]) {
    var values: [Double] = []
    values.reserveCapacity(3 * vectors.count)
    for vector in vectors {
      values.append(vector.x)
      values.append(vector.y)
      values.append(vector.z)
    }
    self.init(name: name, width: 3, values: .reals(values))
  }

  /// The entries as real numbers (integers are converted), [atom][component]; nil for strings and logicals.
  public var reals: [Double]? {
    switch values {
    case .reals(let values): values
    case .ints(let values): values.map { Double($0) }
    default: nil
    }
  }

  /// One vector per atom, if this is a column of three numbers.
  public var vectors: [SIMD3<Double>]? {
    guard width == 3, let reals else { return nil }
    return stride(from: 0, to: reals.count, by: 3).map {
      SIMD3(reals[$0], reals[$0 + 1], reals[$0 + 2])
    }
  }
}
