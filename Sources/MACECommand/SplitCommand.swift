import ArgumentParser
import MACETool

struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Split frames into a test set and nested training sets.",
    discussion: """
      Draws frames at random, holds some out for the test and makes training sets that contain each other. With \
      several files, the same frames are taken from each: they must have the same structures in the same order \
      (one level of theory each). Frames with config_type=IsolatedAtom are not drawn; they come into every training \
      set. Names are <directory>/<file>_test.xyz and <directory>/<file>_train_<N>.xyz; the list of frames is saved \
      and can be used again with --indices. The draw is the same on every machine.

        mace split revPBE.xyz MP2.xyz --num_frames 400 --test 100 --sizes 10,30,50,100,200,300 --output_dir sets
      """)

  @Argument(help: "Extended XYZ files, also .gz or .xz.")
  var files: [String]

  @Option(
    name: .customLong("num_frames"), help: ArgumentHelp("Frames to draw (default: all).", valueName: "N"))
  var frames: Int?

  @Option(help: ArgumentHelp("Frames of these to hold out (default: none).", valueName: "N"))
  var test: Int?

  @Option(
    help: ArgumentHelp(
      "Sizes of the training sets, for example 10,30,50 (default: one of all the rest).", valueName: "N,N,..."))
  var sizes: String?

  @Option(help: ArgumentHelp("Seed of the draw (default: 123).", valueName: "N"))
  var seed: UInt64?

  @Option(
    name: .customLong("output_dir"), help: ArgumentHelp("Directory for the files.", valueName: "directory"))
  var directory = "."

  @Option(help: ArgumentHelp("Use a saved list of frames in place of drawing one.", valueName: "file"))
  var indices: String?

  @Option(
    name: .customLong("save_indices"),
    help: ArgumentHelp("Where to save the list (default: split.json in the directory).", valueName: "file"))
  var savedIndices: String?

  func validate() throws {
    if indices != nil, frames != nil || test != nil || sizes != nil || seed != nil {
      throw ValidationError("--indices is a list that was drawn; --num_frames, --test, --sizes and --seed do not fit")
    }
    _ = try numbers()
  }

  private func numbers() throws -> [Int] {
    try (sizes ?? "").split(separator: ",", omittingEmptySubsequences: sizes == nil).map {
      guard let number = Int($0), number > 0 else {
        throw ValidationError("--sizes \(sizes ?? ""): '\($0)' is not a number of frames; write 10,30,50")
      }
      return number
    }
  }

  func run() throws {
    var options = SplitOptions(inputs: files)
    options.directory = directory
    options.frames = frames
    options.test = test ?? 0
    options.sizes = try numbers()
    options.seed = seed ?? options.seed
    options.indices = indices
    options.savedIndices = savedIndices
    try SplitJob(options, console: .standard).run()
  }
}
