"""A factor on d2sigma that measured cross sections ask for: ``python -m nugan_hep.tune``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nugan_hep import cli

PROGRAM = "python -m nugan_hep.tune"
EPILOG = """\
The factor r(W, Q2, E_nu) multiplies the model's d2sigma. log r is a Gaussian process, zero where nothing is
known; how large and how smooth it is, the evidence of the data decides. Its replicas are the uncertainty.

  python -m nugan_hep.tune --model numu_C12_inc --data t2k_ccinc_2018:RELEASE --out run
  python -m nugan_hep.tune --model numu_C12_inc --data t2k_ccinc_2018:RELEASE t2k_cc0pi_2016:FOLDER \\
      --flux t2k_cc0pi_2016=t2kflux_2016_plus250kA.root:enu_nd280_numu --out run

RUN has card.md (what was learned from which data), figures, tune.json and tune.npz. Weights of events:
nugan_hep.reweight("numu_C12_inc", "RUN", enu, emu, theta, rate=True). A generator with the factor in it:
python -m nugan_hep.replay --from RUN --out replay.npz, then finetune (docs/tuning.md).

exit codes: 0 done, 2 bad input, 130 interrupted (nothing written)"""


def _command(argv: Sequence[str] | None) -> int:
    options = _parser().parse_args(argv)
    from nugan_hep.tuning import inputs, learn

    learn.check_folder(options)
    chosen = inputs.read(options)
    learn.run(options, chosen)
    return 0


def _parser() -> cli.Parser:
    from nugan_hep.measurement.readers import READERS
    from nugan_hep.tuning.likelihood import WAYS

    parser = cli.Parser(
        prog=PROGRAM, description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add(
        "--model",
        nargs="+",
        default=["numu_C12_inc"],
        metavar="NAME|PATH",
        help="model to tune (default numu_C12_inc); several of other nuclei get the same factor",
    )
    add(
        "--data",
        nargs="+",
        required=True,
        metavar="KIND:PATH",
        help=f"data releases: {', '.join(READERS)}",
    )
    add(
        "--test",
        nargs="+",
        default=[],
        metavar="KIND:PATH",
        help="releases that are predicted, not fitted",
    )
    add(
        "--flux",
        nargs="+",
        default=[],
        metavar="KIND=FILE[:HIST]",
        help="flux of a measurement whose release has none; of several beams, separated by commas",
    )
    add("--out", type=Path, required=True, metavar="RUN", help="folder")
    add(
        "--covariance",
        choices=WAYS,
        default="scaled",
        help="scaled to the prediction (default); sum and shares apart; as published, which favours small "
        "predictions",
    )
    add(
        "--prior-total",
        type=cli.positive,
        default=0.1,
        metavar="S",
        help="prior on the total cross section, standard deviation of its logarithm (default 0.1)",
    )
    add(
        "--prior-norm",
        nargs="+",
        default=[],
        metavar="KIND=S",
        help="a normalisation of a measurement's own, such as of a flux that its covariance leaves out",
    )
    add(
        "--cross-validate",
        action="store_true",
        help="predict each group of bins, such as an angle's, by a fit to all others",
    )
    add("--replicas", type=cli.count, default=100, metavar="K", help="draws of the posterior (default 100)")
    add(
        "--evaluations",
        type=cli.count,
        default=120,
        help="about how many fits choose the scales (default 120)",
    )
    add("-n", type=cli.count, default=1_000_000, metavar="N", help="events of each nucleus (default 1e6)")
    add("--seed", type=cli.seed, default=1, metavar="S", help="of all random numbers (default 1)")
    add("--threads", type=cli.threads, default=0, metavar="T", help="of the sampler (default 0: all)")
    add("--force", action="store_true", help="replace an earlier run")
    add("--quiet", action="store_true", help="no progress")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    return cli.run(PROGRAM, _command, argv)


if __name__ == "__main__":
    sys.exit(main())
