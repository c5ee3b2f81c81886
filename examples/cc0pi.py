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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nugan_hep import cli
from nugan_hep.measurement import Content, Prediction, command, inputs
from nugan_hep.measurement import compare as compare_with_data
from nugan_hep.measurement.measured import Measured, fill
from nugan_hep.measurement.readers import microboone_cc0pinp, minerva_cc0pi_stv, t2k_cc0pi_stv
from nugan_hep.measurement.whole import Events, model_events, nuwro_events
from nugan_hep.sampler import Sampler

EXPERIMENTS = {
    "t2k": (t2k_cc0pi_stv, "numu_C12_inc"),
    "minerva": (minerva_cc0pi_stv, "numu_C12_inc"),
    "microboone": (microboone_cc0pinp, "numu_Ar40_inc"),
}
"""What reads a release, and the model that is compared with it by default."""


def predict(
    options: argparse.Namespace, samplers: Sequence[Sampler], spectra: Sequence[Measured]
) -> dict[str, tuple[Content, ...]]:
    """The cross section in the bins of each spectrum, by model; prints how much of the flux they cover."""
    parts = [one.parts[0] for one in spectra]
    flux, ((nucleus, share),) = parts[0].flux, parts[0].nuclei
    found = {}
    if options.nuwro:  # before the models, which take long
        events = nuwro_events(options.nuwro, options.xsec, flux, inputs.PROBE, nucleus)
        found[command.NUWRO] = fill(parts, events, share)
    with cli.progress("events") as bar:
        for sampler in samplers:
            low, high = sampler.enu_range
            under, over = (part / flux.integral() for part in (flux.integral(0, low), flux.integral(high)))
            covered = f"{under:.1%} of the flux below {low:g} GeV and {over:.1%} above {high:g} GeV"
            print(f"{sampler.name}: {covered} left out")
            task = bar.add_task(sampler.name, total=options.n, note="")

            def counted(sampler: Sampler = sampler, task: Any = task) -> Iterator[Events]:
                for events in model_events(sampler, flux, options.n, options.seed):
                    yield events
                    bar.advance(task, events.weights.size)

            found[sampler.name] = fill(parts, counted(), share)
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
    reader, model = EXPERIMENTS[options.experiment]
    options.model = options.model or [model]
    command.check_options(options, len(reader.SPECTRA))
    flux = inputs.read_flux(options.flux, options.flux_units, options.flux_columns)
    spectra = [reader.read(options.release, flux, name) for name in reader.SPECTRA]
    nucleus = spectra[0].parts[0].nuclei[0][0]
    samplers = inputs.open_models(options.model, nucleus, options.threads, hadrons=True)
    contents = predict(options, samplers, spectra)
    shown, rows = [], [HEAD]
    for k, (name, one) in enumerate(zip(reader.SPECTRA, spectra, strict=True)):
        of_one = {model: found[k] for model, found in contents.items()}
        predictions = {model: one.predict(content) for model, content in of_one.items()}
        rows += [row(name, one, model, of_one, predictions) for model in predictions]
        shown.append(panel(one, predictions))
    print("\n".join(rows))
    command.write_panels(options, shown, reader.TITLE)
    return 0


HEAD = (
    f"{'':<25} {'chi2/bins':>13} {'p-value':>8} {'of the events: error':>21} {'bias':>5} "
    f"{'no correlations':>16} {f'against {command.NUWRO}: chi2/bins':>28} {'p-value':>8} difference of chi2"
)


def row(
    spectrum: str,
    one: Measured,
    name: str,
    contents: dict[str, Content],
    predictions: dict[str, Prediction],
) -> str:
    """A line of the table: a prediction against the data and, of the events' numbers, against NuWro.

    The difference of chi2 is less what the numbers of events add to each.
    """
    found = compare_with_data(one.data, one.covariance, predictions[name])
    text = (
        f"{spectrum:<9} {name:<15} {found.chi2:9.1f}/{found.ndf:<3} {found.p_value:8.1e} {found.error:21.1f} "
        f"{found.bias:5.1f} {found.uncorrelated:16.1f}"
    )
    if name == command.NUWRO or command.NUWRO not in predictions:
        return text
    nuwro = compare_with_data(one.data, one.covariance, predictions[command.NUWRO])
    apart = command.agreement(contents[name], contents[command.NUWRO])
    more = found.chi2 - found.bias - nuwro.chi2 + nuwro.bias
    error = math.hypot(found.error, nuwro.error)
    return f"{text} {apart.chi2:24.1f}/{apart.ndf:<3} {apart.p_value:8.1e} {more:11.1f} +- {error:.1f}"


def panel(one: Measured, predictions: dict[str, Prediction]) -> Any:
    """What is drawn of a spectrum: NuWro first, for the models are drawn upon it."""
    from nugan_hep.measurement.figure import Panel

    names = sorted(predictions, key=lambda name: name != command.NUWRO)
    found = {name: compare_with_data(one.data, one.covariance, predictions[name]).chi2 for name in names}
    text = "\n".join(rf"{name} $\chi^2$ = {chi2:.1f}/{one.data.size}" for name, chi2 in found.items())
    (view,) = one.views
    return Panel(
        view.edges,
        one.data,
        np.sqrt(np.diag(one.covariance)),
        {name: predictions[name].values for name in names},
        view.title,
        view.x,
        view.y,
        command.NUWRO,
        text,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    return cli.run("cc0pi.py", compare, argv)


if __name__ == "__main__":
    sys.exit(main())
