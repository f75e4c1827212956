import ArgumentParser

struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mace",
    abstract: "MACE interatomic potentials without Python: look at models, evaluate, convert, measure, prepare data.",
    discussion: """
      Units are eV, Å and eV/Å³; the stress has ASE's sign (dE/dε / V). Models are .model files of mace-torch \
      or .safetensors files of this program. Structures are extended XYZ, also .gz and .xz; "-" is the \
      standard input or output.

      Exit codes: 0 done, 1 failed (file, model, geometry), 2 used wrongly.
      """,
    version: Version.text,
    subcommands: [
      InfoCommand.self, EvaluateCommand.self, RelaxCommand.self, DynamicsCommand.self, ConvertCommand.self,
      BenchCommand.self, TrainCommand.self, PlotCommand.self, SplitCommand.self, AtomicEnergiesCommand.self,
      SelectCommand.self,
    ])
}
