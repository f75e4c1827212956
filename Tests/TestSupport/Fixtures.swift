import Atomistics
import Checkpoint
import Foundation
import MACE
import Synchronization

/// Checkpoints, configurations and mace-torch's results for them, in `Tests/Fixtures`.
public enum Fixtures {
  public static let directory = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

  /// Every small checkpoint, one architectural option each, sorted.
  public static let modelNames: [String] = {
    do {
      let files = try FileManager.default.contentsOfDirectory(atPath: path("models"))
      let names = files.filter { $0.hasSuffix(".model") }.map { String($0.dropLast(6)) }.sorted()
      // no checkpoint would mean tests with no case, which pass
      precondition(names.count == 29, "29 checkpoints were expected in \(path("models"))")
      return names
    } catch {
      fatalError("\(path("models")): \(error)")
    }
  }()

  /// The configurations of up to 40 atoms, by name.
  public static let structures: [String: Structure] = {
    do {
      return try structures(in: directory.appending(path: "configurations.json"))
    } catch {
      fatalError("configurations.json: \(error)")
    }
  }()

  public static func path(_ relative: String) -> String { directory.appending(path: relative).path }

  public static func structure(_ name: String) -> Structure {
    guard let structure = structures[name] else { fatalError("no configuration \(name)") }
    return structure
  }

  public static func structures(in file: URL) throws -> [String: Structure] {
    let list = try JSONDecoder().decode([ReferenceConfiguration].self, from: Data(contentsOf: file))
    return Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0.structure) })
  }

  public static func model(_ name: String) throws -> MACEModel {
    try models.withLock { models in
      if let model = models[name] { return model }
      let model = try MACEModel(contentsOf: path("models/\(name).model"))
      models[name] = model
      return model
    }
  }

  /// The same with the frequencies of a Bessel basis among its parameters.
  public static func modelWithTrainableBasis(_ name: String) throws -> MACEModel {
    var model = try model(name)
    model.tensors["radial_embedding.bessel_fn.bessel_weights"]?.isParameter = true
    return model
  }

  /// One compiled model per name and precision, shared by all tests.
  public static func potential(_ name: String, _ precision: Precision = .float64) throws -> Potential {
    let model = try model(name)
    return try potentials.withLock { potentials in
      let key = "\(name) \(precision)"
      if let potential = potentials[key] { return potential }
      let potential = try Potential(model, precision: precision)
      potentials[key] = potential
      return potential
    }
  }

  public static func reference(_ name: String) throws -> Reference {
    try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: directory.appending(path: "reference/\(name).json")))
  }

  private static let models = Mutex<[String: MACEModel]>([:])
  private static let potentials = Mutex<[String: Potential]>([:])
}

/// mace-torch's float64 results for one model (`make_fixtures.py` says what is in the file).
public struct Reference: Decodable, Sendable {
  public struct Head: Decodable, Sendable {
    public var energy: Double
    public var interactionEnergy: Double?
    public var nodeEnergies: [Double]
    public var forces: [[Double]]
    public var virial: [Double]
    public var stress: [Double]
  }
  public struct Result: Decodable, Sendable {
    public var heads: [Head]
    public var descriptors: [Double]?
  }
  public var heads: [String]
  public var results: [String: Result]
}

struct ReferenceConfiguration: Decodable {
  var name: String
  var numbers: [Int]
  var positions: [[Double]]
  var cell: [[Double]]
  var pbc: [Bool]

  var structure: Structure {
    let rows = cell.map { SIMD3($0[0], $0[1], $0[2]) }
    return Structure(
      atomicNumbers: numbers, positions: positions.map { SIMD3($0[0], $0[1], $0[2]) },
      cell: rows.allSatisfy { $0 == .zero } ? nil : Cell(rows[0], rows[1], rows[2]),
      pbc: Periodicity(pbc[0], pbc[1], pbc[2]))
  }
}
