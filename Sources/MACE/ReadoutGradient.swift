/// The gradient of one readout's parameters, in the layout of `ReadoutHead`.
final class ReadoutGradient {
  var first: [Double]
  var middle: [Double]
  var middleBias: [Double]
  var last: [Double]
  var lastBias = 0.0

  init(_ readout: ReadoutHead) {
    first = Array(repeating: 0, count: readout.first.count)
    middle = Array(repeating: 0, count: readout.middle.count)
    middleBias = Array(repeating: 0, count: readout.middleBias.count)
    last = Array(repeating: 0, count: readout.last.count)
  }

  func clear() {
    for k in first.indices { first[k] = 0 }
    for k in middle.indices { middle[k] = 0 }
    for k in middleBias.indices { middleBias[k] = 0 }
    for k in last.indices { last[k] = 0 }
    lastBias = 0
  }

  func add(_ other: ReadoutGradient) {
    for k in first.indices { first[k] += other.first[k] }
    for k in middle.indices { middle[k] += other.middle[k] }
    for k in middleBias.indices { middleBias[k] += other.middleBias[k] }
    for k in last.indices { last[k] += other.last[k] }
    lastBias += other.lastBias
  }
}
