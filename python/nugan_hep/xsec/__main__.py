"""Electron-nucleus cross sections: ``python -m nugan_hep.xsec COMMAND ...``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module

from nugan_hep import cli

PROGRAM = "python -m nugan_hep.xsec"
COMMANDS = {
    "predict": "cross sections of a nucleus with their uncertainty",
    "train": "learn the cross section of a nucleus from data",
    "finetune": "adapt a model to another nucleus",
    "layerwise": "test chi2 against the number of trained last blocks",
    "evaluate": "how good models are on data held out",
    "errors": "what the data say of their own errors",
}
EPILOG = f"""\
commands:
{chr(10).join(f"  {name:<11}{text}" for name, text in COMMANDS.items())}

{PROGRAM} COMMAND --help has the options of each."""


def main(argv: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if argv is None else list(argv)
    if words and words[0] in COMMANDS:
        return cli.run(f"{PROGRAM} {words[0]}", partial(_command, words[0]), words[1:])
    return cli.run(PROGRAM, _overview, words)


def _command(name: str, argv: Sequence[str] | None) -> int:
    # only the one that is called: most of them bring torch
    command = import_module(f"nugan_hep.xsec.commands.{name}")
    parser = _parser(f"{PROGRAM} {name}", str(command.__doc__), command.EPILOG)
    command.add_arguments(parser)
    parser.set_defaults(program=parser.prog)
    code: int = command.run(parser.parse_args(argv))
    return code


def _overview(argv: Sequence[str] | None) -> int:
    """For all that is not the name of a command: help, or what was expected."""
    parser = _parser(PROGRAM, str(__doc__), EPILOG)
    parser.add_argument("command", metavar="COMMAND", choices=COMMANDS, help=f"one of {', '.join(COMMANDS)}")
    parser.parse_args(argv)
    return 0


def _parser(program: str, description: str, epilog: str) -> argparse.ArgumentParser:
    return cli.Parser(
        prog=program,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


if __name__ == "__main__":
    sys.exit(main())
