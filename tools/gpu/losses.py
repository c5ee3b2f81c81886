"""The losses of the papers' training over its first steps, and whether two curves are the same.

    python tools/gpu/losses.py --data train.npz --out losses.json [--device cuda] [--against OTHER.json]

Two trainings share weights and true events of the beginning; their latents, noise and dropout differ between
a CPU and a GPU. So means over 100 steps are compared, with a tolerance that is several times what two
trainings on one CPU differ by.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from nugan_hep import cli
from nugan_hep.data import read_events
from nugan_hep.errors import UserError
from nugan_hep.kinematics import MUON_MASS, to_proxies
from nugan_hep.training.config import configured
from nugan_hep.training.loop import LOSS_CHECK_EVERY, Progress, Trainer

TOLERANCE = {"loss_discriminator": 0.01, "loss_generator": 0.025}
"""Two trainings on a CPU with other latents and noise differ by 0.0019 and 0.0041 at most (400 steps)."""


def curve(data: torch.Tensor, steps: int, device: str, stream: int | None = None) -> list[dict[str, float]]:
    """Step and mean losses after every 100 steps; ``stream`` seeds the latents anew after the weights."""
    config = configured("inc", steps=steps, eval_every=steps, device=device)
    rows: list[dict[str, float]] = []

    def report(now: Progress) -> None:
        rows.append({"step": now.step, **now.losses})

    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(config, data, data[: config.batch], Path(folder))
        if stream is not None:
            torch.manual_seed(stream)
        trainer.run(report)
    return rows


def difference(one: Sequence[dict[str, float]], other: Sequence[dict[str, float]]) -> dict[str, float]:
    """By loss, the largest difference at the steps that both curves have."""
    pairs = list(zip(one, other, strict=False))
    if not pairs or any(a["step"] != b["step"] for a, b in pairs):
        raise UserError("the two curves have no common steps")
    return {key: max(abs(a[key] - b[key]) for a, b in pairs) for key in one[0] if key != "step"}


def same(found: dict[str, float]) -> bool:
    """Whether differences are within the tolerance."""
    return all(value <= TOLERANCE[key] for key, value in found.items())


def command(argv: Sequence[str] | None) -> int:
    parser = cli.Parser(
        prog="losses.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", required=True, metavar="FILE", help="training events")
    add("--out", type=Path, required=True, metavar="JSON")
    add("--against", type=Path, metavar="JSON", help="compare with this curve")
    add("--steps", type=cli.count, default=1000)
    add("--device", type=cli.device, default="cpu", metavar="cpu|cuda[:k]")
    add("--stream", type=cli.seed, metavar="S", help="other latents and noise")
    arguments = parser.parse_args(argv)
    if arguments.steps % LOSS_CHECK_EVERY:
        raise UserError(f"--steps {arguments.steps}: expected a multiple of {LOSS_CHECK_EVERY}")
    events = read_events(arguments.data)
    columns = to_proxies(*events.kinematics(), mass=MUON_MASS)
    proxies = torch.from_numpy(np.stack(columns, axis=1).astype(np.float32))
    rows = curve(proxies, arguments.steps, arguments.device, arguments.stream)
    document: dict[str, object] = {"rows": rows}
    if arguments.against:
        found = difference(json.loads(arguments.against.read_text())["rows"], rows)
        document["difference"], document["same"] = found, same(found)
        print("largest difference: " + ", ".join(f"{key} {value:.4f}" for key, value in found.items()))
    arguments.out.write_text(json.dumps(document, indent=1) + "\n")
    return 0 if document.get("same", True) else 1


if __name__ == "__main__":
    sys.exit(cli.run("losses.py", command))
