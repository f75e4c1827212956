import Diagnostics
import MACETool
import Testing

@Suite struct TextTests {
  @Test func numbers() {
    #expect(NumberText.fixed(1.25, 1) == "1.2")
    #expect(NumberText.fixed(-0.0005, 3) == "-0.001")
    #expect(NumberText.fixed(.nan, 2).contains("nan"))
    #expect(NumberText.fixed(.greatestFiniteMagnitude, 3).count == 313)
    #expect(NumberText.significant(0.000123456, 3) == "0.000123")
    #expect(NumberText.significant(123456, 3) == "1.23e+05")
  }

  @Test func bytes() {
    #expect(NumberText.bytes(999) == "999 B")
    #expect(NumberText.bytes(5100) == "5.1 kB")
    #expect(NumberText.bytes(999_960) == "1.0 MB")
  }

  @Test func durations() {
    #expect(NumberText.duration(3.4) == "3 s")
    #expect(NumberText.duration(125) == "2 min 05 s")
    #expect(NumberText.duration(3721) == "1 h 02 min")
    #expect(NumberText.duration(.infinity) == "?")
  }

  @Test func tableAlignsColumns() {
    var table = TextTable()
    table.add(["type", "n"])
    table.addRule()
    table.add(["Å", "12"])
    table.add(["longer", ""])
    #expect(table.text == "type     n\n----------\nÅ       12\nlonger\n")
  }
}
