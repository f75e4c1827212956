import Atomistics

/// One configuration of an extended XYZ file.
public struct Frame: Sendable, Equatable {
  /// Elements, positions, cell and periodic directions: `Lattice`, `pbc`, `species` or `Z`, and `pos`.
  public var structure: Structure
  /// All other keys of the comment line.
  public var info: Info
  /// All other per-atom columns, in the order of `Properties`.
  public var arrays: [Column]

  public init(structure: Structure, info: Info = Info(), arrays: [Column] = []) {
    self.structure = structure
    self.info = info
    self.arrays = arrays
  }

  /// The column with the name `name`, or nil.
  public func column(_ name: String) -> Column? {
    arrays.first { $0.name == name }
  }

  /// Replaces the column of the same name, or appends it.
  public mutating func setColumn(_ column: Column) {
    if let place = arrays.firstIndex(where: { $0.name == column.name }) {
      arrays[place] = column
    } else {
      arrays.append(column)
    }
  }
}
