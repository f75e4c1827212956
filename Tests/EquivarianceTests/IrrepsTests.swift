import Equivariance
import Testing

struct IrrepsTests {
  @Test(arguments: [
    ("128x0e+128x1o", "128x0e+128x1o", 512, 4), ("8x0e + 8x1o + 4x2e", "8x0e+8x1o+4x2e", 52, 9),
    ("0e", "1x0e", 1, 1), ("2x3o+0o", "2x3o+1x0o", 15, 8), ("0x1e", "0x1e", 0, 3), ("", "", 0, 0),
  ])
  func reading(_ text: String, _ canonical: String, _ dimension: Int, _ rows: Int) throws {
    let irreps = try #require(Irreps(text))
    #expect(irreps.description == canonical)
    #expect(irreps.dimension == dimension)
    #expect(irreps.rows == rows)
    #expect(Irreps(irreps.description) == irreps)
  }

  @Test(arguments: ["8x", "x0e", "8x0", "8x0f", "-1x0e", "8x-1e", "e", "8x1.5e", "8×0e", "abc", "8x0e,8x1o"])
  func malformedText(_ text: String) { #expect(Irreps(text) == nil) }

  @Test func largestDegreeAndMultiplicity() throws {
    let irreps = try #require(Irreps("4x0e+16x2o+2x1e"))
    #expect(irreps.maxDegree == 2)
    #expect(irreps.maxMultiplicity == 16)
    #expect(irreps.blocks[1].irrep == Irrep(l: 2, parity: -1))
    #expect(irreps.blocks[1].dimension == 80)
  }
}
