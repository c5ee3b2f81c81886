"""Adapt a model to new events: ``python -m nugan_hep.finetune --from MODEL --data FILE --out RUNDIR``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from nugan_hep import cli
from nugan_hep.archive import find_model, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.run_folder import HADRONS, RUN_FILE, is_of_hadrons

_EXAMPLES = """\
examples:
  python -m nugan_hep.finetune --from numu_C12_inc --data argon.root --target 1000180400 --out argon
  python -m nugan_hep.finetune --from run --data antinu.root --probe -14 --freeze none --out antinu

  python -m nugan_hep.finetune --from numu_C12_inc --data argon_whole.npz --target 1000180400 --out hadrons

  python -m nugan_hep.finetune --from nuwro_varied --data few.root --probe numu --target Ar40 --out argon

The last one takes the joint network of many processes and fits the eight numbers of the new one, as much as
a few events can tell; `--from nuwro_varied --help` has its options. A GAN becomes a GAN, a flow a flow. A
model with hadrons and whole events (docs/hadrons.md) give hadrons, unless --preset says it is the lepton; a
run of hadrons always does. Networks, energy range and shift are those of the model that it starts from. All
else are options as in nugan_hep.train; --preset hadrons --help shows those of the hadrons.
"""


def _peek(argv: Sequence[str] | None) -> argparse.Namespace:
    """What decides what is adapted; the full parser will say what is wrong."""
    few = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    few.add_argument("--from", dest="start")
    few.add_argument("--preset")
    few.add_argument("--data", nargs="+", default=[])
    try:
        return few.parse_known_args(argv)[0]
    except argparse.ArgumentError:
        return argparse.Namespace(start=None, preset=None, data=[])


def _of_hadrons(known: argparse.Namespace) -> bool:
    """Whether it is the hadrons that are adapted."""
    if known.preset or not known.start:
        return bool(known.preset == HADRONS)
    if os.path.isdir(known.start):
        return os.path.exists(os.path.join(known.start, RUN_FILE)) and is_of_hadrons(known.start)
    if not read_metadata(find_model(known.start)).get("hadrons"):
        return False
    from nugan_hep.hadrons.readers import holds_whole_events

    if known.data and all(map(holds_whole_events, known.data)):
        print("whole events: the hadrons are adapted (the lepton: --preset flow)")
        return True
    return False


def _of_joint(known: argparse.Namespace) -> bool:
    """Whether it is the embedding of a joint network that is fitted."""
    if not known.start:
        return False
    from nugan_hep.joint.saved import is_joint

    return is_joint(known.start)


def _command(argv: Sequence[str] | None) -> int:
    known = _peek(argv)
    if _of_joint(known):
        from nugan_hep.joint.commands import adapt_command

        return adapt_command(argv, "python -m nugan_hep.finetune")
    if _of_hadrons(known):
        from nugan_hep.hadrons.train import command

        return command(argv, "python -m nugan_hep.finetune", transfer=True)
    parser = cli.Parser(
        prog="python -m nugan_hep.finetune",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    from nugan_hep.training import session
    from nugan_hep.training.config import from_saved, resolve
    from nugan_hep.training.exporting import export_best
    from nugan_hep.training.start import load_start

    parser.add_argument(
        "--from",
        dest="start",
        required=True,
        metavar="MODEL_OR_RUNDIR",
        help="model name, archive or run folder",
    )
    parser.add_argument(
        "--freeze",
        choices=("first-block", "all-but-last", "none"),
        help="layers that stay (default first-block, as arXiv:2508.12987; all-but-last: of a flow only)",
    )
    session.add_run_arguments(parser)
    arguments = parser.parse_args(argv)
    start, source = load_start(arguments.start)
    resumed = session.resumable(arguments)
    earlier = from_saved(start["config"])
    inherited = {key: getattr(earlier, key) for key in (*earlier.bound, *earlier.inherited)}
    base = resumed["config"] if resumed else {**earlier.transfer, **inherited}
    config = resolve(arguments, base)
    if config.family != earlier.family:
        raise UserError(f"preset {config.preset} is no {earlier.family}, which {arguments.start} is")
    added = {key for key in config.widening if getattr(config, key) and not inherited[key]}
    for key in config.bound:
        if getattr(config, key) != inherited[key] and key not in added:
            raise UserError(f"{key} = {getattr(config, key)}, but {arguments.start} has {inherited[key]}")
    defaults = {key: source[key] for key in ("probe", "target", "interaction")}
    defaults |= {"name": arguments.out.resolve().name, "start": source["name"]}
    freeze = arguments.freeze or (None if resumed else "first-block")
    if added and inherited.get("spectral_norm"):
        raise UserError(f"{min(added)} adds inputs, which a model with spectral_norm cannot take")
    if added and freeze == "first-block":
        raise UserError(f"{min(added)} adds inputs to the first block: give --freeze none")
    return session.run(
        arguments, config, resumed, defaults=defaults, export=export_best, start=start, freeze=freeze
    )


def main(argv: Sequence[str] | None = None) -> int:
    return cli.run("python -m nugan_hep.finetune", _command, argv)


if __name__ == "__main__":
    sys.exit(main())
