import Checkpoint
import Foundation
import MACE
import TestSupport
import Testing

/// Checkpoints whose mathematics changed between versions of mace-torch, against the version that wrote them.
@Suite struct VersionTests {
  private struct Result: Decodable {
    var energy: Double
    var forces: [[Double]]
  }

  /// `SoftTransform` was another formula before 0.3.10; results are those of mace-torch 0.3.8.
  @Test func softTransformOf038() throws {
    let place = Fixtures.path("versions/tiny_soft__v0.3.8")
    let model = try MACEModel(contentsOf: place + ".model")
    #expect(model.configuration.distanceTransform == .earlySoft)
    let results = try JSONDecoder().decode(
      [String: Result].self, from: Data(contentsOf: URL(fileURLWithPath: place + ".json")))
    #expect(results.count == 2)
    // the formula to the last digits: without tables
    let calculator = try Calculator(try Potential(model, radial: .exact))
    for (name, expected) in results {
      let result = try calculator.evaluate(Fixtures.structure(name))
      #expect(abs(result.energy - expected.energy) < 1e-11)
      for (f, g) in zip(result.forces, expected.forces) {
        #expect(abs(f.x - g[0]) < 1e-12 && abs(f.y - g[1]) < 1e-12 && abs(f.z - g[2]) < 1e-12)
      }
    }
  }
}
