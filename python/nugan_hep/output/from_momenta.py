"""The sampler's columns of events that a file has as momenta."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep import kinematics

Array = NDArray[np.float64]


def columns_of(nu: NDArray[Any], lepton: NDArray[Any], mass: float | Array) -> dict[str, NDArray[Any]]:
    """The sampler's columns, but ``iev``, from momenta [N, 3] of neutrino and lepton in GeV.

    ``mass`` is that of the lepton [GeV], of all or of each [N].

    What was rounded to float32 when it was sampled can come back with another last digit; ``phil`` is the
    azimuth about z.

    Raises
    ------
    ValueError : a lepton with at least the neutrino's energy, or momenta that are not finite
    """
    with np.errstate(over="ignore", invalid="ignore"):  # refused below
        nu, lepton = (v.astype(np.float64) for v in (nu, lepton))
        enu, p = (np.sqrt(np.einsum("ij,ij->i", v, v)) for v in (nu, lepton))
        emu = np.sqrt(p * p + mass**2)
    bad = np.flatnonzero(~(np.isfinite(enu) & (emu < enu)))
    if len(bad):
        k = bad[0]
        raise ValueError(f"a lepton of {emu[k]:g} GeV from a neutrino of {enu[k]:g} GeV")
    across = np.cross(nu, lepton)
    theta = np.arctan2(np.sqrt(np.einsum("ij,ij->i", across, across)), np.einsum("ij,ij->i", nu, lepton))
    single = {
        "Ev": enu,
        "El": emu,
        **dict(zip(("pxl", "pyl", "pzl"), lepton.T, strict=True)),
        "pl": p,
        "thetal": theta,
        "phil": np.arctan2(lepton[:, 1], lepton[:, 0]),
        "Q2": kinematics.q2(enu, emu, theta, mass),
        "W": kinematics.w(enu, emu, theta, mass),
        "x": kinematics.bjorken_x(enu, emu, theta, mass),
        "y": kinematics.inelasticity(enu, emu),
        **dict(zip(("pxv", "pyv", "pzv"), nu.T, strict=True)),
    }
    return {"cthl": np.cos(theta), **{name: values.astype(np.float32) for name, values in single.items()}}
