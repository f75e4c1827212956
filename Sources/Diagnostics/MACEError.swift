/// An error with a stable kind and a message that names the file, frame, atom, element or option at fault
/// and says what to do about it.
///
/// `Kind.rawValue` is the status code of the C API (`include/mace.h`, `mace_status`).
public struct MACEError: Error, Equatable, CustomStringConvertible {
  public enum Kind: Int32, Sendable {
    /// An argument, option or combination of options that makes no sense.
    case invalidArgument = 1
    /// The operating system refused to open, read or write a file.
    case io = 2
    /// A file is damaged or is not what its name says.
    case format = 3
    /// A well-formed model or option that this library does not implement.
    case unsupported = 4
    /// An element that the model does not know.
    case unknownElement = 5
    /// Coordinates that have no energy: not finite, two atoms at one point, a cell without volume.
    case geometry = 6
    /// More memory was needed than is available or representable.
    case memory = 7
    /// A callback of the host asked to stop.
    case cancelled = 8
    /// A defect in this library.
    case `internal` = 9
  }

  public let kind: Kind
  public let message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}
