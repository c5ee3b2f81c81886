"""What is made of a joint network: the flow of one of its processes, or of new events.

python -m nugan_hep.joint export numu_O16_inc --from nuwro --processes models/processes.toml --out oxygen
python -m nugan_hep.joint adapt --from nuwro --data few.root --probe numu --target Ar40 --out argon
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from nugan_hep import cli
from nugan_hep.cross_section import read_csv
from nugan_hep.data import read_events
from nugan_hep.errors import UserError
from nugan_hep.families.flow.settings import PRESETS
from nugan_hep.joint import adapt, export
from nugan_hep.joint.processes import Process, events_of, proxies_of, read_processes
from nugan_hep.joint.saved import Saved, read
from nugan_hep.training import checkpoint

LEAST = 30
"""Events that an embedding is fitted to."""


def add_parsers(commands: Any) -> None:
    """The commands ``export`` and ``adapt``."""
    exporter = commands.add_parser("export", help="the flow of one of its processes, as a run folder")
    exporter.add_argument("name", metavar="NAME", help="process")
    exporter.add_argument(
        "--processes", type=Path, required=True, metavar="TOML", help="list of the processes"
    )
    exporter.add_argument(
        "--data-folder", type=Path, default=Path(), metavar="DIR", help="where the events lie (default: here)"
    )
    exporter.set_defaults(command=_export)
    adapter = commands.add_parser("adapt", help="the flow of new events: only the embedding is fitted")
    _adapt_arguments(adapter)
    _start_and_end(exporter)


def _start_and_end(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from",
        dest="start",
        required=True,
        metavar="JOINT",
        help="joint network: a shipped name, run folder or .pt",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="RUNDIR", help="run folder of the flow")


def _adapt_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", nargs="+", required=True, metavar="FILE", help="events: ROOT, .npz, Parquet"
    )
    parser.add_argument("--limit", type=cli.count, metavar="N", help="use the first N events")
    parser.add_argument("--probe", type=cli.probe, required=True, metavar="P", help="the neutrino: numu, 14")
    parser.add_argument("--target", type=cli.nucleus, required=True, metavar="T", help="the nucleus: C12")
    parser.add_argument(
        "--cross-section", type=Path, metavar="CSV", help="enu [GeV], sigma [1e-38 cm2/nucleon]"
    )
    parser.add_argument("--name", help="name of the model (default: the run folder's)")
    _start_and_end(parser)
    parser.set_defaults(command=_adapt)


def adapt_command(argv: Sequence[str] | None, program: str) -> int:
    """``adapt`` under the name of another program."""
    parser = cli.Parser(prog=program, description=adapt.__doc__)
    _adapt_arguments(parser)
    return _adapt(parser.parse_args(argv))


def _new_folder(folder: Path) -> None:
    if (folder / checkpoint.BEST).exists():
        raise UserError(f"{folder} holds a run: give another --out")


def _origin(joint: Saved) -> str:
    """What a card says of where a flow comes from."""
    return f"{joint.name}, one flow of {len(joint.processes)} processes and {joint.events:,} events"


def _identity(process: Process, files: list[str], events: int, joint: Saved) -> dict[str, Any]:
    return {
        "name": process.name,
        "probe": process.probe,
        "target": process.target,
        "interaction": process.interaction,
        "data": {"files": files, "events": events, "start": _origin(joint)},
    }


def _export(arguments: argparse.Namespace) -> int:
    _new_folder(arguments.out)
    joint = read(arguments.start)
    listed = read_processes([arguments.processes], arguments.data_folder)
    known = {process.name: process for process in listed}
    if arguments.name not in joint.processes or arguments.name not in known:
        raise UserError(
            f"{arguments.name}: no process of {arguments.start}, which has {', '.join(joint.processes)}"
        )
    process = known[arguments.name]
    training, test = events_of(process, PRESETS["flow"])
    files = [f"{path.parent.name}/{path.name}" for path in process.data]
    path = export.write_run(
        arguments.out,
        joint,
        joint.model.embeddings[joint.processes.index(process.name)],
        proxies_of(test, process.lepton_mass, PRESETS["flow"]),
        identity=_identity(process, files, len(training), joint),
        sigma=read_csv(process.cross_section) if process.cross_section else None,
    )
    print(f"wrote {path} ({path.stat().st_size / 1e3:.0f} kB)")
    return 0


def _adapt(arguments: argparse.Namespace) -> int:
    _new_folder(arguments.out)
    torch.set_num_threads(1)
    joint = read(arguments.start)
    sigma = read_csv(arguments.cross_section) if arguments.cross_section else None
    name = arguments.name or arguments.out.resolve().name
    process = Process(name, arguments.probe, arguments.target, (), 0.0, None)
    flow = PRESETS["flow"]
    events = read_events(
        arguments.data,
        probe=process.probe,
        target=process.target,
        shift=flow.shift,
        enu_range=(flow.enu_min, flow.enu_max),
        limit=arguments.limit,
    )
    print(f"data: {events.report}")
    if len(events) < LEAST:
        raise UserError(f"{len(events)} events, expected at least {LEAST} to fit an embedding to")
    proxies = proxies_of(events, process.lepton_mass, flow)
    found = adapt.fit(joint.model, proxies)
    begun = joint.processes[found.start]
    print(
        f"embedding near {begun}, scale {found.scale:g}: {found.parameters:.1f} effective parameters, "
        f"log evidence {found.log_evidence:.1f}, NLL {found.nll:.4f}"
    )
    files = [Path(name).name for name in arguments.data]
    identity = _identity(process, files, len(events), joint)
    identity["data"]["fitted"] = f"embedding, near that of {begun}"
    path = export.write_run(
        arguments.out,
        joint,
        found.embedding,
        None,
        identity=identity,
        sigma=sigma,
    )
    if sigma is None:
        print("no cross section: a flux or an exposure needs one, --cross-section")
    export.note_embedding(
        arguments.out, found.embedding, {"near": begun, "nll": found.nll, "scale": found.scale}
    )
    print(f"wrote {path} ({path.stat().st_size / 1e3:.0f} kB)")
    return 0
