"""``nugan-sample``: draw charged-current events from models into a file.

Options, opening, the loop over chunks and what is said of a run are the core's, which ``nugan-gen`` has, too.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence

from nugan_hep import _core, archive, cli, root_writer

PROGRAM = "nugan-sample"


def sample(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    options = _core.parse_options(PROGRAM, [os.fsencode(word) for word in argv])
    if options.show:
        print(_shown(options.show), end="")
        return 0
    _core.check_target(options.out, options.force)
    if options.root_writer:
        root_writer.run(argv)
    from nugan_hep import driver  # with NumPy, which the help does without

    return driver.draw_events(options, shlex.join([PROGRAM, *argv]))


def _shown(what: str) -> str:
    if what == "help":
        return _core.options_help(PROGRAM)
    if what == "models":
        return archive.model_table()
    from nugan_hep import opening

    return opening.version() + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``nugan-sample``."""
    return cli.run(PROGRAM, sample, argv)


if __name__ == "__main__":
    sys.exit(main())
