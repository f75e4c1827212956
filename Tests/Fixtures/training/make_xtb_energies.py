#!/usr/bin/env python3
"""Makes xtb-mixed.json: compositions and GFN1 and GFN2 energies (eV) of the same frames, and isolated atoms.

usage: make_xtb_energies.py GFN1_XYZ GFN2_XYZ E0_JSON"""
import json
import pathlib
import re
import sys


def frames(path):
    lines = open(path).read().splitlines()
    at = 0
    while at < len(lines):
        n = int(lines[at])
        text = lines[at + 1]
        symbols = [line.split()[0] for line in lines[at + 2:at + 2 + n]]
        yield re.search(r" id=(\S+)", text)[1], float(re.search(r"REF_energy=(\S+)", text)[1]), symbols
        at += n + 2


first = list(frames(sys.argv[1]))
second = {name: energy for name, energy, _ in frames(sys.argv[2])}
e0s = json.load(open(sys.argv[3]))
elements = ["H", "C", "O", "Ca"]
out = {
    "elements": [1, 6, 8, 20],
    "counts": [[s.count(e) for e in elements] for n, _, s in first if n in second],
    "gfn1": [e for n, e, _ in first if n in second],
    "gfn2": [second[n] for n, _, _ in first if n in second],
    "isolated_gfn1": [e0s["GFN1"][e] for e in elements],
    "isolated_gfn2": [e0s["GFN2"][e] for e in elements],
}
path = pathlib.Path(__file__).resolve().parent / "xtb-mixed.json"
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
