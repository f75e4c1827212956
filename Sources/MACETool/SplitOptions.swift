/// What `mace split` is asked to do.
public struct SplitOptions: Sendable {
  /// Files with the same structures in the same order: one per level of theory.
  public var inputs: [String]
  public var directory = "."
  /// Draw so many frames; nil is all.
  public var frames: Int?
  /// Hold out so many of them.
  public var test = 0
  /// Sizes of the nested training sets; empty is one set of the rest.
  public var sizes: [Int] = []
  public var seed: UInt64 = 123
  /// Use the list in this file in place of drawing one.
  public var indices: String?
  /// Where the list is saved; nil: split.json in the directory, unless a list was given.
  public var savedIndices: String?

  public init(inputs: [String]) { self.inputs = inputs }
}
