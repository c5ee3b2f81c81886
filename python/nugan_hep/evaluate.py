"""Compare a model with a reference sample: ``python -m nugan_hep.evaluate --model NAME``.

Of a model with hadrons, and of a training of hadrons, these are compared, too, where the reference has them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nugan_hep import archive, cli
from nugan_hep.errors import UserError
from nugan_hep.evaluation import leptons, page, report
from nugan_hep.evaluation.folder import METRICS_FILE, PAGE_FILE, check_folder, write_all
from nugan_hep.evaluation.generated import generate_all, opened
from nugan_hep.evaluation.published import tables, training_size
from nugan_hep.evaluation.target import (
    Model,
    Target,
    check_energies,
    read_model,
    read_target,
    target_of_events,
    zero_shot,
)
from nugan_hep.run_folder import is_of_hadrons, read_run

if TYPE_CHECKING:
    from nugan_hep.evaluation.page import Image

PROGRAM = "python -m nugan_hep.evaluate"
CLASSIFIER_EVENTS = 250_000
EPILOG = """\
EMD is the Wasserstein-1 distance in bins of the 50x50 histogram in (E_mu', theta'); MAP the mean
absolute pull over bins that both samples fill, "no tails" over bins with more than 5 events in
both; 3D is MAP in (E_nu', E_mu', theta'). "floor" is what two samples of the reference give; "paper"
is arXiv:2502.20244 or 2508.12987, for the process and the number of training events; "zero-shot" is
true carbon events in place of the model: what a transfer starts from. The last two are shown only
where the reference is histograms of a known process.
Against histograms over the whole range, energies are uniform in it; against events, theirs.
Against events a classifier is trained to tell the model's from them, too: its AUC is 0.5, and the
effective sample size of the weights that it would give the model's events 1, for a perfect model.
Of a model with hadrons, and against whole events, topologies, spectra and multiplicities of these are
compared, and a classifier sees 25 numbers of each event, with --sets all four-momenta. The hadrons are drawn
for the leptons of other events than those that they are compared with.

examples:
  python -m nugan_hep.evaluate --model numu_C12_inc
  python -m nugan_hep.evaluate --model numu_C12_inc --out again --force
  python -m nugan_hep.evaluate --model run/model.pt --reference val.root fixed_1GeV.root -n 1e6
  python -m nugan_hep.evaluate --model numu_C12_inc --reference test.npz --leptons train.npz --sets
exit codes: 0 done, 2 bad input, 130 interrupted (nothing written)"""


class Part(NamedTuple):
    """What an evaluation says of the leptons, or of the hadrons."""

    lead: str
    document: dict[str, Any]
    table: str
    notes: list[str]
    images: list[Image]


def evaluate(argv: Sequence[str] | None = None) -> int:
    """Print the tables of metrics; write metrics.json, the figures and the page; the exit code."""
    options = _parser().parse_args(argv)
    if options.out is not None:
        check_folder(options.out, options.force)
    parts: list[Part] = []
    if is_of_hadrons(options.model):
        about = read_run(Path(options.model))
        out = _out(options, about["name"])
        if not options.reference:
            raise UserError(f"the run in {options.model} is one of hadrons: give whole events, --reference")
        parts.append(_of_hadrons(options, Path(options.model), options.reference))
    else:
        path = archive.find_model(options.model)
        model, about = read_model(path), archive.read_metadata(path)
        out = _out(options, model.name)
        whole, without = _whole_files(options.reference) if about.get("hadrons") else ([], [])
        target = read_target(without or options.reference, model) if without or not whole else None
        if target is None:
            from nugan_hep.hadrons import comparison

            target = target_of_events(comparison.leptons(comparison.read(whole, about)), model)
        parts.append(_of_leptons(options, path, model, target))
        if whole:
            parts.append(_of_hadrons(options, path, whole))
        elif about.get("hadrons"):
            note = "The hadrons were not compared: that takes whole events, --reference."
            parts[0].notes.append(note)
            print(note)
        elif options.leptons or options.sets:
            raise UserError(f"--leptons and --sets: {model.name} has no hadrons")
    document = {"model": about["name"], "n": options.n, "seed": options.seed}
    for part in parts:
        document |= part.document
    files = {METRICS_FILE: (json.dumps(document, indent=2, allow_nan=False) + "\n").encode()}
    images = [image for part in parts for image in part.images]
    if not options.no_figures:
        files |= {image.file: image.png for image in images}
        tables = "\n".join(part.table for part in parts)
        notes = [note for part in parts for note in part.notes]
        lead = "; ".join(part.lead for part in parts)
        files[PAGE_FILE] = page.html_page(f"{lead}.", about, tables, notes, images)
    write_all(out, files)
    also = f", {PAGE_FILE} and {len(images)} figures" if len(files) > 1 else ""
    print(f"\nwrote {out / METRICS_FILE}{also}")
    return 0


def _out(options: argparse.Namespace, name: str) -> Path:
    out: Path = options.out if options.out is not None else Path(f"evaluation_{name}")
    check_folder(out, options.force)
    return out


def _of_leptons(options: argparse.Namespace, path: Path, model: Model, target: Target) -> Part:
    """Judge the leptons, and print it."""
    check_energies(target.samples, model)
    generate = opened(path, options.device, options.threads)
    generated = generate_all(target, generate, options.n, options.seed, options.quiet)
    published = tables(target.process, training_size(model.name, model.training_events))
    rows = leptons.compare(target, generated, published, zero_shot(target, model.shift), options.seed)
    lead = (
        f"{model.name} against {target.source}, {options.n:,} generated events per row, seed {options.seed}"
    )
    print(f"{lead}\n\n{report.table(rows)}")
    notes = leptons.remarks(rows, published)
    print("".join(f"{note}\n" for note in notes), end="")
    classified = leptons.classify(target, generate, model, options.classifier, options.seed)
    for label in target.events or {}:
        if label in classified:
            notes.append(f"classifier, {label}: {classified[label]}")
        elif options.classifier:
            notes.append(f"classifier, {label}: too few events to learn from.")
        else:
            continue
        print(notes[-1])
    document = {
        "reference": {"source": target.source, "process": target.process, "files": options.reference},
        "shift": model.shift,
        "samples": report.as_dict(rows),
        "classifier": {label: result._asdict() for label, result in classified.items()},
        "published": [
            {"source": table.source, "samples": {k: scores._asdict() for k, scores in table.scores.items()}}
            for table in published
        ],
    }
    images = [] if options.no_figures else page.draw(target, generated, model.name)
    further = published[1:]
    notes = [page.DEFINITIONS, *notes, *(f"{table.heading}: {table.source}." for table in further)]
    return Part(lead, document, leptons.metrics_table(rows, further), notes, images)


def _whole_files(files: Sequence[str]) -> tuple[list[str], list[str]]:
    """The files that have whole events, and the others."""
    from nugan_hep.hadrons.readers import holds_whole_events

    whole = [file for file in files if holds_whole_events(file)]
    return whole, [file for file in files if file not in whole]


def _of_hadrons(options: argparse.Namespace, path: Path, files: Sequence[str]) -> Part:
    """Judge the hadrons of a run or archive, and print it."""
    from nugan_hep.hadrons import comparison

    model, about = comparison.opened(path)
    given = comparison.read(options.leptons, about, options.n) if options.leptons else None
    pair = comparison.halves(comparison.read(files, about), given, options.n)
    found = comparison.compare(model, *pair, options.seed, options.classifier, options.sets)
    lead = f"hadrons of {about['name']} against {len(pair[1]):,} events, seed {options.seed}"
    made = comparison.tables(found.scores)
    notes = [f"classifier, hadrons, {name}: {result}" for name, result in found.classified.items()]
    print(f"\n{lead}\n\n" + "\n\n".join(map(comparison.text, made)))
    print("".join(f"{note}\n" for note in notes), end="")
    images: list[Image] = []
    if not options.no_figures:
        from nugan_hep.hadrons import figures

        images = figures.images(found, ("reference", about["name"]))
    document = {"hadrons": {"reference": [*files], "leptons": options.leptons, **found.scores}}
    document["hadrons"]["classifier"] = {k: result._asdict() for k, result in found.classified.items()}
    table = "\n".join(map(comparison.html, made))
    return Part(lead, document, table, [comparison.DEFINITIONS, *notes], images)


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog=PROGRAM,
        description="EMD and MAP of a model, in total and at fixed energies, with figures and a page of all.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--model", required=True, metavar="NAME|PATH", help="model's name, .pt file, or run of hadrons")
    add(
        "--reference",
        nargs="+",
        default=[],
        metavar="FILE",
        help="histograms (.npz) or events (ROOT, .npz, Parquet; whole ones: docs/hadrons.md); default: what "
        "is shipped for the model",
    )
    add(
        "--leptons",
        nargs="+",
        metavar="FILE",
        help="whole events whose leptons get hadrons (default: the first half of --reference)",
    )
    add("--sets", action="store_true", help="a classifier of the hadrons' four-momenta, too: some minutes")
    add("--out", type=Path, metavar="DIR", help="folder of the output (default evaluation_NAME)")
    add(
        "-n",
        type=cli.count,
        default=1_000_000,
        metavar="N",
        help="events per row (default 1e6), of hadrons at most",
    )
    add("--seed", type=cli.seed, default=1, metavar="S", help="0 to 2^64 - 1 (default 1)")
    add("--device", type=cli.device, default="cpu", metavar="cpu|cuda[:k]", help="default cpu")
    add("--threads", type=cli.threads, default=0, metavar="T", help="CPU threads (default 0: all)")
    add(
        "--classifier",
        type=partial(cli.count, least=0),
        default=CLASSIFIER_EVENTS,
        metavar="N",
        help="events that train and judge the classifier, where events are given (default 250000, 0: none)",
    )
    add("--force", action="store_true", help="replace an earlier evaluation in DIR, stale figures too")
    add("--no-figures", action="store_true", help="write metrics.json only, no page either")
    add("--quiet", action="store_true", help="no progress bar")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``python -m nugan_hep.evaluate``."""
    return cli.run(PROGRAM, evaluate, argv)


if __name__ == "__main__":
    sys.exit(main())
