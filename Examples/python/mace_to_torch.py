"""Turns a .safetensors model of this library into a mace-torch model: a module, or a .model file.

    python3 mace_to_torch.py water.safetensors water.model

    from mace_to_torch import load
    module = load("water.safetensors")          # a mace.modules.ScaleShiftMACE (or MACE)

Needs mace-torch (0.3.16 was tried). The module is built from the configuration in the file by mace-torch's own
constructor, and gets the tensors under their names, so that its energies are those of the file.
"""

import json
import os
import sys

# the e3nn that mace-torch asks for has files of its own that newer torch does not read otherwise
os.environ.setdefault("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")

import numpy  # noqa: E402
import torch  # noqa: E402
from e3nn import o3  # noqa: E402
from mace import modules  # noqa: E402

TYPES = {"F64": numpy.float64, "F32": numpy.float32, "I64": numpy.int64, "I32": numpy.int32, "BOOL": numpy.bool_}
GATES = {"silu": torch.nn.functional.silu, "tanh": torch.tanh, "abs": torch.abs, "identity": None}


def read(path):
    """The configuration and the tensors of a file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    if metadata.get("format") != "mace-swift" or metadata.get("format_version") != "1":
        raise ValueError(f"{path} is not a model file of this library in format version 1")
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        array = numpy.frombuffer(data[start:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.copy())
    return json.loads(metadata["configuration"]), tensors


def constructor_arguments(c, tensors):
    """The keyword arguments of mace.modules.MACE that a configuration stands for."""
    layers, readouts = c["layers"], c["readouts"]
    if len({layer["block"] for layer in layers[1:]}) > 1:
        raise ValueError("mace-torch cannot build different interactions after the first layer")
    if c["distance_transform"] not in ("None", "Agnesi", "Soft"):
        raise ValueError(f"mace-torch no longer has the distance transform {c['distance_transform']}")
    first, last = layers[0], layers[-1]
    hidden = o3.Irreps(first["output_irreps"])
    edge_first = first["edge_irreps"] != first["node_irreps"]
    edge = (layers[1] if len(layers) > 1 else first)["edge_irreps"]
    final = readouts[-1]
    scalars = o3.Irreps(final["hidden_irreps"]).dim // len(c["heads"]) if final["hidden_irreps"] else 16
    arguments = dict(
        r_max=c["r_max"], num_bessel=c["num_basis"], num_polynomial_cutoff=c["cutoff_p"],
        max_ell=len(o3.Irreps(c["spherical_harmonics"])) - 1,
        interaction_cls=modules.interaction_classes[last["block"]],
        interaction_cls_first=modules.interaction_classes[first["block"]], num_interactions=len(layers),
        num_elements=len(c["atomic_numbers"]), hidden_irreps=hidden, MLP_irreps=o3.Irreps(f"{scalars}x0e"),
        atomic_energies=tensors["atomic_energies_fn.atomic_energies"].numpy(),
        avg_num_neighbors=first["avg_num_neighbors"], atomic_numbers=c["atomic_numbers"],
        correlation=[layer["correlations"][0] for layer in layers], gate=GATES[final["activation"]["function"]],
        pair_repulsion=c["pair_repulsion"], apply_cutoff=c["apply_cutoff"], use_reduced_cg=False,
        use_so3="1e" in c["spherical_harmonics"], use_agnostic_product=first["agnostic_product"],
        use_last_readout_only=len(readouts) < len(layers), distance_transform=c["distance_transform"],
        edge_irreps=o3.Irreps(edge) if edge_first or edge != layers[-1]["node_irreps"] else None,
        use_edge_irreps_first=edge_first, radial_MLP=first["radial_network"]["widths"][1:-1],
        radial_type=c["radial_basis"], heads=c["heads"],
        keep_last_layer_irreps=len(layers) > 1 and last["output_irreps"] == first["output_irreps"])
    if final["kind"] != "LinearReadoutBlock":
        arguments["readout_cls"] = getattr(modules.blocks, final["kind"])
    if c["model_class"] == "ScaleShiftMACE":
        arguments["atomic_inter_scale"] = tensors["scale_shift.scale"].tolist()
        arguments["atomic_inter_shift"] = tensors["scale_shift.shift"].tolist()
    return arguments


def fill(model, tensors):
    """Puts the tensors into the module; a basis of another size (use_reduced_cg) replaces mace-torch's."""
    missing = {name for name, p in model.named_parameters() if p.numel() and not name.endswith(".bias")}
    for name, tensor in tensors.items():
        place, _, key = name.rpartition(".")
        module = model.get_submodule(place)
        if module._parameters.get(key) is not None:
            module._parameters[key] = torch.nn.Parameter(tensor)
        elif key in module._buffers:
            module._buffers[key] = tensor
        else:
            raise ValueError(f"the mace-torch model has no tensor {name}")
        missing.discard(name)
    if missing:
        raise ValueError(f"the file has no tensors {', '.join(sorted(missing))}")


def check(model, c):
    """Raises when mace-torch built something else than what the configuration says."""
    for t, layer in enumerate(c["layers"]):
        block, product = model.interactions[t], model.products[t]
        found = [str(block.conv_tp.irreps_out), str(block.target_irreps), str(o3.Irreps(product.linear.irreps_out))]
        wanted = [layer["message_irreps"], layer["target_irreps"], layer["output_irreps"]]
        if found != wanted:
            raise ValueError(f"layer {t}: mace-torch has {found} instead of {wanted}")
    activation = c["readouts"][-1]["activation"]
    acts = getattr(getattr(model.readouts[-1], "non_linearity", None), "acts", [None])
    if activation["function"] != "identity" and abs(acts[0].cst - activation["constant"]) > 1e-12:
        raise ValueError("mace-torch scales the readout's activation in another way")


def load(path):
    """The mace-torch module of a .safetensors file, on the CPU, in the file's precision."""
    c, tensors = read(path)
    is_double = any(tensor.dtype == torch.float64 for tensor in tensors.values())
    # e3nn keeps its coupling constants in the precision in which a module is made
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32 if c["float32_couplings"] else torch.float64)
    try:
        model = getattr(modules, c["model_class"])(**constructor_arguments(c, tensors))
    finally:
        torch.set_default_dtype(default)
    check(model, c)
    model = model.to(torch.float64 if is_double else torch.float32)
    dtype = next(model.parameters()).dtype
    fill(model, {name: t.to(dtype) if t.is_floating_point() else t for name, t in tensors.items()})
    for t, layer in enumerate(c["layers"]):
        model.interactions[t].avg_num_neighbors = layer["avg_num_neighbors"]
        model.products[t].use_sc = layer["self_connection"]
    return model


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} MODEL.safetensors OUTPUT.model")
    torch.save(load(sys.argv[1]), sys.argv[2])
