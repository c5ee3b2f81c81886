"""Events as a ROOT TTree ``gst`` with the branch names of GENIE's summary tree.

Only what the model knows is written: the columns of events, and, where events have them, the hadrons that
leave the nucleus (``nf pdgf Ef ... nfp nfn ...``) and the interaction mode (``qel mec res dis coh``). Beside
the tree lies a TObjString ``nugan``: JSON with the model, the seed, the command, the cross section and a line
about each branch. Weights of replicas are the branch ``wght_rep[K]``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from nugan_hep.errors import UserError
from nugan_hep.output import Columns, EventReader, Run, treewriter
from nugan_hep.output.columns import EVERYTHING, REPLICAS, damage, run_of, stored
from nugan_hep.output.final_particles import NEEDED, completed
from nugan_hep.output.treereader import open_tree
from nugan_hep.output.treewriter import TreeWriter
from nugan_hep.particles import PARTICLES

__all__ = ["create", "read", "read_root"]

TREE = "gst"
FIELDS = {"pdg": "pdgf", "px": "pxf", "py": "pyf", "pz": "pzf", "E": "Ef"}
"""Branches of what leaves the nucleus beside the lepton."""
FLAGS = {"qel": 1, "mec": 2, "res": 3, "dis": 4, "coh": 5}
"""Branches of the modes, and their numbers in the column ``mode``."""
CHUNK = 100_000
"""Events that are read at once."""


def create(
    path: str | Path, run: Run, compression: str = "zstd:1", force: bool = False
) -> AbstractContextManager[TreeWriter]:
    """Write a ROOT file with the tree ``gst``, see :func:`nugan_hep.output.treewriter.create`."""
    return treewriter.create("gst", path, run, compression, force)


@contextlib.contextmanager
def read(path: str | Path, names: Sequence[str] = EVERYTHING) -> Iterator[EventReader]:
    """The events of a file that :func:`create` wrote, chunk by chunk; ``names`` are the columns wanted.

    Neutrino, nucleus, lepton and what is left of the nucleus are added to the particles, see
    :mod:`nugan_hep.output.final_particles`.

    Raises
    ------
    UserError : not such a file
    """
    with read_root(path, "TTree", names) as reader:
        yield reader


@contextlib.contextmanager
def read_root(path: str | Path, kind: str, names: Sequence[str]) -> Iterator[EventReader]:
    """The columns of the object ``gst``, which is a ``TTree`` or a ``ROOT::RNTuple``.

    Raises
    ------
    UserError : not such a file
    """
    with open_tree(path, TREE) as (tree, texts):
        if tree.classname != kind:
            raise UserError(f"{path}: {TREE} is a {tree.classname}, expected a {kind}")
        run = run_of(path, texts, tree.num_entries)
        plain = stored(path, names, tree.keys(), texts)
        yield EventReader(run, tree.num_entries, _chunks(path, tree, names, plain))


def _chunks(path: str | Path, tree: Any, names: Sequence[str], plain: Sequence[str]) -> Iterator[Columns]:
    there = set(tree.keys())
    flags = FLAGS if "mode" in names and there >= {*FLAGS} else {}
    hadrons = FIELDS if PARTICLES in names and there >= {*FIELDS.values()} else {}
    replicas = {REPLICAS} & {*names} & there
    needed = dict.fromkeys([*plain, *replicas, *flags, *hadrons.values(), *(NEEDED if hadrons else ())])
    with damage(path):
        if tree.num_entries:
            for table in tree.iterate([*needed], step_size=CHUNK):
                chunk = {name: table[name].to_numpy() for name in (*plain, *replicas)}
                if flags:
                    chunk["mode"] = sum(
                        table[flag].to_numpy() * np.int32(mode) for flag, mode in flags.items()
                    )
                if hadrons:
                    own = {name: table[name].to_numpy() for name in NEEDED}
                    chunk[PARTICLES] = completed(
                        own, _flat({key: table[name] for key, name in hadrons.items()})
                    )
                yield chunk


def _flat(fields: dict[str, Any]) -> dict[str, Any]:
    """Arrays of lists as ``offsets`` and flat arrays."""
    import awkward as ak

    counts = ak.to_numpy(ak.num(next(iter(fields.values()))))
    return {
        "offsets": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        **{name: ak.to_numpy(ak.flatten(values)) for name, values in fields.items()},
    }
