"""The options of ``nugan-sample``."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nugan_hep import _core, archive, cli
from nugan_hep.errors import UserError
from nugan_hep.output import formats
from nugan_hep.rate import OUTSIDE_ALLOWED

PROGRAM = "nugan-sample"
MOST_EVENTS = 2**31 - 1
MOST_PER_CHUNK = 1_000_000
DEFAULT_EVENTS = 1_000_000
DEFAULT_FORMAT = "gst"
ROOT_WRITER_FORMATS = ("gst", "rootracker", "rntuple")

EXAMPLES = """\
examples:
  nugan-sample --out events.root
  nugan-sample -n 5e6 --energy 1.0 --seed 7 --out at_1GeV.root
  nugan-sample --uniform 0.5 3 --device cuda:0 --compression lz4:1
  nugan-sample --flux t2kflux.root:enu_nd280_numu --probe numu --target C --out t2k.root
  nugan-sample --flux dune.root:numu_flux --allow-flux-outside --probe numu --target Ar40 \\
      --exposure 1e20,0.5 --vertex -3:3,-1.5:1.5,0:5 --beam-dir 0,-0.101,0.995 --format rootracker

Energies and momenta are in GeV, angles in rad, Q2 in GeV^2, cross sections in 1e-38 cm2/nucleon, vertices
in m and s. Without --flux, --energy or --uniform the energies are uniform over the model's range. Every file
says what it holds (JSON "nugan"): model, seed, command, flux, cross section and its uncertainty, columns.
The same seed gives the same events whatever --chunk and --threads. Ctrl-C closes a valid file.
exit codes: 0 done, 2 bad input, 130 interrupted (143 by SIGTERM)"""

SIGNED = ("--vertex", "--time", "--beam-dir", "--probe")
"""Options whose values may begin with a minus, which argparse takes for an option."""


class Exposure(NamedTuple):
    """Protons on target and mass [t]."""

    pot: float
    mass: float


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The command line, checked as far as it can be without reading a file.

    ``out`` and ``format`` are set, and ``n`` is unless there is an exposure.

    Raises
    ------
    UserError : unknown options, or options that contradict each other
    """
    options = _parser().parse_args(_joined(argv))
    if options.flux is None:
        for option in ("flux_units", "flux_columns", "allow_flux_outside", "weighted", "exposure"):
            if getattr(options, option) not in (None, False):
                raise UserError(f"--{option.replace('_', '-')} needs a flux: expected --flux")
    if options.weighted and options.exposure:
        raise UserError("--exposure counts events of weight 1: give it or --weighted, not both")
    if (options.probe is None) != (options.target is None):
        missing, given = ("--probe", "--target") if options.probe is None else ("--target", "--probe")
        raise UserError(f"{given} goes with {missing}: expected both")
    if options.probe is not None and options.model is not None:
        raise UserError("--model has a probe and a target: give it or --probe and --target, not both")
    if options.n is None and options.exposure is None:
        options.n = DEFAULT_EVENTS
    if options.n is not None:
        check_number(options.n, f"-n {options.n:,}", options.first)
    if options.chunk > MOST_PER_CHUNK:
        raise UserError(f"--chunk {options.chunk:,} is above {MOST_PER_CHUNK:,}")
    _choose_format(options)
    return options


def check_number(n: int, what: str, first: int = 0) -> None:
    """Refuse more events than can be numbered, from ``first`` on.

    Raises
    ------
    UserError : a number above ``MOST_EVENTS``
    """
    if n > MOST_EVENTS:
        raise UserError(
            f"{what} is above {MOST_EVENTS:,}, the most events that the 32-bit event number counts"
        )
    if first + n - 1 > MOST_EVENTS:
        raise UserError(f"{what} from --first {first:,} on: event numbers end at {MOST_EVENTS:,}")


def _choose_format(options: argparse.Namespace) -> None:
    """The format is the one said, or the only one with the file's suffix, or gst."""
    if options.format is None:
        named = formats.of_suffix(options.out) if options.out else [DEFAULT_FORMAT]
        options.format = named[0] if len(named) == 1 else DEFAULT_FORMAT
    if options.out is None:
        form = formats.FORMATS.get(options.format)
        options.out = Path("events" + (form.suffixes[0] if form else ".root"))
    formats.check_format(options.format, options.out)
    if options.root_writer and options.format not in ROOT_WRITER_FORMATS:
        raise UserError(
            f"--root-writer has the formats {', '.join(ROOT_WRITER_FORMATS)}, not {options.format}; "
            "leave it out, nugan-sample writes them all"
        )


def _joined(argv: Sequence[str]) -> list[str]:
    """The arguments, with ``--vertex -1:1,...`` as ``--vertex=-1:1,...``."""
    joined: list[str] = []
    for argument in argv:
        if joined and joined[-1] in SIGNED and re.match(r"-[\d.]", argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _exposure(text: str) -> Exposure:
    parts = text.split(",")
    try:
        pot, mass = (cli.positive(part) for part in parts)
    except (ValueError, argparse.ArgumentTypeError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not POT,MASS: two finite numbers above 0, protons on target and tonnes"
        ) from None
    return Exposure(pot, mass)


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog=PROGRAM,
        description="Draw charged-current neutrino events from trained models into a file.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    usual = archive.DEFAULT_MODEL
    add("--model", metavar="NAME|PATH", help=f"model's name or .pt file (default {usual})")
    add("--probe", metavar="P", help="with --target: numu, numubar or PDG number, in place of --model")
    add("--target", metavar="T", help="C12, Ar, 1000180400, or by mass C12=0.9,Ar40=0.1")
    number = parser.add_mutually_exclusive_group()
    number.add_argument("-n", type=cli.count, metavar="N", help="events, 1e6 allowed (default 1e6)")
    number.add_argument(
        "--exposure", type=_exposure, metavar="POT,MASS", help="protons on target and t instead of -n"
    )
    add(
        "--first",
        type=cli.number,
        default=0,
        metavar="N",
        help="number of the first event (default 0): goes on where another job of the same seed ends",
    )
    energy = parser.add_mutually_exclusive_group()
    energy.add_argument("--energy", type=cli.positive, metavar="E", help="one neutrino energy [GeV]")
    energy.add_argument(
        "--uniform",
        type=cli.positive,
        nargs=2,
        metavar=("LO", "HI"),
        help="energies uniform in [LO, HI] GeV (default: the model's range)",
    )
    energy.add_argument(
        "--flux",
        metavar="FILE[:HIST]",
        help="energies of flux x cross section: a TH1 or TGraph of a ROOT file, or a table of text; "
        "HIST may have a cycle, as numu;1",
    )
    add(
        "--flux-units",
        metavar="U",
        help='unit of the flux values, such as "/cm2/1e21POT/50MeV" or "/bin", if the file does not give '
        'one; "/bin, E in MeV" for energies in MeV',
    )
    add(
        "--flux-columns",
        metavar="C",
        help="of a table, as low,high,flux, centre,flux or point,numu,numubar; - for one to leave out",
    )
    add(
        "--allow-flux-outside",
        action="store_true",
        help=f"let more than {100 * OUTSIDE_ALLOWED:g} %% of the rate lie outside of the model's range",
    )
    add(
        "--weighted", action="store_true", help="energies uniform over the flux, its shape in the column wght"
    )
    add("--vertex", type=_core.parse_vertex, metavar="X,Y,Z", help="m; uniform in X1:X2,Y1:Y2,Z1:Z2")
    add("--time", type=_core.parse_time, metavar="T", help="s; uniform in T1:T2")
    add(
        "--beam-dir",
        type=_core.parse_direction,
        metavar="X,Y,Z",
        help="direction of the beam (default 0,0,1)",
    )
    add("--seed", type=cli.seed, default=1, metavar="S", help="0 to 2^64 - 1 (default 1)")
    add("--out", type=Path, metavar="FILE", help="default events.root, or the format's suffix")
    add(
        "--format",
        metavar="F",
        help=f"{', '.join(formats.FORMATS)} (default: by the suffix; {DEFAULT_FORMAT} for .root)",
    )
    add("--device", type=cli.device, default="cpu", metavar="cpu|cuda[:k]", help="default cpu")
    add(
        "--backend",
        choices=("auto", "fused", "torch"),
        default="auto",
        help="what runs the network (default auto: the fused kernel where it can be had, else LibTorch)",
    )
    add("--threads", type=cli.threads, default=0, metavar="T", help="CPU threads (default 0: all)")
    add("--chunk", type=cli.count, default=100_000, metavar="C", help="events held at once (default 100000)")
    add("--compression", metavar="A[:LEVEL]", help="zstd, lz4, zlib or none, as the format has it")
    add(
        "--root-writer", action="store_true", help="write gst, rootracker or rntuple through ROOT (nugan-gen)"
    )
    add("--force", action="store_true", help="replace an existing file")
    add("--quiet", action="store_true", help="no progress bar, no summary")
    add("--list-models", action="store_true", help="show the models that --model knows by name")
    add("--version", action="store_true", help="show versions")
    return parser
