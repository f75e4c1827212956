/// The periodic table: symbols and masses of the elements Z = 1...118.
public enum Element {
  /// The largest atomic number with an entry in the tables.
  public static let maximumAtomicNumber = 118

  /// The symbol of the element with atomic number `atomicNumber`, or nil outside 1...118.
  public static func symbol(of atomicNumber: Int) -> String? {
    guard atomicNumber >= 1, atomicNumber <= maximumAtomicNumber else { return nil }
    return symbols[atomicNumber - 1]
  }

  /// The atomic number of `symbol` in its usual spelling ("Ca", not "CA"), or nil for anything else.
  public static func atomicNumber(of symbol: some StringProtocol) -> Int? {
    var bytes = symbol.utf8.makeIterator()
    guard let first = bytes.next() else { return nil }
    let second = bytes.next()
    guard bytes.next() == nil else { return nil }
    return atomicNumber(first: first, second: second ?? 0)
  }

  /// The atomic number of the symbol with the ASCII letters `first` and `second` (0: a one-letter symbol).
  ///
  /// For readers that hold bytes and do not want to make a string per atom.
  public static func atomicNumber(first: UInt8, second: UInt8) -> Int? {
    guard first >= 0x41, first <= 0x5A else { return nil }
    guard second == 0 || (second >= 0x61 && second <= 0x7A) else { return nil }
    let number = Int(numbersByLetters[slot(first, second)])
    return number == 0 ? nil : number
  }

  /// The standard atomic mass in u, or nil outside 1...118.
  ///
  /// IUPAC's standard atomic weights of 2013 (Meija et al., Pure Appl. Chem. 88, 265 (2016)), conventional
  /// values where the standard is an interval; for elements without stable isotopes the mass of the isotope
  /// of longest known half-life.
  public static func mass(of atomicNumber: Int) -> Double? {
    guard atomicNumber >= 1, atomicNumber <= maximumAtomicNumber else { return nil }
    return masses[atomicNumber - 1]
  }

  /// "Ca", or "Z=123" for a number without element: for error messages.
  public static func name(of atomicNumber: Int) -> String {
    symbol(of: atomicNumber) ?? "Z=\(atomicNumber)"
  }

  private static func slot(_ first: UInt8, _ second: UInt8) -> Int {
    Int(first - 0x41) * 27 + (second == 0 ? 0 : Int(second - 0x60))
  }

  /// Atomic numbers by 27 × first letter + second letter (1...26, 0 for none); 0 where no symbol is.
  private static let numbersByLetters: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 26 * 27)
    for (index, symbol) in symbols.enumerated() {
      let letters = Array(symbol.utf8)
      table[slot(letters[0], letters.count > 1 ? letters[1] : 0)] = UInt8(index + 1)
    }
    return table
  }()

  private static let symbols: [String] = [
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar",
    "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br",
    "Kr", "Rb", "Sr", "Y", "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te",
    "I", "Xe", "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm",
    "Yb", "Lu", "Hf", "Ta", "W", "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn",
    "Fr", "Ra", "Ac", "Th", "Pa", "U", "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr",
    "Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og",
  ]

  private static let masses: [Double] = [
    1.008, 4.002602, 6.94, 9.0121831, 10.81, 12.011, 14.007, 15.999, 18.998403163, 20.1797, 22.98976928,
    24.305, 26.9815385, 28.085, 30.973761998, 32.06, 35.45, 39.948, 39.0983, 40.078, 44.955908, 47.867,
    50.9415, 51.9961, 54.938044, 55.845, 58.933194, 58.6934, 63.546, 65.38, 69.723, 72.63, 74.921595,
    78.971, 79.904, 83.798, 85.4678, 87.62, 88.90584, 91.224, 92.90637, 95.95, 97.90721, 101.07,
    102.9055, 106.42, 107.8682, 112.414, 114.818, 118.71, 121.76, 127.6, 126.90447, 131.293,
    132.90545196, 137.327, 138.90547, 140.116, 140.90766, 144.242, 144.91276, 150.36, 151.964, 157.25,
    158.92535, 162.5, 164.93033, 167.259, 168.93422, 173.054, 174.9668, 178.49, 180.94788, 183.84,
    186.207, 190.23, 192.217, 195.084, 196.966569, 200.592, 204.38, 207.2, 208.9804, 208.98243,
    209.98715, 222.01758, 223.01974, 226.02541, 227.02775, 232.0377, 231.03588, 238.02891, 237.04817,
    244.06421, 243.06138, 247.07035, 247.07031, 251.07959, 252.083, 257.09511, 258.09843, 259.101,
    262.11, 267.122, 268.126, 271.134, 270.133, 269.1338, 278.156, 281.165, 281.166, 285.177, 286.182,
    289.19, 289.194, 293.204, 293.208, 294.214,
  ]
}
