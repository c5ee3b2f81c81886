r"""Muon and proton without pions, as T2K, MINERvA and MicroBooNE measured them, against whole events.

    python examples/cc0pi.py t2k t2k_cc0pi_stv t2kflux_2016_plus250kA.root:enu_nd280_numu --out t2k_cc0pi.png
    python examples/cc0pi.py minerva MINERvA_DataRelease_Updated.root minerva_le_flux.root:numu_fhc \
        --model numu_C12_inc --nuwro train.npz val.npz --xsec xsec.csv --out minerva_cc0pi.png
    python examples/cc0pi.py microboone CCNp_data_MC_cov_dataRelease.root BNB_uBooNE_numu_flux_2019.root

The measurements, flux-averaged cross sections per nucleon:

- T2K, arXiv:1802.05078, PRD 98 032003, on CH: transverse imbalance of muon and proton; the release is the
  folder with dptResults.root, datResults.root and dphitResults.root (NUISANCE: data/T2K/CC0pi/STV).
- MINERvA, arXiv:1805.05486 and 1910.08658, PRL 121 022504 and PRD 101 092001, on CH: imbalance, the struck
  neutron, muon and proton (NUISANCE: data/MINERvA/CC0pi/CC0pi_STV).
- MicroBooNE, arXiv:2010.02390, PRD 102 112013, on argon: muon, proton and their angle, not unfolded
  (NUISANCE: data/MicroBooNE/CC1MuNp).

NUISANCE is at github.com/NUISANCEMC/nuisance; the fluxes are under data/flux there. Of CH the twelve nucleons
of carbon count: on a free proton a charged current makes a meson, but for 2 of NuWro's 100,007 events.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.measurement import Content, Prediction, check_covariance, command, inputs, open_release
from nugan_hep.measurement import compare as compare_with_data
from nugan_hep.measurement.hadronic import Signal, Spectrum, Window, fill
from nugan_hep.measurement.whole import model_events, nuwro_events
from nugan_hep.sampler import Sampler

Array = NDArray[np.float64]

CARBON, ARGON = 1000060120, 1000180400
CARBON_IN_CH = 12 / 13
"""Of the nucleons of CH."""
UNIT = 1e-38
WHERE = "NUISANCE has it, see the head of this program"
DEGREE = math.pi / 180

LABELS = {
    "dpt": (r"$\delta p_T$", "GeV"),
    "dalphat": (r"$\delta\alpha_T$", "rad"),
    "dphit": (r"$\delta\phi_T$", "rad"),
    "pn": ("$p_N$", "GeV"),
    "p_mu": (r"$p_\mu$", "GeV"),
    "p_p": ("$p_p$", "GeV"),
    "cos_mu": (r"$\cos\theta_\mu$", ""),
    "cos_p": (r"$\cos\theta_p$", ""),
    "theta_mu": (r"$\theta_\mu$", "rad"),
    "theta_p": (r"$\theta_p$", "rad"),
    "theta_mup": (r"$\theta_{\mu p}$", "rad"),
}
"""Axes of :data:`nugan_hep.measurement.hadronic.OBSERVABLES`."""


class Measurement(NamedTuple):
    """What counts, on which nucleus (PDG), its share of the target's nucleons, and how a release is read."""

    title: str
    signal: Signal
    target: int
    share: float
    model: str
    read: Callable[[Path], list[Spectrum]]


def spectrum(path: Path, name: str, edges: Array, data: Array, covariance: Array, **more: Any) -> Spectrum:
    """A spectrum from numbers in 1e-38 cm²/nucleon."""
    label, unit = LABELS[name]
    if "unit_size" in more:
        unit = "°"
    checked = check_covariance(covariance, data.size, f"{path}, {name}")
    return Spectrum(name, label, unit, edges, data, checked, **more)


def read_t2k(folder: Path) -> list[Spectrum]:
    """Three files, their cross sections in cm²/nucleon, the covariances in units of 1e-76 cm⁴."""
    found = []
    for file, name in (("dpt", "dpt"), ("dat", "dalphat"), ("dphit", "dphit")):
        release = open_release(folder / f"{file}Results.root", WHERE)
        result = release.histogram("Result")
        edges = result.axes[0].edges().copy()
        edges[0] = 0.0  # 1e-7 there
        covariance = release.histogram("Covariance_Matrix", 2).values()
        found.append(spectrum(release.path, name, edges, result.values() / UNIT, covariance))
    return found


MINERVA = {
    "dpt": ("dpt", 1.0),
    "dalphat": ("dalphat", DEGREE),
    "dphit": ("dphit", DEGREE),
    "neutronmomentum": ("pn", 1.0),
    "muonmomentum": ("p_mu", 1.0),
    "muontheta": ("theta_mu", DEGREE),
    "protonmomentum": ("p_p", 1.0),
    "protontheta": ("theta_p", DEGREE),
}
"""Names in the release, and the units of the axes in GeV or rad."""


def read_minerva(path: Path) -> list[Spectrum]:
    """Lists of a histogram with all errors, one with statistical errors, and the covariance in cm⁴.

    The covariance counts bins as ROOT does, with those beyond both ends; bins without data are left out.
    """
    release = open_release(path, WHERE)
    found = []
    for key, (name, size) in MINERVA.items():
        if key not in release.objects or len(release.objects[key]) != 3:
            raise UserError(f"{path}: no list {key} of three objects, the layout is another one; {WHERE}")
        histogram, _, matrix = release.objects[key]
        values, edges = histogram.values(), histogram.axes[0].edges()
        elements = np.asarray(matrix.member("fElements")).reshape(-1, matrix.member("fNcols"))
        if elements.shape != (values.size + 2,) * 2:
            shape = " x ".join(map(str, elements.shape))
            raise UserError(f"{path}: {key} has {values.size} bins and a covariance of {shape} elements")
        (used,) = np.nonzero(values)
        if used.size == 0 or np.any(np.diff(used) != 1):
            raise UserError(f"{path}: {key} has no bins with data that follow each other")
        covariance = elements[np.ix_(used + 1, used + 1)] / UNIT**2
        more = {} if size == 1 else {"unit_size": size}
        ends = edges[used[0] : used[-1] + 2]
        found.append(spectrum(path, name, ends, values[used] / UNIT, covariance, **more))
    return found


MICROBOONE = {
    "mumom": "p_mu",
    "muangle": "cos_mu",
    "pmom": "p_p",
    "pangle": "cos_p",
    "thetamup": "theta_mup",
}
"""Names in the release."""


def read_microboone(path: Path) -> list[Spectrum]:
    """Cross sections in 1e-38 cm²/nucleon; the matrices count events, true bins along x, measured along y."""
    release = open_release(path, WHERE)
    found = []
    for key, name in MICROBOONE.items():
        data = release.histogram(f"DataXsec_{key}")
        counts = release.histogram(f"SmearingMatrix_{key}", 2).values()
        if counts.shape != (data.values().size,) * 2 or np.any(counts < 0) or not counts.sum(1).all():
            raise UserError(f"{path}: SmearingMatrix_{key} does not count events in the bins of the data")
        smearing = (counts / counts.sum(axis=1, keepdims=True)).T
        covariance = release.histogram(f"CovarianceMatrix_{key}", 2).values()
        edges = data.axes[0].edges()
        found.append(spectrum(path, name, edges, data.values(), covariance, smearing=smearing))
    return found


EXPERIMENTS = {
    "t2k": Measurement(
        r"T2K $\nu_\mu$ CC0$\pi$ with protons on CH",
        Signal(Window(0.25, math.inf, -0.6), Window(0.45, 1.0, 0.4)),
        CARBON,
        CARBON_IN_CH,
        "numu_C12_inc",
        read_t2k,
    ),
    "minerva": Measurement(
        r"MINERvA $\nu_\mu$ CC0$\pi$ with protons on CH",
        Signal(
            Window(1.5, 10.0, math.cos(20 * DEGREE)),
            Window(0.45, 1.2, math.cos(70 * DEGREE)),
            fastest_inside=True,
        ),
        CARBON,
        CARBON_IN_CH,
        "numu_C12_inc",
        read_minerva,
    ),
    "microboone": Measurement(
        r"MicroBooNE $\nu_\mu$ CC0$\pi$ with protons on argon",
        Signal(Window(0.1), Window(0.3, 1.2)),
        ARGON,
        1.0,
        "numu_Ar40_inc",
        read_microboone,
    ),
}


def predict(
    options: argparse.Namespace, samplers: Sequence[Sampler], flux: Flux, spectra: list[Spectrum]
) -> dict[str, dict[str, Content]]:
    """The cross section in the bins of each spectrum, by model; prints how much of the flux they cover."""
    about = EXPERIMENTS[options.experiment]
    found = {}
    if options.nuwro:  # before the models, which take long
        events = nuwro_events(options.nuwro, options.xsec, flux, inputs.PROBE, about.target)
        found[command.NUWRO] = fill(spectra, about.signal, events, about.share)
    with cli.progress("events") as bar:
        for sampler in samplers:
            low, high = sampler.enu_range
            under, over = (part / flux.integral() for part in (flux.integral(0, low), flux.integral(high)))
            parts = f"{under:.1%} of the flux below {low:g} GeV and {over:.1%} above {high:g} GeV"
            print(f"{sampler.name}: {parts} left out")
            task = bar.add_task(sampler.name, total=options.n, note="")

            def counted(sampler: Sampler = sampler, task: Any = task) -> Any:
                for events in model_events(sampler, flux, options.n, options.seed):
                    yield events
                    bar.advance(task, events.weights.size)

            found[sampler.name] = fill(spectra, about.signal, counted(), about.share)
    return found


def compare(argv: Sequence[str] | None = None) -> int:
    """Predict, print the tables, draw."""
    parser = cli.Parser(
        prog="cc0pi.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("experiment", choices=EXPERIMENTS)
    parser.add_argument("release", type=Path, help="its data release")
    parser.add_argument("flux", metavar="FLUX[:HIST]", help="the experiment's flux")
    models = "numu_C12_inc or numu_Ar40_inc"
    command.add_options(parser, models, "cc0pi.png", "whole events of NuWro", 1_000_000)
    parser.set_defaults(model=[])
    options = parser.parse_args(argv)
    about = EXPERIMENTS[options.experiment]
    options.model = options.model or [about.model]
    spectra = about.read(options.release)
    command.check_options(options, len(spectra))
    flux = inputs.read_flux(options.flux, options.flux_units, options.flux_columns)
    samplers = inputs.open_models(options.model, about.target, options.threads, hadrons=True)
    contents = predict(options, samplers, flux, spectra)
    shown, rows = [], [HEAD]
    for one in spectra:
        of_one = {name: found[one.name] for name, found in contents.items()}
        predictions = {name: one.predict(content) for name, content in of_one.items()}
        rows += [row(one, name, of_one, predictions) for name in predictions]
        shown.append(panel(one, predictions))
    print("\n".join(rows))
    command.write_panels(options, shown, about.title)
    return 0


HEAD = (
    f"{'':<25} {'chi2/bins':>13} {'p-value':>8} {'of the events: error':>21} {'bias':>5} "
    f"{'no correlations':>16} {f'against {command.NUWRO}: chi2/bins':>28} {'p-value':>8} difference of chi2"
)


def row(one: Spectrum, name: str, contents: dict[str, Content], predictions: dict[str, Prediction]) -> str:
    """A line of the table: a prediction against the data and, of the events' numbers, against NuWro.

    The difference of chi2 is less what the numbers of events add to each.
    """
    found = compare_with_data(one.data, one.covariance, predictions[name])
    text = (
        f"{one.name:<9} {name:<15} {found.chi2:9.1f}/{found.ndf:<3} {found.p_value:8.1e} {found.error:21.1f} "
        f"{found.bias:5.1f} {found.uncorrelated:16.1f}"
    )
    if name == command.NUWRO or command.NUWRO not in predictions:
        return text
    nuwro = compare_with_data(one.data, one.covariance, predictions[command.NUWRO])
    apart = command.agreement(contents[name], contents[command.NUWRO])
    more = found.chi2 - found.bias - nuwro.chi2 + nuwro.bias
    error = math.hypot(found.error, nuwro.error)
    return f"{text} {apart.chi2:24.1f}/{apart.ndf:<3} {apart.p_value:8.1e} {more:11.1f} +- {error:.1f}"


def panel(one: Spectrum, predictions: dict[str, Prediction]) -> Any:
    """What is drawn of a spectrum: NuWro first, for the models are drawn upon it."""
    from nugan_hep.measurement.figure import Panel

    names = sorted(predictions, key=lambda name: name != command.NUWRO)
    found = {name: compare_with_data(one.data, one.covariance, predictions[name]).chi2 for name in names}
    text = "\n".join(rf"{name} $\chi^2$ = {chi2:.1f}/{one.data.size}" for name, chi2 in found.items())
    unit = f"/{one.unit}" if one.unit else ""
    return Panel(
        one.edges,
        one.data,
        np.sqrt(np.diag(one.covariance)),
        {name: predictions[name].values for name in names},
        "",
        f"{one.label} [{one.unit}]" if one.unit else one.label,
        rf"$d\sigma/d${one.label} [$10^{{-38}}$ cm$^2${unit}]",
        command.NUWRO,
        text,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    return cli.run("cc0pi.py", compare, argv)


if __name__ == "__main__":
    sys.exit(main())
