import Checkpoint
import Diagnostics

extension TrainingSummary {
  /// Key of the summary in a model's metadata.
  public static let metadataKey = "training"
  private static let keys = [
    "version", "frames", "elements", "densities", "nearest_distances", "levels", "options", "data_hashes",
  ]

  /// JSON text with sorted keys.
  public var text: String {
    let elements = elements.sorted { $0.key < $1.key }.map { z, use in
      JSON.array([
        .integer(z), .integer(use.atoms), .number(use.fractions.lowerBound),
        .number(use.fractions.upperBound),
      ])
    }
    let distances = nearestDistances.sorted { ($0.key.first, $0.key.second) < ($1.key.first, $1.key.second) }
      .map { JSON.array([.integer($0.first), .integer($0.second), .number($1)]) }
    let levels = levels.sorted { $0.key < $1.key }.map {
      JSON.texts([$0, $1.name, $1.dispersion.rawValue])
    }
    func pairs(_ table: [String: String]) -> JSON {
      .array(table.sorted { $0.key < $1.key }.map { .texts([$0, $1]) })
    }
    return JSON.object([
      ("version", .integer(1)), ("frames", .integer(frames)), ("elements", .array(elements)),
      ("densities", .array(densities.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? [])),
      ("nearest_distances", .array(distances)), ("levels", .array(levels)), ("options", pairs(options)),
      ("data_hashes", pairs(dataHashes)),
    ]).encoded
  }

  /// - Throws: `.format` for anything but a text that `text` has made.
  public init(text: String) throws(MACEError) {
    let subject = "the model's training summary"
    let json = try JSONParser.parse(Array(text.utf8), subject: subject)
    let fields = try JSONFields(json, subject, keys: Self.keys)
    let damaged = MACEError(.format, "\(subject) is damaged; write the model again, or train without it")
    frames = try fields.integer("frames")
    (elements, nearestDistances) = ([:], [:])
    for item in try fields.array("elements") {
      let x = item.numbers
      guard x.count == 4, x[2] <= x[3], let z = Int(exactly: x[0]), let atoms = Int(exactly: x[1]) else {
        throw damaged
      }
      elements[z] = ElementUse(atoms: atoms, fractions: x[2]...x[3])
    }
    let bounds = fields.value("densities").numbers
    if bounds.count == 2, bounds[0] <= bounds[1] { densities = bounds[0]...bounds[1] }
    for item in try fields.array("nearest_distances") {
      let x = item.numbers
      guard x.count == 3, let a = Int(exactly: x[0]), let b = Int(exactly: x[1]) else { throw damaged }
      nearestDistances[Pair(a, b)] = x[2]
    }
    for item in try fields.array("levels") {
      let words = item.words
      guard words.count == 3, let dispersion = LevelOfTheory.Dispersion(rawValue: words[2]) else {
        throw damaged
      }
      levels[words[0]] = LevelOfTheory(name: words[1], dispersion: dispersion)
    }
    for item in try fields.array("options") {
      guard item.words.count == 2 else { throw damaged }
      options[item.words[0]] = item.words[1]
    }
    for item in try fields.array("data_hashes") {
      guard item.words.count == 2 else { throw damaged }
      dataHashes[item.words[0]] = item.words[1]
    }
  }
}

extension MACEModel {
  /// What the model was trained on; nil when its file does not say, as those of mace-torch.
  /// - Throws: `.format` when the metadata are damaged.
  public func trainingSummary() throws(MACEError) -> TrainingSummary? {
    guard let text = metadata[TrainingSummary.metadataKey] else { return nil }
    return try TrainingSummary(text: text)
  }

  public mutating func setTrainingSummary(_ summary: TrainingSummary) {
    metadata[TrainingSummary.metadataKey] = summary.text
  }
}

extension JSON {
  /// The numbers of a list; empty when it is something else.
  fileprivate var numbers: [Double] {
    guard case .array(let items) = self else { return [] }
    let numbers = items.compactMap { item -> Double? in
      switch item {
      case .integer(let i): Double(i)
      case .number(let x): x
      default: nil
      }
    }
    return numbers.count == items.count ? numbers : []
  }

  fileprivate var words: [String] {
    guard case .array(let items) = self else { return [] }
    let words = items.compactMap { item -> String? in
      if case .text(let text) = item { text } else { nil }
    }
    return words.count == items.count ? words : []
  }
}
