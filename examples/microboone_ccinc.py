r"""MicroBooNE's CC-inclusive measurement on argon against a model, and against NuWro itself.

    python examples/microboone_ccinc.py microboone_numu_cc_inclusive.root BNB_uBooNE_numu_flux_2019.root
    python examples/microboone_ccinc.py microboone_numu_cc_inclusive.root BNB_uBooNE_numu_flux_2019.root \
        --model numu_Ar40_inc numu_Ar40_inc_gan --nuwro val.root --xsec xsec.csv

The measurement: flux-averaged d2sigma/dp dcos(theta) in 42 bins of the reconstructed muon; MicroBooNE,
arXiv:1905.09694, PRL 123 131801. It is not unfolded: a prediction in bins of the true muon is multiplied by
the published smearing matrix before it is compared. Data, covariance and matrix are in one ROOT file, which
NUISANCE has under data/MicroBooNE/CCinc (github.com/NUISANCEMC/nuisance), the flux under data/flux.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nugan_hep import cli
from nugan_hep.measurement import command, inputs
from nugan_hep.measurement.readers.common import ARGON
from nugan_hep.measurement.readers.microboone_ccinc import BINS, read


def compare(argv: Sequence[str] | None = None) -> int:
    """Predict, smear, print the table, draw."""
    parser = cli.Parser(
        prog="microboone_ccinc.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("release", type=Path, help="ROOT file of MicroBooNE's data release")
    parser.add_argument("flux", metavar="FLUX[:HIST]", help="muon neutrinos of the BNB at MicroBooNE")
    parser.add_argument(
        "--no-overflow",
        action="store_true",
        help="leave out true muons above 2.5 GeV, as NUISANCE does; the data's efficiency has them",
    )
    command.add_options(parser, "numu_Ar40_inc", "microboone_ccinc.png")
    options = parser.parse_args(argv)
    command.check_options(options, len(BINS.momentum))

    flux = inputs.read_flux(options.flux, options.flux_units, options.flux_columns)
    measured = read(options.release, flux)
    if options.no_overflow:
        measured = replace(measured, matrix=measured.matrix * (np.arange(len(BINS) + 1) < len(BINS)))
    data, covariance = measured.data, measured.covariance
    samplers = inputs.open_models(options.model, ARGON, options.threads)
    nuwro = command.nuwro(options, flux, BINS, ARGON)  # before the models, which take long
    contents = command.predict(options, samplers, flux, BINS) | nuwro
    predictions = {name: measured.predict(content) for name, content in contents.items()}

    widths = measured.widths
    error = np.sqrt(widths @ covariance @ widths)
    print(f"data: sum of all bins {data @ widths:.4f} +- {error:.4f} x 1e-38 cm2/nucleon")
    print(command.table(data, covariance, predictions))
    if options.nuwro:
        print(command.between(contents, predictions, covariance))
    title = rf"{measured.title}, $10^{{-38}}$ cm$^2$/GeV/nucleon"
    command.write_figures(options, BINS, data, covariance, predictions, title, reconstructed=True)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    return cli.run("microboone_ccinc.py", compare, argv)


if __name__ == "__main__":
    sys.exit(main())
