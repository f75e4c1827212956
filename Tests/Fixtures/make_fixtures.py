#!/usr/bin/env python3
"""Makes configurations.json, wigner3j.json and reference/*.json from a directory of mace-torch results.

usage: make_fixtures.py REFERENCE_DIRECTORY

REFERENCE_DIRECTORY holds configs/all.json, reference/<model>.json (float64 results of mace-torch 0.3.16) and
tools/numpy_mace.py, whose Wigner 3j symbols were compared with e3nn 0.4.4's table.
Kept are the models in models/, configurations of up to 40 atoms, and descriptors of three configurations.
Numbers keep every digit (Python's shortest round-trip form). `*_true` values replace mace-torch's own where
those are not the derivative of the energy (Chebyshev basis)."""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
LARGEST = 40
LARGEST_DEGREE = 6
DESCRIPTORS = ("molecule_isolated", "single_atom_O", "crystal_CaO_prim2")


def write(path, value):
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n")


def reduced(result):
    """One head's numbers under short, fixed names; derivatives that are right."""
    pick = lambda name: result.get(name + "_true", result[name])
    short = {
        "energy": result["energy"], "nodeEnergies": result["node_energy"], "forces": pick("forces"),
        "virial": sum(pick("virials"), []), "stress": sum(pick("stress"), []),
    }
    if "interaction_energy" in result:
        short["interactionEnergy"] = result["interaction_energy"]
    return short


def wigner3j(source):
    """[l1, l2, l3, flat index, value]: the first component of more than half the largest size fixes the sign."""
    sys.path.insert(0, str(source / "tools"))
    from numpy_mace import w3j

    rows = []
    for l1 in range(LARGEST_DEGREE + 1):
        for l2 in range(LARGEST_DEGREE + 1):
            for l3 in range(abs(l1 - l2), min(l1 + l2, LARGEST_DEGREE) + 1):
                values = w3j(l1, l2, l3).ravel()
                index = int((abs(values) > 0.5 * abs(values).max()).argmax())
                rows.append([l1, l2, l3, index, float(values[index])])
    return rows


def main(source):
    write(HERE / "wigner3j.json", wigner3j(source))
    configurations = json.loads((source / "configs/all.json").read_text())
    small = [c for c in configurations if len(c["numbers"]) <= LARGEST]
    write(HERE / "configurations.json", small)
    names = {c["name"] for c in small}
    for model in sorted(path.stem for path in (HERE / "models").glob("*.model")):
        data = json.loads((source / f"reference/{model}.json").read_text())
        heads = data["meta"]["heads"]
        results = {}
        for name, result in data["results"].items():
            if name not in names:
                continue
            entry = {"heads": [reduced(result.get("per_head", {}).get(head, result)) for head in heads]}
            if name in DESCRIPTORS and "node_feats_full" in result:
                entry["descriptors"] = sum(result["node_feats_full"], [])
            results[name] = entry
        write(HERE / f"reference/{model}.json", {"heads": heads, "results": results})


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
