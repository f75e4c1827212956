import Checkpoint
import Diagnostics
import Testing

@Suite struct PickleTests {
  private func text(_ text: String) -> [UInt8] { [0x8c, UInt8(text.utf8.count)] + text.utf8 }
  private func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  /// Pickle of an object of this class without state.
  private func object(_ module: String, _ name: String) -> [UInt8] {
    [0x80, 2] + global(module, name) + Array(")".utf8) + [0x81] + Array(".".utf8)
  }

  @Test func callsAreRefusedByName() {
    let system = global("posix", "system") + text("touch /tmp/x") + [0x85] + Array("R.".utf8)
    expectFailure(Zip.pickle([0x80, 2] + system), .unsupported, "refused: posix.system")
    let stackGlobal = text("os") + text("system") + [0x93] + text("x") + [0x85] + Array("R.".utf8)
    expectFailure(Zip.pickle([0x80, 4] + stackGlobal), .unsupported, "refused: os.system")
    expectFailure(
      Zip.pickle([0x80, 2] + global("__builtin__", "eval") + Array(".".utf8)), .unsupported, "builtins.eval")
    let attribute = global("__builtin__", "getattr") + global("torch", "float64") + text("__class__") + [0x86]
    expectFailure(Zip.pickle([0x80, 2] + attribute + Array("R.".utf8)), .unsupported, "getattr")
    let function = global("torch.nn.functional", "silu") + Array(")R.".utf8)
    expectFailure(Zip.pickle([0x80, 2] + function), .unsupported, "torch.nn.functional.silu")
  }

  @Test func unsupportedModelsGiveTheirReason() {
    func refused(_ module: String, _ name: String, _ word: String) {
      expectFailure(Zip.pickle(object(module, name)), .unsupported, name, word)
    }
    refused("mace.modules.models", "AtomicDipolesMACE", "dipole")
    refused("mace.modules.models", "EnergyDipolesMACE", "dipole")
    refused("mace.modules.models", "AtomicDielectricMACE", "polar")
    refused("mace.modules.extensions", "PolarMACE", "polar")
    refused("mace.modules.extensions", "MACELES", "Ewald")
    refused("mace.modules.embeddings", "GenericJointEmbedding", "charge")
    refused("cuequivariance_torch.operations.linear", "Linear", "convert the model back to e3nn first")
    refused("mace.modules.blocks", "FancyBlock", "does not implement")
    expectFailure(Zip.pickle(object("e3nn.o3._linear", "Linear")), nil, "not a torch module")
    let weights = [0x80, 2] + Array("}".utf8) + text("model") + Array("}s.".utf8)
    expectFailure(Zip.pickle(weights), .unsupported, "dictionary of weights")
  }

  @Test func malformedPicklesAreRefused() {
    for bytes: [UInt8] in [
      [], Array(".".utf8), Array("0.".utf8), Array("R.".utf8), Array("t.".utf8), [0x80, 9],
      Array("h\u{5}.".utf8),
      Array("(e.".utf8), Array("Na.".utf8), Array("}(Nu.".utf8), [0x58, 0xff, 0xff, 0xff, 0x7f],
      Array("NNs.".utf8),
      [0x8d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0x8d] + [UInt8](repeating: 0xff, count: 8),
      [0x8e, 0, 0, 0, 0, 0, 1, 0, 0], [0x54, 0xff, 0xff, 0xff, 0xff], [0x8b, 0xff, 0xff, 0xff, 0xff],
      [0x58, 2, 0, 0, 0, 0xc3, 0x28], [0x8a, 0xff], Array("Ix\n.".utf8), Array("S'\n.".utf8),
      Array("NQ.".utf8),
      Array("Nb.".utf8), Array("(0".utf8), Array("(1".utf8), Array("c".utf8), Array("i".utf8), [0x82, 1],
    ] {
      expectFailure(Zip.pickle(bytes))
    }
  }

  @Test func cyclesAndDepthAreHarmless() {
    // A list that contains itself, a dictionary that is its own value, an object that is its own state.
    expectFailure(Zip.pickle(Array("]q\u{0}h\u{0}a.".utf8)), nil, "a list of 1")
    expectFailure(Zip.pickle(Array("}q\u{0}Nh\u{0}s.".utf8)), .unsupported)
    let module = global("mace.modules.models", "MACE") + [0x29, 0x81, 0x71, 0] + [0x7d, 0x71, 1]
    let own = text("_modules") + [0x7d] + text("interactions") + [0x68, 0, 0x73, 0x73, 0x62, 0x2e]
    expectFailure(Zip.pickle(module + own), nil)
    // A million nested lists, tuples and marks.
    let million = 1_000_000
    expectFailure(
      Zip.pickle(
        [UInt8](repeating: 0x5d, count: million) + [UInt8](repeating: 0x61, count: million - 1) + [0x2e]),
      nil, "a list of 1")
    expectFailure(Zip.pickle([0x4e] + [UInt8](repeating: 0x85, count: million) + [0x2e]), nil, "a tuple of 1")
    expectFailure(Zip.pickle([UInt8](repeating: 0x28, count: million)), .format, "nested")
  }

  @Test func bombsAreDefused() {
    // 200 levels of tuples that hold the one below twice: 2^200 leaves when walked.
    var bomb: [UInt8] = [0x4e]
    for _ in 0..<200 { bomb += [0x32, 0x86] }
    expectFailure(Zip.pickle(bomb + [0x2e]), nil, "a tuple of 2")
    // Many copies of one long set, and many objects.
    let long: [UInt8] = [0x28] + [UInt8](repeating: 0x4e, count: 100_000) + [0x6c, 0x71, 0]
    var copies = long + global("__builtin__", "set") + [0x71, 1]
    for _ in 0..<100_000 { copies += [0x68, 1, 0x68, 0, 0x85, 0x52] }
    expectFailure(Zip.pickle(copies + [0x2e]), .format, "memory")
    expectFailure(Zip.pickle([UInt8](repeating: 0x5d, count: 3_000_000) + [0x2e]), .format, "objects")
    expectFailure(Zip.pickle([0x4e] + [UInt8](repeating: 0x32, count: 5_000_000) + [0x2e]), .format, "stack")
    // One million appends to one list must not be quadratic.
    var appends: [UInt8] = [0x5d]
    for _ in 0..<1_000_000 { appends += [0x4e, 0x61] }
    expectFailure(Zip.pickle(appends + [0x2e]), nil, "a list of 1000000")
  }
}
