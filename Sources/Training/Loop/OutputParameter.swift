/// What stands between the layers of a model and its energies, with the names of the tensors in files.
public enum OutputParameter: String, Sendable, CaseIterable {
  case energies = "atomic_energies_fn.atomic_energies"
  case scale = "scale_shift.scale"
  case shift = "scale_shift.shift"
}
