import Diagnostics
import Testing
import TrainingConfiguration

import Training

@Suite struct OptionParsingTests {
  private func options(_ words: String...) throws(MACEError) -> TrainingOptions { try TrainingOptions(arguments: words) }

  private func expectFailure(_ words: String..., kind: MACEError.Kind = .invalidArgument, says parts: String...) {
    let error = ReportFixtures.failure { () throws(MACEError) in _ = try TrainingOptions(arguments: words) }
    #expect(error?.kind == kind, "\(words)")
    for part in parts { #expect(error?.message.contains(part) == true, "\(part) in \(error?.message ?? "-")") }
  }

  @Test func syntaxOfArgparse() throws {
    let o = try options(
      "--name", "a", "--lr=0.001", "--batch_size", "2", "--swa", "--max_L=2", "--clip_grad=None",
      "--E0s={1:-13.6, 8: -2043.1}", "--radial_MLP", "[32, 16]", "--plot=False", "--lr", "1e-4",
      "--config_type_weights={'Default':1.0,'ice':2}", "--disallow_random_padding_pt", "--mean=-0.5",
      "--wandb_log_hypers", "lr", "max_L", "--ema")
    #expect(o.text("name") == "a")
    #expect(o.real("lr") == 1e-4)
    #expect(o.integer("batch_size") == 2)
    #expect(o.flag("swa") && o.flag("ema") && !o.flag("plot"))
    #expect(o.integer("max_L") == 2)
    #expect(o.value("clip_grad") == .none)
    #expect(o.value("E0s") == [1: -13.6, 8: -2043.1])
    #expect(o.value("radial_MLP") == [32, 16])
    #expect(o.value("config_type_weights") == ["Default": 1.0, "ice": 2])
    #expect(!o.flag("disallow_random_padding_pt"))
    #expect(o.optionalReal("mean") == -0.5)
    #expect(o.value("wandb_log_hypers") == ["lr", "max_L"])
    #expect(o.real("weight_decay") == 5e-7)
  }

  @Test func abbreviationsAndAliases() throws {
    #expect(try options("--max_num", "7").integer("max_num_epochs") == 7)
    #expect(try options("--stage_two_lr=0.1").real("swa_lr") == 0.1)
    #expect(try options("--start_stage=3").integer("start_swa") == 3)
    expectFailure("--max_=3", says: "max_L", "max_ell", "max_num_epochs")
  }

  @Test func booleans() throws {
    for word in ["True", "true", "yes", "t", "y", "1"] { #expect(try options("--lora=\(word)").flag("lora")) }
    for word in ["False", "no", "F", "n", "0"] { #expect(try !options("--plot=\(word)").flag("plot")) }
    expectFailure("--lora=maybe", says: "--lora", "maybe", "True or False")
  }

  @Test func wrongUse() {
    expectFailure("--learning_rate=1", says: "--learning_rate", "lr")
    expectFailure("--enery_key=E", says: "energy_key")
    expectFailure("stray", says: "stray", "--name")
    expectFailure("--lr", says: "--lr needs a value")
    expectFailure("--lr", "--ema", says: "--lr needs a value")
    expectFailure("--lr=fast", says: "fast", "above 0")
    expectFailure("--lr=-1", says: "above 0")
    expectFailure("--lr=nan", says: "nan")
    expectFailure("--batch_size=0", says: "at least 1")
    expectFailure("--batch_size=2.5", says: "2.5")
    expectFailure("--valid_fraction=1", says: "between 0 and 1")
    expectFailure("--loss=rmse", says: "rmse", "universal")
    expectFailure("--E0s={1:-13.6", says: "E0s", "missing")
    expectFailure("--heads=[1]", says: "dictionary")
    expectFailure("--radial_MLP=64", says: "list")
    expectFailure("--freeze=-1", says: "at least 0")
  }

  @Test func unsupported() throws {
    expectFailure("--model=PolarMACE", kind: .unsupported, says: "electrostatics")
    expectFailure("--model=BOTNet", kind: .unsupported, says: "use MACE")
    expectFailure("--loss=dipole", kind: .unsupported, says: "dipoles")
    expectFailure("--error_table=DipoleRMSE", kind: .unsupported, says: "dipoles")
    expectFailure("--lbfgs", kind: .unsupported, says: "adamw")
    expectFailure("--test_dir=x", kind: .unsupported, says: "extended XYZ")
    expectFailure("--kspace_cutoff_factor=2", kind: .unsupported, says: "kspace")
    // the default changes nothing
    #expect(try options("--kspace_cutoff_factor=1.5", "--foundation_model_kwargs={}").warnings.isEmpty)
  }

  @Test func oneWarningPerReason() throws {
    let o = try options("--device=cuda", "--enable_cueq=True", "--wandb", "--wandb_project=x", "--num_workers=0")
    #expect(o.warnings.count == 2)
    #expect(o.warnings[0].contains("--device, --enable_cueq: no effect"))
    #expect(o.warnings[1].contains("--wandb, --wandb_project"))
    #expect(try options("--device=cpu", "--save_cpu", "--amsgrad").warnings.isEmpty)
  }

  @Test func literals() throws {
    #expect(try LiteralParser.parse(" {'a': [1, 2.5, (True, None)], \"b\": {}} ")
      == ["a": [1, 2.5, [true, nil]], "b": [:]])
    #expect(try LiteralParser.parse("[1, 2,]") == [1, 2])
    for text in ["", "{", "{1}", "[1 2]", "{1: 2, 1: 3}", "'a", "abc", "[0x10]", "[1e999]", "1]", String(repeating: "[", count: 5000)] {
      #expect(throws: MACEError.self, "\(text)") { try LiteralParser.parse(text) }
    }
    #expect(Literal.dictionary([.init(1, -13.6), .init("a", [nil])]).description == "{1: -13.6, 'a': [None]}")
  }

  @Test func configurationFiles() throws {
    let yaml = """
      # a run
      name: run
      lr: 1e-4
      swa: yes
      ema: false
      radial_MLP: [32, 32]
      E0s: {1: -13.6, 8: -2043}
      max_num_epochs: 20
      clip_grad: None
      valid_file:
      train_file: "a: b.xyz"
      """
    let o = try TrainingOptions(arguments: ["--config", "x.yaml", "--max_num_epochs=7"]) {
      (path) throws(MACEError) in
      #expect(path == "x.yaml")
      return try YAMLFile.parse(Array(yaml.utf8), name: path)
    }
    #expect(o.text("name") == "run")
    #expect(o.real("lr") == 1e-4)
    #expect(o.flag("swa") && !o.flag("ema") && !o.isGiven("ema"))
    #expect(o.value("radial_MLP") == [32, 32])
    #expect(o.value("E0s") == [1: -13.6, 8: -2043])
    #expect(o.integer("max_num_epochs") == 7)
    #expect(o.value("clip_grad") == .none && o.isGiven("clip_grad"))
    #expect(!o.isGiven("valid_file"))
    #expect(o.value("train_file") == ["a: b.xyz"])
  }

  @Test(arguments: [
    ("name: [", "line"), ("- a", "mapping"), ("name: a\nname: b", "second time"), ("lrr: 3", "did you mean lr"),
    ("name: &x a", "anchors"), ("name: !!str a", "tags"), ("lr: fast", "lr in x.yaml"),
    ("name: a\n---\nname: b", "second document"), ("config: y.yaml", "config"),
  ])
  func wrongConfigurationFiles(_ yaml: String, _ part: String) {
    let error = ReportFixtures.failure { () throws(MACEError) in
      _ = try TrainingOptions(arguments: ["--config=x.yaml"]) { (path) throws(MACEError) in
        try YAMLFile.parse(Array(yaml.utf8), name: path)
      }
    }
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "-")")
    #expect(error?.message.contains("x.yaml") == true, "\(error?.message ?? "-")")
  }

  @Test func missingConfigurationFile() {
    let error = ReportFixtures.failure { () throws(MACEError) in _ = try YAMLFile.read("/nonexistent.yaml") }
    #expect(error?.kind == .io)
  }
}
