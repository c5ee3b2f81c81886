"""Bands of replicas: what events and their universes say of an observable.

>>> from nugan_hep import bands
>>> band = bands.band("events.root", "Q2", cross_section=True)
>>> band.draw()
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nugan_hep import hist
from nugan_hep.kinematics import Array
from nugan_hep.output import Columns

if TYPE_CHECKING:
    from hist import Hist
    from matplotlib.axes import Axes

    from nugan_hep.sampler import Sampler

QUANTILES = (0.16, 0.84)


class Band(NamedTuple):
    """A histogram with the spread of its replicas, arrays of the shape of its bins without the flow.

    Attributes
    ----------
    nominal : of the events without replicas
    mean : of the replicas
    low, high : quantiles of them, 16 and 84 %
    """

    nominal: Hist[Any]
    mean: Array
    low: Array
    high: Array

    def draw(self, axes: Axes | None = None, **style: Any) -> Axes:
        """Draw one observable: the band as a filled area, the events as steps; ``style`` is that of both."""
        import matplotlib.pyplot as plt

        axes = axes or plt.gca()
        edges = self.nominal.axes[0].edges
        line = axes.stairs(self.nominal.values(), edges, **style)
        axes.stairs(self.high, edges, baseline=self.low, fill=True, alpha=0.3, color=line.get_edgecolor())
        axes.set_xlabel(self.nominal.axes[0].label)
        axes.set_ylabel(self.nominal.label or "")
        return axes


def band(
    source: str | os.PathLike[str] | Columns | Sampler,
    *names: str,
    replicas: bool | int = True,
    **options: Any,
) -> Band:
    """The band of one or more observables, between the 16 and 84 % quantiles of the replicas in each bin.

    Parameters
    ----------
    source, names : see :func:`nugan_hep.hist.fill`; a file of ``nugan-sample --replicas``, columns with
        ``wght_rep``, or a sampler of a model with replicas
    replicas : of a sampler their number
    options : of :func:`nugan_hep.hist.fill`: ``bins``, ``selection``, ``cross_section``, ``n``, ...

    Raises
    ------
    UserError, ValueError : as :func:`nugan_hep.hist.fill`
    """
    universes = hist.fill(source, *names, replicas=replicas, **options)
    nominal = hist.fill(source, *names, **options)
    values = universes.values()
    low, high = np.quantile(values, QUANTILES, axis=0)
    return Band(nominal, values.mean(axis=0), low, high)
