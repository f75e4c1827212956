import Diagnostics

/// What `--freeze` of `mace_run_train` keeps unchanged.
public enum FrozenParameters {
  /// The names among `names` that are not trained: from 1 on the node embedding, from 5 on also interactions,
  /// from 6 products, from 7 readouts. 0 freezes nothing.
  /// - Throws: `.invalidArgument` for a negative number, with which mace-torch 0.3.16 would freeze nothing
  ///   although its help promises layers counted from the end.
  public static func names(_ names: [String], freeze: Int) throws(MACEError) -> Set<String> {
    guard freeze >= 0 else {
      throw MACEError(
        .invalidArgument,
        "freeze = \(freeze): mace-torch has no effect for negative numbers; use 1 (embedding), 5 (and "
          + "interactions), 6 (and products) or 7 (and readouts)")
    }
    let parts = [(1, "node_embedding."), (5, "interactions."), (6, "products."), (7, "readouts.")]
    let prefixes = parts.filter { freeze >= $0.0 }.map(\.1)
    return Set(names.filter { name in prefixes.contains { name.hasPrefix($0) } })
  }
}
