import Atomistics
import ExtendedXYZ

/// The atoms of one frame of a dump, in the order of the file.
struct DumpTable {
  private let columns: DumpColumns
  private let box: LAMMPSBox
  private var ids: [Int] = []
  private var atomicNumbers: [Int] = []
  private var positions: [SIMD3<Double>] = []
  private var velocities: [SIMD3<Double>] = []
  private var words: [UnsafeBufferPointer<UInt8>] = []

  init(_ columns: DumpColumns, _ box: LAMMPSBox) {
    self.columns = columns
    self.box = box
  }

  /// Reads one line; returns what is wrong with it.
  mutating func add(_ line: UnsafeBufferPointer<UInt8>) -> String? {
    words.removeAll(keepingCapacity: true)
    var scanner = WordScanner(line)
    while let word = scanner.next() { words.append(word) }
    guard words.count == columns.count else {
      return "\(words.count) columns, but ITEM: ATOMS announces \(columns.count)"
    }
    guard let id = columns.id.flatMap({ NumberParser.integer(words[$0]) }) else {
      return "the id of an atom is no integer"
    }
    guard let z = element() else {
      return "atom with id \(id): its element or type is unknown; name the elements of all types (--types)"
    }
    guard let position = position() else { return "atom with id \(id): its position is no number" }
    ids.append(id)
    atomicNumbers.append(z)
    positions.append(position)
    if let places = columns.velocity {
      guard let velocity = vector(places) else { return "atom with id \(id): its velocity is no number" }
      velocities.append(velocity)
    }
    return nil
  }

  private func element() -> Int? {
    if let place = columns.element {
      let word = words[place]
      guard word.count == 1 || word.count == 2 else { return nil }
      return Element.atomicNumber(first: word[0], second: word.count == 2 ? word[1] : 0)
    }
    guard let place = columns.type, let type = NumberParser.integer(words[place]),
      columns.types.indices.contains(type - 1)
    else { return nil }
    return columns.types[type - 1]
  }

  private func vector(_ places: SIMD3<Int>) -> SIMD3<Double>? {
    guard let x = NumberParser.real(words[places.x]), let y = NumberParser.real(words[places.y]),
      let z = NumberParser.real(words[places.z])
    else { return nil }
    return SIMD3(x, y, z)
  }

  private func position() -> SIMD3<Double>? {
    guard let vector = vector(columns.position) else { return nil }
    var result: SIMD3<Double>
    switch columns.coordinates {
    case .unwrapped: return vector
    case .scaledUnwrapped: return box.origin + box.cell.cartesian(of: vector)
    case .cartesian: result = vector
    case .scaled: result = box.origin + box.cell.cartesian(of: vector)
    }
    guard let places = columns.image else { return result }
    guard let shift = self.vector(places) else { return nil }
    result += box.cell.cartesian(of: shift)
    return result
  }

  /// The atoms sorted by id; nil when two have the same.
  var frame: TrajectoryFrame? {
    let order = ids.indices.sorted { ids[$0] < ids[$1] }
    for (one, other) in zip(order, order.dropFirst()) where ids[one] == ids[other] { return nil }
    let structure = Structure(
      atomicNumbers: order.map { atomicNumbers[$0] }, positions: order.map { positions[$0] }, cell: box.cell,
      pbc: box.pbc)
    return TrajectoryFrame(
      structure: structure, velocities: columns.velocity == nil ? nil : order.map { velocities[$0] },
      isUnwrapped: columns.isUnwrapped)
  }
}
