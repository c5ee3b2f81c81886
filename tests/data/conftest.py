"""Small event files of every format, built from momenta."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from nugan_hep.kinematics import MUON_MASS

Columns = dict[str, Any]
Writer = Callable[[Path, Columns], Path]


class Truth(NamedTuple):
    """Events built from momenta, so that angles and energies follow from vectors alone."""

    enu: np.ndarray
    emu: np.ndarray
    theta: np.ndarray
    nu: np.ndarray
    mu: np.ndarray


def make_truth(n: int, seed: int = 1) -> Truth:
    """Neutrinos in any direction, muons at a known angle to them [GeV, rad]."""
    rng = np.random.default_rng(seed)
    enu = rng.uniform(0.3, 10.0, n)
    emu = MUON_MASS + rng.uniform(0.02, 0.98, n) * (enu - 0.004 - MUON_MASS)
    theta = rng.uniform(0.01, np.pi - 0.01, n)
    p = np.sqrt(emu**2 - MUON_MASS**2)
    axis = rng.normal(size=(n, 3))
    axis /= np.linalg.norm(axis, axis=1)[:, None]
    side = np.cross(axis, rng.normal(size=(n, 3)))
    side /= np.linalg.norm(side, axis=1)[:, None]
    mu = p[:, None] * (np.cos(theta)[:, None] * axis + np.sin(theta)[:, None] * side)
    return Truth(enu, emu, theta, enu[:, None] * axis, mu)


def ours(t: Truth) -> Columns:
    return {"enu": t.enu, "emu": t.emu, "theta": t.theta}


def gst(t: Truth) -> Columns:
    n = t.enu.size
    return {
        "neu": np.full(n, 14, np.int32),
        "tgt": np.full(n, 1000060120, np.int32),
        "cc": np.ones(n, bool),
        "fspl": np.full(n, 13, np.int32),
        "wght": np.ones(n),
        "Ev": t.enu,
        "El": t.emu,
        "cthl": np.cos(t.theta),
    }


def sampled(t: Truth) -> Columns:
    return gst(t) | {"thetal": t.theta.astype(np.float32)}


def nuisance(t: Truth) -> Columns:
    n = t.enu.size
    return {
        "PDGnu": np.full(n, 14, np.int32),
        "tgt": np.full(n, 1000060120, np.int32),
        "cc": np.ones(n, np.int8),
        "PDGLep": np.full(n, 13, np.int32),
        "Enu_true": t.enu.astype(np.float32),
        "ELep": t.emu.astype(np.float32),
        "CosLep": np.cos(t.theta).astype(np.float32),
        "Weight": np.ones(n, np.float32),
    }


def write_root(path: Path, columns: Columns, tree: str = "events") -> Path:
    return write_trees(path, {tree: columns})


def write_trees(path: Path, trees: dict[str, Columns]) -> Path:
    import uproot

    with uproot.recreate(path) as file:
        for name, columns in trees.items():
            arrays = {key: np.asarray(values) for key, values in columns.items()}
            kinds = {key: np.dtype((array.dtype, array.shape[1:])) for key, array in arrays.items()}
            file.mktree(name, kinds)
            if len(next(iter(columns.values()))):
                file[name].extend(columns)
    return path


def write_npz(path: Path, columns: Columns) -> Path:
    np.savez(path, **columns)
    return path


def write_parquet(path: Path, columns: Columns) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table(columns), path, row_group_size=300)
    return path


WRITERS: dict[str, Writer] = {".root": write_root, ".npz": write_npz, ".parquet": write_parquet}


@pytest.fixture
def truth() -> Truth:
    return make_truth(1000)


@pytest.fixture
def files() -> SimpleNamespace:
    """What the tests build their event files with."""
    return SimpleNamespace(
        truth=make_truth,
        ours=ours,
        gst=gst,
        sampled=sampled,
        nuisance=nuisance,
        write=lambda path, columns: WRITERS[path.suffix](path, columns),
        write_trees=write_trees,
    )
