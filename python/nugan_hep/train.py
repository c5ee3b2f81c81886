"""Train a conditional GAN or flow from events: ``python -m nugan_hep.train --data FILE... --out RUNDIR``."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence

from nugan_hep import cli
from nugan_hep.errors import UserError

_EXAMPLES = """\
examples:
  python -m nugan_hep.train --data train.root --val val.root --out run --dropout 0
  python -m nugan_hep.train --data train.root --val val.root --out flow --preset flow
  python -m nugan_hep.train --data whole.npz --out hadrons --preset hadrons
  python -m nugan_hep.train --data train.root --val val.root --out run --resume --steps 500000
  python -m nugan_hep.train --data events.parquet --out run --config run.toml --device cuda
  torchrun --nproc-per-node 4 -m nugan_hep.train --data train.root --out run   # four share each batch

Energies are in GeV, angles in rad. RUNDIR gets config.toml, run.json, history.csv, checkpoints,
best.pt, and the best epoch as model.pt with its card model.md; of hadrons, config.toml, run.json and
checkpoints, which `export --lepton` joins to a model of the lepton.
"""


def _of_hadrons(argv: Sequence[str] | None) -> bool:
    """Whether the preset, of the command line, its TOML file or the run to resume, is that of hadrons."""
    from nugan_hep.hadrons.settings import PRESET

    few = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for name in ("--preset", "--config", "--out"):
        few.add_argument(name)
    few.add_argument("--resume", action="store_true")
    try:
        known, _ = few.parse_known_args(argv)
    except argparse.ArgumentError:
        return False  # the full parser will say what is wrong
    if known.preset:
        return bool(known.preset == PRESET)
    files = [known.config] if known.config else []
    files += [os.path.join(known.out, "config.toml")] if known.resume and known.out else []
    for file in files:
        try:
            with open(file, encoding="utf-8") as text:
                preset = re.search(r"""^preset *= *["'](.*)["']""", text.read(), re.MULTILINE)
        except (OSError, UnicodeDecodeError):
            continue
        if preset:
            return preset[1] == PRESET
    return False


def _command(argv: Sequence[str] | None) -> int:
    if _of_hadrons(argv):
        if os.environ.get("WORLD_SIZE", "1") != "1":
            raise UserError("the preset hadrons is trained by one process: expected python, not torchrun")
        from nugan_hep.hadrons.train import command

        return command(argv, "python -m nugan_hep.train")
    parser = cli.Parser(
        prog="python -m nugan_hep.train",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    from nugan_hep.training import session
    from nugan_hep.training.config import resolve
    from nugan_hep.training.exporting import export_best

    session.add_run_arguments(parser)
    arguments = parser.parse_args(argv)
    resumed = session.resumable(arguments)
    config = resolve(arguments, resumed["config"] if resumed else None)
    defaults = {
        "name": arguments.out.resolve().name,
        "probe": 14,
        "target": 1000060120,
        "interaction": "CC inclusive",
    }
    return session.run(arguments, config, resumed, defaults=defaults, export=export_best)


def main(argv: Sequence[str] | None = None) -> int:
    return cli.run("python -m nugan_hep.train", _command, argv)


if __name__ == "__main__":
    sys.exit(main())
