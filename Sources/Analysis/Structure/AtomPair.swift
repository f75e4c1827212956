import Diagnostics

/// Two selections with a hyphen between them: "Ca-O", "O in H2O-O in H2O".
public struct AtomPair: Sendable, Equatable {
  public let text: String
  public let first: String
  public let second: String

  /// - Throws: `.invalidArgument` when there is not exactly one hyphen.
  public init(_ text: String) throws(MACEError) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw MACEError(
        .invalidArgument,
        "'\(text)' is no pair; write two selections with a hyphen, for example Ca-O or \"Ca-O in H2O\"")
    }
    self.text = text
    (first, second) = (String(parts[0]), String(parts[1]))
  }
}
