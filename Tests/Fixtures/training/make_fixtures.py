"""Makes the fixtures of the training tests with mace-torch 0.3.16, torch and schedulefree 1.4.1.

usage: make_fixtures.py REFERENCE, a folder with mace-torch's losses, gradients and optimizer steps for
tiny_L1.model: loss_grads_tiny_L1.json, optimizer_steps_tiny_L1.json, batch_plain.extxyz, batch_weighted.extxyz

batches.json                frames, labels, weights, predictions, losses, error metrics
optimizer_steps.safetensors parameters after steps of mace-torch's take_step, and the first gradients
torch.json                  optimizers, schedulers and averages of torch on made-up gradients and losses
"""
import json
import os
import struct
import sys

import ase.io
import numpy as np
import schedulefree
import torch
from mace.tools import utils
from torch_ema import ExponentialMovingAverage

torch.set_default_dtype(torch.float64)
reference = sys.argv[1]
here = os.path.dirname(os.path.abspath(__file__))
grads = json.load(open(f"{reference}/loss_grads_tiny_L1.json"))
steps = json.load(open(f"{reference}/optimizer_steps_tiny_L1.json"))
names = list(grads["shapes"])
flat = lambda d: np.concatenate([np.array(d[n]).ravel() for n in names])


def metrics(labels, prediction, counts):
    out = {}
    e = np.array(labels["energy"]) - np.array(prediction["energy"])
    f = np.array(labels["forces"])
    df = f - np.array(prediction["forces"])
    s = np.array(labels["stress"]) - np.array(prediction["stress"])
    v = np.array(labels["virials"]) - np.array(prediction["virials"])
    n = np.array(counts)
    out.update(mae_e=utils.compute_mae(e), mae_e_per_atom=utils.compute_mae(e / n), rmse_e=utils.compute_rmse(e),
               rmse_e_per_atom=utils.compute_rmse(e / n), q95_e=utils.compute_q95(e), mae_f=utils.compute_mae(df),
               rel_mae_f=utils.compute_rel_mae(df, f), rmse_f=utils.compute_rmse(df),
               rel_rmse_f=utils.compute_rel_rmse(df, f), q95_f=utils.compute_q95(df), mae_stress=utils.compute_mae(s),
               rmse_stress=utils.compute_rmse(s), q95_stress=utils.compute_q95(s), mae_virials=utils.compute_mae(v),
               rmse_virials=utils.compute_rmse(v), rmse_virials_per_atom=utils.compute_rmse(v / n[:, None, None]),
               q95_virials=utils.compute_q95(v))
    return {k: float(x) for k, x in out.items()}


batches = {}
for kind, entry in grads["sets"].items():
    frames = ase.io.read(f"{reference}/batch_{kind}.extxyz", ":")
    batches[kind] = dict(
        frames=[dict(numbers=a.numbers.tolist(), positions=a.positions.tolist(), cell=a.cell.tolist()) for a in frames],
        labels=entry["labels"], prediction=entry["prediction"],
        losses={n: dict(weights={k.removesuffix("_weight"): v for k, v in l["params"].items()}, loss=l["loss"])
                for n, l in entry["losses"].items()},
        metrics=metrics(entry["labels"], entry["prediction"], [len(a) for a in frames]))
json.dump(batches, open(f"{here}/batches.json", "w"))

tensors = {"gradient/" + n: flat(grads["sets"]["plain"]["losses"][n]["grads"])
           for n in ("WeightedEnergyForcesLoss", "UniversalLoss")}
runs = {}
for run, r in steps["runs"].items():
    for step in ("1", "10"):
        tensors[f"{run}/parameters/{step}"] = flat(r["params"][step])
    tensors[f"{run}/average/10"] = flat(r["ema"]["10"])
    runs[run] = dict(losses=r["losses"], norms=r["grad_norm_before_clip"], loss=r["loss"], groups=r["param_groups"])
header, offset = {"__metadata__": {"layout": json.dumps([[n, grads["shapes"][n]] for n in names]), "runs": json.dumps(runs)}}, 0
for n, t in tensors.items():
    header[n] = dict(dtype="F64", shape=[len(t)], data_offsets=[offset, offset + 8 * len(t)])
    offset += 8 * len(t)
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(f"{here}/optimizer_steps.safetensors", "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text + b"".join(t.astype("<f8").tobytes() for t in tensors.values()))

# ---- torch on made-up numbers
rng = np.random.default_rng(7)
groups = [("node_embedding.linear.weight", 3, 0.0, 1.0), ("interactions.0.linear.weight", 3, 0.1, 2.0),
          ("interactions.0.linear_up.weight", 2, 0.0, 2.0), ("products.0.linear.weight", 2, 0.1, 0.5),
          ("readouts.0.linear.weight", 2, 0.0, 1.0)]
start = rng.normal(size=12)
gradients = rng.normal(size=(14, 12)) * np.exp(rng.normal(size=(14, 1)))
made = dict(layout=[[n, [k]] for n, k, _, _ in groups], start=start.tolist(), gradients=gradients.tolist(), runs={})
for name, make in dict(
        adam=lambda g: torch.optim.Adam(g, lr=0.02, amsgrad=False), amsgrad=lambda g: torch.optim.Adam(g, lr=0.02, amsgrad=True),
        adamw=lambda g: torch.optim.AdamW(g, lr=0.02, amsgrad=True, betas=(0.8, 0.999)),
        schedulefree=lambda g: schedulefree.AdamWScheduleFree(g, lr=0.02, betas=(0.9, 0.98))).items():
    parameters, at = [], 0
    for _, k, _, _ in groups:
        parameters.append(torch.nn.Parameter(torch.tensor(start[at:at + k])))
        at += k
    optimizer = make([dict(params=[p], weight_decay=wd, lr=0.02 * f) for p, (_, _, wd, f) in zip(parameters, groups)])
    ema = ExponentialMovingAverage(parameters, decay=0.5)
    out = dict(parameters=[], evaluation=[], average=[])
    values = lambda ps: torch.cat([p.detach() for p in ps]).tolist()
    for step, g in enumerate(gradients):
        if step == 7:
            for group in optimizer.param_groups:
                group["lr"] *= 0.3
        if name == "schedulefree":
            optimizer.train()
        at = 0
        for p in parameters:
            p.grad = torch.tensor(g[at:at + len(p)])
            at += len(p)
        optimizer.step()
        ema.update()
        out["parameters"].append(values(parameters))
        out["average"].append(values(ema.shadow_params))
        if name == "schedulefree":
            optimizer.eval()
        out["evaluation"].append(values(parameters))
    made["runs"][name] = out
losses = (np.exp(-np.arange(60) / 12) + 0.05 * rng.normal(size=60) ** 2).tolist()
losses[50:] = [losses[49]] * 10
optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=1e-7)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.8, patience=2)
rates = []
for loss in losses:
    plateau.step(loss)
    rates.append(optimizer.param_groups[0]["lr"])
made["plateau"] = dict(losses=losses, rates=rates, start=1e-7, factor=0.8, patience=2)
json.dump(made, open(f"{here}/torch.json", "w"))
