/// A value built by a pickle. Everything larger than a number is a node of the `PickleHeap`.
///
/// Nodes refer to one another by index, so that cyclic and very deep structures cost neither leaks nor
/// recursion.
enum PickleValue: Equatable {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case node(Int)
}

/// What a node of a pickle's object graph is.
enum PickleNode {
  case text(String)
  case bytes([UInt8])
  /// Data without meaning for a model (generated code, compiled blobs), with what it was.
  case opaque(String)
  /// A container, whose elements are in `PickleHeap.containers` at this index.
  case container(Container, Int)
  /// An allow-listed class or function as a value, by its full name.
  case global(String)
  /// An instance of an allow-listed class: constructor arguments and `__dict__`. Nothing was executed.
  case object(String, arguments: PickleValue, state: PickleValue)
  case storage(TorchStorage)
  indirect case tensor(TorchTensor)

  enum Container: String {
    case list, tuple, set
    /// Keys and values in turn, in insertion order; a repeated key overrides the earlier one.
    case dictionary
  }
}
