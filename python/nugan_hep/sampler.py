"""Events as NumPy columns from a trained model."""

from __future__ import annotations

import json
import operator
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep.archive import DEFAULT_MODEL, find_model
from nugan_hep.beam import Beam
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.flux_readers import FluxLike, as_flux, other_neutrino
from nugan_hep.particles import from_core
from nugan_hep.rate import Rate, check_outside, flux_rate

if TYPE_CHECKING:
    from nugan_hep._sampler import SamplerCore, SourceCore

Columns = dict[str, NDArray[Any]]


class Sampler:
    """Draws charged-current events from a generator.

    Parameters
    ----------
    model : name of an installed model (:func:`nugan_hep.list_models`) or path of an archive
    device : ``cpu``, ``cuda`` or ``cuda:k``
    threads : worker threads on the CPU; 0 takes all there are
    backend : ``fused``, the network in vector instructions; ``torch``; ``auto`` takes the fused kernel where
        it knows the network and agrees with LibTorch
    lepton_only : leave out the hadrons where the model has them

    Raises
    ------
    UserError : no such model, not a readable archive, no such device or backend
    ValueError : arguments of a wrong type

    A sampler can be pickled: the model's path and the options travel, the process that unpickles it opens the
    same model again.

    Examples
    --------
    >>> sampler = Sampler("numu_C12_inc")  # doctest: +SKIP
    >>> events = sampler.sample(enu=1.0, n=100_000, seed=7)  # doctest: +SKIP
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = DEFAULT_MODEL,
        *,
        device: str = "cpu",
        threads: int = 0,
        backend: str = "auto",
        lepton_only: bool = False,
    ) -> None:
        from nugan_hep import sampler_core

        if not isinstance(device, str):
            raise ValueError(f"device = {device!r}: expected cpu, cuda or cuda:k")
        if not isinstance(backend, str):
            raise ValueError(f"backend = {backend!r}: expected auto, fused or torch")
        path = Path(find_model(os.fspath(model))).absolute()
        number = _whole("threads", threads, 2**31)
        self._opened = os.fspath(path), device, number, backend, bool(lepton_only)
        self._core = sampler_core.SamplerCore(*self._opened)

    @property
    def name(self) -> str:
        """The model's name."""
        return self._core.name

    @property
    def enu_range(self) -> tuple[float, float]:
        """Lowest and highest neutrino energy of the model [GeV]."""
        return self._core.enu_min, self._core.enu_max

    @property
    def backend(self) -> str:
        """What runs the network: ``fused`` with the instruction set, or ``torch``."""
        return self._core.backend

    @property
    def hadrons(self) -> bool:
        """Whether the events have hadrons."""
        return self._core.hadrons

    @property
    def metadata(self) -> dict[str, Any]:
        """What the archive says of itself: probe, target, training, metrics, cross section."""
        return dict(json.loads(self._core.metadata))

    @property
    def replica_names(self) -> list[str]:
        """Names of the replicas that the model has weights of, in the order of ``wght_rep``."""
        blocks = self.metadata.get("replicas", {}).get("blocks", [])
        return [str(name) for block in blocks for name in block["names"]]

    def __reduce__(self) -> tuple[Any, ...]:
        """For ``pickle`` and ``copy``: what opens the model again, not its weights."""
        return _open_again, (type(self), *self._opened, self._core.sha256)

    def __repr__(self) -> str:
        core = self._core
        how = f"device={core.device!r}, backend={core.backend!r}, threads={core.threads}"
        return f"Sampler({core.name!r}, {how})"

    def sample(
        self,
        enu: ArrayLike | None = None,
        n: int | None = None,
        seed: int = 0,
        first: int = 0,
        *,
        uniform: tuple[float, float] | None = None,
        flux: FluxLike | None = None,
        flux_units: str | None = None,
        flux_columns: str | None = None,
        weighted: bool = False,
        allow_flux_outside: bool = False,
        beam: Beam | None = None,
        replicas: int | None = None,
    ) -> Columns:
        """Draw events ``first`` ... ``first + n - 1`` of a seed.

        An event is the same, bit by bit, whatever ``n``, ``first`` and the number of threads. Other Python
        threads run meanwhile.

        Parameters
        ----------
        enu : one neutrino energy [GeV], or an array of shape [n] with one for each event;
            by default the energies are uniform over the model's range
        n : number of events; may be left out with an array
        seed : 0 to 2^64 - 1
        first : number of the first event
        uniform : draw the energies uniformly from (low, high) [GeV] instead
        flux : draw them from flux times cross section instead: a :class:`nugan_hep.Flux`, a file as
            ``FILE[:HISTOGRAM]``, a function of the energies [N] in GeV, a pair (edges [K + 1], density [K])
            in GeV and per GeV, or a histogram of ``hist`` or uproot
        flux_units : unit of the flux's numbers, such as ``/cm2/1e21POT/50MeV`` or ``/bin``
        flux_columns : columns of a table of text, such as ``low,flux``; see :func:`nugan_hep.read_flux`
        weighted : spread the energies uniformly over the flux, with its shape as weights ``wght``
        allow_flux_outside : let more than 5 % of the rate lie outside of the model's range
        beam : where the events are and where the beam goes, see :class:`nugan_hep.Beam`
        replicas : K, give each event weights of the first K replicas of the model
            (:attr:`replica_names`, docs/uncertainty.md)

        Returns
        -------
        dict of arrays of shape [n], float32 but for iev (int32) and cthl (float64)
            iev Ev El pxl pyl pzl pl cthl thetal phil Q2 W x y, named as in GENIE's gst tree; energies and
            momenta in GeV, angles in rad, Q2 in GeV². W is -999 where W² < 0. ``weighted`` adds wght
            (float64, mean 1), ``beam`` adds pxv pyv pzv (GeV), vtxx vtxy vtxz vtxt (float64, m and s). A
            model with hadrons adds ``particles``: an awkward array ``[n, *]`` of Momentum4D (package vector)
            with pdg, status (0 initial, 1 final, 15 nucleus left behind) and mother, see
            :mod:`nugan_hep.particles`. ``replicas`` adds wght_rep [n, K] (float32): in replica k an event
            counts wght_rep[:, k] times its weight.

        Raises
        ------
        ValueError : arguments that contradict each other, or of a wrong shape
        UserError : values the model cannot take, such as an energy outside of its range

        Warns
        -----
        UserWarning : the histogram of the flux is named for another neutrino than the model's probe
        """
        if not 0 <= (seed := _whole("seed", seed)) < 2**64:
            raise ValueError(f"seed = {seed}: expected 0 to 2^64 - 1")
        if sum(given is not None for given in (enu, uniform, flux)) > 1:
            raise ValueError("give enu or uniform or flux, not both")
        if flux is None and (weighted or flux_units is not None or flux_columns is not None):
            raise ValueError("weighted, flux_units and flux_columns go with a flux")
        energies = None if enu is None else np.asarray(enu, dtype=np.float64)
        if energies is not None and energies.ndim > 0:
            n = self._check_energies(energies, n)
        if n is None:
            raise ValueError("n, the number of events, is missing")
        n, first = _event_number("n", n), _event_number("first", first)
        core = self._core
        if replicas is not None:
            core = core.with_replicas(_whole("replicas", replicas, 2**31))
        if energies is not None and energies.ndim > 0:
            events = core.sample_at(energies, seed, first)
            return from_core(events if beam is None else beam.place(events, seed, first))
        low, high = self.enu_range if uniform is None else _two_energies(uniform)
        if energies is not None:
            low = high = float(energies)
        known = None if flux is None else self._flux(flux, flux_units, flux_columns)
        source = self._source(core, low, high, known, weighted, seed, beam)
        if known is not None:
            check_outside(known, sum(source.outside), self.enu_range, allow_flux_outside)
        return from_core(source.draw(first, n))

    def rate(self, flux: FluxLike, flux_units: str | None = None, flux_columns: str | None = None) -> Rate:
        """What a flux makes of the model: mean cross section, share outside of the range, events to expect.

        Parameters
        ----------
        flux, flux_units, flux_columns : as in :meth:`sample`

        Raises
        ------
        ValueError : something that is no flux
        UserError : a file that cannot be read, no flux inside of the model's range, a model without sigma

        Warns
        -----
        UserWarning : see :meth:`sample`
        """
        return flux_rate(self._core, self._flux(flux, flux_units, flux_columns))

    @staticmethod
    def _source(
        core: SamplerCore,
        low: float,
        high: float,
        flux: Flux | None,
        weighted: bool,
        seed: int,
        beam: Beam | None,
    ) -> SourceCore:
        from nugan_hep import sampler_core

        place = None if beam is None else beam.in_core()
        return sampler_core.SourceCore([core], [1.0], low, high, flux, weighted, seed, place)

    def _flux(self, flux: FluxLike, flux_units: str | None, flux_columns: str | None) -> Flux:
        known = as_flux(flux, *self.enu_range, flux_units, self._core.probe, flux_columns)
        if doubt := other_neutrino(known, self._core.probe):
            warnings.warn(doubt, stacklevel=3)  # of the caller's line
        return known

    def generate(self, latent: ArrayLike, enu: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The muons that the network makes of given latents, on one thread.

        Parameters
        ----------
        latent : standard normal numbers [N, L], L being ``metadata["latent_size"]``
        enu : neutrino energies [N], GeV

        Returns
        -------
        E_mu [N] in GeV and theta [N] in rad

        Raises
        ------
        UserError : arrays of another shape, an energy outside of the model's range
        """
        muons = self._core.generate(latent, enu)
        return muons[:, 0], muons[:, 1]

    @staticmethod
    def _check_energies(energies: NDArray[np.float64], n: int | None) -> int:
        if energies.ndim > 1:
            raise ValueError(f"enu has the shape {energies.shape}: expected one energy or one dimension")
        if n is not None and _whole("n", n) != len(energies):
            raise ValueError(f"n = {n}, but enu holds {len(energies)} energies")
        return len(energies)


def _open_again(
    kind: type[Sampler], path: str, device: str, threads: int, backend: str, lepton_only: bool, sha256: str
) -> Sampler:
    """A sampler that was pickled.

    Raises
    ------
    UserError : see :class:`Sampler`; another model lies there now
    """
    sampler = kind(path, device=device, threads=threads, backend=backend, lepton_only=lepton_only)
    if sampler._core.sha256 != sha256:
        raise UserError(f"{path}: another model than the one that was pickled (the weights' SHA-256 differ)")
    return sampler


def _whole(name: str, value: int, limit: int | None = None) -> int:
    """The whole number that an argument is, below ``limit`` where the core takes no larger one."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} = {value!r}: expected a whole number") from None
    if limit is not None and abs(number) >= limit:
        raise UserError(f"{name} = {number}: expected less than {limit}")
    return number


def _event_number(name: str, value: int) -> int:
    number = _whole(name, value)
    if abs(number) >= 2**63:
        raise UserError(f"{name} = {number}: event numbers end at 2^31 - 1")
    return number


def _two_energies(uniform: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(energy) for energy in uniform)
    except (TypeError, ValueError):
        raise ValueError(f"uniform = {uniform!r}: expected two energies, (low, high) in GeV") from None
    return low, high
