import Diagnostics

/// Several figures on one page, with one data file and one script.
public struct FigureSheet: Sendable, Equatable {
  public var title: String
  public var columns: Int
  /// Row by row; nil leaves a place empty.
  public var figures: [Figure?]

  /// - Precondition: columns > 0.
  public init(_ title: String = "", columns: Int = 1, figures: [Figure?]) {
    precondition(columns > 0)
    self.title = title
    self.columns = columns
    self.figures = figures
  }

  public var rows: Int { max(1, (figures.count + columns - 1) / columns) }

  /// As `Figure.write`. A figure without a finite point leaves its place empty.
  ///
  /// - Throws: `.invalidArgument` when there is nothing to draw at all, `.io` when a file cannot be written.
  @discardableResult
  public func write(to path: String) throws(MACEError) -> FigureFiles {
    var sheet = self
    sheet.figures = figures.map { $0?.hasPoints == true ? $0 : nil }
    let drawn = sheet.figures.compactMap { $0 }
    guard !drawn.isEmpty else {
      throw MACEError(.invalidArgument, "\(path): the figures have no finite point to draw")
    }
    return try FigureFiles.write(path, data: drawn.map(\.data).joined(separator: "\n\n")) {
      GnuplotScript(sheet, name: $0).text
    }
  }
}
