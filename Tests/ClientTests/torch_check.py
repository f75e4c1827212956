"""A .safetensors model as a mace-torch module: the energies and forces that `mace evaluate` wrote.

Usage: torch_check.py MODEL.safetensors EVALUATED.xyz [HEAD]
"""

import sys

import numpy
import ase.io
from mace.calculators import MACECalculator
from mace_to_torch import load

path, evaluated = sys.argv[1:3]
module = load(path)
head = sys.argv[3] if len(sys.argv) > 3 else module.heads[0]
calculator = MACECalculator(models=[module], device="cpu", default_dtype="float64", head=head)
frames = ase.io.read(evaluated, ":")
energy_error = force_error = 0.0
for frame in frames:
    energy, forces = frame.info["MACE_energy"], frame.arrays["MACE_forces"]
    frame.calc = calculator
    energy_error = max(energy_error, abs(frame.get_potential_energy() - energy) / len(frame))
    force_error = max(force_error, numpy.abs(frame.get_forces() - forces).max())
print(f"{len(frames)} frames: {energy_error:.1e} eV per atom, {force_error:.1e} eV/Å")
if not frames or not energy_error < 1e-9 or not force_error < 1e-8:
    sys.exit(1)
