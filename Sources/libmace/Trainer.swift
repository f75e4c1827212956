// The names are those of mace.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CMace
import Diagnostics
import MACE
import Training

@c @implementation
public func mace_trainer_create(
  _ foundation: OpaquePointer?, _ threads: Int32, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> mace_status {
  out?.pointee = nil
  return status { () throws(MACEError) in
    let out = try required(out, "out")
    let model = try ModelHandle.at(foundation).potential.model
    out.pointee = TrainerHandle(StepwiseTraining(model, threads: try checkedThreads(threads))).retained()
  }
}

@c @implementation
public func mace_trainer_free(_ trainer: OpaquePointer?) {
  if let trainer { TrainerHandle.release(trainer) }
}

@c @implementation
public func mace_trainer_set(
  _ trainer: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?
) -> mace_status {
  status { () throws(MACEError) in
    try TrainerHandle.at(trainer).use { (training) throws(MACEError) in
      try training.set(String(cString: required(name, "name")), String(cString: required(value, "value")))
    }
  }
}

@c @implementation
public func mace_trainer_add_frame(
  _ trainer: OpaquePointer?, _ use: mace_frame_use, _ n: Int64, _ atomic_numbers: UnsafePointer<Int32>?,
  _ positions: UnsafePointer<Double>?, _ cell: UnsafePointer<Double>?, _ pbc: UnsafePointer<Int32>?,
  _ labels: UnsafePointer<mace_labels>?
) -> mace_status {
  status { () throws(MACEError) in
    try TrainerHandle.at(trainer).use { (training) throws(MACEError) in
      let structure = try structure(n, atomic_numbers, positions, cell, pbc)
      let labels = try mace_labels.at(labels)
      try training.add(try labels.frame(structure), as: try chosen(use))
    }
  }
}

@c @implementation
public func mace_trainer_start(
  _ trainer: OpaquePointer?, _ callback: mace_training_callback?, _ context: UnsafeMutableRawPointer?
) -> mace_status {
  status { () throws(MACEError) in
    try TrainerHandle.at(trainer).use { (training) throws(MACEError) in
      try training.start(output: HostProgress(callback, context).log)
    }
  }
}

@c @implementation
public func mace_trainer_run_epoch(
  _ trainer: OpaquePointer?, _ callback: mace_training_callback?, _ context: UnsafeMutableRawPointer?,
  _ trained: UnsafeMutablePointer<Int32>?
) -> mace_status {
  status { () throws(MACEError) in
    try TrainerHandle.at(trainer).use { (training) throws(MACEError) in
      let more = try training.runEpoch(observer: HostProgress(callback, context).send)
      trained?.pointee = more ? 1 : 0
    }
  }
}

@c @implementation
public func mace_trainer_evaluate(
  _ trainer: OpaquePointer?, _ use: mace_frame_use, _ head: UnsafePointer<CChar>?,
  _ errors: UnsafeMutablePointer<mace_errors>?
) -> mace_status {
  status { () throws(MACEError) in
    try TrainerHandle.at(trainer).use { (training) throws(MACEError) in
      let target = try required(errors, "errors")
      let asked = try extensible(
        UnsafePointer(target), empty: mace_errors(), "errors", initializer: "MACE_ERRORS_INIT")
      let metrics = try training.evaluate(try chosen(use), head: head.map { String(cString: $0) })
      var result = mace_errors(metrics)
      result.size = asked.size
      // a caller with an older header has room for its own members only
      let count = min(asked.size, MemoryLayout<mace_errors>.size)
      withUnsafeBytes(of: result) {
        UnsafeMutableRawBufferPointer(start: target, count: count).copyBytes(from: $0.prefix(count))
      }
    }
  }
}

@c @implementation
public func mace_trainer_model(
  _ trainer: OpaquePointer?, _ which: mace_trained, _ precision: mace_precision,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> mace_status {
  out?.pointee = nil
  return status { () throws(MACEError) in
    try TrainerHandle.at(trainer).use { (training) throws(MACEError) in
      let out = try required(out, "out")
      guard which == MACE_TRAINED_NOW || which == MACE_TRAINED_BEST else {
        throw MACEError(
          .invalidArgument, "which is \(which.rawValue); use one of the MACE_TRAINED_ constants")
      }
      out.pointee = try handle(training.model(best: which == MACE_TRAINED_BEST), precision)
    }
  }
}

private func chosen(_ use: mace_frame_use) throws(MACEError) -> StepwiseTraining.Use {
  switch use {
  case MACE_FRAME_TRAINING: .training
  case MACE_FRAME_VALIDATION: .validation
  case MACE_FRAME_ISOLATED_ATOM: .isolatedAtom
  default: throw MACEError(.invalidArgument, "use is \(use.rawValue); use one of the MACE_FRAME_ constants")
  }
}
