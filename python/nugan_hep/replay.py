"""Events of a model, reweighted to new data: ``python -m nugan_hep.replay --from MODEL --data FILE``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nugan_hep import cli
from nugan_hep.archive import find_model, read_metadata
from nugan_hep.cross_section import from_table
from nugan_hep.errors import UserError
from nugan_hep.output.atomic import check_target, new_file, write_text
from nugan_hep.transfer import saved as transfers
from nugan_hep.tuning import saved

if TYPE_CHECKING:
    from nugan_hep.sampler import Sampler
    from nugan_hep.transfer.draw import Weights

PROGRAM = "python -m nugan_hep.replay"
EPILOG = """\
Few events (thousands) say too little to train a network on, but enough for the smooth ratio of
their density to that of a model of another target, probe or interaction. The ratio is a Gaussian
process in W, Q2, the polarisation of the exchanged boson and the energy; how smooth it is, the
evidence of the events decides. The output, events of the model resampled with it, is training data:

  python -m nugan_hep.replay --from numu_C12_inc --data antinu_10k.root --probe -14 --out replay.npz
  python -m nugan_hep.finetune --from numu_C12_inc --data replay.npz --probe -14 --freeze none --out run

Of a run of tune the factor is known, and replay.csv is its cross section:

  python -m nugan_hep.replay --from TUNE --out replay.npz
  python -m nugan_hep.finetune --from numu_C12_inc --data replay.npz --cross-section replay.csv --out run

exit codes: 0 done, 2 bad input, 130 interrupted (nothing written)"""

_MOST_EVENTS = 200_000
_EVALUATIONS = 150
_OF_EVENTS = ("data", "limit", "allow_unphysical", "probe", "target", "evaluations", "replicas")
"""What says which events a ratio is fitted to, and how."""


def _command(argv: Sequence[str] | None) -> int:
    parser = cli.Parser(
        prog=PROGRAM,
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--from",
        dest="source",
        required=True,
        metavar="MODEL|RUN",
        help="model to start from, or a run of tune, whose factor makes the weights",
    )
    parser.add_argument(
        "--data", nargs="+", metavar="FILE", help="at most 200,000 events: ROOT, .npz, Parquet"
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="NPZ",
        help="columns enu, emu, theta; a .json beside it says how they were made",
    )
    parser.add_argument("-n", type=cli.count, default=4_000_000, help="events to write (default 4e6)")
    parser.add_argument("--limit", type=cli.count, metavar="N", help="use the first N events of the data")
    parser.add_argument(
        "--allow-unphysical",
        action="store_true",
        help="drop rows that no event can be, however many; otherwise more than 1 %% of them are an error",
    )
    parser.add_argument("--probe", type=cli.probe, metavar="P", help="the data's neutrino: numu, nuebar, 14")
    parser.add_argument("--target", type=cli.nucleus, metavar="T", help="the data's nucleus: C12, 1000060120")
    parser.add_argument(
        "--evaluations",
        type=cli.count,
        help=f"about how many fits choose the scales (default {_EVALUATIONS})",
    )
    parser.add_argument(
        "--replicas",
        type=cli.count,
        metavar="K",
        help="draw the ratio K times from its posterior, for python -m nugan_hep.replicas --transfer, into "
        "OUT.replicas.npz",
    )
    parser.add_argument("--seed", type=cli.seed, default=1, help="seed of all random numbers (default 1)")
    parser.add_argument("--threads", type=cli.threads, default=0, help="threads of the sampler (default all)")
    parser.add_argument("--force", action="store_true", help="replace an existing file")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    arguments = parser.parse_args(argv)
    check_target(arguments.out, arguments.force)
    if arguments.replicas:
        check_target(arguments.out.with_suffix(transfers.SUFFIX), arguments.force)
    if arguments.out.suffix != ".npz":
        parser.error(f"--out {arguments.out}: expected the suffix .npz")
    if saved.is_tune(arguments.source):
        for name in _OF_EVENTS:
            if getattr(arguments, name):
                option = "--" + name.replace("_", "-")
                parser.error(f"{option}: a run of tune has its own, expected --from MODEL or no {option}")
        return _replay_tune(arguments)
    path = find_model(arguments.source)
    if not arguments.data:
        parser.error("--data: expected files of events, or --from a run of tune")
    return _replay(arguments, path)


def _replay_tune(arguments: argparse.Namespace) -> int:
    from nugan_hep.sampler import Sampler

    tune = saved.load(arguments.source)
    source = Sampler(tune.model, threads=arguments.threads, lepton_only=True)
    _write(arguments, source, tune, {"tune": tune.about})
    table = arguments.out.with_suffix(".csv")
    sigma = from_table(source.metadata.get("cross_section"))
    if sigma is None:
        raise UserError(f"{source.name} carries no cross section: train or export it with --cross-section")
    rows = zip(sigma.enu, sigma.sigma * np.interp(sigma.enu, tune.enu, tune.mean[:, 0]), strict=True)
    write_text(table, "".join(["enu,sigma\n", *(f"{enu:.9g},{value:.9g}\n" for enu, value in rows)]))
    print(f"wrote {table}, the tuned cross section, for --cross-section of finetune")
    return 0


def _replay(arguments: argparse.Namespace, path: Path) -> int:
    from nugan_hep.data import read_events
    from nugan_hep.sampler import Sampler
    from nugan_hep.transfer import draw
    from nugan_hep.transfer.posterior import walk
    from nugan_hep.transfer.prior import Prior
    from nugan_hep.transfer.ratio import choose_scales, fit

    about = read_metadata(path)
    source = Sampler(path, threads=arguments.threads, lepton_only=True)
    events = read_events(
        arguments.data,
        probe=arguments.probe or about["probe"],
        target=arguments.target or about["target"],
        shift=about["shift"],
        enu_range=source.enu_range,
        limit=arguments.limit,
        allow_unphysical=arguments.allow_unphysical,
    )
    print(f"data: {events.report}")
    if len(events) > _MOST_EVENTS:
        raise UserError(
            f"{len(events):,} events: at most {_MOST_EVENTS:,} (--limit); finetune on more directly"
        )
    target = draw.sample_of(events.kinematics(), source)
    few, many = draw.samples(source, len(events), arguments.seed)
    prior = Prior()
    evaluations = arguments.evaluations or _EVALUATIONS
    with cli.progress("fits", arguments.quiet) as bar:
        task = bar.add_task("scales", total=evaluations, note="")
        scales = choose_scales(
            target,
            few,
            prior,
            evaluations,
            lambda count, best: bar.update(task, completed=count, note=f"log evidence {best:.1f}"),
        )
        ratio = fit(target, many, prior, scales)
        if arguments.replicas:
            n, seed = arguments.replicas, arguments.seed
            task = bar.add_task("replicas", total=n, note="")
            places = walk(
                target, few, many, prior, scales, n, seed, lambda done: bar.update(task, completed=done)
            )
            process = {key: getattr(arguments, key) or about[key] for key in ("probe", "target")}
            mass = source._core.process.lepton_mass
            whose = {"source": source.name, **process, "enu_range": [*source.enu_range], "lepton_mass": mass}
            draws = transfers.drawn(ratio, places, many, n, seed, whose)
    print(f"log evidence {ratio.log_evidence:.1f}, effective parameters {ratio.parameters:.0f}, {scales}")
    provenance = {
        "files": [Path(path).name for path in arguments.data],
        "events": len(events),
        "parameters": ratio.parameters,
        "scales": asdict(scales),
    }
    _write(arguments, source, ratio, provenance)
    if arguments.replicas:
        transfers.save(arguments.out.with_suffix(transfers.SUFFIX), draws, arguments.force)
        print(f"wrote {arguments.out.with_suffix(transfers.SUFFIX).name}, for nugan_hep.replicas --transfer")
    return 0


def _write(
    arguments: argparse.Namespace, source: Sampler, ratio: Weights, provenance: dict[str, Any]
) -> None:
    """The replayed events, and beside them how they were made."""
    from nugan_hep.transfer import draw

    parts = []
    with cli.progress("events", arguments.quiet) as bar:
        task = bar.add_task("replay", total=arguments.n, note="")
        for chunk in draw.replay(source, ratio, arguments.n, arguments.seed):
            parts.append([column.astype(np.float32) for column in chunk])
            bar.advance(task, len(chunk.enu))
    names = ("enu", "emu", "theta")
    arrays = {
        name: np.concatenate(columns) for name, columns in zip(names, zip(*parts, strict=True), strict=True)
    }
    with new_file(arguments.out, arguments.force) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    about = {"replay": {"source": source.name, "seed": arguments.seed, **provenance}}
    write_text(arguments.out.with_suffix(".json"), json.dumps(about, indent=1))
    print(
        f"wrote {arguments.out} ({len(arrays['enu']):,} events) and {arguments.out.with_suffix('.json').name}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    return cli.run(PROGRAM, _command, argv)


if __name__ == "__main__":
    sys.exit(main())
