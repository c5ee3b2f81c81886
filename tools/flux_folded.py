"""Compare events of a model that follow a flux with NuWro's own, in differential cross sections.

The NuWro events are spread over energy bins, equally many in each; a weight flux(E) sigma(bin) makes
them follow the flux. Needs such events (ROOT, with enu, emu, theta) and their ``xsec.csv``::

    python tools/flux_folded.py --model numu_C12_inc --flux t2kflux_2016_plus250kA.root:enu_nd280_numu \
        --events val.root --xsec xsec.csv --out t2k.png
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import hist
import matplotlib.pyplot as plt
import mplhep
import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2 as chi2_distribution

from nugan_hep import Flux, Sampler, kinematics, read_flux
from nugan_hep.measurement import read_nuwro

Array = NDArray[np.float64]
AXES = {
    "p_mu": (hist.axis.Regular(60, 0, 6), r"$p_\mu$ [GeV]"),
    "cos_theta": (hist.axis.Regular(50, -1, 1), r"$\cos\theta_\mu$"),
    "q2": (hist.axis.Regular(60, 0, 3), r"$Q^2$ [GeV$^2$]"),
    "w": (hist.axis.Regular(60, 0.6, 3.6), r"$W$ [GeV]"),
}


class Sample(NamedTuple):
    """Observables [N] by name, and weights [N]."""

    columns: Mapping[str, Array]
    weights: Array


def observables(enu: Array, emu: Array, theta: Array) -> dict[str, Array]:
    return {
        "p_mu": kinematics.momentum(emu, kinematics.MUON_MASS),
        "cos_theta": np.cos(theta),
        "q2": kinematics.q2(enu, emu, theta, kinematics.MUON_MASS),
        "w": kinematics.w(enu, emu, theta, kinematics.MUON_MASS),
    }


def nuwro(path: Path, xsec: Path, beam: Flux) -> Sample:
    events = read_nuwro([path], xsec, beam)
    return Sample(observables(events.enu, events.emu, events.theta), events.weights)


def spectrum(sample: Sample, name: str, sigma: float) -> tuple[Array, Array]:
    """d sigma / dx and its statistical error, 1e-38 cm²/nucleon per unit of x."""
    axis = AXES[name][0]
    counts = hist.Hist(axis, storage=hist.storage.Weight())
    counts.fill(sample.columns[name], weight=sample.weights)
    scale = sigma / sample.weights.sum() / axis.widths
    return counts.values() * scale, np.sqrt(counts.variances()) * scale


def draw(model: Sample, true: Sample, sigma: float, title: str) -> tuple[Any, dict[str, tuple[float, int]]]:
    """The figure, and chi2 and the number of bins for each observable."""
    plt.style.use(mplhep.style.ROOT)
    figure, axes = plt.subplots(
        2,
        4,
        figsize=(26, 9),
        sharex="col",
        gridspec_kw={"height_ratios": [3, 1], "hspace": 0.1, "wspace": 0.3},
    )
    result = {}
    for (name, (axis, label)), (top, bottom) in zip(AXES.items(), axes.T, strict=True):
        generated, generated_error = spectrum(model, name, sigma)
        expected, expected_error = spectrum(true, name, sigma)
        error = np.hypot(generated_error, expected_error)
        filled = (expected > 10 * expected_error / 3) & (generated > 0)
        pulls = np.where(filled, (generated - expected) / np.where(error > 0, error, 1), np.nan)
        result[name] = float(np.nansum(pulls**2)), int(filled.sum())
        p_value = chi2_distribution.sf(*result[name])
        mplhep.histplot(
            expected,
            axis.edges,
            yerr=expected_error,
            histtype="errorbar",
            color="k",
            ms=4,
            ax=top,
            label="NuWro",
        )
        mplhep.histplot(generated, axis.edges, color="tab:red", lw=2, ax=top, label="nugan-hep")
        top.set_ylabel(r"$d\sigma/dx$ [$10^{-38}$ cm$^2$/nucleon]", fontsize=18)
        top.set_ylim(bottom=0)
        top.legend(
            title=rf"$\chi^2$/bins = {result[name][0]:.0f}/{result[name][1]}, p = {p_value:.2g}",
            fontsize=16,
            title_fontsize=16,
        )
        mplhep.histplot(pulls, axis.edges, color="tab:red", ax=bottom)
        bottom.axhspan(-1, 1, color="0.9")
        bottom.set(ylim=(-5, 5), xlabel=label, ylabel="pull", xlim=(axis.edges[0], axis.edges[-1]))
        top.set_xlabel("")
    figure.suptitle(title, fontsize=22)
    return figure, result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", required=True)
    parser.add_argument("--flux", required=True, metavar="FILE[:HIST]")
    parser.add_argument("--events", type=Path, required=True)
    parser.add_argument("--xsec", type=Path, required=True)
    parser.add_argument("-n", type=lambda text: int(float(text)), default=1_000_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--title", default="")
    options = parser.parse_args()
    beam = read_flux(options.flux)
    sampler = Sampler(options.model)
    events = sampler.sample(n=options.n, seed=1, flux=beam, allow_flux_outside=True)
    columns = kinematics.of_columns(events)
    model = Sample(observables(*columns), np.ones(options.n))
    sigma = sampler.rate(beam).sigma
    figure, result = draw(model, nuwro(options.events, options.xsec, beam), sigma, options.title)
    figure.savefig(options.out, dpi=60, bbox_inches="tight")
    for name, (chi2, bins) in result.items():
        print(f"{name:10s} chi2 {chi2:7.1f} / {bins} bins")
    print(f"flux-averaged cross section {sigma:.4f} x 1e-38 cm2/nucleon")


if __name__ == "__main__":
    main()
