#!/usr/bin/env python3
"""Heat flux of heat_flux.in against d/dt of the first moment of the energies, by finite differences.

  heat_flux.py LOG TIMESTEP [TOLERANCE]

Prints both without their convective part Σ v_i (K_i + U_i), and the difference relative to the size of the
exact one; exit code 1 when it is larger than the tolerance.
"""
import math
import re
import sys

with open(sys.argv[1]) as file:
    table = re.findall(r"^ *Step .*\n((?: *\d+ .*\n)+)", file.read(), re.M)[-1]
rows = [[float(x) for x in line.split()] for line in table.splitlines()]
assert len(rows) == 5, f"{len(rows)} steps instead of 5"
moments = [row[2:5] for row in rows]
flux, convective = rows[2][5:8], rows[2][8:11]
rate = [(8 * (d - b) - (e - a)) / (12 * float(sys.argv[2])) for a, b, _, d, e in zip(*moments)]
exact = [a - b for a, b in zip(rate, convective)]
found = [a - b for a, b in zip(flux, convective)]
error = math.dist(exact, found) / math.hypot(*exact)
print("  exact " + " ".join(f"{x:.6f}" for x in exact) + " eV A/ps, found "
      + " ".join(f"{x:.6f}" for x in found) + f": relative {error:.1e}")
if len(sys.argv) > 3 and not error <= float(sys.argv[3]):
    raise SystemExit("the heat flux is not d/dt of the first moment of the energy")
