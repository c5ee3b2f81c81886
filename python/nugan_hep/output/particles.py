"""What formats of particles need beside the columns: numbers, masses, four-momenta, the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep import cross_section, kinematics
from nugan_hep.output import Columns, Run

Array = NDArray[np.float64]

ATOMIC_MASS = 0.93149410242
ELECTRON_MASS = 0.00051099895

MASS_EXCESS = {
    1000010010: 7.289e-3,
    1000010020: 13.136e-3,
    1000020040: 2.425e-3,
    1000060130: 3.125e-3,
    1000070140: 2.863e-3,
    1000080160: -4.737e-3,
    1000130270: -17.197e-3,
    1000140280: -21.493e-3,
    1000180400: -35.040e-3,
    1000200400: -34.846e-3,
    1000220480: -48.493e-3,
    1000260560: -60.607e-3,
    1000290630: -65.579e-3,
    1000822080: -21.748e-3,
}
"""Mass of the neutral atom less A u [GeV], Atomic Mass Evaluation 2020; 0 for carbon 12 by definition."""

HYDROGEN, PROTON, NEUTRON = 1000010010, 2212, 2112


def nuclear_mass(pdg: int) -> float:
    """Mass [GeV] of a nucleus from its PDG number 10LZZZAAAI.

    ``A u + excess - Z m_e``, without the binding of the electrons (0.1 MeV in iron). For nuclei that are not
    in :data:`MASS_EXCESS` the excess is left out: 0.3 % of lithium, less of heavier stable ones.
    """
    z, a = pdg // 10000 % 1000, pdg // 10 % 1000
    return a * ATOMIC_MASS + MASS_EXCESS.get(pdg, 0.0) - z * ELECTRON_MASS


def charged_lepton(probe: int) -> int:
    """PDG number of the charged lepton of a charged current: 13 for 14, -13 for -14."""
    return probe - 1 if probe > 0 else probe + 1


def models_of(run: Run, probe: int, target: int) -> list[tuple[Run, dict[str, Any]]]:
    """The runs with a probe and a target, and what the metadata of each say of the model, or nothing."""
    found: list[tuple[Run, dict[str, Any]]] = []
    for part in run.single:
        if part.probe == probe and target in part.targets:
            models = part.metadata.get("models") or [part.metadata.get("model") or {}]
            fits = (model for model in models if model.get("target", target) == target)
            found.append((part, next(fits, {})))
    return found


def quasielastic(run: Run, probe: int, target: int) -> bool:
    """Whether the events are known to be quasielastic; an inclusive model does not know."""
    models = [model for _, model in models_of(run, probe, target)]
    return bool(models) and all(model.get("interaction") == "CC quasielastic" for model in models)


CrossSectionAt = Callable[[NDArray[Any]], Array]
"""Cross section per nucleon [N] in 1e-38 cm² at neutrino energies [N] in GeV."""


def cross_section_of(run: Run, probe: int, target: int) -> CrossSectionAt:
    """Cross section per nucleon of a target.

    Averaged over the flux where there is one, otherwise at the energies; 0 where none is known.
    """
    parts = models_of(run, probe, target)
    means = [model.get("sigma", part.sigma) for part, model in parts]
    known = [float(mean) for mean in means if mean is not None]
    if known and len(known) == len(means):
        weights = [max(part.metadata.get("events") or 1, 1) for part, _ in parts]
        mean = float(np.average(known, weights=weights))
        return lambda enu: np.full(len(enu), mean)
    tables = [part.metadata.get("cross_section") or {} for part, _ in parts if len(part.targets) == 1]
    curves = [(table.get("enu"), table.get("sigma")) for table in tables]
    table = cross_section.from_table(tables[0]) if curves and curves == [curves[0]] * len(parts) else None
    return table.nearest if table is not None else lambda enu: np.zeros(len(enu))


def kinds_of(columns: Columns, run: Run) -> tuple[list[tuple[int, int]], NDArray[np.intp]]:
    """The pairs of neutrino and target among events, and the number of each event's pair [N]."""
    rows = len(columns["Ev"])
    neu = columns["neu"] if "neu" in columns else np.full(rows, run.probe)
    tgt = columns["tgt"] if "tgt" in columns else np.full(rows, run.target)
    pairs, kind = np.unique(np.stack([neu, tgt]).astype(np.int64), axis=1, return_inverse=True)
    return [(int(probe), int(target)) for probe, target in pairs.T], kind.reshape(-1)


def momenta(columns: Columns) -> tuple[Array, Array]:
    """Momenta of neutrino and muon, each [N, 3] in GeV."""
    mu = np.stack([columns[name] for name in ("pxl", "pyl", "pzl")], axis=-1).astype(np.float64)
    zero = np.zeros(len(mu))
    beam = columns.get("pxv", zero), columns.get("pyv", zero), columns.get("pzv", columns["Ev"])
    return np.stack(beam, axis=-1).astype(np.float64), mu


def columns_of(nu: NDArray[Any], mu: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The sampler's columns, but ``iev``, from momenta [N, 3] of neutrino and muon in GeV.

    What was rounded to float32 when it was sampled can come back with another last digit; ``phil`` is the
    azimuth about z.

    Raises
    ------
    ValueError : a muon with at least the neutrino's energy, or momenta that are not finite
    """
    with np.errstate(over="ignore", invalid="ignore"):  # refused below
        nu, mu = (v.astype(np.float64) for v in (nu, mu))
        enu, p = (np.sqrt(np.einsum("ij,ij->i", v, v)) for v in (nu, mu))
        emu = np.sqrt(p * p + kinematics.MUON_MASS**2)
    bad = np.flatnonzero(~(np.isfinite(enu) & (emu < enu)))
    if len(bad):
        k = bad[0]
        raise ValueError(f"a muon of {emu[k]:g} GeV from a neutrino of {enu[k]:g} GeV")
    across = np.cross(nu, mu)
    theta = np.arctan2(np.sqrt(np.einsum("ij,ij->i", across, across)), np.einsum("ij,ij->i", nu, mu))
    single = {
        "Ev": enu,
        "El": emu,
        **dict(zip(("pxl", "pyl", "pzl"), mu.T, strict=True)),
        "pl": p,
        "thetal": theta,
        "phil": np.arctan2(mu[:, 1], mu[:, 0]),
        "Q2": kinematics.q2(enu, emu, theta),
        "W": kinematics.w(enu, emu, theta),
        "x": kinematics.bjorken_x(enu, emu, theta),
        "y": kinematics.inelasticity(enu, emu),
        **dict(zip(("pxv", "pyv", "pzv"), nu.T, strict=True)),
    }
    return {"cthl": np.cos(theta), **{name: values.astype(np.float32) for name, values in single.items()}}
