#!/usr/bin/env python3
"""Compares what LAMMPS wrote (point.in) with what `mace evaluate` wrote for the same structure.

  compare.py REFERENCE.xyz DUMP LOG [--unit metal|real] [--tolerance 1e-7] [--left-out ELEMENT STRUCTURE.xyz]

Forces to the tolerance in eV/Å, the energy in eV per atom, virials in eV; the per-atom virials of LAMMPS with six
and with nine components must each sum to its pressure. With --left-out, the reference is the structure without that element, whose atoms must
feel nothing. Prints the largest deviations; exit code 1 when one is too large.
"""
import argparse
import json
import re

# LAMMPS's factors: kcal/mol per eV, and pressure per (energy / Å³).
ENERGY = {"metal": 1.0, "real": 23.060549}
PRESSURE = {"metal": 1.6021765e6, "real": 68568.415}


def read_reference(path):
    with open(path) as file:
        count, comment = int(file.readline()), file.readline()
        rows = [file.readline().split() for _ in range(count)]
    words = re.search(r"Properties=(\S+)", comment)[1].split(":")
    start, column = 0, {}
    for name, width in zip(words[::3], words[2::3]):
        column[name] = (start, start + int(width))
        start += int(width)
    take = lambda row, name: [float(x) for x in row[slice(*column["MACE_" + name])]]
    energy = float(re.search(r"MACE_energy=(\S+)", comment)[1])
    stress = re.search(r'MACE_stress="(?:_JSON )?([^"]*)"', comment)
    if stress:
        stress = json.loads(stress[1]) if "[" in stress[1] else [float(x) for x in stress[1].split()]
        stress = [x for row in stress for x in row] if isinstance(stress[0], list) else stress
    atoms = [(take(r, "forces"), take(r, "node_energies")[0], take(r, "atomic_virials")) for r in rows]
    return energy, stress, atoms


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("reference")
    parser.add_argument("dump")
    parser.add_argument("log")
    parser.add_argument("--unit", default="metal")
    parser.add_argument("--tolerance", type=float, default=1e-7)
    parser.add_argument("--left-out", nargs=2)
    options = parser.parse_args()
    unit, pressure_unit = ENERGY[options.unit], PRESSURE[options.unit]

    energy, stress, atoms = read_reference(options.reference)
    if options.left_out:
        element, structure = options.left_out
        with open(structure) as file:
            symbols = [line.split()[0] for line in file.readlines()[2:]]
        nothing, seen = ([0.0] * 3, 0.0, [0.0] * 9), iter(atoms)
        atoms = [nothing if s == element else next(seen) for s in symbols]
    with open(options.dump) as file:
        lines = file.read().split("ITEM: ATOMS")[1].split("\n")[1:-1]
        rows = [[float(x) for x in line.split()] for line in lines]
    with open(options.log) as file:
        text = file.read()
    values = lambda key: [float(x) for x in re.findall(rf"^{key} (.*)$", text, re.M)[-1].split()]
    line = re.findall(r"^ENERGY (\S+) VOLUME (\S+)$", text, re.M)[-1]
    total, volume = float(line[0]), float(line[1])
    pressure, atom_sum = values("PRESSURE"), values("ATOMSUM")
    assert len(rows) == len(atoms), f"{len(rows)} atoms in the dump, {len(atoms)} in the reference"

    worst = dict.fromkeys(("force", "energy per atom", "atomic energy", "atomic virial", "virial",
                           "sum of atomic virials", "sum of centroid virials"), 0.0)
    def note(what, a, b):
        worst[what] = max(worst[what], abs(a - b)) if a == a else float("inf")
    note("energy per atom", total / unit / len(atoms), energy / len(atoms))
    virial = [0.0] * 9
    for k, (row, (f, e, w)) in enumerate(zip(rows, atoms)):
        assert row[0] == k + 1, "the dump is not in order"
        for d in range(3):
            note("force", row[1 + d] / unit, f[d])
        note("atomic energy", row[4] / unit, e)
        virial = [a + b for a, b in zip(virial, w)]
        six = [w[0], w[4], w[8], (w[1] + w[3]) / 2, (w[2] + w[6]) / 2, (w[5] + w[7]) / 2]
        for d in range(6):
            note("atomic virial", -row[5 + d] / unit / pressure_unit, six[d])
    for d, k in enumerate((0, 4, 8, 1, 2, 5)):
        got = pressure[d] * volume / unit / pressure_unit
        note("virial", got, -stress[k] * volume if stress else virial[k])
        note("sum of atomic virials", -atom_sum[d] / unit / pressure_unit, got)
        # xx yy zz xy xz yz yx zx zy; of a symmetric total the off-diagonal ones are the same twice
        for column in {d, d if d < 3 else d + 3}:
            note("sum of centroid virials", -sum(r[11 + column] for r in rows) / unit / pressure_unit, got)
    print("  " + ", ".join(f"{what} {x:.1e}" for what, x in worst.items()))
    # Sums of many terms, each good to the last digits of numbers of this size.
    scale = max(1.0, max(abs(x) for x in virial) / 100)
    limits = dict.fromkeys(worst, options.tolerance)
    for what in ("virial", "sum of atomic virials", "sum of centroid virials", "atomic virial"):
        limits[what] = options.tolerance * scale
    bad = [what for what in worst if not worst[what] <= limits[what]]
    if bad:
        raise SystemExit("too large: " + ", ".join(bad))


if __name__ == "__main__":
    main()
