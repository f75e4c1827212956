import Foundation
import TestSupport

/// What mace-torch reads from labels.xyz and train.xyz, and what it computes from them.
struct DataReference: Decodable {
  struct Frame: Decodable {
    var type: String
    /// config, energy, forces, stress, virials
    var weights: [Double]
    var stress: [Double]
    var virials: [Double]
  }
  struct Training: Decodable {
    var frames: Int
    var isolated: [String: Double]
    var avg_num_neighbors: Double
    var std_scaling: [[Double]]
    var rms_forces_scaling: [[Double]]
  }
  var isolated: [String: Double]
  var frames: [Frame]
  var train: Training
  var average: [String: Double]
  var estimated: [String: Double]

  static func load() throws -> DataReference {
    try JSONDecoder().decode(
      Self.self, from: Data(contentsOf: URL(fileURLWithPath: path("data-reference.json"))))
  }

  static func path(_ name: String) -> String { Fixtures.path("training/\(name)") }
}

/// Compositions and energies of the mixed frames made with GFN1-xTB and GFN2-xTB.
struct MixedFrames: Decodable {
  var elements: [Int]
  var counts: [[Int]]
  var gfn1: [Double]
  var gfn2: [Double]
  var isolated_gfn1: [Double]
  var isolated_gfn2: [Double]

  static func load() throws -> MixedFrames {
    try JSONDecoder().decode(
      Self.self, from: Data(contentsOf: URL(fileURLWithPath: DataReference.path("xtb-mixed.json"))))
  }
}
