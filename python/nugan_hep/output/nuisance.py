"""Events as NUISANCE's flat tree ``FlatTree_VARS``, with which analyses compare generators.

Names, types and formulas are those of NUISANCE 2 (``GenericFlux_Vectors``), see
:mod:`nugan_hep.output.nuisance_variables`. The muon is the only final-state particle (``px py pz E pdg``) and
the neutrino the only initial one (``px_init`` and so on, as NUISANCE needs it to read the file back). What
depends on hadrons or on the struck nucleon is unknown and has NUISANCE's value for that: -999.9, -999.99 or
-999. ``Mode`` is 1 (-1 for antineutrinos) where the model is quasielastic, otherwise 0.

The sum of ``Weight * fScaleFactor`` over the file is the cross section in cm² per nucleon, averaged over the
flux, however many events the file has: the factor is written last. ``FlatTree_FLUX`` is the flux per GeV and
``FlatTree_EVT`` that times the cross section in 1e-38 cm²: the spectrum of the file's events, normalised to
flux times mean cross section. For one energy both are one bin of 1 MeV, with a flux of 1. With these three,
NUISANCE reads the file as ``FLATTREE``.

Beside the tree lies a TObjString ``nugan``: JSON with the run.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.output import Columns, EventReader, Run
from nugan_hep.output.atomic import new_file
from nugan_hep.output.branches import leaf
from nugan_hep.output.columns import METADATA, run_of
from nugan_hep.output.gst import parse_compression
from nugan_hep.output.nuisance_variables import CONSTANTS, COUNTERS, LEAVES, muon_variables
from nugan_hep.output.particles import charged_lepton, kinds_of, quasielastic
from nugan_hep.output.regroup import Regrouped
from nugan_hep.output.treereader import muon_columns, open_tree, tables
from nugan_hep.output.trees import Tree

TREE = "FlatTree_VARS"
BASKET = 50_000
"""Events per basket."""
CHUNK = 100_000
"""Events that are read at once."""

ROW_BYTES = sum(
    leaf(text).entry_bytes(COUNTERS.get(text.partition("[")[2].partition("]")[0], 0)) for text in LEAVES
)
# the mantissas of a handful of kinematic variables do not compress
LEAST_ROW_BYTES = 40


def least_bytes(events: int, compression: str) -> int:
    """A lower bound of the size [bytes] of a file of ``events`` events."""
    return events * (ROW_BYTES if parse_compression(compression) is None else LEAST_ROW_BYTES)


class NuisanceWriter:
    """Collects chunks into baskets of :data:`BASKET` events; made by :func:`create`.

    Attributes
    ----------
    run : stored as JSON when the file is closed; its models are looked up when events come
    events : events written so far
    """

    def __init__(self, tree: Tree, run: Run, flux: Flux) -> None:
        self.run = run
        self.events = 0
        self._tree = tree
        self._regrouped = Regrouped(BASKET)
        self._flux = flux
        self._spectrum = np.zeros(len(flux.density))

    def write(self, columns: Columns) -> None:
        """Append the events of ``columns``, arrays [N] under the names of :mod:`nugan_hep.output`."""
        for table in self._regrouped.add(columns):
            self._fill(table)
        self.events += len(columns["Ev"])

    def finish(self) -> dict[str, Any]:
        """Write what is left and the tree; the histograms by name."""
        for table in self._regrouped.rest():
            self._fill(table)
        sigma = self.run.need_cross_section("nuisance")
        weights = float(self._spectrum.sum()) or 1.0
        self._tree.close(late={"fScaleFactor": sigma * 1e-38 / weights})
        edges, flux = self._flux.edges, self._flux.density
        rate = self._spectrum / weights * sigma * self._flux.integral() / np.diff(edges)
        return {
            "FlatTree_FLUX": _histogram("FlatTree_FLUX", edges, flux, self.events),
            "FlatTree_EVT": _histogram("FlatTree_EVT", edges, rate, self.events),
        }

    def _fill(self, table: dict[str, NDArray[Any]]) -> None:
        rows = len(table["Ev"])
        filled = {**muon_variables(table), "pz_init": table["Ev"], "E_init": table["Ev"]}
        if "pxv" in table:
            filled |= {f"{name}_init": table[f"{name}v"] for name in ("px", "py", "pz")}
        weight = np.ones(rows, dtype="f4")
        if "wght" in table:
            weight = table["wght"].astype("f4")
            filled |= {"Weight": weight, "InputWeight": weight}
        kinds, kind = kinds_of(table, self.run)
        known = [self._of_kind(*pair) for pair in kinds]
        if len(kinds) == 1:
            self._tree.constants |= known[0]
        else:
            filled |= {name: np.array([one[name] for one in known])[kind] for name in known[0]}
        self._tree.fill(filled, rows)
        # float32 may lie just outside of the flux
        bins = np.searchsorted(self._flux.edges, table["Ev"], side="right") - 1
        bins = np.clip(bins, 0, len(self._spectrum) - 1)
        self._spectrum += np.bincount(bins, weight, len(self._spectrum))

    def _of_kind(self, probe: int, target: int) -> dict[str, int]:
        """Branches that depend on the neutrino and the target only."""
        mode = (1 if probe > 0 else -1) if quasielastic(self.run, probe, target) else 0
        nucleus = {"tgt": target, "tgta": target // 10 % 1000, "tgtz": target // 10000 % 1000}
        lepton = dict.fromkeys(("PDGLep", "pdg"), charged_lepton(probe))
        return {"Mode": mode, "PDGnu": probe, "pdg_init": probe, **nucleus, **lepton}


def _histogram(title: str, edges: NDArray[np.float64], contents: NDArray[np.float64], entries: int) -> Any:
    """A TH1D of contents [K] between edges [K + 1] in GeV."""
    from uproot.writing import identify

    middle = 0.5 * (edges[1:] + edges[:-1])
    axis = identify.to_TAxis("xaxis", "E_{#nu} (GeV)", len(contents), edges[0], edges[-1], fXbins=edges)
    return identify.to_TH1x(
        fName=None,
        fTitle=title,
        data=np.concatenate([[0.0], contents, [0.0]]),
        fEntries=entries,
        fTsumw=contents.sum(),
        fTsumw2=(contents**2).sum(),
        fTsumwx=(contents * middle).sum(),
        fTsumwx2=(contents * middle**2).sum(),
        fSumw2=None,
        fXaxis=axis,
    )


def flux_of(run: Run) -> Flux:
    """The flux that the events follow; for one energy, 1 in a bin of 1 MeV around it.

    Raises
    ------
    UserError : they follow neither, or are of several neutrinos
    """
    if len(run.probes) > 1:
        raise UserError(
            "format nuisance holds the flux of one neutrino: expected events of one, "
            f"not of {' and '.join(map(str, run.probes))}"
        )
    if run.flux is not None:
        return run.flux
    if run.energy is None:
        parts = " in common, which the runs that were put together do not have" if run.parts else ""
        raise UserError(
            f"format nuisance holds a flux: expected events of a flux (--flux) or of one energy{parts}"
        )
    return Flux(run.energy + np.array([-0.5e-3, 0.5e-3]), np.array([1e3]))


@contextlib.contextmanager
def create(
    path: str | Path, run: Run, compression: str = "zstd:1", force: bool = False
) -> Iterator[NuisanceWriter]:
    """Write a ROOT file with the tree ``FlatTree_VARS``; it appears as ``path`` when the block ends well.

    Parameters
    ----------
    run : what the events have in common
    compression : see :func:`nugan_hep.output.gst.parse_compression`
    force : replace an existing file

    Raises
    ------
    UserError : no cross section, bad compression, or the file cannot be written (existing, no folder, disk
        full)
    """
    import uproot

    options = parse_compression(compression)
    run.need_cross_section("nuisance")
    flux = flux_of(run)
    branches = [leaf(text, COUNTERS.get(text.partition("/")[0])) for text in LEAVES]
    with new_file(path, force) as stream:
        file = uproot.recreate(stream, compression=options)
        tree = Tree(file, TREE, TREE, branches, BASKET, late=("fScaleFactor",))
        tree.constants |= CONSTANTS
        writer = NuisanceWriter(tree, run, flux)
        yield writer
        for name, content in writer.finish().items():
            file[name] = content
        file[METADATA] = json.dumps(run.as_dict(), indent=1)


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
    neutrino, muon = ["px_init", "py_init", "pz_init"], ["px", "py", "pz"]
    shapes = {"PDGnu": (), "tgt": (), "InputWeight": (), **dict.fromkeys([*neutrino, *muon], (1,))}
    first = 0
    for table in tables(path, tree, shapes, CHUNK):
        count = len(table["tgt"])
        nu, mu = (np.concatenate([table[name] for name in names], axis=1) for names in (neutrino, muon))
        yield {
            "iev": np.arange(first, first + count, dtype=np.int32),
            "neu": table["PDGnu"].astype(np.int32),
            "tgt": table["tgt"].astype(np.int32),
            "wght": table["InputWeight"].astype(np.float64),
            **muon_columns(path, nu, mu),
        }
        first += count
