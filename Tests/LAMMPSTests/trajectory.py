#!/usr/bin/env python3
"""A trajectory of `mace md` at constant energy and the same run in LAMMPS.

  trajectory.py start TRAJECTORY.xyz START.in       first frame as LAMMPS commands
  trajectory.py compare TRAJECTORY.xyz LAMMPS.dump TOLERANCE    every frame, in Å and Å/fs
"""
import sys

TYPES = {"H": (1, 1.008), "C": (2, 12.011), "O": (3, 15.999), "Ca": (4, 40.078)}
# eV ps²/Å² of one atomic mass unit: CODATA 2018 and what LAMMPS has in units metal. Masses make up for it.
UNIT, LAMMPS_UNIT = 1.66053906660e-27 / 1.602176634e-19 * 1e4, 1.0364269e-4


def frames(path):
    """Rows (x, y, z, vx, vy, vz) in Å and Å/fs of every frame."""
    with open(path) as file:
        while line := file.readline():
            assert "Properties=species:S:1:pos:R:3:velocities:R:3:" in file.readline().replace('"', "")
            rows = [file.readline().split() for _ in range(int(line))]
            yield [[float(x) for x in row[1:7]] for row in rows]


def start(trajectory, path):
    with open(path, "w") as out:
        for number, mass in TYPES.values():
            out.write(f"mass {number} {mass * UNIT / LAMMPS_UNIT:.17g}\n")
        for k, row in enumerate(next(frames(trajectory))):
            x = " ".join(f"{name} {value:.17g}" for name, value in zip("xyz", row))
            v = " ".join(f"v{name} {1e3 * value:.17g}" for name, value in zip("xyz", row[3:]))
            out.write(f"set atom {k + 1} {x} {v}\n")


def compare(trajectory, dump, tolerance):
    with open(dump) as file:
        steps = [s.split("\n")[1:-1] for s in file.read().split("ITEM: ATOMS")[1:]]
    ours = list(frames(trajectory))
    assert len(ours) == len(steps) > 1, f"{len(ours)} frames, {len(steps)} in LAMMPS"
    theirs = [[[float(x) for x in line.split()[1:]] for line in lines[:len(ours[0])]] for lines in steps]
    worst, moved = [0.0, 0.0], 0.0
    for mine, other in zip(ours, theirs):
        # moves since the first frame: LAMMPS puts atoms into the box
        for a, b, a0, b0 in zip(mine, other, ours[0], theirs[0]):
            for k in range(3):
                move = a[k] - a0[k]
                moved = max(moved, abs(move))
                worst[0] = max(worst[0], abs(move - (b[k] - b0[k])))
                worst[1] = max(worst[1], abs(a[3 + k] - b[3 + k] / 1e3))
    print(f"  {len(ours)} frames, atoms moved {moved:.3f} Å; difference {worst[0]:.1e} Å, {worst[1]:.1e} Å/fs")
    if not (moved > 0.01 and max(worst) < float(tolerance)):
        raise SystemExit("the trajectories differ")


{"start": start, "compare": compare}[sys.argv[1]](*sys.argv[2:])
