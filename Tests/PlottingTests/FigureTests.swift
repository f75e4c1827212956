import Diagnostics
import Foundation
import Plotting
import Testing

/// A folder that is removed when the test ends.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "mace-plot-" + UUID().uuidString

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }
}

private let hasGnuplot = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
  FileManager.default.isExecutableFile(atPath: $0 + "/gnuplot")
}

private let figure = Figure(
  "A \"title\" with \\ and O_2", x: Axis("r / Å"), y: Axis("g(r)", isLogarithmic: true, from: 0.1),
  series: [
    Series("Ca–O", x: [1, 2, 3], y: [0.5, .nan, 2], yErrors: [0.1, 0.1, 0.25]),
    Series("points", x: [1, 2], y: [1, 2], style: .points),
  ], marks: [.horizontal(1, "ideal gas"), .vertical(2)])

@Test func dataFileHoldsEverySeriesExactly() throws {
  let folder = try TemporaryFolder()
  let files = try figure.write(to: folder.path + "/g")
  #expect(files.data == folder.path + "/g.dat")
  let blocks = try folder.text("g.dat").components(separatedBy: "\n\n\n")
  #expect(blocks.count == 2)
  #expect(blocks[0].contains("# Ca–O\n# x y error\n1.0 0.5 0.1\n2.0 nan 0.1\n3.0 2.0 0.25"))
  #expect(blocks[1].contains("# points\n# x y\n1.0 1.0\n2.0 2.0"))
}

@Test func scriptQuotesTexts() throws {
  let folder = try TemporaryFolder()
  try figure.write(to: folder.path + "/g")
  let script = try folder.text("g.gp")
  #expect(script.contains("set title \"A \\\"title\\\" with \\\\ and O_2\" noenhanced"))
  #expect(script.contains("set logscale y\n") && script.contains("set yrange [0.1:*]"))
  #expect(!script.contains(folder.path))
}

@Test func squareFiguresHaveEqualAxes() throws {
  let folder = try TemporaryFolder()
  let square = Figure(
    x: Axis("reference"), y: Axis("predicted"), series: [Series("F", x: [0, 5], y: [1, 10], style: .dots)],
    isSquare: true)
  try square.write(to: folder.path + "/s")
  let script = try folder.text("s.gp")
  #expect(script.contains("set xrange [-0.3:10.3]\nset yrange [-0.3:10.3]"))
}

/// 8000 dots in a figure at most, clouds thinned alike; those that are small keep all their points.
@Test func largeCloudsAreThinned() throws {
  let folder = try TemporaryFolder()
  let many = (0..<20_000).map(Double.init)
  let clouds = Figure(
    x: Axis("reference"), y: Axis("predicted"),
    series: [
      Series("H", x: many, y: many, style: .dots), Series("O", x: many, y: many, style: .dots),
      Series("Ca", x: [1, 2], y: [1, 2], style: .dots),
    ])
  try clouds.write(to: folder.path + "/c")
  let script = try folder.text("c.gp")
  #expect(script.contains("index 0 every 6 using") && script.contains("index 1 every 6 using"))
  #expect(script.contains("index 2 using"))
}

@Test(.enabled(if: hasGnuplot, "gnuplot is not installed")) func gnuplotDraws() throws {
  let folder = try TemporaryFolder()
  var figure = figure
  figure.marks.append(.diagonal)
  for style in [Series.Style.line, .dashed, .points, .linePoints, .dots, .steps] {
    figure.series.append(
      Series("style", x: [1, 2, 3], y: [3, 1, 2], yErrors: style == .dots ? nil : [1, 1, 1], style: style))
  }
  let files = try figure.write(to: folder.path + "/g")
  #expect(files.warning == nil)
  #expect(try folder.text("g.svg").contains("ideal gas"))
  let png = try Data(contentsOf: URL(fileURLWithPath: try #require(files.png)))
  #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]) && png.count > 5000)
}

@Test func nothingToDrawIsAnError() throws {
  let empty = Figure(
    x: Axis("x"), y: Axis("y", isLogarithmic: true), series: [Series("", x: [1, .nan], y: [-1, 2])])
  let error = #expect(throws: MACEError.self) { try empty.write(to: "/nowhere/g") }
  #expect(error?.kind == .invalidArgument)
  let unwritable = #expect(throws: MACEError.self) { try figure.write(to: "/nowhere/at/all/g") }
  #expect(unwritable?.kind == .io)
}

@Test func aSheetHoldsItsFiguresInOneDataFile() throws {
  let folder = try TemporaryFolder()
  let empty = Figure(x: Axis("x"), y: Axis("y"), series: [Series("", x: [], y: [])])
  try FigureSheet("A sheet", columns: 2, figures: [figure, nil, empty, figure]).write(to: folder.path + "/s")
  let data = try folder.text("s.dat")
  #expect(data.components(separatedBy: "\n\n\n").count == 4)
  let script = try folder.text("s.gp")
  #expect(script.contains("set multiplot layout 2,2 title \"A sheet\" noenhanced"))
  #expect(script.contains("'s.dat' index 0 ") && script.contains("'s.dat' index 3 "))
  // twice: for SVG and PNG
  #expect(script.components(separatedBy: "set multiplot next").count == 5)
  let nothing = #expect(throws: MACEError.self) {
    try FigureSheet(figures: [empty, nil]).write(to: folder.path + "/n")
  }
  #expect(nothing?.kind == .invalidArgument)
}

@Test func shortLogarithmicAxesAreNumberedBetweenDecades() throws {
  let folder = try TemporaryFolder()
  let axis = Axis("y", isLogarithmic: true)
  try Figure(x: Axis("x"), y: axis, series: [Series("", x: [1, 2], y: [20, 400])]).write(
    to: folder.path + "/a")
  #expect(try folder.text("a.gp").contains("\"20\" 20.0, \"50\" 50.0, \"100\" 100.0"))
  try Figure(x: Axis("x"), y: axis, series: [Series("", x: [1, 2], y: [1, 4e6])]).write(
    to: folder.path + "/b")
  #expect(try !folder.text("b.gp").contains("set ytics"))
}
