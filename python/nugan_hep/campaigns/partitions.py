"""A campaign without files: events that Dask draws where an analysis wants them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nugan_hep.campaigns import options, work
from nugan_hep.campaigns.spec import Spec, from_table, from_toml
from nugan_hep.errors import UserError
from nugan_hep.opening import open_source
from nugan_hep.particles import from_core


def campaign(spec: str | os.PathLike[str] | Mapping[str, Any] | None = None, **keys: Any) -> Any:
    """The events of a campaign as partitions that are drawn when they are computed.

    The same events as in the files of ``nugan-campaign run``: a partition is what a file would be.

    Parameters
    ----------
    spec : a TOML file, or its keys and values: options of ``nugan-sample``, ``files`` or ``per_file``
    keys : more of these, which count more; ``n=1_000_000, files=10``

    Returns
    -------
    dask_awkward.Array [n] of records
        the columns of :meth:`nugan_hep.Sampler.sample`, ``particles``, ``[n, *]``, among them where the
        model has hadrons

    Raises
    ------
    UserError : what ``nugan-campaign`` would refuse; Dask is not installed

    Examples
    --------
    >>> events = nugan_hep.campaign(model="numu_C12_inc", n=1e7, files=10)  # doctest: +SKIP
    >>> dask_histogram.factory(events.El, axes=(hist.axis.Regular(50, 0, 10),)).compute()  # doctest: +SKIP
    """
    try:
        import dask_awkward
    except ImportError:
        raise UserError("nugan_hep.campaign needs Dask: pip install 'nugan-hep[dask]'") from None
    asked = _spec(spec, keys)
    whole, _ = work.plan(asked)
    draw = Draw(whole.sample, whole.base, whole.description)
    ranges = [(one.first, one.events) for one in whole.files]
    meta = draw((ranges[0][0], 1)).layout.to_typetracer(forget_length=True)
    divisions = (0, *(first + n - ranges[0][0] for first, n in ranges))
    return dask_awkward.from_map(draw, ranges, label="nugan", meta=_array(meta), divisions=divisions)


class Draw:
    """Draws a range of a campaign's events; travels to workers as the campaign's options."""

    def __init__(self, sample: options.Given, base: str, description: Mapping[str, Any]) -> None:
        self.sample, self.base, self.description = sample, base, description

    def __call__(self, part: tuple[int, int]) -> Any:
        """Events of a range (first, number) as an awkward array.

        Raises
        ------
        UserError : models, fluxes or versions are others than where the campaign was planned
        """
        own = options.located(work.of_range(self.sample, *part), Path(self.base))
        opened = open_source(options.parsed(own))
        work.check_same(self.description, work.common(opened))
        chunks: list[Any] = []
        opened.draw_chunks(options.parsed(own), lambda chunk: chunks.append(from_core(chunk)), lambda: False)
        return _records(chunks)


def _records(chunks: list[dict[str, Any]]) -> Any:
    import awkward as ak

    parts = [ak.zip(chunk, depth_limit=1) for chunk in chunks]
    return parts[0] if len(parts) == 1 else ak.concatenate(parts)


def _array(layout: Any) -> Any:
    import awkward as ak

    return ak.Array(layout)


def _spec(spec: str | os.PathLike[str] | Mapping[str, Any] | None, keys: Mapping[str, Any]) -> Spec:
    if spec is None or isinstance(spec, Mapping):
        return from_table({**(spec or {}), **keys}, Path.cwd())
    asked, more = from_toml(Path(spec)), from_table(keys, Path.cwd())
    given = {**asked.sample, **options.located(more.sample, Path.cwd())}
    cut = more if more.files or more.per_file else asked
    return Spec(given, asked.base, cut.files, cut.per_file)
