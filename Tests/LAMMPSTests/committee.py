#!/usr/bin/env python3
"""Compares the deviations LAMMPS found (committee.in) with those of forces, energies and stresses of
`mace evaluate`, one reference per model.

  committee.py LOG DEVI.out DEVI.dump REFERENCE.xyz ... [--unit metal|real] [--mean] [--relative L] [--relative_v L]
"""
import argparse
import math
import re

import compare


def spread(vectors):
    """sqrt(<|v - <v>|^2>) and |<v>|."""
    mean = [sum(c) / len(vectors) for c in zip(*vectors)]
    squares = [sum((a - b) ** 2 for a, b in zip(v, mean)) for v in vectors]
    return math.sqrt(sum(squares) / len(vectors)), math.sqrt(sum(m * m for m in mean)), mean


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("log")
    parser.add_argument("devi")
    parser.add_argument("dump")
    parser.add_argument("references", nargs="+")
    parser.add_argument("--unit", default="metal")
    parser.add_argument("--mean", action="store_true")
    parser.add_argument("--relative", type=float)
    parser.add_argument("--relative_v", type=float)
    options = parser.parse_args()
    unit = compare.ENERGY[options.unit]
    with open(options.log) as file:
        text = file.read()
    values = lambda key: [float(x) for x in re.findall(rf"^{key} (.*)$", text, re.M)[-1].split()]

    results = [compare.read_reference(path) for path in options.references]
    atoms = len(results[0][2])
    with open(options.references[0]) as file:
        cell = [float(x) for x in re.search(r'Lattice="([^"]*)"', file.read())[1].split()]
    a, b, c = cell[0:3], cell[3:6], cell[6:9]
    volume = abs(sum(a[i] * (b[i - 2] * c[i - 1] - b[i - 1] * c[i - 2]) for i in range(3)))

    force, mean_force = [], []
    for k in range(atoms):
        deviation, norm, mean = spread([[unit * x for x in r[2][k][0]] for r in results])
        force.append(deviation if options.relative is None else deviation / (norm + options.relative))
        mean_force.append(mean)
    virials = [[-unit * volume / atoms * s for s in r[1]] for r in results]
    norm = spread(virials)[1]
    virial = [spread([[v[k]] for v in virials])[0] for k in range(9)]
    if options.relative_v is not None:
        virial = [v / (norm + options.relative_v) for v in virial]
    energy = spread([[unit * r[0] / atoms] for r in results])[0]
    expected = [max(virial), min(virial), math.sqrt(sum(v * v for v in virial) / 9),
                max(force), min(force), sum(force) / atoms, energy]

    worst = 0.0
    def check(what, got, wanted, tolerance=1e-7):
        nonlocal worst
        error = abs(got - wanted)
        if tolerance == 1e-7:
            worst = max(worst, error)
        if not error <= tolerance * max(1.0, abs(wanted)):
            raise SystemExit(f"{what}: LAMMPS {got}, mace evaluate {wanted}")

    for name, got, wanted in zip("max_v min_v avg_v max_f min_f avg_f e".split(), values("DEVIATION"), expected):
        check(name, got, wanted)
    check("scalar", values("SCALAR")[0], expected[3])
    part = force[2:20]
    for name, got, wanted in zip(("max", "min", "avg"), values("PART"), (max(part), min(part), sum(part) / 18)):
        check("group, " + name, got, wanted)
    energies = [unit * r[0] for r in results]
    wanted = sum(energies) / len(energies) if options.mean else energies[0]
    for got in values("ENERGY"):
        check("energy", got / atoms, wanted / atoms)

    with open(options.devi) as file:
        header, row = [line.split() for line in file]
    names = "# step max_devi_v min_devi_v avg_devi_v max_devi_f min_devi_f avg_devi_f devi_e atm_devi_f(N)".split()
    assert header == names, header
    assert len(row) == 8 + atoms and row[0] == "0", row
    for got, wanted in zip(row[1:], expected + force):
        check("out_file", float(got), wanted, 1e-6)

    with open(options.dump) as file:
        rows = [[float(x) for x in line.split()] for line in file.read().split("ITEM: ATOMS")[1].split("\n")[1:-1]]
    for k, row in enumerate(rows):
        check(f"atom {k + 1}", row[1], force[k])
        check(f"atom {k + 1}, group", row[2], force[k] if 2 <= k < 20 else 0.0)
        wanted = mean_force[k] if options.mean else [unit * x for x in results[0][2][k][0]]
        for d in range(3):
            check(f"force on atom {k + 1}", row[3 + d], wanted[d])
    print(f"  deviations differ by at most {worst:.1e}")


if __name__ == "__main__":
    main()
