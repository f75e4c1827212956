import Diagnostics
import Atomistics
import Testing

@Suite struct QuantityTests {
  @Test(arguments: [
    (Quantity.time, "120ps", 120_000), (.time, "0.5 fs", 0.5), (.time, "1e-3ns", 1000),
    (.time, "2E2 fs", 200),
    (.temperature, "300K", 300), (.length, "2nm", 20), (.length, "0.5Å", 0.5), (.length, ".5A", 0.5),
    (.force, "10meV/Å", 0.01), (.mass, "2.014u", 2.014), (.pressure, "-1eV/Å^3", -1),
  ]) func values(_ quantity: Quantity, _ text: String, _ expected: Double) throws {
    #expect(abs(try quantity.value(of: text) - expected) <= 1e-12 * abs(expected))
  }

  @Test func pressures() throws {
    let gigapascal = try Quantity.pressure.value(of: "1GPa")
    #expect(abs(gigapascal * 160.2176634 - 1) < 1e-12)
    #expect(abs(try Quantity.pressure.value(of: "10000bar") / gigapascal - 1) < 1e-12)
    #expect(abs(try Quantity.compressibility.value(of: "0.45/GPa") * gigapascal - 0.45) < 1e-12)
  }

  @Test(arguments: [
    (Quantity.time, "120", "'120' has no unit: write for example 120fs"),
    (.time, "300K", "'300K' is a temperature, but a time is wanted; its units are fs, ps, ns, as"),
    (.time, "1 week", "'1 week': 'week' is no unit of time; these are fs, ps, ns, as"),
    (.temperature, "warm", "'warm' is not a temperature: write a number and a unit, such as 300K"),
    (.time, "", "'' is not a time: write a number and a unit, such as 120ps"),
    (.time, "nanfs", "'nanfs' is not a time: write a number and a unit, such as 120ps"),
    (.time, "1.2.3fs", "'1.2.3fs' is not a time: write a number and a unit, such as 120ps"),
    (.time, "1e400fs", "'1e400fs' is not a time: write a number and a unit, such as 120ps"),
  ]) func refusals(_ quantity: Quantity, _ text: String, _ message: String) {
    let error = #expect(throws: MACEError.self) { _ = try quantity.value(of: text) }
    #expect(error?.message == message)
    #expect(error?.kind == .invalidArgument)
  }
}
