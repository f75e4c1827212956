import Glibc

/// How the radial networks of edges are evaluated.
public enum RadialEvaluation: String, Sendable, CaseIterable {
  /// From splines in the distance, which differ from the network by 3e-11 (float64) or 2e-8 (float32) of the
  /// largest path weight.
  case tabulated
  /// The network, for each edge.
  case exact
  /// From splines where a graph has more edges than its tables have samples. For training, where tables are
  /// made anew in each step.
  case automatic

  /// `.tabulated`, or what the environment variable MACE_RADIAL names.
  public static let preferred: RadialEvaluation =
    getenv("MACE_RADIAL").flatMap { RadialEvaluation(rawValue: String(cString: $0)) } ?? .tabulated
}
