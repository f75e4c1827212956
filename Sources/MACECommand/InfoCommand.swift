import ArgumentParser
import MACETool

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Print what a model is: architecture, elements, heads, E0 energies.",
    discussion: "Energies are in eV, lengths in Å. E0 is the energy of an isolated atom, per head.")

  @Argument(help: "Model file (.model or .safetensors).")
  var model: String

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let card = try ModelCard(path: model)
    try Console.standard.output(json ? card.json : card.text)
  }
}
