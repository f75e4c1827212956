/// The keys and values of one comment line, in the order of the file.
public struct Info: Sendable, Equatable, Sequence {
  /// All pairs in order.
  public private(set) var entries: [(key: String, value: Value)] = []
  private var places: [String: Int] = [:]

  public init() {}

  /// The number of keys.
  public var count: Int { entries.count }

  /// The value of `key`. A new key is appended, an old one keeps its place; nil removes the key.
  public subscript(key: String) -> Value? {
    get { places[key].map { entries[$0].value } }
    set {
      switch (places[key], newValue) {
      case (let place?, let value?):
        entries[place].value = value
      case (nil, let value?):
        places[key] = entries.count
        entries.append((key, value))
      case (let place?, nil):
        entries.remove(at: place)
        places[key] = nil
        for later in place..<entries.count { places[entries[later].key] = later }
      case (nil, nil):
        break
      }
    }
  }

  public func makeIterator() -> IndexingIterator<[(key: String, value: Value)]> {
    entries.makeIterator()
  }

  public static func == (left: Info, right: Info) -> Bool {
    left.entries.elementsEqual(right.entries) { $0.key == $1.key && $0.value == $1.value }
  }
}
