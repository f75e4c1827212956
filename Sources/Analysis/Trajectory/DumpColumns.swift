import Diagnostics

/// Which columns of a dump are read.
struct DumpColumns {
  enum Coordinates { case unwrapped, scaledUnwrapped, cartesian, scaled }

  let count: Int
  let id: Int?
  let type: Int?
  let element: Int?
  let coordinates: Coordinates
  let position: SIMD3<Int>
  let image: SIMD3<Int>?
  let velocity: SIMD3<Int>?
  /// Z of the types 1, 2, ...
  let types: [Int]

  init(
    _ names: [String], types: [Int], _ failure: (String) -> MACEError
  ) throws(MACEError) {
    func place(_ name: String) -> Int? { names.firstIndex(of: name) }
    func triple(_ pattern: [String]) -> SIMD3<Int>? {
      guard let x = place(pattern[0]), let y = place(pattern[1]), let z = place(pattern[2]) else {
        return nil
      }
      return SIMD3(x, y, z)
    }
    count = names.count
    id = place("id")
    type = place("type")
    element = place("element")
    self.types = types
    image = triple(["ix", "iy", "iz"])
    velocity = triple(["vx", "vy", "vz"])
    if let places = triple(["xu", "yu", "zu"]) {
      (coordinates, position) = (.unwrapped, places)
    } else if let places = triple(["xsu", "ysu", "zsu"]) {
      (coordinates, position) = (.scaledUnwrapped, places)
    } else if let places = triple(["x", "y", "z"]) {
      (coordinates, position) = (.cartesian, places)
    } else if let places = triple(["xs", "ys", "zs"]) {
      (coordinates, position) = (.scaled, places)
    } else {
      throw failure("there are no positions (x y z, xu yu zu, xs ys zs or xsu ysu zsu) among the columns")
    }
    guard id != nil else {
      throw failure("there is no column 'id'; without it atoms cannot be followed, as LAMMPS reorders them")
    }
    guard element != nil || (type != nil && !types.isEmpty) else {
      throw failure(
        "there is no column 'element'; say with --types which elements the types 1, 2, ... are, for example "
          + "--types H O Ca")
    }
  }

  var isUnwrapped: Bool {
    switch coordinates {
    case .unwrapped, .scaledUnwrapped: true
    case .cartesian, .scaled: image != nil
    }
  }
}
