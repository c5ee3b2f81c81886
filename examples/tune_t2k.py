r"""What T2K's CC-inclusive measurement says about the model of carbon: a factor on d2sigma with its
uncertainty.

    python examples/tune_t2k.py nd280data-numu-cc-inc-xs-on-c-2018 --out tune_t2k

The release (arXiv:1801.05148) is at t2k-experiment.org/results/nd280data-numu-cc-inc-xs-on-c-2018, and in
NUISANCE under data/T2K/CCinc. The folder gets card.md with chi2 before and after, factor.png, the measurement
with the tuned model, and tune.json; the program then draws how the muon's momentum at 1 GeV changes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nugan_hep import Sampler, cli, reweight, tune
from nugan_hep.output.figure import write_figure
from nugan_hep.tuning import saved

MODEL = "numu_C12_inc"
KIND = "t2k_ccinc_2018"


def spectrum(run: Path, path: Path, n: int, seed: int) -> None:
    """dsigma/dp of the muon at 1 GeV: the model, tuned, and the band of the replicas."""
    import hist
    from matplotlib.figure import Figure

    events = Sampler(MODEL, lepton_only=True).sample(enu=1.0, n=n, seed=seed)
    enu, el, theta = (events[name].astype(np.float64) for name in ("Ev", "El", "thetal"))
    tuned = reweight(MODEL, run, enu, el, theta, rate=True)
    replicas = saved.load(run).replica_weights(enu, el, theta)
    axis = hist.axis.Regular(40, 0.0, 1.0, label=r"$p_\mu$ [GeV], $E_\nu$ = 1 GeV")

    def fill(weight: np.ndarray) -> np.ndarray:
        h = hist.Hist(axis, storage=hist.storage.Weight()).fill(events["pl"], weight=weight)
        return np.asarray(h.values())

    low, high = np.quantile([fill(weight) for weight in replicas], [0.16, 0.84], axis=0)
    figure = Figure(figsize=(6, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.stairs(high, axis.edges, baseline=low, fill=True, color="#56b4e9", alpha=0.45, label="tuned, 68 %")
    axes.stairs(fill(tuned), axis.edges, color="#e69f00", label="tuned to T2K")
    axes.stairs(fill(np.ones(n)), axis.edges, color="#c1272d", label=MODEL)
    axes.set(xlabel=axis.label, ylabel="events")
    axes.legend()
    write_figure(figure, path, force=True)
    print(f"wrote {path}")


def _command(argv: Sequence[str] | None) -> int:
    parser = cli.Parser(
        prog="tune_t2k.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("release", type=Path, help="folder of T2K's data release")
    add("--out", type=Path, default=Path("tune_t2k"), metavar="RUN", help="folder (default tune_t2k)")
    add("-n", type=cli.count, default=500_000, metavar="N", help="events of the model (default 500,000)")
    add("--seed", type=cli.seed, default=1, metavar="S", help="0 to 2^64 - 1 (default 1)")
    add("--force", action="store_true", help="replace an earlier run")
    options = parser.parse_args(argv)
    path = options.out / "muon_1GeV.png"
    arguments = ["--model", MODEL, "--data", f"{KIND}:{options.release}", "--out", str(options.out)]
    arguments += ["-n", str(options.n), "--seed", str(options.seed), *(["--force"] if options.force else [])]
    if code := tune.main(arguments):
        return code
    spectrum(options.out, path, min(options.n, 200_000), options.seed)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    return cli.run("tune_t2k.py", _command, argv)


if __name__ == "__main__":
    sys.exit(main())
