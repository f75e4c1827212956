import Checkpoint
import Diagnostics
import Testing
import TrainingConfiguration

import Training

@Suite struct EffectivePlanTests {
  private func plan(_ words: [String], yaml: String? = nil) throws(MACEError) -> EffectivePlan {
    let arguments = yaml == nil ? words : words + ["--config=run.yaml"]
    return try EffectivePlan(
      TrainingOptions(arguments: arguments) { (path) throws(MACEError) in
        try YAMLFile.parse(Array((yaml ?? "").utf8), name: path)
      })
  }

  private let base = ["--name=a", "--train_file=t.xyz"]
  private let fineTuning = ["--name=a", "--train_file=t.xyz", "--foundation_model=m.model"]

  private func expectFailure(_ words: [String], yaml: String? = nil, says parts: String...) {
    let error = ReportFixtures.failure { () throws(MACEError) in _ = try plan(words, yaml: yaml) }
    #expect(error != nil, "\(words)")
    for part in parts {
      #expect(error?.message.contains(part) == true, "\(part) in \(error?.message ?? "-")")
    }
  }

  private func warnings(_ plan: EffectivePlan) -> String {
    plan.notes.filter(\.isWarning).map(\.text).joined(separator: "\n")
  }

  // MARK: The study's three kinds of runs

  @Test func scratch() throws {
    let plan = try plan([
      "--name=scratch_100", "--train_file=train_100.xyz", "--test_file=test_100.xyz", "--valid_fraction=0.1",
      "--E0s={1: -193.2224, 6: -9.3727, 8: -104.9635, 20: -6.3576}", "--model=MACE",
      "--hidden_irreps=128x0e + 128x1o", "--r_max=6.0", "--batch_size=2", "--max_num_epochs=20", "--swa",
      "--start_swa=10", "--ema", "--ema_decay=0.99", "--amsgrad", "--energy_key=rPBED3_energy",
      "--forces_key=rPBED3_forces", "--device=cuda", "--enable_cueq=True", "--seed=123", "--restart_latest",
    ])
    let architecture = try #require(plan.architecture)
    #expect(architecture.hiddenIrreps.description == "128x0e+128x1o")
    #expect(architecture.cutoff == 6 && architecture.correlations == [3] && architecture.maxDegree == 3)
    #expect(architecture.firstInteraction == .realAgnostic)
    #expect(plan.foundation == nil && plan.replay == nil)
    #expect(plan.heads.map(\.name) == ["Default"])
    #expect(plan.heads[0].keys.energy == "rPBED3_energy" && plan.heads[0].keys.stress == "REF_stress")
    #expect(plan.heads[0].atomicEnergies == .table([1: -193.2224, 6: -9.3727, 8: -104.9635, 20: -6.3576]))
    #expect(plan.training.loss == Loss(.weighted))
    #expect(plan.training.loss.weights.forces == 100)
    #expect(plan.training.optimizer.learningRate == 0.01 && plan.training.optimizer.amsgrad)
    #expect(plan.training.averageDecay == 0.99)
    #expect(plan.training.stageTwo?.start == 10 && plan.training.stageTwo?.learningRate == 1e-3)
    #expect(plan.training.stageTwo?.loss.weights == .stageTwo)
    #expect(plan.training.batchSize == 2 && plan.training.maxEpochs == 20)
    #expect(plan.restartsFromLatest && plan.report.errorTable == .perAtomRMSE)
    #expect(plan.files.results == "./results/scratch_100_run-123_train.txt")
    #expect(plan.files.stageTwoModel == "./scratch_100_stagetwo.safetensors")
    let warnings = warnings(plan)
    for part in ["--device, --enable_cueq", "forces_weight is 100", "learning rate stays constant"] {
      #expect(warnings.contains(part), "\(part)")
    }
  }

  @Test func multiheadFromScratch() throws {
    let yaml = """
      heads:
        pbe:
          train_file: pbe_100.xyz
          level_of_theory: revPBE-D3(BJ)
          valid_file: pbe_test.xyz
          test_file: pbe_test.xyz
          E0s: pbe_E0.json
          energy_key: rPBED3_energy
          forces_key: rPBED3_forces
        mp2:
          train_file: [mp2_a.xyz, mp2_b.xyz]
          E0s: {1: -13.6, 6: -1029.0, 8: -2043.1, 20: -1000.0}
          valid_fraction: 0.2
          info_keys: {energy: MP2_energy}
          arrays_keys: {forces: MP2_forces}
          config_type_weights: {ice: 2}
          level_of_theory: MP2
          dispersion: none
      r_max: 6.0
      batch_size: 2
      max_num_epochs: 20
      lr: 0.0001
      loss: weighted
      energy_weight: 1
      forces_weight: 10
      stress_weight: 1
      swa: true
      start_swa: 10
      ema: true
      ema_decay: 0.9999
      """
    let plan = try plan(["--name=mh"], yaml: yaml)
    #expect(plan.heads.map(\.name) == ["pbe", "mp2"])
    #expect(plan.heads[0].atomicEnergies == .file("pbe_E0.json"))
    #expect(plan.heads[0].validFiles == ["pbe_test.xyz"])
    #expect(plan.heads[1].trainFiles == ["mp2_a.xyz", "mp2_b.xyz"])
    #expect(plan.heads[1].keys.energy == "MP2_energy" && plan.heads[1].keys.forces == "MP2_forces")
    #expect(plan.heads[1].validFraction == 0.2 && plan.heads[1].testFiles.isEmpty)
    #expect(plan.heads[1].configTypeWeights == ["ice": 2])
    #expect(plan.heads[0].configTypeWeights == ["Default": 1])
    #expect(plan.heads[0].level == LevelOfTheory(name: "revPBE-D3(BJ)", dispersion: .included))
    #expect(plan.heads[1].level == LevelOfTheory(name: "MP2", dispersion: .absent))
    #expect(plan.text.contains("level of theory: MP2, no dispersion"))
    #expect(plan.training.loss.weights == Loss.Weights(energy: 1, forces: 10))
    #expect(plan.training.averageDecay == 0.9999 && plan.training.optimizer.learningRate == 1e-4)
    #expect(warnings(plan).contains("pbe_test.xyz is both the validation and the test file"))
    #expect(plan.notes.contains { $0.text.contains("last head, mp2") })
  }

  @Test func replayFineTuning() throws {
    let plan = try plan([
      "--name=ft", "--foundation_model=medium", "--multiheads_finetuning=True", "--train_file=train_100.xyz",
      "--pt_train_file=mp", "--E0s={1: -193.2224, 6: -9.3727, 8: -104.9635, 20: -6.3576}",
      "--energy_weight=1",
      "--forces_weight=10", "--stress_weight=1", "--force_mh_ft_lr=True", "--lr=0.0001", "--ema",
      "--ema_decay=0.99999", "--batch_size=2", "--max_num_epochs=20", "--seed=3", "--r_max=6.0", "--amsgrad",
    ])
    #expect(plan.architecture == nil && plan.foundation?.model == "medium")
    #expect(plan.foundation?.expected == ["r_max": 6.0])
    #expect(plan.heads.map(\.name) == ["pt_head", "Default"])
    #expect(plan.heads[0].atomicEnergies == .foundation && plan.heads[0].trainFiles == ["mp"])
    #expect(plan.heads[0].keys.energy == "energy" && plan.heads[1].keys.energy == "REF_energy")
    let replay = try #require(plan.replay)
    #expect(replay.samples == 10000 && replay.selection == .random && replay.filter == .none)
    #expect(plan.training.loss.kind == .universal && plan.training.loss.huberDelta == 0.01)
    #expect(plan.training.loss.weights == Loss.Weights(energy: 1, forces: 10, stress: 1))
    #expect(plan.training.optimizer.learningRate == 1e-4 && plan.training.averageDecay == 0.99999)
    #expect(plan.training.stageTwo == nil && plan.seed == 3)
    #expect(plan.report.errorTable == .perAtomRMSEStressVirials && plan.report.computesStress)
    #expect(plan.report.skippedHeads == ["pt_head"])
    // 9 frames beside 9000: mace-torch adds int(0.1 / 0.001) copies
    #expect(replay.copies(frames: 9, replayFrames: 9000) == 101)
    #expect(replay.copies(frames: 900, replayFrames: 9000) == 1)
    #expect(replay.copies(frames: 1, replayFrames: 0) == 1)
  }

  // MARK: Fine-tuning

  @Test func forcedSettings() throws {
    let plan = try plan(
      fineTuning + ["--pt_train_file=r.xyz", "--forces_weight=10", "--lr=0.01", "--loss=weighted"])
    #expect(plan.training.optimizer.learningRate == 1e-4 && plan.training.averageDecay == 0.99999)
    #expect(plan.training.loss.kind == .universal)
    #expect(plan.replay?.samples == nil)
    #expect(
      warnings(plan).contains("--lr 0.01 is replaced")
        && warnings(plan).contains("--loss weighted is replaced"))
    let weighted = try self.plan(
      fineTuning + ["--pt_train_file=r.xyz", "--weight_pt_head=0.5", "--num_samples_pt=50"])
    #expect(weighted.training.loss.headWeights == ["pt_head": 0.5])
    #expect(weighted.replay?.samples == 50)
    expectFailure(fineTuning + ["--pt_train_file=r.xyz", "--lr=0.003"], says: "--lr", "force_mh_ft_lr")
    expectFailure(fineTuning + ["--pt_train_file=r.xyz", "--loss=huber"], says: "--loss", "universal")
    expectFailure(fineTuning + ["--pt_train_file=r.xyz", "--E0s=average"], says: "E0s=average")
  }

  @Test func naiveFineTuning() throws {
    let plan = try plan(fineTuning + ["--E0s=estimated+isolated", "--foundation_head=a"])
    #expect(plan.replay == nil && plan.heads.map(\.name) == ["Default"])
    #expect(plan.heads[0].atomicEnergies == .estimated(prior: .isolated))
    #expect(plan.training.loss.kind == .weighted && plan.training.optimizer.learningRate == 0.01)
    #expect(warnings(plan).contains("lr is 0.01"))
    expectFailure(fineTuning + ["--multiheads_finetuning=True"], says: "pt_train_file")
    expectFailure(base + ["--multiheads_finetuning=True"], says: "foundation_model")
    expectFailure(fineTuning + ["--foundation_model=polar-1-s"], says: "electrostatics")
  }

  @Test func optionsAgainstTheFoundation() throws {
    var configuration = try MACEModel(contentsOf: ReportFixtures.directory + "/../models/tiny_L1.model")
      .configuration
    let matching = ["--r_max=\(configuration.cutoff)", "--max_ell=\(configuration.harmonics.maxDegree)"]
    let foundation = try #require(try plan(fineTuning + matching).foundation)
    try foundation.check(configuration)
    configuration.cutoff += 1
    let error = ReportFixtures.failure { () throws(MACEError) in try foundation.check(configuration) }
    #expect(error?.message.contains("--r_max") == true)
  }

  // MARK: Combinations

  @Test(arguments: [
    ("--swa_lr=0.1", "--swa"), ("--num_samples_pt=5", "pt_train_file"),
    ("--foundation_head=a", "foundation_model"),
    ("--ema_decay=0.5", "--ema"), ("--lora_rank=2", "--lora"), ("--stress_weight=3", "stress"),
    ("--virials_weight=3", "virials"), ("--huber_delta=1", "huber"),
    ("--lr_scheduler_gamma=0.5", "ExponentialLR"),
    ("--beta1_schedulefree=0.5", "schedulefree"), ("--avg_num_neighbors=12", "compute_avg_num_neighbors"),
    ("--pseudolabel_replay=True", "multihead"), ("--learn_scale_shift=True", "ScaleShiftMACE"),
    ("--convergence_window=3", "convergence_threshold"),
    ("--E0s=foundation", "foundation_model"), ("--E0s=estimated", "foundation_model"),
    ("--E0s=guess", "average"),
  ])
  func withoutEffect(_ option: String, _ remedy: String) {
    expectFailure(base + [option], says: String(option.dropFirst(2).prefix { $0 != "=" }), remedy)
  }

  @Test func defaultsMayBeWritten() throws {
    _ = try plan(
      base + ["--swa_lr=0.001", "--num_samples_pt=10000", "--stress_weight=1", "--ema_decay=0.99"])
  }

  @Test func levelOfTheory() throws {
    #expect(try plan(base).heads[0].level == LevelOfTheory())
    let own = ["--level_of_theory=revPBE0-D3", "--multiheads_finetuning=True", "--pt_train_file=p.xyz"]
    let replay = try plan(fineTuning + own)
    // the run's level is not that of the replay frames
    #expect(replay.heads.map(\.level.isKnown) == [false, true])
    let named = try plan(
      fineTuning + own + ["--heads={'pt_head': {'level_of_theory': 'PBE'}, 'a': {'train_file': 'a.xyz'}}"])
    #expect(named.heads.map(\.level.name) == ["PBE", "revPBE0-D3"])
    expectFailure(base + ["--dispersion=perhaps"], says: "dispersion", "included")
  }

  @Test func contradictions() {
    expectFailure(["--train_file=a"], says: "--name")
    expectFailure(["--name=a/b", "--train_file=a"], says: "work_dir")
    expectFailure(["--name=a"], says: "train_file")
    expectFailure(
      base + ["--swa", "--start_swa=20", "--max_num_epochs=20"], says: "start_swa", "max_num_epochs")
    expectFailure(base + ["--loss=forces_only", "--swa"], says: "forces_only")
    expectFailure(base + ["--valid_file=t.xyz"], says: "t.xyz", "validation")
    expectFailure(base + ["--hidden_irreps=16x0e+8x1o"], says: "channels")
    expectFailure(base + ["--hidden_irreps=16x0e", "--num_channels=8"], says: "contradicts")
    expectFailure(base + ["--hidden_irreps=16y0e"], says: "irreps")
    expectFailure(["--name=a", "--train_file=t.h5"], says: ".h5", "extended XYZ")
    expectFailure(fineTuning + ["--scaling=no_scaling"], says: "scaling", "foundation")
    expectFailure(base + ["--freeze=7"], says: "freeze")
    expectFailure(base + ["--atomic_numbers=[1, 200]"], says: "200")
    expectFailure(
      base + ["--lr_params_factors={'head_lr_factor': 1}"], says: "head_lr_factor", "readouts_lr_factor")
  }

  @Test func wrongHeads() {
    expectFailure(
      ["--name=a", "--heads={'x': {'train_fil': 'a'}}"], says: "heads: x: train_fil", "train_file")
    expectFailure(["--name=a", "--heads={'x': 'a.xyz'}"], says: "'x' is not a dictionary")
    expectFailure(
      ["--name=a", "--heads={'x': {'train_file': 'a'}}", "--test_file=b"], says: "--test_file",
      "under the head")
    expectFailure(
      ["--name=a", "--heads={'x': {'train_file': 'a', 'info_keys': {'dipole': 'd'}}}"], says: "dipole")
    expectFailure(
      fineTuning + ["--pt_train_file=r.xyz", "--heads={'x': {}, 'pt_head': {'train_file': 'b'}}"],
      says: "pt_head", "pt_train_file")
    expectFailure(["--name=a", "--heads={}"], says: "no head")
  }

  @Test func numbersOfFrames() throws {
    let plan = try plan(fineTuning + ["--pt_train_file=r.xyz", "--batch_size=4"])
    let notes = try plan.notes(frames: [
      .init(head: "pt_head", training: 900, validation: 100),
      .init(head: "Default", training: 9, validation: 1),
    ])
    #expect(notes.contains { $0.text.contains("1 validation frame;") })
    #expect(notes.contains { $0.text.contains("repeated 11 times") })
    #expect(notes.contains { $0.text.contains("249 steps per epoch; 3 of 999 frames") })
    for counts in [(3, 1), (0, 1), (9, 0)] {
      #expect(throws: MACEError.self) {
        try self.plan(self.base + ["--batch_size=4"]).notes(
          frames: [.init(head: "Default", training: counts.0, validation: counts.1)])
      }
    }
  }

  @Test func publishedFilesAreNotDownloaded() {
    let error = ReportFixtures.failure { () throws(MACEError) in
      _ = try PublishedFile.replaySet("matpes_pbe", downloads: "/nonexistent")
    }
    #expect(error?.kind == .io)
    #expect(error?.message.contains("matpes-pbe-replay-data.xyz") == true)
    #expect((try? PublishedFile.model("mine.model", downloads: ".")) == "mine.model")
  }

  @Test func textNamesTheSettings() throws {
    let text = try plan(base + ["--num_channels=32", "--max_L=2", "--freeze=5", "--loss=huber", "--swa"]).text
    for part in [
      "32x0e+32x1o+32x2e", "frozen: embedding, interactions",
      "WeightedHuberEnergyForcesStressLoss(energy_weight=1.000",
      "delta 0.01", "from epoch 1536", "Stage two of loss huber is the weighted loss", "a_run-123",
    ] { #expect(text.contains(part), "\(part)") }
  }
}
