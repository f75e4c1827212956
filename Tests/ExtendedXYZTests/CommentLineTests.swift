import Diagnostics
import ExtendedXYZ
import Testing

@Suite struct CommentLineTests {
  /// Text of a value as it stands behind "=", and what it means.
  static let values: [(String, Value)] = [
    ("12", .int(12)), ("-7", .int(-7)), ("+3", .int(3)), ("9223372036854775807", .int(.max)),
    ("9223372036854775808", .real(9_223_372_036_854_775_808)), ("1.5", .real(1.5)), ("1e3", .real(1000)),
    ("1.0D+02", .real(100)), ("-inf", .real(-.infinity)), ("3d2", .string("3d2")), ("1.5x", .string("1.5x")),
    ("T", .bool(true)), ("F", .bool(false)), ("true", .bool(true)), ("False", .bool(false)),
    ("TRUE", .bool(true)), ("t", .string("t")), ("text", .string("text")), ("a=b=c", .string("a=b=c")),
    ("\"a b\"", .string("a b")), ("'a b'", .string("a b")), (#""say \"hi\"""#, .string(#"say "hi""#)),
    (#"'it\'s'"#, .string("it's")), (#""back\\slash""#, .string(#"back\slash"#)), (#"a\ b"#, .string("a b")),
    ("\"\"", .string("")), ("\"1 2 3\"", .ints([1, 2, 3])), ("\"1 2.5 3\"", .reals([1, 2.5, 3])),
    ("1,2,3", .ints([1, 2, 3])), ("\"T T F\"", .bools([true, true, false])), ("\"7\"", .int(7)),
    ("\"1 2 x\"", .string("1 2 x")), ("\"[1, 2]\"", .string("[1, 2]")),
    ("[1, 2, 3]", .ints([1, 2, 3])), ("[1 2 3]", .ints([1, 2, 3])), ("[1,2.5]", .reals([1, 2.5])),
    ("[5]", .ints([5])), ("[T, F]", .bools([true, false])), ("[a, b]", .strings(["a", "b"])),
    (#"["a b", 'c']"#, .strings(["a b", "c"])), (#"["1", "2"]"#, .strings(["1", "2"])), ("[]", .ints([])),
    ("{1 2 3}", .ints([1, 2, 3])), ("{a b}", .string("a b")), ("{1.5}", .reals([1.5])),
    ("[[1, 2], [3, 4]]", .intMatrix([[1, 2], [3, 4]])),
    ("[[1 2] [3 4.5]]", .realMatrix([[1, 2], [3, 4.5]])),
    ("{{1 2}{3 4}}", .intMatrix([[1, 2], [3, 4]])), ("[[T], [F]]", .boolMatrix([[true], [false]])),
    (#"[["a", b], [c, d]]"#, .stringMatrix([["a", "b"], ["c", "d"]])),
    (#""_JSON [[1, 2], [3, 4]]""#, .intMatrix([[1, 2], [3, 4]])),
    (#""_JSON [1, 2.5]""#, .reals([1, 2.5])), (#""_JSON []""#, .reals([])),
    (#""_JSON [\"x\", \"y\\n\\u00e9\"]""#, .strings(["x", "y\né"])),
    (#""_JSON \"12\"""#, .string("12")), (#""_JSON true""#, .bool(true)),
    (#""_JSON {\"a\": [1, null]}""#, .string(#"_JSON {"a": [1, null]}"#)),
    (#""_JSON [[1], [2, 3]]""#, .string("_JSON [[1], [2, 3]]")),
    (#""_JSON [[[1]]]""#, .string("_JSON [[[1]]]")), (#""_JSON [1, ""#, .string("_JSON [1, ")),
  ]

  @Test(arguments: values) func value(_ text: String, _ expected: Value) throws {
    #expect(try info("key=\(text)")["key"] == expected)
    let both = try info("first=1 key=\(text) \t last")
    #expect(both.map(\.key) == ["first", "key", "last"])
    #expect(both["key"] == expected)
    #expect(both["last"] == .bool(true))
    // Behind "key = ", a word such as a=b is the next pair.
    if text != "a=b=c" { #expect(try info("key = \(text) last")["key"] == expected) }
  }

  @Test func keys() throws {
    #expect(try info(#""two words"=1"#)["two words"] == .int(1))
    #expect(try info("a=1 a=2").entries.map(\.value) == [.int(2)])
    #expect(try info("uid=0012")["uid"] == .string("0012"))
    #expect(try info("stress=\"1 0 0 0 1 0 0 0 1\"")["stress"] == .reals([1, 0, 0, 0, 1, 0, 0, 0, 1]))
    #expect(try info("a= b=2").entries.map(\.key) == ["a", "b"])
    #expect(try info("a=")["a"] == .string(""))
    #expect(try info("i =        5, time =   2.500, E =  -17.1")["E"] == .real(-17.1))
  }

  @Test func freeText() throws {
    #expect(try info("John's cell [300 K").map(\.key) == ["John's", "cell", "[300", "K"])
    #expect(try info("").count == 0)
  }

  @Test(arguments: [
    "a=\"open", "a='open", "a=[1, 2", "a=[[1, 2], [3]]", "a=[[1], 2]", "a=[[[1]]]", "=5",
    "a=[\"x]",
  ])
  func damaged(_ comment: String) throws {
    let error = #expect(throws: MACEError.self) { try info(comment) }
    #expect(error?.kind == .format)
    #expect(error?.message.contains("frame 1, line 2") ?? false, "\(error?.message ?? "")")
  }

  @Test func infoIsAnOrderedDictionary() {
    var info = Info()
    info["b"] = .int(1)
    info["a"] = .int(2)
    info["c"] = .int(3)
    info["a"] = .int(4)
    #expect(info.map(\.key) == ["b", "a", "c"])
    info["b"] = nil
    info["absent"] = nil
    #expect(info.count == 2)
    #expect(info["a"] == .int(4) && info["c"] == .int(3) && info["b"] == nil)
    info["b"] = .int(5)
    #expect(info.map(\.key) == ["a", "c", "b"])
  }

  @Test func accessors() {
    #expect(Value.int(3).real == 3 && Value.reals([2.5]).real == 2.5 && Value.ints([1, 2]).real == nil)
    #expect(Value.ints([4]).int == 4 && Value.real(4).int == nil)
    #expect(Value.bools([true]).bool == true && Value.int(1).bool == nil)
    #expect(Value.string("x").reals == nil && Value.int(1).string == nil)
    #expect(Value.realMatrix([[1, 2], [3, 4]]).reals == [1, 2, 3, 4])
  }
}
