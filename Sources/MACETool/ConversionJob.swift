import Atomistics
import Checkpoint
import Diagnostics
import MACE

/// `mace convert`: reads a model, keeps a part of it if asked to, and writes safetensors.
public struct ConversionJob {
  public var input: String
  public var output: String
  /// Symbols of the elements to keep; nil keeps all.
  public var elements: [String]?
  /// The head to keep; nil keeps all.
  public var head: String?
  /// nil keeps the precision of the file.
  public var precision: Precision?

  public init(input: String, output: String) {
    self.input = input
    self.output = output
  }

  /// Symbols out of "H,C,O,Ca".
  /// - Throws: `.invalidArgument` for what is not a list of different elements.
  public static func symbols(_ text: String) throws(MACEError) -> [String] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
      String($0.drop(while: { $0 == " " }).reversed().drop(while: { $0 == " " }).reversed())
    }
    for (i, part) in parts.enumerated() {
      guard Element.atomicNumber(of: part) != nil else {
        throw MACEError(
          .invalidArgument, "--elements \(text): '\(part)' is not an element; write symbols such as H,C,O,Ca")
      }
      guard !parts[..<i].contains(part) else {
        throw MACEError(.invalidArgument, "--elements \(text): \(part) occurs twice")
      }
    }
    return parts
  }

  /// - Returns: one line that says what was written.
  /// - Throws: `.invalidArgument` for output names that are wrong, and what reading and writing models throw.
  public func run() throws(MACEError) -> String {
    guard output.hasSuffix(".safetensors") else {
      throw MACEError(
        .invalidArgument, "\(output): the output is a safetensors file; let its name end in .safetensors")
    }
    _ = try OutputFile(output, inputs: [input])
    var model = try MACEModel(contentsOf: input)
    if let head { model = try model.selecting(head: head) }
    if let elements {
      // The model's own order, whatever the user's.
      let wanted = Set(elements.compactMap { Element.atomicNumber(of: $0) })
      for symbol in elements {
        guard let z = Element.atomicNumber(of: symbol), model.configuration.atomicNumbers.contains(z) else {
          let known = model.configuration.atomicNumbers.map { Element.name(of: $0) }.joined(separator: " ")
          throw MACEError(.unknownElement, "\(input): the model does not know \(symbol); it knows \(known)")
        }
      }
      model = try model.restricted(
        toElements: model.configuration.atomicNumbers.filter { wanted.contains($0) })
    }
    if let precision { model = try model.converted(to: precision.rawValue) }
    try model.write(safetensors: output)
    let c = model.configuration
    return "\(output): \(c.atomicNumbers.count) elements, heads \(c.heads.joined(separator: ", ")), "
      + "\(c.dtype), \(model.parameterCount) parameters\n"
  }
}
