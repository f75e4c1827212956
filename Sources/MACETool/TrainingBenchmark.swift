import Atomistics
import Checkpoint
import Diagnostics
import ExtendedXYZ
import MACE
import Training

/// `mace bench --train`: how long one step of training takes: energies and forces of a batch, the gradient of the
/// weighted loss, an Adam step, and the model with its new parameters.
public struct TrainingBenchmark {
  private let options: BenchmarkOptions
  private let engine: ModelEngine
  private let frames: [TrainingFrame]
  private let elements: Int

  /// Reads the first `batchSize` frames, and the model for the elements in them, as fine-tuning does. Labels are
  /// made up: they do not change the time.
  public init(_ options: BenchmarkOptions, batchSize: Int) throws(MACEError) {
    guard batchSize >= 1 else {
      throw MACEError(.invalidArgument, "--batch_size \(batchSize): use 1 or more")
    }
    self.options = options
    var reader = try ExtendedXYZReader(path: options.configs)
    var structures: [Structure] = []
    while structures.count < batchSize {
      guard let frame = try reader.next() else {
        guard !structures.isEmpty else {
          throw MACEError(.format, "\(options.configs): there is no frame in the file")
        }
        // fewer frames than the batch has places: they stand in it again
        structures.append(structures[structures.count % reader.frameCount])
        continue
      }
      structures.append(try frame.structure.replicated(options.replication))
    }
    var model = try MACEModel(contentsOf: options.model)
    if let head = options.head { model = try model.selecting(head: head) }
    let present = Set(structures.flatMap(\.atomicNumbers))
    model = try model.restricted(
      toElements: model.configuration.atomicNumbers.filter { present.contains($0) })
    elements = model.configuration.atomicNumbers.count
    let head = model.configuration.heads[0]
    frames = structures.enumerated().map { k, structure in
      TrainingFrame(
        structure: structure,
        labels: Labels(energy: 0, forces: Array(repeating: .zero, count: structure.count)), head: head,
        source: "\(options.configs), frame \(k + 1)")
    }
    engine = try ModelEngine(model, precision: options.precision, threads: options.threads)
  }

  /// A table of the median times and the memory, or JSON.
  public func run(json: Bool) throws(MACEError) -> String {
    var parameters = engine.initialParameters
    var optimizer = Optimizer(engine.layout, OptimizerSettings())
    var gradient = [Double](repeating: 0, count: parameters.count)
    let loss = Loss(.weighted)
    var steps: [Double] = [], evaluations: [Double] = [], gradients: [Double] = []
    // the first step makes tables and takes memory
    for repetition in 0...options.repeats {
      let started = ProcessFacts.monotonicSeconds
      try engine.setParameters(parameters)
      let updated = ProcessFacts.monotonicSeconds
      let prediction = try engine.predict(frames, virials: false)
      let evaluated = ProcessFacts.monotonicSeconds
      for k in gradient.indices { gradient[k] = 0 }
      try engine.addGradient(loss.evaluate(prediction, for: frames).adjoint, to: &gradient)
      let differentiated = ProcessFacts.monotonicSeconds
      // a rate so small that the model stays what it is
      for k in gradient.indices { gradient[k] *= 1e-12 }
      optimizer.step(&parameters, gradient: gradient)
      guard repetition > 0 else { continue }
      steps.append(ProcessFacts.monotonicSeconds - started)
      evaluations.append(evaluated - updated)
      gradients.append(differentiated - evaluated)
    }
    let atoms = frames.reduce(0) { $0 + $1.structure.count }
    let rss = ProcessFacts.peakResidentBytes
    let (step, evaluation, derivative) = (median(steps), median(evaluations), median(gradients))
    if json {
      return JSON.object([
        (key: "model", value: .text(options.model)), (key: "batch_size", value: .integer(frames.count)),
        (key: "atoms", value: .integer(atoms)), (key: "elements", value: .integer(elements)),
        (key: "parameters", value: .integer(parameters.count)),
        (key: "threads", value: .integer(options.threads)),
        (key: "dtype", value: .text(options.precision.rawValue)),
        (key: "repeats", value: .integer(options.repeats)),
        (key: "seconds_per_step", value: .number(step)),
        (key: "seconds_evaluation", value: .number(evaluation)),
        (key: "seconds_gradient", value: .number(derivative)), (key: "peak_rss_bytes", value: .integer(rss)),
      ]).encoded + "\n"
    }
    func text(_ x: Double) -> String { NumberText.significant(x, 4) }
    var table = TextTable()
    for (name, value) in [
      ("batch", "\(frames.count) frames, \(atoms) atoms, \(elements) elements"),
      ("parameters", "\(parameters.count)"),
      ("precision, threads", "\(options.precision.rawValue), \(options.threads)"),
      ("training step (median of \(options.repeats)) / ms", text(1e3 * step)),
      ("  energies and forces / ms", text(1e3 * evaluation)),
      ("  gradient of the loss / ms", text(1e3 * derivative)),
      ("largest memory of the process", NumberText.bytes(Double(rss))),
    ] { table.add([name, value]) }
    return table.text
  }

  private func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }
}
