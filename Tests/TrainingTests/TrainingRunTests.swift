import Atomistics
import Checkpoint
import Diagnostics
import ExtendedXYZ
import Foundation
import MACE
import TestSupport
import Testing

@testable import Training

/// Whole runs of `mace train`, from options to files.
@Suite struct TrainingRunTests {
  private let train = Fixtures.path("training/train.xyz")
  private let frames = Fixtures.path("caco3-water.extxyz")
  private func foundation(_ name: String) -> String { Fixtures.path("models/\(name).model") }

  private let small = [
    "--hidden_irreps=8x0e + 8x1o", "--max_ell=2", "--correlation=2", "--r_max=4.0", "--num_radial_basis=6",
    "--radial_MLP=[8]", "--MLP_irreps=8x0e", "--batch_size=4", "--max_num_epochs=4", "--plot=False",
  ]

  /// What a run left.
  private struct Done {
    var outcomes: [TrainingRun.Outcome]
    var log: String
    var records: [[String: Any]]

    /// A value of the validation records of a head, in their order.
    func values(_ key: String, head: String) -> [Double] {
      records.filter { $0["mode"] as? String == "eval" && $0["head"] as? String == head }
        .compactMap { $0[key] as? Double }
    }

    func errors(_ row: String) throws -> ErrorMetrics {
      try #require(outcomes[0].errors.first { $0.row == row }?.metrics)
    }
  }

  private func run(_ arguments: [String], in directory: String) throws -> Done {
    let options = try TrainingOptions(arguments: ["--name=run", "--work_dir=\(directory)"] + arguments) {
      (_) throws(MACEError) in .none
    }
    var log = ""
    let plan = try EffectivePlan(options)
    let run = try TrainingRun(plan, threads: 2) { (line) throws(MACEError) in log += line }
    let outcomes = try run.run()
    var records: [[String: Any]] = []
    if let text = try? String(contentsOfFile: plan.files.results, encoding: .utf8) {
      for line in text.split(separator: "\n") {
        let record = try JSONSerialization.jsonObject(with: Data(line.utf8))
        records.append(try #require(record as? [String: Any]))
      }
    }
    #expect(try String(contentsOfFile: plan.files.log, encoding: .utf8).hasSuffix(log))
    return Done(outcomes: outcomes, log: log, records: records)
  }

  /// RMSE of energies per atom and of force components, by `Calculator`.
  private func errors(
    _ model: String, head: String, _ frames: [TrainingFrame]
  ) throws -> (energy: Double, forces: Double) {
    let calculator = try Calculator(try Potential(try MACEModel(contentsOf: model)), head: head, threads: 1)
    var (energy, forces, components) = (0.0, 0.0, 0)
    for frame in frames {
      let result = try calculator.evaluate(frame.structure)
      let error = (result.energy - (try #require(frame.labels.energy))) / Double(frame.structure.count)
      energy += error * error
      for (a, b) in zip(result.forces, try #require(frame.labels.forces)) {
        forces += ((a - b) * (a - b)).sum()
        components += 3
      }
    }
    return ((energy / Double(frames.count)).squareRoot(), (forces / Double(components)).squareRoot())
  }

  private func isClose(_ a: Double?, _ b: Double, _ relative: Double = 1e-9) -> Bool {
    a.map { abs($0 - b) <= relative * abs(b) } ?? false
  }

  // MARK: From scratch

  @Test func scratch() throws {
    try withDirectory { place in
      let done = try run(
        small + [
          "--train_file=\(train)", "--test_file=\(frames)", "--valid_fraction=0.2", "--E0s=average", "--swa",
          "--start_swa=3", "--ema", "--loss=stress", "--forces_weight=10", "--model=ScaleShiftMACE",
        ], in: place)
      #expect(done.outcomes.map(\.path) == ["\(place)/run.safetensors", "\(place)/run_stagetwo.safetensors"])
      #expect(done.outcomes.map(\.epoch) == [2, 3])
      #expect(done.records.allSatisfy { $0["head"] as? String == "Default" })
      #expect(done.records.count { $0["mode"] as? String == "opt" } == 4 * 8)
      let loss = done.values("loss", head: "Default")
      #expect(loss.count == 5 && loss[3] < 0.9 * loss[0])
      for line in ["Initial: head: Default, loss=", "Epoch 3: head: Default", "rank ", "Error-table on TEST"]
      {
        #expect(done.log.contains(line), "\(line)")
      }
      let set = try FrameSet(contentsOf: [train])
      let split = try ValidationSplit(count: set.frames.count, fraction: 0.2, seed: 123)
      let valid = split.validation.map { set.frames[$0] }
      let tests = try FrameSet(contentsOf: [frames]).frames
      for outcome in done.outcomes {
        for (row, some) in [("valid_Default", valid), ("Default_caco3_water", tests)] {
          let metrics = try #require(outcome.errors.first { $0.row == row }?.metrics)
          let expected = try errors(outcome.path, head: "Default", some)
          #expect(isClose(metrics.energy?.rmsePerAtom, expected.energy), "\(row)")
          #expect(isClose(metrics.forces?.rmse, expected.forces), "\(row)")
        }
      }
      let model = try MACEModel(contentsOf: done.outcomes[1].path)
      let summary = try #require(try model.trainingSummary())
      #expect(summary.frames == 32 && summary.elements.keys.sorted() == [1, 6, 8, 20])
      #expect(summary.options["epoch"] == "3")
      #expect(Set(summary.dataHashes.keys) == ["train Default", "valid Default", "test Default"])
      #expect(model.metadata["training_errors"]?.contains("\"valid_Default\":{\"mae_e\":") == true)
    }
  }

  @Test func multiheadScratch() throws {
    try withDirectory { place in
      let done = try run(
        small + [
          """
          --heads={'dft': {'train_file': '\(train)', 'E0s': 'IsolatedAtom', 'valid_fraction': 0.2}, \
          'xtb': {'train_file': '\(frames)', 'E0s': 'average', 'test_file': '\(train)'}}
          """, "--forces_weight=10",
        ], in: place)
      let model = try MACEModel(contentsOf: done.outcomes[0].path)
      #expect(model.configuration.heads == ["dft", "xtb"])
      let energies = try #require(model.tensors["atomic_energies_fn.atomic_energies"]?.values)
      let isolated = try FrameSet(contentsOf: [train]).isolatedAtoms
      #expect(energies.prefix(4) == [1, 6, 8, 20].map { isolated[$0] ?? .nan }[...])
      #expect(energies.suffix(4).allSatisfy { $0 < 0 })
      for head in ["dft", "xtb"] {
        let loss = done.values("loss", head: head)
        #expect(loss.count == 5 && loss[4] < loss[0], "\(head): \(loss)")
      }
      #expect(Set(done.records.compactMap { $0["head"] as? String }) == ["all", "dft", "xtb"])
      #expect(done.log.contains(" train_dft ") && done.log.contains(" xtb_Default "))
      let valid = try done.errors("valid_dft")
      let set = try FrameSet(contentsOf: [train])
      let split = try ValidationSplit(count: set.frames.count, fraction: 0.2, seed: 123)
      let expected = try errors(
        done.outcomes[0].path, head: "dft", split.validation.map { set.frames[$0] })
      #expect(isClose(valid.energy?.rmsePerAtom, expected.energy))
    }
  }

  // MARK: Fine-tuning

  private let tuning = [
    "--batch_size=4", "--valid_batch_size=5", "--max_num_epochs=3", "--plot=False", "--valid_fraction=0.2",
    "--forces_weight=10",
  ]

  @Test func naiveFineTuning() throws {
    try withDirectory { place in
      let path = foundation("tiny_L0")
      let arguments = tuning + ["--foundation_model=\(path)", "--train_file=\(frames)", "--lr=0.003"]
      let estimated = try run(
        arguments + [
          "--E0s=estimated", "--batch_size=2", "--max_num_epochs=8", "--level_of_theory=GFN1-xTB",
          "--dispersion=included",
        ], in: place + "/a")
      let kept = try run(
        arguments + ["--E0s=foundation", "--batch_size=2", "--max_num_epochs=0"], in: place + "/b")
      #expect(kept.outcomes[0].epoch == nil && kept.records.isEmpty)
      let before = try #require(try kept.errors("valid_Default").energy).rmsePerAtom
      let errors = estimated.values("rmse_e_per_atom", head: "Default")
      #expect(errors[0] < 0.01 * before, "\(errors[0]) of \(before)")
      #expect(estimated.log.contains("rank 1 of 4") && estimated.log.contains("1 C + 23 O + 1 Ca"))
      let loss = estimated.values("loss", head: "Default")
      #expect(loss.count == 9 && loss[8] < 0.95 * loss[0], "\(loss)")
      // the same fit, on the run's own training frames only
      var set = try FrameSet(contentsOf: [frames])
      let split = try ValidationSplit(count: 5, fraction: 0.2, seed: 123)
      let all = set.frames
      set.frames = split.training.map { all[$0] }
      let start = try FoundationModel(try Potential(try MACEModel(contentsOf: path)))
      let fit = try AtomicEnergyEstimate(
        .estimated(prior: .foundation), elements: [1, 6, 8, 20], set: set, foundation: start)
      let model = try MACEModel(contentsOf: estimated.outcomes[0].path)
      #expect(model.configuration.heads == ["Default"])
      let level = LevelOfTheory(name: "GFN1-xTB", dispersion: .included)
      #expect(try model.trainingSummary()?.levels == ["Default": level])
      // replay frames are of the foundation's level
      let replayed = try run(
        tuning + [
          "--foundation_model=\(estimated.outcomes[0].path)", "--multiheads_finetuning=True",
          "--pt_train_file=\(frames)", "--train_file=\(train)", "--E0s=foundation", "--max_num_epochs=0",
        ], in: place + "/c")
      #expect(
        try MACEModel(contentsOf: replayed.outcomes[0].path).trainingSummary()?.levels == ["pt_head": level])
      #expect(
        model.tensors["atomic_energies_fn.atomic_energies"]?.values == [1, 6, 8, 20].map { fit.energies[$0] })
    }
  }

  @Test(arguments: ["tiny_L0", "tiny_multihead2"])
  func replay(_ name: String) throws {
    try withDirectory { place in
      let arguments =
        tuning + [
          "--foundation_model=\(foundation(name))", "--multiheads_finetuning=True",
          "--pt_train_file=\(frames)",
          "--train_file=\(train)", "--E0s=foundation", "--skip_evaluate_heads=none",
        ]
      let start = try run(arguments + ["--max_num_epochs=0"], in: place + "/start")
      let model = try MACEModel(contentsOf: foundation(name))
      let foundation = try Potential(model)
      let tuned = try Potential(try MACEModel(contentsOf: start.outcomes[0].path))
      #expect(tuned.heads == ["pt_head", "Default"])
      let reference = try Calculator(foundation, head: foundation.heads[0])
      for frame in try FrameSet(contentsOf: [frames, train]).frames {
        let expected = try reference.evaluate(frame.structure)
        for head in tuned.heads {
          let found = try Calculator(tuned, head: head).evaluate(frame.structure)
          #expect(abs(found.energy - expected.energy) < 1e-6)
        }
      }
      // labels of the foundation: no error before training, and then what is forgotten
      let done = try run(
        arguments + ["--pseudolabel_replay=True", "--force_mh_ft_lr=True"], in: place + "/run")
      let forgotten = done.values("rmse_f", head: "pt_head")
      #expect(forgotten.count == 4 && forgotten[0] < 1e-9 && forgotten[3] > 1e-3, "\(forgotten)")
      let loss = done.values("loss", head: "Default")
      #expect(loss.count == 4 && loss[3] < loss[0], "\(loss)")
      #expect(done.log.contains(" train_pt_head "))
    }
  }

  @Test func replayFramesAreSelectedAndOthersRepeated() throws {
    try withDirectory { place in
      let done = try run(
        tuning + [
          "--foundation_model=\(foundation("tiny_L0"))", "--multiheads_finetuning=True",
          "--pt_train_file=\(train)", "--num_samples_pt=20", "--subselect_pt=fps", "--train_file=\(frames)",
          "--E0s=estimated", "--real_pt_data_ratio_threshold=0.6", "--max_num_epochs=1",
        ], in: place)
      // of the 20, 4 are isolated atoms and 3 for validation; 4 frames of 5, repeated 1 + ⌊0.6 / (4/13)⌋ times
      #expect(done.log.contains("20 of 44 frames selected (fps)"))
      #expect(done.log.contains("each is repeated 2 times per epoch"))
      #expect(done.records.count { $0["mode"] as? String == "opt" } == (13 + 2 * 4) / 4)
      #expect(done.outcomes[0].errors.map(\.row) == ["train_Default", "valid_Default"])
    }
  }

  @Test func frozenAndLowRank() throws {
    try withDirectory { place in
      let path = foundation("tiny_L0")
      let arguments =
        tuning + ["--foundation_model=\(path)", "--train_file=\(train)", "--E0s=foundation", "--lr=0.01"]
      let start = try run(arguments + ["--max_num_epochs=0"], in: place + "/start")
      let frozen = try run(arguments + ["--freeze=6"], in: place + "/frozen")
      let adapted = try run(arguments + ["--lora=True", "--lora_rank=2"], in: place + "/lora")
      let before = try MACEModel(contentsOf: start.outcomes[0].path).tensors
      for (name, tensor) in try MACEModel(contentsOf: frozen.outcomes[0].path).tensors
      where tensor.isParameter {
        #expect((tensor == before[name]) != name.hasPrefix("readouts."), "\(name)")
      }
      let lora = try MACEModel(contentsOf: adapted.outcomes[0].path).tensors
      #expect(Set(lora.keys) == Set(before.keys))
      #expect(lora["interactions.0.linear_up.weight"] != before["interactions.0.linear_up.weight"])
      for done in [frozen, adapted] {
        let loss = done.values("loss", head: "Default")
        #expect(loss[3] < loss[0], "\(loss)")
      }
    }
  }

  @Test func outputParameters() throws {
    try withDirectory { place in
      let arguments =
        tuning + [
          "--foundation_model=\(foundation("tiny_L0"))", "--train_file=\(train)", "--E0s=foundation",
          "--lr=0.01",
        ]
      let start = try run(arguments + ["--max_num_epochs=0"], in: place + "/start")
      let done = try run(
        arguments + ["--learn_E0s=True", "--learn_scale_shift=True", "--learn_radial_basis=True"],
        in: place + "/learnt")
      let before = try MACEModel(contentsOf: start.outcomes[0].path).tensors
      let after = try MACEModel(contentsOf: done.outcomes[0].path).tensors
      for name in OutputParameter.allCases.map(\.rawValue) + ["radial_embedding.bessel_fn.bessel_weights"] {
        #expect(before[name] != after[name], "\(name)")
      }
      #expect(done.log.contains("trains E0s, trains scale and shift, trains the radial basis"))
    }
  }

  // MARK: Going on, and errors

  @Test func finishedRunGoesOn() throws {
    try withDirectory { place in
      let arguments = small + ["--train_file=\(train)", "--E0s=IsolatedAtom", "--restart_latest", "--ema"]
      let whole = try run(arguments, in: place + "/whole")
      _ = try run(arguments + ["--max_num_epochs=2"], in: place + "/parts")
      let parts = try run(arguments, in: place + "/parts")
      #expect(parts.log.contains("training goes on with epoch 2"))
      let models = try [whole, parts].map { try MACEModel(contentsOf: $0.outcomes[0].path).tensors }
      #expect(models[0] == models[1])
      let other = failure { _ = try run(arguments + ["--energy_weight=3"], in: place + "/parts") }
      #expect(other?.message.contains("loss was") == true)
    }
  }

  @Test func cancelling() throws {
    try withDirectory { place in
      let options = try TrainingOptions(
        arguments: small + ["--name=run", "--work_dir=\(place)", "--train_file=\(train)"]
      ) { (_) throws(MACEError) in .none }
      let run = try TrainingRun(try EffectivePlan(options), threads: 1) { (_) throws(MACEError) in }
      var steps = 0
      run.observer = { event in if case .step = event { steps += 1 } }
      run.isCancelled = { steps == 3 }
      #expect(failure { _ = try run.run() }?.kind == .cancelled)
      #expect(steps == 3)
    }
  }

  @Test func errors() throws {
    try withDirectory { place in
      func expect(_ arguments: [String], _ words: String..., line: Int = #line) {
        let message = failure { _ = try run(small + arguments, in: place + "/x") }?.message ?? "no error"
        for word in words { #expect(message.contains(word), "line \(line): \(message)") }
      }
      expect(["--train_file=\(place)/none.xyz"], "none.xyz", "No such file")
      expect(
        ["--train_file=\(train)", "--energy_key=dft_energy", "--forces_key=dft_forces"], "train.xyz",
        "dft_energy")
      expect(["--train_file=\(frames)"], "head 'Default'", "IsolatedAtom", "H, C, O, Ca", "E0s=average")
      expect(["--train_file=\(train)", "--E0s={1: -1, 6: -2}"], "there is no energy for O, Ca")
      expect(
        ["--train_file=\(train)", "--atomic_numbers=[1, 8, 20]", "--E0s=average"], "train.xyz, frame",
        "not among the elements")
      expect(["--train_file=\(train)", "--batch_size=100"], "batch_size 100")
      let tuned = ["--max_num_epochs=1", "--plot=False", "--train_file=\(train)", "--E0s=foundation"]
      func expectTuned(_ arguments: [String], _ words: String...) {
        let message = failure { _ = try run(tuned + arguments, in: place + "/y") }?.message ?? "no error"
        for word in words { #expect(message.contains(word), "\(message)") }
      }
      expectTuned(
        ["--foundation_model=\(foundation("tiny_multihead2"))", "--foundation_head=pbe"], "no head 'pbe'")
      expectTuned(["--foundation_model=\(place)/none.model"], "none.model", "No such file")
      expectTuned(["--foundation_model=\(foundation("tiny_L0"))", "--r_max=7"], "r_max 7")
      expectTuned(["--foundation_model=medium", "--pt_train_file=\(frames)"], "nothing is downloaded")
      try FileManager.default.createDirectory(
        atPath: place + "/y/run.safetensors", withIntermediateDirectories: true)
      expectTuned(["--foundation_model=\(foundation("tiny_L0"))"], "run.safetensors")
    }
  }
}
