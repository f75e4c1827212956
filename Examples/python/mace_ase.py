"""MACE potentials in Python through libmace: a ctypes binding and an ASE calculator.

    from mace_ase import MACECalculator
    atoms.calc = MACECalculator("water.model", threads=2)

The binding itself (Model, Evaluator) needs neither ASE nor NumPy:

    model = Model("water.model")
    result = Evaluator(model).evaluate([8, 1, 1], positions)
    result["energy"], result["forces"]

The library is $MACE_LIBRARY (a path to libmace.so) if that is set, else libmace.so.1 where the system looks.
Run as a program, `python3 mace_ase.py MODEL [HEAD]` prints the same lines as energy.c.
"""

import ctypes
import os
import sys

ABI_VERSION = 1
PRECISIONS = {None: 0, "float64": 1, "float32": 2}


class MACEError(RuntimeError):
    """A call that failed: `status` is the name of the mace_status, the text is mace_last_error()."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class _Outputs(ctypes.Structure):
    """mace_outputs of mace.h."""

    _fields_ = [("size", ctypes.c_size_t)] + [
        (name, ctypes.POINTER(ctypes.c_double))
        for name in ("energy", "interaction_energy", "forces", "stress", "virial", "atomic_energies",
                     "atomic_virials", "heat_flux_virials")
    ]


def _load_library():
    library = ctypes.CDLL(os.environ.get("MACE_LIBRARY", "libmace.so.1"))
    pointer, text, real = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_double
    int32, int64, status = ctypes.c_int32, ctypes.c_int64, ctypes.c_int
    # calculator, n, atomic_numbers, positions, cell, pbc
    structure = (pointer, int64, pointer, pointer, pointer, pointer)
    signatures = {
        "mace_version": (text,),
        "mace_abi_version": (int32,),
        "mace_status_name": (text, status),
        "mace_last_error": (text,),
        "mace_model_load": (status, text, ctypes.c_int, ctypes.POINTER(pointer)),
        "mace_model_free": (None, pointer),
        "mace_model_cutoff": (real, pointer),
        "mace_model_element_count": (int32, pointer),
        "mace_model_atomic_number": (int32, pointer, int32),
        "mace_model_head_count": (int32, pointer),
        "mace_model_head_name": (text, pointer, int32),
        "mace_model_descriptor_width": (int32, pointer, int32),
        "mace_calculator_create": (status, pointer, text, int32, ctypes.POINTER(pointer)),
        "mace_calculator_free": (None, pointer),
        "mace_evaluate": (status, *structure, ctypes.POINTER(_Outputs)),
        "mace_descriptors": (status, *structure, int32, pointer),
    }
    for name, (result, *arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    if library.mace_abi_version() != ABI_VERSION:
        raise ImportError(
            f"libmace has ABI version {library.mace_abi_version()}, this module needs {ABI_VERSION}")
    return library


_library = _load_library()


def _check(status):
    if status:
        name = _library.mace_status_name(status).decode()
        raise MACEError(name, _library.mace_last_error().decode(errors="replace"))


def _flat(rows, kind, count, name):
    """Nested sequences or an array as one C array of `count` numbers."""
    rows = rows.tolist() if hasattr(rows, "tolist") else rows
    values = [x for row in rows for x in row] if rows and hasattr(rows[0], "__len__") else list(rows)
    if len(values) != count:
        raise ValueError(f"{name} has {len(values)} numbers instead of {count}")
    return (kind * count)(*values)


def _rows(values, width):
    return [list(values[i:i + width]) for i in range(0, len(values), width)]


class Model:
    """A potential read from a mace-torch checkpoint or a safetensors file; may be shared by threads."""

    def __init__(self, path, precision="float64"):
        self._handle = ctypes.c_void_p()
        _check(_library.mace_model_load(os.fsencode(path), PRECISIONS[precision], ctypes.byref(self._handle)))

    def __del__(self):
        _library.mace_model_free(getattr(self, "_handle", None))

    @property
    def cutoff(self):
        return _library.mace_model_cutoff(self._handle)

    @property
    def atomic_numbers(self):
        count = _library.mace_model_element_count(self._handle)
        return [_library.mace_model_atomic_number(self._handle, k) for k in range(count)]

    @property
    def heads(self):
        count = _library.mace_model_head_count(self._handle)
        return [_library.mace_model_head_name(self._handle, k).decode() for k in range(count)]


class Evaluator:
    """mace_calculator: evaluations of one model and head, for one thread at a time."""

    def __init__(self, model, head=None, threads=1):
        self.model = model
        self._handle = ctypes.c_void_p()
        name = None if head is None else head.encode()
        _check(_library.mace_calculator_create(model._handle, name, threads, ctypes.byref(self._handle)))

    def __del__(self):
        _library.mace_calculator_free(getattr(self, "_handle", None))

    @staticmethod
    def _structure(numbers, positions, cell, pbc):
        n = len(numbers)
        return (
            n, _flat(numbers, ctypes.c_int32, n, "numbers"),
            _flat(positions, ctypes.c_double, 3 * n, "positions"),
            None if cell is None else _flat(cell, ctypes.c_double, 9, "cell"),
            None if pbc is None else _flat([int(p) for p in pbc], ctypes.c_int32, 3, "pbc"))

    def evaluate(self, numbers, positions, cell=None, pbc=None, wanted=("energy", "forces")):
        """The wanted members of mace_outputs: floats, lists or lists of rows. eV, Å."""
        n = len(numbers)
        shapes = {
            "energy": (1, 0), "interaction_energy": (1, 0), "forces": (3 * n, 3), "stress": (9, 3),
            "virial": (9, 3), "atomic_energies": (n, 1), "atomic_virials": (9 * n, 9),
            "heat_flux_virials": (9 * n, 9),
        }
        outputs = _Outputs(size=ctypes.sizeof(_Outputs))
        arrays = {name: (ctypes.c_double * shapes[name][0])() for name in wanted}
        for name, values in arrays.items():
            setattr(outputs, name, ctypes.cast(values, ctypes.POINTER(ctypes.c_double)))
        structure = self._structure(numbers, positions, cell, pbc)
        _check(_library.mace_evaluate(self._handle, *structure, ctypes.byref(outputs)))
        results = {}
        for name, values in arrays.items():
            width = shapes[name][1]
            results[name] = values[0] if width == 0 else list(values) if width == 1 else _rows(values, width)
        return results

    def descriptors(self, numbers, positions, cell=None, pbc=None, invariants_only=True):
        """One row of features per atom."""
        width = _library.mace_model_descriptor_width(self.model._handle, int(invariants_only))
        values = (ctypes.c_double * (len(numbers) * width))()
        structure = self._structure(numbers, positions, cell, pbc)
        _check(_library.mace_descriptors(self._handle, *structure, int(invariants_only), values))
        return _rows(values, width)


try:
    import numpy
    from ase.calculators.calculator import Calculator, PropertyNotImplementedError, all_changes
    from ase.stress import full_3x3_to_voigt_6_stress
except ImportError:
    MACECalculator = None
else:

    class MACECalculator(Calculator):
        """ASE calculator. Units are ASE's: eV, Å, eV/Å, eV/Å³ (stress in Voigt order)."""

        implemented_properties = ["energy", "free_energy", "forces", "stress", "energies"]

        def __init__(self, model, head=None, threads=1, precision="float64", **kwargs):
            """model: a path, or a Model to share between calculators."""
            super().__init__(**kwargs)
            self._evaluator = Evaluator(
                model if isinstance(model, Model) else Model(model, precision), head, threads)

        def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
            super().calculate(atoms, properties, system_changes)
            atoms = self.atoms
            periodic = bool(atoms.pbc.all())
            if "stress" in properties and not periodic:
                raise PropertyNotImplementedError("stress needs periodicity in all three directions")
            wanted = ["energy", "forces", "atomic_energies"] + (["stress"] if periodic else [])
            found = self._evaluator.evaluate(
                atoms.numbers, atoms.positions, atoms.cell.array if atoms.pbc.any() else None,
                atoms.pbc if atoms.pbc.any() else None, wanted)
            self.results = {
                "energy": found["energy"],
                "free_energy": found["energy"],
                "forces": numpy.array(found["forces"]).reshape(-1, 3),
                "energies": numpy.array(found["atomic_energies"]),
            }
            if periodic:
                self.results["stress"] = full_3x3_to_voigt_6_stress(numpy.array(found["stress"]))


def main(path, head=None):
    numbers = [8, 1, 1, 8, 1, 1]
    positions = [[0.00, 0.00, 0.12], [0.00, 0.76, -0.48], [0.00, -0.76, -0.48],
                 [2.10, 2.30, 2.50], [2.90, 2.70, 2.90], [1.50, 2.80, 3.10]]
    cell = [[4.5, 0.0, 0.0], [0.3, 4.6, 0.0], [-0.2, 0.4, 4.8]]
    model = Model(path)
    evaluator = Evaluator(model, head)
    print(f"cutoff {model.cutoff:.12f}")
    for name, n, box, wanted in (("water", 3, None, ()), ("box", 6, cell, ("stress",))):
        result = evaluator.evaluate(numbers[:n], positions[:n], box, wanted=("energy", "forces") + wanted)
        print(f"{name} energy {result['energy']:.12f}")
        for what in ("forces",) + wanted:
            for i, row in enumerate(result[what]):
                print(name, what.replace("forces", "force"), i, *(f"{x:.12f}" for x in row))

    def energy(y):
        moved = [list(row) for row in positions]
        moved[1][1] = y
        return evaluator.evaluate(numbers, moved, cell, wanted=("energy",))["energy"]

    step, y = 1e-4, positions[1][1]
    slope = (energy(y + step) - energy(y - step)) / (2 * step)
    print(f"difference {result['forces'][1][1]:.6f} {-slope:.6f}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} MODEL [HEAD]")
    try:
        main(*sys.argv[1:3])
    except MACEError as error:
        sys.exit(f"{error.status}: {error}")
