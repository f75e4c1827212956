/// The mean over atoms of each element of a frame's invariant descriptors.
struct FrameDescriptor: Sendable {
  /// Ascending.
  let elements: [Int]
  /// [element][width]
  let values: [Float]

  /// - Parameter descriptors: [atom][`stride`], of which `columns` are taken.
  init(_ descriptors: [Double], stride: Int, columns: [Int], atomicNumbers: [Int]) {
    elements = Set(atomicNumbers).sorted()
    var values: [Float] = []
    for z in elements {
      let atoms = atomicNumbers.indices.filter { atomicNumbers[$0] == z }
      for column in columns {
        values.append(Float(atoms.reduce(0) { $0 + descriptors[$1 * stride + column] } / Double(atoms.count)))
      }
    }
    self.values = values
  }

  init(elements: [Int], values: [Float]) {
    self.elements = elements
    self.values = values
  }

  /// A distance whose first part, the number of elements that only one of the frames has, outweighs the second,
  /// the squared Euclidean distance over the elements of both. (mace-torch fills absent elements with 10¹¹.)
  struct Distance: Comparable {
    var unlike: Int
    var square: Double
    static let infinite = Distance(unlike: .max, square: .infinity)

    static func < (a: Distance, b: Distance) -> Bool {
      a.unlike == b.unlike ? a.square < b.square : a.unlike < b.unlike
    }
  }

  func distance(to other: FrameDescriptor) -> Distance {
    var distance = Distance(unlike: 0, square: 0)
    let width = elements.isEmpty ? 0 : values.count / elements.count
    var (i, j) = (0, 0)
    while i < elements.count, j < other.elements.count {
      if elements[i] == other.elements[j] {
        let (a, b) = (i * width, j * width)
        for k in 0..<width {
          let d = Double(values[a + k] - other.values[b + k])
          distance.square += d * d
        }
        (i, j) = (i + 1, j + 1)
      } else {
        distance.unlike += 1
        if elements[i] < other.elements[j] { i += 1 } else { j += 1 }
      }
    }
    distance.unlike += elements.count - i + other.elements.count - j
    return distance
  }

  /// Farthest-point sampling: `count` indices in the order of selection, beginning with `first`; each is the
  /// farthest from all before it, of equals the one with the lowest index. Time count · descriptors.
  static func farthestPoints(_ descriptors: [FrameDescriptor], count: Int, first: Int) -> [Int] {
    precondition(count >= 1 && count <= descriptors.count && descriptors.indices.contains(first))
    var nearest = [Distance](repeating: .infinite, count: descriptors.count)
    var isChosen = [Bool](repeating: false, count: descriptors.count)
    var chosen = [first]
    isChosen[first] = true
    while chosen.count < count {
      let last = descriptors[chosen[chosen.count - 1]]
      var best = -1
      for i in descriptors.indices where !isChosen[i] {
        nearest[i] = min(nearest[i], last.distance(to: descriptors[i]))
        if best < 0 || nearest[best] < nearest[i] { best = i }
      }
      isChosen[best] = true
      chosen.append(best)
    }
    return chosen
  }
}
