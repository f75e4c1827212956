"""Times mace-torch on a frame as `mace bench` times this library: energy, forces and stress, median of several runs.

    python bench_mace_torch.py MODEL FRAMES [--train] [--threads 2] [--default_dtype float64] [--repeats 5]

With --train a step of training: two frames, a loss of energies and forces, gradients, Adam. Needs mace-torch (pip install
mace-torch) and nothing of this project. Positions move a little between evaluations, so that ASE's calculator does
not return what it remembers.
"""

import argparse
import os
import resource
import statistics
import time
import warnings

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("model")
parser.add_argument("frames")
parser.add_argument("--train", action="store_true")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--default_dtype", default="float64", choices=["float64", "float32"])
parser.add_argument("--repeats", type=int, default=5)
arguments = parser.parse_args()

os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"
warnings.filterwarnings("ignore")

import ase.io  # noqa: E402
import torch  # noqa: E402
from mace import data, tools  # noqa: E402
from mace.calculators import MACECalculator  # noqa: E402

torch.set_num_threads(arguments.threads)
atoms = ase.io.read(arguments.frames)


def evaluation():
    atoms.calc = MACECalculator(
        model_paths=arguments.model, device="cpu", default_dtype=arguments.default_dtype
    )

    def run(number):
        atoms.rattle(1e-4, seed=number)
        atoms.get_forces()

    return run


def training():
    tools.torch_tools.set_default_dtype(arguments.default_dtype)
    model = torch.load(arguments.model, map_location="cpu").to(torch.get_default_dtype())
    for parameter in model.parameters():
        parameter.requires_grad = True
    table = tools.AtomicNumberTable([int(z) for z in model.atomic_numbers])
    config = data.config_from_atoms(atoms)
    frames = [
        data.AtomicData.from_config(config, z_table=table, cutoff=float(model.r_max), heads=["Default"])
        for _ in range(2)
    ]
    loader = tools.torch_geometric.dataloader.DataLoader(frames, batch_size=2, shuffle=False)
    batch = next(iter(loader)).to_dict()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-12)

    def run(number):
        optimizer.zero_grad()
        out = model(batch, training=True, compute_force=True)
        loss = out["energy"].square().mean() + out["forces"].square().mean()
        loss.backward()
        optimizer.step()

    return run


run = training() if arguments.train else evaluation()
times = []
for number in range(arguments.repeats + (0 if arguments.train else 1)):
    start = time.perf_counter()
    run(number)
    times.append(time.perf_counter() - start)
# the first evaluation compiles
times = times[-arguments.repeats :]
print(
    f"{len(atoms)} atoms, {arguments.default_dtype}, {arguments.threads} threads: "
    f"{statistics.median(times):.3f} s (median of {len(times)}), "
    f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB"
)
