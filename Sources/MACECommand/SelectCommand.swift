import ArgumentParser
import Atomistics
import MACE
import MACETool
import Training

extension FrameSelection.Method: ExpressibleByArgument {}
extension ElementFilter: ExpressibleByArgument {}

struct SelectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "select",
    abstract: "Select frames of a large set, for replay in fine-tuning.",
    discussion: """
      Options are those of mace-torch's fine_tuning_select. Frames that pass the element filter are selected by \
      farthest-point sampling (the mean invariant descriptors of each element; exact, from a random first frame) or \
      at random. The output is in the order of the input and gets the keys pretrained, config_weight and head; with \
      --configs_ft, <output>_combined has the fine-tuning frames, too.
      """)

  @Option(
    name: .customLong("configs_pt"), help: ArgumentHelp("Frames to select from.", valueName: "file"))
  var configurations: String

  @Option(
    name: .customLong("configs_ft"), parsing: .upToNextOption,
    help: ArgumentHelp("Fine-tuning frames: their elements are those of the filter.", valueName: "file"))
  var fineTuning: [String] = []

  @Option(help: ArgumentHelp("Extended XYZ to write, also .gz or .xz.", valueName: "file"))
  var output: String

  @Option(
    name: .customLong("num_samples"),
    help: ArgumentHelp("Frames to select (default: all that pass the filter).", valueName: "N"))
  var count: Int?

  @Option(help: "How: fps or random.")
  var subselect = FrameSelection.Method.fps

  @Option(
    name: .customLong("filtering_type"),
    help: ArgumentHelp(
      "none; combinations: no other elements; exclusive: exactly these; inclusive: all these and maybe others.",
      valueName: "filter"))
  var filter = ElementFilter.none

  @Option(
    name: .customLong("filter_atomic_numbers_pt"),
    help: ArgumentHelp("Elements of the filter, without --configs_ft: [1, 6, 8].", valueName: "list"))
  var elements: String?

  @Option(help: ArgumentHelp("Model whose descriptors are compared, for fps.", valueName: "file"))
  var model: String?

  @Option(name: .customLong("head_pt"), help: ArgumentHelp("Key head of the selected frames.", valueName: "name"))
  var head: String?

  @Option(name: .customLong("head_ft"), help: ArgumentHelp("Key head of the fine-tuning frames.", valueName: "name"))
  var fineTuningHead: String?

  @Option(name: .customLong("weight_pt"), help: ArgumentHelp("config_weight of the selected frames.", valueName: "w"))
  var weight = 1.0

  @Option(name: .customLong("weight_ft"), help: ArgumentHelp("config_weight of the others.", valueName: "w"))
  var fineTuningWeight = 1.0

  @Flag(
    name: .customLong("disallow_random_padding"),
    help: "Fail when fewer than num_samples pass the filter, in place of adding random others.")
  var disallowsPadding = false

  @Option(help: ArgumentHelp("Seed of all random choices.", valueName: "N"))
  var seed: UInt64 = 42

  @Option(
    name: .customLong("default_dtype"), help: ArgumentHelp("Precision of the features.", valueName: "dtype"))
  var precision = Precision.float64

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if elements != nil, !fineTuning.isEmpty {
      throw ValidationError("--filter_atomic_numbers_pt: the elements are those of --configs_ft; give one of the two")
    }
    if filter == .none, elements != nil {
      throw ValidationError("--filter_atomic_numbers_pt has no effect without --filtering_type")
    }
    _ = try numbers()
  }

  private func numbers() throws -> Set<Int> {
    var numbers: Set<Int> = []
    for part in (elements ?? "").split(whereSeparator: { "[], ".contains($0) }) {
      guard let z = Int(part), Element.symbol(of: z) != nil else {
        throw ValidationError("--filter_atomic_numbers_pt: '\(part)' is not an atomic number; write [1, 6, 8]")
      }
      numbers.insert(z)
    }
    return numbers
  }

  func run() throws {
    var options = SelectionOptions(configurations: configurations, output: output)
    options.fineTuning = fineTuning
    options.model = model
    options.precision = precision
    options.head = head
    options.fineTuningHead = fineTuningHead
    options.weight = weight
    options.fineTuningWeight = fineTuningWeight
    options.selection.method = subselect
    options.selection.filter = filter
    options.selection.elements = try numbers()
    options.selection.count = count
    options.selection.allowsPadding = !disallowsPadding
    options.selection.seed = seed
    options.selection.threads = threads.count
    try SelectionJob(options, console: .standard).run()
  }
}
