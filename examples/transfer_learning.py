"""From 10,000 antineutrino events to a generator, on a laptop: scratch, zero-shot and transfer side by side.

    python examples/transfer_learning.py --out transfer

The neutrino-carbon model that comes with nugan-hep is adapted to antineutrinos with the 10,000
events of examples/data/numubar_C12_inc_10k.root: their density's ratio to that of the model is
fitted (nugan_hep.replay), and the model is fine-tuned on its own events, resampled with that ratio
(nugan_hep.finetune). Beside it a flow is trained on the 10,000 events alone. All three are compared
with a million NuWro events (the shipped histograms) that none of them has seen.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np

from nugan_hep import evaluate, finetune, replay, train

mpl.use("Agg")
import matplotlib.pyplot as plt

from nugan_hep.archive import find_model
from nugan_hep.evaluation import histograms, reference
from nugan_hep.evaluation.target import shipped_reference
from nugan_hep.kinematics import Kinematics
from nugan_hep.sampler import Sampler

SOURCE, PROCESS = "numu_C12_inc", "numubar_C12_inc"
DATA = Path(__file__).parent / "data" / f"{PROCESS}_10k.root"
ROWS = {
    "scratch": "10k events, from scratch",
    "zero-shot": "neutrino model, unchanged",
    "transfer": "10k events, transfer",
}
ENERGY = 1.0


def run(command: Callable[[list[str]], int], **options: object) -> None:
    """Call a command of nugan-hep; where it fails it has said why, and so this script ends."""
    arguments = []
    for name, value in options.items():
        arguments.append(("-" if len(name) == 1 else "--") + name.strip("_").replace("_", "-"))
        if value is not True:
            arguments.append(str(value))
    if code := command(arguments):
        sys.exit(code)


def train_models(out: Path, quick: bool) -> dict[str, Path]:
    """The models by row name."""
    steps, events, fits = (300, 100_000, 5) if quick else (4000, 1_000_000, 60)
    replayed, transfer, scratch = (out / name for name in ("replay.npz", "transfer", "scratch"))
    data = {"data": DATA, "probe": -14, "quiet": True}
    run(replay.main, from_=SOURCE, out=replayed, n=events, evaluations=fits, force=True, **data)
    data["data"] = replayed
    run(
        finetune.main,
        from_=SOURCE,
        freeze="none",
        name=f"{PROCESS}_10k",
        out=transfer,
        batch=2048,
        lr=1e-3,
        steps=steps,
        **data,
    )
    data["data"] = DATA
    run(
        train.main,
        preset="flow",
        name="scratch_10k",
        out=scratch,
        batch=512,
        lr=1e-3,
        steps=1000,
        eval_every=50,
        **data,
    )
    return {
        "scratch": scratch / "model.pt",
        "zero-shot": find_model(SOURCE),
        "transfer": transfer / "model.pt",
    }


def all_row(model: Path, out: Path, n: int) -> dict[str, float]:
    """EMD and MAP of the whole energy range against the shipped antineutrino reference."""
    target = shipped_reference(PROCESS)
    run(evaluate.main, model=model, reference=target, out=out, n=n, no_figures=True, force=True)
    document = json.loads((out / "metrics.json").read_text())
    scores: dict[str, float] = document["samples"]["All"]["model"]
    return scores


def draw(models: dict[str, Path], scores: dict[str, dict[str, float]], out: Path) -> None:
    """One figure: Q2 and E_mu at 1 GeV with pulls, MAP as bars."""
    truth = next(s for s in reference.load(shipped_reference(PROCESS)).samples if s.enu == ENERGY)
    figure, axes = plt.subplots(
        2, 3, figsize=(13, 5.4), height_ratios=(3, 1), layout="constrained", sharex="col"
    )
    for column, (name, label) in enumerate((("emu", r"$E_\mu$ [GeV]"), ("q2", r"$Q^2$ [GeV$^2$]"))):
        spectrum = truth.spectra[name]
        axes[0, column].stairs(
            spectrum.counts, spectrum.edges, color="black", label="NuWro", fill=True, alpha=0.2
        )
        axes[1, column].set_xlabel(label)
        axes[1, column].set_ylim(-10, 10)
        axes[1, column].axhline(0, color="grey", lw=0.8)
    for row, path in models.items():
        events = Sampler(path).sample(enu=ENERGY, n=truth.n_events, seed=1)
        columns = Kinematics(*(events[name].astype(float) for name in ("Ev", "El", "thetal")))
        filled = histograms.from_events_like(columns, truth)
        for column, name in enumerate(("emu", "q2")):
            model, data = filled.spectra[name].counts, truth.spectra[name].counts
            axes[0, column].stairs(model, filled.spectra[name].edges, label=ROWS[row])
            pull = (data - model) / np.sqrt(np.maximum(data + model, 1.0))
            axes[1, column].stairs(pull, filled.spectra[name].edges)
    axes[0, 0].legend(fontsize=8)
    axes[0, 0].set_ylabel(f"events at {ENERGY:g} GeV")
    axes[1, 0].set_ylabel("pull")
    for ax in axes[:, 2]:
        ax.remove()
    bars = figure.add_subplot(axes[0, 2].get_gridspec()[:, 2])
    place = np.arange(len(models))
    for offset, key in ((-0.2, "map_2d"), (0.2, "map_3d")):
        bar = bars.bar(
            place + offset, [scores[row][key] for row in models], 0.4, label=key.replace("_", "-").upper()
        )
        bars.bar_label(bar, fmt="%.2f")
    bars.set_yscale("log")
    bars.axhline(np.sqrt(2 / np.pi), color="grey", ls="--", lw=0.8)
    bars.set_xticks(place, [ROWS[row].replace(", ", "\n") for row in models], fontsize=8)
    bars.set_title("all energies, 1M against 1M", fontsize=9)
    bars.legend()
    figure.savefig(out, dpi=130)


def main() -> int:
    """Train, compare, plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("transfer"), help="folder (default: transfer)")
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes: shows that it runs")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    models = train_models(args.out, args.quick)
    n = 100_000 if args.quick else 1_000_000
    scores = {row: all_row(path, args.out / f"evaluation_{row}", n) for row, path in models.items()}
    draw(models, scores, args.out / "transfer.png")
    print(f"wrote {args.out / 'transfer.png'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
