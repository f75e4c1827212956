import Foundation
import Testing

import Training

/// Our table against the options of mace_run_train 0.3.16 (`make_options.py`).
@Suite struct OptionTableTests {
  struct Reference {
    var fallback: Any?
    var aliases: [String]
    var choices: [String]
    var flag: Bool?
    var type: String?
  }

  static func references() throws -> [String: Reference] {
    let path = ReportFixtures.directory + "/mace_run_train_options.json"
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let table = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
    return table.mapValues {
      Reference(
        fallback: $0["default"], aliases: $0["aliases"] as? [String] ?? [], choices: $0["choices"] as? [String] ?? [],
        flag: $0["flag"] as? Bool, type: $0["type"] as? String)
    }
  }

  @Test func everyOptionIsKnown() throws {
    let references = try Self.references()
    #expect(references.count > 160)
    let names = Set(OptionTable.all.map(\.name))
    #expect(Set(references.keys).subtracting(names).isEmpty)
    let ours = Set(OptionTable.all.filter(\.isOurs).map(\.name)).union(["config"])
    #expect(names.subtracting(references.keys) == ours)
    #expect(names.count == OptionTable.all.count)
  }

  @Test func aliasesAndChoices() throws {
    for (name, reference) in try Self.references() {
      let option = try #require(OptionTable.option(named: name))
      #expect(option.aliases == reference.aliases, "\(name)")
      // The scheduler has no choices there; unknown ones fail later.
      if case .choice(let values) = option.kind, name != "scheduler", name != "log_level" {
        #expect(Set(values).union(option.refusedValues.keys) == Set(reference.choices), "\(name)")
      } else {
        #expect(reference.choices.isEmpty, "\(name)")
      }
      #expect(option.kind.isFlag == (reference.flag != nil), "\(name)")
      if case .flag(let sets) = option.kind { #expect(sets == reference.flag, "\(name)") }
    }
  }

  @Test func defaults() throws {
    for (name, reference) in try Self.references() {
      let option = try #require(OptionTable.option(named: name))
      let expected: Literal
      switch reference.fallback {
      case nil, is NSNull: expected = .none
      // plot_frequency has the text "0", lists and dictionaries are texts there
      case let text as String: expected = (try? option.value(.text(text), written: name)) ?? .text(text)
      case let words as [String]: expected = .list(words.map { .text($0) })
      case let number as NSNumber:
        let isBoolean = reference.flag != nil || reference.type == "str2bool"
        expected = isBoolean ? .boolean(number.boolValue) : .real(number.doubleValue)
      default:
        Issue.record("\(name): \(String(describing: reference.fallback))")
        continue
      }
      let ours = option.defaultValue
      if let number = expected.number { #expect(ours.number == number, "\(name)") } else {
        #expect(ours == expected, "\(name)")
      }
    }
  }

  /// Every default passes its own check, so that a plan can be made of any table.
  @Test func defaultsAreAllowed() throws {
    for option in OptionTable.all where option.defaultValue != .none && !option.kind.isFlag {
      #expect(try option.value(option.defaultValue, written: option.name) == option.defaultValue, "\(option.name)")
    }
  }

  @Test func helpNamesEveryOption() {
    let text = OptionHelp.text
    for option in OptionTable.all { #expect(text.contains("--\(option.name)"), "\(option.name)") }
    for line in text.split(separator: "\n") { #expect(line.count <= 110, "\(line)") }
  }
}
