"""Predictions of a trained ensemble: mean and standard deviation of the cross section."""

from __future__ import annotations

import os
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from nugan_hep.errors import UserError
from nugan_hep.xsec.data.hull import inside
from nugan_hep.xsec.data.nuclei import find_nucleus
from nugan_hep.xsec.data.points import Array
from nugan_hep.xsec.data.reading import MOST_ENERGY
from nugan_hep.xsec.model.archive import load_module, read_metadata
from nugan_hep.xsec.model.lookup import find_model, find_model_of
from nugan_hep.xsec.model.values import mean_and_std

CHUNK = 4096


def predict(
    nucleus: str | int,
    energy: ArrayLike,
    theta: ArrayLike,
    omega: ArrayLike,
    *,
    model: str | os.PathLike[str] | None = None,
) -> tuple[Array, Array]:
    """Inclusive electron cross section d2sigma/dOmega domega and its standard deviation.

    Parameters
    ----------
    nucleus : ``"12C"``, ``"C12"`` or the PDG number
    energy : of the beam [GeV]
    theta : scattering angle [degrees], above 0 to 180
    omega : energy transfer [GeV]
    model : name, run folder or archive; default: what is shipped for the nucleus

    Returns
    -------
    mean, std : arrays of the broadcast shape, nb/sr/GeV per nucleus: mean and standard deviation over the
        ensemble; 0 where nothing can be knocked out (below the separation energy, omega at or above E)

    Warns
    -----
    UserWarning : some of the points above the threshold lie outside of the hull of the model's data in
        (E, theta, omega)

    Raises
    ------
    UserError : no such nucleus or model, a model of another nucleus, a value that is not finite or no energy
        in GeV or angle in degrees
    ValueError : shapes that do not broadcast
    """
    members, metadata, points = members_of(nucleus, energy, theta, omega, model)
    outside = count_outside(metadata, points, members)
    if outside:
        warnings.warn(outside_message(metadata, outside, len(points)), UserWarning, stacklevel=2)
    shape = np.broadcast_shapes(*(np.shape(value) for value in (energy, theta, omega)))
    mean, std = mean_and_std(members)
    return mean.reshape(shape), std.reshape(shape)


def predict_members(
    nucleus: str | int,
    energy: ArrayLike,
    theta: ArrayLike,
    omega: ArrayLike,
    *,
    model: str | os.PathLike[str] | None = None,
) -> Array:
    """The cross section of every network [members, ...], as :func:`predict`, for correlations."""
    members, _, _ = members_of(nucleus, energy, theta, omega, model)
    shape = np.broadcast_shapes(*(np.shape(value) for value in (energy, theta, omega)))
    return members.reshape(len(members), *shape)


def count_outside(metadata: dict[str, Any], points: Array, members: Array) -> int:
    """How many points [n, 3] with a cross section [members, n] are outside of the hull of the data."""
    there = members.mean(axis=0) > 0
    return int((~inside(metadata["hull"], points[there])).sum()) if there.any() else 0


def outside_message(metadata: dict[str, Any], outside: int, total: int) -> str:
    return (
        f"{outside:,} of {total:,} points lie outside of the (E, theta, omega) of the data that "
        f"{metadata['name']} learned from: extrapolated, see the growing uncertainty"
    )


def members_of(
    nucleus: str | int,
    energy: ArrayLike,
    theta: ArrayLike,
    omega: ArrayLike,
    model: str | os.PathLike[str] | None,
) -> tuple[Array, dict[str, Any], Array]:
    """Cross sections [members, n], metadata of the model and the points [n, 3], see :func:`predict`."""
    wanted = find_nucleus(nucleus)
    path = find_model_of(wanted) if model is None else find_model(model)
    module, metadata = _load(path, path.stat().st_mtime_ns)
    if metadata["nucleus"] != wanted.name:
        raise UserError(f"{path} is a model of {metadata['nucleus']}, not of {wanted.name}")
    points = _columns(energy, theta, omega)
    # a network sees only what can be: the others are 0
    possible = (points[:, 2] > 0) & (points[:, 2] < points[:, 0])
    values = np.zeros((metadata["members"], len(points)))
    places = np.flatnonzero(possible)
    with torch.no_grad():
        for start in range(0, len(places), CHUNK):
            chosen = places[start : start + CHUNK]
            values[:, chosen] = module.members(torch.from_numpy(points[chosen])).numpy()
    return values, metadata, points


def _columns(energy: ArrayLike, theta: ArrayLike, omega: ArrayLike) -> Array:
    columns = []
    for name, value in (("energy", energy), ("theta", theta), ("omega", omega)):
        try:
            column = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            raise UserError(f"{name} = {value!r:.60}: expected numbers") from None
        if not np.isfinite(column).all():
            raise UserError(f"{name} has a value that is not finite")
        columns.append(column)
    points = np.stack([column.ravel() for column in np.broadcast_arrays(*columns)], axis=1)
    for k, name, low, high, unit in ((0, "energy", 0, MOST_ENERGY, "GeV"), (1, "theta", 0, 180, "degrees")):
        bad = points[(points[:, k] <= low) | (points[:, k] > high), k]
        if bad.size:
            raise UserError(f"{name} = {bad[0]:g}: expected above {low} to {high:g} {unit}")
    return np.ascontiguousarray(points)


@lru_cache(maxsize=8)
def _load(path: Path, changed: int) -> tuple[torch.jit.ScriptModule, dict[str, Any]]:
    return load_module(path), read_metadata(path)
