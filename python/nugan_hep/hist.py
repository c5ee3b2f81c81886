"""Histograms of events, as ``hist.Hist``, straight from a file or a sampler.

>>> from nugan_hep import hist
>>> h = hist.fill("events.root", "Q2")
>>> h = hist.fill("events.parquet", "p", "cos_theta", bins={"p": 30, "cos_theta": [-1, 0, 0.6, 0.9, 1]})
>>> h = hist.fill(Sampler("numu_C12_inc"), "W", n=1_000_000, enu=1.0, cross_section=True)
>>> h = hist.fill("events.root", "dpt", selection="CC0piNp")

``h.plot()`` draws it; in the style of an experiment, and several of them together:

>>> import mplhep
>>> mplhep.style.use(mplhep.style.ATLAS)
>>> mplhep.histplot([h, other], label=["nugan-hep", "NuWro"])
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nugan_hep import _core, edges, kinematics, observables, rate
from nugan_hep.errors import UserError
from nugan_hep.flux_readers import as_flux
from nugan_hep.output import Columns, Run, recognise
from nugan_hep.output.columns import REPLICAS

if TYPE_CHECKING:
    from hist import Hist

    from nugan_hep.flux_readers import FluxLike
    from nugan_hep.sampler import Sampler

BINS = 50
CHUNK = 250_000
"""Events that are drawn at once."""


class Events(NamedTuple):
    """Chunks of columns, their mean cross section [1e-38 cm²/nucleon] if known, the highest energy [GeV].

    Of another generator's file the cross section is known when its events have been read. ``process`` is that
    of events that do not say which neutrino they have, if it is known.
    """

    chunks: Iterator[Columns]
    sigma: Callable[[], float | None]
    highest: float
    process: _core.Process | None = None


def fill(
    source: str | os.PathLike[str] | Columns | Sampler,
    *names: str,
    bins: Any = None,
    selection: str | None = None,
    weighted: bool = True,
    cross_section: bool = False,
    sigma: float | None = None,
    n: int | None = None,
    seed: int = 0,
    enu: float | None = None,
    flux: FluxLike | None = None,
    replicas: bool | int = False,
) -> Hist[Any]:
    """Fill a histogram of one or more observables.

    Parameters
    ----------
    source : a file of nugan-sample in any format that can be read back, chunk by chunk; columns [N] as
        :meth:`nugan_hep.Sampler.sample` gives them; or a sampler, which draws ``n`` events
    names : of observables, see :data:`nugan_hep.observables.OBSERVABLES`; ``Q2``, ``cos_theta``, ...
    bins : a number of bins, ``(bins, low, high)``, a list of edges, or an axis of ``hist``; for some of
        several observables, a dict of these by name. By default 50 bins over what the energies allow, the
        upper end included; what an event does not have (-999), such as W or a proton, counts below the axis
    selection : of events with particles those of a topology alone, ``CC0pi``, ``1pi+`` ..., see
        :data:`nugan_hep.observables.SELECTIONS`; a cross section is that of these
    weighted : fill with the events' weights, otherwise with 1
    cross_section : give the flux-averaged cross section per unit of each observable instead of sums of
        weights, in 1e-38 cm²/nucleon; what is beyond an axis' ends is not divided by a width. Errors are
        those of the number of events
    sigma : the mean cross section of all events [1e-38 cm²/nucleon], if the source does not know it
    n, seed, enu, flux : of a sampler, see :meth:`nugan_hep.Sampler.sample`
    replicas : fill one histogram for each replica, with the events' weights times ``wght_rep``; of a sampler
        their number. :func:`nugan_hep.bands.band` makes a band of them

    Returns
    -------
    hist.Hist with the storage Weight and axes named as the observables, before them ``replica`` if asked for

    Raises
    ------
    UserError : unknown observables, bins that are none, no cross section, no replicas, a file that cannot be
        read
    ValueError : arguments that contradict each other
    """
    from hist import Hist, axis, storage

    if not names:
        raise ValueError("expected one observable or more")
    if cross_section and not weighted:
        raise ValueError("a cross section needs the weights: expected weighted=True")
    if replicas and not weighted:
        raise ValueError("replicas are weights: expected weighted=True")
    found = [observables.find(name)[0] for name in names]
    needed = [*observables.needed(found, selection is not None), *([REPLICAS] if replicas else [])]
    with _open(source, needed, n, seed, enu, flux, replicas) as events:
        axes = [_axis(name, _bins_of(bins, name, found), events.highest) for name in found]
        usual = [_is_usual(_bins_of(bins, name, found)) for name in found]
        h: Hist[Any] | None = None
        total = 0.0
        for columns in events.chunks:
            values = [observables.values(name, columns, events.process) for name in found]
            values = [
                _onto(axis, one) if is_usual else one
                for one, axis, is_usual in zip(values, axes, usual, strict=True)
            ]
            weight = np.asarray(columns["wght"] if weighted and "wght" in columns else 1.0, np.float64)
            weight = np.broadcast_to(weight, values[0].shape)
            total += float(np.sum(weight))
            factors = _factors(columns) if replicas else None
            if selection is not None:
                kept = observables.chosen(selection, columns)
                values, weight = [one[kept] for one in values], weight[kept]
                factors = None if factors is None else factors[kept]
            if factors is None:
                h = h or Hist(*axes, storage=storage.Weight())
                h.fill(*values, weight=weight)
                continue
            count = factors.shape[1]
            universes = axis.Integer(0, count, name="replica", flow=False)
            h = h or Hist(universes, *axes, storage=storage.Weight())
            for k in range(count):
                h.fill(k, *values, weight=weight * factors[:, k])
    h = h or Hist(*axes, storage=storage.Weight())
    h.label = "events"
    if cross_section:
        _scale(h, found, sigma if sigma is not None else _known(events.sigma()), total)
    return h


def _factors(columns: Columns) -> Any:
    """Weights of replicas [N, K].

    Raises
    ------
    UserError : the events have none
    """
    if REPLICAS not in columns:
        raise UserError("the events have no replicas: expected some of nugan-sample --replicas")
    return columns[REPLICAS]


def _known(sigma: float | None) -> float:
    if sigma is None:
        raise UserError(
            "no mean cross section: expected events of a flux or of one energy from a model that has one, or "
            "sigma=..."
        )
    return sigma


def _bins_of(bins: Any, name: str, names: Sequence[str]) -> Any:
    """What is said of the bins of one observable."""
    if isinstance(bins, Mapping):
        known = {observables.find(key)[0]: value for key, value in bins.items()}
        if beyond := known.keys() - set(names):
            raise UserError(f"bins of {', '.join(sorted(beyond))}: expected some of {', '.join(names)}")
        return known.get(name)
    if bins is not None and len(names) > 1 and not _is_number(bins):
        raise UserError("bins of several observables: expected one number, or a dict by name")
    return bins


def _is_number(bins: Any) -> bool:
    return isinstance(bins, int | np.integer) and not isinstance(bins, bool)


def _is_usual(bins: Any) -> bool:
    """Whether the ends of an axis are ours."""
    return bins is None or _is_number(bins)


def _onto(axis: Any, values: Any) -> Any:
    """Values [N] with those at the ends of a usual axis, or beyond by rounding, inside of its end bins.

    An axis of ``hist`` is open above, where events of one energy lie.
    """
    low, high = axis.edges[0], axis.edges[-1]
    near = edges.inward(values, low, high)
    return np.where(near == high, axis.centers[-1], near)


def _axis(name: str, bins: Any, highest: float) -> Any:
    """The axis of an observable.

    Raises
    ------
    UserError : the bins are none, or must be said
    """
    import hist

    if hasattr(bins, "edges") and hasattr(bins, "traits"):
        return bins
    observable = observables.OBSERVABLES[name]
    named: dict[str, Any] = {"name": name, "label": observable.title}
    try:
        if _is_number(bins) and bins < 1:
            raise ValueError("at least one bin")
        if _is_usual(bins):
            if observable.ends is None:
                raise UserError(f"{name} has no usual range: expected bins=(bins, low, high)")
            low, high = observable.ends(highest)
            usual = round(high - low) if observable.counted else BINS
            return hist.axis.Regular(usual if bins is None else bins, low, high, **named)
        if isinstance(bins, tuple):
            number, low, high = bins
            if not low < high:
                raise ValueError("the first end must be below the second")
            return hist.axis.Regular(number, low, high, **named)
        return hist.axis.Variable(np.asarray(bins, np.float64), **named)
    except (TypeError, ValueError) as error:
        expected = "a number, (bins, low, high), rising edges or an axis of hist"
        raise UserError(f"bins of {name} = {bins!r:.60}: expected {expected} ({error!s:.60})") from None


def _scale(h: Hist[Any], names: Sequence[str], sigma: float, total: float) -> None:
    """Turn sums of weights into a differential cross section."""
    if not total > 0:
        raise UserError("no events with weights above 0: no cross section")
    factor = np.array(sigma / total)
    for axis in h.axes:
        ends = [[1.0] * axis.traits.underflow, axis.widths, [1.0] * axis.traits.overflow]
        factor = factor[..., None] / np.concatenate(ends)
    view: Any = h.view(flow=True)
    view.value *= factor
    view.variance *= factor**2
    found = [observables.OBSERVABLES[name] for name in names]
    power = f"^{len(names)}" if len(names) > 1 else ""
    below = r"\,".join(rf"\mathrm{{d}}{one.label.strip('$')}" for one in found)
    below = f"({below})" if power else below
    unit = "".join(f"/{one.unit}" for one in found if one.unit)
    h.label = rf"$\mathrm{{d}}{power}\sigma/{below}$ [$10^{{-38}}$ cm$^2${unit}/nucleon]"


@contextlib.contextmanager
def _open(
    source: Any,
    names: list[str],
    n: int | None,
    seed: int,
    enu: float | None,
    flux: FluxLike | None,
    replicas: bool | int,
) -> Iterator[Events]:
    """The events of any source."""
    if hasattr(source, "sample"):
        if replicas is True:
            raise ValueError("replicas = True: expected the number of a sampler's replicas")
        yield _drawn(source, n, seed, enu, flux, int(replicas) or None)
        return
    if n is not None or enu is not None or flux is not None:
        raise ValueError("n, enu and flux go with a sampler")
    if isinstance(source, Mapping):
        yield Events(iter([source]), lambda: None, kinematics.ENU_RANGE[1])
        return
    with recognise.read(Path(source), names) as reader:
        yield Events(reader.chunks, lambda: reader.run.sigma, _highest(reader.run))


def _highest(run: Run) -> float:
    """Highest neutrino energy of a run, or of all models where it does not say [GeV]."""
    if run.parts:
        return max(map(_highest, run.parts))
    if run.flux is not None:
        return rate.filled_range(run.flux)[1]
    return run.energy or kinematics.ENU_RANGE[1]


def _drawn(
    sampler: Sampler,
    n: int | None,
    seed: int,
    enu: float | None,
    flux: FluxLike | None,
    replicas: int | None,
) -> Events:
    if n is None:
        raise ValueError("n, the number of events, is missing")
    if enu is not None and flux is not None:
        raise ValueError("give enu or flux, not both")
    highest, sigma = sampler.enu_range[1], None
    if flux is not None:
        whole = as_flux(flux, *sampler.enu_range, probe=sampler.metadata["probe"])
        own = sampler.rate(whole)
        rate.check_outside(whole, own.outside, sampler.enu_range, allowed=False)
        flux, sigma, highest = own.flux, own.sigma, rate.filled_range(own.flux)[1]
    elif enu is not None:
        knots, table = sampler._core.xsec_enu, sampler._core.xsec
        if len(knots) > 1 and knots[0] <= enu <= knots[-1]:
            sigma = float(np.interp(enu, knots, table))
        highest = float(enu)
    sizes = ((first, min(CHUNK, n - first)) for first in range(0, n, CHUNK))
    return Events(
        (sampler.sample(enu, size, seed, first, flux=flux, replicas=replicas) for first, size in sizes),
        lambda: sigma,
        highest,
        sampler._core.process,
    )
