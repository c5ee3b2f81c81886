"""The trainings of a scan over the number of trained blocks, one at a time."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nugan_hep.xsec.fit.sample import Sample
from nugan_hep.xsec.fit.scores import assess
from nugan_hep.xsec.fit.start import Start
from nugan_hep.xsec.fit.transfer import Outcome, train_last

ZERO_SHOT, SCRATCH = "zero-shot", "scratch"


class Scan:
    """Trainings that share a start; ``done`` has results by nucleus and by what was trained."""

    def __init__(self, start: Start, arguments: argparse.Namespace, done: dict[str, Any]) -> None:
        self.start, self.arguments = start, arguments
        self._samples: dict[Path, Sample] = {}

    def sample(self, path: Path) -> Sample:
        if path not in self._samples:
            self._samples[path] = self.start.sample(path, self.arguments)
        return self._samples[path]

    def tasks(self, paths: Sequence[Path], layers: Sequence[int]) -> list[tuple[Path, str, str]]:
        """File, nucleus and what is trained, for all files that can be read."""
        kinds = [ZERO_SHOT, SCRATCH, *map(str, layers)]
        return [(path, self.sample(path).points.nucleus.name, kind) for path in paths for kind in kinds]

    def run(self, path: Path, what: str, stopped: Callable[[], bool]) -> dict[str, float]:
        """The scores on the test points of one training, with its epochs and seconds."""
        start, sample = self.start, self.sample(path)
        form = start.form_for(sample.points.nucleus)
        if what == ZERO_SHOT:
            outcome = Outcome(start.ensemble, 0, 0.0)
        else:
            network = start.random(sample, form) if what == SCRATCH else start.ensemble
            last = start.blocks if what == SCRATCH else int(what)
            epochs = self.arguments.epochs
            outcome = train_last(network, last, sample.train, form, start.config, epochs, stopped=stopped)
        scores = assess(outcome.ensemble, form, sample, start.config.widths)
        return {
            **scores["points"]._asdict(),
            "chi2_train": scores["train"].chi2,
            "epochs": outcome.epochs,
            "seconds": outcome.seconds,
        }
