"""Bussi's thermostat of ASE with the ctypes calculator and that of `mace md`: the same distribution of energies.

Usage: ase_md.py MACE MODEL [HEAD]

Many short runs from the same structure, each with random velocities of 300 K: kinetic and potential energies at
their ends are compared by the test of Kolmogorov and Smirnov. Weights may be random, hence the short steps.
"""

import subprocess
import sys
import tempfile

import numpy
from ase import Atoms, units
from ase.constraints import FixCom
from ase.io import write
from ase.md.bussi import Bussi
from ase.md.velocitydistribution import Stationary, force_temperature
from mace_ase import MACECalculator, Model

RUNS, STEPS, STEP, TAU = 250, 20, 0.02, 0.2
mace, path = sys.argv[1:3]
head = sys.argv[3:4]
box = Atoms("OH2OH2", [[0.00, 0.00, 0.12], [0.00, 0.76, -0.48], [0.00, -0.76, -0.48],
                       [2.10, 2.30, 2.50], [2.90, 2.70, 2.90], [1.50, 2.80, 3.10]],
            cell=[[4.5, 0.0, 0.0], [0.3, 4.6, 0.0], [-0.2, 0.4, 4.8]], pbc=True)


def ours(folder, seed):
    command = [mace, "md", "--model", path, "--configs", f"{folder}/box.xyz", "--output", f"{folder}/{seed}",
               "--time", f"{STEPS * STEP:g}fs", "--timestep", f"{STEP}fs", "--temperature", "300K", "--tau",
               f"{TAU}fs", "--log-every", f"{STEPS}", "--trajectory", "none", "--threads", "1", "--seed", f"{seed}"]
    subprocess.run(command + (["--head", head[0]] if head else []), check=True, stdout=subprocess.DEVNULL)
    with open(f"{folder}/{seed}.csv") as file:
        row = file.readlines()[-1].split(",")
    return float(row[4]), float(row[3])


def theirs(calculator, seed):
    atoms, rng = box.copy(), numpy.random.default_rng(seed)
    atoms.calc = calculator
    atoms.set_constraint(FixCom())
    atoms.set_velocities(rng.normal(size=(len(atoms), 3)) / atoms.get_masses()[:, None] ** 0.5)
    Stationary(atoms)
    force_temperature(atoms, 300)
    Bussi(atoms, STEP * units.fs, temperature_K=300, taut=TAU * units.fs, rng=rng).run(STEPS)
    return atoms.get_kinetic_energy(), atoms.get_potential_energy()


def distance(a, b):
    """√(n/2) D: beyond 1.95 with probability 1e-3."""
    every = numpy.sort(numpy.concatenate([a, b]))
    cdf = [numpy.searchsorted(numpy.sort(x), every, side="right") / len(x) for x in (a, b)]
    return abs(cdf[0] - cdf[1]).max() * (len(a) / 2) ** 0.5


with tempfile.TemporaryDirectory() as folder:
    write(f"{folder}/box.xyz", box)
    mine = numpy.array([ours(folder, seed) for seed in range(RUNS)])
calculator = MACECalculator(Model(path), head[0] if head else None)
other = numpy.array([theirs(calculator, seed) for seed in range(RUNS)])
for k, name in enumerate(("kinetic", "potential")):
    print(f"  {name} energy: mace md {mine[:, k].mean():.4f} ± {mine[:, k].std():.4f} eV, "
          f"ASE {other[:, k].mean():.4f} ± {other[:, k].std():.4f} eV, "
          f"KS {distance(mine[:, k], other[:, k]):.2f}")
assert distance(mine[:, 0], other[:, 0]) < 1.95 and distance(mine[:, 1], other[:, 1]) < 1.95
print("ase: Bussi's thermostat agrees in distribution")
