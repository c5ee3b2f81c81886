"""Rows of whole events: lepton, hadrons and what is left of the nucleus, on one thread."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.commands import memory_row
from benchmarks.models import UNIT, doubted, line_of, sampling, to_file
from benchmarks.row import Options, Row, ratios
from benchmarks.timing import measure
from nugan_hep import Sampler
from nugan_hep.archive import find_model, read_metadata

NUWRO = 480.0
NUWRO_MAKES = "NuWro 21.09 with its cascade, 480 to 720 s per 1M on one shared core: 480 s over ours"

# the limits of the figures: s per 1M, times as fast, of the time in memory
SECONDS, AS_FAST, TO_FILE = 8.0, 60.0, 1.3


def rows(options: Options) -> list[Row]:
    """Rows of the models asked for that have hadrons."""
    result: list[Row] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for model in options.models:
            if "hadrons" in read_metadata(find_model(model)):
                result += model_rows(model, options, Path(folder))
                result.append(memory_row(model, options, lepton_only=False))
    return result


def model_rows(model: str, options: Options, folder: Path) -> list[Row]:
    """Events in memory and to trees."""
    n = max(1, options.n // 2)
    group = f"{model} with hadrons, {n:,} events, one thread"
    actions = {
        "lepton": sampling(Sampler(model, threads=1, lepton_only=True), n),
        "sample": sampling(Sampler(model, threads=1), n),
        "gst": to_file(model, n, folder / "events.root"),
        "rootracker": to_file(model, n, folder / "events.root", "--format", "rootracker"),
    }
    times = measure(actions, options.repeat)
    whole, line = times["sample"].cpu, line_of(group)
    as_fast = [NUWRO / t for t in whole]
    result = [
        line("the lepton alone, in memory", times["lepton"].cpu),
        line("whole events in memory", whole, whole, UNIT, SECONDS),
        line(NUWRO_MAKES, whole, as_fast, "times as fast", AS_FAST, at_least=True),
    ]
    for name, limit in (("gst", TO_FILE), ("rootracker", None)):
        spent = times[name].cpu
        result.append(
            line(f"to a zstd:1 {name}, CPU time", spent, ratios(spent, whole), "of the row in memory", limit)
        )
    return doubted(result, times["sample"].doubt)
