"""What is made of a joint training: the flow of one of its processes, or of new events.

    python -m nugan_hep.joint export RUN numu_O16_inc --processes models/processes.toml --out oxygen
    python -m nugan_hep.joint adapt RUN --data few.root --probe numu --target Ar40 --out argon
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch

from nugan_hep import cli
from nugan_hep.cross_section import read_csv
from nugan_hep.data import read_events
from nugan_hep.errors import UserError
from nugan_hep.families.flow.settings import PRESETS
from nugan_hep.joint import adapt, export
from nugan_hep.joint.network import JointFlow
from nugan_hep.joint.processes import Process, events_of, proxies_of, read_processes
from nugan_hep.joint.train import load
from nugan_hep.training import checkpoint

HELD_OUT = 0.1


def add_parsers(commands: Any) -> None:
    exporter = commands.add_parser("export", help="the flow of one of its processes, as a run folder")
    exporter.add_argument("name", metavar="NAME", help="process")
    exporter.add_argument("--processes", type=Path, required=True, metavar="TOML", help="list of the processes")
    exporter.add_argument("--data-folder", type=Path, default=Path(), metavar="DIR", help="where the events lie")
    exporter.set_defaults(command=_export)
    adapter = commands.add_parser("adapt", help="the flow of new events: only the numbers of a process are fitted")
    adapter.add_argument("--data", nargs="+", required=True, metavar="FILE", help="events: ROOT, .npz, Parquet")
    adapter.add_argument("--limit", type=cli.count, metavar="N", help="use the first N events")
    adapter.add_argument("--probe", type=cli.probe, required=True, metavar="P", help="the neutrino")
    adapter.add_argument("--target", type=cli.nucleus, required=True, metavar="T", help="the nucleus")
    adapter.add_argument("--cross-section", type=Path, metavar="CSV", help="enu [GeV], sigma [1e-38 cm2/nucleon]")
    adapter.add_argument("--name", help="name of the model (default: the run folder's)")
    adapter.set_defaults(command=_adapt)
    for parser in (exporter, adapter):
        parser.add_argument("--from", dest="run", type=Path, required=True, metavar="RUNDIR", help="joint training")
        parser.add_argument("--out", type=Path, required=True, metavar="RUNDIR", help="run folder of the flow")


def read_run(folder: Path) -> tuple[dict[str, Any], JointFlow]:
    """The newest state of a joint training, and its averaged network.

    Raises
    ------
    UserError : no such run
    """
    state = load(folder / checkpoint.CHECKPOINT)
    model = JointFlow(PRESETS["flow"], len(state["processes"]), state["config"]["size"])
    model.load_state_dict(state["average"])
    return state, model.eval().requires_grad_(False)


def _training(state: dict[str, Any]) -> dict[str, Any]:
    config = state["config"]
    return {
        "step": state["step"],
        "seconds": state["seconds"],
        "steps": config["steps"],
        "batch": config["groups"] * config["group"],
    }


def _new_folder(folder: Path) -> None:
    if (folder / checkpoint.BEST).exists():
        raise UserError(f"{folder} holds a run: give another --out")


def _export(arguments: argparse.Namespace) -> int:
    _new_folder(arguments.out)
    state, model = read_run(arguments.run)
    known = {process.name: process for process in read_processes(arguments.processes, arguments.data_folder)}
    if arguments.name not in state["processes"] or arguments.name not in known:
        raise UserError(f"{arguments.name}: no process of {arguments.run}, which has {', '.join(state['processes'])}")
    process: Process = known[arguments.name]
    training, test = events_of(process, PRESETS["flow"])
    embedding = model.embeddings[state["processes"].index(process.name)]
    data = {"files": [path.name for path in process.data], "events": len(training), "start": str(arguments.run.name)}
    path = export.write_run(
        arguments.out,
        model,
        embedding,
        proxies_of(test, process.lepton_mass, PRESETS["flow"]),
        identity={
            "name": process.name,
            "probe": process.probe,
            "target": process.target,
            "interaction": process.interaction,
            "start": None,
            "data": data,
        },
        sigma=read_csv(process.cross_section) if process.cross_section else None,
        training=_training(state),
    )
    print(f"wrote {path} ({path.stat().st_size / 1e3:.0f} kB)")
    return 0


def _adapt(arguments: argparse.Namespace) -> int:
    _new_folder(arguments.out)
    torch.set_num_threads(1)
    state, model = read_run(arguments.run)
    process = Process(
        arguments.name or arguments.out.resolve().name, arguments.probe, arguments.target, (), 0.0, None
    )
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
    proxies = proxies_of(events, process.lepton_mass, flow)
    found = adapt.fit(model, proxies)
    print(f"embedding of {len(found.embedding)} numbers, begun with {state['processes'][found.start]}: NLL {found.nll:.4f}")
    data = {"files": [Path(name).name for name in arguments.data], "events": len(events), "start": arguments.run.name}
    path = export.write_run(
        arguments.out,
        model,
        found.embedding,
        proxies,
        identity={
            "name": process.name,
            "probe": process.probe,
            "target": process.target,
            "interaction": process.interaction,
            "start": None,
            "data": data,
        },
        sigma=read_csv(arguments.cross_section) if arguments.cross_section else None,
        training=_training(state),
    )
    export.embedding_file(arguments.out, found.embedding, {"begun": state["processes"][found.start], "nll": found.nll})
    print(f"wrote {path} ({path.stat().st_size / 1e3:.0f} kB)")
    return 0
