"""Events as NUISANCE's flat tree ``FlatTree_VARS``, with which analyses compare generators.

Names, types and formulas are those of NUISANCE 2 (``GenericFlux_Vectors``). The final-state particles
(``px py pz E pdg``) are those that leave the nucleus, the lepton alone where the model has no hadrons; the
neutrino is the only initial one (``px_init`` and so on, as NUISANCE needs it to read the file back). What
is unknown has NUISANCE's value for that: -999.9, -999.99 or -999. ``Mode`` is NEUT's, negative for
antineutrinos, 1 where the model is quasielastic, and 0 where it is not known.

The sum of ``Weight * fScaleFactor`` over the file is the cross section in cm² per nucleon, averaged over the
flux, however many events the file has: the factor is written last. ``FlatTree_FLUX`` is the flux per GeV and
``FlatTree_EVT`` that times the cross section in 1e-38 cm²: the spectrum of the file's events, normalised to
flux times mean cross section. For one energy both are one bin of 1 MeV, with a flux of 1. With these three,
NUISANCE reads the file as ``FLATTREE``.

Weights of replicas are ``wght_rep[K]``, to be multiplied with ``Weight``.

Beside the tree lies a TObjString ``nugan``: JSON with the run.
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
from nugan_hep.output.columns import REPLICAS, damage, run_of
from nugan_hep.output.final_particles import FOUR, completed, modes_of
from nugan_hep.output.leptons import lepton_masses
from nugan_hep.output.treereader import lepton_columns, open_tree
from nugan_hep.output.treewriter import TreeWriter
from nugan_hep.particles import PARTICLES

__all__ = ["create", "read"]

TREE = "FlatTree_VARS"
CHUNK = 100_000
"""Events that are read at once."""


def create(
    path: str | Path, run: Run, compression: str = "zstd:1", force: bool = False
) -> AbstractContextManager[TreeWriter]:
    """Write a ROOT file with the tree ``FlatTree_VARS``, see :func:`nugan_hep.output.treewriter.create`.

    Raises
    ------
    UserError : no cross section, several neutrinos, runs of unlike fluxes; as there
    """
    run.need_cross_section("nuisance")
    if len(run.probes) > 1:
        raise UserError(
            "format nuisance holds the flux of one neutrino: expected events of one, "
            f"not of {' and '.join(map(str, run.probes))}"
        )
    if run.parts and run.flux is None and run.energy is None:
        raise UserError(
            "format nuisance holds a flux: expected events of a flux or of one energy in common, "
            "which the runs that were put together do not have"
        )
    return treewriter.create("nuisance", path, run, compression, force)


@contextlib.contextmanager
def read(path: str | Path) -> Iterator[EventReader]:
    """The events of a file that :func:`create` wrote; it has neither event numbers nor vertices.

    Raises
    ------
    UserError : not such a file
    """
    with open_tree(path, TREE) as (tree, texts):
        run = run_of(path, texts, tree.num_entries)
        yield EventReader(run, tree.num_entries, _chunks(path, tree))


def _chunks(path: str | Path, tree: Any) -> Iterator[Columns]:
    neutrino, final = ["px_init", "py_init", "pz_init"], [*FOUR, "pdg"]
    first = 0
    with damage(path):
        # the lepton alone is what models without hadrons write
        whole = "nfsp" in tree and bool(np.any(tree["nfsp"].array(library="np") > 1))
        own = ["PDGnu", "PDGLep", "tgt", "InputWeight", "Mode"]
        replicas = [REPLICAS] if REPLICAS in tree else []
        steps = tree.iterate([*own, *replicas, *neutrino, *final], step_size=CHUNK)
        for table in steps:
            count = len(table)
            nu = np.stack([_one(path, table[name]) for name in neutrino], axis=1)
            lepton = np.stack([_one(path, table[name][:, :1]) for name in final[:3]], axis=1)
            chunk = {
                "iev": np.arange(first, first + count, dtype=np.int32),
                "neu": table["PDGnu"].to_numpy().astype(np.int32),
                "tgt": table["tgt"].to_numpy().astype(np.int32),
                "wght": table["InputWeight"].to_numpy().astype(np.float64),
                **{name: table[name].to_numpy().astype(np.float32) for name in replicas},
                **lepton_columns(path, nu, lepton, lepton_masses(table["PDGLep"].to_numpy())),
            }
            yield {**chunk, **(_whole(chunk, table, final) if whole else {})}
            first += count


def _whole(chunk: Columns, table: Any, names: Sequence[str]) -> dict[str, Any]:
    """Particles and modes; the lepton is the first particle of each event."""
    import awkward as ak

    hadrons = {name: table[name][:, 1:] for name in names}
    counts = ak.to_numpy(ak.num(hadrons["pdg"]))
    flat = {name: ak.to_numpy(ak.flatten(values)) for name, values in hadrons.items()}
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    probe, target = (int(chunk[name][0]) if len(counts) else 0 for name in ("neu", "tgt"))
    return {
        "mode": modes_of(table["Mode"].to_numpy(), probe, target, "neut"),
        PARTICLES: completed(chunk, {"offsets": offsets, **flat}),
    }


def _one(path: str | Path, values: Any) -> Any:
    """The only number of each entry."""
    found = values.to_numpy()
    if found.ndim != 2 or found.shape[1] != 1:
        raise UserError(f"{path}: shape {found.shape[1:]} of a momentum, expected (1,)")
    return found[:, 0]
