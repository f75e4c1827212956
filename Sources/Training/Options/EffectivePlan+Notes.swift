import Diagnostics

/// What the user should know about a plan: settings that mace-torch forces, and defaults of mace-torch that
/// surprise people.
extension EffectivePlan {
  static func notes(_ options: TrainingOptions, _ plan: EffectivePlan) -> [Note] {
    var list = NoteList()
    for text in options.warnings { list.warn(text) }
    noteFineTuning(options, plan, &list)
    noteLoss(options, plan, &list)
    noteData(options, plan, &list)
    noteOptimizer(options, plan, &list)
    return list.notes
  }

  struct NoteList {
    var notes: [Note] = []
    mutating func warn(_ text: String) { notes.append(Note(isWarning: true, text)) }
    mutating func tell(_ text: String) { notes.append(Note(isWarning: false, text)) }
  }

  private static func noteFineTuning(_ options: TrainingOptions, _ plan: EffectivePlan, _ list: inout NoteList) {
    guard let replay = plan.replay else {
      guard plan.foundation != nil else { return }
      if !options.isGiven("multiheads_finetuning") {
        list.tell("Naive fine-tuning: without --pt_train_file there are no replay frames for multihead fine-tuning")
      }
      if !options.isGiven("lr") {
        list.warn("lr is 0.01, mace-torch's default for training from scratch; fine-tuning usually needs 1e-4 to 1e-3")
      }
      if plan.training.stageTwo != nil { list.warn("Stage two can undo what fine-tuning has reached; compare both models") }
      return
    }
    if options.flag("force_mh_ft_lr") {
      if plan.training.averageDecay == nil {
        list.warn("force_mh_ft_lr also leaves the moving average off; add --ema for mace-torch's multihead default")
      }
    } else {
      list.tell(
        "Multihead fine-tuning sets lr 1e-4 and a moving average with decay 0.99999; --force_mh_ft_lr=True takes "
          + "lr, ema and ema_decay as given")
      let given = ["lr", "ema_decay"].filter {
        options.isGiven($0) && options.isDefault($0)
      }
      for name in given { list.warn("\(options.written(name)) \(options.value(name)) is replaced by that") }
    }
    list.tell("Multihead fine-tuning uses the universal loss")
    if options.isGiven("loss"), options.text("loss") != "universal" {
      list.warn("\(options.written("loss")) \(options.text("loss")) is replaced by that")
    }
    let weight = options.real("weight_pt_head")
    if weight != 1 {
      list.tell("weight_pt_head \(weight) weights all replay frames; in mace-torch it acts on published sets only")
    }
    let isPublished = replay.trainFiles.contains { PublishedFile.replaySets[$0] != nil }
    if !isPublished, replay.samples != nil || replay.filter != .none {
      list.tell("num_samples_pt, subselect_pt and filter_type_pt act on this file; in mace-torch on published sets only")
    }
  }

  private static func noteLoss(_ options: TrainingOptions, _ plan: EffectivePlan, _ list: inout NoteList) {
    if !options.isGiven("forces_weight"), plan.training.loss.kind != .energyForces, plan.training.loss.weights.forces > 0 {
      list.warn("forces_weight is 100, mace-torch's default: forces dominate the loss; give --forces_weight to choose")
    }
    if plan.training.loss.kind == .energyForces { list.tell("Loss ef has weights 1 and 1, as in mace-torch") }
    guard let second = plan.training.stageTwo else { return }
    if second.loss.kind != plan.training.loss.kind {
      list.warn(
        "Stage two of loss \(plan.training.loss.kind.rawValue) is the weighted loss of energy and forces, as in "
          + "mace-torch\(plan.training.loss.usesStress ? ": without stress" : "")")
    }
    if !options.isGiven("swa_energy_weight") || !options.isGiven("swa_forces_weight") {
      list.tell(
        "Stage two changes the weights to energy \(second.loss.weights.energy) and forces \(second.loss.weights.forces): "
          + "the loss jumps at epoch \(second.start)")
    }
  }

  private static func noteData(_ options: TrainingOptions, _ plan: EffectivePlan, _ list: inout NoteList) {
    for head in plan.heads {
      if head.atomicEnergies == .average {
        list.warn(
          "Head \(head.name): E0s=average are no energies of atoms; energies of other compositions than those of "
            + "the data will be wrong")
      }
      for file in Set(head.validFiles).intersection(head.testFiles).sorted() {
        list.warn(
          "Head \(head.name): \(file) is both the validation and the test file; it chooses the checkpoint, so its "
            + "errors are no test")
      }
    }
    if plan.heads.count > 1, let last = plan.heads.last {
      list.tell(
        "The validation loss of the last head, \(last.name), chooses the checkpoint and drives the schedule, as in "
          + "mace-torch")
    }
  }

  private static func noteOptimizer(_ options: TrainingOptions, _ plan: EffectivePlan, _ list: inout NoteList) {
    if plan.training.optimizer.amsgrad, !options.isGiven("amsgrad") {
      list.tell("AMSGrad is on; mace-torch has no option to turn it off")
    }
    if options.isGiven("amsgrad"), !plan.training.optimizer.amsgrad {
      list.warn("\(options.written("amsgrad")): the schedule-free optimiser has no AMSGrad")
    }
    if case .reduceOnPlateau(_, let patience) = plan.training.schedule,
      patience >= (plan.training.stageTwo?.start ?? plan.training.maxEpochs)
    {
      list.warn(
        "The learning rate stays constant: scheduler_patience \(patience) is not reached within "
          + "\(plan.training.stageTwo?.start ?? plan.training.maxEpochs) epochs")
    }
    if options.isGiven("patience"), plan.training.patience < plan.training.maxEpochs {
      list.tell("patience ends the run; mace-torch 0.3.16 only logs it unless it is distributed")
    }
  }
}
