"""The folder of a run of ``tune``: what was learned, and weights of events from it."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nugan_hep.errors import UserError
from nugan_hep.kinematics import Array
from nugan_hep.output.atomic import new_file, write_text
from nugan_hep.transfer.ratio import Sample
from nugan_hep.transfer.saved import number
from nugan_hep.tuning.prior import PARAMETERS, Factor, Scales, log_all, points

ABOUT, NUMBERS = "tune.json", "tune.npz"


@dataclass(frozen=True, eq=False)
class Tune:
    """A factor on d2sigma and its replicas.

    Attributes
    ----------
    about : the content of ``tune.json``: models, measurements, chi2, settings
    best : the most probable factor
    replicas : draws of the posterior
    enu : [M] energies in GeV
    mean : [M, 1 + K], mean of r over events of the model at ``enu``, of the best factor and each replica
    """

    about: dict[str, Any]
    best: Factor
    replicas: tuple[Factor, ...]
    enu: Array
    mean: Array

    @property
    def model(self) -> str:
        """Name of the model whose d2sigma the factor multiplies."""
        return str(self.about["model"])

    @property
    def lepton_mass(self) -> float:
        """GeV."""
        return float(self.about["lepton_mass"])

    def weights(self, enu: ArrayLike, el: ArrayLike, theta: ArrayLike, rate: bool = True) -> Array:
        """r of events [N], or r over its mean at their energy, which leaves the cross section as it is."""
        columns = _flat(enu, el, theta)
        values = np.exp(self.best.log(points(*columns, self.lepton_mass)))
        return values if rate else values / np.interp(columns[0], self.enu, self.mean[:, 0])

    def of_sample(self, source: Sample) -> Array:
        """Weights [N] of mean one at each energy, for :func:`nugan_hep.transfer.draw.replay`."""
        x = source.x[:, [0, 1, 3]]
        mean = np.interp(np.exp(x[:, 2]), self.enu, self.mean[:, 0])
        return np.asarray(np.exp(self.best.log(x)) / mean)

    def replica_weights(
        self, enu: ArrayLike, el: ArrayLike, theta: ArrayLike, n: int | None = None, rate: bool = True
    ) -> Array:
        """The same of each replica [K, N]; ``n`` takes the first ones alone."""
        columns = _flat(enu, el, theta)
        chosen = self.replicas[: self.number(n)]
        values = np.exp(log_all(chosen, points(*columns, self.lepton_mass)))
        if not rate:
            for row, mean in zip(values, self.mean[:, 1:].T, strict=False):
                row /= np.interp(columns[0], self.enu, mean)
        return values

    def number(self, n: int | None) -> int:
        """How many replicas are meant, see :func:`nugan_hep.transfer.saved.number`."""
        return number(n, len(self.replicas), "tune")


def _flat(*columns: ArrayLike) -> tuple[Array, Array, Array]:
    enu, el, theta = (np.ravel(np.asarray(column, dtype=np.float64)) for column in columns)
    return enu, el, theta


def is_tune(path: str | os.PathLike[str]) -> bool:
    """Whether this is the folder of a run of ``tune``."""
    return os.path.isfile(os.path.join(path, ABOUT))


def save(folder: Path, tune: Tune) -> None:
    """Write ``tune.npz`` and ``tune.json``, which comes last: with it the run is whole."""
    factors = [tune.best, *tune.replicas]
    arrays = {
        "scales": np.array([list(asdict(factor.scales).values()) for factor in factors]),
        "coefficients": np.array([factor.coefficients for factor in factors]),
        "enu": tune.enu,
        "mean": tune.mean,
    }
    with new_file(folder / NUMBERS, force=True) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    write_text(folder / ABOUT, json.dumps(tune.about, indent=1))


def load(folder: str | os.PathLike[str]) -> Tune:
    """A run that :func:`save` wrote.

    Raises
    ------
    UserError : not such a folder, damaged files
    """
    path = Path(folder)
    try:
        about = json.loads((path / ABOUT).read_text())
        with (path / NUMBERS).open("rb") as stream, np.load(stream) as file:
            arrays = {
                name: np.asarray(file[name], np.float64) for name in ("scales", "coefficients", "enu", "mean")
            }
        if arrays["coefficients"].shape[1:] != (PARAMETERS,):
            raise ValueError(f"{arrays['coefficients'].shape[1:]} coefficients, expected {PARAMETERS}")
        factors = _factors(arrays["scales"], arrays["coefficients"])
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: not a readable run of tune ({str(error).splitlines()[0]})") from None
    return Tune(about, factors[0], tuple(factors[1:]), arrays["enu"], arrays["mean"])


def _factors(scales: Array, coefficients: Array) -> Sequence[Factor]:
    return [Factor(Scales(*row), own) for row, own in zip(scales.tolist(), coefficients, strict=True)]
