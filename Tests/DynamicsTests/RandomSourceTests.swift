import Dynamics
import Testing

@Suite struct RandomSourceTests {
  @Test func knownSequence() {
    // xoshiro256++ from the state 1, 2, 3, 4: the first numbers of its authors' C program.
    var random = RandomSource(state: [1, 2, 3, 4])!
    #expect(
      (0..<4).map { _ in random.next() } == [
        41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386,
      ])
    #expect(RandomSource(state: [0, 0, 0, 0]) == nil)
    #expect(RandomSource(state: [1]) == nil)
  }

  @Test func continuesFromItsState() {
    var random = RandomSource(seed: 7)
    for _ in 0..<100 { _ = random.normal() }
    var copy = RandomSource(state: random.state)!
    #expect((0..<100).allSatisfy { _ in copy.gamma(shape: 0.7) == random.gamma(shape: 0.7) })
  }

  @Test func normalDeviates() {
    var random = RandomSource(seed: 1)
    let samples = (0..<50_000).map { _ in random.normal() }
    #expect(Statistics.kolmogorovSmirnov(samples, Statistics.normalCDF) < 1.95)
  }

  @Test(arguments: [0.5, 1, 2.5, 40, 450]) func gammaDeviates(shape: Double) {
    var random = RandomSource(seed: 2)
    let samples = (0..<20_000).map { _ in random.gamma(shape: shape) }
    #expect(Statistics.kolmogorovSmirnov(samples) { Statistics.gammaCDF(shape: shape, $0) } < 1.95)
  }

  @Test func sumsOfSquares() {
    var random = RandomSource(seed: 3)
    #expect(random.sumOfSquares(0) == 0)
    let samples = (0..<20_000).map { _ in random.sumOfSquares(5) }
    #expect(Statistics.kolmogorovSmirnov(samples) { Statistics.gammaCDF(shape: 2.5, $0 / 2) } < 1.95)
  }
}
