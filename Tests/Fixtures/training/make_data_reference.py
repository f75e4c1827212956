#!/usr/bin/env python3
"""Makes data-reference.json with mace-torch (0.3.16): what it reads from labels.xyz, its statistics and E0s.

usage: make_data_reference.py TRAIN_XYZ

TRAIN_XYZ is copied to train.xyz: frames of 29 atoms and isolated atoms, with labels of a random model. The
foundation model is ../models/tiny_L1.model."""
import json
import pathlib
import shutil
import sys

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
torch.set_default_dtype(torch.float64)

from mace import data, modules, tools  # noqa: E402
from mace.data.utils import KeySpecification  # noqa: E402
from mace.tools import torch_geometric  # noqa: E402

keys = KeySpecification.from_defaults
shutil.copyfile(sys.argv[1], HERE / "train.xyz")
out = {}

weights = {"Default": 1.0, "liquid": 5.0}
isolated, configs = data.load_from_xyz(
    str(HERE / "labels.xyz"), keys(), config_type_weights=weights, extract_atomic_energies=True)
table = tools.AtomicNumberTable([1, 8])
out["isolated"] = {str(z): e for z, e in isolated.items()}
out["frames"] = []
for c in configs:
    d = data.AtomicData.from_config(c, table, 3.0)
    out["frames"].append({
        "type": c.config_type, "weights": [float(getattr(d, n)) for n in (
            "weight", "energy_weight", "forces_weight", "stress_weight", "virials_weight")],
        "stress": d.stress.flatten().tolist(), "virials": d.virials.flatten().tolist()})

e0s, configs = data.load_from_xyz(str(HERE / "train.xyz"), keys(), extract_atomic_energies=True)
table = tools.AtomicNumberTable(sorted(e0s))
heads = ["A", "B"]
for i, c in enumerate(configs):
    c.head = "A" if i < 15 else "B"
other = {z: e + 0.25 for z, e in e0s.items()}
energies = np.array([[e[z] for z in table.zs] for e in (e0s, other)])
loader = torch_geometric.dataloader.DataLoader(
    [data.AtomicData.from_config(c, table, 4.5, heads=heads) for c in configs], batch_size=7)
out["train"] = {
    "frames": len(configs), "isolated": {str(z): e for z, e in e0s.items()},
    "avg_num_neighbors": modules.compute_avg_num_neighbors(loader),
    "std_scaling": [x.tolist() for x in modules.utils.compute_mean_std_atomic_inter_energy(loader, energies)],
    "rms_forces_scaling": [x.tolist() for x in modules.utils.compute_mean_rms_energy_forces(loader, energies)],
}
average = data.utils.compute_average_E0s(configs, table)
model = torch.load(HERE.parent / "models/tiny_L1.model", map_location="cpu", weights_only=False)
own = dict(zip(model.atomic_numbers.tolist(), model.atomic_energies_fn.atomic_energies.flatten().tolist()))
estimated = data.utils.estimate_e0s_from_foundation(model, own, configs, table)
out["average"] = {str(z): float(e) for z, e in average.items()}
out["estimated"] = {str(z): float(e) for z, e in estimated.items()}
(HERE / "data-reference.json").write_text(json.dumps(out) + "\n")
