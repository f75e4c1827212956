import Diagnostics

/// All options of mace_run_train 0.3.16 with their defaults, and a few of ours.
public enum OptionTable {
  public static let all: [OptionSpecification] = run + data + model + fineTuning + optimization + other

  private static let places: [String: Int] = {
    var places: [String: Int] = [:]
    for (place, option) in all.enumerated() {
      for name in [option.name] + option.aliases { places[name] = place }
    }
    return places
  }()

  /// The option with exactly this name or alias.
  package static func option(named name: String) -> OptionSpecification? { places[name].map { all[$0] } }

  /// The option that a word on the command line means: its name, or a beginning that no other option shares,
  /// as argparse takes it.
  /// - Throws: `.invalidArgument` with the nearest names.
  static func option(abbreviated word: String, written: String) throws(MACEError) -> OptionSpecification {
    if let option = option(named: word) { return option }
    let matches = Set(places.keys.filter { $0.hasPrefix(word) }.compactMap { places[$0] })
    if matches.count == 1, let place = matches.first { return all[place] }
    if matches.count > 1 {
      let names = matches.map { all[$0].name }.sorted().prefix(6).joined(separator: ", ")
      throw MACEError(.invalidArgument, "\(written) can mean \(names); write the name out")
    }
    throw unknown(word, written: written)
  }

  /// The error for a name that no option has.
  static func unknown(_ word: String, written: String, among names: [String]? = nil) -> MACEError {
    let near = nearest(word, among: names ?? Array(places.keys))
    let hint = near.isEmpty ? "" : "; did you mean \(near.joined(separator: ", "))?"
    return MACEError(.invalidArgument, "there is no option \(written)\(hint)")
  }

  /// Up to three names that are a few letters away from `word` or contain it.
  static func nearest(_ word: String, among names: [String]) -> [String] {
    var scored: [(name: String, score: Int)] = []
    for name in names {
      let distance = editDistance(word.lowercased(), name.lowercased())
      let isPart = word.count > 3 && (name.contains(word) || word.contains(name))
      if distance <= max(2, word.count / 3) || isPart { scored.append((name, distance)) }
    }
    scored.sort { ($0.score, $0.name) < ($1.score, $1.name) }
    return scored.prefix(3).map(\.name)
  }

  /// Insertions, deletions and replacements that turn one text into the other.
  private static func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
