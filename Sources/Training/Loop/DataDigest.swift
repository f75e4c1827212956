import Checkpoint

/// A fingerprint of frames, which any change of atoms, labels, weights, heads or order changes, or of a model.
enum DataDigest {
  /// "12 frames, 0123456789abcdef"
  static func text(_ frames: [TrainingFrame]) -> String {
    var hash = Hash()
    for frame in frames { hash.add(frame) }
    return "\(frames.count) frames, \(hash.digits)"
  }

  /// "0123456789abcdef" of architecture and tensors.
  static func text(_ model: MACEModel) -> String {
    var hash = Hash()
    hash.add(model.configuration.json.encoded)
    for (name, tensor) in model.tensors.sorted(by: { $0.key < $1.key }) {
      hash.add(name)
      hash.add(tensor.values)
    }
    return hash.digits
  }

  /// FNV-1a over 64-bit words, each stirred by SplitMix64's finalizer.
  private struct Hash {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    var digits: String {
      let digits = String(state, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }

    mutating func add(_ word: UInt64) {
      var z = word &+ 0x9e37_79b9_7f4a_7c15
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      state = (state ^ z ^ (z >> 31)) &* 0x100_0000_01b3
    }

    mutating func add(_ value: Double) { add(value.bitPattern) }
    mutating func add(_ v: SIMD3<Double>) { for axis in 0..<3 { add(v[axis]) } }

    mutating func add(_ text: String) {
      add(UInt64(text.utf8.count))
      for byte in text.utf8 { add(UInt64(byte)) }
    }

    mutating func add(_ values: [Double]?) {
      add(UInt64(values?.count ?? 0xffff))
      for value in values ?? [] { add(value) }
    }

    mutating func add(_ frame: TrainingFrame) {
      let structure = frame.structure
      add(UInt64(structure.count))
      for z in structure.atomicNumbers { add(UInt64(z)) }
      for position in structure.positions { add(position) }
      for direction in 0..<3 {
        add(structure.pbc[direction] ? 1 : 0 as UInt64)
        add(structure.cell?[direction] ?? .zero)
      }
      add(frame.labels.energy.map { [$0] })
      add(UInt64(frame.labels.forces?.count ?? 0xffff))
      for force in frame.labels.forces ?? [] { add(force) }
      add(frame.labels.stress)
      add(frame.labels.virials)
      let weights = frame.weights
      for weight in [weights.config, weights.energy, weights.forces, weights.stress, weights.virials] {
        add(weight)
      }
      add(frame.head)
    }
  }
}
