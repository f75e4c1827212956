import Atomistics
import Testing

@Suite struct ElementTests {
  @Test func symbolsAndNumbersAreInverse() throws {
    for number in 1...Element.maximumAtomicNumber {
      let symbol = try #require(Element.symbol(of: number))
      #expect(Element.atomicNumber(of: symbol) == number)
      #expect(Element.atomicNumber(of: Substring(symbol)) == number)
    }
  }

  @Test(arguments: [(1, "H"), (6, "C"), (20, "Ca"), (57, "La"), (74, "W"), (92, "U"), (118, "Og")])
  func known(_ number: Int, _ symbol: String) {
    #expect(Element.symbol(of: number) == symbol)
  }

  @Test func unknown() {
    for text in ["", "X", "ca", "CA", "Cc", "Cal", " H", "H ", "1", "Ä", "H\u{301}"] {
      #expect(Element.atomicNumber(of: text) == nil)
    }
    for number in [0, -1, 119, Int.max, Int.min] {
      #expect(Element.symbol(of: number) == nil)
      #expect(Element.mass(of: number) == nil)
    }
    #expect(Element.name(of: 20) == "Ca")
    #expect(Element.name(of: 200) == "Z=200")
  }

  @Test func masses() {
    #expect(Element.mass(of: 1) == 1.008)
    #expect(Element.mass(of: 6) == 12.011)
    #expect(Element.mass(of: 8) == 15.999)
    #expect(Element.mass(of: 20) == 40.078)
    #expect(Element.mass(of: 79) == 196.966569)
    #expect(Element.mass(of: 92) == 238.02891)
    for number in 1...118 {
      let mass = Element.mass(of: number) ?? 0
      #expect(mass > 0.9 * Double(2 * number - 1) && mass < 3 * Double(number) + 1)
    }
  }
}
