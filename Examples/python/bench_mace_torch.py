"""Times mace-torch on a frame as `mace bench` times this library: energy, forces and stress, median of several runs.

    python bench_mace_torch.py MODEL FRAMES [--threads 2] [--default_dtype float64] [--repeats 5]

Needs mace-torch (pip install mace-torch) and nothing of this project. The positions move a little between runs, so
that ASE's calculator does not return what it remembers.
"""

import argparse
import os
import statistics
import time
import warnings

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("model")
parser.add_argument("frames")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--default_dtype", default="float64", choices=["float64", "float32"])
parser.add_argument("--repeats", type=int, default=5)
arguments = parser.parse_args()

os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"
warnings.filterwarnings("ignore")

import ase.io  # noqa: E402
import torch  # noqa: E402
from mace.calculators import MACECalculator  # noqa: E402

torch.set_num_threads(arguments.threads)
atoms = ase.io.read(arguments.frames)
atoms.calc = MACECalculator(
    model_paths=arguments.model, device="cpu", default_dtype=arguments.default_dtype
)
times = []
for run in range(arguments.repeats + 1):
    atoms.rattle(1e-4, seed=run)
    start = time.perf_counter()
    atoms.get_forces()
    times.append(time.perf_counter() - start)
times = times[1:]
print(
    f"{len(atoms)} atoms, {arguments.default_dtype}, {arguments.threads} threads: "
    f"{statistics.median(times):.3f} s (median of {len(times)})"
)
