"""The density of a flow: log p(E_mu, theta | E_nu), differential cross sections, weights of events.

>>> import nugan_hep
>>> nugan_hep.d2sigma("numu_C12_inc", enu=1.0, emu=0.7, theta=[0.2, 0.4])  # doctest: +SKIP

A flow gives its density in closed form (arXiv:1906.04032); a GAN has none. All functions broadcast
their arguments as NumPy does and work in float64.
"""

from __future__ import annotations

import os
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nugan_hep import families
from nugan_hep.archive import find_model, list_models, read_metadata
from nugan_hep.cross_section import CrossSection, from_table
from nugan_hep.errors import UserError
from nugan_hep.kinematics import Array
from nugan_hep.tuning import saved

AXIS_ANGLE = 0.01
"""Nearer to the beam axis [rad], p(theta) is too small to be divided by sin(theta)."""
ROUNDING = 1.2e-7
"""What float32 energies and angles may lie beyond the edges, relative."""
CHUNK = 32_768


def log_prob(model: str | os.PathLike[str], enu: ArrayLike, emu: ArrayLike, theta: ArrayLike) -> Array:
    """Logarithm of the density p(E_mu, theta | E_nu), whose integral over the plane is one.

    Parameters
    ----------
    model : name or archive of a flow
    enu, emu : neutrino energy and total muon energy [GeV]
    theta : angle between muon and neutrino [rad]

    Returns
    -------
    array of the broadcast shape : log of p in 1/(GeV rad), -inf outside of the phase space and, for its
        solid angle is zero, on the beam axis (theta 0 and pi)

    Raises
    ------
    UserError : no such model or a damaged one, a model without a density, an energy outside of
        its range, a value that is not finite
    ValueError : shapes that do not broadcast
    """
    density = _load(model)
    return _off_axis(_log_prob(density, *(columns := _columns(enu, emu, theta))), columns[2])


def d2sigma(
    model: str | os.PathLike[str],
    enu: ArrayLike,
    emu: ArrayLike,
    theta: ArrayLike,
    per: Literal["cos", "rad"] = "cos",
) -> Array:
    """Differential cross section, the total one of the model's table times the density.

    Parameters
    ----------
    model, enu, emu, theta : see :func:`log_prob`
    per : ``"cos"`` for d2sigma/dE_mu dcos(theta), ``"rad"`` for d2sigma/dE_mu dtheta

    Returns
    -------
    array of the broadcast shape : in 1e-38 cm²/GeV per nucleon, or 1e-38 cm²/(GeV rad) per nucleon.
        Per cos(theta), a direction within 0.01 rad of the beam axis has the value at 0.01 rad.

    Raises
    ------
    UserError : as :func:`log_prob`, and for a model without a table of the cross section
    """
    if per not in ("cos", "rad"):
        raise ValueError(f"per = {per!r}: expected 'cos' or 'rad'")
    density = _load(model)
    columns = _columns(enu, emu, theta)
    sigma = _sigma(density, columns[0])
    if per == "rad":
        return sigma * np.exp(_off_axis(_log_prob(density, *columns), columns[2]))
    inside = (columns[2] >= 0) & (columns[2] <= np.pi * (1 + ROUNDING))
    angle = np.clip(columns[2], AXIS_ANGLE, np.pi - AXIS_ANGLE)
    per_angle = np.exp(_log_prob(density, *columns[:2], angle))
    return np.where(inside, sigma * per_angle / np.sin(angle), 0.0)


def reweight(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    enu: ArrayLike,
    emu: ArrayLike,
    theta: ArrayLike,
    rate: bool = False,
) -> Array:
    """Weights that turn events of one model into events of another, p_target/p_source.

    At every neutrino energy the mean over events of ``source`` is one, as far as these fill the
    phase space of ``target``. Reweighted events are worth ``(sum w)²/sum w²`` events of weight one.

    Parameters
    ----------
    source, target : names or archives of two flows; the events are those of ``source``. ``target`` may be the
        folder of a run of ``tune``: its model with the factor that it learned
    enu, emu, theta : the events, see :func:`log_prob`
    rate : multiply by sigma_target(E_nu)/sigma_source(E_nu), for events that follow the rate of
        ``source`` in a flux

    Returns
    -------
    array of the broadcast shape : zero where ``target`` has no events

    Raises
    ------
    UserError : as :func:`log_prob` for either model, with ``rate`` as :func:`d2sigma`; for a model with
        quasielastic events off a free nucleon, which have no density; for events that ``source`` cannot
        have made
    """
    if saved.is_tune(target):
        tune = saved.load(target)
        factor = tune.weights(*_columns(enu, emu, theta), rate).reshape(np.broadcast(enu, emu, theta).shape)
        same = find_model(os.fspath(source)).stem == tune.model
        return factor if same else factor * reweight(source, tune.model, enu, emu, theta, rate)
    one, other = _load(source), _load(target)
    for model in (one, other):
        if getattr(model.module, "has_line", False):
            raise UserError(
                f"{model.name}: quasielastic events off a free nucleon lie on a line, where there is no "
                "density to weight them with"
            )
    columns = _columns(enu, emu, theta)
    have, want = _log_prob(one, *columns), _log_prob(other, *columns)
    impossible = (have == -np.inf) & (want > -np.inf)
    if impossible.any():
        where = ", ".join(f"{column[impossible][0]:g}" for column in columns)
        raise UserError(
            f"{np.count_nonzero(impossible):,} of {have.size:,} events lie where {one.name} has none, "
            f"the first at (E_nu, E_mu, theta) = ({where}) in GeV and rad"
        )
    scale = _sigma(other, columns[0]) / _sigma(one, columns[0]) if rate else 1.0
    # both -inf: no event here in either, whatever their ratio
    return scale * np.exp(np.where(want > -np.inf, want - np.where(have > -np.inf, have, 0.0), -np.inf))


class _Density(NamedTuple):
    """A loaded flow: its TorchScript module in float64 and what the archive says of it."""

    name: str
    module: Any
    enu_range: tuple[float, float]
    shift: float
    cross_section: CrossSection | None


def _load(model: str | os.PathLike[str]) -> _Density:
    path = find_model(os.fspath(model))
    status = path.stat()
    # one that was trained again under the same name is another model
    return _load_file(path.absolute(), status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)
def _load_file(path: Path, modified: int, size: int) -> _Density:
    about = read_metadata(path)
    name = about["name"]
    family = families.of_model(about)
    if not family.has_density:
        raise UserError(
            f"{name} is a {family.title}, which has no density; flows there are: {_flows() or 'none'}"
        )
    import torch

    from nugan_hep.families.common.exported import weights_sha256

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # TorchScript is in maintenance
            module = torch.jit.load(os.fspath(path), map_location="cpu")
        found = weights_sha256(module)
    except (RuntimeError, ValueError) as error:
        raise UserError(f"{path}: not a readable model ({str(error).splitlines()[0]})") from None
    if found != getattr(module, "sha256", None):
        raise UserError(f"{path}: weights do not match their SHA-256; the file is corrupt")
    if not hasattr(module, "log_prob"):
        raise UserError(f"{path}: a flow without the method log_prob")
    low, high = about["enu_range"]
    sigma = from_table(about.get("cross_section"))
    return _Density(name, module.double().eval(), (low, high), about["shift"], sigma)


def _flows() -> str:
    """Names of the installed models that have a density."""
    names = []
    for name in list_models():
        try:
            if families.of_model(read_metadata(find_model(name))).has_density:
                names.append(name)
        except UserError:  # a damaged file is not what was asked for
            continue
    return ", ".join(names)


def _columns(*columns: ArrayLike) -> tuple[Array, Array, Array]:
    """The three columns, broadcast without copies."""
    try:
        arrays = [np.asarray(column, dtype=np.float64) for column in columns]
    except (TypeError, ValueError):
        raise ValueError("enu, emu and theta: expected numbers or arrays of numbers") from None
    for name, array in zip(("enu", "emu", "theta"), arrays, strict=True):
        if not np.isfinite(array).all():
            raise UserError(f"{name} = {array[~np.isfinite(array)].flat[0]}: expected finite numbers")
    enu, emu, theta = np.broadcast_arrays(*arrays)
    return enu, emu, theta


def _log_prob(density: _Density, enu: Array, emu: Array, theta: Array) -> Array:
    import torch

    low, high = density.enu_range
    beyond = (enu < low * (1 - ROUNDING)) | (enu > high * (1 + ROUNDING))
    if beyond.any():
        raise UserError(
            f"enu = {enu[beyond][0]:g} GeV: outside the range of {density.name}, {low:g} to {high:g} GeV"
        )
    values = np.empty(enu.shape)
    with torch.inference_mode():
        for first in range(0, enu.size, CHUNK):
            part = slice(first, first + CHUNK)
            columns = (torch.from_numpy(column.flat[part]) for column in (enu, emu, theta))
            values.flat[part] = density.module.log_prob(*columns).numpy()
    if np.isnan(values).any():
        raise UserError(f"{density.name}: the density is not a number; the model is broken")
    return values


def _off_axis(log_density: Array, theta: Array) -> Array:
    """-inf on the beam axis: p(theta) goes with sin(theta), but a network's Jacobian stops short of it."""
    return np.where((theta > 0) & (theta < np.pi), log_density, -np.inf)


def _sigma(density: _Density, enu: Array) -> Array:
    if density.cross_section is None:
        raise UserError(f"{density.name} carries no cross section: train or export it with --cross-section")
    try:
        return density.cross_section(np.clip(enu, *density.enu_range))
    except ValueError as error:
        raise UserError(f"{density.name}: {error}") from None
