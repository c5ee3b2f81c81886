"""Make models/reference/PROCESS.npz, the reference that `python -m nugan_hep.evaluate` uses.

    python tools/make_reference.py SHARED/data/nuwro/numu_C12_inc models/reference/numu_C12_inc.npz

The input folder holds the histograms of NuWro events (reference/uniform.npz, fixed_*GeV.npz) and,
where there are any, the events behind them (val.root, fixed_*GeV.root with enu, emu, theta), from
which the number of events with undefined W is taken. All energy shifts of the histograms are kept.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import uproot

from nugan_hep import kinematics
from nugan_hep.evaluation import reference
from nugan_hep.evaluation.histograms import Histograms


def with_w_undefined(sample: Histograms, events: Path) -> Histograms:
    """Count the events with W² < 0, when the events are there."""
    if not events.exists():
        return sample
    with uproot.open(f"{events}:events") as tree:
        columns = tree.arrays(["enu", "emu", "theta"], library="np")
    if len(columns["enu"]) != sample.n_events:
        raise SystemExit(f"{events}: {len(columns['enu'])} events, but {sample.n_events} in the histograms")
    w = kinematics.w(columns["enu"], columns["emu"], columns["theta"], sample.lepton_mass)
    return replace(sample, w_undefined=int(np.count_nonzero(w == kinematics.W_UNDEFINED)))


def main() -> None:
    """Join the samples and shifts of one process into one compressed file."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("folder", type=Path, help="folder of the process")
    parser.add_argument("out", type=Path, help="the .npz to write")
    parser.add_argument("--source", default="NuWro", help="name in legends (default: %(default)s)")
    args = parser.parse_args()
    samples = []
    for path in sorted(args.folder.glob("reference/*.npz")):
        events = args.folder / ("val.root" if path.stem == "uniform" else f"{path.stem}.root")
        for shift in (kinematics.SHIFT_P1, kinematics.SHIFT_P2):
            samples += [with_w_undefined(s, events) for s in reference.load(path, shift).samples]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    reference.save(args.out, args.source, args.folder.name, samples)
    print(f"{args.out}: {len(samples)} samples, {args.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
