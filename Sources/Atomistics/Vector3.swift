extension SIMD3<Double> {
  /// The scalar product.
  package func dot(_ other: SIMD3<Double>) -> Double { x * other.x + y * other.y + z * other.z }

  /// The vector product.
  package func cross(_ other: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(
      y * other.z - z * other.y,
      z * other.x - x * other.z,
      x * other.y - y * other.x)
  }

  package var squaredLength: Double { dot(self) }

  package var length: Double { squaredLength.squareRoot() }

  package var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }
}
