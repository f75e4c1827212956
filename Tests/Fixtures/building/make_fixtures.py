#!/usr/bin/env python3
"""Makes the fixtures of the model-building tests with mace-torch 0.3.16, from the checkpoints in ../models.

finetuned_*.model    what mace_run_train makes of a foundation model before its first epoch (configure_model:
                     the head is selected, load_foundations_elements), heads pt_head and target
parameter_order.json names and shapes of named_parameters() of every checkpoint
lora.json            for two checkpoints with LoRA of rank 2, alpha 3: names and shapes of the trainable
                     parameters, and sum and weighted sum of every tensor after merging with parameters
                     p[i] = sin(0.37 i), i counting through named_parameters() in order
"""
import json
import os
import pathlib
import types

os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"
import numpy as np
import torch
from mace.modules.lora import LoRAO3Linear, inject_LoRAs, merge_lora_weights
from mace.tools.model_script_utils import configure_model
from mace.tools.scripts_utils import remove_pt_head
from mace.tools.utils import AtomicNumberTable

HERE = pathlib.Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
ELEMENTS = {"tiny_density": [8, 20], "tiny_multihead2": [1, 6, 8, 20], "tiny_nonlinear": [1, 8, 20]}


def load(name):
    return torch.load(MODELS / f"{name}.model", weights_only=False, map_location="cpu")


def finetuned(name, elements):
    foundation = load(name)
    if len(foundation.heads) > 1:
        foundation = remove_pt_head(foundation, None)
    known = foundation.atomic_numbers.tolist()
    old = foundation.atomic_energies_fn.atomic_energies.reshape(-1).tolist()
    energies = np.array([[old[known.index(z)] for z in elements], [-0.25 * z for z in elements]])
    arguments = types.SimpleNamespace(
        loss="universal", error_table="PerAtomRMSE", compute_energy=True, compute_forces=True, compute_dipole=False,
        compute_polarizability=False, scaling="rms_forces_scaling", std=None, mean=[0.0, 0.0], model="MACE",
        embedding_specs=None, foundation_model_elements=False, foundation_filter_elements=True,
        default_dtype="float64", max_L=1)
    arguments.std = 1.0
    torch.manual_seed(1)
    model, _ = configure_model(
        arguments, None, energies, foundation, ["pt_head", "target"], AtomicNumberTable(elements), None)
    torch.save(model, HERE / f"finetuned_{name}.model")


def lora(name):
    model = inject_LoRAs(load(name), rank=2, alpha=3)
    start, parameters = 0, []
    for key, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        parameters.append([key, list(parameter.shape)])
        values = torch.sin(0.37 * torch.arange(start, start + parameter.numel(), dtype=torch.float64))
        parameter.data.copy_(values.reshape(parameter.shape))
        start += parameter.numel()
    for layer in model.modules():  # merge_lora_weights of 0.3.16 stumbles over biases
        if isinstance(layer, LoRAO3Linear):
            layer.base.instructions = [i for i in layer.base.instructions if i.i_in >= 0]
    merged = {}
    for key, parameter in merge_lora_weights(model).named_parameters():
        x = parameter.detach().reshape(-1)
        if x.numel():
            merged[key] = [x.sum().item(), (x * torch.arange(1, x.numel() + 1, dtype=x.dtype)).sum().item()]
    return {"parameters": parameters, "merged": merged}


def write(name, value):
    (HERE / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    order = {}
    for path in sorted(MODELS.glob("*.model")):
        order[path.stem] = [[k, list(p.shape)] for k, p in load(path.stem).named_parameters() if p.numel()]
    write("parameter_order.json", order)
    for name, elements in ELEMENTS.items():
        finetuned(name, elements)
    write("lora.json", {name: lora(name) for name in ("tiny_L1", "tiny_nonlinear")})
