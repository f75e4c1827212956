/// The number types of torch storages.
enum TorchScalar: String {
  case double = "DoubleStorage"
  case float = "FloatStorage"
  case half = "HalfStorage"
  case bfloat16 = "BFloat16Storage"
  case long = "LongStorage"
  case int = "IntStorage"
  case short = "ShortStorage"
  case char = "CharStorage"
  case byte = "ByteStorage"
  case bool = "BoolStorage"
  case untyped = "UntypedStorage"

  /// By the name of a torch dtype, for example `float64`.
  init?(dtype name: String) {
    switch name {
    case "float64", "double": self = .double
    case "float32", "float": self = .float
    case "float16", "half": self = .half
    case "bfloat16": self = .bfloat16
    case "int64", "long": self = .long
    case "int32", "int": self = .int
    case "int16", "short": self = .short
    case "int8": self = .char
    case "uint8": self = .byte
    case "bool": self = .bool
    default: return nil
    }
  }

  /// Bytes per number.
  var size: Int {
    switch self {
    case .double, .long: 8
    case .float, .int: 4
    case .half, .bfloat16, .short: 2
    case .char, .byte, .bool, .untyped: 1
    }
  }
}

/// A storage named by a pickle; its numbers are the archive member `data/<key>`.
struct TorchStorage {
  var scalar: TorchScalar
  var key: String
  /// Number of elements (bytes for an untyped storage).
  var count: Int
}

/// A strided view of a storage, as a pickle describes it. Nothing is checked against the data yet.
struct TorchTensor {
  var storage: TorchStorage
  var scalar: TorchScalar
  var offset: Int
  var size: [Int]
  var stride: [Int]
  var isParameter: Bool
}
