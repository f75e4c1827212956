import Checkpoint
import Diagnostics

/// `statistics_file`: what mace_prepare_data writes as statistics.json, with its keys.
public struct StatisticsFile: Sendable, Equatable {
  /// eV by atomic number.
  public var atomicEnergies: [Int: Double]
  public var averageNeighbors: Double
  /// eV per atom.
  public var mean: Double
  /// The scale: rms of force components, eV/Å.
  public var std: Double
  public var atomicNumbers: [Int]
  /// Å
  public var cutoff: Double

  public init(
    atomicEnergies: [Int: Double], averageNeighbors: Double, mean: Double, std: Double, atomicNumbers: [Int],
    cutoff: Double
  ) {
    self.atomicEnergies = atomicEnergies
    self.averageNeighbors = averageNeighbors
    self.mean = mean
    self.std = std
    self.atomicNumbers = atomicNumbers
    self.cutoff = cutoff
  }

  /// - Throws: `.io`; `.format` naming the key that is missing or wrong.
  public init(contentsOf path: String) throws(MACEError) {
    let json = try JSON(contentsOf: path)
    func number(_ key: String) throws(MACEError) -> Double {
      // per head in some versions
      if case .array(let items)? = json[key], items.count == 1, let value = items[0].real { return value }
      guard let value = json[key]?.real else { throw MACEError(.format, "\(path): '\(key)' is not a number") }
      return value
    }
    averageNeighbors = try number("avg_num_neighbors")
    mean = try number("mean")
    std = try number("std")
    cutoff = try number("r_max")
    guard averageNeighbors > 0, std > 0, cutoff > 0 else {
      throw MACEError(.format, "\(path): 'avg_num_neighbors', 'std' and 'r_max' must be positive")
    }
    guard let text = json["atomic_energies"]?.text else {
      throw MACEError(.format, "\(path): 'atomic_energies' is not a text '{Z: eV}' or the name of a .json file")
    }
    do throws(MACEError) {
      switch try AtomicEnergySource(text) {
      case .table(let table): atomicEnergies = table
      case .file(let other): atomicEnergies = try AtomicEnergySource.table(contentsOf: other)
      default: throw MACEError(.format, "'\(text)' is neither a dictionary nor a .json file")
      }
    } catch {
      throw MACEError(.format, "\(path): 'atomic_energies': \(error.message)")
    }
    atomicNumbers = try Self.numbers(json["atomic_numbers"], path)
  }

  private static func numbers(_ json: JSON?, _ path: String) throws(MACEError) -> [Int] {
    if let numbers = json?.integers { return numbers }
    var numbers: [Int] = []
    if let text = json?.text, case .list(let items)? = try? LiteralParser.parse(text) {
      for item in items { if case .integer(let z) = item, (1...118).contains(z) { numbers.append(z) } }
      if numbers.count == items.count { return numbers }
    }
    throw MACEError(.format, "\(path): 'atomic_numbers' is not a list of atomic numbers such as '[1, 6, 8]'")
  }

  /// - Throws: `.io`.
  public func write(to path: String) throws(MACEError) {
    let energies = atomicNumbers.compactMap { z in atomicEnergies[z].map { "\(z): \($0)" } }
    try JSON.object([
      ("atomic_energies", .text("{\(energies.joined(separator: ", "))}")),
      ("avg_num_neighbors", .number(averageNeighbors)), ("mean", .number(mean)), ("std", .number(std)),
      ("atomic_numbers", .text("[\(atomicNumbers.map { "\($0)" }.joined(separator: ", "))]")),
      ("r_max", .number(cutoff)),
    ]).write(to: path)
  }
}
