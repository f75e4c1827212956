import MACE

/// What `mace evaluate` is asked to do.
public struct EvaluationOptions: Sendable {
  public var model: String
  public var configs: String
  public var output: String
  public var head: String?
  public var precision: Precision = .float64
  public var radial = RadialEvaluation.preferred
  public var threads: Int = 1
  public var stress = false
  public var nodeEnergies = false
  public var atomicVirials = false
  public var descriptors: DescriptorOptions?
  /// Before the names of all results.
  public var prefix = "MACE_"
  public var labels = ReferenceLabels()

  public init(model: String, configs: String, output: String) {
    self.model = model
    self.configs = configs
    self.output = output
  }

  /// What the calculator has to compute.
  var properties: Properties {
    var properties: Properties = [.forces]
    if stress { properties.insert(.virial) }
    if atomicVirials { properties.insert(.atomicVirials) }
    if descriptors != nil { properties.insert(.descriptors) }
    return properties
  }
}
