"""mace analyze rdf, msd and coordination against ASE and MDAnalysis on one trajectory.

Usage: analysis_check.py MACE

The trajectory is a random walk of one Ca and 60 O in a periodic box, in float64, its centre of mass at rest. ASE checks
g(r); MDAnalysis, if it is there, g(r), mean squared displacements and coordination numbers (it is said when it is not).
"""
import subprocess
import sys
import tempfile

import numpy
from ase import Atoms
from ase.geometry.rdf import get_rdf
from ase.io import write

mace = sys.argv[1]
FRAMES, SIDE, R_MAX, BINS = 200, 13.0, 6.0, 60
random = numpy.random.default_rng(7)
symbols = ["Ca"] + ["O"] * 60
masses = Atoms(symbols).get_masses()
steps = random.normal(scale=0.15, size=(FRAMES, len(symbols), 3))
steps -= (steps * masses[:, None]).sum(axis=1, keepdims=True) / masses.sum()
walk = random.uniform(0, SIDE, size=(len(symbols), 3)) + numpy.cumsum(steps, axis=0)
frames = [Atoms(symbols, positions % SIDE, cell=[SIDE] * 3, pbc=True) for positions in walk]


def analyze(what, *options):
    """The data files of a figure: columns by name of the file."""
    output = f"{folder}/{what}"
    subprocess.run([mace, "analyze", what, "--trajectory", f"{folder}/walk.xyz", "--interval", "10fs", "--output", output,
                    *options], check=True, stdout=subprocess.DEVNULL)
    return lambda name: numpy.loadtxt(f"{output}/{name}.dat").T


def agree(name, ours, theirs, tolerance):
    worst = abs(numpy.asarray(ours) - numpy.asarray(theirs)).max()
    print(f"  {name}: {len(ours)} values, largest difference {worst:.1e}")
    assert worst < tolerance, name


with tempfile.TemporaryDirectory() as folder:
    write(f"{folder}/walk.xyz", frames, format="extxyz", write_info=False)
    # ASE writes eight decimals; all programs see the same numbers.
    for atoms, positions in zip(frames, walk):
        atoms.positions = numpy.round(atoms.positions, 8)
    rdf = analyze("rdf", "--pairs", "Ca-O", "O-O", "--r_max", f"{R_MAX}A", "--bins", f"{BINS}")
    msd = analyze("msd", "--select", "O", "--fit", "50fs..500fs")
    coordination = analyze("coordination", "--pair", "Ca-O", "--r0", "3.25A")
    ours = {pair: rdf(f"g_{pair}") for pair in ("Ca-O", "O-O")}
    oxygen = [i for i, s in enumerate(symbols) if s == "O"]
    theirs = numpy.mean([get_rdf(atoms[oxygen], R_MAX, BINS)[0] for atoms in frames], axis=0)
    # ASE counts an atom among its own neighbours in the density.
    agree("g(O-O), ASE", ours["O-O"][1], theirs * len(oxygen) / (len(oxygen) - 1), 1e-6)

    try:
        import MDAnalysis
        from MDAnalysis.analysis.msd import EinsteinMSD
        from MDAnalysis.analysis.rdf import InterRDF
        from MDAnalysis.lib.distances import distance_array
    except ImportError:
        print("analysis: g(r) agrees with ASE; MDAnalysis is not here: the rest is left out")
        sys.exit()
    universe = MDAnalysis.Universe.empty(len(symbols), trajectory=True)
    universe.add_TopologyAttr("name", symbols)

    def show(coordinates):
        universe.load_new(coordinates.astype(numpy.float32), order="fac",
                          dimensions=numpy.array([SIDE] * 3 + [90.0] * 3, dtype=numpy.float32))
        return universe

    show(numpy.array([atoms.positions for atoms in frames]))
    for pair in ours:
        groups = [universe.select_atoms(f"name {name}") for name in pair.split("-")]
        same = groups[0] == groups[1]
        result = InterRDF(*groups, nbins=BINS, range=(0.0, R_MAX), exclusion_block=(1, 1) if same else None).run().results
        # A few distances of single precision fall into the next bin: pairs are compared, not g.
        pairs = FRAMES * len(groups[0]) * (len(groups[1]) - same) * 4 * numpy.pi / SIDE**3
        counts = pairs * ours[pair][0] ** 2 * R_MAX / BINS
        agree(f"pairs in the bins of g({pair}), MDAnalysis", counts * ours[pair][1], counts * result.rdf, 4)
    numbers = []
    for _ in universe.trajectory:
        r = distance_array(universe.atoms[:1].positions, universe.atoms[1:].positions, box=universe.dimensions)
        x = r.astype(float) / 3.25
        numbers.append(((1 - x**60) / (1 - x**200)).sum())
    agree("coordination of Ca, MDAnalysis", coordination("cn")[1], numbers, 1e-3)
    show(walk)
    result = EinsteinMSD(universe, select="name O", msd_type="xyz", fft=False).run().results.timeseries
    mine = msd("msd_O")
    lag = numpy.rint(mine[0] * 100).astype(int)
    agree("MSD / MSD of MDAnalysis - 1", mine[1] / result[lag] - 1, numpy.zeros(len(lag)), 1e-4)
print("analysis: g(r), mean squared displacements and coordination numbers agree with ASE and MDAnalysis")
