import MACETool
import Testing

@Suite struct ErrorReportTests {
  @Test func statistics() throws {
    var a = ErrorStatistics()
    #expect(a.rmse == nil && a.mae == nil)
    a.add([3, -4])
    a.addMissing()
    var b = ErrorStatistics()
    b.add([0, 0])
    a.add(b)
    #expect(a.frames == 2 && a.missing == 1 && a.count == 4)
    #expect(abs(try #require(a.rmse) - 2.5) < 1e-15)
    #expect(abs(try #require(a.mae) - 1.75) < 1e-15)
  }

  @Test func tablePerTypeAndTotal() {
    var report = ErrorReport()
    #expect(report.isEmpty)
    report.add(
      type: "bulk", energyPerAtom: 0.003, forces: [0.03, -0.04, 0], stress: nil, comparesStress: false)
    report.add(type: "slab", energyPerAtom: -0.004, forces: nil, stress: nil, comparesStress: false)
    report.add(type: "bulk", energyPerAtom: nil, forces: [0, 0, 0], stress: nil, comparesStress: false)
    let lines = report.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(!report.isEmpty)
    #expect(lines.contains(["bulk", "2", "1", "3.000", "3.000", "2", "20.412", "11.667"]))
    #expect(lines.contains(["slab", "1", "1", "4.000", "4.000", "0", "-", "-"]))
    #expect(lines.contains(["total", "3", "2", "3.536", "3.500", "2", "20.412", "11.667"]))
    #expect(report.text.hasSuffix("frames that could not be compared: energy 1, forces 1\n"))
    #expect(!report.text.contains("stress"))
  }

  @Test func stressIsShownWhenCompared() {
    var report = ErrorReport()
    report.add(type: "a", energyPerAtom: nil, forces: nil, stress: [0.001], comparesStress: true)
    report.add(type: "a", energyPerAtom: nil, forces: nil, stress: nil, comparesStress: true)
    #expect(report.text.contains("stress: n"))
    #expect(report.text.contains("1.000"))
    #expect(report.text.contains("energy 2, forces 2, stress 1"))
  }
}
