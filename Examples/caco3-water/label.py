#!/usr/bin/env python3
"""Labels structures with xTB as those of data/ were: energy, forces and, where periodic, stress.

    python3 -m venv xtb && xtb/bin/pip install ase tblite==0.8.0
    xtb/bin/python label.py structures.xyz labelled.xyz [--method GFN1-xTB]

Accuracy 0.1, electronic temperature 300 K, Γ point, closed shell. Structures whose SCF does not converge, with forces
beyond --max_force (eV/Å) or a gap below --min_gap (eV) are left out, and said to be.
"""
import argparse

import numpy as np
from ase import Atoms
from ase.io import iread, write
from ase.units import Bohr, Hartree, kB
from tblite.interface import Calculator

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("structures")
options.add_argument("labelled")
options.add_argument("--method", default="GFN1-xTB")
options.add_argument("--max_force", type=float, default=25.0)
options.add_argument("--min_gap", type=float, default=0.5)
options = options.parse_args()


def labelled(atoms):
    """The structure with labels in eV, eV/Å, eV/Å³ (sign of ASE), and its gap in eV."""
    periodic = {"lattice": atoms.cell.array / Bohr, "periodic": atoms.pbc} if atoms.pbc.any() else {}
    xtb = Calculator(options.method, atoms.numbers, atoms.positions / Bohr, **periodic)
    xtb.set("accuracy", 0.1)
    xtb.set("temperature", 300 * kB / Hartree)
    xtb.set("verbosity", 0)
    result = xtb.singlepoint()
    frame = Atoms(atoms.numbers, atoms.positions, cell=atoms.cell, pbc=atoms.pbc)
    frame.info = {"config_type": "sampled"}
    frame.info |= {key: atoms.info[key] for key in ("config_type", "temperature", "origin") if key in atoms.info}
    levels, filled = result.get("orbital-energies"), result.get("orbital-occupations") > 1
    frame.info |= {"level": options.method, "gap": round((levels[~filled].min() - levels[filled].max()) * Hartree, 3)}
    frame.info["REF_energy"] = float(result.get("energy")) * Hartree
    frame.arrays["REF_forces"] = -result.get("gradient") * Hartree / Bohr
    if atoms.pbc.all():
        frame.info["REF_stress"] = (np.array(result.get("virial")) * Hartree / atoms.get_volume()).reshape(9)
    return frame


kept = left_out = 0
for number, atoms in enumerate(iread(options.structures)):
    try:
        frame = labelled(atoms)
        largest = np.linalg.norm(frame.arrays["REF_forces"], axis=1).max()
        reason = (f"a force of {largest:.1f} eV/Å" if largest > options.max_force else
                  f"a gap of {frame.info['gap']} eV" if frame.info["gap"] < options.min_gap else None)
    except RuntimeError as error:
        reason = str(error)
    if reason:
        left_out += 1
        print(f"structure {number} left out: {reason}", flush=True)
    else:
        kept += 1
        write(options.labelled, frame, format="extxyz", append=kept > 1)
print(f"{kept} labelled, {left_out} left out")
