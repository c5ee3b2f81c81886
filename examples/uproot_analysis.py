"""Distributions of Q2, W and cos(theta) of the events in a file of nugan-sample.

    nugan-sample -n 1e6 --energy 1.0 --out events.root
    python examples/uproot_analysis.py events.root

Reads the tree with uproot chunk by chunk, so the size of the file does not matter.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import hist
import matplotlib as mpl
import mplhep
import uproot

mpl.use("Agg")
import matplotlib.pyplot as plt

W_UNDEFINED = -999.0  # stands where W² < 0


def fill(path: Path) -> tuple[list[hist.Hist], int, int]:
    """Histograms of Q2, W and cos(theta); the number of events and of those with undefined W."""
    histograms = [
        hist.Hist.new.Reg(100, 0.0, 4.0, name="Q2", label="$Q^2$ [GeV$^2$]").Double(),
        hist.Hist.new.Reg(100, 0.5, 3.5, name="W", label="$W$ [GeV]").Double(),
        hist.Hist.new.Reg(100, -1.0, 1.0, name="cthl", label=r"$\cos\theta_\mu$").Double(),
    ]
    events = undefined = 0
    for chunk in uproot.iterate({str(path): "gst"}, ["Q2", "W", "cthl"], step_size=500_000, library="np"):
        events += len(chunk["W"])
        undefined += int((chunk["W"] == W_UNDEFINED).sum())
        for histogram in histograms:
            name = histogram.axes[0].name
            histogram.fill(chunk[name])
    return histograms, events, undefined


def plot(histograms: list[hist.Hist], title: str, out: Path) -> None:
    """Draw the histograms side by side, as densities of all events."""
    figure, axes = plt.subplots(
        1, len(histograms), figsize=(4.5 * len(histograms), 3.8), layout="constrained"
    )
    for histogram, ax in zip(histograms, axes, strict=True):
        density = histogram / (histogram.sum(flow=True) * histogram.axes[0].widths[0])
        mplhep.histplot(density, ax=ax, yerr=False)
        ax.set_ylim(0, None)
    axes[0].set_ylabel("share of events per unit")
    figure.suptitle(title)
    figure.savefig(out, dpi=130)


def main() -> int:
    """Fill, print the means, plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "path", type=Path, nargs="?", default=Path("events.root"), help="default: events.root"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("analysis.png"), help="figure (default: analysis.png)"
    )
    args = parser.parse_args()
    if not args.path.is_file():
        print(f"{args.path} is not there; make it with: nugan-sample --out {args.path}", file=sys.stderr)
        return 2
    try:
        histograms, events, undefined = fill(args.path)
    except uproot.KeyInFileError:
        print(f"{args.path} has no tree 'gst' with Q2, W and cthl: not of nugan-sample", file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        print(f"{args.path} is not a readable ROOT file ({type(error).__name__})", file=sys.stderr)
        return 2
    for histogram in histograms:
        axis = histogram.axes[0]
        mean = (axis.centers * histogram.values()).sum() / histogram.sum()
        print(f"{axis.name:<5} mean {mean:.4f} on [{axis.edges[0]:g}, {axis.edges[-1]:g}]")
    print(f"W is undefined in {undefined:,} of {events:,} events")
    plot(histograms, f"{args.path.name}: {events:,} events", args.out)
    print(f"wrote {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
