/// What `Figure.write` left on the disk.
public struct FigureFiles: Sendable, Equatable {
  public let data: String
  public let script: String
  /// nil when it could not be drawn.
  public let svg: String?
  /// nil when it could not be drawn.
  public let png: String?
  /// Why there are no pictures, and what to do.
  public let warning: String?
}
