"""Compare a model with a reference sample: ``python -m nugan_hep.evaluate --model NAME``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nugan_hep import archive, cli
from nugan_hep.evaluation import page, report
from nugan_hep.evaluation.folder import METRICS_FILE, PAGE_FILE, check_folder, write_all
from nugan_hep.evaluation.generated import Generate, generate_all, opened
from nugan_hep.evaluation.histograms import Histograms
from nugan_hep.evaluation.published import EVENTS, Table, tables, training_size
from nugan_hep.evaluation.target import Model, Target, check_energies, read_model, read_target, zero_shot
from nugan_hep.kinematics import Kinematics

if TYPE_CHECKING:
    from nugan_hep.evaluation.two_sample import TwoSample

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

examples:
  python -m nugan_hep.evaluate --model numu_C12_inc
  python -m nugan_hep.evaluate --model numu_C12_inc --out again --force
  python -m nugan_hep.evaluate --model run/model.pt --reference val.root fixed_1GeV.root -n 1e6
exit codes: 0 done, 2 bad input, 130 interrupted (nothing written)"""


def evaluate(argv: Sequence[str] | None = None) -> int:
    """Print the table of metrics; write metrics.json, the figures and the page; the exit code."""
    options = _parser().parse_args(argv)
    if options.out is not None:
        check_folder(options.out, options.force)
    path = archive.find_model(options.model)
    model = read_model(path)
    out = options.out if options.out is not None else Path(f"evaluation_{model.name}")
    check_folder(out, options.force)
    target = read_target(options.reference, model)
    check_energies(target.samples, model)
    generate = opened(path, options.device, options.threads)
    generated = generate_all(target, generate, options.n, options.seed, options.quiet)
    published = tables(target.process, training_size(model.name, model.training_events))
    rows = compare(target, generated, published, zero_shot(target, model.shift), options.seed)
    lead = (
        f"{model.name} against {target.source}, {options.n:,} generated events per row, seed {options.seed}"
    )
    print(f"{lead}\n\n{report.table(rows)}")
    notes = remarks(rows, published)
    print("".join(f"{note}\n" for note in notes), end="")
    classified = classify(target, generate, model, options.classifier, options.seed)
    for label in target.events or {}:
        if label in classified:
            notes.append(describe(label, classified[label]))
        elif options.classifier:
            notes.append(f"classifier, {label}: too few events to learn from.")
        else:
            continue
        print(notes[-1])
    document = {
        "model": model.name,
        "reference": {"source": target.source, "process": target.process, "files": options.reference},
        "n": options.n,
        "seed": options.seed,
        "shift": model.shift,
        "samples": report.as_dict(rows),
        "classifier": {label: result._asdict() for label, result in classified.items()},
        "published": [
            {"source": table.source, "samples": {k: scores._asdict() for k, scores in table.scores.items()}}
            for table in published
        ],
    }
    files = {METRICS_FILE: (json.dumps(document, indent=2, allow_nan=False) + "\n").encode()}
    if not options.no_figures:
        images = page.draw(target, generated, model.name)
        files |= {image.file: image.png for image in images}
        further = published[1:]
        notes += [f"{table.heading}: {table.source}." for table in further]
        metrics = metrics_table(rows, further)
        files[PAGE_FILE] = page.html_page(f"{lead}.", archive.read_metadata(path), metrics, notes, images)
    write_all(out, files)
    also = f", {PAGE_FILE} and {len(files) - 2} figures" if len(files) > 1 else ""
    print(f"\nwrote {out / METRICS_FILE}{also}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog=PROGRAM,
        description="EMD and MAP of a model, in total and at fixed energies, with figures and a page of all.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--model", required=True, metavar="NAME|PATH", help="model's name or .pt file")
    add(
        "--reference",
        nargs="+",
        default=[],
        metavar="FILE",
        help="histograms (.npz) or events (ROOT, .npz, Parquet); default: what is shipped for the model",
    )
    add("--out", type=Path, metavar="DIR", help="folder of the output (default evaluation_NAME)")
    add("-n", type=cli.count, default=1_000_000, metavar="N", help="events per row (default 1e6)")
    add("--seed", type=cli.seed, default=1, metavar="S", help="0 to 2^64 - 1 (default 1)")
    add("--device", type=cli.device, default="cpu", metavar="cpu|cuda[:k]", help="default cpu")
    add("--threads", type=cli.threads, default=0, metavar="T", help="CPU threads (default 0: all)")
    add(
        "--classifier",
        type=_events_or_none,
        default=CLASSIFIER_EVENTS,
        metavar="N",
        help="events that train and judge the classifier, where events are given (default 250000, 0: none)",
    )
    add("--force", action="store_true", help="replace an earlier evaluation in DIR, stale figures too")
    add("--no-figures", action="store_true", help="write metrics.json only, no page either")
    add("--quiet", action="store_true", help="no progress bar")
    return parser


def _events_or_none(text: str) -> int:
    return 0 if text.strip() == "0" else cli.count(text)


def compare(
    target: Target,
    models: Sequence[Histograms],
    published: Sequence[Table] = (),
    unchanged: Mapping[str, report.Scores] | None = None,
    seed: int = 1,
) -> list[report.Row]:
    """Scores of every sample beside the statistical floor, the published and the zero-shot ones."""
    paper = published[0].scores if published else {}
    rng = np.random.default_rng([seed, len(models)])
    return [
        report.Row(
            sample.label,
            sample.n_events,
            model.n_events,
            report.score(sample, model),
            report.statistical_floor(sample, model.n_events, rng),
            paper.get(sample.label),
            (unchanged or {}).get(sample.label),
        )
        for sample, model in zip(target.samples, models, strict=True)
    ]


def remarks(rows: Sequence[report.Row], published: Sequence[Table]) -> list[str]:
    """What the columns mean, and what keeps them from being compared as they stand."""
    found = []
    if any(row.published for row in rows):
        found.append(f"paper: {published[0].source}.")
        unlike = [
            row.label
            for row in rows
            if not 0.95 * EVENTS
            < min(row.n_reference, row.n_model)
            <= max(row.n_reference, row.n_model)
            < 1.05 * EVENTS
        ]
        if unlike:
            which = "all rows" if len(unlike) == len(rows) else ", ".join(unlike)
            found.append(
                f"Numbers of events other than the papers' {EVENTS:,} against {EVENTS:,} ({which}): pulls of "
                "an imperfect model grow with the root of the number."
            )
    if any(row.zero_shot for row in rows):
        found.append(
            "zero-shot: NuWro events on carbon, which the transfer starts from, in place of the model."
        )
    return found


def metrics_table(rows: Sequence[report.Row], further: Sequence[Table]) -> str:
    """The table of metrics as HTML, with columns for further published tables."""
    labels = [row.label for row in rows]
    extra = [
        report.Column(table.heading, [table.scores.get(label) for label in labels], 2) for table in further
    ]
    return page.html_table(labels, report.columns(rows, extra))


def classify(
    target: Target, generate: Generate, model: Model, limit: int, seed: int = 1
) -> dict[str, TwoSample]:
    """The two-sample test of every sample that was given as events, on at most ``limit`` of them.

    For each reference event the model makes one of its energy. Samples of too few events are left out.
    """
    if not target.events or not limit:
        return {}
    from nugan_hep.evaluation import two_sample

    results = {}
    rng = np.random.default_rng([seed, len(target.events)])
    for label, events in target.events.items():
        size = min(limit, len(events.enu))
        if size < two_sample.MINIMUM:
            continue
        chosen = rng.choice(len(events.enu), size, replace=False)
        true = Kinematics(*(column[chosen] for column in events))
        fake = generate(true.enu, int(rng.integers(2**63)))
        ours, theirs = (two_sample.features(sample, model.shift, model.enu_range) for sample in (fake, true))
        results[label] = two_sample.two_sample(theirs, ours, seed)
    return results


def describe(label: str, result: TwoSample) -> str:
    """The outcome of a two-sample test as a sentence."""
    return (
        f"classifier, {label}: AUC {result.auc:.4f} ± {result.auc_error:.4f}, effective sample size of its "
        f"weights {100 * result.ess_fraction:.1f} % ({result.events:,} events of each, not trained on)"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``python -m nugan_hep.evaluate``."""
    return cli.run(PROGRAM, evaluate, argv)


if __name__ == "__main__":
    sys.exit(main())
