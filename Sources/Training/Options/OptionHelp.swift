import Diagnostics

/// The table of options as text, grouped.
public enum OptionHelp {
  public static var text: String {
    var out = ""
    for group in OptionSpecification.Group.allCases {
      let options = OptionTable.all.filter { $0.group == group && $0.status == .used }
      out += "\(group.rawValue):\n"
      for option in options { out += entry(option) }
      out += "\n"
    }
    out += "Accepted without effect, with one warning:\n" + names { if case .ignored = $0 { true } else { false } }
    out += "\nNot supported, refused unless the value is the default:\n"
      + names { if case .refused = $0 { true } else { false } }
    return out
  }

  private static func entry(_ option: OptionSpecification) -> String {
    var help = option.help
    if case .choice(let values) = option.kind { help += ": " + values.joined(separator: ", ") }
    if let standard = standard(option) { help += " (default: \(standard))" }
    if option.isOurs { help += " (not in mace_run_train)" }
    let names = ([option.name] + option.aliases).map { "--\($0)" }.joined(separator: ", ")
    let head = "  \(names)\(option.kind.placeholder)"
    return head + "\n" + wrapped(help.split(separator: " ").map(String.init), indent: 6)
  }

  private static func standard(_ option: OptionSpecification) -> String? {
    switch option.defaultValue {
    case .none: option.kind == .realOrNone(.positive) ? "None" : nil
    case .boolean where option.kind.isFlag: nil
    case let value: value.description
    }
  }

  private static func names(where matches: (OptionSpecification.Status) -> Bool) -> String {
    wrapped(OptionTable.all.filter { matches($0.status) }.map { "--\($0.name)" }, indent: 2)
  }

  private static func wrapped(_ words: [String], indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var (out, line) = ("", margin)
    for word in words {
      if line.count > indent, line.count + 1 + word.count > 100 {
        out += line + "\n"
        line = margin
      }
      line += (line.count > indent ? " " : "") + word
    }
    return out + line + "\n"
  }
}

extension OptionSpecification.Kind {
  fileprivate var placeholder: String {
    switch self {
    case .flag: ""
    case .text, .choice, .textOrDictionary: " <text>"
    case .words: " <word> ..."
    case .integer: " <N>"
    case .real, .realOrNone: " <x>"
    case .boolean: " <True|False>"
    case .list: " <[...]>"
    case .dictionary: " <{...}>"
    case .paths: " <file>"
    }
  }
}
