import Diagnostics
import ExtendedXYZ
import MACE

/// The calculators of a run, one per head that occurs.
struct HeadCalculators {
  private let potential: Potential
  /// `--head`.
  private let head: String?
  private let threads: Int
  private var calculators: [String: Calculator] = [:]

  /// - Throws: `.invalidArgument` for a head that the model does not have.
  init(_ potential: Potential, head: String?, threads: Int) throws(MACEError) {
    self.potential = potential
    self.threads = threads
    self.head = head ?? (potential.heads.count == 1 ? potential.heads[0] : nil)
    if let head = self.head { _ = try calculator(head) }
  }

  /// The calculator for a frame: of `--head`, of the only head, or of the frame's own key `head`.
  mutating func calculator(for frame: Frame) throws(MACEError) -> Calculator {
    if let head { return try calculator(head) }
    if let name = frame.info["head"]?.name {
      guard potential.heads.contains(name) else {
        let known = potential.heads.map { "'\($0)'" }.joined(separator: ", ")
        throw MACEError(.format, "its key head is '\(name)'; the heads of the model are \(known)")
      }
      return try calculator(name)
    }
    do {
      return try Calculator(potential, threads: threads)
    } catch {
      throw MACEError(error.kind, "\(error.message) with --head, or by a key head=... in every frame")
    }
  }

  private mutating func calculator(_ name: String) throws(MACEError) -> Calculator {
    if let calculator = calculators[name] { return calculator }
    let calculator = try Calculator(potential, head: name, threads: threads)
    calculators[name] = calculator
    return calculator
  }
}
