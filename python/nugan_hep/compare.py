"""Compare models with each other and with a reference: ``python -m nugan_hep.compare A B ...``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.evaluation import report
from nugan_hep.evaluation.contenders import Contender, choose_target, read_contenders, shared_reference
from nugan_hep.evaluation.generated import generate_all, opened
from nugan_hep.evaluation.histograms import Histograms
from nugan_hep.evaluation.report import Scores
from nugan_hep.evaluation.target import shipped_reference
from nugan_hep.output.atomic import check_target, new_file
from nugan_hep.output.figure import check_figure, write_figure

PROGRAM = "python -m nugan_hep.compare"
FIGURE_FILE, METRICS_FILE = "compare.png", "compare.json"
EPILOG = """\
The figure has the spectra of E_mu, theta, p_z, W and Q2, a row for each neutrino energy, with the
ratio (or the pulls) to the reference; without one, to the first model. The reference is the shipped
one where all models are of one process, numu_C12_inc and numu_C12_inc_gan for instance.
The table has the metrics of every model against the same; see python -m nugan_hep.evaluate --help.

examples:
  python -m nugan_hep.compare numu_C12_inc numu_C12_inc_gan
  python -m nugan_hep.compare numu_C12_inc numu_Ar40_inc --enu 1 3 --panel pull --out argon.pdf
  python -m nugan_hep.compare run_a/model.pt run_b/model.pt --reference val.root --out comparison/
exit codes: 0 done, 2 bad input, 130 interrupted (nothing written)"""


def compare(argv: Sequence[str] | None = None) -> int:
    """Print the table of metrics and write the figure; the exit code."""
    options = _parser().parse_args(argv)
    check_out(options.out, options.force)
    contenders = read_contenders(options.models)
    target = choose_target(contenders, reference_files(options, contenders), options.enu)
    names = [contender.name for contender in contenders]
    samples = []
    for k, contender in enumerate(contenders):
        generate = opened(contender.path, options.device, options.threads)
        # other seeds for each: models of one kind would fluctuate alike
        samples.append(generate_all(target, generate, options.n, options.seed + k, options.quiet))
    if target.source:
        names, samples = [target.source, *names], [target.samples, *samples]
    scores = score_all(names, samples, options.seed)
    print(f"against {names[0]}, {options.n:,} generated events per row, seed {options.seed}\n")
    print(table(scores))
    from nugan_hep.evaluation.overlay import figure_overlay

    path, folder = figure_file(options.out)
    if folder:
        _make(folder)
        document = {
            "against": names[0],
            "models": {contender.name: os.fspath(contender.path) for contender in contenders},
            "n": options.n,
            "seed": options.seed,
            "samples": {
                label: {name: values._asdict() for name, values in row.items()}
                for label, row in scores.items()
            },
        }
        with new_file(folder / METRICS_FILE, force=options.force) as stream:
            stream.write((json.dumps(document, indent=2, allow_nan=False) + "\n").encode())
    write_figure(figure_overlay(names, samples, options.panel), path, options.force)
    print(f"\nwrote {path}" + (f" and {folder / METRICS_FILE}" if folder else ""))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog=PROGRAM,
        description="Spectra and metrics of several models, with the ratio to a reference.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("models", nargs="+", metavar="NAME|PATH", help="models' names or .pt files")
    add(
        "--reference",
        nargs="*",
        metavar="FILE",
        help="histograms (.npz) or events (ROOT, .npz, Parquet); without FILE the first model's shipped one",
    )
    add("--no-reference", action="store_true", help="compare with the first model")
    add(
        "--enu",
        nargs="+",
        type=_energy,
        metavar="E",
        help='neutrino energies [GeV], or "all" for the whole range (default: those of the reference)',
    )
    add("--panel", choices=("ratio", "pull"), default="ratio", help="below each spectrum (default ratio)")
    add(
        "--out",
        type=Path,
        default=Path(FIGURE_FILE),
        metavar="FILE|DIR",
        help=f"figure (.png, .pdf, .svg), or folder for it and {METRICS_FILE} (default {FIGURE_FILE})",
    )
    add("-n", type=cli.count, default=1_000_000, metavar="N", help="events per row (default 1e6)")
    add("--seed", type=cli.seed, default=1, metavar="S", help="0 to 2^64 - 1 (default 1)")
    add("--device", type=cli.device, default="cpu", metavar="cpu|cuda[:k]", help="default cpu")
    add("--threads", type=cli.threads, default=0, metavar="T", help="CPU threads (default 0: all)")
    add("--force", action="store_true", help="replace earlier output")
    add("--quiet", action="store_true", help="no progress bar")
    return parser


def _energy(text: str) -> float | None:
    """An energy in GeV; None stands for all."""
    return None if text == "all" else cli.positive(text)


def figure_file(out: Path) -> tuple[Path, Path | None]:
    """The figure's path, and the folder if that is what was asked for: a folder, or no suffix."""
    folder = os.path.isdir(out) or not out.suffix
    return (out / FIGURE_FILE, out) if folder else (out, None)


def check_out(out: Path, force: bool) -> None:
    """Refuse, before any work, a figure or a folder that could not be written."""
    path, folder = figure_file(out)
    if folder is None:
        check_figure(path, force)
    elif os.path.isdir(folder):
        for file in (path, folder / METRICS_FILE):
            check_target(file, force)
    elif os.path.exists(folder):
        raise UserError(f"cannot write to {folder}: it is not a folder")
    elif not os.path.isdir(folder.parent):
        raise UserError(f"cannot write to {folder}: there is no folder {folder.parent}")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {(error.strerror or str(error)).lower()}") from error


def reference_files(options: argparse.Namespace, contenders: Sequence[Contender]) -> list[str] | None:
    """Files to compare with: as given, shipped for the models' one process, or None."""
    names = [contender.model.name for contender in contenders]
    if options.no_reference:
        if options.reference is not None:
            raise UserError("--reference and --no-reference contradict each other")
        return None
    if options.reference is None:
        return shared_reference(names)
    return list(options.reference) or [os.fspath(shipped_reference(names[0]))]


def score_all(
    names: Sequence[str], samples: Sequence[Sequence[Histograms]], seed: int
) -> dict[str, dict[str, Scores]]:
    """Scores against the first, by energy and name; ``floor`` is what two samples of the first give."""
    rng = np.random.default_rng([seed, len(names)])
    found = {}
    for first, *others in zip(*samples, strict=True):
        row = {name: report.score(first, other) for name, other in zip(names[1:], others, strict=True)}
        row["floor"] = report.statistical_floor(first, others[0].n_events, rng)
        found[first.label] = row
    return found


def table(scores: dict[str, dict[str, Scores]]) -> str:
    """Plain text: for every energy a line for each model."""
    headings = ("EMD", "MAP-2D", "w/o tails", "MAP-3D", "w/o tails")
    width = max(len(name) for row in scores.values() for name in row)
    text = [f"{'E_nu':<8} {'':<{width}} " + "".join(f"{heading:>10}" for heading in headings)]
    text.append("-" * len(text[0]))
    for label, row in scores.items():
        for k, (name, values) in enumerate(row.items()):
            figures = "".join(f"{'-' if value is None else f'{value:.3f}':>10}" for value in values)
            text.append(f"{'' if k else label:<8} {name:<{width}} {figures}")
    return "\n".join(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``python -m nugan_hep.compare``."""
    return cli.run(PROGRAM, compare, argv)


if __name__ == "__main__":
    sys.exit(main())
