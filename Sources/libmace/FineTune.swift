// The names are those of mace.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CMace
import Diagnostics
import Training

@c @implementation
public func mace_fine_tune(
  _ count: Int32, _ arguments: UnsafePointer<UnsafePointer<CChar>?>?, _ threads: Int32,
  _ callback: mace_training_callback?, _ context: UnsafeMutableRawPointer?
) -> mace_status {
  status { () throws(MACEError) in
    let threads = try checkedThreads(threads)
    var words: [String] = []
    for (k, word) in try array(arguments, checked(Int64(count), "count"), "arguments").enumerated() {
      guard let word else { throw MACEError(.invalidArgument, "arguments[\(k)] is NULL; pass a text") }
      words.append(String(cString: word))
    }
    let options = try TrainingOptions(arguments: words) { (path) throws(MACEError) in
      throw MACEError(
        .unsupported, "--config \(path): only the command reads YAML; pass its options as arguments")
    }
    let plan = try EffectivePlan(options)
    let progress = HostProgress(callback, context)
    if plan.isDryRun { return try progress.log(plan.text) }
    let run = try TrainingRun(plan, threads: threads, output: progress.log)
    run.observer = { _ = progress.send($0) }
    run.isCancelled = { progress.isCancelled }
    for outcome in try run.run() { progress.sendModel(outcome.path) }
  }
}
