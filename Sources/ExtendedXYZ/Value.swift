/// The value of one key of a comment line.
public enum Value: Sendable, Equatable {
  case bool(Bool)
  case int(Int)
  case real(Double)
  case string(String)
  case bools([Bool])
  case ints([Int])
  case reals([Double])
  case strings([String])
  /// Rows of equal length.
  case boolMatrix([[Bool]])
  /// Rows of equal length.
  case intMatrix([[Int]])
  /// Rows of equal length.
  case realMatrix([[Double]])
  /// Rows of equal length.
  case stringMatrix([[String]])

  /// The number, if this is one integer or real (also as an array of one element).
  public var real: Double? {
    switch self {
    case .int(let value): Double(value)
    case .real(let value): value
    case .ints(let values) where values.count == 1: Double(values[0])
    case .reals(let values) where values.count == 1: values[0]
    default: nil
    }
  }

  /// The integer, if this is one (also as an array of one element).
  public var int: Int? {
    switch self {
    case .int(let value): value
    case .ints(let values) where values.count == 1: values[0]
    default: nil
    }
  }

  /// The logical value, if this is one (also as an array of one element).
  public var bool: Bool? {
    switch self {
    case .bool(let value): value
    case .bools(let values) where values.count == 1: values[0]
    default: nil
    }
  }

  /// The text, if this is a string.
  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// All numbers in the order of the file (matrices row by row), if this is a number or an array of numbers.
  ///
  /// A tensor written as nine numbers, `stress` for example, is in Fortran order as ASE has it: xx, yx, zx,
  /// xy, ... (for a symmetric tensor the order of rows and columns does not matter).
  public var reals: [Double]? {
    switch self {
    case .int(let value): [Double(value)]
    case .real(let value): [value]
    case .ints(let values): values.map { Double($0) }
    case .reals(let values): values
    case .intMatrix(let rows): rows.flatMap { $0.map { Double($0) } }
    case .realMatrix(let rows): rows.flatMap { $0 }
    default: nil
    }
  }
}
