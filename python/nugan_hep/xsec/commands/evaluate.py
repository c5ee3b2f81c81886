"""How good models of cross sections are on data held out: ``python -m nugan_hep.xsec evaluate``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from nugan_hep.errors import UserError
from nugan_hep.output.figure import write_figure
from nugan_hep.training.run_files import make_folder
from nugan_hep.xsec.fit import config as settings
from nugan_hep.xsec.fit.figures import figure_calibration, figure_outside
from nugan_hep.xsec.fit.run import write_json
from nugan_hep.xsec.fit.scores import finite_or_none, score_table
from nugan_hep.xsec.fit.verdict import ERRORS, judge
from nugan_hep.xsec.model.spectra import figure_spectra

METRICS_FILE = "metrics.json"
CALIBRATION_FILE, OUTSIDE_FILE, HELD_OUT_FILE = "calibration.png", "outside.png", "held_out.png"
EPILOG = """\
The data file is the one that the models were trained with: which of its points trained is in the models.
chi2/N has nuisances for data sets and spectra, fitted to the points in question; "trained n" keeps those of
the training points instead. 68 % and 95 %: fractions of points within mean +- (1, 1.96) sqrt(std^2 +
error^2). spread: mean of std/mean. For every data set: normalisation by the training points, error that is
added, test points, their chi2/N and their share. Last, chi2/N of the same predictions with: the errors as
quoted and one normalisation for each data set; the floor added; the model's errors added; normalisations of
spectra; shifts of omega.

examples:
  python -m nugan_hep.xsec evaluate --model e_12C --data 12C.csv --out evaluation
  python -m nugan_hep.xsec evaluate --model run dropout laplace --data 12C.csv --out methods
  python -m nugan_hep.xsec evaluate --model e_12C --data 12C.csv --out floor --point-errors floor
exit codes: 0 done, 2 bad input"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", required=True, nargs="+", metavar="MODEL", help="names, run folders or archives"
    )
    parser.add_argument(
        "--data", type=Path, required=True, metavar="FILE", help="that they were trained with"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of what is written")
    parser.add_argument("--force", action="store_true", help="replace an earlier evaluation in DIR")
    settings.add_arguments(parser, ERRORS, dict.fromkeys(ERRORS, "the model's"))


def run(arguments: argparse.Namespace) -> int:
    if (arguments.out / METRICS_FILE).exists() and not arguments.force:
        raise UserError(f"{arguments.out} holds an evaluation: give another --out or --force")
    verdicts = [judge(model, arguments.data, settings.given(arguments)) for model in arguments.model]
    make_folder(arguments.out)
    metrics: dict[str, Any] = {"data": arguments.data.name, "models": {}}
    for model, verdict in zip(arguments.model, verdicts, strict=True):
        print(f"{model}\n{score_table(verdict.scores)}")
        for name, one in verdict.sources.items():
            print(
                f"  {name:20} n = {one['normalisation']:.3f}, error {one['added_error']:.1%}, "
                f"{one['points']:.0f} test points, chi2/N {one['chi2_trained']:.2f}, "
                f"{one['share']:.0%} of all"
            )
        for step, values in verdict.treatments.items():
            print(f"  {step:8}" + "".join(f" {name} {value:8.3f}" for name, value in values.items()))
        print()
        metrics["models"][model] = {
            "scores": finite_or_none(verdict.scores),
            "treatments": verdict.treatments,
            "spectra": verdict.spectra,
            "sources": verdict.sources,
            "outside": {"inner": verdict.inner, "outer": verdict.outer},
        }
    write_json(arguments.out / METRICS_FILE, metrics)
    best = verdicts[0]
    drawn = {
        CALIBRATION_FILE: figure_calibration(
            {model: verdict.curve for model, verdict in zip(arguments.model, verdicts, strict=True)}
        ),
        OUTSIDE_FILE: figure_outside(best.distance, best.spread, best.inner),
    }
    if best.held_out:
        drawn[HELD_OUT_FILE] = figure_spectra(
            best.name, best.held_out, best.sample.points, best.sample.split.part > 0
        )
    for file, figure in drawn.items():
        write_figure(figure, arguments.out / file, force=True)
    print(f"wrote {arguments.out / METRICS_FILE}, {', '.join(drawn)}")
    return 0
