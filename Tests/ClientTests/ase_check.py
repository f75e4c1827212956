"""The ASE calculator: the numbers of the C client, slopes of the energy, and a short optimisation and MD run.

Usage: ase_check.py MODEL OUTPUT_OF_energy.c [HEAD]
"""

import sys

import numpy
from ase import Atoms, units
from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress
from ase.md.verlet import VelocityVerlet
from mace_ase import Evaluator, MACECalculator, Model

path, reference = sys.argv[1:3]
head = sys.argv[3] if len(sys.argv) > 3 else None
lines = [line.split() for line in open(reference)]


def expected(name, what):
    return numpy.array([[float(x) for x in line[3:]] for line in lines if line[:2] == [name, what]])


energies = {line[0]: float(line[2]) for line in lines if line[1] == "energy"}
positions = [[0.00, 0.00, 0.12], [0.00, 0.76, -0.48], [0.00, -0.76, -0.48],
             [2.10, 2.30, 2.50], [2.90, 2.70, 2.90], [1.50, 2.80, 3.10]]
cell = [[4.5, 0.0, 0.0], [0.3, 4.6, 0.0], [-0.2, 0.4, 4.8]]
model = Model(path)
water = Atoms("OH2", positions[:3], calculator=MACECalculator(model, head))
box = Atoms("OH2OH2", positions, cell=cell, pbc=True, calculator=MACECalculator(model, head))

for name, atoms in (("water", water), ("box", box)):
    assert abs(atoms.get_potential_energy() - energies[name]) < 1e-10, name
    assert abs(atoms.get_forces() - expected(name, "force")).max() < 1e-10, name
    assert abs(atoms.get_potential_energies().sum() - energies[name]) < 1e-9, name
    assert atoms.get_potential_energy(force_consistent=True) == atoms.get_potential_energy()
assert abs(box.get_stress(voigt=False) - expected("box", "stress")).max() < 1e-10

assert abs(calculate_numerical_forces(box, eps=1e-4) - box.get_forces()).max() < 1e-5
assert abs(calculate_numerical_stress(box, eps=1e-5) - box.get_stress()).max() < 1e-6

try:
    water.get_stress()
except NotImplementedError:
    pass
else:
    raise AssertionError("stress of a molecule")

rows = Evaluator(model, head).descriptors(water.numbers, water.positions)
assert len(rows) == 3 and numpy.abs(numpy.subtract(rows[1], rows[2])).max() < 1e-10

start = box.get_total_energy()
VelocityVerlet(box, timestep=0.02 * units.fs).run(5)
assert abs(box.get_total_energy() - start) < 1e-3, box.get_total_energy() - start
print("ase: energy, forces, stress, energies, numerical derivatives, descriptors, 5 MD steps")
