import ArgumentParser

struct AnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract:
      "Structure, dynamics and errors from trajectories and evaluated structures; figures and a report.",
    discussion: """
      Trajectories are extended XYZ (also .gz, .xz), LAMMPS dumps (text) or NetCDF in AMBER's convention; several \
      ones become curves of one figure. Every figure is written as SVG and PNG with its data (.dat) and its \
      gnuplot script (.gp) beside it, every table as text, CSV and JSON.

      Atoms are selected by element (O), by number counted from 0 (0..9), by molecule ("O in H2O", "O in CO3") or \
      all, several of them with commas (H,O). Molecules are found in the first frame: non-metal atoms closer \
      than 1.25 times the sum of their covalent radii are bonded.

      Examples:
        mace analyze rdf --pairs Ca-O "O in H2O-O in H2O" --trajectory a.xyz b.nc --from 20ps --output rdf
        mace analyze msd --select "O in H2O" --trajectory run.xyz --fit 2ps..10ps --output msd
        mace analyze free-energy --pair Ca-O --temperature 300K --trajectory run.xyz --output cn
        mace analyze errors --configs evaluated.xyz --output errors
        mace analyze report study
      """,
    subcommands: [
      AnalyzeRDFCommand.self, AnalyzeMSDCommand.self, AnalyzeVACFCommand.self,
      AnalyzeCoordinationCommand.self,
      AnalyzeFreeEnergyCommand.self, AnalyzeErrorsCommand.self, AnalyzeReportCommand.self,
    ])
}
