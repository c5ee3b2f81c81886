"""What the commands that compare with a measurement share: options, predictions, table, figures."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.measurement.bins import Bins, Content, Muons, Prediction
from nugan_hep.measurement.chi2 import compare
from nugan_hep.measurement.folded import Average, average, model_muons, model_sigma, nuwro_muons
from nugan_hep.output.figure import check_figure, write_figure

if TYPE_CHECKING:
    from nugan_hep.measurement.figure import Panel
    from nugan_hep.sampler import Sampler

Array = NDArray[np.float64]
NUWRO = "NuWro"
FEWEST = 10
MOST_MODELS = 16
"""Figures have 20 different lines: for these, NuWro and the generators of a data release."""


def add_options(
    parser: argparse.ArgumentParser,
    model: str,
    out: str,
    events: str = "NuWro events, enu, emu, theta",
    n: int = 5_000_000,
) -> None:
    """Options of the models, of NuWro's ``events`` and of the figures; ``n`` events of each model."""
    add = parser.add_argument
    add("--model", nargs="+", default=[model], metavar="NAME|PATH", help=f"models (default {model})")
    add("--nuwro", nargs="+", type=Path, default=[], metavar="FILE", help=events)
    add("--xsec", type=Path, metavar="CSV", help="their cross sections: E_lo_GeV, E_hi_GeV, xsec_total")
    add(
        "--flux-units",
        metavar="U",
        help='unit of the flux values, if the file does not give one: "/bin", "/GeV", ...',
    )
    add(
        "--flux-columns",
        metavar="C",
        help="of a table, as low,high,flux or centre,flux; - for one to leave out",
    )
    add("-n", type=cli.count, default=n, metavar="N", help=f"events of each model (default {n:,})")
    add("--seed", type=cli.seed, default=1, metavar="S", help="0 to 2^64 - 1 (default 1)")
    add("--threads", type=cli.threads, default=0, metavar="T", help="CPU threads (default 0: all)")
    add("--out", type=Path, default=Path(out), metavar="FILE", help=f"figure (default {out})")
    add("--separate", action="store_true", help="a figure for each panel too, FILE with its number")
    add("--force", action="store_true", help="replace earlier figures")


def check_options(options: argparse.Namespace, slices: int) -> None:
    """Refuse, before any work, what could not end well.

    Raises
    ------
    UserError : NuWro events without cross sections or the reverse, too many models for a figure, figures that
        could not be written
    """
    if len(options.model) > MOST_MODELS:
        raise UserError(f"--model: {len(options.model)} models, expected at most {MOST_MODELS} in a figure")
    if bool(options.nuwro) != (options.xsec is not None):
        raise UserError("--nuwro and --xsec go together: the events and their cross sections")
    for path in figure_files(options, slices):
        check_figure(path, options.force)


def figure_files(options: argparse.Namespace, slices: int) -> list[Path]:
    """The page, and with ``--separate`` the slices."""
    out: Path = options.out
    single = range(slices) if options.separate else ()
    return [out, *(out.with_name(f"{out.stem}_{k:02d}{out.suffix}") for k in single)]


def nuwro(options: argparse.Namespace, flux: Flux, bins: Bins, target: int) -> dict[str, Content]:
    """The cross section of the NuWro events in bins, if there are any, of the nucleus ``target`` (PDG).

    Raises
    ------
    UserError : see :func:`nugan_hep.measurement.read_nuwro`
    """
    if not options.nuwro:
        return {}
    return {NUWRO: bins.fill(nuwro_muons(options.nuwro, options.xsec, flux, target))}


def predict(
    options: argparse.Namespace, samplers: Sequence[Sampler], flux: Flux, bins: Bins
) -> dict[str, Content]:
    """The cross section in bins of each model; prints how much of the flux they cover.

    Raises
    ------
    UserError : a model without a cross section, a flux outside of its range
    """
    averages = [average(model_sigma(sampler), flux) for sampler in samplers]
    found = {}
    with cli.progress("events") as bar:
        for sampler, mean in zip(samplers, averages, strict=True):
            task = bar.add_task(sampler.name, total=options.n, note="")
            chunks = model_muons(sampler, flux, options.n, options.seed)
            found[sampler.name], beyond = _fill(bins, chunks, functools.partial(bar.advance, task))
            print(_coverage(sampler, mean, flux, bins, beyond))
    return found


def _fill(bins: Bins, chunks: Iterable[Muons], advance: Callable[[int], object]) -> tuple[Content, Array]:
    """The content of bins, and the share [B] of it in the last two chunks, those beyond the model's range."""
    parts = []
    for muons in chunks:
        parts.append(bins.fill([muons]))
        advance(muons.weights.size)
    total = Content(np.sum([part.sums for part in parts], 0), np.sum([part.variances for part in parts], 0))
    beyond = parts[-2].sums + parts[-1].sums
    share = np.divide(beyond, total.sums, out=np.zeros_like(beyond), where=total.sums > 0)
    return total, share[:-1]


def _coverage(sampler: Sampler, mean: Average, flux: Flux, bins: Bins, beyond: Array) -> str:
    low, high = sampler.enu_range
    k = int(np.argmax(beyond))
    under, over = (part / flux.integral() for part in (flux.integral(0, low), flux.integral(high)))
    return (
        f"{sampler.name}: flux-averaged cross section {mean.total:.4f} x 1e-38 cm2/nucleon\n"
        f"    estimated beyond the model: {mean.below:.4f} below {low:g} GeV, {mean.above:.4f} above "
        f"{high:g} GeV ({under:.1%} and {over:.1%} of the flux); "
        f"at most {beyond[k]:.0%} of a bin, {bins.describe(k)}"
    )


def table(data: Array, covariance: Array, predictions: Mapping[str, Prediction]) -> str:
    """A line for each prediction: chi2, its error and bias from the number of generated events, and more.

    See :class:`nugan_hep.measurement.Comparison`; a last line says what ``norm`` is.
    """
    width = max(len(name) for name in predictions)
    head = "     chi2/bins   p-value  of the events: error  bias  no correlations  norm  chi2 at norm"
    lines = [" " * width + head]
    for name, prediction in predictions.items():
        found = compare(data, covariance, prediction)
        lines.append(
            f"{name:<{width}} {found.chi2:9.1f}/{found.ndf:<3} {found.p_value:9.1e} {found.error:21.1f} "
            f"{found.bias:5.1f} {found.uncorrelated:16.1f} {found.norm:5.2f} {found.shape:13.1f}"
        )
    lines.append(
        "norm: the factor on the prediction that makes chi2 least; chi2 at norm: chi2 with this factor"
    )
    return "\n".join(lines)


def between(contents: Mapping[str, Content], predictions: Mapping[str, Prediction], covariance: Array) -> str:
    """Each model against NuWro.

    In the errors of the numbers of events, over bins in which both have at least ``FEWEST`` (weighted events
    count as ``(sum w)² / sum w²``), and in the errors of the data, with their covariance [B, B].
    """
    lines, nuwro = [], contents[NUWRO]
    for name, content in contents.items():
        if name == NUWRO:
            continue
        found = agreement(content, nuwro)
        difference = predictions[name].values - predictions[NUWRO].values
        apart = np.abs(difference) / np.sqrt(np.diag(covariance))
        lines.append(
            f"{name} against {NUWRO}: chi2 {found.chi2:.1f}/{found.ndf} in the errors of the events "
            f"(p = {found.p_value:.1e}); "
            f"at most {apart.max():.2f}, on average {apart.mean():.2f} of the data's errors"
        )
    return "\n".join(lines)


class Agreement(NamedTuple):
    """Two samples: chi2 in the errors of the numbers of events, bins, probability of a larger chi2."""

    chi2: float
    ndf: int
    p_value: float


def agreement(one: Content, other: Content) -> Agreement:
    """Of two samples over the bins in which both have at least :data:`FEWEST` events."""
    from scipy import stats

    used = np.minimum(_equivalent(one), _equivalent(other)) >= FEWEST
    pulls = (one.sums - other.sums)[used] / np.sqrt((one.variances + other.variances)[used])
    chi2, ndf = float(np.sum(pulls**2)), int(used.sum())
    return Agreement(chi2, ndf, float(stats.chi2.sf(chi2, ndf)))


def _equivalent(content: Content) -> Array:
    """Unweighted events that the weighted ones in each bin are worth."""
    variances = content.variances
    return np.divide(content.sums**2, variances, out=np.zeros_like(variances), where=variances > 0)


def write_figures(
    options: argparse.Namespace,
    bins: Bins,
    data: Array,
    covariance: Array,
    predictions: Mapping[str, Prediction],
    title: str,
    reconstructed: bool = False,
) -> None:
    """The page and, with ``--separate``, a figure for each slice."""
    from nugan_hep.measurement import figure

    names = sorted(predictions, key=lambda name: name != NUWRO)  # NuWro first: the models are drawn upon it
    labels = {
        name: f"{name}, $\\chi^2$ = {compare(data, covariance, predictions[name]).chi2:.0f}/{data.size}"
        for name in names
    }
    content = figure.Content(
        data,
        np.sqrt(np.diag(covariance)),
        {labels[name]: predictions[name].values for name in names},
        labels.get(NUWRO, ""),
        reconstructed,
    )
    write_panels(options, figure.panels(bins, content), title)


def write_panels(options: argparse.Namespace, shown: Sequence[Panel], title: str) -> None:
    """The page and, with ``--separate``, a figure for each panel."""
    from nugan_hep.measurement import figure

    page, *single = figure_files(options, len(shown))
    write_figure(figure.draw_page(shown, title), page, options.force)
    for panel, path in zip(shown, single, strict=False):
        write_figure(figure.draw_one(panel, title), path, options.force)
    print("wrote " + ", ".join(map(str, (page, *single))))
