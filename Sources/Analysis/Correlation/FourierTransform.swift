import Glibc

/// The discrete Fourier transform of a power of two of complex numbers, in place, without scaling:
/// X[k] = Σ_n x[n] exp(−2πi k n / N). Cost: O(N log N).
struct FourierTransform {
  let count: Int
  /// cos and −sin of 2π k / N, k < N/2.
  private let cosines: [Double]
  private let sines: [Double]
  private let reversed: [Int32]

  /// - Precondition: `count` is a power of two below 2^31.
  init(count: Int) {
    precondition(count > 0 && count & (count - 1) == 0 && count < 1 << 31)
    self.count = count
    cosines = (0..<count / 2).map { cos(2 * .pi * Double($0) / Double(count)) }
    sines = (0..<count / 2).map { -sin(2 * .pi * Double($0) / Double(count)) }
    var reversed = [Int32](repeating: 0, count: count)
    let bits = count.trailingZeroBitCount
    for i in 1..<max(count, 1) where bits > 0 {
      reversed[i] = reversed[i >> 1] >> 1 | Int32(i & 1) << Int32(bits - 1)
    }
    self.reversed = reversed
  }

  /// The smallest power of two that is not below `length`.
  static func paddedCount(for length: Int) -> Int {
    var count = 1
    while count < length { count *= 2 }
    return count
  }

  func forward(_ real: inout [Double], _ imaginary: inout [Double]) {
    precondition(real.count == count && imaginary.count == count)
    real.withUnsafeMutableBufferPointer { re in
      imaginary.withUnsafeMutableBufferPointer { im in transform(re, im) }
    }
  }

  private func transform(_ re: UnsafeMutableBufferPointer<Double>, _ im: UnsafeMutableBufferPointer<Double>) {
    for i in 0..<count {
      let j = Int(reversed[i])
      if i < j {
        re.swapAt(i, j)
        im.swapAt(i, j)
      }
    }
    var half = 1
    while half < count {
      let step = count / (2 * half)
      for start in stride(from: 0, to: count, by: 2 * half) {
        for k in 0..<half {
          let (c, s) = (cosines[k * step], sines[k * step])
          let (a, b) = (start + k, start + k + half)
          let tr = re[b] * c - im[b] * s
          let ti = re[b] * s + im[b] * c
          re[b] = re[a] - tr
          im[b] = im[a] - ti
          re[a] += tr
          im[a] += ti
        }
      }
      half *= 2
    }
  }
}
