#!/usr/bin/env python3
"""Structures that molecular dynamics at 300 K visits rarely, made from frames of CaCO3 in water.

    distort.py frames.xyz structures.xyz [--clusters 200] [--cells 20] [--waters 1 8] [--seed 1]
    distort.py frames.xyz clusters.xyz --plain --clusters 12 --cells 0 --waters 8 14      # only cut, to start dynamics

Neutral clusters cut from the frames, CaCO3 (H2O)n, Ca(OH)2 (H2O)n and (H2O)n, and whole cells. In all of them atoms are
displaced, distances between molecules scaled, molecules turned (hydrogen towards calcium), protons moved away from
their oxygen. A model that has seen none of this is free to invent minima there, and dynamics finds them.
"""
import argparse

import numpy as np
from ase.io import read, write

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("frames")
options.add_argument("structures")
options.add_argument("--clusters", type=int, default=200)
options.add_argument("--cells", type=int, default=20)
options.add_argument("--shortest", type=float, default=0.62, help="least distance over the sum of covalent radii")
options.add_argument("--waters", type=int, nargs=2, default=(1, 8), help="least and largest number in a cluster")
options.add_argument("--plain", action="store_true", help="cut only, nothing distorted")
options.add_argument("--seed", type=int, default=1)
options = options.parse_args()
random = np.random.default_rng(options.seed)
RADIUS = {1: 0.31, 6: 0.76, 8: 0.66, 20: 1.76}


def molecules(atoms):
    """Ca, CO3 and waters as lists of indices, heavy atom first, and positions with every molecule in one piece.
    None if a frame has other molecules."""
    kind = {z: [i for i, a in enumerate(atoms.numbers) if a == z] for z in (1, 6, 8, 20)}
    if len(kind[6]) != 1 or len(kind[20]) != 1:
        return None
    distance = atoms.get_all_distances(mic=True)
    carbon = kind[6][0]
    carbonate = sorted(kind[8], key=lambda i: distance[carbon, i])[:3]
    waters = {o: [o] for o in kind[8] if o not in carbonate}
    for h in kind[1]:
        nearest = min(kind[8], key=lambda o: distance[o, h])
        if nearest in carbonate:
            return None
        waters[nearest].append(h)
    if any(len(w) != 3 for w in waters.values()):
        return None
    groups = [kind[20], [carbon, *carbonate], *waters.values()]
    positions = atoms.positions.copy()
    for group in groups:
        positions[group] = positions[group[0]] + atoms.get_distances(group[0], group, mic=True, vector=True)
    return groups, positions


def turn(points, origin, angle):
    """Rotated about a random axis through the origin."""
    axis = random.normal(size=3)
    x, y, z = axis / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return origin + (points - origin) @ (np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k).T


def distort(positions, groups, center, scaled):
    """Everything but the cutting, on molecules that are in one piece."""
    positions = positions.copy()
    if options.plain:
        return positions
    if scaled:
        factor = random.uniform(0.82, 1.3)
        for group in groups:
            positions[group] += (factor - 1) * (positions[group].mean(axis=0) - center)
    for group in groups[1:]:
        if random.random() < 0.3:
            positions[group] = turn(positions[group], positions[group[0]], random.uniform(0, np.pi))
    for group in groups[1:]:
        if random.random() < 0.15:
            end = random.choice(group[1:])
            stretch = random.uniform(0.8, 1.7) if len(group) < 4 else random.uniform(0.88, 1.3)
            positions[end] = positions[group[0]] + stretch * (positions[end] - positions[group[0]])
    return positions + random.normal(scale=random.choice([0.03, 0.07, 0.12]), size=positions.shape)


def too_near(atoms):
    distance = atoms.get_all_distances(mic=bool(atoms.pbc.any()))
    radii = np.array([RADIUS[z] for z in atoms.numbers])
    ratio = distance / (radii[:, None] + radii)
    np.fill_diagonal(ratio, 9)
    return ratio.min() < options.shortest


def cluster(atoms, groups, positions):
    kind = random.choice(["CaCO3", "Ca(OH)2", "H2O"], p=[0.5, 0.2, 0.3])
    seed = groups[0] if kind != "H2O" else groups[random.integers(2, len(groups))]
    center = positions[seed[0]]
    image = {}
    for number, group in enumerate(groups):
        shift = atoms.cell.scaled_positions((positions[group[0]] - center)[None])[0]
        image[number] = positions[group] - np.round(shift) @ atoms.cell.array
    near = sorted(range(2, len(groups)), key=lambda g: np.linalg.norm(image[g][0] - center))
    least, largest = options.waters
    waters = near[:random.integers(max(least, 2) if kind == "Ca(OH)2" else least, largest + 1)]
    chosen = {"CaCO3": [0, 1], "Ca(OH)2": [0], "H2O": []}[kind] + waters
    indices, places, parts = [], [], []
    for number in chosen:
        keep = len(groups[number]) - (kind == "Ca(OH)2" and number in waters[:2])
        parts.append(list(range(len(indices), len(indices) + keep)))
        indices += groups[number][:keep]
        places += list(image[number][:keep])
    made = atoms[indices]
    made.positions = distort(np.array(places), parts, center, scaled=True)
    made.set_cell(None)
    made.pbc = False
    made.info = {"config_type": "distorted_cluster"}
    return made


def cell(atoms, groups, positions):
    made = atoms.copy()
    factor = random.uniform(0.94, 1.1)
    moved = positions.copy()
    for group in groups:
        moved[group] += (factor - 1) * positions[group[0]]
    made.set_cell(factor * atoms.cell.array)
    made.positions = distort(moved, groups, None, scaled=False)
    made.info = {"config_type": "distorted_cell"}
    return made


frames = [(atoms, *found) for atoms in read(options.frames, ":") if (found := molecules(atoms))]
made = []
for make, wanted in ((cluster, options.clusters), (cell, options.cells)):
    count = 0
    while count < wanted:
        structure = make(*frames[random.integers(len(frames))])
        if not too_near(structure):
            structure.calc = None
            for name in set(structure.arrays) - {"numbers", "positions"}:
                del structure.arrays[name]
            made.append(structure)
            count += 1
write(options.structures, made, format="extxyz")
