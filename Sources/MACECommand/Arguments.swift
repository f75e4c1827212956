import ArgumentParser
import Diagnostics
import MACE
import MACETool

extension Precision: ExpressibleByArgument {}
extension RadialEvaluation: ExpressibleByArgument {}

extension DescriptorOptions.Aggregation: ExpressibleByArgument {}

/// "True" and "False", as Python spells them.
enum PythonBool: String, ExpressibleByArgument, CaseIterable {
  case yes = "True"
  case no = "False"
}

/// `--device` of mace-torch's programs.
enum Device: String, ExpressibleByArgument, CaseIterable { case cpu, cuda }

/// Number of threads, for all commands that compute.
struct ThreadOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Number of threads (default: OMP_NUM_THREADS, or all CPUs of this process).", valueName: "N"))
  var threads: Int?

  var count: Int { threads ?? ProcessFacts.defaultThreads }

  func validate() throws {
    if let threads, !(1...4096).contains(threads) {
      throw ValidationError("--threads \(threads) is not in 1...4096")
    }
  }
}
