import Diagnostics
import Training
import TrainingConfiguration

/// Options in a YAML file, given with `--config`: `time: 120ps`, lists for options that may be repeated, `true` for
/// flags. The command line overrides it.
enum OptionFile {
  /// The commands that read one here; `mace train` has its own way.
  private static let commands: Set<String> = ["md", "relax"]

  /// The arguments with those of the file in place of `--config`.
  ///
  /// - Throws: `.io`, `.format`; `.invalidArgument` for values that no option has.
  static func expand(_ arguments: [String]) throws(MACEError) -> [String] {
    guard let command = arguments.first, commands.contains(command) else { return arguments }
    var given: [String] = []
    var path: String?
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      if argument == "--config" {
        guard let next = rest.popFirst() else {
          throw MACEError(.invalidArgument, "--config needs the name of a YAML file")
        }
        path = next
      } else if argument.hasPrefix("--config=") {
        path = String(argument.dropFirst("--config=".count))
      } else {
        given.append(argument)
      }
    }
    guard let path else { return arguments }
    return [command] + (try options(of: path, except: given)) + given
  }

  private static func options(of path: String, except given: [String]) throws(MACEError) -> [String] {
    guard case .dictionary(let entries) = try YAMLFile.read(path) else {
      throw MACEError(.format, "\(path): the file is no mapping of options to values, such as 'time: 120ps'")
    }
    var arguments: [String] = []
    for entry in entries {
      let option = "--" + entry.key.description
      if given.contains(where: { $0 == option || $0.hasPrefix(option + "=") }) { continue }
      switch entry.value {
      case .boolean(let isSet): if isSet { arguments.append(option) }
      case .list(let items):
        arguments += try items.map { (item) throws(MACEError) in
          "\(option)=\(try scalar(item, option, path))"
        }
      default: arguments.append("\(option)=\(try scalar(entry.value, option, path))")
      }
    }
    return arguments
  }

  private static func scalar(_ value: Literal, _ option: String, _ path: String) throws(MACEError) -> String {
    switch value {
    case .integer, .real, .text: return value.description
    default:
      throw MACEError(
        .invalidArgument,
        "\(path): \(option.dropFirst(2)) is \(value); write a number, a text or a list of them")
    }
  }
}
