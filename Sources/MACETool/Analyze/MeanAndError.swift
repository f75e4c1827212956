/// The mean of a time series of one or more centres, with its standard error from ten blocks of frames.
struct MeanAndError {
  let mean: Double
  /// nil with fewer than two blocks.
  let error: Double?

  /// - Parameter values: [centre][frame].
  init(_ values: [[Double]]) {
    let frames = values.first?.count ?? 0
    let blocks = min(10, frames)
    func mean(_ range: Range<Int>) -> Double {
      values.reduce(0) { $0 + $1[range].reduce(0, +) } / Double(max(range.count * values.count, 1))
    }
    self.mean = mean(0..<frames)
    guard blocks >= 2 else {
      error = nil
      return
    }
    let means = (0..<blocks).map { mean($0 * frames / blocks..<($0 + 1) * frames / blocks) }
    let centre = means.reduce(0, +) / Double(blocks)
    let squares = means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
    error = (squares / Double(blocks - 1) / Double(blocks)).squareRoot()
  }
}
