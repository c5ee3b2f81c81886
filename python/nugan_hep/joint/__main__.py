"""One flow for many processes: ``python -m nugan_hep.joint train|export|adapt``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from nugan_hep import cli

PROGRAM = "python -m nugan_hep.joint"


def _command(argv: Sequence[str] | None) -> int:
    from nugan_hep.joint import commands as made
    from nugan_hep.joint import train

    parser = cli.Parser(prog=PROGRAM, description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train.add_parser(commands)
    made.add_parsers(commands)
    arguments = parser.parse_args(argv)
    return int(arguments.command(arguments))


def main(argv: Sequence[str] | None = None) -> int:
    return cli.run(PROGRAM, _command, argv)


if __name__ == "__main__":
    sys.exit(main())
