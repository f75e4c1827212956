import Analysis
import Atomistics
import Diagnostics
import ExtendedXYZ
import Foundation
import MACETool
import TestSupport
import Testing

/// What a job printed.
private final class Transcript: @unchecked Sendable {
  private let lock = NSLock()
  private var parts: [String] = []

  var text: String { lock.withLock { parts.joined() } }

  var console: Console {
    Console(
      output: { text in self.lock.withLock { self.parts.append(text) } },
      note: { text in self.lock.withLock { self.parts.append(text) } }, isInteractive: false)
  }
}

@Test func hashes() throws {
  let folder = try TemporaryFolder()
  #expect(
    try SHA256.ofFile(folder.file("abc", "abc")).hash
      == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  let (bytes, hash) = try SHA256.ofFile(folder.file("many", String(repeating: "a", count: 1_000_000)))
  #expect(bytes == 1_000_000 && hash == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
}

@Test func commaSeparatedValues() {
  #expect(
    CSV.rows("a,\"b,c\",\"say \"\"x\"\"\"\n# note\n\n1,,3\r\n") == [
      ["a", "b,c", "say \"x\""], ["1", "", "3"],
    ])
}

@Test func base64() {
  let cases = ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE="]
  for (text, expected) in cases { #expect(HTML.base64(Array(text.utf8)) == expected) }
}

/// Two clusters of energies: what is no error inside them shows as bias.
@Test func errorsOfEvaluatedStructures() throws {
  let folder = try TemporaryFolder()
  let writer = try ExtendedXYZWriter(path: folder.path + "/e.xyz")
  for k in 0..<12 {
    var frame = Frame(
      structure: Structure(atomicNumbers: [8, 1], positions: [.zero, SIMD3(1, 0, 0)]),
      arrays: [
        Column(name: "REF_forces", vectors: [SIMD3(1, 2, 3), .zero]),
        Column(name: "MACE_forces", vectors: [SIMD3(1.3, 2, 3.4), SIMD3(0, 0.1, 0)]),
      ])
    let reference = (k < 6 ? -10.0 : -9.0) + 0.01 * Double(k)
    frame.info["REF_energy"] = .real(2 * reference)
    frame.info["MACE_energy"] = .real(2 * reference + (k < 6 ? 0.02 : -0.06))
    frame.info["config_type"] = .string(k % 2 == 0 ? "a" : "b")
    try writer.write(frame)
  }
  try writer.close()
  let transcript = Transcript()
  let job = try ErrorAnalysisJob(
    paths: [folder.path + "/e.xyz"], labels: ["model"], sizes: [10], labels: ReferenceLabels(),
    output: folder.path + "/errors/deep")
  try job.run(transcript.console)
  let rows = CSV.rows(try folder.text("errors/deep/errors.csv"))
  #expect(
    rows.map { $0.count > 2 ? $0[2] : "" } == [
      "group", "all", "a", "b", "E cluster 1", "E cluster 2", "H", "O",
    ])
  func value(_ row: Int, _ column: Int) throws -> Double { try #require(Double(rows[row][column])) }
  let expected: [(row: Int, column: Int, value: Double)] = [
    (1, 4, 1000 * 0.0005.squareRoot()), (1, 6, -10), (4, 6, 10), (5, 6, -30),
    (1, 7, 96.485332 * 0.0005.squareRoot()), (1, 8, 1000 * (0.26 / 6).squareRoot()),
    (7, 8, 1000 * (0.25 / 3).squareRoot()),
  ]
  for one in expected {
    let found = try value(one.row, one.column)
    #expect(abs(found - one.value) < 1e-6, "row \(one.row), column \(one.column)")
  }
  #expect(try folder.text("errors/deep/energy_model_10.dat").contains("# b"))
  let empty = folder.path + "/none.xyz"
  _ = try folder.file("none.xyz", "1\nREF_energy=1\nH 0 0 0\n")
  let error = failure {
    try ErrorAnalysisJob(
      paths: [empty], labels: [], sizes: [], labels: ReferenceLabels(), output: folder.path + "/x"
    ).run(transcript.console)
  }
  #expect(error?.message.contains("MACE_energy") == true)
}

/// Every analysis of a small liquid, then the report of its folder.
@Test func studyFromTrajectoryToReport() throws {
  let folder = try TemporaryFolder()
  var random = SeededGenerator(seed: 4)
  let cell = Cell(orthorhombic: SIMD3(repeating: 12))
  let elements = [20] + [Int](repeating: 8, count: 30)
  var walk = elements.map { _ in random.vector(0...12) }
  let positions = (0..<400).map { frame in
    for atom in walk.indices { walk[atom] += 0.1 * random.normalVector() }
    // A shell of six or seven neighbours around the ion.
    let directions: [SIMD3<Double>] = [
      SIMD3(1, 0, 0), SIMD3(-1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, -1, 0), SIMD3(0, 0, 1), SIMD3(0, 0, -1),
    ]
    var result = walk
    for k in 0..<6 { result[k + 1] = walk[0] + (2.4 + 0.05 * random.normal()) * directions[k] }
    if frame / 50 % 2 == 0 { result[7] = walk[0] + SIMD3(1.5, 1.5, 1.2) }
    for k in 8...30 {
      let d = result[k] - walk[0]
      let nearest = d - 12 * (d / 12).rounded(.toNearestOrEven)
      if (nearest * nearest).sum() < 16 { result[k] = walk[0] + SIMD3(5, 5, Double(k) / 6) }
    }
    return result
  }
  let path = try folder.trajectory(
    "run.xyz", elements: elements, cell: cell, interval: 100, positions: positions)
  let transcript = Transcript()
  let inputs = try TrajectoryInputs(paths: [path], labels: ["<run> & more"], options: TrajectoryOptions())
  let study = folder.path + "/study"
  try RadialDistributionJob(inputs: inputs, pairs: [AtomPair("Ca-O")], output: study + "/rdf")
    .run(transcript.console)
  var msd = DisplacementJob(inputs: inputs, output: study + "/msd")
  msd.correction = (300, 0.89e-3)
  try msd.run(transcript.console)
  try VelocityCorrelationJob(inputs: inputs, output: study + "/vacf").run(transcript.console)
  let coordination = CoordinationInputs(trajectories: inputs, pair: try AtomPair("Ca-O"))
  try CoordinationJob(inputs: coordination, output: study + "/cn").run(transcript.console)
  var free = FreeEnergyJob(inputs: coordination, temperatures: [300], output: study + "/f")
  free.lengths = [19_900]
  try free.run(transcript.console)
  let rows = CSV.rows(try folder.text("study/cn/coordination.csv"))
  #expect(rows.dropFirst().map { $0[1] } == ["6", "7"] && rows[1][2] == "0.5")
  let states = CSV.rows(try folder.text("study/f/free-energy.csv"))
  #expect(states.count == 5 && states.dropFirst().allSatisfy { Double($0[4]) == 0 })
  try StudyReport(folder: study, title: "A <study>").run(transcript.console)
  let page = try folder.text("study/report.html")
  #expect(page.contains("<h1>A &lt;study&gt;</h1>") && page.contains("&lt;run&gt; &amp; more"))
  #expect(!page.contains("<run>") && !page.contains("src=\"http") && !page.contains("<script"))
  #expect(page.contains("default-src 'none'"))
  #expect(page.contains("cn/coordination.csv") && page.contains("free-energy"))
  for name in ["rdf", "msd", "vacf", "cn", "f"] { #expect(page.contains("<h2>\(name)</h2>")) }
  // Again, over the page that is there already: it is not part of itself.
  try StudyReport(folder: study, title: "A <study>").run(transcript.console)
  #expect(try folder.text("study/report.html") == page)
  // A drawing that is large gives way to the picture beside it; figures can be left out.
  let cloud = String(repeating: "<circle/>", count: 30_000)
  try Data(cloud.utf8).write(to: URL(fileURLWithPath: study + "/rdf/cloud.svg"))
  try Data("small".utf8).write(to: URL(fileURLWithPath: study + "/rdf/cloud.png"))
  try StudyReport(folder: study, leftOut: ["vacf/"]).run(transcript.console)
  let short = try folder.text("study/report.html")
  #expect(short.contains("<figcaption>cloud.png") && !short.contains("<figcaption>cloud.svg"))
  #expect(short.contains("<h2>vacf</h2>") && !short.contains("<figcaption>vacf.svg"))
}

@Test func labelsAndFiles() throws {
  func labels(_ paths: [String], _ names: [String]) throws -> [String] {
    try TrajectoryInputs(paths: paths, labels: names, options: TrajectoryOptions()).entries.map(\.label)
  }
  #expect(try labels(["a/x.xyz.gz", "b/y.nc"], []) == ["x", "y"])
  #expect(try labels(["a/x.xyz", "b/x.xyz"], []) == ["a/x.xyz", "b/x.xyz"])
  for (paths, names) in [([], []), (["a"], ["x", "y"]), (["a", "b"], ["x", "x"])] as [([String], [String])] {
    #expect(failure { _ = try labels(paths, names) }?.kind == .invalidArgument)
  }
}
