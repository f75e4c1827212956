"""Makes the fixtures of the training tests with mace-torch 0.3.16, torch and schedulefree 1.4.1.

usage: make_fixtures.py REFERENCE, a folder with mace-torch's losses, gradients and optimizer steps for
tiny_L1.model: loss_grads_tiny_L1.json, optimizer_steps_tiny_L1.json, batch_plain.extxyz, batch_weighted.extxyz

batches.json                frames, labels, weights, predictions, losses, error metrics
optimizer_steps.safetensors parameters after steps of mace-torch's take_step, and the first gradients
loop.json                   mace-torch's training loop with the toy model of ToyEngine.swift
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
from mace.tools import build_default_arg_parser, utils
from mace.tools.scripts_utils import LRScheduler, get_loss_fn, get_optimizer, get_params_options, get_swa
from mace.tools.train import train
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


# ---- mace-torch's own training loop with the toy model of ToyEngine.swift
class Weights(torch.nn.Module):
    def __init__(self, values):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor(values))


class Block(torch.nn.Module):
    def __init__(self, **parts):
        super().__init__()
        for name, values in parts.items():
            setattr(self, name, Weights(values))


class Toy(torch.nn.Module):
    def __init__(self):
        super().__init__()
        start = [0.02 * (k % 5) - 0.03 for k in range(12)]
        self.node_embedding = Block(linear=start[0:3])
        self.interactions = torch.nn.ModuleList([Block(linear=start[3:6], linear_up=start[6:8])])
        self.products = torch.nn.ModuleList([Block(linear=start[8:10])])
        self.readouts = torch.nn.ModuleList([Block(linear=start[10:12])])

    def forward(self, batch, training=False, compute_force=True, compute_virials=False, compute_stress=False):
        theta = torch.cat([p for p in self.parameters()])
        w = theta + 0.1 * theta ** 3
        x, y, z = batch["positions"].T[:, :, None]
        k = torch.arange(12.0)
        sign = torch.where(batch["is_pt"][:, None] & (k >= 10), -1.0, 1.0)
        nodes = (w * sign * torch.sin((k + 1) * x + y)).sum(1)
        forces = torch.stack([(w * sign * f).sum(1) for f in (
            torch.cos((k + 2) * y), torch.sin((k + 2) * z), torch.cos((k + 2) * x + z))], 1)
        c = torch.arange(9.0)[:, None]
        virials = (w * torch.sin((k + c) * z[:, None] + c * x[:, None])).sum(2).reshape(-1, 3, 3)
        total = lambda v: torch.zeros((len(batch["ptr"]) - 1,) + v.shape[1:]).index_add(0, batch["batch"], v)
        out = dict(energy=total(nodes), forces=forces, virials=total(virials))
        out["stress"] = -out["virials"] / 210
        if not compute_virials: out["virials"] = None
        if not compute_stress: out["stress"] = None
        return out


class Batch:
    def __init__(self, frames):
        self.num_graphs = len(frames)
        counts = torch.tensor([len(f["positions"]) for f in frames])
        self.ptr = torch.cat([torch.zeros(1, dtype=int), torch.cumsum(counts, 0)])
        self.batch = torch.repeat_interleave(torch.arange(len(frames)), counts)
        self.positions = torch.cat([torch.tensor(f["positions"]) for f in frames])
        self.is_pt = torch.repeat_interleave(torch.tensor([f["head"] == "pt_head" for f in frames]), counts)
        self.energy = torch.tensor([f["energy"] for f in frames])
        self.forces = torch.cat([torch.tensor(f["forces"]) for f in frames])
        for name in ("stress", "virials"):
            setattr(self, name, torch.tensor([f[name] for f in frames]).reshape(-1, 3, 3))
        for name in ("weight", "energy_weight", "forces_weight", "stress_weight", "virials_weight"):
            setattr(self, name, torch.tensor([f[name] for f in frames]))
        self.dipole = self.polarizability = None

    def to(self, _):
        return self

    def to_dict(self):
        return vars(self)

    def __getitem__(self, name):
        return getattr(self, name)


def toy_frames(count, head):
    frames = []
    for i in range(count):
        f = dict(positions=(5 * rng.uniform(-1, 1, size=(2 + i % 3, 3))).tolist(), head=head, energy=0.0, forces=np.zeros((2 + i % 3, 3)).tolist(),
                 stress=[0.0] * 9, virials=[0.0] * 9, weight=float(rng.choice([1.0, 2.0])), stress_weight=1.5, virials_weight=0.7,
                 energy_weight=float(rng.choice([1.0, 0.5])), forces_weight=float(rng.choice([1.0, 0.3, 0.0])))
        truth = Toy()
        with torch.no_grad():
            for k, p in enumerate(truth.parameters()):
                p.copy_(0.5 + 0.3 * torch.arange(len(p)) - 0.1 * k)
        out = truth(Batch([f]).to_dict(), compute_virials=True, compute_stress=True)
        f["energy"] = out["energy"].item() + 0.05 * rng.normal()
        f["forces"] = (out["forces"].detach().numpy() + 0.05 * rng.normal(size=out["forces"].shape)).tolist()
        f["stress"] = (out["stress"].detach().numpy().ravel() + 0.001 * rng.normal(size=9)).tolist()
        f["virials"] = (out["virials"].detach().numpy().ravel() + 0.05 * rng.normal(size=9)).tolist()
        frames.append(f)
    return frames


class Log:
    def __init__(self):
        self.lines = []

    def log(self, d):
        self.lines.append({k: (float(v) if not isinstance(v, (str, int, type(None))) else v) for k, v in d.items() if k != "time"})


class Saved:
    def __init__(self):
        self.epochs = []

    def save(self, state, epochs, keep_last):
        self.epochs.append([epochs, torch.cat([p.detach() for p in state.model.parameters()]).tolist()])


train_set = toy_frames(6, "Default") + toy_frames(2, "pt_head")
valid_sets = dict(pt_head=toy_frames(3, "pt_head"), Default=toy_frames(5, "Default"))
loop = dict(train=train_set, valid=valid_sets, runs={})
for name, change in dict(
        plateau=dict(loss="universal", optimizer="adam", scheduler="ReduceLROnPlateau", ema=0.5, start_swa=22, lr=1.0),
        exponential=dict(loss="virials", optimizer="adamw", scheduler="ExponentialLR", ema=0.99, eval_interval=3),
        schedulefree=dict(loss="weighted", optimizer="schedulefree", scheduler="ReduceLROnPlateau", ema=None, start_swa=20),
        clipped=dict(loss="stress", optimizer="adam", scheduler="ReduceLROnPlateau", ema=None, clip_grad=0.3, lr=1.0)).items():
    args = build_default_arg_parser().parse_args(["--name", "x"])
    vars(args).update(dict(lr=0.1, lr_factor=0.5, scheduler_patience=1, lr_scheduler_gamma=0.9, weight_decay=0.01, max_num_epochs=30, forces_weight=10.0,
                           swa=False, start_swa=None, eval_interval=1, clip_grad=10.0,
                           lr_params_factors='{"embedding_lr_factor": 0.5, "readouts_lr_factor": 2.0}'))
    vars(args).update(change)
    model, log, saved = Toy(), Log(), Saved()
    optimizer = get_optimizer(args, get_params_options(args, model))
    scheduler, swa = LRScheduler(optimizer, args), None
    if args.start_swa is not None:
        swa, _ = get_swa(args, model, optimizer, [False])
    ema = ExponentialMovingAverage(model.parameters(), decay=args.ema) if args.ema else None
    train(model=model, loss_fn=get_loss_fn(args, False, False), train_loader=[Batch(train_set)],
          valid_loaders={h: [Batch(s[i:i + 2]) for i in range(0, len(s), 2)] for h, s in valid_sets.items()}, optimizer=optimizer, lr_scheduler=scheduler, start_epoch=0,
          max_num_epochs=args.max_num_epochs, patience=args.patience, checkpoint_handler=saved, logger=log, eval_interval=args.eval_interval,
          output_args=dict(energy=True, forces=True, virials=args.loss == "virials", stress=args.loss in ("stress", "universal"), dipoles=False),
          device=torch.device("cpu"), log_errors="PerAtomRMSE", swa=swa, ema=ema, max_grad_norm=args.clip_grad)
    loop["runs"][name] = dict(lines=log.lines, best=saved.epochs[-1], improvements=[e for e, _ in saved.epochs],
                              rates=[g["lr"] for g in optimizer.param_groups])
json.dump(loop, open(f"{here}/loop.json", "w"))
