"""Compare generated hadrons with events never seen: ``python -m nugan_hep.hadrons.evaluate MODEL_OR_RUN``."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from nugan_hep import cli
from nugan_hep.archive import find_model, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.hadrons import dataset, evaluation, export
from nugan_hep.hadrons.events import Whole
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.sets import two_sample_of_sets
from nugan_hep.output.atomic import new_file
from nugan_hep.run_folder import read_run

PROGRAM = "python -m nugan_hep.hadrons.evaluate"
EPILOG = """\
Hadrons are generated for the leptons of other events than those that they are compared with: of --leptons,
else of the first half of the reference, whose second half is the reference then. Both are rounded alike.

examples:
  python -m nugan_hep.hadrons.evaluate run --reference val.npz --json run/evaluation.json
  python -m nugan_hep.hadrons.evaluate numu_C12_inc --reference test.npz --leptons val.npz --sets"""


def report(
    model: HadronModel,
    leptons: Whole,
    reference: Whole,
    seed: int,
    *,
    classify: bool = True,
    of_sets: bool = False,
) -> dict[str, Any]:
    """All figures: fractions of topologies, pulls, classifiers, what the density says of the reference."""
    size = min(len(leptons), len(reference))
    leptons, reference = (events.take(np.arange(size)) for events in (leptons, reference))
    began = time.process_time()
    batch = evaluation.generate(model, leptons.enu, leptons.emu, leptons.cos, seed)
    seconds = time.process_time() - began
    true, fake = evaluation.lists_of_events(reference), evaluation.lists_of_model(model, batch)
    found = evaluation.evaluate(true, fake, classify)
    found["seed"] = seed
    found["microseconds_per_event_in_python"] = 1e6 * seconds / size
    found["log_prob"] = likelihood(model, reference)
    if of_sets:
        judged = two_sample_of_sets(true.rounded(), fake.rounded())
        found["classifier_of_four_momenta"] = {
            "auc": judged.auc,
            "auc_error": judged.auc_error,
            "ess": judged.ess_fraction,
        }
    return found


@torch.inference_mode()
def likelihood(model: HadronModel, events: Whole) -> dict[str, float]:
    """Mean log density of the reference by stage, and its events that the model cannot describe."""
    batch, left_out = dataset.encoded(events, model)
    sums = np.zeros(3)
    for rows in torch.arange(len(batch)).split(10_000):
        sums += [float(stage.double().sum()) for stage in model.stages(batch.take(rows))]
    names = ("topology", "remnant", "steps")
    means = {name: float(x) / max(len(batch), 1) for name, x in zip(names, sums, strict=True)}
    return {**means, "left_out": float(left_out.rare + left_out.unbalanced)}


def _model(name: str) -> tuple[HadronModel, int, int]:
    """The hadrons of a run or model, its probe and target."""
    folder = Path(name)
    if folder.is_dir():
        about, model = read_run(folder), export.load_run(folder)
    else:
        path = find_model(name)
        about, model = read_metadata(path), export.read_hadrons(path)
    return model, about["probe"], about["target"]


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog=PROGRAM,
        description="Fractions of topologies, pulls of spectra, classifiers: generated against true hadrons.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", metavar="MODEL_OR_RUN", help="model name, archive or run folder")
    add("--reference", nargs="+", required=True, metavar="FILE", help="whole events never seen")
    add("--leptons", nargs="+", metavar="FILE", help="events whose leptons are taken")
    add("-n", type=cli.count, metavar="N", help="events of each sample (default: all)")
    add("--seed", type=cli.seed, default=1, metavar="S", help="0 to 2^64 - 1 (default 1)")
    add("--no-classifier", action="store_true", help="fractions and pulls alone")
    add("--sets", action="store_true", help="also the classifier of all four-momenta, some minutes")
    add("--json", type=Path, metavar="FILE", help="write the figures here (default: to standard output)")
    return parser


def _command(argv: Sequence[str] | None) -> int:
    arguments = _parser().parse_args(argv)
    model, probe, target = _model(arguments.model)
    reference = dataset.read(arguments.reference, probe=probe, target=target)
    if arguments.leptons:
        leptons = dataset.read(arguments.leptons, arguments.n, probe, target)
    else:
        half = len(reference) // 2
        leptons, reference = reference.take(np.arange(half)), reference.take(np.arange(half, 2 * half))
    size = min(len(leptons), len(reference), arguments.n or sys.maxsize)
    if size < 1000 and not arguments.no_classifier:
        raise UserError(f"{size} events are too few for a classifier: 1,000 at least")
    leptons, reference = leptons.take(np.arange(size)), reference.take(np.arange(size))
    found = report(
        model,
        leptons,
        reference,
        arguments.seed % 2**63,
        classify=not arguments.no_classifier,
        of_sets=arguments.sets,
    )
    text = json.dumps(_without_nan(found), indent=1)
    if arguments.json:
        with new_file(arguments.json, force=True) as file:
            file.write(text.encode() + b"\n")
    else:
        print(text)
    return 0


def _without_nan(value: Any) -> Any:
    """JSON has no number for what is not defined."""
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``python -m nugan_hep.hadrons.evaluate``."""
    return cli.run(PROGRAM, _command, argv)


if __name__ == "__main__":
    sys.exit(main())
