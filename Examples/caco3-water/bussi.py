#!/usr/bin/env python3
"""Bussi's thermostat three times, with one model, from one structure: mace md, LAMMPS and ASE.

    bussi.py [--time 40] [--output bussi]      environment: MACE, LMP, MACE_LIBRARY, PYTHONPATH with mace_ase.py

Each runs 40 ps of CaCO3 in water at 300 K (0.5 fs, τ = 100 fs, float32). Prints mean and standard deviation of the
temperature beside what the canonical ensemble has, and the distances between the distributions; `mace analyze rdf` of
the three trajectories goes to OUTPUT/rdf. Needs ASE and, for LAMMPS, lmp_mace.
"""
import argparse
import os
import subprocess

import numpy
from ase import units
from ase.constraints import FixCom
from ase.io import read, write
from ase.md.bussi import Bussi
from ase.md.velocitydistribution import Stationary, force_temperature
from mace_ase import MACECalculator

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--time", type=float, default=40, help="of each run, ps")
options.add_argument("--start", type=float, default=5, help="what is earlier is left out, ps")
options.add_argument("--output", default="bussi")
options = options.parse_args()
here = os.path.dirname(os.path.realpath(__file__))
examples = os.path.dirname(here)
mace, lmp = os.environ.get("MACE", "mace"), os.environ.get("LMP", "lmp_mace")
model, frames = f"{here}/caco3-water.safetensors", f"{here}/data/caco3-water-gfn2.extxyz.xz"
STEP, EVERY = 0.5, 20
steps = round(options.time * 1000 / STEP)
os.makedirs(options.output, exist_ok=True)
os.chdir(options.output)


def run(*command):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)


def ours():
    run(mace, "md", "--model", model, "--configs", "start.xyz", "--output", "mace", "--time", f"{options.time}ps",
        "--timestep", f"{STEP}fs", "--temperature", "300K", "--thermostat", "bussi", "--tau", "100fs", "--seed", 1,
        "--default_dtype", "float32", "--threads", 1, "--log-every", EVERY, "--trajectory-every", EVERY, "--overwrite")
    return numpy.loadtxt("mace.csv", delimiter=",", skiprows=1, usecols=(1, 2)).T


def lammps():
    run(f"{examples}/lammps/xyz2data.py", "start.xyz", "water.data", "H", "C", "O", "Ca")
    with open("in.bussi", "w") as file:
        file.write(f"""units metal
atom_style atomic
newton on
read_data water.data
pair_style mace precision float32
pair_coeff * * {model} H C O Ca
neighbor 1.0 bin
neigh_modify every 1 delay 0 check yes
velocity all create 300 20231 mom yes dist gaussian
timestep {STEP / 1000}
fix integrate all nve
fix thermostat all mace/bussi 300 300 0.1 4711
dump frames all custom {EVERY} lammps.dump id type xu yu zu
variable time equal step*dt*1000
variable temp equal temp
fix table all print {EVERY} "$(v_time) $(v_temp)" file lammps.txt screen no
run {steps}
""")
    run(lmp, "-in", "in.bussi", "-log", "lammps.log")
    return numpy.loadtxt("lammps.txt").T


def ase():
    atoms, rng = read("start.xyz"), numpy.random.default_rng(3)
    atoms.calc = MACECalculator(model, precision="float32")
    atoms.set_constraint(FixCom())
    atoms.set_velocities(rng.normal(size=(len(atoms), 3)) / atoms.get_masses()[:, None] ** 0.5)
    Stationary(atoms)
    force_temperature(atoms, 300)
    run = Bussi(atoms, STEP * units.fs, temperature_K=300, taut=100 * units.fs, rng=rng)
    rows = []
    with open("ase.xyz", "w") as file:
        def record():
            rows.append((run.get_time() / units.fs, 2 * atoms.get_kinetic_energy() / ((3 * len(atoms) - 3) * units.kB)))
            write(file, atoms.copy(), format="extxyz", columns=["symbols", "positions"], write_info=False)
        run.attach(record, interval=EVERY)
        run.run(steps)
    return numpy.array(rows).T


start = read(frames, 0)
start.calc = None
write("unrelaxed.xyz", start, format="extxyz", columns=["symbols", "positions"], write_info=False)
run(mace, "relax", "--model", model, "--configs", "unrelaxed.xyz", "--output", "relaxed.xyz", "--fmax", "1000meV/A")
write("start.xyz", read("relaxed.xyz"), format="extxyz", columns=["symbols", "positions"], write_info=False)
freedom = 3 * len(start) - 3
print(f"canonical: 300.0 K, standard deviation {300 * (2 / freedom) ** 0.5:.1f} K")
samples = {}
for name, engine in (("mace md", ours), ("LAMMPS", lammps), ("ASE", ase)):
    time, temperature = engine()
    samples[name] = temperature[time >= 1000 * options.start]
    parts = [part.mean() for part in numpy.array_split(samples[name], 10)]
    print(f"{name:9}{samples[name].mean():7.1f} K ± {numpy.std(parts, ddof=1) / 10**0.5:.1f}, "
          f"standard deviation {samples[name].std():.1f} K, {len(samples[name])} values", flush=True)
names = list(samples)
for a, b in ((0, 1), (0, 2), (1, 2)):
    x, y = (numpy.sort(samples[names[i]]) for i in (a, b))
    every = numpy.concatenate([x, y])
    gap = abs(numpy.searchsorted(x, every, side="right") / len(x) - numpy.searchsorted(y, every, side="right") / len(y))
    print(f"{names[a]} and {names[b]}: the distributions of the temperature differ by {gap.max():.3f} at most")
subprocess.run([mace, "analyze", "rdf", "--pairs", "Ca-O in H2O", "O in H2O-O in H2O", "--trajectory", "mace.xyz",
                "lammps.dump", "ase.xyz", "--labels", *names, "--types", "H", "C", "O", "Ca", "--interval", "10fs",
                "--from", f"{options.start}ps", "--r_max", "4.2A", "--bins", "84", "--output", "rdf"], check=True)
