/// The columns that a `Properties` value announces, such as "species:S:1:pos:R:3:forces:R:3".
struct ColumnLayout: Equatable {
  enum Kind: UInt8 {
    case real
    case integer
    case string
    case logical
  }

  enum Role {
    case symbols
    case atomicNumbers
    case positions
    case other
  }

  struct Property: Equatable {
    let name: String
    let kind: Kind
    let width: Int
    let role: Role
  }

  let properties: [Property]
  /// Number of words per line.
  let width: Int
  /// False for plain XYZ, where further words on a line have no meaning and are skipped.
  let isExplicit: Bool

  /// Element and position: what a file without `Properties` has.
  static let plain = ColumnLayout(
    properties: [
      Property(name: "species", kind: .string, width: 1, role: .symbols),
      Property(name: "pos", kind: .real, width: 3, role: .positions),
    ], width: 4, isExplicit: false)

  private init(properties: [Property], width: Int, isExplicit: Bool) {
    self.properties = properties
    self.width = width
    self.isExplicit = isExplicit
  }

  init(parsing text: String) throws(ParseFailure) {
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    guard fields.count % 3 == 0, !text.isEmpty else {
      throw ParseFailure(
        "Properties=\(ParseFailure.excerpt(text)) is not a list of name:type:columns; an example is "
          + "species:S:1:pos:R:3")
    }
    var properties: [Property] = []
    var names: Set<Substring> = []
    var width = 0
    for place in stride(from: 0, to: fields.count, by: 3) {
      let property = try Self.property(fields[place], fields[place + 1], fields[place + 2])
      guard names.insert(fields[place]).inserted else {
        throw ParseFailure("Properties names the column \"\(property.name)\" twice")
      }
      properties.append(property)
      width += property.width
    }
    self.init(properties: properties, width: width, isExplicit: true)
    try checkRoles()
  }

  private static func property(
    _ name: Substring, _ type: Substring, _ columns: Substring
  ) throws(ParseFailure) -> Property {
    guard !name.isEmpty else { throw ParseFailure("Properties has a column without a name") }
    let kind: Kind
    switch type {
    case "R": kind = .real
    case "I": kind = .integer
    case "S": kind = .string
    case "L": kind = .logical
    default:
      throw ParseFailure(
        "Properties: column \"\(name)\" has the type \(ParseFailure.excerpt(String(type))); "
          + "known are R, I, S and L")
    }
    guard let width = ValueParser.integer(columns), width >= 1, width <= 100_000 else {
      throw ParseFailure(
        "Properties: column \"\(name)\" has \(ParseFailure.excerpt(String(columns))) components; "
          + "the number must be between 1 and 100000")
    }
    return Property(name: String(name), kind: kind, width: width, role: role(name))
  }

  private static func role(_ name: Substring) -> Role {
    switch name {
    case "species", "symbols": .symbols
    case "Z", "numbers": .atomicNumbers
    case "pos", "positions": .positions
    default: .other
    }
  }

  private func checkRoles() throws(ParseFailure) {
    func named(_ role: Role) -> [Property] { properties.filter { $0.role == role } }
    guard named(.positions).count == 1, named(.symbols).count <= 1, named(.atomicNumbers).count <= 1,
      named(.symbols).count + named(.atomicNumbers).count >= 1
    else {
      throw ParseFailure(
        "Properties must name the positions (pos:R:3) and the elements (species:S:1 or Z:I:1) once each")
    }
    for property in properties {
      let isValid: Bool
      switch property.role {
      case .positions: isValid = property.width == 3 && property.kind == .real
      // Of any type: ASE writes species:R:1 when there are no atoms. What is no element fails later.
      case .symbols: isValid = property.width == 1
      case .atomicNumbers: isValid = property.width == 1 && property.kind == .integer
      case .other: isValid = true
      }
      guard isValid else {
        throw ParseFailure(
          "Properties: column \"\(property.name)\" has an unexpected type or width; expected are pos:R:3, "
            + "species:S:1 and Z:I:1")
      }
    }
  }
}
