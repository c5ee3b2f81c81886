"""Replicas of a model: ``python -m nugan_hep.replicas``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nugan_hep import cli
from nugan_hep.archive import find_model, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.output.atomic import check_target
from nugan_hep.replicas import alternatives, attaching, posteriors
from nugan_hep.replicas.blocks import Block, Report, flat_block

PROGRAM = "python -m nugan_hep.replicas"
EPILOG = """\
examples:
  python -m nugan_hep.replicas numu_C12_inc --alternative lfg=numu_C12_lfg alt=numu_C12_alt --out carbon.pt
  nugan-sample --model carbon.pt --replicas 2 --out events.root
  python -m nugan_hep.replicas numu_C12_inc --tune RUN --number 50 --out tuned.pt
  python -m nugan_hep.replicas argon.pt --transfer replay.replicas.npz --out argon_replicas.pt

In replica k an event counts wght_rep[k] times its weight. An alternative's weights turn the model's events
into its own, cross section included. All models of a run have the same replicas: --flat-like gives a model of
which nothing is known, such as hydrogen's in a molecule, those of another, with weights of 1
(docs/uncertainty.md).

exit codes: 0 done, 2 bad input, 130 interrupted (nothing written)"""
CHECKED = 10_000
"""Events that the interpolation is compared on."""


def _command(argv: Sequence[str] | None) -> int:
    options = _parser().parse_args(argv)
    check_target(options.out, options.force)
    if options.number and not (options.tune or options.transfer):
        raise UserError("--number: it is of the draws of --tune or --transfer")
    others = _named(options.alternative)
    if options.step and not others:
        raise UserError("--step: it is of the nodes of --alternative")
    blocks, made = _blocks(options, others)
    attaching.attach(options.model, blocks, options.out, made)
    names = ", ".join(name for block in blocks for name in block.names)
    size = options.out.stat().st_size / 1e6
    print(f"wrote {options.out}: {options.model} with the replicas {names}, {size:.1f} MB")
    if others:
        _report(options, others)
    return 0


def _blocks(options: argparse.Namespace, others: dict[str, str]) -> tuple[list[Block], dict[str, object]]:
    """What the options ask for, kind by kind, and what the archive says of how it was made."""
    blocks: list[Block] = []
    made: dict[str, object] = {}
    with cli.progress("nodes", options.quiet) as bar:

        def report_of(kind: str) -> Report:
            task = bar.add_task(kind, total=1, note="")
            return lambda done, total: bar.update(task, completed=done, total=total)

        if others:
            step = tuple(options.step or alternatives.STEP)
            blocks.append(alternatives.alternatives(options.model, others, step, report_of("alternatives")))
            made |= {"alternatives": others, "step": list(step)}
        for kind, make in (("tune", posteriors.tuned), ("transfer", posteriors.transferred)):
            if file := getattr(options, kind):
                blocks.append(make(options.model, file, options.number, report_of(kind)))
                made[kind] = Path(file).name
    if options.flat_like:
        there = read_metadata(find_model(options.flat_like)).get(attaching.STAGE, {}).get("blocks", [])
        if not there:
            raise UserError(
                f"--flat-like {options.flat_like}: it has no replicas, expected a model with some"
            )
        blocks += [flat_block(block["names"], block["kind"]) for block in there]
        made["flat_like"] = options.flat_like
    if not blocks:
        raise UserError("no replicas: expected --tune, --transfer, --alternative or --flat-like")
    return blocks, made


def _named(texts: Sequence[str]) -> dict[str, str]:
    """``NAME=MODEL`` by name.

    Raises
    ------
    UserError : another form, or a name that comes twice
    """
    found: dict[str, str] = {}
    for text in texts:
        name, mark, model = text.partition("=")
        if not (name and mark and model) or name in found:
            raise UserError(f"--alternative {text!r}: expected NAME=MODEL, each name once")
        found[name] = model
    return found


def _report(options: argparse.Namespace, others: dict[str, str]) -> None:
    """How far interpolated weights are from exact ones, on events of the model."""
    found = np.abs(alternatives.deviations(options.model, others, str(options.out), CHECKED))
    for name, own in zip(others, found.T, strict=True):
        half, most = np.percentile(own, [50, 95])
        print(
            f"{name}: of {CHECKED:,} events, half have weights within {half:.1%} of the exact ones, "
            f"95 % within {most:.1%}"
        )


def _parser() -> cli.Parser:
    parser = cli.Parser(
        prog=PROGRAM, description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("model", metavar="MODEL", help="name or archive, a flow for --alternative")
    add(
        "--alternative",
        nargs="+",
        default=[],
        metavar="NAME=MODEL",
        help="other flows of the same process, with cross sections",
    )
    add("--tune", metavar="RUN", help="draws of the posterior of a run of tune, whose model this is")
    add(
        "--transfer",
        metavar="NPZ",
        help="draws of the ratio of replay --replicas, on whose events this was trained",
    )
    add("--number", type=cli.count, metavar="K", help="of the tune's or transfer's replicas (default all)")
    add("--flat-like", metavar="MODEL", help="the replicas of another model, all weights 1")
    add(
        "--step",
        type=cli.positive,
        nargs=3,
        metavar=("W", "Q2", "E"),
        help="distances of nodes in asinh((W2 - M2)/0.25 GeV2), log(Q2 + 0.05 GeV2), log E "
        f"(default {' '.join(map(str, alternatives.STEP))})",
    )
    add("--out", type=Path, required=True, metavar="PT", help="archive to write")
    add("--force", action="store_true", help="replace an existing file")
    add("--quiet", action="store_true", help="no progress bar")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point."""
    return cli.run(PROGRAM, _command, argv)


if __name__ == "__main__":
    sys.exit(main())
