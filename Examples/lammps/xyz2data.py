#!/usr/bin/env python3
"""Writes one frame of an extended XYZ file as a LAMMPS data file (atom_style atomic, or charge).

  xyz2data.py FRAMES.extxyz OUT.data ELEMENT ... [--frame N] [--style atomic|charge] [--rotated OUT.extxyz]

The elements, in the order of the atom types: the same words belong at the end of pair_coeff. LAMMPS wants
the first cell vector along x and the second in the xy plane; other cells are rotated with their atoms, and
--rotated writes the structure as LAMMPS has it. Atom ids follow the order in the file. Needs only Python.
"""
import argparse
import math
import re

MASSES = {"H": 1.008, "Li": 6.94, "B": 10.81, "C": 12.011, "N": 14.007, "O": 15.999, "F": 18.998,
          "Na": 22.990, "Mg": 24.305, "Al": 26.982, "Si": 28.085, "P": 30.974, "S": 32.06, "Cl": 35.45,
          "K": 39.098, "Ca": 40.078, "Ti": 47.867, "Fe": 55.845, "Cu": 63.546, "Zn": 65.38}


def read_frame(path, index):
    """Symbols, positions, cell (three rows) and periodicity of one frame."""
    with open(path) as file:
        for _ in range(index):
            for _ in range(int(file.readline()) + 1):
                file.readline()
        line = file.readline()
        if not line.strip():
            raise SystemExit(f"{path}: there is no frame {index}")
        count, comment = int(line), file.readline()
        rows = [file.readline().split() for _ in range(count)]
    fields = {m[0].lower(): m[1] or m[2] for m in re.findall(r'(\w+)=(?:"([^"]*)"|(\S+))', comment)}
    if "lattice" not in fields:
        raise SystemExit(f"{path}: frame {index} has no Lattice")
    column, columns = 0, {}
    words = fields.get("properties", "species:S:1:pos:R:3").split(":")
    for name, width in zip(words[::3], words[2::3]):
        columns[name] = column
        column += int(width)
    p = columns["pos"]
    cell = [float(x) for x in fields["lattice"].split()]
    periodic = [w in ("T", "1", "True") for w in fields.get("pbc", "T T T").split()]
    return ([row[columns["species"]] for row in rows], [[float(x) for x in row[p:p + 3]] for row in rows],
            [cell[0:3], cell[3:6], cell[6:9]], periodic)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def rotate(cell, positions):
    """The cell as LAMMPS has it, xx / xy yy / xz yz zz, and the positions turned with it."""
    a, b, c = cell
    xx = math.sqrt(dot(a, a))
    ex = [x / xx for x in a]
    xy = dot(b, ex)
    yy = math.sqrt(dot(b, b) - xy * xy)
    ey = [(b[i] - xy * ex[i]) / yy for i in range(3)]
    ez = [ex[1] * ey[2] - ex[2] * ey[1], ex[2] * ey[0] - ex[0] * ey[2],
          ex[0] * ey[1] - ex[1] * ey[0]]
    zz = dot(c, ez)
    if zz <= 0:
        raise SystemExit("the cell vectors are left-handed: exchange two of them")
    turned = [[xx, 0.0, 0.0], [xy, yy, 0.0], [dot(c, ex), dot(c, ey), zz]]
    return turned, [[dot(r, ex), dot(r, ey), dot(r, ez)] for r in positions]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("frames")
    parser.add_argument("output")
    parser.add_argument("elements", nargs="+")
    parser.add_argument("--frame", type=int, default=0)
    parser.add_argument("--style", choices=("atomic", "charge"), default="atomic")
    parser.add_argument("--rotated")
    options = parser.parse_args()

    symbols, positions, cell, periodic = read_frame(options.frames, options.frame)
    for symbol in set(symbols) - set(options.elements):
        raise SystemExit(f"{options.frames}: {symbol} is not among the elements given")
    for symbol in set(options.elements) - set(MASSES):
        raise SystemExit(f"no mass is known for {symbol}: add it to MASSES")
    (a, b, c), positions = rotate(cell, positions)
    # LAMMPS wants tilts of at most half an edge; the lattice stays the same.
    def reduced(v, w, axis):
        turns = round(v[axis] / w[axis])
        return [x - turns * y for x, y in zip(v, w)]
    c = reduced(c, b, 1)
    c = reduced(c, a, 0)
    b = reduced(b, a, 0)
    low = [0.0, 0.0, 0.0]
    high = [a[0], b[1], c[2]]
    for d in range(3):
        # A box around the atoms where nothing repeats, with room for them to move.
        if not periodic[d]:
            low[d] = min(0.0, min(r[d] for r in positions) - 5.0)
            high[d] = max(high[d], max(r[d] for r in positions) + 5.0)

    with open(options.output, "w") as out:
        name = options.frames.split("/")[-1]
        out.write(f"frame {options.frame} of {name}: {' '.join(options.elements)}\n\n")
        out.write(f"{len(symbols)} atoms\n{len(options.elements)} atom types\n\n")
        for d, name in enumerate("xyz"):
            out.write(f"{low[d]:.16g} {high[d]:.16g} {name}lo {name}hi\n")
        if any(abs(x) > 1e-12 for x in (b[0], c[0], c[1])):
            out.write(f"{b[0]:.16g} {c[0]:.16g} {c[1]:.16g} xy xz yz\n")
        out.write("\nMasses\n\n")
        for kind, symbol in enumerate(options.elements, 1):
            out.write(f"{kind} {MASSES[symbol]} # {symbol}\n")
        out.write(f"\nAtoms # {options.style}\n\n")
        for i, (symbol, r) in enumerate(zip(symbols, positions), 1):
            charge = "0 " if options.style == "charge" else ""
            kind = options.elements.index(symbol) + 1
            out.write(f"{i} {kind} {charge}{r[0]:.16g} {r[1]:.16g} {r[2]:.16g}\n")

    if options.rotated:
        with open(options.rotated, "w") as out:
            lattice = " ".join(f"{x:.16g}" for v in (a, b, c) for x in v)
            pbc = " ".join("T" if p else "F" for p in periodic)
            out.write(f'{len(symbols)}\nLattice="{lattice}" Properties=species:S:1:pos:R:3 pbc="{pbc}"\n')
            for symbol, r in zip(symbols, positions):
                out.write(f"{symbol} {r[0]:.16g} {r[1]:.16g} {r[2]:.16g}\n")


if __name__ == "__main__":
    main()
