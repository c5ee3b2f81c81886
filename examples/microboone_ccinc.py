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
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.measurement import Bins, Content, Prediction, check_covariance, command, inputs, open_release

Array = NDArray[np.float64]

WHERE = (
    "the data of arXiv:1905.09694 are in NUISANCE, data/MicroBooNE/CCinc/microboone_numu_cc_inclusive.root"
)
ARGON = 1000180400
MANY = [0.0, 0.18, 0.30, 0.45, 0.77, 2.5]
FEW = [0.0, 0.30, 0.45, 0.77, 2.5]
FORWARD = [0.0, 0.30, 0.45, 0.77, 1.28, 2.5]
MICROBOONE = Bins(
    [-1.0, -0.5, 0.0, 0.27, 0.45, 0.62, 0.76, 0.86, 0.94, 1.0], [*[MANY] * 3, *[FEW] * 3, *[FORWARD] * 3]
)
"""The paper's bins; the file has their numbers only. Its matrix has one more, for muons above 2.5 GeV."""
SUM = 0.02  # a column's sum is 1 but for rounding


class Measurement(NamedTuple):
    """Data [42], covariance [42, 42] in 1e-38 cm²/GeV/nucleon and its square.

    ``smearing`` [42, 43] is the probability that a muon of a true bin is reconstructed in another one.
    """

    data: Array
    covariance: Array
    smearing: Array

    def smear(self, true: Content) -> Prediction:
        """The cross section in reconstructed bins that follows from one in true bins, the 43rd included."""
        matrix = self.smearing / MICROBOONE.areas[:, None]
        return Prediction(matrix @ true.sums, (matrix * true.variances) @ matrix.T)


def read_release(path: Path) -> Measurement:
    """Data, covariance and smearing matrix of the release."""
    release = open_release(path, WHERE)
    data = release.histogram("xsec_data").values()
    smearing, covariance = (
        release.histogram(f"{name}_matrix", 2).values() for name in ("smearing", "covariance")
    )
    n = len(MICROBOONE)
    if data.shape != (n,) or smearing.shape != (n + 1, n + 1):
        rows = " x ".join(map(str, smearing.shape))
        raise UserError(
            f"{path}: {data.size} bins and a matrix of {rows}; expected {n} and {n + 1} x {n + 1}"
        )
    probability = smearing[:n]  # [reconstructed, true]; each true muon is in one of the 42 reconstructed bins
    sums = probability.sum(axis=0)
    if not (np.all(probability >= 0) and np.all(np.abs(sums - 1) < SUM)):
        raise UserError(
            f"{path}: columns of the smearing matrix add up to {sums.min():.3f} ... {sums.max():.3f}; "
            "expected probabilities with sums of 1"
        )
    return Measurement(data, check_covariance(covariance, n, str(path)), probability)


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
    command.check_options(options, len(MICROBOONE.momentum))

    measured = read_release(options.release)
    if options.no_overflow:
        measured = measured._replace(smearing=measured.smearing * (np.arange(len(MICROBOONE) + 1) < 42))
    data, covariance = measured.data, measured.covariance
    flux = inputs.read_flux(options.flux, options.flux_units, options.flux_columns)
    samplers = inputs.open_models(options.model, ARGON, options.threads)
    nuwro = command.nuwro(options, flux, MICROBOONE, ARGON)  # before the models, which take long
    contents = command.predict(options, samplers, flux, MICROBOONE) | nuwro
    predictions = {name: measured.smear(content) for name, content in contents.items()}

    areas = MICROBOONE.areas
    error = np.sqrt(areas @ covariance @ areas)
    print(f"data: sum of all bins {data @ areas:.4f} +- {error:.4f} x 1e-38 cm2/nucleon")
    print(command.table(data, covariance, predictions))
    if options.nuwro:
        print(command.between(contents, predictions, covariance))
    title = r"MicroBooNE $\nu_\mu$ CC inclusive, $10^{-38}$ cm$^2$/GeV/nucleon"
    command.write_figures(options, MICROBOONE, data, covariance, predictions, title, reconstructed=True)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    return cli.run("microboone_ccinc.py", compare, argv)


if __name__ == "__main__":
    sys.exit(main())
