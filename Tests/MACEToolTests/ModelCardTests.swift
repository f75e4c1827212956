import Diagnostics
import Foundation
import MACETool
import Testing
import Training

import struct Checkpoint.MACEModel

@Suite struct ModelCardTests {
  @Test func jsonOfAMultiHeadModel() throws {
    let card = try ModelCard(path: Fixtures.model("tiny_multihead2"))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(card.json.utf8)) as? [String: Any])
    #expect(json["class"] as? String == "ScaleShiftMACE")
    #expect(json["dtype"] as? String == "float64")
    #expect(json["r_max"] as? Double == 5)
    #expect(json["receptive_field"] as? Double == 10)
    #expect(json["elements"] as? [String] == ["H", "C", "O", "Ca"])
    #expect(json["parameters"] as? Int == 4880)
    let layers = try #require(json["layers"] as? [[String: Any]])
    #expect(layers.map { ($0["paths"] as? [String])?.count } == [3, 7])
    #expect(layers[1]["correlation"] as? [Int] == [2])
    #expect(layers[0]["output_irreps"] as? String == "8x0e+8x1o")
    let heads = try #require(json["heads"] as? [[String: Any]])
    #expect(heads.map { $0["name"] as? String } == ["Default", "pt_head"])
    #expect(heads.map { $0["scale"] as? Double } == [0.9, 1.3])
    let calcium = heads.map { ($0["E0"] as? [String: Double])?["Ca"] ?? .nan }
    #expect(abs(calcium[0] + 0.00997157) < 1e-12 && abs(calcium[1] - 0.04002843) < 1e-12)
  }

  @Test func textNamesEverything() throws {
    let text = try ModelCard(path: Fixtures.model("tiny_L1")).text
    for part in [
      "mace-torch .model", "ScaleShiftMACE", "5.0 Å", "10.0 Å (2 layers)", "8 bessel functions", "p = 5",
      "RealAgnosticResidualInteractionBlock", "8x0e+8x1o", "1o x 1o -> 0e", "3 for 0e",
      "NonLinearReadoutBlock", "silu",
      "E0(Ca) / eV", "Default", "ZBL",
    ] { #expect(text.contains(part), "\(part)") }
  }

  @Test func levelsOfTheory() throws {
    var model = try MACEModel(contentsOf: Fixtures.model("tiny_multihead2"))
    var summary = try TrainingSummary(of: [], cutoff: 3)
    summary.levels = ["Default": LevelOfTheory(name: "revPBE-D3")]
    model.setTrainingSummary(summary)
    let path = NSTemporaryDirectory() + "mace-card-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try model.write(safetensors: path)
    let card = try ModelCard(path: path)
    #expect(card.text.contains("revPBE-D3") && card.text.contains("dispersion in them"))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(card.json.utf8)) as? [String: Any])
    let heads = try #require(json["heads"] as? [[String: Any]])
    #expect(heads.map { $0["dispersion"] as? String } == ["included", nil])
  }

  @Test func missingFile() {
    let error = failure { () throws(MACEError) in _ = try ModelCard(path: "/nowhere/x.model") }
    #expect(error?.kind == .io)
    #expect(error?.message.contains("/nowhere/x.model") == true)
  }
}
