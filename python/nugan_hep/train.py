"""Train a conditional GAN or flow from events: ``python -m nugan_hep.train --data FILE... --out RUNDIR``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from nugan_hep import cli

_EXAMPLES = """\
examples:
  python -m nugan_hep.train --data train.root --val val.root --out run --dropout 0
  python -m nugan_hep.train --data train.root --val val.root --out flow --preset flow
  python -m nugan_hep.train --data train.root --val val.root --out run --resume --steps 500000
  python -m nugan_hep.train --data events.parquet --out run --config run.toml --device cuda

Energies are in GeV, angles in rad. RUNDIR gets config.toml, run.json, history.csv, checkpoints,
best.pt, and the best epoch as model.pt with its card model.md.
"""


def _command(argv: Sequence[str] | None) -> int:
    parser = cli.Parser(
        prog="python -m nugan_hep.train",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    from nugan_hep.export import export_best
    from nugan_hep.training import session
    from nugan_hep.training.config import resolve

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
