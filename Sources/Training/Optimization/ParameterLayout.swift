/// Where each trainable parameter of a model lies in one flat vector.
///
/// Names, shapes and order are those of mace-torch's `named_parameters()`.
public struct ParameterLayout: Sendable, Equatable {
  public struct Entry: Sendable, Equatable {
    public let name: String
    public let shape: [Int]
    /// Row-major values of this parameter in the flat vector.
    public let range: Range<Int>
  }

  public let entries: [Entry]

  /// - Parameter parameters: in the order of the flat vector.
  public init(_ parameters: [(name: String, shape: [Int])]) {
    var start = 0
    entries = parameters.map { name, shape in
      let end = start + shape.reduce(1, *)
      defer { start = end }
      return Entry(name: name, shape: shape, range: start..<end)
    }
  }

  /// Numbers in the flat vector.
  public var count: Int { entries.last?.range.upperBound ?? 0 }
}
