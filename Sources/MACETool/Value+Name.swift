import ExtendedXYZ

extension Value {
  /// A name, also one that looks like an integer; nil for anything else.
  var name: String? { string ?? int.map { "\($0)" } }
}
