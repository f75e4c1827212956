import Analysis
import Atomistics
import CNetCDF
import Diagnostics
import ExtendedXYZ
import Foundation
import TestSupport
import Testing

/// A folder that is removed when the test ends.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "mace-analysis-" + UUID().uuidString

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  /// Writes a text file and returns its path.
  func file(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    return path + "/" + name
  }

  /// Writes a trajectory with a frame every `interval` fs; positions [frame][atom].
  func trajectory(
    _ name: String, elements: [Int], cell: Cell?, interval: Double, positions: [[SIMD3<Double>]],
    velocities: [[SIMD3<Double>]]? = nil
  ) throws -> String {
    let writer = try ExtendedXYZWriter(path: path + "/" + name)
    for (number, frame) in positions.enumerated() {
      var info = Info()
      info["time_fs"] = .real(Double(number) * interval)
      try writer.write(
        Frame(
          structure: Structure(
            atomicNumbers: elements, positions: frame, cell: cell, pbc: cell == nil ? .none : .all),
          info: info,
          arrays: velocities.map { [Column(name: "velocities", vectors: $0[number])] } ?? []))
    }
    try writer.close()
    return path + "/" + name
  }
}

extension SeededGenerator {
  /// A normal number with the variance 1 (Box and Muller).
  mutating func normal() -> Double {
    let u = Double.random(in: Double.leastNonzeroMagnitude...1, using: &self)
    let v = Double.random(in: 0..<1, using: &self)
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
  }

  mutating func normalVector() -> SIMD3<Double> { SIMD3(normal(), normal(), normal()) }
}

func frames(_ path: String, _ options: TrajectoryOptions = TrajectoryOptions()) throws -> [TrajectoryFrame] {
  var reader = try TrajectoryReader(path: path, options: options)
  var frames: [TrajectoryFrame] = []
  while let frame = try reader.next() { frames.append(frame) }
  return frames
}

/// The error that `body` throws.
func failure(_ body: () throws -> Void) -> MACEError? { #expect(throws: MACEError.self) { try body() } }
