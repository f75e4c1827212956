import Diagnostics
import Testing

@testable import Atomistics

@Suite struct StructureTests {
  static let cell = Cell(SIMD3(4.8, 0, 0), SIMD3(1.3, 6.3, 0), SIMD3(-1.1, 0.9, 7.7))

  @Test func volumeAndHandedness() {
    let volume = 4.8 * 6.3 * 7.7
    #expect(abs(Self.cell.volume - volume) < 1e-12)
    let left = Cell(Self.cell.b, Self.cell.a, Self.cell.c)
    #expect(left.determinant < 0)
    #expect(abs(left.volume - volume) < 1e-12)
    #expect(Cell(orthorhombic: SIMD3(2, 3, 4)).volume == 24)
  }

  @Test func inverse() throws {
    let inverse = try #require(Self.cell.inverse)
    for row in 0..<3 {
      let product = inverse.cartesian(of: Self.cell[row])
      for column in 0..<3 { #expect(abs(product[column] - (row == column ? 1 : 0)) < 1e-14) }
    }
    let fractional = SIMD3(0.3, -1.7, 12.25)
    let back = try #require(Self.cell.fractional(of: Self.cell.cartesian(of: fractional)))
    for axis in 0..<3 { #expect(abs(back[axis] - fractional[axis]) < 1e-13) }
    #expect(Cell(.zero, .zero, .zero).inverse == nil)
    #expect(Cell(SIMD3(1, 0, 0), SIMD3(0, .nan, 0), SIMD3(0, 0, 1)).inverse == nil)
  }

  @Test func rows() {
    var cell = Self.cell
    #expect(cell[1] == SIMD3(1.3, 6.3, 0))
    cell[2] = .zero
    #expect(cell.c == .zero)
    #expect(cell.cartesian(of: SIMD3(1, 1, 0)) == SIMD3(6.1, 6.3, 0))
  }

  @Test func translationIsOdd() {
    for n: Int32 in 1...50 {
      let shift = SIMD3(n, 7 &- n, 3 &* n)
      #expect(Self.cell.translation(of: shift) == -Self.cell.translation(of: SIMD3<Int32>.zero &- shift))
    }
  }

  @Test func periodicity() {
    var pbc = Periodicity(true, false, true)
    #expect(pbc[0] && !pbc[1] && pbc[2])
    #expect(pbc.isAny && !pbc.isAll)
    pbc[1] = true
    #expect(pbc == .all && pbc.isAll)
    #expect(!Periodicity.none.isAny)
  }

  @Test func supercell() throws {
    let unit = Structure(
      atomicNumbers: [20, 8], positions: [SIMD3(0.5, 0, 0), SIMD3(2, 1, 1)], cell: Self.cell, pbc: .all)
    let super2 = try unit.replicated((2, 1, 3))
    #expect(super2.count == 12)
    #expect(super2.atomicNumbers == [20, 8, 20, 8, 20, 8, 20, 8, 20, 8, 20, 8])
    #expect(super2.cell == Cell(2 * Self.cell.a, Self.cell.b, 3 * Self.cell.c))
    #expect(super2.pbc == .all)
    // c runs fastest.
    #expect(super2.positions[2] == unit.positions[0] + Self.cell.c)
    #expect(super2.positions[6] == unit.positions[0] + Self.cell.a)
    #expect(try unit.replicated((1, 1, 1)) == unit)
  }

  @Test func supercellErrors() throws {
    let unit = Structure(atomicNumbers: [20], positions: [.zero], cell: Self.cell, pbc: .all)
    func kind(_ structure: Structure, _ n: (Int, Int, Int)) -> MACEError.Kind? {
      do {
        _ = try structure.replicated(n)
        return nil
      } catch {
        return error.kind
      }
    }
    #expect(kind(unit, (0, 1, 1)) == .invalidArgument)
    #expect(kind(unit, (1, -2, 1)) == .invalidArgument)
    #expect(kind(unit, (Int.max, Int.max, 2)) == .memory)
    #expect(kind(unit, (50_000, 50_000, 1)) == .memory)
    let molecule = Structure(atomicNumbers: [20], positions: [.zero])
    #expect(kind(molecule, (2, 1, 1)) == .invalidArgument)
    #expect(kind(molecule, (1, 1, 1)) == nil)
    let slab = Structure(
      atomicNumbers: [20], positions: [.zero], cell: Cell(Self.cell.a, Self.cell.b, .zero),
      pbc: Periodicity(true, true, false))
    #expect(kind(slab, (2, 2, 2)) == .invalidArgument)
    #expect(kind(slab, (2, 2, 1)) == nil)
    let empty = Structure(atomicNumbers: [], positions: [], cell: Self.cell, pbc: .all)
    #expect(try empty.replicated((Int.max, 2, 2)).count == 0)
  }

  /// The curve passes through every box once, and from each to one that shares a face.
  @Test func hilbertCurve() {
    var boxes = [SIMD3<Double>?](repeating: nil, count: 512)
    for k in 0..<512 {
      let box = SIMD3(Double(k % 8), Double(k / 8 % 8), Double(k / 64))
      boxes[Int(Structure.hilbertIndex(box, bits: 3))] = box
    }
    for (a, b) in zip(boxes, boxes.dropFirst()) {
      #expect(a.flatMap { a in b.map { ($0 - a).squaredLength } } == 1)
    }
  }

  /// Atoms keep their place in the order when they go to another periodic image.
  @Test func orderOfImages() {
    let cell = Cell(SIMD3(12, 0, 0), SIMD3(3, 11, 0), SIMD3(0, -2, 10))
    let positions: [SIMD3<Double>] = (0..<60).map { k in
      let (x, y, z) = (Double(k * 7 % 11), Double(k * 5 % 13), Double(k * 3 % 7))
      return SIMD3(x + 0.1, y + 0.1, z + 0.1)
    }
    var structure = Structure(
      atomicNumbers: Array(repeating: 8, count: 60), positions: positions, cell: cell, pbc: .all)
    let order = structure.hilbertOrder(spacing: 3.14159)
    #expect(order.sorted() == (0..<60).map(Int32.init))
    for i in 0..<60 { structure.positions[i] += cell.translation(of: SIMD3(Int32(i % 3), -2, 1)) }
    #expect(structure.hilbertOrder(spacing: 3.14159) == order)
    #expect(Structure(atomicNumbers: [], positions: []).hilbertOrder(spacing: 3.14159).isEmpty)
    structure.cell = nil
    structure.pbc = .none
    #expect(structure.hilbertOrder(spacing: 3.14159).sorted() == order.sorted())
  }
}
