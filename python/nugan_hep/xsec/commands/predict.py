"""Cross sections of a nucleus with their uncertainty: ``python -m nugan_hep.xsec predict 12C ...``."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path

import numpy as np

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.output.atomic import check_target, new_file
from nugan_hep.output.figure import check_figure, write_figure
from nugan_hep.xsec.data.nuclei import find_nucleus
from nugan_hep.xsec.data.points import Array, Points
from nugan_hep.xsec.data.reading import read_points

HEADING = ("energy_GeV", "theta_deg", "omega_GeV", "xsec_nb_per_sr_GeV", "std_nb_per_sr_GeV")
STEPS = 100
EPILOG = """\
Cross sections are d2sigma/dOmega domega in nb/sr/GeV per nucleus; std is the standard deviation over the
ensemble. What lies outside of the data that the model learned from is said on standard error.

examples:
  python -m nugan_hep.xsec predict 12C --energy 0.6 --theta 36 --omega 0.05:0.4:0.01
  python -m nugan_hep.xsec predict 12C --energy 2.2 2.5 --theta 15 --out c12.csv --plot c12.png --data 12C.csv
  python -m nugan_hep.xsec predict 12C --at 0.62,36 2.2,15.5 --plot c12.png
  python -m nugan_hep.xsec predict 56Fe --energy 0.961 --theta 37.5 --omega 0.2 --model run
exit codes: 0 done, 2 bad input"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("nucleus", help="12C, C12 or the PDG number")
    add("--energy", type=cli.positive, nargs="+", default=[], metavar="E", help="of the beam [GeV]")
    add("--theta", type=cli.positive, nargs="+", default=[], metavar="T", help="angles [degrees]")
    add("--at", type=_pair, nargs="+", default=[], metavar="E,T", help="pairs instead of all E with all T")
    add(
        "--omega",
        type=_omegas,
        metavar="W",
        help="energy transfers [GeV]: 0.1,0.2 or LOW:HIGH:STEP (default: those of the data, or 100 up to E)",
    )
    add("--model", metavar="MODEL", help="name, run folder or archive (default: the one of the nucleus)")
    add("--out", type=Path, metavar="CSV", help="file instead of text")
    add("--plot", type=Path, metavar="FIGURE", help="spectra with bands (.png, .pdf, .svg)")
    add("--data", type=Path, metavar="FILE", help="points to draw")
    add("--drop-negative", action="store_true", help="leave out negative cross sections of the data")
    add("--force", action="store_true", help="replace existing files")


def run(options: argparse.Namespace) -> int:
    places = _places(options)
    if options.out is not None:
        check_target(options.out, options.force)
    if options.plot is not None:
        check_figure(options.plot, options.force)
    # brings torch: only after the options are right
    from nugan_hep.xsec.model import prediction
    from nugan_hep.xsec.model.spectra import Spectrum, figure_spectra
    from nugan_hep.xsec.model.values import mean_and_std

    nucleus = find_nucleus(options.nucleus)
    points = None if options.data is None else read_points(options.data, options.drop_negative)
    if points is not None and points.nucleus != nucleus:
        raise UserError(f"{options.data} has points of {points.nucleus.name}, not of {nucleus.name}")
    grids = [_grid(energy, theta, options.omega, points) for energy, theta in places]
    kinematics = np.concatenate(grids)
    members, metadata, kinematics = prediction.members_of(
        nucleus.name, kinematics[:, 0], kinematics[:, 1], kinematics[:, 2], options.model
    )
    outside = prediction.count_outside(metadata, kinematics, members)
    if outside:
        text = prediction.outside_message(metadata, outside, len(kinematics))
        print(f"{options.program}: warning: {text}", file=sys.stderr)
    mean, std = mean_and_std(members)
    rows = np.concatenate([kinematics, mean[:, None], std[:, None]], axis=1)
    wrote = []
    if options.out is not None:
        _write_csv(rows, options.out, options.force)
        wrote.append(f"wrote {options.out} ({len(rows)} points)")
    if options.plot is not None:
        spectra = []
        for (energy, theta), own in zip(
            places, np.split(rows, np.cumsum([len(g) for g in grids])[:-1]), strict=True
        ):
            spectra.append(Spectrum(energy, theta, own[:, 2], own[:, 3], own[:, 4]))
        write_figure(figure_spectra(nucleus.name, spectra, points), options.plot, options.force)
        wrote.append(f"wrote {options.plot}")
    # text after the files: its reader may close the pipe
    print("\n".join([*([_text(rows)] if options.out is None else []), *wrote]))
    return 0


def _pair(text: str) -> tuple[float, float]:
    parts = text.split(",")
    try:
        energy, theta = (cli.positive(part) for part in parts)
    except (ValueError, argparse.ArgumentTypeError):
        raise argparse.ArgumentTypeError(f"{text!r} is not E,T: energy in GeV and angle in degrees") from None
    return energy, theta


def _places(options: argparse.Namespace) -> list[tuple[float, float]]:
    """Energies and angles of the spectra."""
    if bool(options.energy) != bool(options.theta) or bool(options.energy) == bool(options.at):
        raise UserError("expected --energy with --theta, or --at")
    return options.at or [(energy, theta) for energy in options.energy for theta in options.theta]


def _omegas(text: str) -> Array:
    parts = text.split(":")
    try:
        numbers = [float(part) for part in (parts if len(parts) > 1 else text.split(","))]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not numbers in GeV") from None
    if len(parts) == 1:
        return np.array(numbers)
    if len(numbers) != 3 or not numbers[0] <= numbers[1] or not numbers[2] > 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not LOW:HIGH:STEP with a step above 0")
    if (numbers[1] - numbers[0]) / numbers[2] > 1e5:
        raise argparse.ArgumentTypeError(f"{text!r} has more than 100,000 steps")
    return np.arange(numbers[0], numbers[1] + 1e-9 * numbers[2], numbers[2])


def _grid(energy: float, theta: float, omega: Array | None, points: Points | None) -> Array:
    """Points [n, 3] of one spectrum."""
    if omega is None and points is not None:
        from nugan_hep.xsec.model.spectra import near_points

        near = points.omega[near_points(points, energy, theta)]
        omega = np.linspace(near.min(), near.max(), STEPS) if near.size > 1 else None
    if omega is None:
        omega = np.linspace(0.0, energy, STEPS + 2)[1:-1]
    return np.stack([np.full(len(omega), energy), np.full(len(omega), theta), omega], axis=1)


def _text(rows: Array) -> str:
    lines = [f"{'E [GeV]':>9}{'theta':>9}{'omega':>9}{'xsec':>13}{'std':>13}"]
    lines += [f"{e:>9g}{t:>9g}{w:>9.4f}{mean:>13.5g}{std:>13.3g}" for e, t, w, mean, std in rows]
    return "\n".join(lines)


def _write_csv(rows: Array, path: Path, force: bool) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADING)
    writer.writerows([f"{number:.9g}" for number in row] for row in rows)
    with new_file(path, force=force) as file:
        file.write(text.getvalue().encode())
