import CYAML
import Checkpoint
import Diagnostics
import Training

/// Reads YAML files of options as mace_run_train does: mappings, lists and scalars of YAML 1.1; one document.
public enum YAMLFile {
  /// - Throws: `.io`; `.format` with file and line when the text is no YAML, uses anchors or tags, has a key
  ///   twice or nests deeper than 32 levels.
  public static func read(_ path: String) throws(MACEError) -> Literal {
    let bytes = try FileBytes.withContents(of: path) { (bytes) throws(MACEError) in [UInt8](bytes) }
    return try parse(bytes, name: path)
  }

  /// - Parameter name: what is read, for messages.
  public static func parse(_ bytes: [UInt8], name: String) throws(MACEError) -> Literal {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else {
      throw MACEError(.memory, "\(name): no memory to read it")
    }
    defer { yaml_parser_delete(&parser) }
    let result = bytes.withUnsafeBufferPointer { (buffer) -> Result<Literal, MACEError> in
      yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      return Result { () throws(MACEError) in
        var reader = EventReader(parser: &parser, name: name)
        return try reader.document()
      }
    }
    return try result.get()
  }
}

/// Builds a value from libyaml's events.
private struct EventReader {
  let parser: UnsafeMutablePointer<yaml_parser_t>
  let name: String
  private var line = 1

  init(parser: UnsafeMutablePointer<yaml_parser_t>, name: String) {
    self.parser = parser
    self.name = name
  }

  private enum Event {
    case scalar(String, plain: Bool)
    case sequence, mapping, end, other
    case document
  }

  private func error(_ what: String) -> MACEError { MACEError(.format, "\(name), line \(line): \(what)") }

  private mutating func next() throws(MACEError) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      line = Int(parser.pointee.problem_mark.line) + 1
      throw error(parser.pointee.problem.map { String(cString: $0) } ?? "not YAML")
    }
    defer { yaml_event_delete(&event) }
    line = Int(event.start_mark.line) + 1
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      guard scalar.anchor == nil else { throw error("anchors (&) are not supported; write the value out") }
      guard scalar.tag == nil else { throw error("tags (!) are not supported; leave it out") }
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return .scalar(String(decoding: bytes, as: UTF8.self), plain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
    case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
      let isMapping = event.type == YAML_MAPPING_START_EVENT
      let anchor = isMapping ? event.data.mapping_start.anchor : event.data.sequence_start.anchor
      guard anchor == nil else { throw error("anchors (&) are not supported; write the value out") }
      return isMapping ? .mapping : .sequence
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT, YAML_DOCUMENT_END_EVENT, YAML_STREAM_END_EVENT:
      return .end
    case YAML_DOCUMENT_START_EVENT: return .document
    case YAML_ALIAS_EVENT: throw error("aliases (*) are not supported; write the value out")
    default: return .other
    }
  }

  mutating func document() throws(MACEError) -> Literal {
    _ = try next()  // the start of the stream
    guard case .document = try next() else { return .none }
    let value = try value(try next(), depth: 0)
    _ = try next()
    guard case .end = try next() else { throw error("a second document; give one file per run") }
    return value
  }

  private mutating func value(_ event: Event, depth: Int) throws(MACEError) -> Literal {
    guard depth < 32 else { throw error("nesting of more than 32 levels") }
    switch event {
    case .scalar(let text, let plain): return plain ? Self.resolved(text) : .text(text)
    case .sequence:
      var items: [Literal] = []
      while true {
        let event = try next()
        if case .end = event { return .list(items) }
        items.append(try value(event, depth: depth + 1))
      }
    case .mapping:
      var entries: [Literal.Entry] = []
      while true {
        let event = try next()
        if case .end = event { return .dictionary(entries) }
        let key = try value(event, depth: depth + 1)
        guard !entries.contains(where: { $0.key == key }) else {
          throw error("the key '\(key)' stands a second time")
        }
        entries.append(Literal.Entry(key, try value(try next(), depth: depth + 1)))
      }
    case .end, .document, .other: throw error("a value is missing")
    }
  }

  /// A plain scalar by the rules of YAML 1.1, as far as PyYAML follows them ("1e-4" has no point and is a
  /// text there; options take it as a number all the same).
  private static func resolved(_ text: String) -> Literal {
    switch text {
    case "", "~", "null", "Null", "NULL": return .none
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .boolean(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .boolean(false)
    default: return Literal(number: text) ?? .text(text)
    }
  }
}
