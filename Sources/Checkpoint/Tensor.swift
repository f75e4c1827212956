/// A dense, contiguous, row-major tensor read from a model file.
public struct Tensor: Sendable, Equatable {
  public enum Element: String, Sendable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case bool = "BOOL"
  }
  /// How the values were stored; `values` holds them exactly for the floating-point and 32-bit types.
  public var element: Element
  public var shape: [Int]
  /// Every value as float64, row-major.
  public var values: [Double]
  /// A trainable parameter (a torch `Parameter`), not a buffer.
  public var isParameter: Bool

  public init(element: Element, shape: [Int], values: [Double], isParameter: Bool) {
    precondition(shape.reduce(1, *) == values.count)
    self.element = element
    self.shape = shape
    self.values = values
    self.isParameter = isParameter
  }

  public var count: Int { values.count }
}
