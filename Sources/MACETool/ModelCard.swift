import Atomistics
import Checkpoint
import Diagnostics
import Equivariance
import Training

/// All that is to be said about a model: sections of names and values, as text and as JSON.
public struct ModelCard {
  /// One fact: a key for JSON, a name for people, the value for both.
  struct Fact {
    var key: String
    var name: String
    var value: JSON
    /// For people, when the value alone does not say enough.
    var text: String?
  }

  let path: String
  let kind: ModelFileKind
  let model: MACEModel
  /// What our own trainer says about the data, if it made the model.
  let summary: TrainingSummary?
  var configuration: Configuration { model.configuration }

  /// - Throws: what reading the model throws.
  public init(path: String) throws(MACEError) {
    model = try MACEModel(contentsOf: path)
    kind = try ModelFileKind(of: path)
    self.path = path
    summary = try model.trainingSummary()
  }

  /// One JSON object.
  public var json: String {
    var entries = general.map { ($0.key, $0.value) }
    entries.append(("elements", .array(configuration.atomicNumbers.map { .text(Element.name(of: $0)) })))
    entries.append(("layers", .array(configuration.layers.indices.map { object(layer($0)) })))
    entries.append(("readouts", .array(configuration.readouts.map { object(readout($0)) })))
    entries.append(("heads", .array(headTables.map(\.json))))
    entries.append(("metadata", .object(metadata.map { ($0.key, .text($0.value)) })))
    return JSON.object(entries.map { (key: $0.0, value: $0.1) }).encoded + "\n"
  }

  /// The card for people.
  public var text: String {
    var out = block(path, general)
    let symbols = configuration.atomicNumbers.map { Element.name(of: $0) }
    out += wrapped("  elements (\(symbols.count)): ", symbols)
    for t in configuration.layers.indices { out += "\n" + block("layer \(t + 1)", layer(t)) }
    for (k, r) in configuration.readouts.enumerated() {
      out += "\n" + block("readout \(k + 1)", readout(r))
    }
    out += "\n" + headText
    if !metadata.isEmpty {
      out += "\nmetadata\n"
      for (key, value) in metadata { out += "  \(key): \(value)\n" }
    }
    return out
  }

  private var metadata: [(key: String, value: String)] { model.metadata.sorted { $0.key < $1.key } }

  private var general: [Fact] {
    let c = configuration
    var facts: [Fact] = [
      Fact(key: "file", name: "file", value: .text(kind.rawValue)),
      Fact(key: "class", name: "class", value: .text(c.modelClass.rawValue)),
      Fact(key: "dtype", name: "precision of the parameters", value: .text(c.dtype)),
      Fact(key: "parameters", name: "parameters", value: .integer(model.parameterCount)),
      Fact(key: "r_max", name: "cutoff r_max", value: .number(c.cutoff), text: "\(c.cutoff) Å"),
      Fact(
        key: "receptive_field", name: "receptive field", value: .number(c.receptiveRadius),
        text: "\(c.receptiveRadius) Å (\(c.layers.count) \(c.layers.count == 1 ? "layer" : "layers"))"),
      Fact(
        key: "radial_basis", name: "radial basis", value: .text(c.radialBasis.rawValue),
        text: "\(c.basisCount) \(c.radialBasis.rawValue) functions"),
    ]
    facts.append(Fact(key: "num_radial_basis", name: "", value: .integer(c.basisCount)))
    facts += [
      Fact(key: "distance_transform", name: "distance transform", value: .text(c.distanceTransform.rawValue)),
      Fact(
        key: "num_polynomial_cutoff", name: "polynomial cutoff", value: .integer(c.cutoffExponent),
        text: "p = \(c.cutoffExponent)"),
      Fact(
        key: "apply_cutoff", name: "cutoff applies to", value: .bool(c.appliesCutoffToBasis),
        text: c.appliesCutoffToBasis
          ? "the radial basis (apply_cutoff = True)" : "the path weights (apply_cutoff = False)"),
      Fact(
        key: "pair_repulsion", name: "ZBL pair repulsion", value: .bool(c.pairRepulsion),
        text: c.pairRepulsion ? "yes" : "no"),
      Fact(key: "harmonics", name: "spherical harmonics", value: .text("\(c.harmonics)")),
      Fact(
        key: "couplings_float32", name: "coupling constants", value: .bool(c.roundsCouplingsToFloat32),
        text: c.roundsCouplingsToFloat32 ? "rounded to float32 when the model was made" : "float64"),
    ]
    return facts
  }

  private func object(_ facts: [Fact]) -> JSON { .object(facts.map { (key: $0.key, value: $0.value) }) }

  private func block(_ title: String, _ facts: [Fact]) -> String {
    let shown = facts.filter { !$0.name.isEmpty }
    let width = shown.reduce(0) { max($0, $1.name.count) }
    var out = title + "\n"
    for fact in shown {
      let value: String
      if let text = fact.text {
        value = text
      } else if case .text(let text) = fact.value {
        value = text
      } else {
        value = fact.value.encoded
      }
      out += "  \(fact.name)\(String(repeating: " ", count: width - fact.name.count))  \(value)\n"
    }
    return out
  }

  /// Words in lines of at most 100 characters.
  private func wrapped(_ start: String, _ words: [String]) -> String {
    var out = ""
    var line = start
    for word in words {
      if line.count + word.count > 99 {
        out += line + "\n"
        line = "    "
      }
      line += word + " "
    }
    return out + line.dropLast() + "\n"
  }
}
