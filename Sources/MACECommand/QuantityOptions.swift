import Atomistics
import ArgumentParser
import Dynamics
import MACE
import MACETool

extension DynamicsOptions.Thermostat: ExpressibleByArgument {}
extension DynamicsOptions.TrajectoryFormat: ExpressibleByArgument {}
extension CellRescaling.Coupling: ExpressibleByArgument {}
extension RelaxationOptions.Algorithm: ExpressibleByArgument {}

/// "120ps" and the like, for the options of commands.
extension Quantity {
  @Sendable static func time(_ text: String) throws -> Double { try time.value(of: text) }
  @Sendable static func temperature(_ text: String) throws -> Double { try temperature.value(of: text) }
  @Sendable static func pressure(_ text: String) throws -> Double { try pressure.value(of: text) }
  @Sendable static func length(_ text: String) throws -> Double { try length.value(of: text) }
  @Sendable static func force(_ text: String) throws -> Double { try force.value(of: text) }
  @Sendable static func compressibility(_ text: String) throws -> Double {
    try compressibility.value(of: text)
  }
}

/// The models of a simulation.
struct ForceFieldArguments: ParsableArguments {
  /// Replaced by the options in the file (`OptionFile`) before anything is parsed.
  @Option(help: ArgumentHelp("YAML file of options, which the command line overrides.", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "Model file (.model or .safetensors). Several --model are a committee: the mean of their forces moves "
        + "the atoms, and their deviation is logged.", valueName: "file"))
  var model: [String]

  @Option(help: ArgumentHelp("Head of the model (needed if it has several).", valueName: "name"))
  var head: String?

  @Option(
    name: .customLong("default_dtype"),
    help: ArgumentHelp(
      "Precision of the features; geometry, E0 and sums are float64 in both.", valueName: "dtype"))
  var precision = Precision.float64

  @OptionGroup var threads: ThreadOptions

  var options: ForceFieldOptions {
    var options = ForceFieldOptions(models: model)
    options.head = head
    options.precision = precision
    options.threads = threads.count
    return options
  }
}
