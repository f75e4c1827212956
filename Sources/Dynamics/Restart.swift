import Atomistics
import Checkpoint
import Diagnostics
import ExtendedXYZ

/// Everything a run needs to go on as if it had never stopped, in one frame of extended XYZ.
///
/// Numbers are written so that they are read back bit for bit; the file can be looked at with any program that
/// reads extended XYZ. Velocities are in Å/fs.
public struct Restart: Sendable {
  /// The frame as it stands in the file.
  public let frame: Frame
  public let outputs: [Output]
  /// Options of the run as text, to tell what has changed.
  public let settings: [(key: String, value: String)]

  private static let version = 1

  // MARK: Writing

  public init(
    of simulation: Simulation, outputs: [Output], settings: [(key: String, value: String)]
  ) {
    let state = simulation.state
    var frame = Frame(structure: state.structure)
    frame.arrays = [
      Column(name: "velocities", vectors: state.velocities),
      Column(name: "forces", vectors: state.evaluation.forces),
      Column(name: "masses", width: 1, values: .reals(state.masses)),
      Column(name: "fixed", width: 1, values: .bools(state.isFixed)),
    ]
    if !state.evaluation.deviations.isEmpty {
      frame.arrays.append(
        Column(name: "force_deviations", width: 1, values: .reals(state.evaluation.deviations)))
    }
    frame.info["mace_restart"] = .int(Self.version)
    frame.info["step"] = .int(state.step)
    frame.info["time"] = .real(simulation.time)
    frame.info["unwrapped"] = .bool(true)
    frame.info["energy"] = .real(state.evaluation.energy)
    frame.info["forces_virial"] = .reals(state.evaluation.virial)
    frame.info["removed_motion"] = .string(state.removedMotion.rawValue)
    frame.info["integrator"] = .string(Self.name(of: simulation))
    frame.info["integrator_memory"] = .reals(simulation.integrator.memory)
    frame.info["barostat_memory"] = .reals(simulation.barostat.map { [$0.energyOfBath] } ?? [])
    frame.info["random"] = .strings(simulation.random.state.map { "x" + String($0, radix: 16) })
    frame.info["output_files"] = .strings(outputs.map(\.path))
    frame.info["output_bytes"] = .ints(outputs.map(\.bytes))
    frame.info["output_frames"] = .ints(outputs.map(\.frames))
    frame.info["setting_names"] = .strings(settings.map(\.key))
    frame.info["setting_values"] = .strings(settings.map(\.value))
    self.frame = frame
    self.outputs = outputs
    self.settings = settings
  }

  /// Replaces `path` by this restart: at any time it is either the old or the new one.
  ///
  /// - Throws: `.io`; the old file is then as it was.
  public func write(to path: String) throws(MACEError) {
    let bytes = try ExtendedXYZWriter.bytes(of: frame)
    let result: Result<Void, MACEError> = bytes.withUnsafeBytes { buffer in
      do throws(MACEError) {
        try AtomicFile.write(to: path) { (put) throws(MACEError) in try put(buffer) }
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  // MARK: Reading

  /// - Throws: `.io` when the file cannot be read, `.format` when it is no restart.
  public init(contentsOf path: String) throws(MACEError) {
    var reader = try ExtendedXYZReader(path: path)
    guard let frame = try reader.next() else {
      throw MACEError(.format, "\(path): the restart file is empty")
    }
    guard frame.info["mace_restart"]?.int == Self.version else {
      throw MACEError(.format, "\(path): this is not a restart file of this version of mace")
    }
    self.frame = frame
    func texts(_ key: String) -> [String] {
      if case .strings(let values)? = frame.info[key] { return values }
      return []
    }
    func ints(_ key: String) -> [Int] { frame.info[key]?.reals?.map { Int($0) } ?? [] }
    let (paths, bytes, frames) = (texts("output_files"), ints("output_bytes"), ints("output_frames"))
    let (names, values) = (texts("setting_names"), texts("setting_values"))
    guard paths.count == bytes.count, paths.count == frames.count, names.count == values.count else {
      throw MACEError(.format, "\(path): the restart file is damaged: its lists of outputs or settings")
    }
    outputs = paths.indices.map { Output(path: paths[$0], bytes: bytes[$0], frames: frames[$0]) }
    settings = zip(names, values).map { (key: $0, value: $1) }
  }

  /// The state at the restart. Nothing is evaluated.
  ///
  /// - Throws: `.format` when something is missing.
  public func state(name: String) throws(MACEError) -> DynamicsState {
    func damaged(_ what: String) -> MACEError {
      MACEError(.format, "\(name): the restart file is damaged: \(what)")
    }
    guard let velocities = frame.column("velocities")?.vectors, let forces = frame.column("forces")?.vectors,
      let masses = frame.column("masses")?.reals, case .bools(let fixed)? = frame.column("fixed")?.values
    else { throw damaged("a column is missing") }
    guard let energy = frame.info["energy"]?.real, let virial = frame.info["forces_virial"]?.reals,
      let step = frame.info["step"]?.int,
      let removed = frame.info["removed_motion"]?.string.flatMap({ RemovedMotion(rawValue: $0) })
    else { throw damaged("energy, virial, step or removed_motion") }
    let evaluation = ForceEvaluation(
      energy: energy, forces: forces, virial: virial,
      deviations: frame.column("force_deviations")?.reals ?? [])
    return try DynamicsState(
      frame.structure, velocities: velocities, masses: masses, isFixed: fixed, removedMotion: removed,
      step: step, evaluation: evaluation)
  }

  /// Gives a simulation that was made from `state(name:)` what its algorithms remember.
  ///
  /// - Throws: `.invalidArgument` when the restart is of another algorithm.
  public func restore(_ simulation: inout Simulation, name: String) throws(MACEError) {
    let kind = frame.info["integrator"]?.string ?? ""
    guard kind == Self.name(of: simulation) else {
      throw MACEError(
        .invalidArgument,
        "\(name): the run was made with \(kind), not with \(Self.name(of: simulation)); continue with the same "
          + "thermostat and barostat, or start a new run from this file")
    }
    let memory = frame.info["integrator_memory"]?.reals ?? []
    let barostat = frame.info["barostat_memory"]?.reals ?? []
    var words: [UInt64] = []
    if case .strings(let texts)? = frame.info["random"] {
      words = texts.compactMap { UInt64($0.dropFirst(), radix: 16) }
    }
    guard memory.count == simulation.integrator.memory.count, let random = RandomSource(state: words),
      barostat.count == (simulation.barostat == nil ? 0 : 1)
    else { throw MACEError(.format, "\(name): the restart file is damaged: the memory of the thermostat") }
    simulation.integrator.memory = memory
    simulation.barostat?.energyOfBath = barostat[0]
    simulation.random = random
  }

  private static func name(of simulation: Simulation) -> String {
    let integrator = "\(type(of: simulation.integrator))"
    return simulation.barostat == nil ? integrator : integrator + "+CellRescaling"
  }
}
