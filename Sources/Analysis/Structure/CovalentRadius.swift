/// Radii for telling which atoms are bonded.
enum CovalentRadius {
  /// Å, of the elements that form molecules; nil for metals, which stay apart as ions, and noble gases.
  ///
  /// Cordero et al., Dalton Trans. 2832 (2008); carbon as sp³.
  static func of(_ atomicNumber: Int) -> Double? { radii[atomicNumber] }

  static let largest = 1.39

  private static let radii: [Int: Double] = [
    1: 0.31, 5: 0.84, 6: 0.76, 7: 0.71, 8: 0.66, 9: 0.57, 14: 1.11, 15: 1.07, 16: 1.05, 17: 1.02, 32: 1.20,
    33: 1.19, 34: 1.20, 35: 1.20, 51: 1.39, 52: 1.38, 53: 1.39,
  ]
}
