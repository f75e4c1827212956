import Atomistics
import CMace
import Diagnostics
import Training

extension mace_labels {
  static func at(_ pointer: UnsafePointer<mace_labels>?) throws(MACEError) -> mace_labels {
    var empty = mace_labels()
    (empty.weight, empty.energy_weight, empty.forces_weight) = (1, 1, 1)
    (empty.stress_weight, empty.virial_weight) = (1, 1)
    return try extensible(
      try required(pointer, "labels"), empty: empty, "labels", initializer: "MACE_LABELS_INIT")
  }

  /// The labels, copied, with their structure.
  func frame(_ structure: Structure) throws(MACEError) -> TrainingFrame {
    func nine(_ pointer: UnsafePointer<Double>?) -> [Double]? {
      pointer.map { Array(UnsafeBufferPointer(start: $0, count: 9)) }
    }
    var forces: [SIMD3<Double>]?
    if let pointer = self.forces { forces = try vectors(pointer, structure.count, "forces") }
    return TrainingFrame(
      structure: structure,
      labels: Labels(
        energy: energy?.pointee, forces: forces, stress: nine(stress), virials: nine(virial)),
      weights: PropertyWeights(
        config: weight, energy: energy_weight, forces: forces_weight, stress: stress_weight,
        virials: virial_weight),
      head: head.map { String(cString: $0) } ?? "Default", source: "frame")
  }
}
