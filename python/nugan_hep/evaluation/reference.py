"""Reference files: histograms of samples that models are compared with, in one ``.npz``.

Each sample has these integer arrays (``s4`` is the energy shift of the proxies in MeV, with ``p``
for the point: ``s9p8``; a file may hold several):

=================  =============================================================================
``n_events``       number of events
``enu``            the neutrino energy [GeV]; absent when energies are spread over the range
``h2_s4``          [50, 50] counts in (emu', theta')
``h3_s4``          [14, 14, 14] counts in (enu', emu', theta'); absent at a fixed energy
``h1_NAME``        counts of emu, theta, pz, w, q2, theta_proxy, and ``h1_emu_proxy_s4``
``edges_NAME``     edges of those bins [GeV, rad, GeV²]; absent for proxies, which span [-1, 1]
``w_undefined``    events with W² < 0, in no bin of ``h1_w``; absent when not known
=================  =============================================================================

A file of several samples puts ``uniform.``, ``fixed_1GeV.`` and so on before these names.
``source`` (legend text), ``process``, ``enu_range`` and ``lepton_mass`` [GeV] belong to the whole file; one
without the last holds events with muons.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.evaluation.histograms import SPECTRA, Histograms, Spectrum, merge
from nugan_hep.evaluation.metrics import BINS_2D, BINS_3D
from nugan_hep.kinematics import ENU_RANGE, SHIFT_P2, Array

Members = dict[str, NDArray[Any]]


class Reference(NamedTuple):
    """Samples to compare with; ``source`` names them in legends (``NuWro``)."""

    source: str
    process: str
    samples: list[Histograms]


def group(samples: Sequence[Histograms]) -> list[Histograms]:
    """Merge samples of one energy; the whole range first, then by rising energy."""
    merged: dict[float | None, Histograms] = {}
    for sample in samples:
        merged[sample.enu] = merge(merged[sample.enu], sample) if sample.enu in merged else sample
    return sorted(merged.values(), key=lambda sample: sample.enu or 0.0)


def is_reference(path: str | Path) -> bool:
    """Whether the file is an ``.npz`` with a 2D histogram, and not one of events."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
    except (OSError, zipfile.BadZipFile):
        return False
    return any(name.rpartition(".")[2].startswith("h2_") for name in names)


def load(path: str | Path, shift: float = SHIFT_P2) -> Reference:
    """Read the samples whose proxies were made with ``shift`` [GeV].

    Raises
    ------
    UserError : not a reference file, a damaged one, or one without this shift
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            members = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"{path}: not a readable reference file ({error})") from None
    groups: dict[str, Members] = {}
    for name, values in members.items():
        prefix, _, member = name.rpartition(".")
        groups.setdefault(prefix, {})[member] = values
    whole = groups.get("", {})
    low, high = whole.get("enu_range", np.array(ENU_RANGE)).tolist()
    mass = float(whole.get("lepton_mass", _core.lepton_mass(13)))
    samples = [
        _from_members(path, part, mass, shift, (low, high))
        for part in groups.values()
        if any(name.startswith("h2_") for name in part)
    ]
    if not samples:
        raise UserError(f"{path}: holds no histogram h2_..., so it is not a reference file")
    return Reference(str(whole.get("source", "reference")), str(whole.get("process", "")), group(samples))


def save(path: str | Path, source: str, process: str, samples: Sequence[Histograms]) -> None:
    """Write a compressed reference file; a sample may stand in it once for every shift."""
    members: Members = {
        "source": np.array(source),
        "process": np.array(process),
        "enu_range": np.array(samples[0].enu_range),
        "lepton_mass": np.array(samples[0].lepton_mass),
    }
    for sample in samples:
        members |= {f"{sample.key}.{name}": values for name, values in _to_members(sample).items()}
    with open(path, "wb") as file:
        np.savez_compressed(file, **members)  # type: ignore[arg-type]


def _from_members(
    path: str | Path, members: Members, lepton_mass: float, shift: float, enu_range: tuple[float, float]
) -> Histograms:
    tag = _tag(shift)
    if f"h2_{tag}" not in members:
        there = ", ".join(sorted(name for name in members if name.startswith("h2_")))
        raise UserError(f"{path}: no histogram h2_{tag} (shift {shift * 1e3:g} MeV); there is {there}")
    counts_2d = _counts(path, members, f"h2_{tag}", (BINS_2D,) * 2)
    three_d = f"h3_{tag}" in members
    return Histograms(
        n_events=int(members.get("n_events", counts_2d.sum())),
        enu=float(members["enu"]) if "enu" in members else None,
        lepton_mass=lepton_mass,
        shift=shift,
        enu_range=enu_range,
        counts_2d=counts_2d,
        counts_3d=_counts(path, members, f"h3_{tag}", (BINS_3D,) * 3) if three_d else None,
        spectra=_spectra(path, members, tag),
        w_undefined=int(members["w_undefined"]) if "w_undefined" in members else None,
    )


def _spectra(path: str | Path, members: Members, tag: str) -> Mapping[str, Spectrum]:
    spectra = {}
    for name in SPECTRA:
        counts = members.get(f"h1_{name}", members.get(f"h1_{name}_{tag}"))
        if counts is None:
            raise UserError(f"{path}: no histogram h1_{name}")
        edges = members.get(f"edges_{name}", np.linspace(-1.0, 1.0, counts.size + 1))
        spectra[name] = Spectrum(counts.astype(np.float64), edges.astype(np.float64))
    return spectra


def _counts(path: str | Path, members: Members, name: str, shape: tuple[int, ...]) -> Array:
    counts = members[name]
    if counts.shape != shape or not np.issubdtype(counts.dtype, np.number):
        raise UserError(f"{path}: {name} is {counts.dtype} {counts.shape}, expected counts {shape}")
    counts = counts.astype(np.float64)
    if not (counts.min() >= 0 and counts.sum() > 0):
        raise UserError(f"{path}: {name} is empty or has negative counts")
    return counts


def _to_members(sample: Histograms) -> Members:
    tag = _tag(sample.shift)
    members: Members = {"n_events": np.array(sample.n_events), f"h2_{tag}": _compact(sample.counts_2d)}
    if sample.enu is not None:
        members["enu"] = np.array(sample.enu)
    if sample.w_undefined is not None:
        members["w_undefined"] = np.array(sample.w_undefined)
    if sample.counts_3d is not None:
        members[f"h3_{tag}"] = _compact(sample.counts_3d)
    for name, (counts, edges) in sample.spectra.items():
        members[f"h1_{name}_{tag}" if name == "emu_proxy" else f"h1_{name}"] = _compact(counts)
        if not name.endswith("_proxy"):
            members[f"edges_{name}"] = edges
    return members


def _compact(counts: Array) -> NDArray[Any]:
    return counts.astype(np.min_scalar_type(int(counts.max(initial=0))))


def _tag(shift: float) -> str:
    return f"s{shift * 1e3:g}".replace(".", "p")
