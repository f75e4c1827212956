/// Where the time of an evaluation goes; measured when `Calculator.isProfiling`.
public enum Stage: Int, CaseIterable, Sendable {
  case neighbors, geometry, radial, convolution, linear, contraction, readout, reduction
  case geometryBackward, radialBackward, convolutionBackward, linearBackward, contractionBackward

  public var isBackward: Bool { rawValue >= Stage.geometryBackward.rawValue }

  public var name: String {
    switch self {
    case .neighbors: "neighbour list"
    case .geometry: "geometry"
    case .radial: "radial network"
    case .convolution: "convolution"
    case .linear: "linear"
    case .contraction: "contraction"
    case .readout: "readout"
    case .reduction: "reduction"
    case .geometryBackward: "geometry, backward"
    case .radialBackward: "radial network, backward"
    case .convolutionBackward: "convolution, backward"
    case .linearBackward: "linear, backward"
    case .contractionBackward: "contraction, backward"
    }
  }
}

/// Seconds of one layer, summed over threads.
public struct LayerTime: Sendable, Equatable {
  public var forward = 0.0
  public var backward = 0.0
}
